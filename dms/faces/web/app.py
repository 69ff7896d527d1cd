"""The application: parts wired, headers strict, errors as pages or JSON, every request signed in but the door."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote, urlsplit

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles

from dms import __version__
from dms.desk.signing_in import Doorkeeper, signed_in
from dms.errors import DmsError
from dms.faces.web import api
from dms.faces.web.pages import asking, door, inbox, printing, records, searching, today, volumes
from dms.faces.web.view import render
from dms.ports.world import World

COOKIE = "dms_session"
# What anybody may ask for without having signed in.
OPEN = ("/sign-in", "/static/", "/health")
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
}


def create_app(world: World) -> FastAPI:
    """Return the application over an opened archive.

    Args:
        world: the archive; whoever signs in acts in his own name, not in this one's.
    """
    app = FastAPI(title="dms", version=__version__, docs_url=None, redoc_url=None, openapi_url="/api/v1/openapi.json")
    app.state.world = world
    app.state.doorkeeper = Doorkeeper(world.passwords())
    app.middleware("http")(_guard)
    app.exception_handler(DmsError)(_problem)
    folder = Path(__file__).parent / "static"
    app.mount("/static", StaticFiles(directory=folder), name="static")
    for part in (door, today, searching, records, inbox, asking, volumes, printing):
        app.include_router(part.router)
    app.include_router(api.router)
    return app


async def _guard(request: Request, follow: Callable[[Request], Awaitable[Response]]) -> Response:
    """Let a request in: who asks, does it come from our own pages; and dress the answer."""
    response = await _let_in(request, follow)
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if not request.url.path.startswith("/static/"):
        response.headers.setdefault("Cache-Control", "no-store")
    return response


async def _let_in(request: Request, follow: Callable[[Request], Awaitable[Response]]) -> Response:
    from starlette.concurrency import run_in_threadpool

    if request.method not in ("GET", "HEAD") and not same_origin(request):
        return JSONResponse({"error": {"code": "not-permitted", "message": "The request came from another site."}}, 403)
    world: World = request.app.state.world
    token = request.cookies.get(COOKIE, "")
    login = await run_in_threadpool(signed_in, world, token) if token else ""
    request.state.login = login
    request.state.world = replace(world, user=login) if login else None
    request.state.csrf = csrf_of(world.key, token) if login else ""
    if not login and not request.url.path.startswith(OPEN):
        if request.url.path.startswith("/api/"):
            error = {
                "code": "not-permitted",
                "message": "Sign in first.",
                "hint": "POST /sign-in with login and password.",
            }
            return JSONResponse({"error": error}, HTTPStatus.UNAUTHORIZED)
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/sign-in?to={quote(asked, safe='')}", HTTPStatus.SEE_OTHER)
    return await follow(request)


def same_origin(request: Request) -> bool:
    """Tell whether a request comes from a page of ours: browsers name the origin of every form and script.

    A plain-HTTP intranet sends no Sec-Fetch-Site, so the origin's host is compared with the host asked for.
    """
    told = request.headers.get("origin") or request.headers.get("referer", "")
    return bool(told) and urlsplit(told).netloc == request.headers.get("host", "")


def csrf_of(key: bytes, token: str) -> str:
    """Return the token forms carry back: only a page of this session knows it."""
    return hmac.new(key, b"csrf:" + token.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:32]


async def _problem(request: Request, problem: Exception) -> Response:
    if not isinstance(problem, DmsError):
        raise problem
    if request.url.path.startswith("/api/"):
        error = {"code": problem.code, "message": problem.message, "hint": problem.hint}
        return JSONResponse({"error": error}, problem.http_status, media_type="application/problem+json")
    return render(request, "problem.html", status=problem.http_status, problem=problem)
