"""An item on the bench: its folder, what the examiner said of it, its pages, all reloadable after a crash."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from dms.disk import sync_file, sync_folder
from dms.domain.item import Item
from dms.domain.left_out import LeftOut, left_out_from
from dms.domain.pages import Page, page_from_dict
from dms.domain.record import Record
from dms.errors import Unavailable
from dms.ports.examine import Attachment, Inspection
from dms.ports.world import Archive
from dms.said import Said

Progress = Callable[[Item, int, int], None]
PAGE_BREAK = "\f"
# The copy without a stamp of a record whose pages changed after it was filed.
PLAIN = "plain.pdf"


class Work:
    """One item and what was found out about it so far.

    Args:
        world: the archive.
        item: the item as saved.
        on_progress: told ``(item, pages done, pages in all)``.
        folder: where to work; the item's own folder where None.
    """

    def __init__(
        self, world: Archive, item: Item, on_progress: Progress = lambda *_: None, folder: Path | None = None
    ) -> None:
        self.world = world
        self.item = item
        self.on_progress = on_progress
        self.folder = folder or world.work / item.id
        self._inspection: Inspection | None = None
        self._pages: tuple[Page, ...] | None = None

    @property
    def original(self) -> Path:
        """Our copy of the received file, byte for byte; brought here where another machine received it."""
        path = self.folder / "original"
        if self.world.parcels is not None and "home" in self.item.data and not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            self.world.parcels.fetch(self.item.id, path)
            if sha512_of(path) != self.item.sha512:
                path.unlink()
                raise Unavailable(
                    Said("A file was damaged on its way between two machines."), Said("It is brought again.")
                )
        return path

    @property
    def inspection(self) -> Inspection:
        """What the file is; asked of the examiner once, then kept in the folder."""
        if self._inspection is None:
            found = kept_inspection(self.folder)
            if found is None:
                found = self.world.examiner().inspect(self.original, self.item.name, self.folder)
                _sync_beside(self.folder)
                keep_inspection(self.folder, found)
            self._inspection = found
        return self._inspection

    @property
    def pages(self) -> tuple[Page, ...]:
        """All pages recognised; those finished before a crash are not read again."""
        if self._pages is None:
            self._pages = self.world.examiner().pages(
                self.original,
                self.inspection,
                self.folder,
                lambda done, total: self.on_progress(self.item, done, total),
            )
        return self._pages

    @property
    def content(self) -> tuple[Page, ...]:
        """The pages that belong to the document: without a cover sheet scanned on top."""
        covers = set(self.item.data.get("covers", ()))
        return tuple(p for p in self.pages if p.number not in covers)


def keep_inspection(folder: Path, inspection: Inspection) -> None:
    """Keep an inspection in a work folder."""
    told = asdict(inspection)
    told["attachments"] = [{"name": a.name, "path": str(a.path.relative_to(folder))} for a in inspection.attachments]
    write_whole(folder / "inspection.json", json.dumps(told).encode())


def kept_inspection(folder: Path) -> Inspection | None:
    """Return the inspection kept in a work folder; None where there is none or a power cut left nothing readable."""
    try:
        told = _inspection_from(json.loads((folder / "inspection.json").read_text(encoding="utf-8")), folder)
        if told.kind == "text":
            # Its pages were laid out when it was inspected; nothing else makes them again.
            for number in range(1, told.pages + 1):
                page_from_dict(json.loads(page_path(folder, number).read_bytes()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return told


def _sync_beside(folder: Path) -> None:
    """Put what an inspection left (an unlocked copy, attachments) on the disk before its word is kept: it vouches."""
    left = [f for f in folder.rglob("*") if f.is_file() and f.name != "original" and not f.match("page-*.json")]
    for file in left:
        sync_file(file)
    for place in {file.parent for file in left}:
        sync_folder(place)


def keep_pages(folder: Path, pages: Sequence[Page]) -> None:
    """Put finished pages into a work folder, where the examiner finds and believes them."""
    for page in pages:
        write_whole(page_path(folder, page.number), json.dumps(page.to_dict()).encode())


def page_path(folder: Path, number: int) -> Path:
    """Return where the examiner keeps a finished page."""
    return folder / f"page-{number:05d}.json"


def _inspection_from(told: dict[str, Any], folder: Path) -> Inspection:
    told["attachments"] = tuple(Attachment(a["name"], folder / a["path"]) for a in told["attachments"])
    for key in ("active_content", "warnings"):
        told[key] = tuple(told[key])
    told["left_out"] = left_out_from(told.get("left_out", ()))
    return Inspection(**told)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that a reader sees the old one or the whole new one; not yet fsynced."""
    beside = path.with_name(path.name + ".new")
    beside.write_bytes(data)
    beside.replace(path)


def copy_whole(source: Path, target: Path) -> None:
    """Give ``target`` the content of ``source``: a second name where the file system can, else a copy."""
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        beside = target.with_name(target.name + ".new")
        shutil.copyfile(source, beside)
        beside.replace(target)


def safe_name(name: str, limit: int = 180) -> str:
    """Return a file name the vault takes on every system: no control characters or separators, at most ``limit`` bytes.

    The name as received stays in the record.
    """
    text = name.encode("utf-8", errors="replace").decode("utf-8")
    text = "".join("_" if ord(c) < 32 or c in '/\\:*?"<>|\x7f' else c for c in text).strip(" .") or "file"
    stem, dot, suffix = text.rpartition(".")
    if not dot or len(suffix) > 10:
        stem, suffix = text, ""
    while len(f"{stem}{dot}{suffix}".encode()) > limit and stem:
        stem = stem[:-1]
    return f"{stem}.{suffix}" if suffix else stem


def record_json(record: Record) -> bytes:
    """Return ``record.json`` as ``schemas/record.schema.json`` describes it, same record, same bytes."""
    return (json.dumps(record.to_dict(), ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def page_files(pages: Sequence[Page], left_out: Sequence[LeftOut] = ()) -> Mapping[str, bytes]:
    """Return the text and word files of an object: readable text; words with boxes, and what is not there."""
    told: dict[str, Any] = {"pages": [replace(p, number=i).to_dict() for i, p in enumerate(pages, 1)]}
    if left_out:
        told["left_out"] = [asdict(one) for one in left_out]
    words = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    return {
        "text.txt": PAGE_BREAK.join(p.text for p in pages).encode(),
        # No time inside, so that the same pages give the same bytes.
        "words.json.gz": gzip.compress(words, compresslevel=6, mtime=0),
    }


def copy_out(world: Archive, code: str, path: str, target: Path, version: int | None = None) -> None:
    """Copy one file of an object to where a program can open it (NotFound where there is none)."""
    with world.vault.open(code, path, version) as source, target.open("wb") as file:
        shutil.copyfileobj(source, file)


def plain_copy(archive: Archive, code: str) -> tuple[str, int] | None:
    """Return path and version of a record's access copy without a stamp; None where it has no copy.

    Filing stamps a copy of the version before; where pages changed after it, the plain one is kept beside the stamped.

    Raises:
        NotFound: there is no such object.
    """
    versions = archive.vault.versions(code)
    if versions and PLAIN in versions[-1].files:
        return PLAIN, versions[-1].number
    plain = [v for v in versions if "remarks.txt" not in v.files]
    return ("access.pdf", plain[-1].number) if plain and "access.pdf" in plain[-1].files else None


def sha512_of(path: Path) -> str:
    """Return a file's digest in hex, read in blocks however large it is."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha512").hexdigest()


def pages_of(world: Archive, code: str, path: str = "words.json.gz") -> tuple[Page, ...]:
    """Return the pages of a registered record as the vault keeps them (NotFound where it has none)."""
    return reading_of(world, code, path)[0]


def reading_of(world: Archive, code: str, path: str = "words.json.gz") -> tuple[tuple[Page, ...], tuple[LeftOut, ...]]:
    """Return the pages of a registered record and what its file holds besides (NotFound where it has none)."""
    with world.vault.open(code, path) as file:
        told = json.loads(gzip.decompress(file.read()))
    return tuple(page_from_dict(p) for p in told["pages"]), left_out_from(told.get("left_out", ()))


def text_of(world: Archive, code: str, path: str = "text.txt") -> tuple[str, ...]:
    """Return the text of each page of a registered record (NotFound where it has none)."""
    with world.vault.open(code, path) as file:
        return tuple(file.read().decode().split(PAGE_BREAK))
