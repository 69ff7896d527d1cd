"""Deletion (R9): asked with a reason, agreed by another person, a month in the bin, then gone but for a tombstone.

The month is counted twice: by the calendar, and by the seconds the archive has lived through (see the log), so that a
clock set forward frees nothing. A legal hold stops agreement and purge alike.
"""

from __future__ import annotations

import calendar
import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from dms.desk.acts import gate
from dms.desk.acts.kinds import REASON, on_record
from dms.desk.consent.holding import held, refuse_held
from dms.desk.consent.requesting import asking, decided, open_request, put_before
from dms.desk.shelf.reprinting import ask_again
from dms.domain.access import may_see
from dms.domain.policy import Action
from dms.domain.record import ALIVE, Carrier, Link, LinkState, Record, RecordState, split_from_one
from dms.errors import Conflict, Damaged, NotFound, Usage
from dms.flow.passing import tidy_work
from dms.flow.versions import forget, tidy_vault
from dms.flow.work import record_json
from dms.ports.catalogue import Act, Transaction
from dms.ports.clock import parse
from dms.ports.registers import Request
from dms.ports.world import World
from dms.said import Do, Said, Word, joined

ASK_DELETION = on_record(Action.ASK_DELETION, RecordState.REGISTERED, RecordState.FILED)
AGREE_DELETION = on_record(Action.DECIDE_DELETION, name="agree-deletion")
REFUSE_DELETION = on_record(Action.DECIDE_DELETION, name="refuse-deletion")
RESTORE = on_record(Action.RESTORE, RecordState.BINNED)
PURGE = on_record(Action.PURGE)


DAY = 86400


def ask_deletion(world: World, named: str, *, reason: str) -> Request:
    """Ask for a record to be removed.

    Raises:
        Usage: no reason.
        Conflict: it is in the bin already, void, or a deletion waits.
        NotPermitted: not for the asker.
    """
    if not reason.strip():
        raise Usage(Said("A record is removed only with a reason."), Do("", reason="重复扫描"))
    with gate.acting(world, ASK_DELETION, named, reason=reason) as act:
        record = act.record
        if record.state not in ALIVE:
            raise Conflict(
                Said(
                    "{record} is in the state “{state}”.", record=record.code, state=Word("state", record.state.value)
                ),
                Said("There is nothing to remove."),
            )
        waiting = open_request(act.tx, "deletion", record.code)
        if waiting:
            raise Conflict(
                Said("The removal of {record} waits already.", record=record.code),
                Said("It is request {waiting}.", waiting=waiting.id),
            )
        request = act.tx.add_request(asking(act, "deletion", record.code, reason))
        question = Said("{me} asks to remove it: {reason}", me=act.me.name, reason=reason)
        kin = [r for r in act.tx.records_by_digest(record.electronic.sha512) if r.state in ALIVE]
        if shared := [r.code for r in kin if split_from_one(r, record)]:
            told = Said(
                "Its scan is the original of {records} too, and stays there as long as they do.", records=shared
            )
            question = joined(question, told)
        put_before(act, request, "delete", question)
        act.notes["request"] = request.id
    return request


def decide_deletion(world: World, request_id: int, *, agree: bool, reason: str = "") -> Request:
    """Agree to a removal: the record goes into the bin for a month; or refuse it.

    Raises:
        NotFound: there is no such request.
        Conflict: it is decided already, or its record is gone.
        NotPermitted: not for the asker, his own request, or a legal hold.
        Usage: a refusal without a reason.
    """
    if not agree and not reason.strip():
        raise Usage(Said("A removal is refused only with a reason."), Do("", reason="…"))
    with world.catalogue.look() as tx:
        asked = tx.request(request_id)
    if asked is None or asked.kind != "deletion":
        raise NotFound(
            Said("There is no removal {request}.", request=request_id),
            Said("“{act}” names them.", act=Do("delete", list=True)),
        )
    with gate.acting(world, AGREE_DELETION if agree else REFUSE_DELETION, asked.target, reason=reason) as act:
        record = act.record
        act.notes["request"] = request_id
        act.tx.settle("deletion", record.code)
        if not agree:
            return decided(act, request_id, "deletion", state="denied", decision=reason)
        refuse_held(act.tx, record)
        if record.state not in ALIVE:
            raise Conflict(
                Said(
                    "{record} is in the state “{state}”.", record=record.code, state=Word("state", record.state.value)
                ),
                Said("There is nothing to remove."),
            )
        now = world.clock.now()
        until = month_after(now)
        request = decided(
            act, request_id, "deletion", state="granted", decision=reason, until=until.isoformat(timespec="seconds")
        )
        lived = act.tx.lived() + int((until - now).total_seconds())
        request = replace(request, data={**request.data, "was": record.state.value, "lived_until": lived})
        act.tx.save_request(request)
        act.tx.save_record(record.with_(state=RecordState.BINNED))
        act.tx.enqueue("index", record.code)
        act.notes |= {"until": request.until, "lived_until": lived}
        if record.volume:
            ask_again(
                act.tx,
                "state",
                why=Said("{record} is in the bin", record=record.code),
                at=act.now,
                volume=record.volume,
            )
    return request


def restore(world: World, named: str, *, reason: str) -> Record:
    """Take a record out of the bin; it is again what it was.

    Raises:
        Usage: no reason.
        Conflict: it is not in the bin.
        NotPermitted: not for the asker.
    """
    if not reason.strip():
        raise Usage(Said("A record is restored with a reason."), Do("", reason="误删"))
    with gate.acting(world, RESTORE, named, reason=reason) as act:
        request = _binned(act.tx, act.record)
        was = str(request.data["was"])
        if was not in ALIVE:
            raise Damaged(
                Said("The state {record} had before cannot be read: {problem}.", record=act.record.code, problem=was),
                Said("“{act}” tells all that is damaged.", act=Do("verify")),
            )
        record = act.record.with_(state=RecordState(was))
        act.tx.save_record(record)
        act.tx.save_request(replace(request, state="withdrawn", decision=f"{request.decision} / restored: {reason}"))
        act.tx.enqueue("index", record.code)
        if record.volume:
            ask_again(
                act.tx, "state", why=Said("{record} is restored", record=record.code), at=act.now, volume=record.volume
            )
    return record


@dataclass(frozen=True, slots=True)
class Binned:
    """A record in the bin: its request, whether its month is over, days left, and what holds it."""

    record: Record
    request: Request
    due: bool
    days_left: int
    held: str


def bin_of(world: World) -> list[Binned]:
    """Return what is in the bin, within what the asker may see."""
    with gate.looking(world) as (tx, scope):
        records = [
            r
            for r in tx.records(states=[RecordState.BINNED])
            if may_see(scope, r)
        ]  # fmt: skip
        return [_state(world, tx, record) for record in records]


def purge(world: World) -> list[str]:
    """Destroy what has been in the bin for its month and is not held; return their codes.

    First the catalogue says so, then the vault is emptied; a purge that was cut off is finished by the next.

    Raises:
        NotPermitted: not for the asker.
    """
    with world.catalogue.look() as tx:
        gate.permitted(world, tx, Action.PURGE)
        due = [
            one
            for one in (_state(world, tx, r) for r in tx.records(states=[RecordState.BINNED]))
            if one.due and not one.held
        ]
    gone = []
    for one in due:
        tombstone = _tombstone(one.record, one.request)
        with gate.acting(world, PURGE, one.record.code, reason=one.request.reason) as act:
            if act.record.state is not RecordState.BINNED:
                act.logged = False
                continue
            refuse_held(act.tx, act.record)
            act.tx.save_request(replace(one.request, state="done"))
            destroy_in(act.tx, act.record, act.now)
            act.notes |= tombstone
        gone.append(one.record.code)
    empty_vault(world)
    if gone:
        # What a killed act left of these records would outlive them.
        tidy_work(world, purging=True)
        tidy_vault(world)
    return gone


def destroy_in(tx: Transaction, record: Record, now: str) -> Record:
    """Make a record a tombstone inside a transaction: number, class and dates stay, what it told is gone."""
    bare = destroyed(record)
    tx.unsign(record.code)
    tx.save_record(bare)
    tx.forget_lessons_of(record.code)
    for code in _scans(tx.acts(record.code)):
        tx.forget_lessons_of(code)
        scan = tx.record(code)
        if scan is not None:
            tx.save_record(destroyed(scan).with_(state=RecordState.VOID))
    tx.enqueue("index", record.code)
    for kind in ("describe", "pair", "quality", "gate", "change", "deletion", "loan"):
        tx.settle(kind, record.code)
    if record.volume:
        ask_again(tx, "content", why=Said("{record} was destroyed", record=record.code), at=now, volume=record.volume)
    return bare


def destroyed(record: Record) -> Record:
    """Return the tombstone of a record."""
    return record.with_(
        title="", customer="", fields={}, uncertain=(), form="", date=None, state=RecordState.DESTROYED,
        electronic=Carrier(address=record.electronic.address, pages=record.electronic.pages),
        paper=Carrier(address=record.paper.address, pages=record.paper.pages),
        link=Link(LinkState.WAIVED, "destroyed"), part_of="", received_by="",
    )  # fmt: skip


def empty_vault(world: World) -> int:
    """Destroy in the vault whatever belongs to tombstones and still lies there; return how many objects."""
    with world.catalogue.look() as tx:
        tombs = tx.records(states=[RecordState.DESTROYED])
        batches = {r.batch for r in tombs if r.batch}
        acts = {r.code: tx.acts(r.code) for r in tombs}
    count = 0
    for record in tombs:
        wanted = {"record.json": record_json(record), "tombstone.json": _why(record, acts[record.code])}
        for object_id in (record.code, *_scans(acts[record.code])):
            head = world.vault.head(object_id)
            if head is None or set(head.files) != set(wanted):
                forget(world, object_id)
                kept = wanted if object_id == record.code else _void_scan(world, object_id, record)
                world.vault.purge(
                    object_id,
                    kept,
                    message=Said("Destroyed by consent").stored(),
                    user=world.actor.name,
                    at=world.now(),
                )
                count += 1
    for batch in sorted(batches):
        # The stack as it was scanned shows the destroyed pages too; the other documents have their own copies.
        head = world.vault.head(batch)
        if head is not None and "tombstone.json" not in head.files:
            told = json.dumps({"reason": "a document of this stack was destroyed"}).encode()
            world.vault.purge(
                batch,
                {"tombstone.json": told},
                message=Said("Stack destroyed").stored(),
                user=world.actor.name,
                at=world.now(),
            )
            count += 1
    return count


def month_after(now: datetime) -> datetime:
    """Return the same time a month later; on a shorter month's last day where it has no such day."""
    year, month = (now.year + 1, 1) if now.month == 12 else (now.year, now.month + 1)
    return now.replace(year=year, month=month, day=min(now.day, calendar.monthrange(year, month)[1]))


def _state(world: World, tx: Transaction, record: Record) -> Binned:
    request = _binned(tx, record)
    try:
        left = int(request.data["lived_until"]) - tx.lived()
        by_calendar = (parse(request.until) - world.clock.now()).total_seconds()
    except (ValueError, TypeError) as problem:
        raise Damaged(
            Said("When the month of {record} ends cannot be read: {problem}.", record=record.code, problem=problem),
            Said("“{act}” tells all that is damaged.", act=Do("verify")),
        ) from problem
    seconds = max(left, by_calendar)
    return Binned(record, request, seconds <= 0, max(0, -int(-seconds // DAY)), held(tx, record))


def _binned(tx: Transaction, record: Record) -> Request:
    found = [r for r in tx.requests(kind="deletion", states=["granted"], target=record.code)]
    if record.state is not RecordState.BINNED or not found:
        raise Conflict(
            Said("{record} is not in the bin.", record=record.code),
            Said("“{act}” names what is.", act=Do("delete", list=True)),
        )
    return found[-1]


def _tombstone(record: Record, request: Request) -> dict[str, Any]:
    return {
        "asked_by": request.asked_by, "asked_at": request.asked_at, "reason": request.reason,
        "agreed_by": request.decided_by, "agreed_at": request.decided_at, "paper_number": record.paper_number,
    }  # fmt: skip


def _why(record: Record, acts: Any) -> bytes:
    """The tombstone's words: who, why, when, as the log tells them."""
    told: list[Act] = [a for a in acts if a.act in ("purge", "destroy")]
    why = {"code": record.code, "paper_number": record.paper_number, "class": record.class_code}
    if told:
        why |= {"at": told[0].at, "by": told[0].user, "reason": told[0].reason, **told[0].notes}
    return (json.dumps(why, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _scans(acts: Any) -> list[str]:
    """Codes of scans that were paired into a record, or whose pages joined it: their objects hold them once more."""
    named = {"pair": "scan", "join": "joined", "agree-change": "joined"}
    return [str(a.data[named[a.act]]) for a in acts if a.act in named and a.data.get(named[a.act])]


def _void_scan(world: World, code: str, record: Record) -> dict[str, bytes]:
    with world.catalogue.look() as tx:
        scan = tx.record(code)
    bare = destroyed(scan or record.with_(code=code)).with_(state=RecordState.VOID)
    told = json.dumps({"code": code, "reason": f"destroyed with {record.code}"}).encode()
    return {"record.json": record_json(bare), "tombstone.json": told}


ACTS = (
    ASK_DELETION.by(ask_deletion, REASON),
    AGREE_DELETION,
    REFUSE_DELETION,
    RESTORE.by(restore, REASON),
    PURGE,
)
