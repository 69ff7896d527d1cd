"""The spreadsheet port: catalogues and reports as workbooks people go on with, and sheets people bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet of a workbook.

    Attributes:
        name: on its tab.
        headings: one for each column.
        rows: cells; text stays text, numbers are numbers.
        widths: of columns, in characters; guessed where empty.
    """

    name: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str | int | float]]
    widths: Sequence[float] = ()


class Spreadsheet(Protocol):
    """Writes and reads workbooks."""

    def write(self, target: Path, grids: Sequence[Grid], *, title: str) -> None:
        """Write a workbook, whole or not at all.

        Raises:
            Unavailable: it cannot be written.
        """
        ...

    def read(self, path: Path) -> list[Mapping[str, str]]:
        """Return the rows of a CSV file or of a workbook's first sheet as heading -> text; empty rows are left out.

        Raises:
            NotFound: there is no such file.
            Usage: it is no table, or too large; the row is named where one is to blame.
        """
        ...
