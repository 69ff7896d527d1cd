"""Prints a form as a born-digital PDF: real text in an embedded font, no scan, no ink."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from dms.demo import fonts
from dms.demo.canvas import HEIGHT, WIDTH, Rule, Run, Shade, Sheet


def write_pdf(
    sheets: Sequence[Sheet], target: Path, *, title: str, change: Callable[[str], str] = lambda text: text
) -> Path:
    """Write pages as a PDF with text; the same pages give the same bytes.

    Args:
        sheets: the pages.
        target: file to write.
        title: title of the document.
        change: applied to every run of text (a draft may differ from what was signed).
    """
    canvas = Canvas(str(target), pagesize=(WIDTH, HEIGHT), invariant=True)
    canvas.setTitle(title)
    canvas.setProducer("Office")
    for sheet in sheets:
        for mark in sheet.marks:
            if isinstance(mark, Shade):
                box = mark.box
                canvas.setFillColorRGB(*(c / 255 for c in mark.colour))
                canvas.rect(box.x0, HEIGHT - box.y1, box.width, box.height, stroke=0, fill=1)
            elif isinstance(mark, Rule):
                canvas.setLineWidth(mark.width)
                canvas.line(mark.x0, HEIGHT - mark.y0, mark.x1, HEIGHT - mark.y1)
            elif isinstance(mark, Run):
                _run(canvas, mark, change(mark.text))
        canvas.showPage()
    canvas.save()
    return target


def _run(canvas: Canvas, run: Run, text: str) -> None:
    """Draw one run; bold is drawn with an outline, as the fonts have no bold cut."""
    canvas.setFillColorRGB(*(c / 255 for c in run.colour))
    line = canvas.beginText(run.x, HEIGHT - run.y)
    line.setFont(_font(run.face), run.size)
    line.setTextRenderMode(2 if run.bold else 0)
    if run.bold:
        canvas.setLineWidth(run.size * 0.03)
    line.textOut(text)
    canvas.drawText(line)


def _font(face: fonts.Face) -> str:
    """Register a face under its file name, once."""
    name = f"{face.path.stem}-{face.index}"
    if name not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(name, str(face.path), subfontIndex=face.index))
    return name
