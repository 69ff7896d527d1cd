"""Seventh station: does a record hold the same content on the other carrier? Proposed here, decided by people.

A QR code decides without asking (``register`` did that). By content we only propose (R12).
"""

from __future__ import annotations

from dms.domain.item import Item
from dms.domain.pairing import PROPOSE, similarity
from dms.domain.record import Record, Track
from dms.domain.rescans import same_number
from dms.errors import NotFound
from dms.flow.work import Work, text_of
from dms.ports.catalogue import Attention, Transaction
from dms.ports.world import Archive
from dms.said import Do, Said

_LOOK_AT = 40


def pair(work: Work) -> Item:
    """Propose the best match among the same customer's records that miss the other carrier."""
    item, world = work.item, work.world
    done = item.with_(station="settle")
    with world.catalogue.look() as tx:
        record = tx.record(item.code)
        others = _candidates(tx, record) if record else []
    if record is None or not others:
        return done
    mine = "\n".join(p.text for p in work.content)
    # A photograph may be read so badly that only its number is left.
    best = max(
        ((max(_likeness(world, mine, o), PROPOSE * same_number(record, o)), o) for o in others),
        key=lambda pair: pair[0],
    )
    if best[0] < PROPOSE:
        return done
    other = best[1]
    first, second = sorted((record, other), key=lambda r: r.paper.present)
    with world.catalogue.begin() as tx:
        tx.ask(
            Attention(
                "pair",
                first.code,
                Said(
                    "“{title}” and the scan {second} “{second_title}” look like the same document ({best:.0%} alike).",
                    title=first.title,
                    second=second.code,
                    second_title=second.title,
                    best=best[0],
                ),
                Do("pair", first.code, second.code),
                world.now(),
                {"other": second.code, "likeness": round(best[0], 3)},
            )
        )
    return done


def _candidates(tx: Transaction, record: Record) -> list[Record]:
    """Records of the same customer whose paper is missing where ours is there, and the other way round."""
    if not record.customer or record.track is Track.ELECTRONIC or (record.paper.present and record.paper.sha512):
        return []
    others = tx.records(customer=record.customer, limit=1000)
    fitting = [
        o for o in others
        if o.code != record.code and o.state in ("registered", "filed") and not o.paper.sha512
        and o.paper.present != record.paper.present and o.electronic.present and _may_be_same(record, o)
    ]  # fmt: skip
    return fitting[-_LOOK_AT:]


def _may_be_same(record: Record, other: Record) -> bool:
    """Two forms of different kinds, or with different numbers, are different documents however alike they read."""
    numbers = record.fields.get("number", ""), other.fields.get("number", "")
    return record.form == other.form and (numbers[0] == numbers[1] or not all(numbers))


def _likeness(world: Archive, mine: str, other: Record) -> float:
    try:
        return similarity(mine, "\n".join(text_of(world, other.code)), world.fold)
    except NotFound:
        return 0.0
