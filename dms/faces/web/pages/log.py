"""Log: who did and looked at what, newest first; its root, and roots on paper checked against it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from dms.desk.care import auditing
from dms.desk.care.checking import Finding
from dms.faces.web.view import FORM, render, world_of

router = APIRouter(include_in_schema=False)
_STEP = 100


@router.get("/log")
def log_page(
    request: Request,
    target: str = "",
    user: str = "",
    act: str = "",
    before: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """List acts."""
    return _page(request, target.strip(), user.strip(), act.strip(), before, None)


@router.post("/log/verify", dependencies=FORM)
def verify(request: Request, roots: Annotated[str, Form(max_length=10_000)] = "") -> Response:
    """Recompute the whole log and check roots copied from sheets."""
    printed = [auditing.parse_root(line) for line in roots.splitlines() if line.strip()]
    return _page(request, "", "", "", 0, auditing.verify(world_of(request), printed))


def _page(request: Request, target: str, user: str, act: str, before: int, checked: list[Finding] | None) -> Response:
    world = world_of(request)
    found = auditing.listed(world, target=target, user=user, act=act, before=before, limit=_STEP)
    return render(
        request, "log.html", acts=found, target=target, user=user, act=act, root=auditing.root(world), checked=checked,
        older=found[-1].seq if len(found) == _STEP else 0,
    )  # fmt: skip
