"""``dms access``, ``change``, ``promote``, ``delete``, ``restore``, ``purge`` and ``hold``: what needs consent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dms.faces.cli.output import Session, answer, json_option, table, tell
from dms.said import Do, Said, Word, heads

if TYPE_CHECKING:
    from dms.ports.registers import Request

_REASON = click.option("--reason", default="", help="Why.")


def _requests(found: Iterable[Request], *, as_json: bool, empty: Said) -> None:
    listed = list(found)
    rows = [
        (str(r.id), Word("request", r.state), r.target, r.asked_by, r.asked_at[:16], r.reason, r.until[:10])
        for r in listed
    ]
    headings = heads("no.", "state", "what", "asked by", "when", "reason", "until")
    data = {"requests": [asdict(r) for r in listed]}
    answer(data, lambda c: table(c, headings, rows, empty=empty), as_json=as_json)


def _done(data: dict[str, Any], sentence: Said, *, as_json: bool) -> None:
    answer(data, lambda c: tell(c, sentence), as_json=as_json)


@click.group("access")
def access_command() -> None:
    """Ask for access to other people's records (R5), and decide it."""


@access_command.command("request")
@click.argument("target")
@click.option("--purpose", required=True, help="What you need it for.")
@json_option
@click.pass_obj
def access_request(session: Session, target: str, purpose: str, as_json: bool) -> None:
    """Ask to see a record (code or paper number), or all of a customer's: customer:NAME."""
    from dms.desk.consent.requesting import ask_access

    with session.world() as world:
        request = ask_access(world, target, purpose=purpose)
    _done(
        asdict(request),
        Said("Request {request} waits for the sales or general manager.", request=request.id),
        as_json=as_json,
    )


@access_command.command("grant")
@click.argument("number", type=int)
@click.option("--until", default="", help="Last day, such as 2026-12-01; a week from today without.")
@_REASON
@json_option
@click.pass_obj
def access_grant(session: Session, number: int, until: str, reason: str, as_json: bool) -> None:
    """Grant a request; it ends by itself."""
    from dms.desk.consent.requesting import decide_access

    with session.world() as world:
        request = decide_access(world, number, grant=True, until=until, reason=reason)
    told = Said(
        "{asked_by} may see {target} until {until}.",
        asked_by=request.asked_by,
        target=request.target,
        until=request.until[:10],
    )
    _done(asdict(request), told, as_json=as_json)


@access_command.command("deny")
@click.argument("number", type=int)
@_REASON
@json_option
@click.pass_obj
def access_deny(session: Session, number: int, reason: str, as_json: bool) -> None:
    """Deny a request, with a reason."""
    from dms.desk.consent.requesting import decide_access

    with session.world() as world:
        request = decide_access(world, number, grant=False, reason=reason)
    _done(asdict(request), Said("Request {number} is denied.", number=number), as_json=as_json)


@access_command.command("end")
@click.argument("number", type=int)
@_REASON
@json_option
@click.pass_obj
def access_end(session: Session, number: int, reason: str, as_json: bool) -> None:
    """End a grant before its day."""
    from dms.desk.consent.requesting import end_access

    with session.world() as world:
        request = end_access(world, number, reason=reason)
    _done(asdict(request), Said("Grant {number} is ended.", number=number), as_json=as_json)


@access_command.command("list")
@json_option
@click.pass_obj
def access_list(session: Session, as_json: bool) -> None:
    """List your requests, and those you may decide."""
    from dms.desk.consent.requesting import requests

    with session.world() as world:
        found = requests(world, "access")
    _requests(found, as_json=as_json, empty=Said("Nobody asked for access."))


@click.command("change")
@click.argument("record", required=False)
@click.option("--title", default="", help="New title.")
@click.option("--customer", default="", help="New customer.")
@click.option("--date", "day", default="", help="New date of the document.")
@click.option("--secrecy", default="", help="New secrecy level (密级).")
@click.option("--field", "fields", multiple=True, metavar="KEY=VALUE", help="New value of a field; may be repeated.")
@click.option("--replace", "file", type=click.Path(path_type=Path), default=None, help="A file in place of the old.")
@click.option("--approve", type=int, default=None, metavar="NO", help="Agree to a change and carry it out.")
@click.option("--refuse", type=int, default=None, metavar="NO", help="Refuse a change.")
@click.option("--list", "listed", is_flag=True, help="List changes asked for.")
@_REASON
@json_option
@click.pass_obj
def change_command(
    session: Session, record: str | None, title: str, customer: str, day: str, secrecy: str, fields: tuple[str, ...],
    file: Path | None, approve: int | None, refuse: int | None, listed: bool, reason: str, as_json: bool,
) -> None:  # fmt: skip
    """Ask for a change of a filed record (R8), or decide one: the old version stays beside the new."""
    from dms.desk.consent.changing import ask_change, decide_change
    from dms.desk.consent.requesting import requests
    from dms.desk.records.finding import catch_up
    from dms.errors import Usage

    with session.world() as world:
        if listed:
            _requests(requests(world, "change"), as_json=as_json, empty=Said("No change was asked for."))
            return
        if approve is not None or refuse is not None:
            number = approve if approve is not None else refuse
            done = decide_change(world, number or 0, agree=approve is not None, reason=reason)
            catch_up(world)
            told = (
                Said("{done} is changed.", done=done.code)
                if approve is not None
                else Said("The change of {done} is refused.", done=done.code)
            )
            _done(done.to_dict(), told, as_json=as_json)
            return
        if not record:
            raise Usage(Said("Change which record?"), Do("change", "HG01E2026000123", title="…", reason="…"))
        pairs = dict(_pair(text) for text in fields)
        values = {"title": title, "customer": customer, "date": day, "secrecy": secrecy}
        request = ask_change(world, record, values, fields=pairs, file=file, reason=reason)
    told = Said("Request {request} waits for the sales or general manager.", request=request.id)
    _done(asdict(request), told, as_json=as_json)


def _pair(text: str) -> tuple[str, str]:
    from dms.errors import Usage

    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise Usage(Said("“{text}” is not KEY=VALUE.", text=text), Do("", field="amount=12800.00"))
    return key.strip(), value.strip()


@click.command("promote")
@click.argument("record")
@click.option("--class", "class_code", required=True, help="The class it moves into.")
@_REASON
@json_option
@click.pass_obj
def promote_command(session: Session, record: str, class_code: str, reason: str, as_json: bool) -> None:
    """Move a filed record into another class (R11): a new paper number, the old one a see-also."""
    from dms.desk.consent.changing import promote
    from dms.desk.records.finding import catch_up

    with session.world() as world:
        moved = promote(world, record, class_code, reason=reason)
        catch_up(world)
    told = Said(
        "{see_also} is now {paper_number}. “{act}” lists the sheets to print again.",
        see_also=moved.see_also[-1],
        paper_number=moved.paper_number,
        act=Do("reprint"),
    )
    _done(moved.to_dict(), told, as_json=as_json)


@click.command("delete")
@click.argument("record", required=False)
@click.option("--approve", type=int, default=None, metavar="NO", help="Agree: it goes into the bin for a month.")
@click.option("--refuse", type=int, default=None, metavar="NO", help="Refuse a removal.")
@click.option("--list", "listed", is_flag=True, help="List removals asked for, and the bin.")
@_REASON
@json_option
@click.pass_obj
def delete_command(
    session: Session, record: str | None, approve: int | None, refuse: int | None, listed: bool, reason: str,
    as_json: bool,
) -> None:  # fmt: skip
    """Ask for a record to be removed (R9), or decide it: a month in the bin, then gone for good."""
    from dms.desk.consent.disposing import ask_deletion, decide_deletion
    from dms.desk.records.finding import catch_up
    from dms.errors import Usage

    if listed:
        _bin(session, as_json=as_json)
        return
    with session.world() as world:
        if approve is not None or refuse is not None:
            number = approve if approve is not None else refuse
            done = decide_deletion(world, number or 0, agree=approve is not None, reason=reason)
            catch_up(world)
            kept = Said(
                "{target} is in the bin until {until}: {act}",
                target=done.target,
                until=done.until[:10],
                act=Do("restore", done.target, reason="…"),
            )
            told = kept if approve is not None else Said("The removal of {target} is refused.", target=done.target)
            _done(asdict(done), told, as_json=as_json)
            return
        if not record:
            raise Usage(Said("Remove which record?"), Do("delete", "HG01E2026000123", reason="…"))
        request = ask_deletion(world, record, reason=reason)
    _done(
        asdict(request),
        Said("Request {request} waits for the sales or general manager.", request=request.id),
        as_json=as_json,
    )


def _bin(session: Session, *, as_json: bool) -> None:
    from dms.desk.consent.disposing import bin_of
    from dms.desk.consent.requesting import requests

    with session.world() as world:
        asked = requests(world, "deletion", states=["open"])
        held = bin_of(world)
    data = {
        "requests": [asdict(r) for r in asked],
        "bin": [
            {"code": b.record.code, "title": b.record.title, "reason": b.request.reason, "until": b.request.until,
             "days_left": b.days_left, "due": b.due, "held": b.held}
            for b in held
        ],
    }  # fmt: skip
    waiting = [(str(r.id), r.target, r.asked_by, r.reason) for r in asked]
    rows = [
        (b.record.code, b.record.title, b.request.reason, Said("{days} days", days=b.days_left), b.held) for b in held
    ]

    def human(console: Any) -> None:
        table(
            console, heads("no.", "record", "asked by", "reason"), waiting, empty=Said("No removal waits for consent.")
        )
        table(console, heads("in the bin", "title", "reason", "left", "held by"), rows, empty=Said("The bin is empty."))

    answer(data, human, as_json=as_json)


@click.command("restore")
@click.argument("record")
@_REASON
@json_option
@click.pass_obj
def restore_command(session: Session, record: str, reason: str, as_json: bool) -> None:
    """Take a record out of the bin; it is again what it was."""
    from dms.desk.consent.disposing import restore
    from dms.desk.records.finding import catch_up

    with session.world() as world:
        back = restore(world, record, reason=reason)
        catch_up(world)
    _done(back.to_dict(), Said("{back} is restored.", back=back.code), as_json=as_json)


@click.command("purge")
@json_option
@click.pass_obj
def purge_command(session: Session, as_json: bool) -> None:
    """Destroy for good what has been in the bin for its month and is not held; a tombstone stays."""
    from dms.desk.consent.disposing import purge
    from dms.desk.records.finding import catch_up

    with session.world() as world:
        gone = purge(world)
        catch_up(world)
    told = Said("Destroyed: {gone}.", gone=tuple(gone)) if gone else Said("Nothing in the bin is due.")
    _done({"purged": gone}, told, as_json=as_json)


@click.command("hold")
@click.argument("target", required=False)
@click.option("--lift", type=int, default=None, metavar="NO", help="Lift a hold.")
@click.option("--list", "listed", is_flag=True, help="List holds.")
@_REASON
@json_option
@click.pass_obj
def hold_command(
    session: Session, target: str | None, lift: int | None, listed: bool, reason: str, as_json: bool
) -> None:
    """Keep a record, a volume or customer:NAME from destruction while a dispute lasts (legal hold)."""
    from dms.desk.consent.holding import hold, holds
    from dms.desk.consent.holding import lift as lift_hold
    from dms.errors import Usage

    with session.world() as world:
        if listed:
            found = holds(world)
            rows = [(str(h.id), h.target, h.reason, h.by, h.at[:10], h.lifted_at[:10]) for h in found]
            headings = heads("no.", "what", "reason", "by", "since", "lifted")
            data = {"holds": [asdict(h) for h in found]}
            answer(data, lambda c: table(c, headings, rows, empty=Said("Nothing is held.")), as_json=as_json)
            return
        if lift is not None:
            lifted = lift_hold(world, lift, reason=reason)
            _done(asdict(lifted), Said("The hold on {target} is lifted.", target=lifted.target), as_json=as_json)
            return
        if not target:
            raise Usage(Said("Hold what?"), Do("hold", "HG01E2026000123", reason="…"))
        made = hold(world, target, reason=reason)
    _done(asdict(made), Said("{target} is held (no. {made}).", target=made.target, made=made.id), as_json=as_json)
