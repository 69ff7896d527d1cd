"""Shelf: what is lent out, lending and taking back, moves, and the stock-take with a camera or a hand scanner."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from fastapi.responses import Response

from dms.desk.consent.borrowing import ask_loan
from dms.desk.shelf import lending, placing
from dms.faces.web.upload import keep_upload
from dms.faces.web.view import FORM, back, render, world_of
from dms.flow.passing import passing_folder

router = APIRouter(include_in_schema=False)
_SHOWN = 200


@router.get("/shelf")
def shelf_page(request: Request) -> Response:
    """Show loans and the forms of the shelf."""
    world = world_of(request)
    out = lending.loans(world, out=True)
    returned = [x for x in reversed(lending.loans(world)) if x.back_at][:_SHOWN]
    with world.catalogue.look() as tx:
        people = list(tx.people())
        places = sorted({m.place for m in tx.moves() if m.kind == "home"})[:500]
    today = world.now()[:10]
    return render(
        request, "shelf.html", out=out[:_SHOWN], count=len(out), returned=returned, people=people, known=places,
        today=today, agreed=lending.to_hand_over(world), names={p.code: p.name for p in people},
    )  # fmt: skip


def _loan(
    borrower: Annotated[str, Form(max_length=200)] = "",
    due: Annotated[str, Form(max_length=10)] = "",
    purpose: Annotated[str, Form(max_length=1000)] = "",
    answers: Annotated[str, Form(max_length=200)] = "",
    department: Annotated[str, Form(max_length=200)] = "",
    contact: Annotated[str, Form(max_length=200)] = "",
) -> dict[str, str]:
    """What the forms of a loan say besides its target."""
    return {
        "to": borrower, "due": due, "purpose": purpose, "answers": answers, "department": department,
        "contact": contact,
    }  # fmt: skip


Loaned = Annotated[dict[str, str], Depends(_loan)]


@router.post("/shelf/lend", dependencies=FORM)
def lend(request: Request, target: Annotated[str, Form(max_length=200)], loan: Loaned) -> Response:
    """Hand a volume or a record's paper over: the borrower's own, or what a manager agreed to."""
    lending.lend(world_of(request), target, **loan)
    return back("/shelf", "lent")


@router.post("/shelf/ask", dependencies=FORM)
def ask(request: Request, target: Annotated[str, Form(max_length=200)], loan: Loaned) -> Response:
    """Ask a manager for a loan that is not all the borrower's own."""
    ask_loan(world_of(request), target, **loan)
    return back("/shelf", "asked")


@router.post("/shelf/back", dependencies=FORM)
def take_back(
    request: Request,
    target: Annotated[str, Form(max_length=200)],
    condition: Annotated[str, Form(max_length=400)] = "完好",
) -> Response:
    """Take a loan back."""
    lending.take_back(world_of(request), target, condition=condition or "完好")
    return back("/shelf", "returned")


@router.post("/shelf/move", dependencies=FORM)
def move(
    request: Request,
    target: Annotated[str, Form(max_length=200)],
    place: Annotated[str, Form(max_length=400)],
    reason: Annotated[str, Form(max_length=1000)] = "",
    current: Annotated[str, Form()] = "",
) -> Response:
    """Say where a volume or a record's paper stands."""
    placing.locate(world_of(request), target, place, home=not current, reason=reason)
    return back("/shelf", "placed")


@router.post("/shelf/stocktake", dependencies=FORM)
def stocktake(
    request: Request,
    place: Annotated[str, Form(max_length=400)],
    scanned: Annotated[str, Form(max_length=1_000_000)] = "",
    photos: Annotated[list[UploadFile] | None, File()] = None,
) -> Response:
    """Compare what was photographed or scanned on a shelf with what should stand there."""
    world = world_of(request)
    symbols = [line for line in scanned.splitlines() if line.strip()]
    folder = passing_folder(world, "stocktake")
    try:
        for photo in [p for p in photos or () if p.filename]:
            symbols += placing.symbols_in(world, keep_upload(world, photo, Path(folder) / world.new_id()))
        told = placing.stocktake(world, place, symbols)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return render(request, "stocktake.html", told=told)
