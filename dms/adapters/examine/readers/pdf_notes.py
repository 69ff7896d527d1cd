"""Annotations of a PDF: what they show becomes part of the pages, what they only say becomes notes that stay with it.

A typewriter text, a stamp, a filled field are drawn; a sticky note, a remark on a highlighted line, a reply are not.
Where something drawn cannot be read back as text (its font tells no characters), it is said in a note as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from dms.adapters.examine.readers import pdf_pages
from dms.adapters.ocr import notes
from dms.domain.left_out import LeftOut

_SILENT = frozenset({"/Link", "/Popup", "/PrinterMark", "/TrapNet", "/Watermark"})
_MEDIA = frozenset({"/Sound", "/Movie", "/Screen", "/3D", "/RichMedia"})
_DRAWN = frozenset({"/FreeText", "/Widget"})
_MOST = 5000
_LONGEST = 20_000
_DEEPEST = 20
_TAG = re.compile(r"<[^>]*>")
_ERRORS = (pikepdf.PdfError, ValueError, RuntimeError, RecursionError, KeyError, AttributeError, TypeError)


@dataclass(frozen=True, slots=True)
class _Said:
    """What one annotation says; ``drawn`` where it should be seen on the page as well."""

    page: int
    place: tuple[float, float]
    author: str
    text: str
    drawn: bool


@dataclass(frozen=True, slots=True)
class Settled:
    """What was done: whether the pages were changed, what must be seen on them, what was left out."""

    changed: bool
    expected: tuple[_Said, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


def settle(pdf: pikepdf.Pdf) -> Settled:
    """Draw what annotations show into the pages of a PDF and add what they say as notes."""
    try:
        found = list(_annotations(pdf))
        if not found:
            return Settled(False)
        said = [one for page, annotation in found for one in _said(page, annotation)]
        media = sum(str(a.get("/Subtype")) in _MEDIA for _, a in found)
        if _wants_drawing(pdf, found):
            pdf.generate_appearance_streams()
        notes.flatten(pdf)
        for one in said:
            if not one.drawn:
                _note(pdf, one)
    except _ERRORS:
        # The pages are read without them, and that is told.
        return Settled(False, left_out=(LeftOut("damaged", 1, ("annotations",), ask=True),))
    return Settled(True, tuple(o for o in said if o.drawn), (LeftOut("media", media),) if media else ())


def add_unseen(pdf: pikepdf.Pdf, path: Path, expected: tuple[_Said, ...]) -> bool:
    """Say in notes what should be seen on the pages and cannot be read there; return whether there was any.

    Args:
        pdf: the document, still open.
        path: as it was written.
        expected: what :func:`settle` says must be seen.
    """
    texts: dict[int, str] = {}
    unseen = []
    for one in expected:
        if one.page not in texts:
            texts[one.page] = _bare(pdf_pages.plain_text(path, one.page))
        if _bare(one.text) not in texts[one.page]:
            unseen.append(one)
    for one in unseen:
        _note(pdf, one)
    return bool(unseen)


def _bare(text: str) -> str:
    return "".join(text.split())


def _note(pdf: pikepdf.Pdf, one: _Said) -> None:
    notes.add(pdf, pdf.pages[one.page - 1], one.place, one.author, one.text)


def _annotations(pdf: pikepdf.Pdf) -> Iterator[tuple[int, Any]]:
    """Yield all annotations that show or say something, with their page; none are left of a PDF with links only."""
    count = 0
    for number, page in enumerate(pdf.pages, 1):
        listed = page.obj.get("/Annots")
        for one in listed if isinstance(listed, Array) else ():
            if isinstance(one, Dictionary) and str(one.get("/Subtype", "")) not in _SILENT and not notes.is_mine(one):
                count += 1
                if count > _MOST:
                    raise ValueError("more annotations than a person writes")
                yield number, one


def _said(page: int, annotation: Any) -> Iterator[_Said]:
    kind = str(annotation.get("/Subtype", ""))
    place = _place(annotation)
    author = _text(annotation.get("/T")) if kind != "/Widget" else ""
    if kind == "/Widget":
        value = _field_value(annotation)
        if value:
            yield _Said(page, place, "", value, drawn=True)
        return
    text = _text(annotation.get("/Contents")) or _rich(annotation.get("/RC"))
    if not text and kind == "/Stamp" and "/AP" not in annotation:
        text = str(annotation.get("/Name", "")).lstrip("/")
    if text:
        yield _Said(page, place, author, text, drawn=kind in _DRAWN)


def _place(annotation: Any) -> tuple[float, float]:
    try:
        left, bottom, right, top = (float(v) for v in annotation["/Rect"])
    except _ERRORS:
        return 0.0, 16.0
    return min(left, right), max(bottom, top)


def _text(value: Any) -> str:
    """Return a text string; marks of programs and line ends are made plain."""
    if not isinstance(value, pikepdf.String):
        return ""
    return str(value).replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()[:_LONGEST]


def _rich(value: Any) -> str:
    data = value.read_bytes().decode("utf-8", "replace") if isinstance(value, pikepdf.Stream) else _text(value)
    return " ".join(_TAG.sub(" ", data).split())[:_LONGEST]


def _field_value(widget: Any) -> str:
    """Return the text a field holds; the value may stand with the field above its widget."""
    field, depth = widget, 0
    kind = value = None
    while isinstance(field, Dictionary) and depth < _DEEPEST:
        kind = kind if kind is not None else field.get("/FT")
        value = value if value is not None else field.get("/V")
        field, depth = field.get("/Parent"), depth + 1
    if str(kind) not in ("/Tx", "/Ch"):
        return ""  # boxes to tick and buttons show a mark
    values = value if isinstance(value, Array) else [value]
    return "\n".join(filter(None, (_text(v) for v in values)))


def _wants_drawing(pdf: pikepdf.Pdf, found: list[tuple[int, Any]]) -> bool:
    """True where a program was to draw the values itself, or a value has no drawing at all."""
    form = pdf.Root.get("/AcroForm")
    if not isinstance(form, Dictionary):
        return False
    if bool(form.get("/NeedAppearances", False)):
        return True
    return any(str(a.get("/Subtype")) == "/Widget" and Name.AP not in a and _field_value(a) for _, a in found)
