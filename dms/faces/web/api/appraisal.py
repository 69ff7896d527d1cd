"""What has reached the end of its retention: proposal, decision, witnesses, destruction."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field

from dms.desk.consent import appraising
from dms.desk.consent.requesting import requests
from dms.errors import Usage
from dms.faces.web.api.common import Body, Call, Cursor, Id, Limit, Reason, created, paged, plain
from dms.faces.web.view import world_of
from dms.said import Said

router = APIRouter(route_class=Call, tags=["consent"])


class Proposal(Body):
    """Records to be destroyed, and why."""

    codes: Annotated[list[Annotated[str, Field(max_length=200)]], Field(min_length=1, max_length=5000)]
    reason: Reason


class Step(Body):
    """What is said of a destruction."""

    reason: Reason = ""
    sure: Annotated[bool, Field(description="destroy: what is destroyed does not come back.")] = False


@router.get("/appraisal")
def ended(request: Request, limit: Limit = 100, cursor: Cursor = "") -> dict[str, Any]:
    """Return filed records whose retention has ended, with the last year and why."""
    found = [
        {"code": record.code, "title": record.title, "last_year": year, "why": why}
        for record, year, why in appraising.ended(world_of(request))
    ]
    return paged(found, limit, cursor)


@router.get("/destructions")
def destructions(request: Request, limit: Limit = 100, cursor: Cursor = "") -> dict[str, Any]:
    """Return destructions on their way, and those done."""
    return paged(requests(world_of(request), "destruction"), limit, cursor)


@router.post("/destructions", status_code=201)
def propose(request: Request, body: Proposal) -> Response:
    """Propose the destruction of records whose retention has ended."""
    made = appraising.propose(world_of(request), body.codes, reason=body.reason)
    return created(made, "/api/v1/destructions")


@router.post("/destructions/{number}/{act}")
def go_on(
    request: Request, number: Id, act: Literal["agree", "refuse", "witness", "destroy"], body: Step
) -> dict[str, Any]:
    """Agree, refuse, witness or carry out a destruction."""
    world = world_of(request)
    if act in ("agree", "refuse"):
        made = appraising.decide(world, number, agree=act == "agree", reason=body.reason)
    elif act == "witness":
        made = appraising.witness(world, number)
    elif body.sure:
        made = appraising.destroy(world, number)
    else:
        raise Usage(Said("What is destroyed does not come back."), Said("Send “sure”: true."))
    return {"destruction": plain(made)}
