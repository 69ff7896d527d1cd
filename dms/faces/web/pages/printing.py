"""The print centre: every sheet as a PDF download, labels from any place of a sheet, covers ahead of time, reprints."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from dms.desk import gate
from dms.desk.finding import catch_up
from dms.desk.printing import named_records, print_calibration, print_copy, print_covers, print_labels, reprints
from dms.desk.register_sheets import print_destructions, print_loans
from dms.desk.reserving import reserve
from dms.desk.volume_sheets import SHEETS, electronic_catalogue, print_volume
from dms.domain.policy import Action
from dms.errors import NotFound, Usage
from dms.faces.web.view import FORM, download, render, world_of
from dms.forms.label import LAYOUTS
from dms.ports.world import World

router = APIRouter(include_in_schema=False)
_WORKBOOKS = ("electronic-list", "loan-register", "destruction-register")
_MOST = 500
_BETWEEN = re.compile(r"[\s,;，；、]+")
_MOST_MM = 20.0


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
    return download(world, f"{sheet}-{target}.pdf", _writer(world, sheet, [target]))


@router.get("/print/run")
def run(
    request: Request,
    sheet: str,
    targets: str = "",
    layout: str = "3x8",
    start: Annotated[int, Query(ge=1, le=200)] = 1,
    right: Annotated[float, Query(ge=-_MOST_MM, le=_MOST_MM)] = 0.0,
    down: Annotated[float, Query(ge=-_MOST_MM, le=_MOST_MM)] = 0.0,
    form: str = "pdf",
) -> Response:
    """Return sheets of several records or volumes, or of the archive."""
    names = [t for t in _BETWEEN.split(targets.strip()) if t]
    if len(names) > _MOST:
        raise Usage(f"{len(names)} sheets are too many at once.", f"At most {_MOST}; print them in parts.")
    if form == "xlsx" and sheet not in _WORKBOOKS:
        raise Usage("This sheet is no workbook.", "Lists and registers are.")
    world = world_of(request)
    write = _writer(world, sheet, names, layout=layout, start=start, offset=(right, down))
    return download(world, f"{sheet}.{'xlsx' if form == 'xlsx' else 'pdf'}", write)


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
    if not 1 <= count <= _MOST or not 0 <= pages <= world.settings.max_pages:
        raise Usage("Reserve 1 to 500 covers, for stacks of a sensible size.", "Print them in parts.")
    made = reserve(
        world, count=count, class_code=class_code, manager=manager, customer=customer.strip(), title=title.strip(),
        pages=pages, numbered=bool(numbered),
    )  # fmt: skip
    catch_up(world)
    return download(world, "covers.pdf", lambda target: print_covers(world, made, target))


def _writer(
    world: World, sheet: str, names: list[str], *, layout: str = "3x8", start: int = 1,
    offset: tuple[float, float] = (0.0, 0.0),
) -> Callable[[Path], object]:  # fmt: skip
    """Return what writes a sheet to a path."""
    if sheet in ("copy", "cover", "label") and not names:
        raise Usage("Which records?", "Write their codes or paper numbers, with blanks between.")
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
            raise Usage("Which volumes?", "Write their numbers, with blanks between.")
        return lambda target: print_volume(world, sheet, names, target)
    if sheet not in writers:
        raise NotFound(f"There is no sheet “{sheet}”.", "The print centre lists them.")
    return writers[sheet]
