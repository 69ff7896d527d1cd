"""Notes on a PDF's pages as annotations of our own: what a reviewer wrote stays in copies, fit for PDF/A-2b.

Readers of other programs' annotations turn what is only *said* (comments, replies, values nobody drew) into these; what
is *shown* becomes part of the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String

MARK = "dms-note-"
_SIDE = 16.0
# Shown and printed at its size and upright (ISO 19005-2, 6.3.2): print, no zoom, no rotate.
_FLAGS = 4 + 8 + 16
_DRAWN = b"1 0.93 0.55 rg 0.55 0.45 0 RG 1 w 0.5 0.5 15 15 re B 3 11 m 13 11 l 3 8 m 13 8 l 3 5 m 9 5 l S"


def add(pdf: Pdf, page: pikepdf.Page, place: Sequence[float], author: str, text: str) -> None:
    """Put a note on a page.

    Args:
        pdf: the document.
        page: one of its pages.
        place: left and top of the note in the page's own space.
        author: who wrote it, may be empty.
        text: what it says.
    """
    left, top = place
    form = Dictionary(Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, _SIDE, _SIDE], Resources=Dictionary())
    notes = [*mine(page)]
    note = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Text,
        Rect=[round(v, 2) for v in (left, top - _SIDE, left + _SIDE, top)],
        Contents=String(text),
        NM=String(f"{MARK}{len(notes) + 1}"),
        F=_FLAGS,
        C=Array([1, 0.93, 0.55]),
        AP=Dictionary(N=pdf.make_stream(_DRAWN, form)),
    )
    if author:
        note.T = String(author)
    page.obj.Annots = Array([*notes, pdf.make_indirect(note)])


def mine(page: pikepdf.Page) -> Iterator[Any]:
    """Yield a page's notes made by :func:`add`."""
    annotations = page.obj.get(Name.Annots)
    for one in annotations if isinstance(annotations, Array) else ():
        if isinstance(one, Dictionary) and is_mine(one):
            yield one


def is_mine(annotation: Dictionary) -> bool:
    """Tell whether an annotation was made by :func:`add`."""
    return str(annotation.get(Name.NM, "")).startswith(MARK)


def flatten(pdf: Pdf) -> None:
    """Make what annotations and form fields show part of their pages; only our own notes stay annotations."""
    kept = [list(mine(page)) for page in pdf.pages]
    for page, notes in zip(pdf.pages, kept, strict=True):
        if notes:
            others = [a for a in page.obj.Annots if not (isinstance(a, Dictionary) and is_mine(a))]
            page.obj.Annots = Array(others)
    pdf.flatten_annotations("screen")
    for page, notes in zip(pdf.pages, kept, strict=True):
        if notes:
            page.obj.Annots = Array(notes)
        elif Name.Annots in page.obj:
            del page.obj[Name.Annots]
