"""A record's pages as pictures for the screen, marked with who looked and when (R6), kept for the day."""

from __future__ import annotations

import hashlib
import time
from contextlib import suppress
from pathlib import Path

from dms.desk import gate
from dms.domain.pages import Box
from dms.domain.policy import Action
from dms.domain.record import Record
from dms.errors import NotFound
from dms.flow.work import copy_out, pages_of
from dms.ports.world import World

_KEPT_SECONDS = 86400.0


def page_picture(world: World, named: str, number: int, *, paper: bool = False) -> Path:
    """Return a PNG of one page with the looker's watermark; the look is logged.

    Args:
        world: the archive.
        named: code or paper number.
        number: 1-based page.
        paper: of the scan that was paired with an electronic file.

    Raises:
        NotFound: there is no such record or page, or it is not for the asker.
    """
    with gate.acting(world, Action.LOOK, named) as act:
        record = act.record
        act.notes["page"] = number
        mark = f"{act.me.name} {act.me.code} {act.now[:10]}"
    side = "paper/" if paper else ""
    pages = pages_of(world, record.code, f"{side}words.json.gz")
    if not 1 <= number <= len(pages):
        raise NotFound(f"{record.code} has no page {number}.", f"Its pages are 1 to {len(pages)}.")
    copy = _marked_copy(world, record, side, mark)
    target = copy.with_name(f"{copy.stem}-{number}.png")
    if not target.exists():
        page = pages[number - 1]
        world.examiner().crop(copy, number, Box(0, 0, page.width, page.height), target)
    return target


def _marked_copy(world: World, record: Record, side: str, mark: str) -> Path:
    """Return the watermarked copy of this record, version, person and day; old ones are swept away."""
    folder = world.work / "views"
    folder.mkdir(parents=True, exist_ok=True)
    head = world.vault.head(record.code)
    if head is None or f"{side}access.pdf" not in head.files:
        raise NotFound(f"{record.code} has no pages to look at.", "It is reserved, or its content was destroyed.")
    name = hashlib.sha256(f"{record.code}|{head.number}|{side}|{mark}".encode()).hexdigest()[:24]
    copy = folder / f"{name}.pdf"
    if not copy.exists():
        _sweep(folder)
        plain = folder / f"{name}.plain"
        copy_out(world, record.code, f"{side}access.pdf", plain)
        world.examiner().watermark(plain, mark, copy)
        plain.unlink(missing_ok=True)
    return copy


def _sweep(folder: Path) -> None:
    for old in folder.iterdir():
        with suppress(OSError):
            if time.time() - old.stat().st_mtime > _KEPT_SECONDS:
                old.unlink()
