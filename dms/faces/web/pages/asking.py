"""Requests: ask for access, removal or a loan, see what waits for a decision, decide; the bin and its countdown."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from dms.desk.acts import gate
from dms.desk.consent import holding
from dms.desk.consent.borrowing import ask_loan, decide_loan
from dms.desk.consent.changing import decide_change
from dms.desk.consent.disposing import ask_deletion, bin_of, decide_deletion, purge, restore
from dms.desk.consent.requesting import ask_access, decide_access, end_access, requests
from dms.desk.records.finding import catch_up
from dms.domain.policy import Action
from dms.errors import NotFound
from dms.faces.web.view import FORM, back, render, world_of
from dms.said import Said

router = APIRouter(include_in_schema=False)
_KINDS = {
    "access": Action.DECIDE_ACCESS, "change": Action.DECIDE_CHANGE, "deletion": Action.DECIDE_DELETION,
    "loan": Action.DECIDE_LOAN,
}  # fmt: skip
_ENDED = 50


@router.get("/requests")
def requests_page(request: Request, target: str = "", kind: str = "access") -> Response:
    """Show one's own requests and those one may decide."""
    world = world_of(request)
    found = [r for one in _KINDS for r in requests(world, one)]
    with world.catalogue.look() as tx:
        me, mine = gate.reach(world, tx)
        deciding = {one for one, action in _KINDS.items() if mine.may(action)}
        people = {p.code: p.name for p in tx.people()}
        may_hold = mine.may(Action.HOLD) is not None
    waiting = [r for r in found if r.state == "open"]
    ended = sorted((r for r in found if r.state != "open"), key=lambda r: r.decided_at, reverse=True)[:_ENDED]
    return render(
        request, "requests.html", waiting=waiting, ended=ended, deciding=deciding, me=me.code, people=people,
        target=target, kind=kind if kind in ("access", "deletion", "loan") else "access", now=world.now(),
        holds=[h for h in holding.holds(world) if not h.lifted_at] if may_hold else None,
    )  # fmt: skip


@router.post("/requests", dependencies=FORM)
def ask(
    request: Request,
    target: Annotated[str, Form(max_length=420)],
    reason: Annotated[str, Form(max_length=2000)],
    kind: Annotated[str, Form()] = "access",
    borrower: Annotated[str, Form(max_length=200)] = "",
    due: Annotated[str, Form(max_length=10)] = "",
    answers: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Ask for access to a record or a customer's records, for a record's removal, or for a loan."""
    world = world_of(request)
    if kind == "loan":
        ask_loan(world, target.strip(), to=borrower, due=due, purpose=reason, answers=answers)
    elif kind == "deletion":
        ask_deletion(world, target.strip(), reason=reason)
    else:
        ask_access(world, target.strip(), purpose=reason)
    return back("/requests", "asked")


@router.post("/requests/{number}/end", dependencies=FORM)
def end(request: Request, number: int, reason: Annotated[str, Form()] = "") -> Response:
    """End a grant before its day."""
    end_access(world_of(request), number, reason=reason)
    return back("/requests", "ended_now")


@router.post("/requests/{number}/{answer}", dependencies=FORM)
def decide(
    request: Request,
    number: int,
    answer: str,
    kind: Annotated[str, Form()],
    reason: Annotated[str, Form(max_length=2000)] = "",
    until: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Agree to a request, or refuse it with a reason."""
    world = world_of(request)
    if answer not in ("agree", "refuse") or kind not in _KINDS:
        raise NotFound(Said("There is no such answer."), Said("Agree or refuse on the requests' page."))
    yes = answer == "agree"
    if kind == "access":
        decide_access(world, number, grant=yes, until=until, reason=reason)
    elif kind == "change":
        decide_change(world, number, agree=yes, reason=reason)
    elif kind == "loan":
        decide_loan(world, number, agree=yes, reason=reason)
    else:
        decide_deletion(world, number, agree=yes, reason=reason)
    catch_up(world)
    return back("/requests", "decided")


@router.get("/bin")
def bin_page(request: Request) -> Response:
    """Show what is in the bin and when its month is over."""
    world = world_of(request)
    with world.catalogue.look() as tx:
        _, mine = gate.reach(world, tx)
        may_purge, may_restore = (mine.may(a) is not None for a in (Action.PURGE, Action.RESTORE))
        people = {p.code: p.name for p in tx.people()}
    return render(request, "bin.html", held=bin_of(world), may_purge=may_purge, may_restore=may_restore, people=people)


@router.post("/bin/purge", dependencies=FORM)
def purge_due(request: Request, sure: Annotated[str, Form()] = "") -> Response:
    """Destroy what has been in the bin for its month, when that was confirmed."""
    if sure != "yes":
        return back("/bin", "confirm_first")
    purge(world_of(request))
    return back("/bin", "purged")


@router.post("/bin/{code}/restore", dependencies=FORM)
def take_out(request: Request, code: str, reason: Annotated[str, Form()] = "") -> Response:
    """Take a record out of the bin."""
    world = world_of(request)
    put_back = restore(world, code, reason=reason)
    catch_up(world)
    return back(f"/r/{quote(put_back.code)}", "restored")


@router.post("/holds", dependencies=FORM)
def set_hold(request: Request, target: Annotated[str, Form()], reason: Annotated[str, Form()]) -> Response:
    """Put a legal hold on a record, a volume or a customer's records."""
    holding.hold(world_of(request), target.strip(), reason=reason)
    return back("/requests", "held")


@router.post("/holds/{number}/lift", dependencies=FORM)
def lift_hold(request: Request, number: int, reason: Annotated[str, Form()] = "") -> Response:
    """Lift a legal hold."""
    holding.lift(world_of(request), number, reason=reason)
    return back("/requests", "lifted")
