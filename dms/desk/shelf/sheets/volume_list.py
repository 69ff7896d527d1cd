"""卷内目录: every number of a volume with its pages; what left it stays listed with day and reason (R2, R13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dms.desk.shelf.sheets.of_volumes import Bundle, Place, author, bundles, notes, told
from dms.desk.shelf.sheets.sheet import Asked, Gathered, Sheet
from dms.domain.policy import Action
from dms.ports.paper import Paper
from dms.ports.spreadsheet import Grid
from dms.sheets.volume_list import COLUMNS, VolumeLine, draw_volume_list


@dataclass(frozen=True, slots=True)
class Listed:
    """One volume's list."""

    number: str
    title: str
    lines: tuple[VolumeLine, ...]


def _gather(asked: Asked) -> Gathered[Sequence[Listed]]:
    found = bundles(asked)
    lists = [Listed(str(b.volume.number), b.title, tuple(_line(b, place) for place in b.places)) for b in found]
    return Gathered(lists, notes(found), told(found))


def _line(b: Bundle, place: Place) -> VolumeLine:
    record = place.record
    if record is None or place.fate in ("reserved", "destroyed"):
        title = {"reserved": "（预留，尚未归档）", "destroyed": "（已销毁）", "void": "（作废）", "gap": "（缺号）"}[
            place.fate
        ]
        code = f"电子:{record.code}" if record is not None else place.note
        return VolumeLine(place.order, "", "", title, "", place.span, " ".join(p for p in (place.day, code) if p))
    remark = f"{place.day} 移出至 {place.note}" if place.fate == "moved" else record.electronic_remark()
    return VolumeLine(
        place.order, record.fields.get("number", ""), author(record, b.people), record.title,
        record.date.isoformat() if record.date else "", place.span, remark,
    )  # fmt: skip


def _draw(paper: Paper, lists: Sequence[Listed]) -> None:
    for one in lists:
        draw_volume_list(paper, one.number, one.title, one.lines)


def _grids(lists: Sequence[Listed]) -> Sequence[Grid]:
    headings = [column.heading for column in COLUMNS]
    return [Grid(one.number, headings, [line.cells() for line in one.lines]) for one in lists]


SHEET = Sheet(
    name="volume-list", title_zh="卷内目录", title_en="Volume list",
    about="what is in a volume, and where its electronic file is",
    of="volume", action=Action.PRINT, gather=_gather, draw=_draw, grids=_grids,
    shows=frozenset({"content", "state", "binding"}),
)  # fmt: skip
