"""The API under ``/api/v1``: what the pages do, as JSON, for whoever is signed in."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from dms.desk.finding import Filters, search
from dms.desk.showing import show
from dms.desk.waiting import waiting
from dms.faces.web.view import world_of

router = APIRouter(prefix="/api/v1")


@router.get("/search")
def find(
    request: Request,
    q: str = "",
    class_code: Annotated[str, Query(alias="class")] = "",
    year: str = "",
    customer: str = "",
    manager: str = "",
    volume: str = "",
    state: str = "",
    sort: str = "relevance",
    limit: Annotated[int, Query(ge=0, le=200)] = 20,
    offset: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> dict[str, Any]:
    """Search within what the asker may see: total, and hits with page and snippet."""
    filters = Filters(class_code, year, customer, manager, volume, state)
    found = search(world_of(request), q, filters, limit=limit, offset=offset, sort=sort)
    hits = [
        {"code": h.code, "paper_number": h.paper_number, "title": h.title, "customer": h.customer, "page": h.page,
         "snippet": h.snippet, "marks": [list(m) for m in h.marks], "score": h.score}
        for h in found.hits
    ]  # fmt: skip
    return {"total": found.total, "hits": hits}


@router.get("/records/{named}")
def record(request: Request, named: str) -> dict[str, Any]:
    """Return a record by code or paper number, as ``dms show --json`` does."""
    return show(world_of(request), named)


@router.get("/attention")
def attention(request: Request) -> dict[str, Any]:
    """Return what waits for people."""
    found = waiting(world_of(request))
    return {"attention": [{"kind": a.kind, "target": a.target, "question": a.question, "todo": a.todo} for a in found]}
