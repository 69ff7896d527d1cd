"""Search: words, filters and facets in the address, hits with their words marked, saved under a name."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from dms.desk.records.finding import SORTS, Filters, search
from dms.desk.records.views import forget_view, save_view, views
from dms.faces.web.settling import Settling
from dms.faces.web.view import FORM, back, render, world_of

router = APIRouter(include_in_schema=False)
_STEP = 20
# Values of a facet shown at once; the rest are folded away.
_MOST_VALUES = 30
_NAMES = {"class": "class_code", "year": "year", "customer": "customer", "manager": "manager", "volume": "volume",
          "state": "state"}  # fmt: skip
_SHAPES = ("list", "table", "pictures")


@router.get("/search")
def search_page(
    request: Request,
    q: str = "",
    page: Annotated[int, Query(ge=1, le=5000)] = 1,
    sort: str = "relevance",
    look: str = "list",
    typing: bool = False,
) -> Response:
    """Show hits; ``typing``: asked for by the page itself while somebody types."""
    world = world_of(request)
    chosen = {name: request.query_params.get(name, "") for name in _NAMES}
    filters = Filters(**{_NAMES[name]: value for name, value in chosen.items()})
    look = look if look in _SHAPES else "list"
    facets = ("class", "year", "customer", "manager", "state", "volume")
    found = search(
        world, q, filters, limit=_STEP, offset=(page - 1) * _STEP, sort=sort, facets=facets,
        settled=settles(request, q, filters, typing=typing),
    )  # fmt: skip

    def address(**changes: str | int) -> str:
        told = {
            "q": q, "sort": sort if sort != "relevance" else "", "look": look if look != "list" else "", **chosen,
            "page": "", **changes,
        }  # fmt: skip
        return "/search?" + urlencode({k: v for k, v in told.items() if v not in ("", 1)})

    names = {kind.code: kind.name for kind in world.scheme.classes.values()}
    with world.catalogue.look() as tx:
        people = {p.code: p.name for p in tx.people()}
        records = {h.code: tx.record(h.code) for h in found.hits} if look == "table" else {}
    return render(
        request, "search.html", q=q, found=found, page=page, last=max(1, -(-found.total // _STEP)), chosen=chosen,
        address=address, names=names, people=people, sort=sort, sorts=SORTS, look=look, shapes=_SHAPES,
        facets=facets, most=_MOST_VALUES, records=records, views=views(world),
        here=address(page=page).partition("?")[2],
    )  # fmt: skip


def settles(request: Request, words: str, filters: Filters, *, typing: bool) -> bool:
    """Tell whether a search is logged as it is answered; what is only typed is logged once it is settled."""
    settling: Settling = request.app.state.settling
    world = world_of(request)
    who = world.actor.person
    if typing:
        settling.typed(who, world, words, filters)
        return False
    return settling.entered(who, world, words, filters)


@router.post("/views", dependencies=FORM)
def keep(request: Request, name: Annotated[str, Form()], query: Annotated[str, Form(max_length=2000)] = "") -> Response:
    """Save a search."""
    view = save_view(world_of(request), name, query)
    return back(f"/search?{view.query}", "saved")


@router.post("/views/forget", dependencies=FORM)
def forget(request: Request, name: Annotated[str, Form()]) -> Response:
    """Remove a saved search."""
    forget_view(world_of(request), name)
    return back("/search", "removed")
