"""How a page is made: templates, the words of the asker's language, who he is, and forms that come back checked."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import shutil
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote
from weakref import WeakValueDictionary

from fastapi import Depends, Form, Request
from fastapi.responses import FileResponse, RedirectResponse, Response
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool

from dms.desk.acts import gate
from dms.domain.policy import Action, Relation, Role, can
from dms.errors import NotPermitted, Unavailable
from dms.faces.languages import LANGUAGES, language_named
from dms.faces.web.acts import PageSpeaker
from dms.faces.web.kept import DAYS, LABELS, LateForm, StaleForm, Typed, rows, typed_in
from dms.faces.web.tags import seen_person, seen_record, stands_now
from dms.faces.words import words
from dms.flow.passing import passing_folder
from dms.ports.catalogue import Person
from dms.ports.world import World

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
_TEMPLATES.env.filters["seen_record"] = seen_record
_TEMPLATES.env.filters["seen_person"] = seen_person
# Who changed something last is looked for among so many acts; these change nothing.
_LATEST, _LOOKS = 50, frozenset({"look", "search"})
_TURNS: WeakValueDictionary[str, _Turn] = WeakValueDictionary()
_TURN_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Place:
    """A page worth a link.

    Args:
        path: its address.
        name: key of its word.
        action: what one must be allowed on some record to be shown the link; None: shown to everybody.
        letter: the key that goes there after ``g``; empty where there is none.
        tab: whether it stands in the header; if not, it is reached from another page and by its letter.
    """

    path: str
    name: str
    action: Action | None = None
    letter: str = ""
    tab: bool = True

    def holds(self, path: str) -> bool:
        """Tell whether an address is this page or one beneath it."""
        return path == self.path or (self.path != "/" and path.startswith(self.path))


# Told once: the header and the list of keys are made of it.
PLACES = (
    Place("/", "today", letter="t"),
    Place("/search", "search"),
    Place("/inbox", "inbox", Action.CONTRIBUTE, "i"),
    Place("/triage", "triage", letter="q", tab=False),
    Place("/approvals", "approvals", Action.LOOK, "a"),
    Place("/requests", "requests", letter="r"),
    Place("/volumes", "volumes", Action.LOOK, "v"),
    Place("/shelf", "shelf", Action.LEND, "s"),
    Place("/customers", "customers", Action.REPORT, "c"),
    Place("/print", "print_centre", Action.PRINT, "p"),
    Place("/reviews", "reviews", Action.REPORT),
    Place("/log", "log", Action.READ_LOG),
    Place("/settings", "settings"),
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
    first = request.headers.get("accept-language", "").split(",")[0].partition(";")[0].strip()
    return language_named(first) or "zh"


def speaker_of(request: Request) -> PageSpeaker:
    """Return who speaks the asker's language."""
    return PageSpeaker(language_of(request))


def render(request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
    """Return a page."""
    language, me = language_of(request), _me(request)
    done = f"done.{request.query_params.get('done', '')}"
    told = {
        "say": PageSpeaker(language), "language": language, "languages": LANGUAGES,
        "signed_in_as": me.code if me else "", "csrf": getattr(request.state, "csrf", ""),
        "path": request.url.path, "marked": marked, "places": _places(me), "switch": _switcher(request),
        # Only words of ours: what stands in an address may be anybody's.
        "done": done if done in words(language) else "", **values,
    }  # fmt: skip
    response = _TEMPLATES.TemplateResponse(request, template, told, status_code=status)
    if request.query_params.get("lang") in LANGUAGES:
        response.set_cookie("dms_lang", language, max_age=365 * 86400, samesite="lax", httponly=True)
    return response


def part(request: Request, template: str, **values: Any) -> str:
    """Return a part of a page in the asker's language, as the page itself is made of it."""
    return _TEMPLATES.env.get_template(template).render(say=speaker_of(request), **values)


def _me(request: Request) -> Person | None:
    """Return who has signed in, None where nobody has, he is not among the people any more, or nobody can tell now."""
    world: World | None = getattr(request.state, "world", None)
    if world is None:
        return None
    try:
        with world.catalogue.look() as tx:
            return gate.person(world, tx)
    except (NotPermitted, Unavailable):
        return None


def _places(me: Person | None) -> list[Place]:
    """Return the pages worth a link for the asker; what he may do is asked again on each."""
    if me is None:
        return []
    return [p for p in PLACES if p.action is None or any(can(me.roles, p.action, relation) for relation in Relation)]


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


async def check_form(request: Request, csrf: Annotated[str, Form()] = "") -> None:
    """Refuse a form that no page of this session gave out.

    Raises:
        LateForm: it is not one of ours, or the session ended meanwhile and another began.
    """
    if not request.state.csrf or not hmac.compare_digest(request.state.csrf.encode(), csrf.encode("utf-8", "replace")):
        raise LateForm(await typed_in(request) if request.url.path != "/sign-out" else None)


async def check_seen(request: Request) -> AsyncIterator[None]:
    """Refuse a form that was drawn from what somebody else changed meanwhile (two tabs, two people).

    Forms on the same record or person pass one after another through this server, so that of two that were drawn
    from the same state the later one is told.

    Raises:
        StaleForm: with what was typed, and what stands there now.
    """
    # The route's own fields were read from it already: it is not read twice.
    seen = str((await request.form()).get("seen", ""))
    if not seen:
        yield
        return
    turn = _TURNS.setdefault(seen.rpartition(":")[0], _Turn())
    while not turn.lock.acquire(blocking=False):
        await asyncio.sleep(_TURN_SECONDS)
    try:
        now, values, changed = await run_in_threadpool(_stands, world_of(request), seen)
        if now != seen:
            raise StaleForm(await typed_in(request) or Typed(request.url.path, (), "/"), now, values, changed)
        yield
    finally:
        turn.lock.release()


class _Turn:
    """Who passes now, of the forms on one record; gone when nobody waits."""

    def __init__(self) -> None:
        self.lock = threading.Lock()


def _stands(world: World, seen: str) -> tuple[str, dict[str, Any], tuple[str, str, str] | None]:
    with world.catalogue.look() as tx:
        now, values = stands_now(world, tx, seen)
        if now == seen:
            return now, values, None
        acts = tx.acts(now.split(":")[1], limit=_LATEST)
        last = next((a for a in acts if a.act not in _LOOKS), None)
        names = {k: p.name for p in tx.people() for k in (p.login, p.code) if k}
    return now, values, (names.get(last.user, last.user), last.at, last.act) if last else None


def resumed(request: Request, typed: Typed, *, status: int = 200) -> Response:
    """Return the page of a form whose session ended: what was typed, to be looked at and sent in the new one."""
    return render(
        request, "resume.html", status=status, typed=typed, rows=rows(typed, {}), labels=LABELS, days=DAYS,
        classes=request.app.state.world.scheme.classes,
    )  # fmt: skip


def conflict(request: Request, problem: StaleForm) -> Response:
    """Return the page of a form that came too late: what stands there now beside what was typed, to be sent again."""
    world = world_of(request)
    return render(
        request, "conflict.html", status=problem.http_status, typed=problem.typed, seen=problem.seen,
        now_values=problem.now, rows=rows(problem.typed, problem.now), changed=problem.changed, labels=LABELS,
        days=DAYS, classes=world.scheme.classes, roles=list(Role),
    )  # fmt: skip


# Stands on every route that takes a form.
FORM = [Depends(check_form), Depends(check_seen)]


def download(world: World, name: str, write: Callable[[Path], object]) -> FileResponse:
    """Return a file as a download that is made for this answer and gone afterwards.

    Args:
        world: the archive.
        name: what the browser calls it; its suffix says what it is.
        write: writes it to the path it is given.
    """
    folder = passing_folder(world, "print")
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
