"""Opening PDFs that do not open at once: locked with a known password, locked only for their files, broken, cut off."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf

from dms.adapters.examine.readers import pdf_pages
from dms.adapters.ocr.pdfa import complete_trailer
from dms.errors import Unreadable
from dms.said import Do, Said

# A mapped file would count as memory of the process that reads it.
_STREAM = pikepdf.AccessMode.stream
_TAIL = 2048
_ERRORS = (pikepdf.PdfError, ValueError, RuntimeError, RecursionError, KeyError, AttributeError, TypeError)
_LOCK = re.compile(rb"/Encrypt(?=[\s<])")
# As long as the key it stands for, so that every object keeps its place.
_NO_LOCK = b"/Xncrypt"
_STREAMS = re.compile(rb"stream\r?\n.*?endstream", re.DOTALL)
_REFERENCE = re.compile(rb"(?<![\d.])(\d{1,10}) (\d{1,5}) R\b")


@dataclass(frozen=True, slots=True)
class Opened:
    """An open PDF.

    Attributes:
        pdf: to be closed by the caller.
        path: the file that was opened: as received, or without the lock on its files.
        password: what opened it.
        partly: only the files inside it are locked.
    """

    pdf: pikepdf.Pdf
    path: Path
    password: str = ""
    partly: bool = False


def opened(path: Path, work: Path, passwords: Sequence[str]) -> Opened:
    """Open a PDF.

    Raises:
        Unreadable: damaged beyond repair, or its pages are locked.
    """
    for password in ("", *passwords):
        try:
            return Opened(pikepdf.open(path, password=password, access_mode=_STREAM), path, password)
        except pikepdf.PasswordError:
            continue  # the next password may open it
        except (*_ERRORS, OSError) as problem:
            raise damaged() from problem
    partly = _without_lock(path, work / "partly.pdf")
    if partly is not None:
        return Opened(partly, work / "partly.pdf", partly=True)
    raise Unreadable(
        Said("The PDF is locked with a password nobody told."),
        Said("Add it to “passwords” in dms.toml, or drop an unlocked copy; then “{act}”.", act=Do("retry")),
    )


def _without_lock(path: Path, target: Path) -> pikepdf.Pdf | None:
    """Return the PDF where only the files inside it are locked (ISO 32000-1, 7.6.5); None where its pages are, too."""
    data = path.read_bytes()
    target.write_bytes(_LOCK.sub(_NO_LOCK, data))
    try:
        pdf = pikepdf.open(target, access_mode=_STREAM)
        lock: Any = pdf.trailer.get("/Xncrypt")
        identity = [str(lock.get(key, "/Identity")) for key in ("/StmF", "/StrF")] if lock is not None else []
    except (*_ERRORS, OSError):
        return None
    if identity == ["/Identity", "/Identity"] and int(lock.get("/V", 0)) >= 4:
        return pdf
    pdf.close()
    return None


def repaired(pdf: pikepdf.Pdf, opened: Opened, count: int) -> bool:
    """Tell whether a PDF is broken and was put right in memory; its count of pages is.

    Raises:
        Unreadable: it is cut off, and what is missing is not only its end mark.
    """
    try:
        declared = int(pdf.Root.Pages.get("/Count", -1))
    except _ERRORS as problem:
        raise damaged() from problem
    if not (_was_rebuilt(pdf) or declared != count or not pdf_pages.opens(opened.path, count, opened.password)):
        return False
    tail = _tail(opened.path)
    if b"%%EOF" not in tail and not (
        declared == count and _is_closed(tail) and _refers_to_nothing_missing(pdf, opened.path)
    ):
        raise Unreadable(Said("The PDF is incomplete: its end is missing."), Said("Send, export or scan it again."))
    pdf.Root.Pages.Count = count
    return True


def _was_rebuilt(pdf: pikepdf.Pdf) -> bool:
    """True where qpdf had to look for the objects itself: the table that says where they are is broken."""
    return any("damaged" in told or "reconstruct" in told for told in map(str, pdf.get_warnings()))


def _tail(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL))
        return file.read()


def _is_closed(tail: bytes) -> bool:
    """True where a file without its end mark ends behind an object: only tables of places are missing."""
    before, _, rest = tail.rpartition(b"endobj")
    rest = rest.strip()
    return bool(before) and (not rest or rest.startswith((b"xref", b"trailer", b"startxref")) or b"/XRef" in rest)


def _refers_to_nothing_missing(pdf: pikepdf.Pdf, path: Path) -> bool:
    """True where every object the file names was found in it; qpdf itself passes over those that are not there."""
    named = {(int(n), int(g)) for n, g in _REFERENCE.findall(_STREAMS.sub(b"", path.read_bytes()))}
    return all(pdf.get_object(one) is not None for one in named)


def write(pdf: pikepdf.Pdf, target: Path) -> None:
    """Write a working copy, whole or not at all.

    Raises:
        Unreadable: it cannot be written.
    """
    beside = target.with_name(target.name + ".new")
    try:
        complete_trailer(pdf)
        pdf.save(beside)
    except _ERRORS as problem:
        raise damaged() from problem
    beside.replace(target)


def damaged() -> Unreadable:
    """Return what is said of a PDF that cannot be read."""
    return Unreadable(Said("The PDF is damaged or incomplete."), Said("Send, export or scan it again."))
