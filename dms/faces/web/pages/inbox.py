"""Inbox: files added here go the same way as those dropped into the folder, in the name of who added them."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from dms.desk.intake.items import add_paths, received_by
from dms.domain.item import Hints, Item
from dms.errors import Usage
from dms.faces.web.session import still_signed_in
from dms.faces.web.upload import keep_upload
from dms.faces.web.view import FORM, back, event, part, render, world_of
from dms.ports.world import World
from dms.said import Said, read_said

router = APIRouter(include_in_schema=False)
_MOST_FILES = 200
_SHOWN = 50
# A stream ends after this; the browser opens the next one by itself.
_STREAM_SECONDS, _STEP_SECONDS = 300.0, 0.7


@router.get("/inbox")
def inbox_page(request: Request) -> Response:
    """Show what the asker added lately and how it went."""
    world = world_of(request)
    with world.catalogue.look() as tx:
        people = list(tx.people())
    return render(
        request, "inbox.html", items=received_by(world, limit=_SHOWN), classes=world.scheme.classes, people=people
    )


@router.get("/inbox/events")
async def inbox_events(request: Request) -> StreamingResponse:
    """Tell how the asker's files go, as server-sent events: all of them at first, then what changed."""
    world = world_of(request)
    return StreamingResponse(
        _events(request, world), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"}
    )


async def _events(request: Request, world: World) -> AsyncIterator[str]:
    told: dict[str, str] = {}
    ends = time.monotonic() + _STREAM_SECONDS
    while time.monotonic() < ends and not await request.is_disconnected():
        # Whoever signed out, or was signed out, hears no more.
        if not await run_in_threadpool(still_signed_in, request):
            yield event("ended", {})
            return
        items = await run_in_threadpool(received_by, world, limit=_SHOWN)
        now = {i.id: part(request, "inbox/row.html", item=i) for i in items}
        changed = [{"id": key, "row": row} for key, row in now.items() if told.get(key) != row]
        if changed:
            yield event("items", changed)
        told = now
        await asyncio.sleep(_STEP_SECONDS)


def progress(item: Item) -> dict[str, object]:
    """Return how far a file has come, for its line on the page."""
    return {
        "id": item.id, "name": item.name, "state": item.state.value, "station": item.station, "code": item.code,
        "reason": str(read_said(item.reason)), "created": item.created,
    }  # fmt: skip


@router.post("/inbox", dependencies=FORM)
def add(
    request: Request,
    files: Annotated[list[UploadFile], File()],
    class_code: Annotated[str, Form()] = "",
    customer: Annotated[str, Form(max_length=400)] = "",
    manager: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Take files in."""
    world = world_of(request)
    chosen = [f for f in files if f.filename]
    if not chosen or len(chosen) > _MOST_FILES:
        raise Usage(
            Said("{count} files were chosen.", count=len(chosen)),
            Said("Choose 1 to {most_files}.", most_files=_MOST_FILES),
        )
    if class_code:
        world.scheme.record_class(class_code)
    hints = Hints(class_code=class_code, customer=customer.strip(), manager=manager.strip().upper())
    for upload in chosen:
        folder = world.work / "uploads" / world.new_id()
        try:
            add_paths(world, [keep_upload(world, upload, folder)], hints, move=True)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    wake(request)
    return back("/inbox", "taken")


def wake(request: Request) -> None:
    """Tell the workers of this server, if it has any, that something came in."""
    workshop = getattr(request.app.state, "workshop", None)
    if workshop is not None:
        workshop.wake()
