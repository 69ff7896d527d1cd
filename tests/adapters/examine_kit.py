"""Small files and helpers for the tests of the examiner."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
from PIL import Image

from dms.domain.pages import Page
from dms.ports.examine import Examiner, Inspection, Limits

LIMITS = Limits(seconds_inspect=30, seconds_per_page=30)
SENTENCE = "客户上海华光贸易有限公司订购螺栓三百箱，金额一万二千四百八十元。"


def nothing(done: int, total: int) -> None:
    """Nobody watches."""


def read(examiner: Examiner, path: Path, work: Path) -> tuple[Inspection, tuple[Page, ...]]:
    inspection = examiner.inspect(path, path.name, work)
    return inspection, examiner.pages(path, inspection, work, nothing)


def written(folder: Path, name: str, data: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(data.encode("utf-8") if isinstance(data, str) else data)
    return path


def text_pdf(lines: dict[tuple[float, float], str], *, box: str = "[0 0 595 842]", rotate: int = 0, mode: int = 0,
             image: Image.Image | None = None) -> pikepdf.Pdf:  # fmt: skip
    """A page of text at ``(x, y)`` of the page's own space; ``mode`` 3 is invisible; the image fills the page."""
    pdf = pikepdf.Pdf.new()
    page = pdf.add_blank_page(page_size=(595, 842))
    page.obj.MediaBox = pikepdf.Object.parse(box.encode())
    page.obj.Rotate = rotate
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    drawn = ""
    if image is not None:
        out = io.BytesIO()
        image.save(out, "JPEG")
        picture = pdf.make_stream(out.getvalue(), pikepdf.Dictionary(
            Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=image.width, Height=image.height,
            ColorSpace=pikepdf.Name.DeviceGray if image.mode == "L" else pikepdf.Name.DeviceRGB, BitsPerComponent=8, Filter=pikepdf.Name.DCTDecode))  # fmt: skip
        page.obj.Resources.XObject = pikepdf.Dictionary(Im=picture)
        drawn = "q 595 0 0 842 0 0 cm /Im Do Q "
    drawn += (
        f"BT {mode} Tr /F1 12 Tf " + " ".join(f"1 0 0 1 {x} {y} Tm ({t}) Tj" for (x, y), t in lines.items()) + " ET"
    )
    page.obj.Contents = pdf.make_stream(drawn.encode("latin-1"))
    return pdf


def saved(pdf: pikepdf.Pdf, path: Path, **options: object) -> Path:
    pdf.save(path, **options)
    return path


PAPER = Image.new("RGB", (1240, 1754), "white")
LINES = {(72.0, 760.0 - 30 * n): f"Line number {n} of an ordinary letter about bolts" for n in range(20)}
