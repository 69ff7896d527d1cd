"""Last station: remove the source, after everything is committed and kept (promise 1)."""

from __future__ import annotations

import shutil
from pathlib import Path

from dms.domain.item import Item, ItemState
from dms.flow.work import Work


def settle(work: Work) -> Item:
    """Let go of the dropped file and our working copy, then say how it ended."""
    item = work.item
    remove_source(work)
    shutil.rmtree(work.folder, ignore_errors=True)
    done = item.with_(state=ItemState(item.data["outcome"]), source="")
    with work.world.catalogue.begin() as tx:
        first = tx.item(item.data["same_as"]) if not item.code and item.data.get("same_as") else None
        if first is not None:
            done = done.with_(code=first.code)
        tx.save_item(done)
    return done


def remove_source(work: Work) -> None:
    """Remove the file as dropped: a claim through its inbox, another source only if the caller said move."""
    item = work.item
    if work.world.parcels is not None:
        work.world.parcels.drop(item.id)
    root = item.data.get("inbox")
    if root:
        for inbox in work.world.inboxes:
            if str(inbox.root) == root:
                inbox.release(item.id)
    elif item.source and item.data.get("move"):
        Path(item.source).unlink(missing_ok=True)
