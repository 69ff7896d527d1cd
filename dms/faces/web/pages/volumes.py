"""Volumes: the list, what is in one, whether it is in order, and closing, binding and placing it."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from dms.desk.acts import gate
from dms.desk.shelf import placing, volumes
from dms.desk.shelf.sheets import names_of
from dms.domain.policy import Action
from dms.faces.web.view import FORM, back, render, world_of

router = APIRouter(include_in_schema=False)
_STEP = 200


@router.get("/volumes")
def volumes_page(request: Request, q: str = "", page: Annotated[int, Query(ge=1, le=5000)] = 1) -> Response:
    """List volumes, those whose number or title holds some words."""
    found = [
        v for v in volumes.volumes(world_of(request)) if q.casefold() in f"{v.number} {v.title} {v.state}".casefold()
    ]
    shown = found[(page - 1) * _STEP : page * _STEP]
    last = max(1, -(-len(found) // _STEP))
    return render(request, "volumes.html", volumes=shown, total=len(found), q=q, page=page, last=last)


@router.get("/volumes/{number}")
def volume_page(request: Request, number: str, page: Annotated[int, Query(ge=1, le=5000)] = 1) -> Response:
    """List what is in a volume, what must be mended before it is bound, and where it stands."""
    world = world_of(request)
    volume, records = volumes.volume_of(world, number)
    with world.catalogue.look() as tx:
        _, mine = gate.reach(world, tx)
        keeps, borrows = (mine.may(a) is not None for a in (Action.KEEP_VOLUMES, Action.ASK_LOAN))
    return render(
        request, "volume.html", sheets=names_of("volume"),
        volume=volume, total=len(records), records=records[(page - 1) * _STEP : page * _STEP],
        page=page, last=max(1, -(-len(records) // _STEP)), keeps=keeps, borrows=borrows, now=world.now(),
        problems=volumes.check(world, number) if keeps else [], moves=placing.history(world, number),
    )  # fmt: skip


@router.post("/volumes/{number}/close", dependencies=FORM)
def close(
    request: Request, number: str, title: Annotated[str, Form()] = "", note: Annotated[str, Form()] = ""
) -> Response:
    """Close a volume: it takes nothing more."""
    volumes.close(world_of(request), number, title=title, note=note)
    return back(f"/volumes/{quote(number, safe='')}", "closed")


@router.post("/volumes/{number}/bind", dependencies=FORM)
def bind(
    request: Request, number: str, title: Annotated[str, Form()] = "", accept: Annotated[str, Form()] = ""
) -> Response:
    """Bind a volume: checked, on the shelf, never opened again."""
    volumes.bind(world_of(request), number, title=title, accept=accept)
    return back(f"/volumes/{quote(number, safe='')}", "bound")


@router.post("/volumes/{number}/place", dependencies=FORM)
def place(
    request: Request, number: str, place: Annotated[str, Form(max_length=400)], reason: Annotated[str, Form()] = ""
) -> Response:
    """Say where a volume stands."""
    placing.locate(world_of(request), number, place, reason=reason)
    return back(f"/volumes/{quote(number, safe='')}", "placed")
