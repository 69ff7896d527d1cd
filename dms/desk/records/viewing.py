"""A record's pages for the screen: their text, and pictures marked with who looked and when (R6), kept for the day."""

from __future__ import annotations

import hashlib
import time
from contextlib import suppress
from pathlib import Path

from dms.desk.acts import gate
from dms.desk.acts.kinds import LOOK
from dms.desk.signing.approving import found_ink
from dms.domain import qr
from dms.domain.numbers import parse_code, parse_paper
from dms.domain.pages import Box, Page
from dms.domain.record import Record
from dms.errors import NotFound
from dms.flow.work import copy_out, pages_of
from dms.ports.world import World
from dms.said import Said

_KEPT_SECONDS = 86400.0
_THUMB_DPI, _DPI, _FINE_DPI = 24.0, 150.0, 300.0
PAPER = "paper/"
# What is printed beside a signature says whose it is; points.
_AROUND = 90.0


def page_read(world: World, named: str, number: int, *, paper: bool = False) -> tuple[Record, Page, int]:
    """Return a record, one of its pages with its text, and how many it has; the look is logged.

    Args:
        world: the archive.
        named: code or paper number.
        number: 1-based page.
        paper: of the scan that was paired with an electronic file.

    Raises:
        NotFound: there is no such record or page, or it is not for the asker.
    """
    record, pages, _ = _looked_at(world, named, number, paper=paper)
    return record, pages[number - 1], len(pages)


def page_picture(world: World, named: str, number: int, *, paper: bool = False, fine: bool = False) -> Path:
    """Return a JPEG of one page with the looker's watermark; the look is logged.

    Args:
        world: the archive.
        named: code or paper number.
        number: 1-based page.
        paper: of the scan that was paired with an electronic file.
        fine: with twice the pixels, for who enlarges it.

    Raises:
        NotFound: there is no such record or page, or it is not for the asker.
    """
    copy, page = _marked_page(world, named, number, paper=paper)
    target = copy.with_name(f"{copy.stem}-{number}{'-fine' if fine else ''}.jpg")
    if not target.exists():
        whole = Box(0, 0, page.width, page.height)
        world.examiner().crop(copy, number, whole, target, dpi=_FINE_DPI if fine else _DPI)
    return target


def evidence_picture(world: World, named: str, number: int, kind: str, spot: int, *, paper: bool = False) -> Path:
    """Return a JPEG of a seal or signature found on a page, with the looker's watermark; the look is logged.

    Args:
        world: the archive.
        named: code or paper number.
        number: 1-based page.
        kind: ``seal`` or ``signature``.
        spot: 1-based, as the page's evidence lists them.
        paper: of the scan that was paired with an electronic file.

    Raises:
        NotFound: there is no such record, page or evidence, or it is not for the asker.
    """
    copy, page = _marked_page(world, named, number, paper=paper)
    found = {"seal": page.evidence.seals, "signature": page.evidence.signatures}.get(kind, ())
    if not 1 <= spot <= len(found):
        raise NotFound(
            Said("Page {number} has no {kind} {spot}.", number=number, kind=kind, spot=spot),
            Said("The record's page lists what was found."),
        )
    target = copy.with_name(f"{copy.stem}-{number}-{kind}-{spot}.jpg")
    if not target.exists():
        world.examiner().crop(copy, number, found[spot - 1], target)
    return target


def ink_picture(world: World, named: str, spot: int) -> Path:
    """Return a JPEG of a signature found on a record's scan, with the looker's watermark; the look is logged.

    It is cut from the scan, never from the electronic file beside it: that one nobody signed (R4).

    Args:
        world: the archive.
        named: code or paper number.
        spot: 1-based, as the record's signatures found are listed.

    Raises:
        NotFound: there is no such record or signature, or it is not for the asker.
    """
    with world.catalogue.look() as tx:
        record = gate.record(world, tx, named)
    found = found_ink(world, record)
    if not 1 <= spot <= len(found):
        raise NotFound(
            Said("{record} has no signature {spot}.", record=record.code, spot=spot),
            Said("The record's page lists what was found."),
        )
    ink = found[spot - 1]
    copy, page = _marked_page(world, named, ink.page, paper=bool(record.paper.sha512))
    # Its label stands to the left or above.
    around = Box(
        max(0, ink.box.x0 - _AROUND), max(0, ink.box.y0 - _AROUND / 3),
        min(page.width, ink.box.x1 + _AROUND / 2), min(page.height, ink.box.y1 + _AROUND / 3),
    )  # fmt: skip
    target = copy.with_name(f"{copy.stem}-ink-{spot}.jpg")
    if not target.exists():
        world.examiner().crop(copy, ink.page, around, target)
    return target


def thumbnail(world: World, named: str) -> Path:
    """Return a small JPEG of a record's first page: its shape, too small to be read.

    It carries no watermark and is no look of its own: the list that shows it was logged, and nothing can be read.

    Raises:
        NotFound: there is no such record or page, or it is not for the asker.
    """
    with world.catalogue.look() as tx:
        record = gate.record(world, tx, named)
    head = _head(world, record, "")
    folder = _folder(world)
    target = folder / f"thumb-{record.code}-{head}.jpg"
    if not target.exists():
        pages = pages_of(world, record.code)
        if not pages:
            raise NotFound(Said("{record} has no pages to look at.", record=record.code), Said("It has no picture."))
        plain = folder / f"thumb-{record.code}-{head}-{world.new_id()}.pdf"
        try:
            copy_out(world, record.code, "access.pdf", plain)
            box = Box(0, 0, pages[0].width, pages[0].height)
            world.examiner().crop(plain, 1, box, target, dpi=_THUMB_DPI)
        finally:
            plain.unlink(missing_ok=True)
    return target


def label_text(world: World, named: str) -> str:
    """Return what the QR code on a record's label says (R13).

    Raises:
        NotFound: there is no such record, or it is not for the asker.
    """
    with world.catalogue.look() as tx:
        record = gate.record(world, tx, named)
    paper = parse_paper(record.paper_number) if record.paper_number else None
    return qr.write(parse_code(record.code), paper, qr.Purpose.LABEL, world.key, world.settings.base_url)


def _marked_page(world: World, named: str, number: int, *, paper: bool) -> tuple[Path, Page]:
    """Log a look at one page and return the marked copy it is cut from, and the page."""
    record, pages, mark = _looked_at(world, named, number, paper=paper)
    return _marked_copy(world, record, PAPER if paper else "", mark), pages[number - 1]


def _looked_at(world: World, named: str, number: int, *, paper: bool) -> tuple[Record, tuple[Page, ...], str]:
    """Log a look at one page and return the record, all its pages, and what marks a copy: who looked and when."""
    with gate.acting(world, LOOK, named) as act:
        record = act.record
        act.notes["page"] = number
        mark = f"{act.me.name} {act.me.code} {act.now[:10]}"
    try:
        pages = pages_of(world, record.code, f"{PAPER if paper else ''}words.json.gz")
    except NotFound as problem:
        raise _no_pages(record) from problem
    if not 1 <= number <= len(pages):
        raise NotFound(
            Said("{record} has no page {number}.", record=record.code, number=number),
            Said("Its pages are 1 to {count}.", count=len(pages)),
        )
    return record, pages, mark


def _head(world: World, record: Record, side: str) -> int:
    """Return the number of the newest version, where it has pages."""
    head = world.vault.head(record.code)
    if head is None or f"{side}access.pdf" not in head.files:
        raise _no_pages(record)
    return head.number


def _no_pages(record: Record) -> NotFound:
    return NotFound(
        Said("{record} has no pages to look at.", record=record.code),
        Said("It is reserved, or its content was destroyed."),
    )


def _folder(world: World) -> Path:
    folder = world.work / "views"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _marked_copy(world: World, record: Record, side: str, mark: str) -> Path:
    """Return the watermarked copy of this record, version, person and day; old ones are swept away."""
    head = _head(world, record, side)
    folder = _folder(world)
    name = hashlib.sha256(f"{record.code}|{head}|{side}|{mark}".encode()).hexdigest()[:24]
    copy = folder / f"{name}.pdf"
    if not copy.exists():
        _sweep(folder)
        # Two requests for the same copy at once: each makes its own, the last one stays.
        plain, fresh = (folder / f"{name}.{world.new_id()}.{end}" for end in ("plain", "new"))
        try:
            copy_out(world, record.code, f"{side}access.pdf", plain)
            world.examiner().watermark(plain, mark, fresh)
            fresh.replace(copy)
        finally:
            plain.unlink(missing_ok=True)
            fresh.unlink(missing_ok=True)
    return copy


def _sweep(folder: Path) -> None:
    for old in folder.iterdir():
        with suppress(OSError):
            if time.time() - old.stat().st_mtime > _KEPT_SECONDS:
                old.unlink()
