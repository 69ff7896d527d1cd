"""Printing: sheets of records and volumes as PDF downloads; what is printed is logged by the desk."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response
from starlette.background import BackgroundTask

from dms.desk.printing import named_records, print_copy, print_covers, print_labels
from dms.desk.volume_sheets import SHEETS, print_volume
from dms.errors import NotFound
from dms.faces.web.view import world_of
from dms.ports.world import World

router = APIRouter(include_in_schema=False)
_OF_RECORDS = ("cover", "label", "copy")


@router.get("/print/{sheet}/{target}.pdf")
def sheet_pdf(request: Request, sheet: str, target: str) -> Response:
    """Return one sheet of a record or a volume."""
    if sheet not in (*_OF_RECORDS, *SHEETS):
        raise NotFound(f"There is no sheet “{sheet}”.", "The record's and the volume's page list theirs.")
    world = world_of(request)
    folder = Path(tempfile.mkdtemp(dir=world.work, prefix="print-"))
    try:
        _print(world, sheet, target, folder / "sheet.pdf")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return FileResponse(
        folder / "sheet.pdf", media_type="application/pdf", filename=f"{sheet}-{target}.pdf",
        background=BackgroundTask(shutil.rmtree, folder, ignore_errors=True),
    )  # fmt: skip


def _print(world: World, sheet: str, target: str, file: Path) -> None:
    if sheet == "copy":
        print_copy(world, target, file)
    elif sheet == "cover":
        print_covers(world, named_records(world, [target]), file)
    elif sheet == "label":
        print_labels(world, named_records(world, [target]), file, layout="3x8")
    else:
        print_volume(world, sheet, [target], file)
