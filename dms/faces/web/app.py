"""The application: parts wired, headers strict, errors as pages or JSON, every request signed in but the door."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from dms import __version__
from dms.desk.accounts.signing_in import Doorkeeper, signed_in, token_holder
from dms.desk.acts import gate
from dms.errors import DmsError, NotFound, NotPermitted, Unavailable, Unreadable, Usage
from dms.faces.web import api, metrics
from dms.faces.web.kept import LateForm, StaleForm, typed_in
from dms.faces.web.pages import (
    approvals,
    arranging,
    asking,
    customers,
    door,
    inbox,
    log,
    printing,
    records,
    reviews,
    searching,
    settings,
    shelf,
    teaching,
    today,
    triage,
    volumes,
)
from dms.faces.web.session import COOKIE, csrf_of
from dms.faces.web.settling import Settling
from dms.faces.web.spans import traced
from dms.faces.web.view import ASSETS, STATIC, conflict, render, resumed
from dms.ports.world import World
from dms.said import NOTHING, Said, verbatim

PAGES = (
    # Before the records, whose acts take whatever name comes.
    door, today, searching, teaching, arranging, records, inbox, triage, approvals, asking, volumes, shelf, customers,
    printing, reviews, log, settings,
)  # fmt: skip
# All that somebody may do whose password was set by another person.
CHANGES_PASSWORD = ("/settings/own-password", "/settings/password", "/sign-out")
# What anybody may ask for without having signed in.
OPEN = ("/sign-in", "/first-run", "/static/", "/health", "/ready")
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_KEEP = "public, max-age=31536000, immutable"
# Larger than any form of ours; files have their own limit while they are read.
_MOST_FORM = 4 << 20


def create_app(world: World) -> FastAPI:
    """Return the application over an opened archive.

    Args:
        world: the archive; whoever signs in acts in his own name, not in this one's.
    """
    app = FastAPI(
        title="dms", version=__version__, docs_url=None, redoc_url=None, openapi_url="/api/v1/openapi.json",
        lifespan=_closing,
        description="Everything the pages do. Sign in at /sign-in, or send “Authorization: Bearer dms_…” (Settings).",
    )  # fmt: skip
    app.state.world = world
    app.state.doorkeeper = Doorkeeper(world.passwords())
    app.state.meter = metrics.Meter()
    app.state.settling = Settling()
    app.middleware("http")(_guard)
    app.exception_handler(DmsError)(_problem)
    app.exception_handler(StaleForm)(_stale)
    app.exception_handler(LateForm)(_late)
    app.exception_handler(RequestValidationError)(_wrong_form)
    app.exception_handler(HTTPException)(_http)
    app.exception_handler(UnicodeError)(_odd)
    app.exception_handler(OverflowError)(_odd)
    app.mount(f"/static/{ASSETS}", StaticFiles(directory=STATIC), name="static")
    for part in PAGES:
        app.include_router(part.router)
    app.include_router(metrics.router)
    app.include_router(api.router)
    return app


@asynccontextmanager
async def _closing(app: FastAPI) -> AsyncIterator[None]:
    """Log what was searched for before the server stops."""
    yield
    await run_in_threadpool(app.state.settling.flush)


async def _guard(request: Request, follow: Callable[[Request], Awaitable[Response]]) -> Response:
    """Let a request in: who asks, does it come from our own pages; and dress the answer."""
    with request.app.state.meter.timed(request) as counted, traced(request) as told:
        response = await _let_in(request, follow)
        counted(response.status_code)
        told(response.status_code)
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if request.url.path.startswith("/static/") and response.status_code == HTTPStatus.OK:
        response.headers["Cache-Control"] = _KEEP
    else:
        response.headers.setdefault("Cache-Control", "no-store")
    return response


async def _let_in(request: Request, follow: Callable[[Request], Awaitable[Response]]) -> Response:
    world: World = request.app.state.world
    token = request.cookies.get(COOKIE, "")
    kind, _, value = request.headers.get("authorization", "").partition(" ")
    bearer = value.strip() if kind.lower() == "bearer" else ""
    request.state.world, request.state.csrf = None, ""
    changes = request.method not in ("GET", "HEAD")
    refused = _too_large(request, world) if changes else None
    if refused:
        return refused
    try:
        return await _entering(request, follow, world, token, bearer)
    except Unavailable as problem:
        # Past the routes' own handlers: the catalogue does not answer who this is.
        return await _problem(request, problem)


async def _entering(
    request: Request, follow: Callable[[Request], Awaitable[Response]], world: World, token: str, bearer: str
) -> Response:
    changes = request.method not in ("GET", "HEAD")
    if bearer:
        # Only programs send this header, never a browser by itself: no origin to check.
        entered = await run_in_threadpool(token_holder, world, bearer)
    else:
        if changes and not same_origin(request):
            return _told(
                request,
                403,
                "not-permitted",
                Said("The request came from another site."),
                Said("Use the archive's own."),
            )
        entered = await run_in_threadpool(signed_in, world, token) if token else None
    request.state.world = gate.as_actor(world, entered.actor) if entered else None
    request.state.csrf = csrf_of(world.key, token) if entered and not bearer else ""
    request.state.scope = entered.scope if entered else ""
    if entered and changes and entered.scope != "write":
        return _told(
            request, 403, "not-permitted", Said("This token may only read."), Said("Make one with the scope “write”.")
        )
    if entered is None and not request.url.path.startswith(OPEN):
        return await _no_entry(request)
    if entered and entered.must_change and not request.url.path.startswith((*OPEN, *CHANGES_PASSWORD)):
        return _own_password_first(request)
    return await follow(request)


def _too_large(request: Request, world: World) -> Response | None:
    """Refuse a body before it is read: forms are small, files have their limit, parts are never of unknown length."""
    parts = request.headers.get("content-type", "").lower().startswith("multipart/")
    most = _MOST_FORM + (world.settings.max_bytes if parts or "/uploads" in request.url.path else 0)
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > most:
        return _told(
            request, 413, "limit-exceeded", Said("The request is too large."), Said("Send fewer or smaller files.")
        )
    if not length.isdigit() and (length or parts):
        return _told(
            request, 411, "usage", Said("The request does not say how long it is."), Said("Send Content-Length.")
        )
    return None


async def _no_entry(request: Request) -> Response:
    """Lead to the door; a form whose session ended meanwhile is kept and comes back after signing in."""
    if request.url.path.startswith(("/api/", "/metrics")):
        hint = Said("POST /sign-in with login and password, or send a token: Authorization: Bearer dms_…")
        return _told(request, HTTPStatus.UNAUTHORIZED, "not-permitted", Said("Sign in first."), hint)
    if request.method == "POST" and request.url.path != "/sign-out":
        typed = await typed_in(request)
        return await run_in_threadpool(door.come_back, request, typed)
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/sign-in?to={quote(asked, safe='')}", HTTPStatus.SEE_OTHER)


def _own_password_first(request: Request) -> Response:
    if request.url.path.startswith(("/api/", "/metrics")):
        hint = Said("Sign in at /sign-in with a browser, and choose your own.")
        return _told(request, 403, "not-permitted", Said("Your password was set by somebody else."), hint)
    return RedirectResponse("/settings/own-password", HTTPStatus.SEE_OTHER)


def same_origin(request: Request) -> bool:
    """Tell whether a request comes from a page of ours: browsers name the origin of every form and script.

    A plain-HTTP intranet sends no Sec-Fetch-Site, so the origin's host is compared with the host asked for.
    """
    told = request.headers.get("origin") or request.headers.get("referer", "")
    try:
        return bool(told) and urlsplit(told).netloc == request.headers.get("host", "")
    except ValueError:
        return False


def _told(request: Request, status: int, code: str, said: Said, remedy: Said = NOTHING, **more: Any) -> JSONResponse:
    """Return an error as RFC 9457 problem details in English, with what was said as data beside."""
    error = {
        "code": code, "message": str(said), "hint": str(remedy), "said": said.to_dict(), "remedy": remedy.to_dict()
    }  # fmt: skip
    told = {
        "type": f"about:blank#{code}", "title": str(said), "status": int(status), "detail": str(remedy),
        "instance": request.url.path, "error": error, **more,
    }  # fmt: skip
    return JSONResponse(told, status, media_type="application/problem+json")


async def _problem(request: Request, problem: Exception) -> Response:
    if not isinstance(problem, DmsError):
        raise problem
    if request.url.path.startswith(("/api/", "/metrics")):
        return _told(request, problem.http_status, problem.code, problem.said, problem.remedy)
    # Making the page reads the catalogue.
    return await run_in_threadpool(render, request, "problem.html", status=problem.http_status, problem=problem)


async def _stale(request: Request, problem: Exception) -> Response:
    """Show a form again that was drawn from what somebody else changed meanwhile: both values, nothing typed lost."""
    if not isinstance(problem, StaleForm):
        raise problem
    return await run_in_threadpool(conflict, request, problem)


async def _late(request: Request, problem: Exception) -> Response:
    """Show a form again whose session ended before another began: another site cannot have sent it."""
    if not isinstance(problem, LateForm) or problem.typed is None:
        return await _problem(request, problem)
    return await run_in_threadpool(resumed, request, problem.typed, status=problem.http_status)


async def _wrong_form(request: Request, problem: Exception) -> Response:
    if not isinstance(problem, RequestValidationError):
        raise problem
    places = [".".join(str(p) for p in e["loc"] if p not in ("body", "query")) for e in problem.errors()]
    first = problem.errors()[0]["msg"] if problem.errors() else ""
    told = Usage(
        Said("What was sent cannot be used: {places}: {first}.", places=places or Said("the request"), first=first),
        Said("Fill in the form."),
    )
    if request.url.path.startswith("/api/"):
        return _told(request, 422, told.code, told.said, Said("See /api/v1/openapi.json."), places=places)
    return await _problem(request, told)


async def _odd(request: Request, _: Exception) -> Response:
    """Half a character or a number past all numbers: no text of a person's, and no fault of ours."""
    return await _problem(request, Usage(Said("What was sent is no text or number."), Said("Type it again.")))


async def _http(request: Request, problem: Exception) -> Response:
    if not isinstance(problem, HTTPException):
        raise problem
    kinds: dict[int, type[DmsError]] = {404: NotFound, 403: NotPermitted, 405: Usage, 400: Unreadable}
    kind = kinds.get(problem.status_code, Usage)
    words = {
        404: (Said("There is no such page."), Said("Begin again from the first page.")),
        405: (Said("That cannot be done here."), Said("Go back and use the page's own buttons.")),
    }
    other = verbatim(str(problem.detail)), Said("Go back and try again.")
    said, remedy = words.get(problem.status_code, other)
    if request.url.path.startswith("/api/"):
        return _told(request, problem.status_code, kind.code, said, remedy)
    return await run_in_threadpool(
        render, request, "problem.html", status=problem.status_code, problem=kind(said, remedy)
    )
