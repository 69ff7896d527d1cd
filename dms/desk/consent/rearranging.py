"""A filed record's pages arranged by consent (R8): laid out when somebody agrees, stamped anew, a new version."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dms.desk.acts import gate
from dms.desk.consent.replacing import Fresh
from dms.desk.records.giving_up import give_up
from dms.domain.arranging import arrangement_from
from dms.domain.record import Record, RecordState
from dms.errors import Conflict
from dms.flow.arrange import laid_out, standing, together_with, with_pages
from dms.flow.file import stamp_of
from dms.flow.work import PLAIN
from dms.ports.world import World
from dms.said import Said


def prepare_pages(world: World, record: Record, asked: Mapping[str, Any], folder: Path) -> Fresh:
    """Lay out the pages somebody asked for and stamp them; before the transaction, for pages may be read anew.

    Args:
        world: the archive.
        record: the filed record.
        asked: ``arrangement``, ``before``, ``told`` in words; ``join``: the code of the record whose pages come to it.
        folder: of passing work.

    Raises:
        Conflict: its pages, or those of the record to be joined, are not what they were when this was asked for.
    """
    now, other = standing(world, record), None
    if now.arrangement.to_dict() != asked["before"]:
        raise _stale(record.code)
    if asked.get("join"):
        with world.catalogue.look() as tx:
            other = gate.record(world, tx, str(asked["join"]))
        if other.state is not RecordState.REGISTERED:
            raise _stale(other.code)
        now = together_with(world, now, standing(world, other))
    wanted = arrangement_from(asked["arrangement"])
    if wanted.sources != now.arrangement.sources:
        raise _stale(other.code if other else record.code)
    laid = laid_out(world, now, wanted, folder)
    changed, stamped = with_pages(record, len(laid.pages)), folder / "stamped.pdf"
    world.examiner().stamp(laid.access, laid.pages, stamp_of(world, changed), stamped)
    files = laid.files(wanted) | {"access.pdf": stamped, PLAIN: laid.access}
    return Fresh(record.paper_number, changed.electronic, changed.paper, files, now.head, other)


def give_up_for(act: gate.Passage, record: Record, other: Record) -> None:
    """Give up the record whose pages came to a filed one, inside the act that agrees to it.

    Raises:
        Conflict: it was changed meanwhile.
    """
    if act.tx.record(other.code) != other:
        raise _stale(other.code)
    give_up(act, other, Said("its pages joined to {record}", record=record.code))
    act.notes["joined"] = other.code
    for one in act.tx.attention(record.code):
        if one.data.get("other") == other.code:
            act.tx.settle(one.kind, record.code)


def _stale(code: str) -> Conflict:
    return Conflict(
        Said("The pages of {record} are not what they were when this was asked for.", record=code),
        Said("Refuse it and ask anew."),
    )
