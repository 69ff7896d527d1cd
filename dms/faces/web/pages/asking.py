"""Requests: ask for access or removal, see what waits for a decision, decide."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from dms.desk import gate
from dms.desk.changing import decide_change
from dms.desk.disposing import ask_deletion, bin_of, decide_deletion, restore
from dms.desk.finding import catch_up
from dms.desk.requesting import ask_access, decide_access, requests
from dms.domain.policy import Action
from dms.faces.web.view import check_form, render, world_of

router = APIRouter(include_in_schema=False)
_KINDS = {"access": Action.DECIDE_ACCESS, "change": Action.DECIDE_CHANGE, "deletion": Action.DECIDE_DELETION}


@router.get("/requests")
def requests_page(request: Request) -> Response:
    """Show one's own requests, those one may decide, and the bin."""
    world = world_of(request)
    found = [r for kind in _KINDS for r in requests(world, kind)]
    with world.catalogue.look() as tx:
        me, mine = gate.reach(world, tx)
        deciding = {kind for kind, action in _KINDS.items() if mine.may(action)}
    waiting = [r for r in found if r.state == "open"]
    ended = sorted((r for r in found if r.state != "open"), key=lambda r: r.decided_at, reverse=True)[:50]
    held = bin_of(world)
    return render(request, "requests.html", waiting=waiting, ended=ended, deciding=deciding, me=me.code, held=held)


@router.post("/requests")
def ask(
    request: Request,
    target: Annotated[str, Form()],
    reason: Annotated[str, Form()],
    kind: Annotated[str, Form()] = "access",
    csrf: Annotated[str, Form()] = "",
) -> Response:
    """Ask for access to a record or a customer's records, or for a record's removal."""
    check_form(request, csrf)
    world = world_of(request)
    if kind == "deletion":
        ask_deletion(world, target.strip(), reason=reason)
    else:
        ask_access(world, target.strip(), purpose=reason)
    return RedirectResponse("/requests", HTTPStatus.SEE_OTHER)


@router.post("/requests/{number}/{answer}")
def decide(
    request: Request,
    number: int,
    answer: str,
    kind: Annotated[str, Form()],
    reason: Annotated[str, Form()] = "",
    csrf: Annotated[str, Form()] = "",
) -> Response:
    """Agree to a request, or refuse it with a reason."""
    check_form(request, csrf)
    world = world_of(request)
    if answer not in ("agree", "refuse") or kind not in _KINDS:
        return Response(status_code=HTTPStatus.NOT_FOUND)
    yes = answer == "agree"
    if kind == "access":
        decide_access(world, number, grant=yes, reason=reason)
    elif kind == "change":
        decide_change(world, number, agree=yes, reason=reason)
    else:
        decide_deletion(world, number, agree=yes, reason=reason)
    catch_up(world)
    return RedirectResponse("/requests", HTTPStatus.SEE_OTHER)


@router.post("/bin/{code}/restore")
def take_out(
    request: Request, code: str, reason: Annotated[str, Form()] = "", csrf: Annotated[str, Form()] = ""
) -> Response:
    """Take a record out of the bin."""
    check_form(request, csrf)
    world = world_of(request)
    back = restore(world, code, reason=reason)
    catch_up(world)
    return RedirectResponse(f"/r/{quote(back.code)}", HTTPStatus.SEE_OTHER)
