"""Puts the filing stamp (归档章) and its QR on page 1 of an access copy, clear of text, seals and other ink.

Six red cells, 45 x 16 mm (DA/T 22-2015): 全宗号 | 年度 | 件号 over 机构(问题) | 保管期限 | 页数. Its place is the top
centre; where that is taken, the nearest free place; on a page without any, a margin added below, so that the boxes of
words on the page (counted from the top left) stay true.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import qrcode
from numpy.typing import NDArray
from pikepdf import Array, Name, Pdf

from dms.adapters.ocr import pdfa, text_layer
from dms.domain.pages import Page
from dms.errors import NotFound
from dms.ports.examine import Stamp
from dms.said import Said

MM = 72 / 25.4
STAMP_WIDTH, STAMP_HEIGHT = 45.0, 16.0
QR_SIZE = 18.0
_GAP = 1.0
_EDGE = 5.0
_QUIET = 4
_PER_MM = 2
_CLEAR_MM = 0.75
_RED = (0.80, 0.07, 0.12)
_STAMP_NAME = "DmsStamp"


@dataclass(frozen=True, slots=True)
class Place:
    """Where stamp and QR go: top left corner and scale, millimetres from the top left of the page as displayed."""

    x: float
    y: float
    scale: float = 1.0
    below_page: bool = False

    @property
    def width(self) -> float:
        """Millimetres taken."""
        return self.scale * (STAMP_WIDTH + _GAP + QR_SIZE)

    @property
    def height(self) -> float:
        """Millimetres taken."""
        return self.scale * QR_SIZE


def stamp_access_copy(access: Path, pages: Sequence[Page], stamp: Stamp, target: Path) -> Place:
    """Write ``access`` with the stamp on its first page to ``target``; return where the stamp is.

    Args:
        access: an access copy made by :func:`~dms.adapters.ocr.access.make_access_copy`; stays as it is.
        pages: its pages; only the first one counts.
        stamp: the six cells and the QR's text.
        target: the stamped copy; PDF/A-2b where ``access`` was.

    Raises:
        NotFound: where there is no page to stamp.
        MissingProgram: where no Chinese font is installed.
    """
    if not pages:
        raise NotFound(Said("There is no page to stamp."))
    page = pages[0]
    place = find_place(_taken(access, page), page.width / MM, page.height / MM)
    with Pdf.open(access, access_mode=pikepdf.AccessMode.stream) as pdf:
        was_pdfa = pdfa.claims_pdfa(pdf)
        first = pdf.pages[0]
        box = [float(v) for v in first.cropbox]
        turn = int(first.obj.get(Name.Rotate, 0)) % 360
        frame = text_layer.frame_of((box[0], box[1], box[2], box[3]), turn, page.width, page.height)
        if place.below_page:
            _grow(first, box, turn, place.height + 2 * _EDGE, frame)
        with Pdf.open(io.BytesIO(_drawn(stamp))) as drawn:
            form = pdf.copy_foreign(drawn.pages[0].as_form_xobject())
        first.add_resource(form, Name.XObject, Name(f"/{_STAMP_NAME}"))
        first.contents_add(b"q\n", prepend=True)
        first.contents_add(b"\nQ\n" + _content(place, stamp, frame))
        pdfa.save(pdf, target, sure=was_pdfa)
    return place


def find_place(taken: NDArray[np.bool_], width: float, height: float) -> Place:
    """Find room: full size in the top third, then smaller there, then anywhere, then below the page.

    Args:
        taken: True where something stands, two cells per millimetre, rows from the top.
        width: of the page in millimetres.
        height: the same.
    """
    sums = np.zeros((taken.shape[0] + 1, taken.shape[1] + 1), dtype=np.int64)
    sums[1:, 1:] = taken.cumsum(axis=0).cumsum(axis=1)
    for scale, depth in ((1.0, height / 3), (0.85, height / 3), (1.0, height), (0.8, height)):
        wanted = Place(0, 0, scale)
        found = _nearest(sums, wanted, width, min(depth, height - _EDGE))
        if found:
            return found
    scale = min(1.0, (width - 2 * _EDGE) / Place(0, 0).width)
    return Place((width - scale * Place(0, 0).width) / 2, height + _EDGE, scale, below_page=True)


def _nearest(sums: NDArray[np.int64], wanted: Place, width: float, depth: float) -> Place | None:
    """Return the free place nearest to the top centre, on a grid of half millimetres."""
    rows, columns = round(wanted.height * _PER_MM), round(wanted.width * _PER_MM)
    edge = round(_EDGE * _PER_MM)
    last_row = min(sums.shape[0] - 1, round(depth * _PER_MM)) - rows
    last_column = sums.shape[1] - 1 - columns - edge
    if last_row < edge or last_column < edge:
        return None
    ink = sums[rows:, columns:] - sums[:-rows, columns:] - sums[rows:, :-columns] + sums[:-rows, :-columns]
    free = ink[edge : last_row + 1, edge : last_column + 1] == 0
    if not free.any():
        return None
    y, x = np.nonzero(free)
    left = (x + edge) / _PER_MM
    # The middle of the stamp itself is centred, the QR stands beside it.
    off = np.abs(left + wanted.scale * STAMP_WIDTH / 2 - width / 2)
    best = int(np.argmin((y + edge) / _PER_MM + 0.6 * off))
    return Place(float(left[best]), float((y[best] + edge) / _PER_MM), wanted.scale)


def _taken(access: Path, page: Page) -> NDArray[np.bool_]:
    """Return where page 1 shows ink or holds words, seals, signatures or symbols; two cells per millimetre."""
    document = pypdfium2.PdfDocument(access)
    try:
        bitmap = document[0].render(scale=_PER_MM / MM * 2, grayscale=True, no_smoothtext=True)
        grey = bitmap.to_numpy()[:, :, 0] if bitmap.to_numpy().ndim == 3 else bitmap.to_numpy()
        rows, columns = grey.shape[0] // 2, grey.shape[1] // 2
        paper = np.percentile(grey, 75)
        dark = (grey < paper - 40)[: rows * 2, : columns * 2]
    finally:
        document.close()
    taken: NDArray[np.bool_] = dark.reshape(rows, 2, columns, 2).any(axis=(1, 3))
    clear = round(_CLEAR_MM * _PER_MM) + 1
    grown = taken.copy()
    for shift in range(1, clear):
        grown[shift:] |= taken[:-shift]
        grown[:-shift] |= taken[shift:]
    wide = grown.copy()
    for shift in range(1, clear):
        wide[:, shift:] |= grown[:, :-shift]
        wide[:, :-shift] |= grown[:, shift:]
    boxes = [w.box for w in page.words] + [s.box for s in page.symbols]
    for box in boxes + list(page.evidence.seals) + list(page.evidence.signatures):
        to = _PER_MM / MM
        wide[max(0, int(box.y0 * to)) : int(box.y1 * to) + 2, max(0, int(box.x0 * to)) : int(box.x1 * to) + 2] = True
    return wide


def _grow(page: pikepdf.Page, box: list[float], turn: int, millimetres: float, frame: text_layer.Frame) -> None:
    """Add a margin at the bottom as displayed: whole points, so that no pixel of the page is drawn anew between two."""
    extra = math.ceil(millimetres * MM) * max(abs(frame.matrix[0]), abs(frame.matrix[1]))
    index = {0: 1, 90: 2, 180: 3, 270: 0}[turn]
    box[index] += extra if index > 1 else -extra
    page.obj.MediaBox = Array([round(v, 3) for v in box])
    page.obj.CropBox = page.obj.MediaBox


def _content(place: Place, stamp: Stamp, frame: text_layer.Frame) -> bytes:
    scale = place.scale * MM
    top = frame.height - place.y * MM
    down = (QR_SIZE - STAMP_HEIGHT) / 2
    at = f"{place.scale:.4f} 0 0 {place.scale:.4f} {place.x * MM:.3f} {top - (STAMP_HEIGHT + down) * scale:.3f} cm"
    lines = ["q", frame.concat, "q", at, f"/{_STAMP_NAME} Do", "Q"]
    left = place.x * MM + (STAMP_WIDTH + _GAP) * scale
    size = QR_SIZE * scale
    lines.append(f"1 1 1 rg {left:.3f} {top - size:.3f} {size:.3f} {size:.3f} re f 0 0 0 rg")
    matrix = _matrix(stamp.qr)
    module = size / (len(matrix) + 2 * _QUIET)
    for row, cells in enumerate(matrix):
        y = top - (row + _QUIET + 1) * module
        for start, length in _runs(cells):
            x = left + (start + _QUIET) * module
            lines.append(f"{x:.3f} {y:.3f} {length * module:.3f} {module:.3f} re")
    lines += ["f", "Q"]
    return "\n".join(lines).encode("ascii")


def _matrix(text: str) -> list[list[bool]]:
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_Q, border=0)
    code.add_data(text)
    code.make(fit=True)
    matrix: list[list[bool]] = code.get_matrix()
    return matrix


def _runs(cells: Sequence[bool]) -> list[tuple[int, int]]:
    """Return (start, length) of runs of dark modules: fewer rectangles and no hairlines between them."""
    runs: list[tuple[int, int]] = []
    for index, dark in enumerate(cells):
        if not dark:
            continue
        if runs and sum(runs[-1]) == index:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((index, 1))
    return runs


def _drawn(stamp: Stamp) -> bytes:
    """Draw the six cells as a PDF page of the stamp's size, its font embedded."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    from dms.adapters.paper.fonts import find_font

    font = find_font()
    # A name of our own for every drawing: ReportLab subsets per document, registration is global.
    name = f"dms-stamp-{font.name}"
    if name not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(name, str(font.path), subfontIndex=font.index))
    buffer = io.BytesIO()
    canvas = Canvas(
        buffer, pagesize=(STAMP_WIDTH * MM, STAMP_HEIGHT * MM), invariant=1, initialFontName=name, pageCompression=1
    )
    canvas.setStrokeColorRGB(*_RED)
    canvas.setFillColorRGB(*_RED)
    canvas.setLineWidth(1.0)
    wide, high = STAMP_WIDTH * MM / 3, STAMP_HEIGHT * MM / 2
    inset = 0.5
    canvas.rect(inset, inset, 3 * wide - 2 * inset, 2 * high - 2 * inset)
    canvas.setLineWidth(0.6)
    canvas.line(inset, high, 3 * wide - inset, high)
    for column in (1, 2):
        canvas.line(column * wide, inset, column * wide, 2 * high - inset)
    for index, cell in enumerate(stamp.cells):
        text, size = _fitted(cell, wide - 4, name)
        canvas.setFont(name, size)
        middle = (index % 3 + 0.5) * wide
        canvas.drawCentredString(middle, (1.5 - index // 3) * high - 0.36 * size, text)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _fitted(text: str, width: float, font: str) -> tuple[str, float]:
    """Return the text and the size at which it fits: 10.5 points down to 5, then cut."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    size = 10.5
    while size > 5 and stringWidth(text, font, size) > width:
        size -= 0.5
    while len(text) > 1 and stringWidth(text, font, size) > width:
        text = text[:-2] + "…"
    return text, size
