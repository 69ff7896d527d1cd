"""The print centre: every sheet of the desk as a download, covers ahead of time, and what is to be printed again."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from dms.desk.acts import gate
from dms.desk.records.finding import catch_up
from dms.desk.shelf.printing import reprints
from dms.desk.shelf.reserving import reserve
from dms.desk.shelf.sheets import sheets
from dms.domain.policy import Action
from dms.errors import Usage
from dms.faces.web.sheets import MOST_SHEETS, made
from dms.faces.web.view import FORM, render, world_of
from dms.said import Said

router = APIRouter(include_in_schema=False)
_BETWEEN = re.compile(r"[\s,;，；、]+")


@router.get("/print")
def print_page(request: Request, sheet: str = "label", targets: str = "") -> Response:
    """Show what can be printed, and what should be printed again."""
    world = world_of(request)
    with world.catalogue.look() as tx:
        _, mine = gate.reach(world, tx)
        people = list(tx.people())
        reserves = mine.may(Action.RESERVE) is not None
        printable = [one for one in sheets().values() if mine.may(one.action) is not None]
    kinds = {of: [one for one in printable if one.of == of] for of in ("record", "volume", "request", "archive")}
    return render(
        request, "print.html", sheet=sheet, targets=targets, again=reprints(world), classes=world.scheme.classes,
        people=people, reserves=reserves, kinds=kinds,
    )  # fmt: skip


@router.get("/print/{sheet}/{target}.pdf")
def sheet_pdf(request: Request, sheet: str, target: str) -> Response:
    """Return one sheet of a record or a volume."""
    return made(world_of(request), sheet, [target], request.query_params, form="pdf", called=f"{sheet}-{target}")


@router.get("/print/run")
def run(request: Request, sheet: str, targets: str = "", form: str = "") -> Response:
    """Return sheets of several records or volumes, or of the archive."""
    names = [t for t in _BETWEEN.split(targets.strip()) if t]
    return made(world_of(request), sheet, names, request.query_params, form=form)


@router.post("/print/covers", dependencies=FORM)
def covers(
    request: Request,
    count: Annotated[int, Form()] = 1,
    class_code: Annotated[str, Form()] = "",
    manager: Annotated[str, Form()] = "",
    customer: Annotated[str, Form(max_length=400)] = "",
    title: Annotated[str, Form(max_length=400)] = "",
    pages: Annotated[int, Form()] = 0,
    numbered: Annotated[str, Form()] = "",
) -> Response:
    """Reserve codes for stacks not scanned yet and return their cover sheets."""
    world = world_of(request)
    if not 1 <= count <= MOST_SHEETS or not 0 <= pages <= world.settings.max_pages:
        raise Usage(Said("Reserve 1 to 500 covers, for stacks of a sensible size."), Said("Print them in parts."))
    reserved = reserve(
        world, count=count, class_code=class_code, manager=manager, customer=customer.strip(), title=title.strip(),
        pages=pages, numbered=bool(numbered),
    )  # fmt: skip
    catch_up(world)
    return made(world, "cover", [record.code for record in reserved], {}, called="covers")
