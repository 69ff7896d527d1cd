"""How a page is made: templates, the words of the asker's language, who he is, and forms that come back checked."""

from __future__ import annotations

import hashlib
import hmac
import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Form, Request
from fastapi.responses import FileResponse, RedirectResponse, Response
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape
from starlette.background import BackgroundTask

from dms.desk.acts import gate
from dms.domain.policy import Action, Relation, can
from dms.errors import NotPermitted
from dms.faces.languages import LANGUAGES, language_named
from dms.faces.web.acts import PageSpeaker
from dms.faces.words import words
from dms.ports.world import World
from dms.said import Said

_HERE = Path(__file__).parent
STATIC = _HERE / "static"
_TEMPLATES = Jinja2Templates(
    env=Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
)
# Changes with every change of an asset, so that browsers may keep them for ever.
ASSETS = hashlib.sha256(b"".join(p.read_bytes() for p in sorted(STATIC.iterdir()))).hexdigest()[:12]
_TEMPLATES.env.globals["asset"] = lambda name: f"/static/{ASSETS}/{name}"
_TEMPLATES.env.filters["seg"] = lambda text: quote(str(text), safe="")

PLACES = (
    ("/", "today", None), ("/search", "search", None), ("/inbox", "inbox", Action.CONTRIBUTE),
    ("/approvals", "approvals", Action.LOOK), ("/requests", "requests", None), ("/volumes", "volumes", Action.LOOK),
    ("/shelf", "shelf", Action.LEND), ("/customers", "customers", Action.REPORT),
    ("/print", "print_centre", Action.PRINT), ("/reviews", "reviews", Action.REPORT), ("/log", "log", Action.READ_LOG),
    ("/settings", "settings", None),
)  # fmt: skip


def world_of(request: Request) -> World:
    """Return the archive as the one who asks may use it."""
    world: World = request.state.world
    return world


def language_of(request: Request) -> str:
    """Return the asker's language: as chosen, else as his browser says, else Chinese."""
    chosen = request.query_params.get("lang") or request.cookies.get("dms_lang", "")
    if chosen in LANGUAGES:
        return chosen
    first = request.headers.get("accept-language", "").split(",")[0].partition(";")[0].strip()
    return language_named(first) or "zh"


def speaker_of(request: Request) -> PageSpeaker:
    """Return who speaks the asker's language."""
    return PageSpeaker(language_of(request))


def render(request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
    """Return a page."""
    language = language_of(request)
    done = f"done.{request.query_params.get('done', '')}"
    told = {
        "say": PageSpeaker(language), "language": language, "languages": LANGUAGES,
        "login": getattr(request.state, "login", ""), "csrf": getattr(request.state, "csrf", ""),
        "path": request.url.path, "marked": marked, "places": _places(request), "switch": _switcher(request),
        # Only words of ours: what stands in an address may be anybody's.
        "done": done if done in words(language) else "", **values,
    }  # fmt: skip
    response = _TEMPLATES.TemplateResponse(request, template, told, status_code=status)
    if request.query_params.get("lang") in LANGUAGES:
        response.set_cookie("dms_lang", language, max_age=365 * 86400, samesite="lax", httponly=True)
    return response


def _places(request: Request) -> list[tuple[str, str]]:
    """Return the pages worth a link for the asker; what he may do is asked again on each."""
    world: World | None = getattr(request.state, "world", None)
    if world is None:
        return []
    try:
        with world.catalogue.look() as tx:
            roles = gate.person(world, tx).roles
    except NotPermitted:
        return []
    return [
        (place, key)
        for place, key, action in PLACES
        if action is None or any(can(roles, action, relation) for relation in Relation)
    ]


def _switcher(request: Request) -> Callable[[str], str]:
    def address(language: str) -> str:
        return "?" + str(request.url.include_query_params(lang=language).query)

    return address


def back(to: str, done: str = "") -> RedirectResponse:
    """Go to a page after something was done; ``done`` names the word that says so there."""
    if done:
        path, _, anchor = to.partition("#")
        to = f"{path}{'&' if '?' in path else '?'}done={done}" + (f"#{anchor}" if anchor else "")
    return RedirectResponse(to, HTTPStatus.SEE_OTHER)


def check_form(request: Request, csrf: Annotated[str, Form()] = "") -> None:
    """Refuse a form that no page of this session gave out.

    Raises:
        NotPermitted: it is not one of ours, or the session ended meanwhile.
    """
    if not request.state.csrf or not hmac.compare_digest(request.state.csrf.encode(), csrf.encode("utf-8", "replace")):
        raise NotPermitted(Said("This form is no longer valid."), Said("Go back, reload the page, and try again."))


# Stands on every route that takes a form.
FORM = [Depends(check_form)]


def download(world: World, name: str, write: Callable[[Path], object]) -> FileResponse:
    """Return a file as a download that is made for this answer and gone afterwards.

    Args:
        world: the archive.
        name: what the browser calls it; its suffix says what it is.
        write: writes it to the path it is given.
    """
    folder = Path(tempfile.mkdtemp(dir=world.work, prefix="print-"))
    target = folder / f"sheet{Path(name).suffix}"
    try:
        write(target)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    kind = "application/pdf" if target.suffix == ".pdf" else None
    return FileResponse(
        target, media_type=kind, filename=name, background=BackgroundTask(shutil.rmtree, folder, ignore_errors=True)
    )


def event(name: str, data: Any) -> str:
    """Return one server-sent event."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def marked(text: str, marks: Sequence[tuple[int, int]]) -> Markup:
    """Return text with its hits marked, everything escaped."""
    parts: list[Markup] = []
    place = 0
    for start, end in sorted(marks):
        if start < place:
            continue
        parts += [escape(text[place:start]), Markup("<mark>"), escape(text[start:end]), Markup("</mark>")]
        place = end
    return Markup("").join([*parts, escape(text[place:])])
