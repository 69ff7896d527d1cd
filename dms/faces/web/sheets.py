"""Sheets as downloads, for the print centre and for the API: one list of what can be printed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from fastapi.responses import FileResponse

from dms.desk.shelf.printing import named_records, print_calibration, print_copy, print_covers, print_labels
from dms.desk.shelf.register_sheets import print_destructions, print_loans
from dms.desk.shelf.volume_sheets import SHEETS, electronic_catalogue, print_volume
from dms.errors import NotFound, Usage
from dms.faces.web.view import download
from dms.ports.world import World
from dms.said import Said

WORKBOOKS = ("electronic-list", "loan-register", "destruction-register")
MOST_SHEETS = 500
MOST_MM = 20.0


def made(
    world: World, sheet: str, names: Sequence[str], *, form: str = "pdf", layout: str = "3x8", start: int = 1,
    offset: tuple[float, float] = (0.0, 0.0),
) -> FileResponse:  # fmt: skip
    """Return sheets of records, of volumes or of the archive as one file.

    Args:
        world: the archive.
        sheet: which sheet.
        names: codes, paper numbers or volumes.
        form: ``pdf``, or ``xlsx`` for lists and registers.
        layout: labels: which sheet of labels.
        start: labels: the first free place, from 1.
        offset: labels: how far the printer is off, to the right and down, mm.

    Raises:
        NotFound: no such sheet, record or volume in the asker's reach.
        Usage: too many, or the sheet is no workbook.
        NotPermitted: the policy refuses it.
    """
    if len(names) > MOST_SHEETS:
        raise Usage(
            Said("{count} sheets are too many at once.", count=len(names)),
            Said("At most {most_sheets}; print them in parts.", most_sheets=MOST_SHEETS),
        )
    if form == "xlsx" and sheet not in WORKBOOKS:
        raise Usage(Said("This sheet is no workbook."), Said("Lists and registers are."))
    write = writer(world, sheet, names, layout=layout, start=start, offset=offset)
    return download(world, f"{sheet}.{'xlsx' if form == 'xlsx' else 'pdf'}", write)


def writer(
    world: World, sheet: str, names: Sequence[str], *, layout: str = "3x8", start: int = 1,
    offset: tuple[float, float] = (0.0, 0.0),
) -> Callable[[Path], object]:  # fmt: skip
    """Return what writes a sheet to a path."""
    if sheet in ("copy", "cover", "label") and not names:
        raise Usage(Said("Which records?"), Said("Write their codes or paper numbers, with blanks between."))
    writers: dict[str, Callable[[Path], object]] = {
        "copy": lambda target: print_copy(world, names[0], target),
        "cover": lambda target: print_covers(world, named_records(world, names), target),
        "label": lambda target: print_labels(
            world, named_records(world, names), target, layout=layout, start=start, offset=offset
        ),
        "calibration": lambda target: print_calibration(world, target, layout=layout, offset=offset),
        "loan-register": lambda target: print_loans(world, target),
        "destruction-register": lambda target: print_destructions(
            world, target, [int(n) for n in names if n.isdigit()]
        ),
    }
    if sheet == "electronic-list" and not names:
        return lambda target: electronic_catalogue(world, target)
    if sheet in SHEETS:
        if not names:
            raise Usage(Said("Which volumes?"), Said("Write their numbers, with blanks between."))
        return lambda target: print_volume(world, sheet, names, target)
    if sheet not in writers:
        raise NotFound(Said("There is no sheet “{sheet}”.", sheet=sheet), Said("The print centre lists them."))
    return writers[sheet]
