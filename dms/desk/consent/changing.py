"""Changes of filed records (R8): asked with a reason, agreed by another person, kept as a new version beside the old.

Moving into another class (R11) passes that class's gate, by the act of a sales or general manager, and gives a new
paper number; the old one stays as a see-also.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from dms.desk.acts import gate
from dms.desk.acts.kinds import LOOK, REASON, Form, Input, on_record
from dms.desk.consent.rearranging import give_up_for, prepare_pages
from dms.desk.consent.replacing import Fresh, forget, keep_aside, prepare, put_in_place
from dms.desk.consent.requesting import asking, decided, open_request, put_before
from dms.desk.shelf.reprinting import ask_again
from dms.desk.signing.approving import pass_gate
from dms.domain.numbers import VolumeNumber
from dms.domain.policy import Action
from dms.domain.record import Record, RecordState
from dms.domain.scheme import RecordClass
from dms.errors import Conflict, NotFound, Unavailable, Usage
from dms.flow.file import Drawn, NumberGone, drawn
from dms.flow.passing import passing
from dms.flow.work import PAGE_BREAK, record_json
from dms.ports.catalogue import Transaction
from dms.ports.registers import Request
from dms.ports.world import World
from dms.said import Do, Said, Word, read_said

ASK_CHANGE = on_record(Action.ASK_CHANGE, RecordState.FILED)
AGREE_CHANGE = on_record(Action.DECIDE_CHANGE, name="agree-change")
REFUSE_CHANGE = on_record(Action.DECIDE_CHANGE, name="refuse-change")
PROMOTE = on_record(Action.PROMOTE, RecordState.FILED)


# So often another desk may take the very number a stamp was drawn with, before we say so.
_TRIES = 50
CHANGEABLE = ("title", "customer", "date", "secrecy")


def ask_change(
    world: World,
    named: str,
    changes: Mapping[str, str],
    *,
    fields: Mapping[str, str] | None = None,
    file: Path | None = None,
    pages: Mapping[str, Any] | None = None,
    reason: str,
) -> Request:
    """Ask for a change of a filed record.

    Args:
        world: the archive.
        named: the record.
        changes: new values of :data:`CHANGEABLE`.
        fields: new values of fields read from its form.
        file: what replaces its electronic file; it waits aside until somebody agrees.
        pages: how its pages are to be arranged, as :mod:`dms.desk.consent.rearranging` reads it.
        reason: why.

    Raises:
        Usage: no reason, nothing to change, or an impossible value.
        Conflict: it is not filed, or a change waits already.
        NotPermitted: not for the asker.
    """
    if not reason.strip():
        raise Usage(Said("A change is asked for with a reason."), Do("", reason="金额录入有误，应为1860.00"))
    wanted: dict[str, str] = {k: v.strip() for k, v in changes.items() if v.strip()}
    unknown = set(wanted) - set(CHANGEABLE)
    if unknown:
        raise Usage(
            Said("“{unknown}” is not changed so.", unknown=sorted(unknown)[0]),
            Said("Another class: {act}. Else: {changeable}", changeable=tuple(CHANGEABLE), act=Do("promote")),
        )
    if not wanted and not fields and file is None and pages is None:
        raise Usage(
            Said("Nothing is to be changed."),
            Said(
                "Give at least one of {inputs}",
                inputs=Do("", title=True, customer=True, date=True, field=True, replace=True),
            ),
        )
    if "date" in wanted:
        _day(wanted["date"])
    with gate.acting(world, ASK_CHANGE, named, reason=reason) as act:
        record = act.record
        if record.state is not RecordState.FILED:
            raise Conflict(
                Said("{record} is not filed.", record=record.code),
                Said("Before filing: {act}", act=Do("describe", record.code, "…")),
            )
        waiting = open_request(act.tx, "change", record.code)
        if waiting:
            raise Conflict(
                Said("A change of {record} waits already.", record=record.code),
                Said("It is request {waiting}.", waiting=waiting.id),
            )
        before = {k: _value(record, k) for k in wanted}
        fields_before = {k: record.fields.get(k, "") for k in fields or {}}
        data: dict[str, Any] = {
            "changes": wanted,
            "fields": dict(fields or {}),
            "before": before,
            "fields_before": fields_before,
        }
        if file is not None:
            data["file"] = keep_aside(world, file, f"change-{world.new_id()}")
        if pages is not None:
            data["pages"] = dict(pages)
        request = act.tx.add_request(asking(act, "change", record.code, reason, data))
        told = [
            *(Word("field", name) for name in (*wanted, *(fields or {}))),
            *([Said("its file")] if file else []),
            *map(read_said, (pages or {}).get("told", ())),
        ]
        question = Said("{me} asks to change {told}: {reason}", me=act.me.name, told=told, reason=reason)
        put_before(act, request, "change", question)
        act.notes |= {"request": request.id, **data}
    return request


def decide_change(world: World, request_id: int, *, agree: bool, reason: str = "") -> Record:
    """Agree to a change and carry it out, or refuse it (R8: the sales manager's consent).

    Raises:
        NotFound: there is no such request.
        Conflict: it is decided already, or the record changed meanwhile.
        NotPermitted: not for the asker, or his own request.
        Usage: a refusal without a reason.
    """
    if not agree and not reason.strip():
        raise Usage(Said("A change is refused only with a reason."), Do("", reason="…"))
    with world.catalogue.look() as tx:
        asked = tx.request(request_id)
    if asked is None or asked.kind != "change":
        raise NotFound(
            Said("There is no change {request}.", request=request_id),
            Said("“{act}” names them.", act=Do("change", list=True)),
        )
    with passing(world, "pages") as folder:
        fresh = _read(world, asked, folder) if agree and asked.state == "open" else None
        return _decide(world, asked, fresh, agree=agree, reason=reason)


def _decide(world: World, asked: Request, fresh: Fresh | None, *, agree: bool, reason: str) -> Record:
    request_id, kept = asked.id, dict(asked.data.get("file", {}))
    with gate.acting(world, AGREE_CHANGE if agree else REFUSE_CHANGE, asked.target, reason=reason) as act:
        record = act.record
        request = decided(act, request_id, "change", state="done" if agree else "denied", decision=reason)
        act.notes |= {"request": request_id, **request.data}
        act.tx.settle("change", record.code)
        if not agree:
            if kept:
                act.afterwards(lambda: forget(world, kept))
            return record
        changed = _changed(record, request)
        message = Said(
            "Changed: {reason}; asked by {asked_by}, agreed by {agreed_by}",
            reason=request.reason,
            asked_by=request.asked_by,
            agreed_by=act.me.code,
        )
        if fresh:
            changed = put_in_place(act, changed, fresh, message)
            if fresh.gives_up is not None:
                give_up_for(act, record, fresh.gives_up)
        else:
            act.write(record.code, {"record.json": record_json(changed)}, message)
        act.tx.save_record(changed)
        act.tx.enqueue("index", record.code)
        _reprint(act, changed, Said("the record was changed"))
        if kept:
            act.afterwards(lambda: forget(world, kept))
    return changed


def _read(world: World, asked: Request, folder: Path) -> Fresh | None:
    """Read the file or the pages that replace others, for somebody who may decide it; None where only words change."""
    kept, pages = asked.data.get("file"), asked.data.get("pages")
    if not kept and not pages:
        return None
    with world.catalogue.look() as tx:
        _, mine = gate.reach(world, tx)
        record = gate.seen(tx, mine, asked.target)
        gate.allow(mine, Action.DECIDE_CHANGE, record)
    return prepare_pages(world, record, pages, folder) if pages else prepare(world, record, kept or {})


def promote(world: World, named: str, class_code: str, *, reason: str) -> Record:
    """Move a filed record into another class (R11): a new paper number, the old one a see-also, sheets to reprint.

    It passes the gate of that class as if it were filed there now (R3, R4); by hand nothing is moved.

    Raises:
        Usage: no reason, or an unknown class.
        Conflict: it is not filed, or in that class already.
        NotPermitted: not for the asker, or the gate of that class holds it; what is missing is named.
    """
    if not reason.strip():
        raise Usage(Said("A record moves only with a reason."), Do("", reason="重要，转入客户投诉"))
    kind = world.scheme.record_class(class_code)
    for _ in range(_TRIES):
        before = gate.about_to(world, Action.PROMOTE, named)
        with world.catalogue.look() as tx:
            _refuse_move(world, tx, before, kind)
        series = world.scheme.volume(kind.code, before.year, before.manager, kind.retention)
        with world.catalogue.look() as tx:
            number = tx.expected_paper(series)
        moved = before.with_(
            **kind.given,
            paper_number=str(number),
            volume=str(number.volume),
            see_also=(*before.see_also, before.paper_number),
        )
        with drawn(world, moved) as sheets:
            try:
                return _move(world, before, kind, series, sheets, reason)
            except NumberGone:
                continue
    raise Unavailable(Said("Others file into the same volume all the time."), Said("Try again."))


def _refuse_move(world: World, tx: Transaction, record: Record, kind: RecordClass) -> None:
    """Refuse what cannot move: asked before the stamp is drawn, and again in the commit."""
    if record.state is not RecordState.FILED:
        raise Conflict(
            Said("{record} is not filed.", record=record.code), Do("describe", record.code, class_=kind.code)
        )
    if record.class_code == kind.code:
        raise Conflict(
            Said("{record} is in class {kind} already.", record=record.code, kind=kind.code),
            Said("Nothing is to be moved."),
        )
    pass_gate(world, tx, record.with_(**kind.given), by_hand=False)


def _move(world: World, before: Record, kind: RecordClass, series: VolumeNumber, sheets: Drawn, reason: str) -> Record:
    moved = sheets.record
    with gate.acting(world, PROMOTE, before.code, reason=reason) as act:
        record, number = act.record, moved.paper_number
        _refuse_move(world, act.tx, record, kind)
        if record != before:
            raise Conflict(
                Said("{record} was changed by somebody else just now.", record=record.code),
                Said("Look at it, then move it again."),
            )
        _reprint(act, record, Said("item moved to class {kind}", kind=kind.code))
        if str(act.tx.next_paper(act.tx.open_volume(series, act.now))) != number:
            raise NumberGone(number)
        why = Said("moved to {number}: {reason}", number=number, reason=reason).stored()
        act.tx.save_record(moved)
        act.tx.void(record.paper_number, kind="paper", reason=why, user=act.me.code, at=act.now)
        act.tx.enqueue("index", record.code)
        _reprint(act, moved, Said("item moved from {paper_number}", paper_number=record.paper_number))
        act.notes |= {"before": record.paper_number, "after": number}
        message = Said(
            "Moved from {before} to {after}: {reason}", before=record.paper_number, after=number, reason=reason
        )
        act.write(moved.code, sheets.files, message)
    return moved


@dataclass(frozen=True, slots=True)
class Difference:
    """One line that differs between two versions: attribute or page, before, after."""

    place: Said | Word
    before: str
    after: str


def compare(world: World, named: str, first: int, second: int) -> list[Difference]:
    """Compare two versions of a record, metadata and text, side by side (R8).

    Raises:
        NotFound: no such record or version.
    """
    with gate.acting(world, LOOK, named) as act:
        code = act.record.code
        act.notes["versions"] = [first, second]
    old, new = _told(world, code, first), _told(world, code, second)
    found = [
        Difference(Word("field", name), str(old.get(name, "")), str(new.get(name, "")))
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]
    one, other = _text(world, code, first), _text(world, code, second)
    for number in range(max(len(one), len(other))):
        left, right = (t[number].splitlines() if number < len(t) else [] for t in (one, other))
        if left == right:
            continue
        matcher = difflib.SequenceMatcher(a=left, b=right, autojunk=False)
        found += [
            Difference(Said("page {page}", page=number + 1), "\n".join(left[a:b]), "\n".join(right[c:d]))
            for kind, a, b, c, d in matcher.get_opcodes()
            if kind != "equal"
        ]
    return found


def _told(world: World, code: str, version: int) -> dict[str, Any]:
    with world.vault.open(code, "record.json", version) as file:
        told = json.loads(file.read())
    flat: dict[str, Any] = {}
    for key, value in told.items():
        if isinstance(value, dict):
            flat |= {f"{key}.{inner}": v for inner, v in value.items()}
        else:
            flat[key] = value
    return flat


def _text(world: World, code: str, version: int) -> list[str]:
    try:
        with world.vault.open(code, "text.txt", version) as file:
            return file.read().decode().split(PAGE_BREAK)
    except NotFound:
        return []


def _changed(record: Record, request: Request) -> Record:
    changes, before = dict(request.data["changes"]), request.data["before"]
    fields, fields_before = request.data["fields"], request.data["fields_before"]
    stale = [k for k, v in before.items() if _value(record, k) != v]
    stale += [k for k, v in fields_before.items() if record.fields.get(k, "") != v]
    if stale:
        raise Conflict(
            Said(
                "{record} has changed since this was asked for: {stale}.",
                record=record.code,
                stale=[Word("field", name) for name in stale],
            ),
            Said("Refuse it and ask anew."),
        )
    if "date" in changes:
        # The filing year stays: it stands in the paper number.
        changes["date"] = _day(changes["date"])
    return record.with_(**changes, fields={**record.fields, **fields})


def _value(record: Record, name: str) -> str:
    value = getattr(record, name)
    return value.isoformat() if isinstance(value, date) else str(value or "")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Usage(Said("“{text}” is no date.", text=text), Said("Write it as 2026-11-23.")) from None


def _reprint(act: gate.Passage, record: Record, why: Said) -> None:
    ask_again(act.tx, "content", why=why, at=act.now, record=record.code)
    ask_again(
        act.tx, "content", why=Said("{record}: {why}", record=record.code, why=why), at=act.now, volume=record.volume
    )


ACTS = (
    ASK_CHANGE,
    AGREE_CHANGE,
    REFUSE_CHANGE,
    PROMOTE.by(promote, Input("class_code", Form.CLASS, needed=True), REASON, tells="record"),
)
