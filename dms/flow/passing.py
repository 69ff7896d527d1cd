"""Folders of passing work under ``archive/work``: named after the process that made them, removed once it is dead.

What a killed process leaves there is content of records; it must not outlive their destruction (R9).
"""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dms.domain.item import ItemState
from dms.ports.world import Archive

# Kinds of folders that nothing in the catalogue names; of an older version's, the owner is not known.
_KINDS = ("file", "print", "copy", "change", "ink", "rescan", "shelf", "check", "stocktake", "help", "pages")
_PASSING = re.compile(rf"(?:{'|'.join(_KINDS)})-(?:(?P<owner>[^+]+\+\d+\+\d+)\+)?.+")
_ITEM = re.compile(r"[0-9a-f]{22}(-\d{3})*")
_LONG_AGO = 86400.0


def passing_prefix(archive: Archive, kind: str) -> str:
    """Return how the name of a folder of passing work of this process begins."""
    return f"{kind}-{archive.owner.replace(':', '+')}+"


@contextmanager
def passing(archive: Archive, kind: str) -> Iterator[Path]:
    """Give a folder of one's own; it is gone afterwards, or once this process is known to be dead."""
    with tempfile.TemporaryDirectory(dir=archive.work, prefix=passing_prefix(archive, kind)) as folder:
        yield Path(folder)


def passing_folder(archive: Archive, kind: str) -> Path:
    """Make a folder that the caller removes himself, after the answer has been sent."""
    return Path(tempfile.mkdtemp(dir=archive.work, prefix=passing_prefix(archive, kind)))


def tidy_work(archive: Archive, *, purging: bool = False) -> int:
    """Remove what dead processes left under ``archive/work``; return how many folders.

    Args:
        archive: the archive.
        purging: something was destroyed just now: copies kept for quick viewing go as well.
    """
    with archive.catalogue.look() as tx:
        working = tx.items(states=[ItemState.WORKING])
        waiting = {str(r.data.get("file", {}).get("folder", "")) for r in tx.requests(kind="change", states=["open"])}
        ended = {
            place.name
            for place in archive.work.iterdir()
            if _ITEM.fullmatch(place.name) and (item := tx.item(place.name)) and item.state is not ItemState.WORKING
        }
    count = 0
    for place in sorted(archive.work.iterdir()):
        if place.name in ended or (place.name not in waiting and _is_left(archive, place)):
            count += _remove(place)
    sources = {Path(i.source).parent.name for i in working if i.source}
    uploads = archive.work / "uploads"
    for place in sorted(uploads.iterdir()) if uploads.is_dir() else ():
        if place.name not in sources and _age(place) > _LONG_AGO:
            count += _remove(place)
    return count + (_remove(archive.work / "views") if purging and (archive.work / "views").is_dir() else 0)


def _is_left(archive: Archive, place: Path) -> bool:
    found = _PASSING.fullmatch(place.name)
    if found is None or not place.is_dir():
        return False
    alive = archive.alive(found["owner"].replace("+", ":")) if found["owner"] else None
    return alive is False or (alive is None and _age(place) > _LONG_AGO)


def _remove(place: Path) -> int:
    shutil.rmtree(place, ignore_errors=True)
    return int(not place.exists())


def _age(place: Path) -> float:
    with suppress(OSError):
        return time.time() - place.stat().st_mtime
    return 0.0
