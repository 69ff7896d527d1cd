"""Inbox: files added here go the same way as those dropped into the folder, in the name of who added them."""

from __future__ import annotations

import os
from http import HTTPStatus
from pathlib import PurePath
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from dms.desk.intake import add_paths, received_by
from dms.domain.item import Hints
from dms.errors import LimitExceeded, Usage
from dms.faces.web.view import check_form, render, world_of
from dms.flow.work import safe_name

router = APIRouter(include_in_schema=False)
_BLOCK = 1 << 20
_MOST_FILES = 200


@router.get("/inbox")
def inbox_page(request: Request) -> Response:
    """Show what the asker added lately and how it went."""
    return render(request, "inbox.html", items=received_by(world_of(request), limit=50))


@router.post("/inbox")
def add(request: Request, files: Annotated[list[UploadFile], File()], csrf: Annotated[str, Form()] = "") -> Response:
    """Take files in."""
    check_form(request, csrf)
    world = world_of(request)
    chosen = [f for f in files if f.filename]
    if not chosen or len(chosen) > _MOST_FILES:
        raise Usage(f"{len(chosen)} files were chosen.", f"Choose 1 to {_MOST_FILES}.")
    for upload in chosen:
        folder = world.work / "uploads" / world.new_id()
        folder.mkdir(parents=True)
        # The name is a stranger's: it never leaves this folder, whatever it says.
        target = folder / safe_name(PurePath((upload.filename or "file").replace("\\", "/")).name)
        size = 0
        with target.open("wb") as file:
            while block := upload.file.read(_BLOCK):
                size += len(block)
                if size > world.settings.max_bytes:
                    file.close()
                    target.unlink()
                    raise LimitExceeded(
                        f"{target.name} is larger than {world.settings.max_bytes / 1e6:,.0f} MB.", "Split it."
                    )
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        add_paths(world, [target], Hints(), move=True)
    workshop = getattr(request.app.state, "workshop", None)
    if workshop is not None:
        workshop.wake()
    return RedirectResponse("/inbox", HTTPStatus.SEE_OTHER)
