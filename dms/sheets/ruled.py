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
# The lowest row, and the space between two tables on a page, millimetres.
_LOWEST, _BETWEEN = 7.0, 7.0
# Rows that must have room below the headings of a table that begins in the middle of a page.
_FEW = 4


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


@dataclass(frozen=True, slots=True)
class Laid:
    """A table with its cells wrapped: heights in millimetres of its heading and of its rows."""

    table: Table
    widths: Sequence[float]
    headings: Sequence[Cell]
    head: float
    rows: Sequence[Sequence[Cell]]
    heights: Sequence[float]


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of a table that stand on one page, from ``y`` on."""

    laid: Laid
    first: int
    last: int
    y: float

    @property
    def ends(self) -> bool:
        """True where it is the table's last."""
        return self.last == len(self.laid.rows)


def draw_table(paper: Paper, table: Table) -> list[Overlong]:
    """Draw a table, beginning a new page; return the cells that did not fit."""
    return draw_tables(paper, [table])


def draw_tables(paper: Paper, tables: Sequence[Table], *, below: float = 0.0, begun: int = 0) -> list[Overlong]:
    """Draw tables one below the other, each on the page of the one before where it has room to begin.

    Args:
        paper: the document.
        tables: all of the same page.
        below: where the first begins on the page that is begun already; 0: on a new one.
        begun: pages drawn so far, counted with these.
    """
    overlong: list[Overlong] = []
    pages: list[list[Part]] = [[]] if below else []
    y = below
    for table in tables:
        laid = _laid(paper, table, overlong)
        used = y - table.sheet.top if pages else 0.0
        if used and not _begins(laid, used):
            used = 0.0
        for number, (first, last) in enumerate(_pages(table, laid.heights, laid.head, used)):
            if number or not used:
                pages.append([])
                y = table.sheet.top
            pages[-1].append(Part(laid, first, last, y))
            y += laid.head + sum(laid.heights[first:last]) + (_further_height(table) if first else _head_height(table))
        y += 8.0 * len(table.ends) + _BETWEEN
    before = begun - 1 if below else begun
    for number, parts in enumerate(pages):
        sheet = tables[0].sheet
        if number or not below:
            paper.page(sheet.width, sheet.height)
        for part in parts:
            _part(paper, part)
        told = f"第 {before + number + 1} 页 共 {before + len(pages)} 页"
        right, foot = sheet.width - sheet.right, sheet.height - sheet.bottom + 5
        paper.text(right, foot, told, size=8, align="right", colour="grey")
    return overlong


def _laid(paper: Paper, table: Table, overlong: list[Overlong]) -> Laid:
    widths = _widths(table)
    rows = [*table.rows] or [[table.empty, *[""] * (len(table.columns) - 1)]]
    cells = [_cells(paper, table, widths, number, row, overlong) for number, row in enumerate(rows)]
    heights = [max(max(cell.height for cell in row) + 2.4, _LOWEST) for row in cells]
    headings = [
        Cell(paper.wrap(c.heading, w - 1.6, table.size), table.size) for c, w in zip(table.columns, widths, strict=True)
    ]
    head = max(max(cell.height for cell in headings) + 2.4, 8.0)
    blank = _blank(table, heights, head)
    empty = [[Cell([""], table.size)] * len(table.columns)] * blank
    return Laid(table, widths, headings, head, [*cells, *empty], [*heights, *[_LOWEST] * blank])


def _begins(laid: Laid, used: float) -> bool:
    """True where a table has room below another for its headings and a few rows, or all of it."""
    sheet = laid.table.sheet
    room = sheet.height - sheet.top - sheet.bottom - used - laid.head - _head_height(laid.table)
    return sum(laid.heights[:_FEW]) <= room


def _part(paper: Paper, part: Part) -> None:
    laid, table = part.laid, part.laid.table
    y = _further_top(paper, table, part.y) if part.first else _top(paper, table, part.y)
    y = _row(paper, table, laid.widths, laid.headings, y, laid.head, middle=True)
    for index in range(part.first, part.last):
        y = _row(paper, table, laid.widths, laid.rows[index], y, laid.heights[index], middle=False)
    if part.ends:
        for line in table.ends:
            y += 8.0
            slot = _inner(table.sheet) / len(line)
            for column, cell in enumerate(line):
                x = table.sheet.left + column * slot
                paper.text(x, y, cell, size=table.size + 1.5, fit=slot - 2)


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
    return (14.0 if table.title else 3.0) + 5.5 * len(table.notes)


def _blank(table: Table, heights: Sequence[float], head: float) -> int:
    """Return how many blank rows are ruled under the last one."""
    sheet = table.sheet
    room = sheet.height - sheet.top - sheet.bottom - head - _head_height(table) - 8.0 * len(table.ends) - 2
    return max(0, min(table.least - len(heights), int((room - sum(heights)) / _LOWEST)))


def _pages(table: Table, heights: Sequence[float], head: float, used: float) -> list[tuple[int, int]]:
    """Return first and last row (exclusive) of each page, with ``used`` millimetres of the first one taken."""
    sheet = table.sheet
    room = sheet.height - sheet.top - sheet.bottom - head
    left = room - _head_height(table) - used
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


def _top(paper: Paper, table: Table, top: float) -> float:
    sheet = table.sheet
    middle = sheet.left + _inner(sheet) / 2
    if table.title:
        paper.text(middle, top + 5, table.title, size=16, align="centre", fit=_inner(sheet))
    y = top + (10.0 if table.title else 1.0)
    for line in table.notes:
        y += 5.0
        paper.text(sheet.left, y, line, size=9.5, fit=_inner(sheet))
    return top + _head_height(table)


def _further_height(table: Table) -> float:
    return 6.0 if table.carried else 0.0


def _further_top(paper: Paper, table: Table, top: float) -> float:
    sheet = table.sheet
    if table.carried:
        told = f"{table.title}（续）  {table.carried}" if table.title else f"{table.carried}（续）"
        paper.text(sheet.left, top + 3.5, told, size=9.5, fit=_inner(sheet))
    return top + _further_height(table)


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
