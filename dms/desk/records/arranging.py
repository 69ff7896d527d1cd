"""The pages of a record: listed, put in order, turned, straightened, cropped, taken out, collated.

Before filing by a reason; a filed record's pages change by consent (R8). The scan stays as it is: each arrangement is
a new version made from it. What was signed before was another paper, so signatures are taken away.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dms.desk.acts import gate
from dms.desk.acts.kinds import LOOK, REASON, Input, on_record
from dms.desk.consent.changing import ask_change
from dms.domain.arranging import Leaf, Wish, arranged
from dms.domain.left_out import LeftOut
from dms.domain.pages import Page
from dms.domain.policy import Action
from dms.domain.record import Record, RecordState
from dms.errors import Conflict, Usage
from dms.flow.arrange import Standing, laid_out, standing, with_pages
from dms.flow.passing import passing
from dms.flow.work import record_json
from dms.ports.registers import Request
from dms.ports.world import World
from dms.said import Do, Said, Word

ARRANGE = on_record(Action.DESCRIBE, name="arrange")
WITHDRAWN = "taken away: they were given for other pages"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page as it stands.

    Attributes:
        page: what was read on it.
        leaf: where it comes from and what was done with it.
        source: the scan and its page, as people are told them.
    """

    page: Page
    leaf: Leaf
    source: str


@dataclass(frozen=True, slots=True)
class Sheets:
    """The pages of a record as they stand, and those of its scans that are not among them.

    Attributes:
        head: number of the newest version.
        taken_out: pages of the scans that are in no record.
        apart: pages of the scans that became another record, and its code.
    """

    record: Record
    head: int
    sheets: tuple[Sheet, ...]
    taken_out: tuple[str, ...]
    apart: tuple[tuple[str, str], ...]
    left_out: tuple[LeftOut, ...]


def sheets_of(world: World, named: str) -> Sheets:
    """Return the pages of a record with where each comes from; the look is logged.

    Raises:
        NotFound: there is no such record, it has no pages, or it is not for the asker.
    """
    with gate.acting(world, LOOK, named) as act:
        record = act.record
        act.notes["pages"] = True
    now = standing(world, record)
    made = now.arrangement
    sheets = tuple(
        Sheet(page, leaf, made.named([(leaf.source, leaf.page)])[0])
        for page, leaf in zip(now.pages, made.leaves, strict=True)
    )
    apart = tuple((made.named([place])[0], code) for place, code in sorted(made.apart.items()))
    return Sheets(record, now.head, sheets, made.named(made.left_out), apart, now.left_out)


def arrange(world: World, named: str, wish: Wish, *, reason: str, version: int = 0) -> Record | Request:
    """Arrange the pages of a record; of a filed one, ask for consent to it.

    Args:
        world: the archive.
        named: the record.
        wish: what is to be done.
        reason: why; stays in the log and the version.
        version: the newest one when the asker looked; 0 where he does not say.

    Returns:
        the record as it is now, or the request where it is filed.

    Raises:
        Usage: no reason, pages that are not there, or nothing to change.
        NotFound: no such record, or it has no pages.
        Conflict: it is neither registered nor filed, or somebody changed it meanwhile.
        NotPermitted: not for the asker.
    """
    if not reason.strip():
        raise Usage(Said("Pages are arranged only with a reason."), Do("", reason="第2页扫倒了"))
    with world.catalogue.look() as tx:
        filed = gate.record(world, tx, named).state is RecordState.FILED
    if filed:
        seen = gate.about_to(world, Action.ASK_CHANGE, named)
        now = standing(world, seen)
        refuse_older(seen, now, version)
        wanted, told = arranged(now.arrangement, now.pages, wish)
        data = {"arrangement": wanted.to_dict(), "before": now.arrangement.to_dict()}
        return ask_change(world, seen.code, {}, pages=data | {"told": [one.stored() for one in told]}, reason=reason)
    seen = gate.about_to(world, Action.DESCRIBE, named)
    refuse_unregistered(seen)
    now = standing(world, seen)
    refuse_older(seen, now, version)
    wanted, told = arranged(now.arrangement, now.pages, wish)
    with passing(world, "pages") as folder:
        laid = laid_out(world, now, wanted, folder)
        with gate.acting(world, ARRANGE, seen.code, reason=reason) as act:
            refuse_overtaken(act, seen, now)
            record = with_pages(seen, len(laid.pages))
            unsign(act, record.code)
            act.notes |= {"pages": [one.to_dict() for one in told]}
            message = Said("Pages arranged ({told}): {reason}", told=told, reason=reason)
            act.write(record.code, laid.files(wanted) | {"record.json": record_json(record)}, message)
            act.tx.save_record(record)
            act.tx.enqueue("index", record.code)
    return record


def refuse_unregistered(record: Record) -> None:
    """Refuse a record whose pages cannot change: nothing was scanned for it yet, or it is gone.

    Raises:
        Conflict: so it is.
    """
    if record.state is not RecordState.REGISTERED:
        raise Conflict(
            Said("{record} is in the state “{state}”.", record=record.code, state=Word("state", record.state.value)),
            Said("Only the pages of what is registered or filed are arranged."),
        )


def refuse_older(record: Record, now: Standing, version: int) -> None:
    """Refuse what was said of the pages of an older version: their numbers may be others now.

    Raises:
        Conflict: so it is.
    """
    if version and version != now.head:
        raise overtaken(record)


def overtaken(record: Record) -> Conflict:
    """Return the refusal of what somebody else overtook."""
    return Conflict(
        Said("{record} was changed by somebody else just now.", record=record.code),
        Said("Look at its pages, then try again."),
    )


def refuse_overtaken(act: gate.Passage, seen: Record, now: Standing) -> None:
    """Refuse pages that were laid out from a version that is not the newest any more.

    Raises:
        Conflict: somebody changed the record meanwhile.
    """
    head = act.head(seen.code)
    if act.record != seen or head is None or head.number != now.head:
        raise overtaken(seen)


def unsign(act: gate.Passage, code: str) -> None:
    """Take away what was signed: it was given for other pages (R4)."""
    if act.tx.unsign(code):
        act.notes["signatures"] = WITHDRAWN


def told_pages(found: Sheets) -> list[dict[str, Any]]:
    """Return the pages of a record as plain data for every face."""
    return [_told(number, one) for number, one in enumerate(found.sheets, 1)]


def _told(number: int, one: Sheet) -> dict[str, Any]:
    page, leaf = one.page, one.leaf
    return {
        "number": number, "source": one.source, "width": round(page.width, 1), "height": round(page.height, 1),
        "blank": page.evidence.blank, "turn": leaf.turn, "straighten": leaf.straighten,
        "crop": [leaf.crop.x0, leaf.crop.y0, leaf.crop.x1, leaf.crop.y1] if leaf.crop else None,
        "words": len(page.words), "confidence": round(page.confidence, 3),
        "skew_degrees": round(page.evidence.skew_degrees, 2),
    }  # fmt: skip


def arrange_as_typed(
    world: World, named: str, *, reason: str, order: str = "", drop: str = "", turn: str = "", straighten: str = "",
    crop: str = "", collate: str = "", also: str = "",
) -> Record | Request:  # fmt: skip
    """Arrange pages as programs and people type it: several turns, angles or crops apart by ``;``.

    Raises:
        DmsError: as :func:`arrange`.
    """
    wish = Wish(
        order, drop, also == "drop-blank", _several(turn), _several(straighten), _several(crop), collate,
        also == "as-scanned",
    )  # fmt: skip
    return arrange(world, named, wish, reason=reason)


def _several(text: str) -> tuple[str, ...]:
    return tuple(one for one in text.split(";") if one.strip())


ACTS = (
    ARRANGE.by(
        arrange_as_typed, REASON, *(Input(name) for name in ("order", "drop", "turn", "straighten", "crop")),
        Input("collate", choices=("reversed", "same")), Input("also", choices=("drop-blank", "as-scanned")),
        tells="arranged",
    ),
)  # fmt: skip
