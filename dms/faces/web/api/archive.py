"""The asker himself, search, what waits, reports, the log."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from dms.desk.acts import gate
from dms.desk.acts.options import on_the_way
from dms.desk.care import auditing
from dms.desk.ledger import reporting
from dms.desk.records.finding import Filters, search
from dms.desk.records.waiting import waiting
from dms.desk.shelf.printing import reprints
from dms.domain.policy import Action
from dms.faces.web.api.common import Body, Call, Cursor, Limit, cursor_at, paged, place_of, plain
from dms.faces.web.pages.searching import settles
from dms.faces.web.view import download, world_of
from dms.faces.words import on_paper
from dms.operating.health import advice, probes

router = APIRouter(route_class=Call, tags=["archive"])


@router.get("/me")
def me(request: Request) -> dict[str, Any]:
    """Tell who the asker is, what he may do on no record or on some, and the token his forms carry."""
    world = world_of(request)
    with world.catalogue.look() as tx:
        person, mine = gate.reach(world, tx)
        may = [a.value for a in Action if mine.may(a) is not None]
    return {**plain(person), "may": may, "csrf": request.state.csrf, "scope": request.state.scope}


@router.get("/search")
def find(
    request: Request,
    q: Annotated[str, Query(max_length=500, examples=["折让 客户:杭州"])] = "",
    class_code: Annotated[str, Query(alias="class", max_length=20)] = "",
    year: Annotated[str, Query(max_length=4)] = "",
    customer: Annotated[str, Query(max_length=400)] = "",
    manager: Annotated[str, Query(max_length=20)] = "",
    volume: Annotated[str, Query(max_length=80)] = "",
    state: Annotated[str, Query(max_length=20)] = "",
    sort: str = "relevance",
    facet: Annotated[list[str] | None, Query(max_length=6)] = None,
    limit: Limit = 20,
    cursor: Cursor = "",
    typing: Annotated[bool, Query(description="Asked while one types: logged once, for the query settled on.")] = False,
) -> dict[str, Any]:
    """Search within what the asker may see: total, hits with page, snippet and marks, facets asked for."""
    filters = Filters(class_code, year, customer, manager, volume, state)
    place = place_of(cursor)
    found = search(
        world_of(request), q, filters, limit=limit, offset=place, sort=sort, facets=facet or (),
        settled=settles(request, q, filters, typing=typing),
    )  # fmt: skip
    end = place + limit
    return {
        "total": found.total, "hits": [plain(h) for h in found.hits], "facets": plain(found.facets),
        "next": cursor_at(end) if end < found.total else "", "alike": found.alike,
    }  # fmt: skip


@router.get("/attention")
def attention(request: Request, limit: Limit = 100, cursor: Cursor = "") -> dict[str, Any]:
    """Return what waits for people, oldest first."""
    return paged(waiting(world_of(request)), limit, cursor)


@router.get("/approvals")
def approvals(request: Request, mine: bool = True, limit: Limit = 100) -> dict[str, Any]:
    """Return records on their way to a volume: what they need, and what of it the asker may do."""
    return {"items": [plain(one) for one in on_the_way(world_of(request), mine_only=mine, limit=limit)]}


@router.get("/reprints")
def to_print(request: Request, limit: Limit = 100, cursor: Cursor = "") -> dict[str, Any]:
    """Return the sheets to be printed again."""
    return paged(reprints(world_of(request)), limit, cursor)


@router.get("/reports/{kind}")
def report(
    request: Request, kind: Annotated[str, Path(max_length=40)], about: Annotated[str, Query(max_length=400)] = ""
) -> dict[str, Any]:
    """Return a report: title, notes, sections, charts."""
    told: dict[str, Any] = plain(reporting.report(world_of(request), kind, about))
    return told


@router.get("/reports/{kind}/file", response_class=Response, responses={200: {"content": {"application/pdf": {}}}})
def report_file(
    request: Request,
    kind: Annotated[str, Path(max_length=40)],
    about: Annotated[str, Query(max_length=400)] = "",
    form: Literal["pdf", "xlsx"] = "pdf",
) -> Response:
    """Return a report as PDF or workbook."""
    world = world_of(request)
    made = reporting.report(world, kind, about)
    return download(world, f"{kind}.{form}", lambda target: reporting.save(world, made, target, on_paper()))


@router.get("/scheme")
def scheme(request: Request) -> dict[str, Any]:
    """Return the classification scheme."""
    world = world_of(request)
    with world.catalogue.look() as tx:
        gate.person(world, tx)
    told: dict[str, Any] = plain(world.scheme)
    return told


@router.get("/probes")
def health(request: Request) -> dict[str, Any]:
    """Return what ``dms doctor`` finds."""
    world = world_of(request)
    with world.catalogue.look() as tx:
        gate.permitted(world, tx, Action.CARE)
    return {"items": plain([*probes(world.settings), *advice(world)])}


@router.get("/log")
def log(
    request: Request,
    target: Annotated[str, Query(max_length=400)] = "",
    user: Annotated[str, Query(max_length=120)] = "",
    act: Annotated[str, Query(max_length=60)] = "",
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """Return acts, newest first; the cursor is stable while new ones come."""
    found = auditing.listed(world_of(request), target=target, user=user, act=act, before=place_of(cursor), limit=limit)
    return {"items": plain(found), "next": cursor_at(found[-1].seq) if len(found) == limit else ""}


class Roots(Body):
    """Roots copied from sheets."""

    roots: Annotated[list[str], Field(default_factory=list, max_length=1000)]


@router.post("/log/verify")
def verify(request: Request, body: Roots) -> dict[str, Any]:
    """Recompute the whole log and check roots copied from paper; return what is wrong."""
    printed = [auditing.parse_root(one) for one in body.roots]
    world = world_of(request)
    return {"findings": plain(auditing.verify(world, printed)), "root": str(auditing.root(world))}
