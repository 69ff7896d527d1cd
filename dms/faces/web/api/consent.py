"""What needs another person's consent: access, changes, removal, the bin, holds."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from dms.desk.consent import holding
from dms.desk.consent.borrowing import ask_loan, decide_loan
from dms.desk.consent.changing import ask_change, decide_change
from dms.desk.consent.disposing import ask_deletion, bin_of, decide_deletion, purge, restore
from dms.desk.consent.requesting import ask_access, decide_access, end_access, requests
from dms.desk.records.finding import catch_up
from dms.faces.web.api.common import Body, Call, Cursor, Id, Limit, Named, Reason, created, paged, plain
from dms.faces.web.view import world_of

router = APIRouter(route_class=Call, tags=["consent"])
Kind = Literal["access", "change", "deletion", "loan"]
Target = Annotated[str, Field(min_length=1, max_length=420, examples=["HG01E2026000123", "customer:甲公司"])]


class Asked(Body):
    """What is asked for: access to, removal or loan of a target, or a filed record's change."""

    kind: Kind
    target: Target
    reason: Reason
    changes: dict[str, Annotated[str, Field(max_length=1000)]] = Field(default_factory=dict)
    fields: dict[str, Annotated[str, Field(max_length=2000)]] = Field(default_factory=dict)
    to: Annotated[str, Field(max_length=200, description="loan: who borrows; the asker where empty.")] = ""
    due: Annotated[str, Field(max_length=10, description="loan: the day it comes back.")] = ""
    answers: Annotated[str, Field(max_length=200, description="loan: who answers for somebody outside.")] = ""


class Decision(Body):
    """Yes or no."""

    agree: bool
    reason: Reason = ""
    until: Annotated[str, Field(max_length=10, description="access: the last day.", examples=["2026-12-01"])] = ""


class Why(Body):
    """A reason."""

    reason: Reason


class Held(Why):
    """What is held, and why."""

    target: Target


class Sure(Body):
    """What is destroyed does not come back: say so."""

    sure: Literal[True]


@router.get("/requests")
def listed(
    request: Request,
    kind: Kind = "access",
    state: Annotated[list[str] | None, Query(max_length=5)] = None,
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """Return requests of a kind: the asker's own, and those he may decide."""
    return paged(requests(world_of(request), kind, states=state or ()), limit, cursor)


@router.post("/requests", status_code=201)
def ask(request: Request, body: Asked) -> Response:
    """Ask for access, a change, a removal or a loan."""
    world = world_of(request)
    if body.kind == "access":
        made = ask_access(world, body.target, purpose=body.reason)
    elif body.kind == "change":
        made = ask_change(world, body.target, body.changes, fields=body.fields or None, reason=body.reason)
    elif body.kind == "loan":
        loan = ask_loan(world, body.target, to=body.to, due=body.due, purpose=body.reason, answers=body.answers)
        # No more than what was typed: who may not see it learns nothing by asking.
        made = replace(loan, target=str(loan.data["asked"]), data={"to": loan.data["to"], "due": loan.data["due"]})
    else:
        made = ask_deletion(world, body.target, reason=body.reason)
    return created(made, f"/api/v1/requests?kind={body.kind}")


@router.post("/requests/{kind}/{number}")
def decide(request: Request, kind: Kind, number: Id, body: Decision) -> dict[str, Any]:
    """Agree to a request, or refuse it with a reason."""
    world = world_of(request)
    if kind == "access":
        told: Any = decide_access(world, number, grant=body.agree, until=body.until, reason=body.reason)
    elif kind == "change":
        told = decide_change(world, number, agree=body.agree, reason=body.reason)
    elif kind == "loan":
        told = decide_loan(world, number, agree=body.agree, reason=body.reason)
    else:
        told = decide_deletion(world, number, agree=body.agree, reason=body.reason)
    catch_up(world)
    return {"decided": plain(told)}


@router.delete("/grants/{number}")
def end(request: Request, number: Id, reason: Annotated[str, Query(max_length=2000)] = "") -> dict[str, Any]:
    """End a grant before its day."""
    return {"ended": plain(end_access(world_of(request), number, reason=reason))}


@router.get("/bin")
def in_bin(request: Request, limit: Limit = 100, cursor: Cursor = "") -> dict[str, Any]:
    """Return what is in the bin with the days it stays there."""
    return paged(bin_of(world_of(request)), limit, cursor)


@router.post("/bin/{named}/restore")
def take_out(request: Request, named: Named, body: Why) -> dict[str, Any]:
    """Take a record out of the bin."""
    world = world_of(request)
    back = restore(world, named, reason=body.reason)
    catch_up(world)
    return back.to_dict()


@router.post("/bin/purge")
def purge_due(request: Request, body: Sure) -> dict[str, Any]:
    """Destroy what has been in the bin for its month."""
    return {"destroyed": purge(world_of(request))}


@router.get("/holds")
def holds(request: Request, limit: Limit = 100, cursor: Cursor = "") -> dict[str, Any]:
    """Return legal holds, lifted ones too."""
    return paged(holding.holds(world_of(request)), limit, cursor)


@router.post("/holds", status_code=201)
def set_hold(request: Request, body: Held) -> Response:
    """Put a legal hold on a record, a volume or a customer's records."""
    return created(holding.hold(world_of(request), body.target, reason=body.reason), "/api/v1/holds")


@router.post("/holds/{number}/lift")
def lift_hold(request: Request, number: Id, body: Why) -> dict[str, Any]:
    """Lift a legal hold."""
    return {"lifted": plain(holding.lift(world_of(request), number, reason=body.reason))}
