"""Workbooks by openpyxl, CSV by the standard library; no cell ever becomes a formula, none is read as one."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import Any

from dms.errors import NotFound, Unavailable, Usage
from dms.ports.spreadsheet import Grid
from dms.said import Said

MOST_ROWS, MOST_COLUMNS, MOST_BYTES = 100_000, 200, 200_000_000
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CELL = 32_767
_TAB = re.compile(r"[\[\]:*?/\\]")


class Workbooks:
    """See :class:`dms.ports.spreadsheet.Spreadsheet`."""

    def write(self, target: Path, grids: Sequence[Grid], *, title: str) -> None:
        """Write a workbook row by row, beside its place first."""
        from openpyxl import Workbook

        beside = target.with_name(target.name + ".part")
        try:
            # Before anything is built: openpyxl leaves half-open writers behind where saving fails.
            beside.open("wb").close()
        except OSError as problem:
            raise _unwritable(target, problem) from problem
        book = Workbook(write_only=True)
        book.properties.title = title
        # The same content gives the same bytes as far as the format allows: no time of our own inside.
        book.properties.creator = "dms"
        for number, grid in enumerate(grids, 1):
            _write(book, grid, number)
        try:
            book.save(beside)
            beside.replace(target)
        except OSError as problem:
            beside.unlink(missing_ok=True)
            raise _unwritable(target, problem) from problem

    def read(self, path: Path) -> list[Mapping[str, str]]:
        """Return the rows of a CSV file or a workbook's first sheet."""
        if not path.is_file():
            raise NotFound(Said("There is no file {path}.", path=path), Said("Name a CSV or XLSX file."))
        if path.stat().st_size > MOST_BYTES:
            raise Usage(
                Said("{path} is larger than {most_bytes} MB.", path=path.name, most_bytes=MOST_BYTES // 10**6),
                Said("Split it."),
            )
        rows = _workbook(path) if zipfile.is_zipfile(path) else _csv(path)
        return _mapped(path, rows)


def _unwritable(target: Path, problem: OSError) -> Unavailable:
    return Unavailable(
        Said("{target} cannot be written: {problem}.", target=target, problem=problem.strerror),
        Said("Choose another place; is it open in a program?"),
    )


def _write(book: Any, grid: Grid, number: int) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(_TAB.sub(" ", grid.name)[:31] or f"Sheet{number}")
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    last = get_column_letter(max(1, len(grid.headings)))
    sheet.auto_filter.ref = f"A1:{last}{len(grid.rows) + 1}"
    for place, heading in enumerate(grid.headings):
        width = grid.widths[place] if grid.widths else _guess(heading, (r[place] for r in grid.rows[:200]))
        sheet.column_dimensions[get_column_letter(place + 1)].width = width
    head = []
    for heading in grid.headings:
        cell = WriteOnlyCell(sheet, heading)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="EDEDEA")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        head.append(cell)
    sheet.append(head)
    for row in grid.rows:
        sheet.append([_cell(sheet, value) for value in row])


def _cell(sheet: Any, value: str | float) -> Any:
    from openpyxl.cell import WriteOnlyCell

    if not isinstance(value, str):
        return WriteOnlyCell(sheet, value)
    text = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", value)[:_CELL]
    cell = WriteOnlyCell(sheet, text)
    if text[:1] in ("=", "+", "-", "@", "\t", "\r"):
        # Written as text whatever it looks like: a stranger's title must not run in the archivist's spreadsheet.
        cell.data_type = "s"
        cell.quotePrefix = True
    return cell


def _guess(heading: str, cells: Iterable[str | float]) -> float:
    def wide(text: str) -> float:
        return sum(2.0 if ord(c) > 0x2E7F else 1.1 for c in text)

    longest = max([wide(heading), *(wide(str(c)) for c in cells)])
    return min(60.0, max(6.0, longest + 2))


def _csv(path: Path) -> list[list[str]]:
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError:
            raise Usage(
                Said("{path} is neither UTF-8 nor GB18030 text.", path=path.name), Said("Save it as CSV UTF-8 or XLSX.")
            ) from None
    if "\x00" in text:
        raise Usage(Said("{path} is no CSV text.", path=path.name), Said("Save it as CSV UTF-8 or XLSX."))
    rows: list[list[str]] = []
    try:
        for row in csv.reader(text.splitlines(keepends=True), strict=True):
            rows.append(row)
            _check_size(path, rows)
    except csv.Error as problem:
        raise Usage(
            Said("{path}, row {count}: {problem}.", path=path.name, count=len(rows) + 1, problem=problem),
            Said("Mend the row, or save it as XLSX."),
        ) from None
    return rows


def _workbook(path: Path) -> list[list[str]]:
    from openpyxl import load_workbook

    rows: list[list[str]] = []
    try:
        book = load_workbook(path, read_only=True, data_only=True)
        try:
            for row in book.worksheets[0].iter_rows(values_only=True, max_col=MOST_COLUMNS + 1):
                rows.append([_text(value) for value in row])
                _check_size(path, rows)
        finally:
            book.close()
    except Usage:
        raise
    except Exception as problem:
        # A broken workbook makes the library raise whatever it happens to meet.
        raise Usage(
            Said("{path} is no workbook that can be read ({name}).", path=path.name, name=type(problem).__name__),
            Said("Save it again."),
        ) from None
    return rows


def _check_size(path: Path, rows: Sequence[Sequence[str]]) -> None:
    if len(rows) > MOST_ROWS + 1:
        raise Usage(
            Said("{path} has more than {most_rows:,} rows.", path=path.name, most_rows=MOST_ROWS), Said("Split it.")
        )
    if len([c for c in rows[-1] if c]) > MOST_COLUMNS:
        raise Usage(
            Said(
                "{path}, row {count}: more than {most_columns} columns.",
                path=path.name,
                count=len(rows),
                most_columns=MOST_COLUMNS,
            ),
            Said("Is it the right file?"),
        )


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time().isoformat() == "00:00:00" else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, float) and isfinite(value):
        # As the program that made it shows it: of 0.1+0.2 all its fifteen digits, not what a float has besides.
        return format(Decimal(f"{value:.15g}"), "f")
    return str(value).strip()


def _mapped(path: Path, rows: Sequence[Sequence[str]]) -> list[Mapping[str, str]]:
    full = [row for row in rows if any(cell.strip() for cell in row)]
    if not full:
        raise Usage(Said("{path} is empty.", path=path.name), Said("The first row names the columns."))
    headings = [h.strip() for h in full[0]]
    named = [h for h in headings if h]
    double = {h for h in named if named.count(h) > 1}
    if double:
        raise Usage(
            Said("{path} has the column “{double}” twice.", path=path.name, double=sorted(double)[0]),
            Said("Give each column its own name."),
        )
    return [{h: (row[i].strip() if i < len(row) else "") for i, h in enumerate(headings) if h} for row in full[1:]]
