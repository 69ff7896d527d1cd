"""Writes who looked and when across every page of a copy (R6), light enough to read through, in the page itself."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
from pikepdf import Name, Pdf

from dms.adapters.ocr import pdfa

_NAME = "dmsWatermark"
_SIZE = 15.0
_ACROSS, _DOWN = 250.0, 165.0


def watermark(access: Path, text: str, target: Path) -> None:
    """Write ``access`` with ``text`` slantwise over every page to ``target``.

    Args:
        access: an access copy; stays as it is.
        text: one line, such as ``张华生 ZHS 2026-11-23 10:15``.
        target: the marked copy.

    Raises:
        MissingProgram: no Chinese font is installed.
    """
    with Pdf.open(access, access_mode=pikepdf.AccessMode.stream) as pdf:
        drawn_for: dict[tuple[int, int], pikepdf.Object] = {}
        for page in pdf.pages:
            left, bottom, right, top = (float(v) for v in page.cropbox)
            size = (round(right - left), round(top - bottom))
            if size not in drawn_for:
                with Pdf.open(io.BytesIO(_drawn(text, *size))) as drawn:
                    drawn_for[size] = pdf.copy_foreign(drawn.pages[0].as_form_xobject())
            page.add_resource(drawn_for[size], Name.XObject, Name(f"/{_NAME}"))
            page.contents_add(b"q\n", prepend=True)
            page.contents_add(f"\nQ\nq 1 0 0 1 {left:.2f} {bottom:.2f} cm /{_NAME} Do Q".encode())
        pdfa.save(pdf, target, sure=pdfa.claims_pdfa(pdf))


def _drawn(text: str, width: int, height: int) -> bytes:
    """Draw the pattern for one page size, its font embedded. Outlined letters: they hide nothing beneath."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    from dms.adapters.paper.fonts import find_font

    font = find_font()
    name = f"dms-mark-{font.name}"
    if name not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(name, str(font.path), subfontIndex=font.index))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(width, height), invariant=1, initialFontName=name, pageCompression=1)
    canvas.setStrokeColorRGB(0.62, 0.66, 0.74)
    canvas.setLineWidth(0.35)
    for row in range(int(height / _DOWN) + 2):
        for column in range(int(width / _ACROSS) + 2):
            canvas.saveState()
            canvas.translate(column * _ACROSS - 60 + (row % 2) * _ACROSS / 2, row * _DOWN + 10)
            canvas.rotate(30)
            line = canvas.beginText(0, 0)
            line.setFont(name, _SIZE)
            # 1: outline only, so that what lies beneath stays readable.
            line.setTextRenderMode(1)
            line.textOut(text)
            canvas.drawText(line)
            canvas.restoreState()
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()
