"""Sheets as downloads; which there are and what can be chosen for each is the desk's to say."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from dms.desk.shelf.sheets import options, sheets
from dms.desk.shelf.sheets.sheet import Option
from dms.faces.web.api.common import Call
from dms.faces.web.sheets import MOST_SHEETS, TYPES, made
from dms.faces.web.view import world_of

router = APIRouter(route_class=Call, prefix="/sheets", tags=["sheets"])
_FORMATS = list(dict.fromkeys(form for sheet in sheets().values() for form in sheet.formats))
_FILES: dict[str, Any] = {TYPES[form]: {} for form in [*_FORMATS, "zip"]}


def _parameter(option: Option) -> dict[str, Any]:
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string"}
    schema: dict[str, Any] = {"type": kinds[type(option.default)], "default": option.default}
    if option.choices:
        schema["enum"] = list(option.choices)
    elif isinstance(option.default, str):
        schema["maxLength"] = int(option.most)
    elif not isinstance(option.default, bool):
        schema |= {"minimum": option.least, "maximum": option.most}
    of = ", ".join(name for name, sheet in sheets().items() if option in sheet.options)
    return {"name": option.name, "in": "query", "required": False, "schema": schema,
            "description": f"{option.about[0].upper()}{option.about[1:]}. Of: {of}."}  # fmt: skip


@router.get(
    "/{sheet}",
    response_class=Response,
    responses={200: {"content": _FILES}},
    openapi_extra={"parameters": [_parameter(option) for option in options().values()]},
)
def sheet_file(
    request: Request,
    sheet: Annotated[str, Path(max_length=40, json_schema_extra={"enum": list(sheets())})],
    target: Annotated[
        list[Annotated[str, Query(max_length=200)]] | None,
        Query(max_length=MOST_SHEETS, description="Codes, paper numbers, volumes or requests."),
    ] = None,
    form: Annotated[str, Query(max_length=8, json_schema_extra={"enum": ["", *_FORMATS]})] = "",
) -> Response:
    """Return one sheet, of what is named or of the whole archive; several files of one sheet come as a zip."""
    return made(world_of(request), sheet, target or [], request.query_params, form=form)
