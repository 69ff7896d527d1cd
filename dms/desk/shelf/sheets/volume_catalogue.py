"""案卷目录: the volumes on the shelf in the order of their numbers, by class, year and manager (R1, R2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dms.desk.acts import gate
from dms.desk.acts.kinds import ActKind
from dms.desk.shelf.placing import place_of
from dms.desk.shelf.sheets.of_volumes import Bundle, bundle_of, seen_and_hidden
from dms.desk.shelf.sheets.scope import NARROWED, about
from dms.desk.shelf.sheets.sheet import Asked, Gathered, Noted, Sheet
from dms.domain.policy import Action
from dms.domain.scheme import Scheme
from dms.ports.catalogue import Volume
from dms.ports.paper import Paper
from dms.ports.spreadsheet import Grid
from dms.sheets.ruled import LANDSCAPE, Column, Table, draw_table

PRINT_VOLUME_CATALOGUE = ActKind("print-volume-catalogue", Action.REPORT)
ACTS = (PRINT_VOLUME_CATALOGUE,)

COLUMNS = (
    Column("序号", 10, "centre"), Column("档号", 50), Column("案卷题名", 66, lines=4), Column("年度", 12, "centre"),
    Column("起止日期", 24, "centre"), Column("件数", 11, "right"), Column("页数", 12, "right"),
    Column("保管期限", 18, "centre"), Column("存址", 36), Column("备注", 20),
)  # fmt: skip
_STATES = {"open": "未立卷", "closed": "已封卷", "bound": "已装订"}
# The columns that are numbers in a workbook: order, records, pages.
_NUMBERS = (0, 5, 6)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The catalogue: of what, and a line for each volume."""

    heading: str
    lines: tuple[Sequence[str], ...]


def _gather(asked: Asked) -> Gathered[Catalogue]:
    gate.allow(asked.reach, Action.REPORT)
    scheme, people = asked.world.scheme, {p.code: p for p in asked.tx.people()}
    found = [bundle_of(asked.tx, v, people) for v in asked.tx.volumes() if _wanted(asked, v)]
    keeps = asked.reach.may(Action.KEEP_VOLUMES) is not None
    whole = [b for b in found if keeps or _whole(asked, b)]
    lines = tuple(
        _line(scheme, order, b, place_of(asked.tx, str(b.volume.number), "home")) for order, b in enumerate(whole, 1)
    )
    of = about(asked.options)
    heading = f"{scheme.fonds} {scheme.fonds_name} {of}{'' if keeps else '（非全部：只列打印人可见全卷的案卷）'}"
    note = Noted(of, {"lines": len(lines)}, act=PRINT_VOLUME_CATALOGUE)
    return Gathered(Catalogue(heading, lines), (note,), {"lines": len(lines)})


def _whole(asked: Asked, b: Bundle) -> bool:
    """A line tells how many records and pages a volume holds: only those who may print all of it are told."""
    seen, hidden = seen_and_hidden(asked, b)
    return seen > 0 and hidden == 0


def _wanted(asked: Asked, volume: Volume) -> bool:
    number, chosen = volume.number, asked.options
    return (
        chosen["class"] in ("", number.class_code)
        and chosen["year"] in (0, number.year)
        and chosen["manager"].upper() in ("", number.manager)
    )


def _line(scheme: Scheme, order: int, b: Bundle, place: str) -> Sequence[str]:
    number = b.volume.number
    first, last = b.dates
    retention = scheme.retentions.get(number.retention)
    return (
        str(order), str(number), b.title, str(number.year), first if first == last else f"{first} 至 {last}",
        str(len(b.filed)), str(b.pages), retention.name if retention else number.retention, place,
        _STATES.get(b.volume.state, b.volume.state),
    )  # fmt: skip


def _draw(paper: Paper, catalogue: Catalogue) -> None:
    table = Table(
        "案卷目录", COLUMNS, catalogue.lines, notes=(catalogue.heading,), carried=catalogue.heading, sheet=LANDSCAPE,
        size=8.5, least=12,
    )  # fmt: skip
    draw_table(paper, table)


def _grids(catalogue: Catalogue) -> Sequence[Grid]:
    rows = [[int(v) if n in _NUMBERS else v for n, v in enumerate(line)] for line in catalogue.lines]
    return [Grid("案卷目录", [column.heading for column in COLUMNS], rows)]


SHEET = Sheet(
    name="volume-catalogue",
    title_zh="案卷目录",
    title_en="Catalogue of volumes",
    about="the volumes, their dates, records, pages and places",
    of="archive",
    action=Action.REPORT,
    gather=_gather,
    draw=_draw,
    grids=_grids,
    options=NARROWED,
)
