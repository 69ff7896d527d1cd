"""Triage: what waits for people, one after another, with the page beside the question and keys for the answers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from dms.desk.acts import gate
from dms.desk.intake.discarding import discard
from dms.desk.intake.items import retry
from dms.desk.records.lessons import preselected
from dms.desk.records.likening import taken_from
from dms.desk.records.showing import show
from dms.desk.records.waiting import waiting
from dms.domain.policy import Action
from dms.errors import NotFound
from dms.faces.web.pages.inbox import wake
from dms.faces.web.tags import drawn, named_record
from dms.faces.web.view import FORM, back, render, world_of

router = APIRouter(include_in_schema=False)


@router.get("/triage")
def triage_page(
    request: Request,
    at: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    take: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Show one question: its record's pages and a form for the answer, or its file's way back from quarantine.

    With ``take``, another record lends the form its class and customer: filled in, not sent.
    """
    world = world_of(request)
    waits = waiting(world)
    at = min(at, max(0, len(waits) - 1))
    one = waits[at] if waits else None
    told, seen = None, ""
    if one is not None and one.kind != "quarantine":
        try:
            seen = named_record(world, one.target)
            told = show(world, one.target)
        except NotFound:
            told = None
    with world.catalogue.look() as tx:
        _, mine = gate.reach(world, tx)
        named = str(one.data.get("other", "")) if one is not None else ""
        found = tx.record(named) if named else None
        other = found if found is not None and mine.may(Action.LOOK, found) else None
        people = list(tx.people())
        discards = mine.may(Action.VOID) is not None
        names = [c.name for c in tx.customers()] if gate.scope_of(tx, mine).everything else []
    lent = taken_from(world, take) if take else {}
    return render(
        request, "triage.html", waits=waits, at=at, one=one, told=told, classes=world.scheme.classes, people=people,
        customers=names, other=other, discards=discards, seen=seen, drawn=drawn(told) if told else None,
        taken=bool(lent), filled={**(preselected(told) if told else {}), **lent},
    )  # fmt: skip


@router.post("/quarantine/{item}/retry", dependencies=FORM)
def try_again(request: Request, item: str) -> Response:
    """Send a file from quarantine through the journey again."""
    retry(world_of(request), [item])
    wake(request)
    return back("/triage", "retried")


@router.post("/quarantine/{item}/discard", dependencies=FORM)
def leave_out(request: Request, item: str, reason: Annotated[str, Form(max_length=2000)] = "") -> Response:
    """Remove a file from quarantine that will never be taken in."""
    discard(world_of(request), item, reason=reason)
    return back("/triage", "discarded")
