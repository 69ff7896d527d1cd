"""``dms pages``, ``join`` and ``split``: the pages of a record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dms.faces.cli.output import Session, answer, json_option, table, tell
from dms.said import NOTHING, Said, Word, heads, joined

if TYPE_CHECKING:
    from dms.domain.record import Record
    from dms.ports.registers import Request

_REASON = click.option("--reason", default="", help="Why; it stays in the log and the version.")
_MM = 25.4 / 72


@click.command("pages")
@click.argument("record")
@click.option("--order", default="", help="All pages that stay, in their new order: 3,1-2; z is the last.")
@click.option("--drop", default="", metavar="PAGES", help="Take pages out; the scan keeps them.")
@click.option("--drop-blank", is_flag=True, help="Take out what shows nothing.")
@click.option("--turn", multiple=True, metavar="PAGES:DEGREES", help="Turn clockwise by 90, 180 or 270, such as 2:180.")
@click.option("--straighten", multiple=True, metavar="PAGES[:DEGREES]", help="Turn a little, as measured or as said.")
@click.option(
    "--crop", multiple=True, metavar="PAGES:L,T,R,B", help="Cut millimetres off left, top, right, bottom: 2:5,0,5,12."
)
@click.option("--collate", "collate", flag_value="reversed", help="Fronts came first, then backs from the last.")
@click.option("--collate-same", "collate", flag_value="same", help="Fronts came first, then backs from the first.")
@click.option("--as-scanned", is_flag=True, help="Undo all: the pages as they were scanned.")
@_REASON
@json_option
@click.pass_obj
def pages_command(
    session: Session, record: str, order: str, drop: str, drop_blank: bool, turn: tuple[str, ...],
    straighten: tuple[str, ...], crop: tuple[str, ...], collate: str | None, as_scanned: bool, reason: str,
    as_json: bool,
) -> None:  # fmt: skip
    """List the pages of a record, or arrange them: a new version with the reason, the scan as it was.

    Pages are numbered as they stand before the command. A filed record's pages change by consent: the command asks.
    """
    from dms.desk.records.arranging import arrange
    from dms.desk.records.finding import catch_up
    from dms.domain.arranging import Wish

    wish = Wish(order, drop, drop_blank, turn, straighten, crop, collate or "", as_scanned)
    if wish == Wish():
        _list(session, record, as_json=as_json)
        return
    with session.world() as world:
        done = arrange(world, record, wish, reason=reason)
        catch_up(world)
    _answer(done, as_json=as_json)


@click.command("join")
@click.argument("record")
@click.option("--to", required=True, metavar="RECORD", help="The record that goes on; the other's code is voided.")
@click.option("--collate", "collate", flag_value="reversed", help="They are its backs, from the last.")
@click.option("--collate-same", "collate", flag_value="same", help="They are its backs, from the first.")
@_REASON
@json_option
@click.pass_obj
def join_command(session: Session, record: str, to: str, collate: str | None, reason: str, as_json: bool) -> None:
    """Join a record's pages to another's: a later batch of the same paper, or the backs of its fronts."""
    from dms.desk.records.finding import catch_up
    from dms.desk.records.joining import join

    with session.world() as world:
        done = join(world, record, to, reason=reason, collate=collate or "")
        catch_up(world)
    _answer(done, as_json=as_json)


@click.command("split")
@click.argument("record")
@click.option("--at", type=int, required=True, metavar="PAGE", help="The page the new record begins with.")
@_REASON
@json_option
@click.pass_obj
def split_command(session: Session, record: str, at: int, reason: str, as_json: bool) -> None:
    """Make a record of its own of a record's pages from one on; both keep the scan."""
    from dms.desk.records.finding import catch_up
    from dms.desk.records.joining import split

    with session.world() as world:
        done = split(world, record, at, reason=reason)
        catch_up(world)
    told = Said(
        "{new} has {pages} pages of its own; {record} keeps {rest}.",
        new=done.new.code,
        pages=done.new.electronic.pages,
        record=done.record.code,
        rest=done.record.electronic.pages,
    )
    left = [Word("field", name) for name in done.new.uncertain]
    asked = Said("Still open: {left}.", left=left) if left else NOTHING
    data = {"record": done.record.to_dict(), "new": done.new.to_dict()}
    answer(data, lambda c: tell(c, joined(told, asked)), as_json=as_json)


def _answer(done: Record | Request, *, as_json: bool) -> None:
    from dms.domain.record import Record

    if isinstance(done, Record):
        told = Said("{code} now has {pages} pages.", code=done.code, pages=done.electronic.pages)
        data: dict[str, Any] = {"record": done.to_dict()}
    else:
        told = Said("Request {request} waits for the sales or general manager.", request=done.id)
        data = {"request": done.id}
    answer(data, lambda c: tell(c, told), as_json=as_json)


def _list(session: Session, record: str, *, as_json: bool) -> None:
    from dms.desk.records.arranging import sheets_of, told_pages

    with session.world() as world:
        found = sheets_of(world, record)
    pages = told_pages(found)
    data = {"code": found.record.code, "pages": pages, "taken_out": found.taken_out, "apart": found.apart}

    def human(console: Any) -> None:
        rows = [
            (
                p["number"], p["source"], f"{p['width'] * _MM:.0f} × {p['height'] * _MM:.0f} mm",
                Said("blank") if p["blank"] else NOTHING, _done_with(p), p["words"], f"{p['confidence']:.0%}",
            )
            for p in pages
        ]  # fmt: skip
        table(console, heads("page", "of the scan", "size", "", "done with it", "words", "recognised"), rows)
        if found.taken_out:
            tell(console, Said("Taken out; the scan has them: {pages}", pages=found.taken_out))
        for source, code in found.apart:
            tell(console, Said("Page {page} of the scan is {record} now.", page=source, record=code))

    answer(data, human, as_json=as_json)


def _done_with(page: dict[str, Any]) -> Said:
    told = [Said("turned by {degrees}°", degrees=page["turn"])] if page["turn"] else []
    if page["straighten"]:
        told.append(Said("straightened by {degrees}°", degrees=page["straighten"]))
    if page["crop"]:
        told.append(Said("cropped"))
    return Said("{told}", told=told) if told else NOTHING
