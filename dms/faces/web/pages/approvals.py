"""Approvals: records on their way to a volume, what each still needs, and what of it the asker may do."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dms.desk.acts.options import on_the_way
from dms.faces.web.view import render, world_of

router = APIRouter(include_in_schema=False)
_MOST = 200


@router.get("/approvals")
def approvals_page(request: Request, everything: bool = False) -> Response:
    """List them, the asker's own steps first of all."""
    found = on_the_way(world_of(request), mine_only=not everything, limit=_MOST)
    return render(request, "approvals.html", found=found, everything=everything, most=_MOST)
