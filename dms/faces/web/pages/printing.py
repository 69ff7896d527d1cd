"""The print centre: every sheet as a PDF download, labels from any place of a sheet, covers ahead of time, reprints."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from dms.desk.acts import gate
from dms.desk.records.finding import catch_up
from dms.desk.shelf.printing import print_covers, reprints
from dms.desk.shelf.reserving import reserve
from dms.desk.shelf.volume_sheets import SHEETS
from dms.domain.policy import Action
from dms.errors import Usage
from dms.faces.web import sheets
from dms.faces.web.sheets import MOST_MM, MOST_SHEETS
from dms.faces.web.view import FORM, download, render, world_of
from dms.said import Said
from dms.sheets.label import LAYOUTS

router = APIRouter(include_in_schema=False)
_BETWEEN = re.compile(r"[\s,;，；、]+")


@router.get("/print")
def print_page(request: Request, sheet: str = "label", targets: str = "") -> Response:
    """Show what can be printed, and what should be printed again."""
    world = world_of(request)
    with world.catalogue.look() as tx:
        _, mine = gate.reach(world, tx)
        people = list(tx.people())
        reserves, lends = (mine.may(a) is not None for a in (Action.RESERVE, Action.LEND))
        prints = mine.may(Action.PRINT) is not None
    return render(
        request, "print.html", sheet=sheet, targets=targets, again=reprints(world), layouts=LAYOUTS, lends=lends,
        classes=world.scheme.classes, people=people, reserves=reserves, prints=prints, sheets=SHEETS,
    )  # fmt: skip


@router.get("/print/{sheet}/{target}.pdf")
def sheet_pdf(request: Request, sheet: str, target: str) -> Response:
    """Return one sheet of a record or a volume."""
    world = world_of(request)
    return download(world, f"{sheet}-{target}.pdf", sheets.writer(world, sheet, [target]))


@router.get("/print/run")
def run(
    request: Request,
    sheet: str,
    targets: str = "",
    layout: str = "3x8",
    start: Annotated[int, Query(ge=1, le=200)] = 1,
    right: Annotated[float, Query(ge=-MOST_MM, le=MOST_MM)] = 0.0,
    down: Annotated[float, Query(ge=-MOST_MM, le=MOST_MM)] = 0.0,
    form: str = "pdf",
) -> Response:
    """Return sheets of several records or volumes, or of the archive."""
    names = [t for t in _BETWEEN.split(targets.strip()) if t]
    return sheets.made(world_of(request), sheet, names, form=form, layout=layout, start=start, offset=(right, down))


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
    made = reserve(
        world, count=count, class_code=class_code, manager=manager, customer=customer.strip(), title=title.strip(),
        pages=pages, numbered=bool(numbered),
    )  # fmt: skip
    catch_up(world)
    return download(world, "covers.pdf", lambda target: print_covers(world, made, target))
