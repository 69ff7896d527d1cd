"""The door: sign in, sign out, and whether the server is well."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from dms.desk.signing_in import HOURS, sign_out
from dms.errors import NotPermitted
from dms.faces.web.view import check_form, render
from dms.ports.world import World

router = APIRouter(include_in_schema=False)
_COOKIE = "dms_session"


@router.get("/sign-in")
def sign_in_page(request: Request, to: str = "/") -> Response:
    """Show the door."""
    return render(request, "sign_in.html", to=_inside(to), problem=None)


@router.post("/sign-in")
def sign_in(
    request: Request, login: Annotated[str, Form()], password: Annotated[str, Form()], to: Annotated[str, Form()] = "/"
) -> Response:
    """Let somebody in, or say that login or password is wrong."""
    world: World = request.app.state.world
    source = request.client.host if request.client else ""
    try:
        token = request.app.state.doorkeeper.sign_in(world, login.strip(), password, source=source)
    except NotPermitted as problem:
        return render(request, "sign_in.html", status=HTTPStatus.FORBIDDEN, to=_inside(to), problem=problem)
    response = RedirectResponse(_inside(to), HTTPStatus.SEE_OTHER)
    response.set_cookie(
        _COOKIE, token, max_age=HOURS * 3600, httponly=True, samesite="lax", secure=request.url.scheme == "https"
    )
    return response


@router.post("/sign-out")
def leave(request: Request, csrf: Annotated[str, Form()] = "") -> Response:
    """Let somebody out."""
    check_form(request, csrf)
    sign_out(request.app.state.world, request.cookies.get(_COOKIE, ""))
    response = RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)
    response.delete_cookie(_COOKIE)
    return response


@router.get("/health")
def health(request: Request) -> JSONResponse:
    """Tell a supervisor that the server answers and its catalogue can be read."""
    world: World = request.app.state.world
    with world.catalogue.look() as tx:
        tx.fact("backup")
    return JSONResponse({"ok": True})


def _inside(to: str) -> str:
    """Only places of this site are gone to after signing in."""
    return to if to.startswith("/") and not to.startswith(("//", "/\\")) else "/"
