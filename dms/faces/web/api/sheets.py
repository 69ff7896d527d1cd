"""Sheets as downloads."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from dms.desk.shelf.volume_sheets import SHEETS
from dms.faces.web import sheets
from dms.faces.web.api.common import Call
from dms.faces.web.view import world_of
from dms.sheets.label import LAYOUTS

router = APIRouter(route_class=Call, prefix="/sheets", tags=["sheets"])
Offset = Annotated[float, Query(ge=-sheets.MOST_MM, le=sheets.MOST_MM, description="mm")]
_FILES: dict[str, Any] = {
    "application/pdf": {},
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {},
}


@router.get("/{sheet}", response_class=Response, responses={200: {"content": _FILES}})
def sheet_file(
    request: Request,
    sheet: Annotated[str, Path(max_length=40, examples=["cover", "copy", "label", *sorted(SHEETS)])],
    target: Annotated[
        list[Annotated[str, Query(max_length=200)]] | None,
        Query(max_length=sheets.MOST_SHEETS, description="Codes, paper numbers or volumes."),
    ] = None,
    form: Literal["pdf", "xlsx"] = "pdf",
    layout: Annotated[str, Query(max_length=20, examples=sorted(LAYOUTS))] = "3x8",
    start: Annotated[int, Query(ge=1, le=200, description="Labels: the first free place.")] = 1,
    right: Offset = 0.0,
    down: Offset = 0.0,
) -> Response:
    """Return one sheet, of records or volumes that are named or of the whole archive, as PDF or workbook."""
    return sheets.made(
        world_of(request), sheet, target or [], form=form, layout=layout, start=start, offset=(right, down)
    )
