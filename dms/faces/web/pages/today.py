"""Today: what waits for the one who looks, each line leading to where it is settled."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dms.desk.acts import gate
from dms.desk.acts.options import on_the_way
from dms.desk.consent.disposing import bin_of
from dms.desk.consent.requesting import requests
from dms.desk.records.waiting import waiting
from dms.desk.shelf.lending import reminders
from dms.desk.shelf.printing import reprints
from dms.domain.policy import Action
from dms.faces.web.view import render, world_of

router = APIRouter(include_in_schema=False)
_MOST = 20


@router.get("/")
def today(request: Request) -> Response:
    """Show attention, approvals, open requests, overdue loans, sheets to print again, and what may be purged."""
    world = world_of(request)
    with world.catalogue.look() as tx:
        me, mine = gate.reach(world, tx)
        scope = gate.scope_of(tx, mine)
        lends = mine.may(Action.LEND) is not None
        empty = next(iter(tx.all_codes()), None) is None
    asked = [r for kind in ("access", "change", "deletion", "loan") for r in requests(world, kind, states=["open"])]
    # Loans due stand apart, by their days; they come last there, so that the others keep their places.
    waits = [one for one in waiting(world) if one.kind != "loan-due"]
    return render(
        request, "today.html", me=me, waits=waits[:_MOST], waiting=len(waits), asked=asked[:_MOST], asking=len(asked),
        awaited=on_the_way(world, mine_only=True, limit=_MOST), overdue=reminders(world),
        lends=lends,
        again=reprints(world)[:_MOST], due=[b for b in bin_of(world) if b.due], everything=scope.everything,
        empty=empty,
    )  # fmt: skip
