"""Ruled tables over as many pages as they need: what every catalogue, register and report is drawn with.

Headings stand on every page, a row is never cut in two, pages are counted (第 x 页 共 y 页). A cell too long for its
lines ends in "*" and is given back whole, so that the closing sheet can go on with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dms.ports.paper import Paper

_LEADING = 1.3
_MM = 25.4 / 72
# The smallest type a cell shrinks to so that a number in it stays in one piece; what is wider still is broken.
_SMALLEST = 5.0
# The lowest row, millimetres.
_LOWEST = 7.0


@dataclass(frozen=True, slots=True)
class Column:
    """One column: heading, width in millimetres, ``left``, ``centre`` or ``right``, most lines of a cell (0: any)."""

    heading: str
    width: float
    align: str = "left"
    lines: int = 3


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page's size and margins in millimetres."""

    width: float = 210.0
    height: float = 297.0
    top: float = 20.0
    right: float = 15.0
    bottom: float = 15.0
    left: float = 25.0


PORTRAIT = Sheet()
LANDSCAPE = Sheet(297.0, 210.0, 18.0, 12.0, 12.0, 15.0)


@dataclass(frozen=True, slots=True)
class Overlong:
    """A cell that did not fit: row from 0, the whole text."""

    row: int
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """A whole table.

    Attributes:
        title: centred at the top of the first page.
        notes: lines under the title, left.
        carried: what stands over every further page, such as the number of the volume.
        rows: cells as text, one for each column.
        ends: lines under the last row (signatures, sums), each of cells spread over the width.
        continued: column whose overlong cells end in "*" instead of "…"; -1 for none.
        least: rows to rule at least, so that a short list looks like the form; never a page more for them.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()
    carried: str = ""
    ends: Sequence[Sequence[str]] = ()
    sheet: Sheet = PORTRAIT
    size: float = 9.0
    continued: int = -1
    least: int = 0
    empty: str = "（无）"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as it is drawn: its lines and the size of its type."""

    lines: Sequence[str]
    size: float

    @property
    def step(self) -> float:
        """From one line to the next, millimetres."""
        return self.size * _LEADING * _MM

    @property
    def height(self) -> float:
        """All its lines, millimetres."""
        return self.step * len(self.lines)


def draw_table(paper: Paper, table: Table) -> list[Overlong]:
    """Draw a table, beginning a new page; return the cells that did not fit."""
    sheet = table.sheet
    widths = _widths(table)
    overlong: list[Overlong] = []
    rows = [*table.rows] or [[table.empty, *[""] * (len(table.columns) - 1)]]
    laid = [_cells(paper, table, widths, number, row, overlong) for number, row in enumerate(rows)]
    heights = [max(max(cell.height for cell in cells) + 2.4, _LOWEST) for cells in laid]
    headings = [
        Cell(paper.wrap(c.heading, w - 1.6, table.size), table.size) for c, w in zip(table.columns, widths, strict=True)
    ]
    head = max(max(cell.height for cell in headings) + 2.4, 8.0)
    blank = _blank(table, heights, head)
    laid += [[Cell([""], table.size)] * len(table.columns)] * blank
    heights += [_LOWEST] * blank
    pages = _pages(table, heights, head)
    for number, (first, last) in enumerate(pages, 1):
        paper.page(sheet.width, sheet.height)
        y = _top(paper, table) if number == 1 else _further_top(paper, table)
        y = _row(paper, table, widths, headings, y, head, middle=True)
        for index in range(first, last):
            y = _row(paper, table, widths, laid[index], y, heights[index], middle=False)
        if number == len(pages):
            for line in table.ends:
                y += 8.0
                slot = _inner(sheet) / len(line)
                for column, cell in enumerate(line):
                    paper.text(sheet.left + column * slot, y, cell, size=table.size + 1.5, fit=slot - 2)
        place = sheet.width - sheet.right
        told = f"第 {number} 页 共 {len(pages)} 页"
        paper.text(place, sheet.height - sheet.bottom + 5, told, size=8, align="right", colour="grey")
    return overlong


def _inner(sheet: Sheet) -> float:
    return sheet.width - sheet.left - sheet.right


def _widths(table: Table) -> list[float]:
    """Stretch the columns to the width between the margins."""
    given = sum(c.width for c in table.columns)
    return [c.width * _inner(table.sheet) / given for c in table.columns]


def _cells(
    paper: Paper, table: Table, widths: Sequence[float], number: int, row: Sequence[str], overlong: list[Overlong]
) -> list[Cell]:
    cells = []
    for place, (column, width, text) in enumerate(zip(table.columns, widths, row, strict=True)):
        room = width - 1.8
        size = _size(paper, text, room, table.size)
        lines = paper.wrap(text, room, size)
        if column.lines and len(lines) > column.lines:
            mark = "*" if place == table.continued else "…"
            kept = lines[: column.lines]
            while kept[-1] and paper.text_width(kept[-1] + mark, size) > room:
                kept[-1] = kept[-1][:-1]
            kept[-1] += mark
            lines = kept
            if place == table.continued:
                overlong.append(Overlong(number, text))
        cells.append(Cell(lines, size))
    return cells


def _size(paper: Paper, text: str, room: float, size: float) -> float:
    """Return the size of type that keeps a code in one piece."""
    if paper.text_width(text, size) <= room:
        return size
    widest = paper.unbroken_width(text, size)
    return size if widest <= room else max(_SMALLEST, size * room / widest * 0.995)


def _head_height(table: Table) -> float:
    return 14.0 + 5.5 * len(table.notes)


def _blank(table: Table, heights: Sequence[float], head: float) -> int:
    """Return how many blank rows are ruled under the last one."""
    sheet = table.sheet
    room = sheet.height - sheet.top - sheet.bottom - head - _head_height(table) - 8.0 * len(table.ends) - 2
    return max(0, min(table.least - len(heights), int((room - sum(heights)) / _LOWEST)))


def _pages(table: Table, heights: Sequence[float], head: float) -> list[tuple[int, int]]:
    """Return first and last row (exclusive) of each page."""
    sheet = table.sheet
    room = sheet.height - sheet.top - sheet.bottom - head
    left = room - _head_height(table)
    room -= _further_height(table)
    pages: list[tuple[int, int]] = []
    first = 0
    for index, height in enumerate(heights):
        if height > left and index > first:
            pages.append((first, index))
            first, left = index, room
        left -= height
    if 8.0 * len(table.ends) + 2 > left and first < len(heights) - 1:
        # The signatures never stand alone on a page.
        pages.append((first, len(heights) - 1))
        first = len(heights) - 1
    pages.append((first, len(heights)))
    return pages


def _top(paper: Paper, table: Table) -> float:
    sheet = table.sheet
    middle = sheet.left + _inner(sheet) / 2
    paper.text(middle, sheet.top + 5, table.title, size=16, align="centre", fit=_inner(sheet))
    y = sheet.top + 10
    for line in table.notes:
        y += 5.0
        paper.text(sheet.left, y, line, size=9.5, fit=_inner(sheet))
    return sheet.top + _head_height(table)


def _further_height(table: Table) -> float:
    return 6.0 if table.carried else 0.0


def _further_top(paper: Paper, table: Table) -> float:
    sheet = table.sheet
    if table.carried:
        paper.text(sheet.left, sheet.top + 3.5, f"{table.title}（续）  {table.carried}", size=9.5, fit=_inner(sheet))
    return sheet.top + _further_height(table)


def _row(
    paper: Paper, table: Table, widths: Sequence[float], cells: Sequence[Cell], y: float, height: float,
    *, middle: bool,
) -> float:  # fmt: skip
    x = table.sheet.left
    paper.rect(x, y, sum(widths), height, line=0.25)
    for column, width, cell in zip(table.columns, widths, cells, strict=True):
        if x > table.sheet.left:
            paper.line(x, y, x, y + height, width=0.15)
        align = "centre" if middle else column.align
        place = {"left": x + 0.9, "centre": x + width / 2, "right": x + width - 0.9}[align]
        base = y + (height - cell.height) / 2 + cell.step * 0.78
        for line in cell.lines:
            paper.text(place, base, line, size=cell.size, align=align)
            base += cell.step
        x += width
    return y + height
