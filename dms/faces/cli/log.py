"""``dms audit``: the log, its root, proofs and checks."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import click

from dms.faces.cli.output import Session, answer, json_option, table, tell
from dms.said import Said, Word, heads, read_said


@click.group("audit")
def audit_command() -> None:
    """The log (promise 6): who did and looked at what; its root, proofs and checks."""


@audit_command.command("list")
@click.argument("target", required=False, default="")
@click.option("--user", default="", help="Only this person's.")
@click.option("--act", default="", help="Only this kind.")
@click.option("--limit", default=50, show_default=True)
@click.option("--offset", default=0)
@json_option
@click.pass_obj
def audit_list(session: Session, target: str, user: str, act: str, limit: int, offset: int, as_json: bool) -> None:
    """List acts and looks, newest first; of one record with TARGET."""
    from dms.desk.care.auditing import listed

    with session.world() as world:
        found = listed(world, target=target, user=user, act=act, limit=limit, offset=offset)
    rows = [
        (
            str(a.seq),
            a.at[:19],
            a.user,
            Word("act", a.act),
            a.target,
            read_said(a.reason) if a.reason else json.dumps(dict(a.data), ensure_ascii=False),
        )
        for a in found
    ]
    data = {"acts": [asdict(a) for a in found]}
    headings = heads("no.", "when", "who", "act", "what", "why")
    answer(data, lambda c: table(c, headings, rows, empty=Said("Nothing was done yet.")), as_json=as_json)


@audit_command.command("root")
@click.option("--size", default=0, help="Over so many acts; all without.")
@json_option
@click.pass_obj
def audit_root(session: Session, size: int, as_json: bool) -> None:
    """Tell the log's root as it stands on printed sheets."""
    from dms.desk.care.auditing import root

    with session.world() as world:
        found = root(world, size=size)
    answer(asdict(found), lambda c: tell(c, str(found)), as_json=as_json)


@audit_command.command("proof")
@click.argument("act", type=int)
@click.option("--size", default=0, help="In the log of so many acts; all without.")
@click.option("--growth", is_flag=True, help="Instead: that the log goes on from its first ACT acts.")
@json_option
@click.pass_obj
def audit_proof(session: Session, act: int, size: int, growth: bool, as_json: bool) -> None:
    """Prove that an act stands in the log, or that the log goes on from an earlier one (RFC 9162)."""
    from dms.desk.care.auditing import growth as grown
    from dms.desk.care.auditing import proof

    with session.world() as world:
        found = grown(world, act, size) if growth else proof(world, act, size=size)
    answer(found, lambda c: tell(c, json.dumps(found, ensure_ascii=False, indent=2)), as_json=as_json)


@audit_command.command("verify")
@click.argument("roots", nargs=-1)
@json_option
@click.pass_obj
def audit_verify(session: Session, roots: tuple[str, ...], as_json: bool) -> int:
    """Recompute the whole log; check it against its copy and against ROOTS read from paper (SIZE:HEX)."""
    from dms.desk.care.auditing import parse_root, root, verify

    with session.world() as world:
        found = verify(world, [parse_root(r) for r in roots])
        now = root(world) if not found else None
    data = {"findings": [asdict(f) for f in found], "root": str(now) if now else ""}
    rows = [(f.target, f.detail) for f in found]

    def human(console: Any) -> None:
        empty = Said(
            "Every act is what was written ({count} roots from paper agree). Root {now}", count=len(roots), now=now
        )
        table(console, heads("act", "what is wrong"), rows, empty=empty)

    answer(data, human, as_json=as_json)
    return 6 if found else 0
