"""PDF structure, by pikepdf: repaired, unlocked with known passwords, surveyed for what is active or signed, cut."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pikepdf

from dms.adapters.examine.readers import pdf_pages
from dms.errors import LimitExceeded, Unreadable
from dms.ports.examine import Inspection, Limits
from dms.said import Do, Said

# A mapped file would count as memory of the process that reads it.
_STREAM = pikepdf.AccessMode.stream
_WORKING_COPY = "unlocked.pdf"
_ACTIVE = {
    "/JavaScript": "JavaScript", "/JS": "JavaScript", "/Launch": "programs to start", "/SubmitForm": "forms to send",
    "/ImportData": "data to import", "/RichMedia": "media", "/EmbeddedFile": "embedded files",
}  # fmt: skip
_MOST_LOOKED_AT = 300_000
_DEEPEST = 12
_TAIL = 2048
_LONGEST_ARRAY = 500
_ERRORS = (pikepdf.PdfError, ValueError, RuntimeError, RecursionError, KeyError, AttributeError, TypeError)


def working_copy(path: Path, work: Path) -> Path:
    """Return the unlocked or repaired copy made by :func:`inspect`, else the file itself."""
    copy = work / _WORKING_COPY
    return copy if copy.exists() else path


def inspect(path: Path, work: Path, passwords: Sequence[str], limits: Limits) -> Inspection:
    """Look at a PDF's structure.

    Raises:
        Unreadable: damaged beyond repair, locked, or without pages.
        LimitExceeded: too many pages.
    """
    pdf, password = _open(path, passwords)
    warnings = (
        [Said("The PDF was locked; the original is kept locked, the access copy is not.").stored()] if password else []
    )
    with pdf:
        try:
            count = len(pdf.pages)
            declared = int(pdf.Root.Pages.get("/Count", -1))
        except _ERRORS as problem:
            raise _damaged() from problem
        if count == 0:
            raise Unreadable(Said("The PDF has no pages."), Said("Export or scan it again."))
        if count > limits.pages:
            raise LimitExceeded(
                Said("The PDF has {count:,} pages; at most {pages:,} are taken.", count=count, pages=limits.pages),
                Said("Split it."),
            )
        active, signed = _survey(pdf)
        title, author = _told(pdf, "/Title"), _told(pdf, "/Author")
        encrypted = bool(pdf.is_encrypted)
        repaired = _was_rebuilt(pdf) or declared != count or not pdf_pages.opens(path, count, password)
        if repaired and not _has_end(path):
            raise Unreadable(Said("The PDF is incomplete: its end is missing."), Said("Send, export or scan it again."))
        if repaired:
            pdf.Root.Pages.Count = count
            mended = Said("The PDF was damaged and has been repaired for reading: look whether it is complete.")
            warnings.append(mended.stored())
        filled = _flattened(pdf)
        changed = encrypted or repaired or filled
        if changed:
            _keep(pdf, work / _WORKING_COPY)
    copy = work / _WORKING_COPY if changed else path
    if repaired and not pdf_pages.opens(copy, count, ""):
        raise _damaged()
    return Inspection(
        "application/pdf",
        pdf_pages.kind(copy, count),
        count,
        "" if _is_noise(title) else title,
        author=author,
        encrypted=encrypted,
        signed=signed,
        active_content=active,
        warnings=tuple(warnings),
    )


def _open(path: Path, passwords: Sequence[str]) -> tuple[pikepdf.Pdf, str]:
    for password in ("", *passwords):
        try:
            return pikepdf.open(path, password=password, access_mode=_STREAM), password
        except pikepdf.PasswordError:
            continue  # the next password may open it
        except (*_ERRORS, OSError) as problem:
            raise _damaged() from problem
    raise Unreadable(
        Said("The PDF is locked with a password nobody told."),
        Said("Add it to “passwords” in dms.toml, or drop an unlocked copy; then “{act}”.", act=Do("retry")),
    )


def _was_rebuilt(pdf: pikepdf.Pdf) -> bool:
    """True where qpdf had to look for the objects itself: the table that says where they are is broken."""
    return any("damaged" in told or "reconstruct" in told for told in map(str, pdf.get_warnings()))


def _has_end(path: Path) -> bool:
    """True where the file ends as a PDF does; one cut off in sending does not."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL))
        return b"%%EOF" in file.read()


def _flattened(pdf: pikepdf.Pdf) -> bool:
    """Make what a form's fields say part of the pages, where pdfium finds it as text; False where there is no form."""
    form = pdf.Root.get("/AcroForm")
    if not isinstance(form, pikepdf.Dictionary) or not len(form.get("/Fields", [])):
        return False
    try:
        if form.get("/NeedAppearances", False):
            pdf.generate_appearance_streams()
        pdf.flatten_annotations("screen")
    except _ERRORS:
        return False  # the pages are read without what the fields say
    return True


def _keep(pdf: pikepdf.Pdf, target: Path) -> None:
    beside = target.with_name(target.name + ".new")
    try:
        pdf.save(beside)
    except _ERRORS as problem:
        raise _damaged() from problem
    beside.replace(target)


def _damaged() -> Unreadable:
    return Unreadable(Said("The PDF is damaged or incomplete."), Said("Send, export or scan it again."))


def _survey(pdf: pikepdf.Pdf) -> tuple[tuple[str, ...], bool]:
    """Name active content and tell whether there are signatures, without following any reference."""
    active: set[str] = set()
    signed = False
    left = _MOST_LOOKED_AT
    for found in pdf.objects:
        waiting: list[tuple[Any, int]] = [(found, 0)]
        while waiting and left > 0:
            one, depth = waiting.pop()
            left -= 1
            if isinstance(one, pikepdf.Array):
                if depth < _DEEPEST and len(one) <= _LONGEST_ARRAY:
                    waiting += [(v, depth + 1) for v in one if _is_direct_container(v)]
                continue
            if not isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
                continue
            try:
                entries = dict(one.items())
            except _ERRORS:
                continue  # a broken object says nothing
            for key, value in entries.items():
                if key in _ACTIVE:
                    active.add(_ACTIVE[key])
                elif key in ("/S", "/Type", "/Subtype") and isinstance(value, pikepdf.Name):
                    active |= {_ACTIVE[n] for n in (str(value),) if n in _ACTIVE}
                elif depth < _DEEPEST and _is_direct_container(value):
                    waiting.append((value, depth + 1))
            signed = signed or "/ByteRange" in entries
    return tuple(sorted(active)), signed


def _is_direct_container(value: Any) -> bool:
    return isinstance(value, pikepdf.Dictionary | pikepdf.Array) and not value.is_indirect


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
        raise _damaged() from problem
    beside.replace(target)
