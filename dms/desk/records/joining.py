"""Pages of two records: a later batch joined to its record, and a record split in two.

Both are free before filing; to a filed record a batch comes by consent (R8), and nothing is split off it. The scan
that comes stays beside the first one, byte for byte; the code given up is voided with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from dms.desk.acts import gate
from dms.desk.acts.kinds import Form, Input, on_record
from dms.desk.consent.changing import ask_change
from dms.desk.records.arranging import overtaken, refuse_older, refuse_overtaken, refuse_unregistered, unsign
from dms.desk.records.giving_up import give_up
from dms.disk import make_folder
from dms.domain.arranging import collate_all, split_at
from dms.domain.describing.deciding import Description
from dms.domain.item import Hints
from dms.domain.policy import Action
from dms.domain.record import Carrier, Record, RecordState, filing_year
from dms.errors import Conflict, NotPermitted, Usage
from dms.flow.arrange import laid_out, standing, together_with, with_pages
from dms.flow.asking import to_describe
from dms.flow.describe import described
from dms.flow.passing import passing
from dms.flow.work import record_json
from dms.ports.catalogue import Attention, Transaction
from dms.ports.registers import Request
from dms.ports.world import World
from dms.said import Do, Said, Word

JOIN = on_record(Action.PAIR, name="join")
SPLIT = on_record(Action.DESCRIBE, name="split")


def join(world: World, named: str, to: str, *, reason: str, collate: str = "") -> Record | Request:
    """Join a record's pages to another's, behind them; of a filed one, ask for consent to it.

    Args:
        world: the archive.
        named: the record whose pages come; its code is given up.
        to: the record that goes on.
        reason: why.
        collate: the first are fronts, the others backs: ``reversed`` from the last one, or ``same``; empty: behind.

    Returns:
        the record that goes on, or the request where it is filed.

    Raises:
        Usage: no reason, a file and a scan, or fronts and backs that make no pairs.
        NotFound: one of them is not there, or has no pages.
        Conflict: they are the same, not registered, or somebody changed one meanwhile.
        NotPermitted: not for the asker.
    """
    if not reason.strip():
        raise Usage(Said("Pages are joined only with a reason."), Do("", reason="同一份材料的后续页"))
    with world.catalogue.look() as tx:
        _, mine = gate.reach(world, tx)
        second, first = gate.seen(tx, mine, named), gate.seen(tx, mine, to)
        gate.allow(mine, Action.PAIR, second)
        if first.state is not RecordState.FILED:
            gate.allow(mine, Action.PAIR, first)
    _refuse_unfit(first, second)
    now = together_with(world, standing(world, first), standing(world, second))
    before = standing(world, first).arrangement
    wanted = collate_all(now.arrangement, len(before.leaves), collate) if collate else now.arrangement
    if first.state is RecordState.FILED:
        told = Said("{count} pages of {record} joined", count=second.electronic.pages, record=second.code)
        data = {"arrangement": wanted.to_dict(), "before": before.to_dict(), "join": second.code}
        return ask_change(world, first.code, {}, pages=data | {"told": [told.stored()]}, reason=reason)
    with passing(world, "pages") as folder:
        laid = laid_out(world, now, wanted, folder)
        with gate.acting(world, JOIN, first.code, reason=reason) as act:
            gate.allow(act.reach, Action.PAIR, act.see(second.code))
            refuse_overtaken(act, first, now)
            if act.tx.record(second.code) != second:
                raise overtaken(second)
            record = with_pages(first, len(laid.pages))
            unsign(act, first.code)
            act.notes |= {"joined": second.code, "collate": collate}
            message = Said("Pages of {record} joined: {reason}", record=second.code, reason=reason)
            act.write(first.code, laid.files(wanted) | {"record.json": record_json(record)}, message)
            act.tx.save_record(record)
            act.tx.enqueue("index", first.code)
            give_up(act, second, Said("its pages joined to {record}", record=first.code))
            settle_between(act.tx, first.code, second.code)
    return record


@dataclass(frozen=True, slots=True)
class Split:
    """Both records after a split: what stays, and what became a record of its own."""

    record: Record
    new: Record


def split(world: World, named: str, at: int, *, reason: str, version: int = 0) -> Split:
    """Make a record of its own of a record's pages from one on; what is not known of it is asked.

    Both keep the scan whole, and each names the other in how its pages are arranged; the new one also as what it is
    part of. Nothing of the first one's description changes but its pages.

    Args:
        world: the archive.
        named: the record.
        at: the page the new one begins with, as the pages stand now.
        reason: why.
        version: the newest one when the asker looked; 0 where he does not say.

    Raises:
        Usage: no reason, or a page it cannot begin with.
        NotFound: no such record, or it has no pages.
        NotPermitted: it is filed, or not for the asker.
        Conflict: it is not registered, has two carriers, or somebody changed it meanwhile.
    """
    if not reason.strip():
        raise Usage(Said("A record is split only with a reason."), Do("", reason="两份材料扫在一起"))
    seen = gate.about_to(world, Action.DESCRIBE, named)
    _refuse_split(seen)
    now = standing(world, seen)
    refuse_older(seen, now, version)
    parts = split_at(now.arrangement, at, "", seen.code)
    hints = Hints(manager=seen.manager, carrier="paper" if seen.paper.present else "electronic")
    received = datetime.fromisoformat(seen.received_at or world.now()).date()
    told = described(world, now.pages[at - 1 :], hints, received)
    with passing(world, "pages") as folder:
        stays, goes = ((folder / name) for name in ("stays", "goes"))
        make_folder(stays)
        make_folder(goes)
        first_laid = laid_out(world, now, parts[0], stays)
        new_laid = laid_out(world, now, parts[1], goes, code="new")
        with gate.acting(world, SPLIT, seen.code, reason=reason) as act:
            refuse_overtaken(act, seen, now)
            code = str(act.tx.next_code(world.scheme.fonds, received.year))
            first_pages, new_pages = split_at(now.arrangement, at, code, seen.code)
            record = with_pages(seen, len(first_laid.pages))
            new = _split_off(world, seen, code, told, len(new_laid.pages))
            unsign(act, seen.code)
            act.notes |= {"new": code, "at": at}
            said = {
                record.code: Said(
                    "Split at page {page}: {record} has the rest: {reason}", page=at, record=code, reason=reason
                ),
                code: Said("Split off {record} from page {page}: {reason}", record=seen.code, page=at, reason=reason),
            }
            for one, laid, pages in ((record, first_laid, first_pages), (new, new_laid, new_pages)):
                files = laid.files(pages) | {"record.json": record_json(one)}
                act.write(one.code, files, said[one.code], new=one is new)
                act.tx.enqueue("index", one.code)
            act.tx.save_record(record)
            act.tx.add_record(new)
            _ask_about(act, new, told)
    return Split(record, new)


def _split_off(world: World, first: Record, code: str, told: Description, count: int) -> Record:
    kind = world.scheme.classes.get(told.class_code)
    new = Record(
        code, title=told.title, customer=told.customer, manager=told.manager, date=told.date, form=told.form,
        year=filing_year(None, told.date, datetime.fromisoformat(first.received_at or world.now()).date()),
        fields=told.fields, uncertain=told.uncertain, state=RecordState.REGISTERED,
        electronic=replace(first.electronic, address=world.vault.address(code), pages=count),
        paper=Carrier(True, pages=count) if first.paper.present else Carrier(), link=first.link,
        part_of=first.code, batch=first.batch, received_at=first.received_at, received_by=first.received_by,
    )  # fmt: skip
    return new.with_(**kind.given) if kind else new.with_(class_code=told.class_code)


def _ask_about(act: gate.Passage, new: Record, told: Description) -> None:
    if not new.uncertain:
        return
    names = [Word("field", name) for name in new.uncertain]
    act.tx.ask(
        Attention(
            "describe", new.code, Said("“{title}”: please settle {names}.", title=new.title or new.code, names=names),
            to_describe(new.code, new.uncertain), act.now,
            {"reasons": {n: told.reasons[n] for n in new.uncertain if n in told.reasons}},
        )
    )  # fmt: skip


def _refuse_split(record: Record) -> None:
    if record.state is RecordState.FILED:
        raise NotPermitted(
            Said(
                "{record} is filed as {paper_number}; a filed record is not split.",
                record=record.code,
                paper_number=record.paper_number,
            ),
            Said(
                "Ask to take the pages out ({pages}); when that is agreed to, hand them in as a file of their own.",
                pages=Do("pages", record.code, drop="3-z", reason="…"),
            ),
        )
    refuse_unregistered(record)
    if record.paper.sha512:
        raise Conflict(
            Said("{record} has two carriers and is not split.", record=record.code),
            Said(
                "Hand both papers in apart, then take the pages out here: {act}",
                act=Do("pages", record.code, drop="3-z"),
            ),
        )


def settle_between(tx: Transaction, first: str, second: str) -> None:
    """Take questions about a record off the list that only asked what another one, now given up, is to it."""
    for one in tx.attention(first):
        if one.data.get("other") == second:
            tx.settle(one.kind, first)


def _refuse_unfit(first: Record, second: Record) -> None:
    if first.code == second.code:
        raise Conflict(
            Said("A record cannot be joined to itself."), Said("Name the later batch and the record it belongs to.")
        )
    refuse_unregistered(second)
    if first.state is RecordState.RESERVED:
        raise Conflict(
            Said("Nothing was scanned for {code} yet.", code=first.code), Do("pair", first.code, second.code)
        )
    if first.state is not RecordState.FILED:
        refuse_unregistered(first)
    for one in (first, second):
        if one.paper.sha512:
            raise Conflict(
                Said("{record} has two carriers; pages are joined to records of one.", record=one.code),
                Said("Scan its paper whole and hand that in: {act}", act=Do("rescan")),
            )
    if first.paper.present != second.paper.present:
        raise Usage(
            Said("One of {first} and {second} is a file, the other a scan.", first=first.code, second=second.code),
            Do("pair", first.code, second.code),
        )


ACTS = (
    SPLIT.by(split, Input("at", Form.NUMBER, needed=True), Input("reason", needed=True), tells="split"),
    JOIN.by(
        join, Input("other", Form.RECORD, needed=True, parameter="to"), Input("reason", needed=True),
        Input("collate", choices=("reversed", "same")), tells="record",
    ),
)  # fmt: skip
