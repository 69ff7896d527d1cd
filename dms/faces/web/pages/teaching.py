"""Teaching a form on one scan: mark heading and fields, see at once what would be read, keep it; the list of forms."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from dms.desk.acts import gate
from dms.desk.intake import teaching as desk
from dms.domain.describing.teaching import KINDS, KNOWN, PLACED, Row, marked, profile_text
from dms.domain.pages import Page
from dms.domain.policy import Action
from dms.errors import DmsError
from dms.faces.web.view import FORM, back, render, world_of

router = APIRouter(include_in_schema=False)
_ROWS = 12
# A label is chosen among so many lines; the heading among those of the upper part of the page.
_LINES, _UPPER = 200, 0.35


@router.get("/settings/forms")
def forms_page(request: Request) -> Response:
    """List the forms there are; taught ones can be taken back by who cares for the archive."""
    world = world_of(request)
    found = desk.forms(world)
    with world.catalogue.look() as tx:
        _, mine = gate.reach(world, tx)
    return render(
        request, "forms.html", found=found, cares=mine.may(Action.CARE) is not None, classes=world.scheme.classes
    )


@router.post("/settings/forms/{key}/forget", dependencies=FORM)
def forget(request: Request, key: str, reason: Annotated[str, Form(max_length=2000)] = "") -> Response:
    """Take a taught form back."""
    desk.forget(world_of(request), key, reason=reason)
    return back("/settings/forms", "removed")


@router.get("/r/{named}/teach")
def teach_page(request: Request, named: str) -> Response:
    """Show a record's first page with its lines, to mark a form on."""
    code, page = desk.page_to_mark(world_of(request), named)
    return _shown(request, code, page, {}, [])


@router.post("/r/{named}/teach", dependencies=FORM)
def teach(
    request: Request,
    named: str,
    key: Annotated[str, Form(max_length=60)] = "",
    name: Annotated[str, Form(max_length=120)] = "",
    class_code: Annotated[str, Form(max_length=20)] = "",
    title: Annotated[list[int] | None, Form(max_length=_LINES)] = None,
    line: Annotated[list[str] | None, Form(max_length=_ROWS)] = None,
    what: Annotated[list[str] | None, Form(max_length=_ROWS)] = None,
    own: Annotated[list[str] | None, Form(max_length=_ROWS)] = None,
    how: Annotated[list[str] | None, Form(max_length=_ROWS)] = None,
    do: Annotated[str, Form()] = "",
) -> Response:
    """Try what was marked on the page it was marked on; with ``do=save``, keep it; with ``do=file``, hand it out."""
    world = world_of(request)
    code, page = desk.page_to_mark(world, named)
    typed = list(zip_longest(line or [], what or [], own or [], how or [], fillvalue=""))
    told = {"key": key, "name": name, "class_code": class_code, "title": set(title or [])}
    try:
        rows = [Row(int(n), w, k, h == "place") for n, w, k, h in typed if n.isdigit() and w]
        text = profile_text(marked(page, key, name, class_code, title or [], rows))
        form, trial = desk.try_form(world, page, text)
        if do == "save":
            desk.teach(world, text)
            return back("/settings/forms", "saved")
    except DmsError as problem:
        return _shown(request, code, page, told, typed, problem=problem)
    if do == "file":
        headers = {"Content-Disposition": f'attachment; filename="{form.key}.toml"'}
        return Response(text, media_type="application/toml; charset=utf-8", headers=headers)
    return _shown(request, code, page, told, typed, text=text, form=form, trial=trial)


def _shown(
    request: Request,
    code: str,
    page: Page,
    told: Mapping[str, object],
    typed: list[tuple[str, str, str, str]],
    *,
    problem: DmsError | None = None,
    **tried: object,
) -> Response:
    world = world_of(request)
    lines = list(enumerate(page.words[:_LINES]))
    upper = [n for n, w in lines if w.box.y0 <= page.height * _UPPER] or [n for n, _ in lines[:12]]
    blank = {"key": "", "name": "", "class_code": "", "title": set()}
    rows = [*typed, *[("", "", "", "")] * _ROWS][:_ROWS]
    return render(
        request, "teach.html", status=problem.http_status if problem else 200, code=code, page=page, lines=lines,
        upper=upper, told={**blank, **told}, rows=rows, known=tuple(KNOWN), kinds=KINDS, placed=PLACED,
        classes=world.scheme.classes, problem=problem,
        **{"text": "", "form": None, "trial": None, **tried},
    )  # fmt: skip
