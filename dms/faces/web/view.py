"""How a page is made: templates, the words of the asker's language, who he is, and forms that come back checked."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from dms.errors import NotPermitted
from dms.faces.web.words import LANGUAGES, Speaker
from dms.ports.world import World

_HERE = Path(__file__).parent
_TEMPLATES = Jinja2Templates(
    env=Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
)


def world_of(request: Request) -> World:
    """Return the archive as the one who asks may use it."""
    world: World = request.state.world
    return world


def language_of(request: Request) -> str:
    """Return the asker's language: as chosen, else as his browser says, else Chinese."""
    chosen = request.query_params.get("lang") or request.cookies.get("dms_lang", "")
    if chosen in LANGUAGES:
        return chosen
    first = request.headers.get("accept-language", "").split(",")[0].strip().lower()
    return "en" if first.startswith("en") else "zh"


def render(request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
    """Return a page."""
    language = language_of(request)
    told = {
        "say": Speaker(language), "language": language, "login": getattr(request.state, "login", ""),
        "csrf": getattr(request.state, "csrf", ""), "path": request.url.path, "marked": marked, **values,
    }  # fmt: skip
    response = _TEMPLATES.TemplateResponse(request, template, told, status_code=status)
    if request.query_params.get("lang") in LANGUAGES:
        response.set_cookie("dms_lang", language, max_age=365 * 86400, samesite="lax")
    return response


def check_form(request: Request, csrf: str) -> None:
    """Refuse a form that no page of this session gave out.

    Raises:
        NotPermitted: it is not one of ours, or the session ended meanwhile.
    """
    if not request.state.csrf or not hmac.compare_digest(request.state.csrf, csrf):
        raise NotPermitted("This form is no longer valid.", "Go back, reload the page, and try again.")


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
