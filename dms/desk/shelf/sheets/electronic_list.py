"""电子文件归档目录: of volumes, or of all that the asker sees, by class, year and manager (R12, R13)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dms.desk.acts import gate
from dms.desk.acts.kinds import ActKind
from dms.desk.shelf.sheets.of_volumes import author, bundles, notes, told
from dms.desk.shelf.sheets.scope import NARROWED, about
from dms.desk.shelf.sheets.sheet import Asked, Gathered, Noted, Sheet
from dms.domain.access import may_see
from dms.domain.policy import Action
from dms.domain.record import Record, RecordState
from dms.errors import Usage
from dms.ports.catalogue import Person
from dms.ports.paper import Paper
from dms.ports.spreadsheet import Grid
from dms.said import Do, Said
from dms.sheets.electronic_list import COLUMNS, ElectronicLine, draw_electronic_list

PRINT_CATALOGUE = ActKind("print-catalogue", Action.REPORT)
ACTS = (PRINT_CATALOGUE,)

# Order and size are numbers in a workbook.
_NUMBERS = (0, 9)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One catalogue: its heading, the name of its tab, its lines."""

    heading: str
    tab: str
    lines: tuple[ElectronicLine, ...]


def _gather(asked: Asked) -> Gathered[Sequence[Catalogue]]:
    people = {p.code: p for p in asked.tx.people()}
    if not asked.targets:
        return _of_scope(asked, people)
    if any(asked.options[option.name] for option in NARROWED):
        raise Usage(
            Said("Name volumes, or a class, year or manager, not both."),
            Do("print", "electronic-list", class_="04"),
        )
    found = bundles(asked)
    lists = [
        Catalogue(f"案卷 {b.volume.number} {b.title}", str(b.volume.number), tuple(_lines(b.filed, people)))
        for b in found
    ]
    return Gathered(lists, notes(found), told(found))


def _of_scope(asked: Asked, people: Mapping[str, Person]) -> Gathered[Sequence[Catalogue]]:
    gate.allow(asked.reach, Action.REPORT)
    chosen, scheme = asked.options, asked.world.scheme
    scope = gate.scope_of(asked.tx, asked.reach)
    found = asked.tx.records(
        states=[RecordState.FILED], class_code=chosen["class"], year=chosen["year"], manager=chosen["manager"].upper()
    )
    records = sorted((r for r in found if may_see(scope, r)), key=lambda r: r.paper_number)
    of = about(chosen)
    part = "" if scope.everything else "（非全部：只列打印人可见的文件）"
    heading = f"{scheme.fonds} {scheme.fonds_name} {of}{part}"
    note = Noted(of, {"lines": len(records)}, act=PRINT_CATALOGUE)
    return Gathered([Catalogue(heading, "目录", tuple(_lines(records, people)))], (note,), {"lines": len(records)})


def _lines(records: Iterable[Record], people: Mapping[str, Person]) -> list[ElectronicLine]:
    return [
        ElectronicLine(
            order, r.paper_number, r.code, author(r, people), r.title, r.date.isoformat() if r.date else "", r.secrecy,
            r.electronic.name, r.electronic.media_type, r.electronic.size, r.electronic.sha512, r.paper_remark(),
        )
        for order, r in enumerate(records, 1)
    ]  # fmt: skip


def _draw(paper: Paper, lists: Sequence[Catalogue]) -> None:
    for one in lists:
        draw_electronic_list(paper, one.heading, one.lines)


def _grids(lists: Sequence[Catalogue]) -> Sequence[Grid]:
    headings = [column.heading for column in COLUMNS]
    return [Grid(one.tab, headings, [_cells(line.values()) for line in one.lines]) for one in lists]


def _cells(values: Sequence[str]) -> list[str | int]:
    return [int(v) if place in _NUMBERS and v.isdigit() else v for place, v in enumerate(values)]


SHEET = Sheet(
    name="electronic-list", title_zh="电子文件归档目录", title_en="Electronic catalogue",
    about="the electronic set's catalogue, each line leading to the paper",
    of="volume", action=Action.PRINT, gather=_gather, draw=_draw, grids=_grids, options=NARROWED, alone=True,
    shows=frozenset({"content", "state", "place"}),
)  # fmt: skip
