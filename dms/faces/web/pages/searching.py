"""Search: words, filters and facets in the address, hits with their words marked."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dms.desk.finding import Filters, search
from dms.faces.web.view import render, world_of

router = APIRouter(include_in_schema=False)
_STEP = 20
_NAMES = {"class": "class_code", "year": "year", "customer": "customer", "manager": "manager", "volume": "volume",
          "state": "state"}  # fmt: skip


@router.get("/search")
def search_page(request: Request, q: str = "", page: int = 1, sort: str = "relevance") -> Response:
    """Show hits."""
    world = world_of(request)
    page = max(1, min(page, 5000))
    chosen = {name: request.query_params.get(name, "") for name in _NAMES}
    filters = Filters(**{_NAMES[name]: value for name, value in chosen.items()})
    found = search(
        world,
        q,
        filters,
        limit=_STEP,
        offset=(page - 1) * _STEP,
        sort=sort,
        facets=("class", "year", "manager", "state"),
    )

    def address(**changes: str | int) -> str:
        told = {"q": q, "sort": sort if sort != "relevance" else "", **chosen, "page": "", **changes}
        return "/search?" + urlencode({k: v for k, v in told.items() if v not in ("", 1)})

    names = {kind.code: kind.name for kind in world.scheme.classes.values()}
    last = max(1, -(-found.total // _STEP))
    return render(
        request, "search.html", q=q, found=found, page=page, last=last, chosen=chosen, address=address, names=names
    )
