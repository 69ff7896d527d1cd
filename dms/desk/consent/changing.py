"""Changes of filed records (R8): asked with a reason, agreed by another person, kept as a new version beside the old.

Moving into another class (R11) gives a new paper number; the old one stays as a see-also.
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
from dms.desk.consent.replacing import Fresh, forget, keep_aside, prepare, put_in_place
from dms.desk.consent.requesting import decided, open_request
from dms.domain.numbers import parse_volume
from dms.domain.policy import Action
from dms.domain.record import Record, RecordState
from dms.errors import Conflict, NotFound, Usage
from dms.flow.file import refile_record
from dms.flow.work import PAGE_BREAK, record_json
from dms.ports.catalogue import Attention
from dms.ports.registers import Reprint, Request
from dms.ports.world import World
from dms.said import Do, Said, Word

CHANGEABLE = ("title", "customer", "date", "secrecy")


def ask_change(
    world: World,
    named: str,
    changes: Mapping[str, str],
    *,
    fields: Mapping[str, str] | None = None,
    file: Path | None = None,
    reason: str,
) -> Request:
    """Ask for a change of a filed record.

    Args:
        world: the archive.
        named: the record.
        changes: new values of :data:`CHANGEABLE`.
        fields: new values of fields read from its form.
        file: what replaces its electronic file; it waits aside until somebody agrees.
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
    if not wanted and not fields and file is None:
        raise Usage(
            Said("Nothing is to be changed."),
            Said(
                "Give at least one of {inputs}",
                inputs=Do("", title=True, customer=True, date=True, field=True, replace=True),
            ),
        )
    if "date" in wanted:
        _day(wanted["date"])
    with gate.acting(world, Action.ASK_CHANGE, named, reason=reason) as act:
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
        request = act.tx.add_request(Request("change", record.code, act.me.code, act.now, reason, data=data))
        told = [*(Word("field", name) for name in wanted), *(fields or {}), *([Said("its file")] if file else [])]
        todo = Said(
            "{act}, or {inputs}", act=Do("change", approve=request.id), inputs=Do("", refuse=request.id, reason="…")
        )
        act.tx.ask(
            Attention(
                "change",
                record.code,
                Said("{me} asks to change {told}: {reason}", me=act.me.name, told=told, reason=reason),
                todo,
                act.now,
            )
        )
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
    kept = dict(asked.data.get("file", {}))
    fresh = _read(world, asked, kept) if agree and kept and asked.state == "open" else None
    name = "agree-change" if agree else "refuse-change"
    with gate.acting(world, Action.DECIDE_CHANGE, asked.target, reason=reason, other=name) as act:
        record = act.record
        request = decided(act, request_id, "change", state="done" if agree else "denied", decision=reason)
        act.notes |= {"request": request_id, **request.data}
        act.tx.settle("change", record.code)
        if not agree:
            if kept:
                forget(world, kept)
            return record
        changed = _changed(record, request)
        message = Said(
            "Changed: {reason}; asked by {asked_by}, agreed by {agreed_by}",
            reason=request.reason,
            asked_by=request.asked_by,
            agreed_by=act.me.code,
        ).stored()
        if fresh:
            changed = put_in_place(world, changed, fresh, message=message, now=act.now)
        else:
            # Inside the transaction, so that the vault never lags behind what the catalogue says.
            world.vault.write(
                record.code, {"record.json": record_json(changed)}, message=message, user=world.user, at=act.now
            )
        act.tx.save_record(changed)
        act.tx.enqueue("index", record.code)
        _reprint(act, changed, Said("the record was changed"))
    if kept:
        forget(world, kept)
    return changed


def _read(world: World, asked: Request, kept: Mapping[str, Any]) -> Fresh:
    """Read the file that replaces another, for somebody who may decide it."""
    with world.catalogue.look() as tx:
        _, mine = gate.reach(world, tx)
        record = gate.seen(tx, mine, asked.target)
        gate.allow(mine, Action.DECIDE_CHANGE, record)
    return prepare(world, record, kept)


def promote(world: World, named: str, class_code: str, *, reason: str) -> Record:
    """Move a filed record into another class (R11): a new paper number, the old one a see-also, sheets to reprint.

    Raises:
        Usage: no reason, or an unknown class.
        Conflict: it is not filed, or in that class already.
        NotPermitted: not for the asker.
    """
    if not reason.strip():
        raise Usage(Said("A record moves only with a reason."), Do("", reason="重要，转入客户投诉"))
    kind = world.scheme.record_class(class_code)
    with gate.acting(world, Action.PROMOTE, named, reason=reason) as act:
        record = act.record
        if record.state is not RecordState.FILED:
            raise Conflict(
                Said("{record} is not filed.", record=record.code), Do("describe", record.code, class_=kind.code)
            )
        if record.class_code == kind.code:
            raise Conflict(
                Said("{record} is in class {kind} already.", record=record.code, kind=kind.code),
                Said("Nothing is to be moved."),
            )
        _reprint(act, record, Said("item moved to class {kind}", kind=kind.code))
        series = world.scheme.volume(kind.code, record.year, record.manager, kind.retention)
        number = act.tx.next_paper(act.tx.open_volume(series, act.now))
        moved = record.with_(
            class_code=kind.code, retention=kind.retention, secrecy=kind.secrecy, paper_number=str(number),
            volume=str(number.volume), see_also=(*record.see_also, record.paper_number),
        )  # fmt: skip
        why = f"moved to {number}: {reason}"
        act.tx.save_record(moved)
        act.tx.void(record.paper_number, kind="paper", reason=why, user=world.user, at=act.now)
        act.tx.enqueue("index", record.code)
        _reprint(act, moved, Said("item moved from {paper_number}", paper_number=record.paper_number))
        act.notes |= {"before": record.paper_number, "after": str(number)}
        why_moved = Said("Moved from {old} to {new}: {reason}", old=record.paper_number, new=str(number), reason=reason)
        refile_record(world, moved, message=why_moved.stored(), now=act.now)
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
    with gate.acting(world, Action.LOOK, named) as act:
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
    act.tx.ask_reprint(Reprint(record.code, "label", why, act.now))
    volume = parse_volume(record.volume)
    for sheet in ("volume-list", "closing"):
        act.tx.ask_reprint(Reprint(str(volume), sheet, Said("{record}: {why}", record=record.code, why=why), act.now))
