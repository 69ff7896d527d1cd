"""``dms verify``, ``doctor``, ``reindex``, ``rebuild`` and ``backup``: keeping the archive well."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dms.faces.cli.output import Session, answer, json_option, steps, table, tell
from dms.said import Do, Remedy, Said, Word, heads

if TYPE_CHECKING:
    from dms.desk.care.checking import Finding


@click.command("verify")
@click.option("--sample", type=click.FloatRange(0.0, 1.0, min_open=True), default=1.0, help="Share of objects, 0..1.")
@json_option
@click.pass_obj
def verify_command(session: Session, sample: float, as_json: bool) -> int:
    """Check digests, orphans, gaps, addresses and the index. Exit code 6 where something was found."""
    from dms.desk.care.checking import verify

    with session.world() as world, steps(quiet=as_json) as show:
        found = verify(world, sample=sample, on_step=show)
    data = {"ok": not found, "findings": _plain(found)}
    rows, head = _rows(found), heads("finding", "where", "what", "do")
    answer(data, lambda c: table(c, head, rows, empty=Said("All is well.")), as_json=as_json)
    return 6 if found else 0


@click.command("doctor")
@json_option
@click.pass_obj
def doctor_command(session: Session, as_json: bool) -> int:
    """Check programs, engines, fonts, folders and sizes. Exit code 6 where something needed is missing."""
    from dms.operating.health import advice, probes

    with session.world() as world:
        found = [*probes(world.settings), *advice(world)]
    failed = any(p.needed and not p.ok for p in found)
    data = {
        "ok": not failed,
        "checks": [{"name": p.name, "ok": p.ok, "detail": p.detail, "todo": p.todo, "needed": p.needed} for p in found],
    }
    rows = [("✓" if p.ok else "✗" if p.needed else "·", p.name, p.detail, "" if p.ok else p.todo) for p in found]
    answer(data, lambda c: table(c, heads("", "part", "state", "do"), rows), as_json=as_json)
    return 6 if failed else 0


@click.command("reindex")
@json_option
@click.pass_obj
def reindex_command(session: Session, as_json: bool) -> None:
    """Build the search index anew beside the old one, which goes on answering."""
    from dms.desk.care.checking import rebuild_index

    with session.world() as world:
        count = rebuild_index(world)
        name = world.index().name
    _counted(count, Said("{count} records are indexed by {name}.", count=count, name=name), as_json=as_json)


@click.command("rebuild")
@json_option
@click.pass_obj
def rebuild_command(session: Session, as_json: bool) -> int:
    """Rebuild a lost catalogue from the vault, then the index. The old catalogue must be moved away first.

    Exit code 6 where something in the vault could not be taken as it stands; the rest is back all the same.
    """
    from dms.desk.care.rebuilding import rebuild
    from dms.flow.index import reindex

    with session.world() as world, steps(quiet=as_json) as show:
        done = rebuild(world, show)
        reindex(world)
    back = Said("{count} records are back from the vault.", count=done.records)
    rest = Said(
        "People, customers, volumes, places, requests, signatures and loans are back from the log; dealings "
        "that were imported come from a backup."
    )

    def human(console: Any) -> None:
        _lines(console, (back, rest))
        if done.findings:
            table(console, heads("finding", "where", "what", "do"), _rows(done.findings))

    answer({"records": done.records, "findings": _plain(done.findings)}, human, as_json=as_json)
    return 6 if done.findings else 0


def _plain(findings: Sequence[Finding]) -> list[dict[str, object]]:
    return [{"kind": f.kind, "target": f.target, "detail": f.detail, "todo": f.todo} for f in findings]


def _rows(findings: Sequence[Finding]) -> list[tuple[Word, str, Said, Remedy]]:
    return [(Word("finding", f.kind), f.target, f.detail, f.todo) for f in findings]


def _counted(count: int, *sentences: Said, as_json: bool) -> None:
    answer({"records": count}, lambda c: _lines(c, sentences), as_json=as_json)


def _lines(console: Any, sentences: Sequence[Said | str]) -> None:
    for sentence in sentences:
        tell(console, sentence)


@click.command("recover")
@click.argument("backup", type=click.Path(path_type=Path, exists=True, file_okay=False))
@json_option
@click.pass_obj
def recover_command(session: Session, backup: Path, as_json: bool) -> None:
    """Bring a backup back; what stands in its place is moved aside, what was destroyed since stays destroyed."""
    from dataclasses import asdict

    from dms.operating.recovery import recover

    done = recover(session.home, backup, user=session.user)
    told = [Said("{records} records are back.", records=done.records)]
    if done.destroyed_again:
        told.append(Said("Destroyed after the backup, so again: {codes}.", codes=done.destroyed_again))
    if done.aside:
        told.append(Said("What stood here is in {aside}.", aside=done.aside))
    answer(asdict(done), lambda c: _lines(c, told), as_json=as_json)


@click.command("migrate")
@click.option("--to", "first", required=True, help="postgresql://…, sqlite:///…, s3://…, file:///…, tantivy:///…")
@click.argument("more", nargs=-1)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@json_option
@click.pass_obj
def migrate_command(session: Session, first: str, more: tuple[str, ...], dry_run: bool, as_json: bool) -> None:
    """Move catalogue, vault and index to other engines; the old ones stay. Stop watchers and pages first."""
    from dataclasses import asdict

    from dms.operating.migration import migrate

    with steps(quiet=as_json) as show:
        done = migrate(session.home, [first, *more], user=session.user, dry=dry_run, told=show)
    told: list[Said | str] = [f"{key} = {value}" for key, value in done.settings.items()]
    moved = {"rows": sum(done.rows.values()), "objects": done.objects, "size": done.bytes / 1e6}
    if done.dry:
        told.append(Said("{rows:,} rows and {objects:,} objects ({size:,.1f} MB) would be moved.", **moved))
    else:
        told.append(Said("{rows:,} rows and {objects:,} objects ({size:,.1f} MB) are moved.", **moved))
        told.append(
            Said("Compared and equal; the log's root is {root}. dms.toml names the new places.", root=done.log_root)
        )
    told += done.notes
    answer(asdict(done), lambda c: _lines(c, told), as_json=as_json)


@click.group("key")
def key_command() -> None:
    """The key that signs QR codes: renew it."""


@key_command.command("renew")
@click.option("--reason", default="", help="Why; stays in the log.")
@json_option
@click.pass_obj
def renew_command(session: Session, reason: str, as_json: bool) -> None:
    """Make a new key that signs from now on; what was printed before stays valid."""
    from dataclasses import asdict

    from dms.operating.keys import renew

    with session.world() as world:
        done = renew(world, reason=reason)
    told = (
        Said("The key {key} signs from now on; what {earlier} signed stays valid.", key=done.key, earlier=done.earlier),
        Said(
            "Start “{serve}”, “{watch}” and “{worker}” anew; copy archive/secret.key to every other machine, and "
            "make a backup.",
            serve=Do("serve"), watch=Do("watch"), worker=Do("worker"),
        ),
    )  # fmt: skip
    answer(asdict(done), lambda c: _lines(c, told), as_json=as_json)


@click.command("backup")
@click.argument("target", type=click.Path(path_type=Path, file_okay=False))
@json_option
@click.pass_obj
def backup_command(session: Session, target: Path, as_json: bool) -> None:
    """Copy vault, catalogue, key and settings to a folder; the index can always be built again."""
    from dms.desk.care.backing import backup

    with session.world() as world, steps(quiet=as_json) as show:
        copied = backup(world, target, show)
    answer(
        {"target": str(target), "files": copied},
        lambda c: tell(c, Said("{copied} new or changed files are in {target}.", copied=copied, target=target)),
        as_json=as_json,
    )
