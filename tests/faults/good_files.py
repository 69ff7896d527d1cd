"""Small good files, made to be broken by ``bad_files``."""

from __future__ import annotations

import io
import zipfile

import docx
import openpyxl
from PIL import Image, ImageDraw


def page_image(size: tuple[int, int] = (600, 840)) -> Image.Image:
    """Return a drawn page."""
    image = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(image)
    for row in range(40, size[1] - 40, 30):
        pen.line((40, row, size[0] - 60 - row % 90, row), fill="black", width=6)
    return image


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    """Return an image in a file format."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def simple_pdf(*bodies: str, first: str = "<< /Type /Catalog /Pages 2 0 R >>", tail: str = "") -> bytes:
    """Return a PDF of numbered objects (1 is the catalogue) with a true cross-reference table."""
    out = b"%PDF-1.7\n"
    places = []
    for number, body in enumerate((first, *bodies), 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = "".join(f"{p:010d} 00000 n \n" for p in places)
    end = f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size {len(places) + 1} /Root 1 0 R {tail}>>"
    return out + f"{end}\nstartxref\n{len(out)}\n%%EOF\n".encode("latin-1")


def text_pdf(text: str = "An ordinary page with enough words on it to be taken as text.", extra: str = "") -> bytes:
    """Return a PDF of one page of text."""
    content = f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET"
    return simple_pdf(
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        f"/Resources << /Font << /F1 5 0 R >> >> {extra} >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )


def word_file(text: str = "合同正文") -> bytes:
    """Return a docx of one paragraph."""
    document = docx.Document()
    document.add_paragraph(text)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def workbook() -> bytes:
    """Return an xlsx of a few rows."""
    book = openpyxl.Workbook()
    for row in range(50):
        book.active.append([row, "客户", row * 1.5])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def zipped(entries: dict[str, bytes]) -> bytes:
    """Return a zip of named entries."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def replaced(archive: bytes, **changes: bytes) -> bytes:
    """Return a zip with entries changed (``word__document.xml`` for ``word/document.xml``)."""
    with zipfile.ZipFile(io.BytesIO(archive)) as old:
        entries = {name: old.read(name) for name in old.namelist()}
    return zipped(entries | {name.replace("__", "/").replace("_xml", ".xml"): data for name, data in changes.items()})
