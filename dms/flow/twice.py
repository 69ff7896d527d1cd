"""The same paper a second time: found when a document is registered, asked of a person, not counted until settled.

By form, number and customer, or by near-equal text. A file on the other carrier is ``pair``'s to propose.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from dms.domain.record import ALIVE, Record, Track
from dms.domain.rescans import may_be_same, same_number, same_text
from dms.errors import NotFound
from dms.flow.work import Work, text_of
from dms.ports.catalogue import Attention, Transaction
from dms.ports.world import Archive
from dms.said import Do, Said

KIND = "rescan"
# A stack behind the cover of a record that has its scan: a later batch of it, a paper of its own, or the same again.
BATCH = "batch"
_LOOK_AT = 1000
_TEXTS = 20


@dataclass(frozen=True, slots=True)
class Twin:
    """The record that holds the paper already.

    Attributes:
        alike: 0..1 by text; 1 where form and number tell it.
    """

    code: str
    title: str
    alike: float


def seen_before(work: Work, record: Record) -> Twin | None:
    """Return the record this paper was registered as before, None where it is new."""
    world = work.world
    with world.catalogue.look() as tx:
        others = _candidates(tx, record)
    numbered = next((o for o in others if same_number(record, o)), None)
    if numbered:
        return Twin(numbered.code, numbered.title, 1.0)
    mine = "\n".join(p.text for p in work.content)
    fitting = [o for o in others if may_be_same(record, o) and o.electronic.present][-_TEXTS:]
    alike = [(_alike(world, mine, o), o) for o in fitting]
    best = max(alike, key=lambda pair: pair[0], default=(0.0, record))
    return Twin(best[1].code, best[1].title, best[0]) if best[0] else None


def claimed_before(tx: Transaction, record: Record, item: str) -> Twin | None:
    """Return who registered the same number a moment ago, while this one was being read by another worker."""
    number = record.fields.get("number", "")
    if not record.form or not number:
        return None
    told = f"{record.form}\n{number}\n{record.customer}\n{_carrier(record)}"
    first = tx.item(tx.claim_digest(f"paper:{hashlib.sha256(told.encode()).hexdigest()}", item))
    if first is None or first.id == item or first.code in ("", record.code):
        return None
    other = tx.record(first.code)
    if other is None or other.state not in ALIVE or not same_number(record, other):
        return None
    return Twin(other.code, other.title, 1.0)


def ask_twice(tx: Transaction, record: Record, twin: Twin, now: str) -> None:
    """Put it before people: replace, keep as a further version, discard, or two papers after all."""
    question = Said(
        "“{title}” looks like the same paper as {twin}; until it is settled it is not counted.",
        title=record.title,
        twin=twin.code,
    )
    todo = Said(
        "{act}; or {inputs}, {inputs_2}, {inputs_3}",
        act=Do("rescan", record.code, discard=True),
        inputs=Do("", replace=True),
        inputs_2=Do("", version=True),
        inputs_3=Do("", different=True),
    )
    tx.ask(Attention(KIND, record.code, question, todo, now, {"other": twin.code, "likeness": round(twin.alike, 3)}))


def ask_batch(tx: Transaction, record: Record, wanted: str, now: str) -> None:
    """Put a second stack behind one cover before people: its pages joined, a paper of its own, or scanned once more."""
    question = Said(
        "Its cover sheet names {wanted}, which has a scan already; it was registered apart as {code}: a later batch?",
        wanted=wanted,
        code=record.code,
    )
    todo = Said(
        "If it belongs to it: {join}; the same paper again: {rescan}; a paper of its own: {settle}",
        join=Do("join", record.code, to=wanted, reason="…"),
        rescan=Do("rescan", record.code, replace=True),
        settle=Do("attention", settle=record.code),
    )
    tx.ask(Attention(BATCH, record.code, question, todo, now, {"other": wanted}))


def unsettled(tx: Transaction) -> frozenset[str]:
    """Return the records that may be another one's second copy: their amounts do not count yet (R14)."""
    waits = tx.attention()
    return frozenset(a.target for a in waits if a.kind in (KIND, BATCH) or (a.kind == "pair" and a.data.get("other")))


def _candidates(tx: Transaction, record: Record) -> list[Record]:
    """Records of the same customer; where nobody knows for sure whose it is, those of the same class and day."""
    if record.customer and "customer" not in record.uncertain:
        # A second copy bears the same date; by it a large customer's newest records are reached.
        others = list(tx.records(customer=record.customer, since=record.date, states=ALIVE, limit=_LOOK_AT))
    elif record.date:
        others = [
            o
            for o in tx.records(class_code=record.class_code, since=record.date, states=ALIVE, limit=_LOOK_AT)
            if o.date == record.date
        ]
    else:
        return []
    return [o for o in others if o.code != record.code and _carrier(o) == _carrier(record)]


def _carrier(record: Record) -> str:
    """A file and a scan are two carriers of one record, except where the class keeps files only."""
    return "paper" if record.paper.present and record.track is not Track.ELECTRONIC else "electronic"


def _alike(world: Archive, mine: str, other: Record) -> float:
    try:
        return same_text(mine, "\n".join(text_of(world, other.code)), world.fold)
    except NotFound:
        return 0.0
