"""Files sent in: raw bytes with their digest, safe to repeat; and how they go."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import shutil
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from fastapi import Path as InPath
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from dms.desk.consent.changing import ask_change
from dms.desk.intake.discarding import discard
from dms.desk.intake.items import add_paths, received_by, received_one, retry
from dms.domain.item import Hints
from dms.errors import Unreadable, Usage
from dms.faces.web.api.common import Body, Call, Cursor, Limit, Named, Reason, paged, plain
from dms.faces.web.pages.inbox import progress, wake
from dms.faces.web.upload import synced, too_large, upload_place
from dms.faces.web.view import world_of
from dms.said import Said

router = APIRouter(route_class=Call, tags=["files"])
_DIGEST = re.compile(r"(sha-256|sha-512)=:([A-Za-z0-9+/=]+):")


Name = Annotated[str, Query(min_length=1, max_length=255, examples=["折让审批.pdf"])]
Digest = Annotated[
    str, Header(max_length=300, description="RFC 9530: sha-512=:base64: (or sha-256); checked before it is taken.")
]
_AS_IT_IS = {"requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {
    "type": "string", "format": "binary"}}}}}  # fmt: skip


@router.post("/uploads", status_code=202, openapi_extra=_AS_IT_IS)
async def upload(
    request: Request,
    name: Name,
    class_code: Annotated[str, Query(alias="class", max_length=20)] = "",
    customer: Annotated[str, Query(max_length=400)] = "",
    manager: Annotated[str, Query(max_length=20)] = "",
    title: Annotated[str, Query(max_length=1000)] = "",
    content_digest: Digest = "",
) -> JSONResponse:
    """Take a file in: the body is the file as it is. Answers as soon as it is safe; ``Location`` tells how it goes."""
    world = world_of(request)
    if class_code:
        world.scheme.record_class(class_code)
    hints = Hints(class_code=class_code, customer=customer, manager=manager.upper(), title=title)
    folder = world.work / "uploads" / world.new_id()
    try:
        target, size = await _received(request, name, folder, content_digest)
        (item,) = await run_in_threadpool(add_paths, world, [target], hints, move=True)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    wake(request)
    return JSONResponse({**progress(item), "size": size}, 202, headers={"Location": f"/api/v1/items/{item.id}"})


@router.put("/records/{named}/content", status_code=202, openapi_extra=_AS_IT_IS)
async def replace(
    request: Request, named: Named, name: Name, reason: Annotated[str, Query(max_length=2000)] = "",
    content_digest: Digest = "",
) -> JSONResponse:  # fmt: skip
    """Ask that the file of a filed record be replaced; it waits for consent, and the file before stays a version."""
    world = world_of(request)
    folder = world.work / "uploads" / world.new_id()
    try:
        target, _ = await _received(request, name, folder, content_digest)
        made = await run_in_threadpool(ask_change, world, named, {}, file=target, reason=reason)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return JSONResponse(plain(made), 202, headers={"Location": "/api/v1/requests?kind=change"})


async def _received(request: Request, name: str, folder: Path, content_digest: str) -> tuple[Path, int]:
    """Write the body to a file in a folder and check its digest; return where it is, and its size in bytes."""
    wanted = _wanted(content_digest)
    target = upload_place(name, folder)
    digest, size = hashlib.new(wanted[0] if wanted else "sha512"), 0
    with target.open("wb") as file:
        async for block in request.stream():
            size += len(block)
            too_large(world_of(request), name, size)
            digest.update(block)
            await run_in_threadpool(file.write, block)
    if wanted and not hmac.compare_digest(digest.digest(), wanted[1]):
        raise Unreadable(Said("The file does not have the digest it was sent with."), Said("Send it again."))
    await run_in_threadpool(synced, target)
    return target, size


def _wanted(header: str) -> tuple[str, bytes] | None:
    if not header:
        return None
    match = _DIGEST.search(header)
    try:
        value = base64.b64decode(match[2], validate=True) if match else b""
    except binascii.Error:
        value = b""
    if not match or len(value) != {"sha-256": 32, "sha-512": 64}[match[1]]:
        raise Usage(Said("The header Content-Digest cannot be read."), Said("Such as: sha-256=:base64 of 32 bytes:"))
    return match[1].replace("-", ""), value


@router.get("/items")
def items(request: Request, limit: Limit = 50, cursor: Cursor = "") -> dict[str, Any]:
    """Return the files the asker sent in lately, newest first."""
    return paged([progress(i) for i in received_by(world_of(request), limit=1000)], limit, cursor)


@router.get("/items/{item}")
def one_item(request: Request, item: Annotated[str, InPath(max_length=60)]) -> dict[str, Any]:
    """Return how one of the asker's files goes."""
    return progress(received_one(world_of(request), item))


class Discarding(Body):
    """Why a file is not taken in."""

    reason: Reason


@router.post("/items/{item}/discard")
def leave_out(request: Request, item: Annotated[str, InPath(max_length=60)], body: Discarding) -> dict[str, Any]:
    """Remove a file from quarantine that will never be taken in; its name, digest and the reason stay in the log."""
    return progress(discard(world_of(request), item, reason=body.reason))


@router.post("/items/{item}/retry")
def try_again(request: Request, item: Annotated[str, InPath(max_length=60)]) -> dict[str, Any]:
    """Send a file from quarantine through the journey again."""
    again = retry(world_of(request), [item])
    wake(request)
    return {"items": [progress(i) for i in again]}
