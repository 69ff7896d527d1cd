"""The door: sign in, sign out, the first account, and whether the server is well."""

from __future__ import annotations

import base64
import json
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from dms.desk.accounts.signing_in import admit_vouched, sign_out, signed_in
from dms.desk.acts import gate
from dms.errors import Conflict, NotFound, NotPermitted, Usage
from dms.faces.web import session
from dms.faces.web.kept import Typed, inside, page_before, unpacked
from dms.faces.web.view import FORM, render, resumed
from dms.operating.health import parts_away
from dms.ports.catalogue import Person
from dms.ports.sign_on import SignOn
from dms.ports.world import World
from dms.said import Said

router = APIRouter(include_in_schema=False)
_KEPT = "dms_directory"
_FIRST_ROLES = ("general_manager", "archivist", "account_manager", "administrator")


@router.get("/sign-in")
def sign_in_page(request: Request, to: str = "/") -> Response:
    """Show the door, or where the first account is made while there is none."""
    world: World = request.app.state.world
    if not world.settings.oidc_issuer and request.app.state.doorkeeper.first_code(world):
        return RedirectResponse("/first-run", HTTPStatus.SEE_OTHER)
    return _door(request, to, None)


@router.post("/sign-in")
def sign_in(
    request: Request,
    login: Annotated[str, Form()],
    password: Annotated[str, Form()],
    to: Annotated[str, Form()] = "/",
    kept: Annotated[str, Form()] = "",
) -> Response:
    """Let somebody in, or say that login or password is wrong; a form that came too late is shown again."""
    typed = unpacked(kept) if kept else None
    try:
        return _let_in(request, login.strip(), password, to, typed)
    except NotPermitted as problem:
        return _door(request, to, problem, typed)


def come_back(request: Request, typed: Typed | None) -> Response:
    """Show the door to somebody whose session ended before he sent a form; what he typed waits behind it."""
    return _door(request, typed.back if typed else page_before(request), None, typed, status=HTTPStatus.UNAUTHORIZED)


@router.get("/first-run")
def first_run_page(request: Request) -> Response:
    """Show where the first account is made; there is none of this once somebody can sign in."""
    world: World = request.app.state.world
    if not request.app.state.doorkeeper.first_code(world):
        return RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)
    return render(request, "first_run.html", problem=None, login_typed=_first_login(world), name="")


@router.post("/first-run")
def first_run(
    request: Request,
    code: Annotated[str, Form(max_length=60)],
    login: Annotated[str, Form(max_length=120)],
    password: Annotated[str, Form(max_length=1000)],
    name: Annotated[str, Form(max_length=120)] = "",
    person: Annotated[str, Form(max_length=8)] = "",
) -> Response:
    """Make the first account for whoever has the code from the console, and let him in."""
    world: World = request.app.state.world
    login = login.strip()
    first = Person(person.strip().upper() or "ADMIN", name.strip() or login, _FIRST_ROLES, login)
    try:
        request.app.state.doorkeeper.begin(world, code, first, password, source=_source(request))
        return _let_in(request, login, password, "/")
    except (NotPermitted, Usage, NotFound, Conflict) as problem:
        return render(
            request, "first_run.html", status=problem.http_status, problem=problem, login_typed=login, name=name
        )


@router.get("/sign-in/directory")
def to_directory(request: Request, to: str = "/") -> Response:
    """Send somebody to the office's own directory."""
    directory = _directory(request)
    url, kept = directory.begin(_callback(request))
    response = RedirectResponse(url, HTTPStatus.SEE_OTHER)
    told = json.dumps({**kept, "to": inside(to)})
    response.set_cookie(
        _KEPT, base64.urlsafe_b64encode(told.encode()).decode(), max_age=600, httponly=True, samesite="lax",
        secure=request.url.scheme == "https", path="/sign-in",
    )  # fmt: skip
    return response


@router.get("/sign-in/back")
def from_directory(request: Request) -> Response:
    """Let in whom the directory sends back; who he is there must be somebody here."""
    world: World = request.app.state.world
    try:
        kept = json.loads(base64.urlsafe_b64decode(request.cookies.get(_KEPT, "")))
        kept = {str(k): str(v) for k, v in kept.items()}
    except (ValueError, AttributeError):
        kept = {}
    try:
        vouched = _directory(request).finish(_callback(request), dict(request.query_params), kept)
        token = admit_vouched(world, vouched, source=_source(request))
    except NotPermitted as problem:
        response = _door(request, kept.get("to", "/"), problem)
    else:
        response = RedirectResponse(inside(kept.get("to", "/")), HTTPStatus.SEE_OTHER)
        session.give(request, response, token)
    response.delete_cookie(_KEPT, path="/sign-in")
    return response


def _directory(request: Request) -> SignOn:
    world: World = request.app.state.world
    found = world.sign_on()
    if found is None:
        raise NotFound(Said("No directory is set for this archive."), Said("Sign in by password."))
    return found


def _callback(request: Request) -> str:
    return str(request.base_url).rstrip("/") + "/sign-in/back"


def _door(
    request: Request, to: str, problem: NotPermitted | None, typed: Typed | None = None, *, status: int = HTTPStatus.OK
) -> Response:
    issuer = request.app.state.world.settings.oidc_issuer
    return render(
        request, "sign_in.html", status=HTTPStatus.FORBIDDEN if problem else status, to=inside(to), problem=problem,
        directory=bool(issuer), typed=typed, late=status == HTTPStatus.UNAUTHORIZED,
    )  # fmt: skip


@router.post("/sign-out", dependencies=FORM)
def leave(request: Request) -> Response:
    """Let somebody out."""
    sign_out(request.app.state.world, request.cookies.get(session.COOKIE, ""))
    response = RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)
    response.delete_cookie(session.COOKIE)
    return response


@router.get("/health")
def health() -> JSONResponse:
    """Tell a supervisor that the server answers."""
    return JSONResponse({"ok": True})


@router.get("/ready")
def ready(request: Request) -> JSONResponse:
    """Tell a proxy whether to send people here: catalogue, vault and index are asked something and answer.

    Others learn which part is away, and nothing of where it is.
    """
    away = parts_away(request.app.state.world)
    if away:
        return JSONResponse({"ready": False, "away": away}, HTTPStatus.SERVICE_UNAVAILABLE)
    return JSONResponse({"ready": True})


def _let_in(request: Request, login: str, password: str, to: str, typed: Typed | None = None) -> Response:
    world: World = request.app.state.world
    token = request.app.state.doorkeeper.sign_in(world, login, password, source=_source(request))
    response: Response = RedirectResponse(inside(to), HTTPStatus.SEE_OTHER)
    entered = signed_in(world, token)
    if typed is not None and entered is not None and not entered.must_change:
        request.state.world = gate.as_actor(world, entered.actor)
        request.state.csrf = session.csrf_of(world.key, token)
        response = resumed(request, typed)
    session.give(request, response, token)
    return response


def _source(request: Request) -> str:
    return request.client.host if request.client else ""


def _first_login(world: World) -> str:
    with world.catalogue.look() as tx:
        return next((p.login for p in tx.people() if "general_manager" in p.roles), "")
