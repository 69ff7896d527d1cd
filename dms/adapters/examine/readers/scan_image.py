"""The fast way to a scan's pixels: where a PDF page is one JPEG and nothing else, that JPEG is decoded as it is.

Drawing the same page costs some four times as much and changes the pixels. Whatever is not plain is left to pdfium.
"""

from __future__ import annotations

import functools
import io
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2.raw as raw
from PIL import Image

from dms.adapters.examine.readers.image import BROKEN
from dms.ports.ocr import Raster

_LEAST_DPI, _MOST_DPI = 149.0, 401.0
_SLACK = 0.01
_MODES = {"/DeviceGray": "L", "/DeviceRGB": "RGB"}
_MODES_OF_PROFILES = {1: "L", 3: "RGB"}
_NOT_PLAIN = frozenset({"/Decode", "/SMask", "/Mask", "/ImageMask", "/Matte", "/SMaskInData", "/OC"})
_TURNS = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}


def direct(path: Path, page: Any, number: int, most_pixels: int) -> Raster | None:
    """Return the pixels of a page that is one plain JPEG of 150 to 400 dpi, turned as it is shown; None for others.

    Args:
        path: the PDF, not locked.
        page: the same page, opened by pdfium.
        number: 1-based.
        most_pixels: a larger image is left to be drawn coarser.
    """
    if not _fills(page):
        return None
    stat = path.stat()
    try:
        stored = _image(_opened(str(path), stat.st_mtime_ns, stat.st_ino), number)
        if stored is None:
            return None
        with Image.open(io.BytesIO(stored.read_raw_bytes()), formats=("JPEG",)) as image:
            if image.mode != _mode(stored) or image.width * image.height > most_pixels:
                return None
            turned = image.transpose(_TURNS[page.get_rotation()]) if page.get_rotation() else image
            dpi = turned.width * 72 / page.get_width()
            if not _LEAST_DPI <= dpi <= _MOST_DPI:
                return None
            if abs(turned.height * 72 / page.get_height() - dpi) > _SLACK * dpi:
                return None  # other resolutions across and down
            return Raster(turned.width, turned.height, 1 if turned.mode == "L" else 3, turned.tobytes(), dpi)
    except (*BROKEN, pikepdf.PdfError, RuntimeError):
        return None  # pdfium may show more of a broken image than Pillow


def _fills(page: Any) -> bool:
    """True where the page shows one upright image from edge to edge and nothing else, at most invisible text."""
    images = 0
    for found in page.get_objects(max_depth=1):
        if found.type == raw.FPDF_PAGEOBJ_TEXT:
            if raw.FPDFTextObj_GetTextRenderMode(found) != raw.FPDF_TEXTRENDERMODE_INVISIBLE:
                return False
            continue
        if found.type != raw.FPDF_PAGEOBJ_IMAGE or raw.FPDFPageObj_HasTransparency(found):
            return False
        images += 1
        a, b, c, d, e, f = found.get_matrix().get()
        left, bottom, right, top = page.get_cropbox()
        wide, high = right - left, top - bottom
        off = max(abs(a - wide), abs(e - left)) / wide + max(abs(d - high), abs(f - bottom)) / high
        if b or c or off > _SLACK:
            return False
    return images == 1 and raw.FPDFPage_GetAnnotCount(page) == 0


@functools.lru_cache(maxsize=1)
def _opened(path: str, _mtime: int, _inode: int) -> pikepdf.Pdf:
    # As a stream: a mapped file counts as memory of the process that reads it.
    return pikepdf.open(path, access_mode=pikepdf.AccessMode.stream)


def _image(pdf: pikepdf.Pdf, number: int) -> Any:
    """Return the only image of a page where it is a plain JPEG."""
    resources = pdf.pages[number - 1].resources
    found = [v for v in resources.get("/XObject", {}).values() if v.get("/Subtype") == "/Image"]
    if len(found) != 1 or _NOT_PLAIN & set(found[0].keys()):
        return None
    filters = found[0].get("/Filter")
    if isinstance(filters, pikepdf.Array):
        filters = filters[0] if len(filters) == 1 else None
    return found[0] if filters == pikepdf.Name.DCTDecode else None


def _mode(image: Any) -> str:
    """Return Pillow's name of an image's colours, empty for those that are not plain grey or RGB."""
    space = image.get("/ColorSpace")
    if isinstance(space, pikepdf.Array) and len(space) == 2 and space[0] == "/ICCBased":
        return _MODES_OF_PROFILES.get(int(space[1].get("/N", 0)), "")
    return _MODES.get(str(space), "") if isinstance(space, pikepdf.Name) else ""
