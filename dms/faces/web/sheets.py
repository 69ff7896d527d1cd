"""Sheets as downloads, for the print centre and for the API: one file, or a packed folder of several."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from dms.desk.shelf.printing import print_sheet
from dms.desk.shelf.sheets import sheet_named
from dms.errors import Usage
from dms.flow.passing import passing_folder
from dms.ports.world import World
from dms.said import Said

MOST_SHEETS = 500
TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}


def made(
    world: World, name: str, targets: Sequence[str], given: Mapping[str, str], *, form: str = "", called: str = ""
) -> FileResponse:
    """Return a sheet of what is named, or of the archive; what is several files comes as one zip.

    Args:
        world: the archive.
        name: of the sheet.
        targets: codes, paper numbers, volumes or requests.
        given: what was sent; the sheet takes its options out of it, an empty one is none.
        form: a format of the sheet; empty for its first.
        called: file name without suffix; empty for the sheet's name.

    Raises:
        NotFound: no such sheet, record or volume in the asker's reach.
        Usage: too many, a format the sheet cannot be, or an option that does not fit.
        NotPermitted: the policy refuses it.
    """
    sheet = sheet_named(name)
    if len(targets) > MOST_SHEETS:
        raise Usage(
            Said("{count} sheets are too many at once.", count=len(targets)),
            Said("At most {most_sheets}; print them in parts.", most_sheets=MOST_SHEETS),
        )
    form = sheet.form(form)
    chosen = {option.name: given[option.name] for option in sheet.options if given.get(option.name)}
    folder = passing_folder(world, "print")
    try:
        files = print_sheet(world, name, targets, folder / f"{name}.{form}", chosen).files
        file = files[0] if len(files) == 1 else _packed(files, folder / f"{name}.zip")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return FileResponse(
        file, media_type=TYPES[file.suffix[1:]],
        filename=f"{called or name}{file.suffix}", background=BackgroundTask(shutil.rmtree, folder, ignore_errors=True),
    )  # fmt: skip


def _packed(files: Sequence[Path], target: Path) -> Path:
    # Stored, not deflated: what is in there is compressed already.
    with zipfile.ZipFile(target, "w") as packed:
        for file in files:
            packed.write(file, file.name)
    return target
