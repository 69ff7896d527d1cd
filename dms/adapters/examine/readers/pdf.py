"""PDF structure, by pikepdf: repaired, unlocked with known passwords, surveyed for what is active or signed, cut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pikepdf

from dms.adapters.examine.readers import pdf_files, pdf_notes, pdf_pages, pdf_repair
from dms.adapters.examine.readers.letter import keep_all
from dms.adapters.examine.readers.pdf_survey import survey
from dms.adapters.examine.registry import Format, Sample, Source
from dms.domain.left_out import LeftOut
from dms.errors import LimitExceeded, Unreadable
from dms.ports.examine import Inspection, Limits
from dms.said import Said

# A mapped file would count as memory of the process that reads it.
_STREAM = pikepdf.AccessMode.stream
_WORKING_COPY = "unlocked.pdf"
_ERRORS = (pikepdf.PdfError, ValueError, RuntimeError, RecursionError, KeyError, AttributeError, TypeError)


def _is_pdf(sample: Sample) -> bool:
    head = sample.head
    return head.startswith(b"%PDF-") or (b"%PDF-" in head[:1024] and b" obj" in head[:4096])


def _read(source: Source) -> Inspection:
    return inspect(source.path, source.work, source.passwords, source.limits)


FORMATS = (Format("application/pdf", Said("a PDF"), (".pdf",), _is_pdf, _read),)


def working_copy(path: Path, work: Path) -> Path:
    """Return the unlocked or repaired copy made by :func:`inspect`, else the file itself."""
    copy = work / _WORKING_COPY
    return copy if copy.exists() else path


def inspect(path: Path, work: Path, passwords: Sequence[str], limits: Limits) -> Inspection:
    """Look at a PDF's structure; a working copy is written where it is locked, broken, or annotated.

    Raises:
        Unreadable: damaged beyond repair, locked, or without pages.
        LimitExceeded: too many pages.
    """
    opened = pdf_repair.opened(path, work, passwords)
    with opened.pdf as pdf:
        count = _count(pdf, limits)
        found = survey(pdf)
        title, author = _told(pdf, "/Title"), _told(pdf, "/Author")
        encrypted = opened.partly or bool(pdf.is_encrypted)
        repaired = pdf_repair.repaired(pdf, opened, count)
        files, left_out = pdf_files.taken_out(found.files, limits)
        if opened.partly:
            # What lies under the lock is there, and cannot be opened.
            left_out = (LeftOut("locked", len(files), tuple(name for name, _ in files), ask=True),) if files else ()
            files = []
        settled = pdf_notes.settle(pdf)
        changed = encrypted or repaired or settled.changed
        copy = work / _WORKING_COPY if changed else path
        if changed:
            pdf_repair.write(pdf, copy)
            if settled.expected and pdf_notes.add_unseen(pdf, copy, settled.expected):
                pdf_repair.write(pdf, copy)
    if repaired and not pdf_pages.opens(copy, count, ""):
        raise pdf_repair.damaged()
    return Inspection(
        "application/pdf",
        pdf_pages.kind(copy, count),
        count,
        "" if _is_noise(title) else title,
        author=author,
        attachments=keep_all(work, files),
        encrypted=encrypted,
        signed=found.signed,
        active_content=found.active,
        warnings=tuple(_warnings(encrypted=encrypted, repaired=repaired)),
        left_out=(*left_out, *settled.left_out),
    )


def _count(pdf: pikepdf.Pdf, limits: Limits) -> int:
    try:
        count = len(pdf.pages)
    except _ERRORS as problem:
        raise pdf_repair.damaged() from problem
    if count == 0:
        raise Unreadable(Said("The PDF has no pages."), Said("Export or scan it again."))
    if count > limits.pages:
        raise LimitExceeded(
            Said("The PDF has {count:,} pages; at most {pages:,} are taken.", count=count, pages=limits.pages),
            Said("Split it."),
        )
    return count


def _warnings(*, encrypted: bool, repaired: bool) -> Iterator[str]:
    if encrypted:
        yield Said("The PDF was locked; the original is kept locked, the access copy is not.").stored()
    if repaired:
        yield Said("The PDF was damaged and has been repaired for reading: look whether it is complete.").stored()


def _told(pdf: pikepdf.Pdf, key: str) -> str:
    try:
        info = pdf.trailer.get("/Info")
        told = str(info.get(key, "")) if isinstance(info, pikepdf.Dictionary) else ""
    except _ERRORS:
        return ""
    return " ".join(told.split())[:200]


def _is_noise(title: str) -> bool:
    """Programs put file names and their own names there; those tell nothing."""
    lower = title.lower()
    return lower.startswith(("microsoft word -", "untitled", "scan")) or lower.endswith((".pdf", ".doc", ".docx"))


def part(path: Path, numbers: Sequence[int], target: Path) -> None:
    """Write some pages (1-based) to a new PDF; image data is copied as it is, what no page uses is left behind.

    Raises:
        Unreadable: a page is missing or broken.
    """
    beside = target.with_name(target.name + ".new")
    try:
        with pikepdf.open(path, access_mode=_STREAM) as source, pikepdf.Pdf.new() as out:
            for number in numbers:
                out.pages.append(source.pages[number - 1])
            out.remove_unreferenced_resources()
            out.save(beside, deterministic_id=True)
    except IndexError as problem:
        raise Unreadable(Said("The file has fewer pages than it had before."), Said("Send it again.")) from problem
    except _ERRORS as problem:
        raise pdf_repair.damaged() from problem
    beside.replace(target)
