"""Today: what waits for the one who looks."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dms.desk import gate
from dms.desk.requesting import requests
from dms.desk.waiting import waiting
from dms.faces.web.view import render, world_of

router = APIRouter(include_in_schema=False)


@router.get("/")
def today(request: Request) -> Response:
    """Show attention, open requests and how much there is."""
    world = world_of(request)
    with world.catalogue.look() as tx:
        me = gate.person(world, tx)
        scope = gate.scope(world, tx)
    asked = [r for kind in ("access", "change", "deletion") for r in requests(world, kind, states=["open"])]
    return render(request, "today.html", me=me, waits=waiting(world), asked=asked, everything=scope.everything)
