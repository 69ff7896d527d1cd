"""``dms volume``, ``locate``, ``loan``, ``stocktake`` and ``reprint``: the paper side."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dms.faces.cli.output import Session, answer, json_option, table, tell
from dms.said import Do, Said, Word, heads

if TYPE_CHECKING:
    from dms.ports.catalogue import Volume
    from dms.ports.registers import Loan
    from dms.ports.world import World


@click.group("volume")
def volume_command() -> None:
    """Volumes (案卷): what is in them, whether they are in order, closing and binding."""


def _volume(volume: Volume) -> dict[str, Any]:
    return {
        "number": str(volume.number), "state": volume.state, "used": volume.used, "title": volume.title,
        "opened": volume.opened, "closed": volume.closed, "closed_by": volume.closed_by, "bound": volume.bound,
        "note": volume.note,
    }  # fmt: skip


@volume_command.command("list")
@json_option
@click.pass_obj
def volume_list(session: Session, as_json: bool) -> None:
    """List volumes."""
    from dms.desk.shelf.volumes import volumes

    with session.world() as world:
        listed = volumes(world)
    rows = [(str(v.number), Word("volume_state", v.state), str(v.used), v.opened[:10], v.title) for v in listed]
    headings = heads("volume", "state", "records", "opened", "title")
    data = {"volumes": [_volume(v) for v in listed]}
    empty = Said("Nothing is filed yet: {act}", act=Do("file", "CODE"))
    answer(data, lambda c: table(c, headings, rows, empty=empty), as_json=as_json)


@volume_command.command("show")
@click.argument("number")
@json_option
@click.pass_obj
def volume_show(session: Session, number: str, as_json: bool) -> None:
    """List what is in a volume."""
    from dms.desk.shelf.volumes import volume_of

    with session.world() as world:
        volume, records = volume_of(world, number)
    data = {**_volume(volume), "volume": str(volume.number), "records": [r.to_dict() for r in records]}
    rows = [(r.paper_number, r.code, r.title, r.electronic_remark()) for r in records]
    headings = heads("paper number", "code", "title", "remark")
    answer(data, lambda c: table(c, headings, rows, empty=Said("Nothing is in it.")), as_json=as_json)


@volume_command.command("check")
@click.argument("number")
@json_option
@click.pass_obj
def volume_check(session: Session, number: str, as_json: bool) -> int:
    """Tell what must be mended before a volume is bound (exit code 6 where something must)."""
    from dms.desk.shelf.volumes import check

    with session.world() as world:
        found = check(world, number)
    rows = [(Word("volume_problem", p.kind), p.target, p.detail) for p in found]
    data = {"problems": [asdict(p) for p in found]}
    answer(data, lambda c: table(c, heads("what", "number", ""), rows, empty=Said("It is in order.")), as_json=as_json)
    return 6 if found else 0


@volume_command.command("close")
@click.argument("number")
@click.option("--title", default="", help="Title of the volume (案卷题名).")
@click.option("--note", default="", help="What the closing sheet says of it.")
@json_option
@click.pass_obj
def volume_close(session: Session, number: str, title: str, note: str, as_json: bool) -> None:
    """Close a volume: it takes nothing more."""
    from dms.desk.shelf.volumes import close

    with session.world() as world:
        done = close(world, number, title=title, note=note)
    answer(_volume(done), lambda c: tell(c, Said("{done} is closed.", done=done.number)), as_json=as_json)


@volume_command.command("bind")
@click.argument("number")
@click.option("--title", default="", help="Title of the volume (案卷题名).")
@click.option("--accept", default="", help="Why it is bound although not all is in order.")
@json_option
@click.pass_obj
def volume_bind(session: Session, number: str, title: str, accept: str, as_json: bool) -> None:
    """Bind a volume at year's end, after a check of gaps, carriers, signatures and pages."""
    from dms.desk.shelf.volumes import bind

    with session.world() as world:
        done = bind(world, number, title=title, accept=accept)
    answer(_volume(done), lambda c: tell(c, Said("{done} is bound.", done=done.number)), as_json=as_json)


@click.command("locate")
@click.argument("target")
@click.argument("place", required=False)
@click.option("--current", is_flag=True, help="Only where it is just now; its home stays.")
@click.option("--reason", default="", help="Why it moved.")
@json_option
@click.pass_obj
def locate_command(session: Session, target: str, place: str | None, current: bool, reason: str, as_json: bool) -> None:
    """Say where a volume or record stands (room/cabinet/shelf/box), or tell its history without PLACE."""
    from dms.desk.shelf.placing import history, locate

    with session.world() as world:
        if place:
            count = locate(world, target, place, home=not current, reason=reason)
            told = Said("{target} stands at {place} ({count} records).", target=target, place=place, count=count)
            data: dict[str, Any] = {"target": target, "place": place, "records": count}
            answer(data, lambda c: tell(c, told), as_json=as_json)
            return
        moves = history(world, target)
    rows = [(m.at[:16], Word("move", m.kind), m.place, m.by, m.reason) for m in moves]
    headings = heads("when", "what", "place", "by", "why")
    data = {"moves": [asdict(m) for m in moves]}
    answer(data, lambda c: table(c, headings, rows, empty=Said("Nobody said where it stands.")), as_json=as_json)


_ANSWERS = click.option("--answers", default="", help="Code or name of who answers for somebody outside.")
_DEPARTMENT = click.option("--department", default="", help="Borrower's department.")
_CONTACT = click.option("--contact", default="", help="Borrower's telephone or e-mail.")


@click.group("loan")
def loan_command() -> None:
    """Lend paper out and take it back (借阅)."""


@loan_command.command("ask")
@click.argument("target")
@click.option(
    "--to", "to", default="", help="Code or name of who borrows it, or words for somebody outside; you without."
)
@click.option("--purpose", required=True, help="What for (目的).")
@click.option("--due", required=True, help="Day it comes back, such as 2026-12-01.")
@_ANSWERS
@_DEPARTMENT
@_CONTACT
@json_option
@click.pass_obj
def loan_ask(
    session: Session, target: str, to: str, purpose: str, due: str, answers: str, department: str, contact: str,
    as_json: bool,
) -> None:  # fmt: skip
    """Ask to borrow what is not all the borrower's own: a sales or general manager decides."""
    from dms.desk.consent.borrowing import ask_loan

    with session.world() as world:
        made = ask_loan(
            world, target, to=to, due=due, purpose=purpose, answers=answers, department=department, contact=contact
        )
    told = Said("Request {request} waits for the sales or general manager.", request=made.id)
    # No more than what was typed: who may not see it learns nothing by asking.
    data = {"id": made.id, "asked": made.data["asked"], "to": made.data["to"], "due": made.data["due"]}
    answer(data, lambda c: tell(c, told), as_json=as_json)


def _decided(session: Session, number: int, *, agree: bool, reason: str, as_json: bool) -> None:
    from dms.desk.consent.borrowing import decide_loan

    with session.world() as world:
        done = decide_loan(world, number, agree=agree, reason=reason)
    given = {"target": str(done.data["asked"]), "to": str(done.data["to"]), "due": str(done.data["due"])}
    told = (
        Said("{target} may be lent to {to} until {due}.", **given)
        if agree
        else Said("Request {number} is denied.", number=number)
    )
    answer(asdict(done), lambda c: tell(c, told), as_json=as_json)


@loan_command.command("agree")
@click.argument("number", type=int)
@click.option("--reason", default="", help="Why.")
@json_option
@click.pass_obj
def loan_agree(session: Session, number: int, reason: str, as_json: bool) -> None:
    """Agree to a loan; it ends with the day it would be due back."""
    _decided(session, number, agree=True, reason=reason, as_json=as_json)


@loan_command.command("refuse")
@click.argument("number", type=int)
@click.option("--reason", default="", help="Why.")
@json_option
@click.pass_obj
def loan_refuse(session: Session, number: int, reason: str, as_json: bool) -> None:
    """Refuse a loan, with a reason."""
    _decided(session, number, agree=False, reason=reason, as_json=as_json)


@loan_command.command("out")
@click.argument("target")
@click.option("--to", "to", default="", help="Who borrows it; may be left out where one loan of it is agreed to.")
@click.option("--purpose", default="", help="What for (目的); as it was agreed to without.")
@click.option("--due", default="", help="Day it comes back, such as 2026-12-01; as it was agreed to without.")
@_ANSWERS
@_DEPARTMENT
@_CONTACT
@json_option
@click.pass_obj
def loan_out(
    session: Session, target: str, to: str, purpose: str, due: str, answers: str, department: str, contact: str,
    as_json: bool,
) -> None:  # fmt: skip
    """Hand a volume or a record's paper over: the borrower's own, or what a manager agreed to."""
    from dms.desk.shelf.lending import lend

    with session.world() as world:
        made = lend(
            world, target, to=to, due=due, purpose=purpose, answers=answers, department=department, contact=contact
        )
    told = Said("{target} is lent to {borrower} until {due}.", target=made.target, borrower=made.borrower, due=made.due)
    answer(asdict(made), lambda c: tell(c, told), as_json=as_json)


@loan_command.command("back")
@click.argument("target")
@click.option("--condition", default="完好", help="Its condition (归还状况).")
@click.option("--effect", default="", help="What it was good for (利用效果).")
@json_option
@click.pass_obj
def loan_back(session: Session, target: str, condition: str, effect: str, as_json: bool) -> None:
    """Take a loan back and say in what condition it is."""
    from dms.desk.shelf.lending import take_back

    with session.world() as world:
        done = take_back(world, target, condition=condition, effect=effect)
    answer(
        asdict(done),
        lambda c: tell(c, Said("{target} is back: {condition}", target=done.target, condition=condition)),
        as_json=as_json,
    )


@loan_command.command("list")
@click.option("--out", is_flag=True, help="Only what is out.")
@click.option("--overdue", is_flag=True, help="Only what is overdue.")
@click.option("--asked", is_flag=True, help="Loans asked for, instead: yours, or all where you keep the loans.")
@json_option
@click.pass_obj
def loan_list(session: Session, out: bool, overdue: bool, asked: bool, as_json: bool) -> None:
    """List the loan register."""
    from dms.desk.consent.requesting import requests
    from dms.desk.shelf.lending import loans

    if asked:
        with session.world() as world:
            waiting = requests(world, "loan")
        rows = [
            (str(r.id), Word("request", r.state), str(r.data.get("asked", r.target)), str(r.data["to"]), r.asked_by,
             r.reason, str(r.data["due"]), r.decided_by)
            for r in waiting
        ]  # fmt: skip
        told = heads("no.", "state", "what", "borrower", "asked by", "purpose", "due", "decided by")
        asked_for = {"requests": [asdict(r) for r in waiting]}
        answer(asked_for, lambda c: table(c, told, rows, empty=Said("No loan was asked for.")), as_json=as_json)
        return
    with session.world() as world:
        found: list[Loan] = loans(world, overdue=overdue, out=out)
    listed = [(str(x.id), x.target, x.borrower, x.out_at[:10], x.due, x.back_at[:10], x.purpose) for x in found]
    headings = heads("no.", "what", "borrower", "out", "due", "back", "purpose")
    data = {"loans": [asdict(x) for x in found]}
    answer(data, lambda c: table(c, headings, listed, empty=Said("Nothing is lent.")), as_json=as_json)


@click.command("stocktake")
@click.argument("place")
@click.argument("sources", nargs=-1)
@json_option
@click.pass_obj
def stocktake_command(session: Session, place: str, sources: tuple[str, ...], as_json: bool) -> int:
    """Compare a shelf with the catalogue, both ways: missing, extra, misfiled (exit code 6 where something is).

    SOURCES are photographs or scans of labels, text files of a hand scanner (a code a line), or - for standard input.
    """
    from dms.desk.shelf.placing import stocktake as compare

    # Only codes are looked for: no text needs to be read.
    with session.world(ocr="none") as world:
        symbols = [s for source in sources or ("-",) for s in _symbols(world, source)]
        found = compare(world, place, symbols)
    rows = [(Said("missing"), n, Said("should stand here")) for n in found.missing]
    rows += [(Said("extra"), n, Said("belongs to {home}", home=home)) for n, home in sorted(found.extra.items())]
    rows += [(Said("lent"), n, Said("is lent out")) for n in found.lent]
    rows += [(Said("unknown"), text, Said("no code of this archive")) for text in found.unknown]

    def human(console: Any) -> None:
        tell(console, Said("{count} found at {place}.", count=len(found.seen), place=found.place))
        table(console, heads("", "number", ""), rows, empty=Said("All that should stand here does, and nothing else."))

    answer(asdict(found), human, as_json=as_json)
    return 6 if found.missing or found.extra else 0


def _symbols(world: World, source: str) -> list[str]:
    from dms.desk.shelf.placing import symbols_in

    if source == "-":
        return [line for line in sys.stdin.read().splitlines() if line.strip()]
    return symbols_in(world, Path(source))


@click.command("reprint")
@json_option
@click.pass_obj
def reprint_command(session: Session, as_json: bool) -> None:
    """List the sheets and labels that show something no longer true (R13)."""
    from dms.desk.shelf.printing import reprints

    with session.world() as world:
        found = reprints(world)
    rows = [(Word("sheet", r.sheet), r.target, r.why, r.at[:10]) for r in found]
    data = {"reprints": [asdict(r) for r in found]}
    empty = Said("Every sheet on the shelf is true.")
    answer(data, lambda c: table(c, heads("sheet", "of", "why", "since"), rows, empty=empty), as_json=as_json)
