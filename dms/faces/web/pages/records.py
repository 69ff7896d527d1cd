"""One record: both carriers, its pages, what is signed and missing, versions, history, and what may be done."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import FileResponse, RedirectResponse, Response

from dms.desk import approving, gate
from dms.desk.filing import file
from dms.desk.finding import catch_up
from dms.desk.showing import show
from dms.desk.viewing import page_picture
from dms.domain.policy import Action
from dms.faces.web.view import check_form, render, world_of

router = APIRouter(include_in_schema=False)
_ACTS = {"declare": Action.DECLARE, "approve": Action.APPROVE, "reject": Action.REJECT, "file": Action.FILE}


@router.get("/r/{named}")
def record_page(request: Request, named: str) -> Response:
    """Show a record by code or paper number; QR codes lead here."""
    world = world_of(request)
    told = show(world, named)
    with world.catalogue.look() as tx:
        _, mine = gate.reach(world, tx)
        record = tx.record(told["code"])
        may_remove = record is not None and mine.may(Action.ASK_DELETION, record) is not None
    may = [name for name, action in _ACTS.items() if record and mine.may(action, record)]
    open_acts = may if told["state"] == "registered" else []
    return render(
        request, "record.html", told=told, acts=open_acts, second=bool(told["paper"]["sha512"]), may_remove=may_remove
    )


@router.get("/r/{named}/pages/{number}.png")
def page_png(request: Request, named: str, number: int, paper: int = 0) -> FileResponse:
    """Return one page as a picture with the looker's watermark."""
    picture = page_picture(world_of(request), named, number, paper=bool(paper))
    return FileResponse(picture, media_type="image/png", headers={"Cache-Control": "private, max-age=3600"})


@router.post("/r/{named}/{act}")
def do(
    request: Request, named: str, act: str, csrf: Annotated[str, Form()] = "", reason: Annotated[str, Form()] = ""
) -> Response:
    """Declare, approve, reject or file; the desk says what is missing."""
    check_form(request, csrf)
    world = world_of(request)
    if act == "declare":
        approving.declare(world, named, statement=reason)
    elif act == "approve":
        approving.approve(world, named, note=reason)
    elif act == "reject":
        approving.reject(world, named, reason=reason)
    elif act == "file":
        file(world, named)
        catch_up(world)
    else:
        return Response(status_code=HTTPStatus.NOT_FOUND)
    return RedirectResponse(f"/r/{quote(named)}", HTTPStatus.SEE_OTHER)
