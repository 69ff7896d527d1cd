"""PDF pages, by pdfium: is it a picture of paper, what text does it carry, what are its pixels."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from dms.adapters.examine.readers import scan_image
from dms.domain.pages import Box, Evidence, Page, Word
from dms.errors import Unreadable
from dms.ports.examine import Limits
from dms.ports.ocr import Raster
from dms.said import Said

_LOOKED_AT = 12
_LONGEST_SIDE = 14_400.0
_BASE_DPI, _LOW_DPI, _HIGH_DPI = 300.0, 149.0, 400.0
_COVERS = 0.6
_ENOUGH_TEXT = 20
# Over a picture of a page, less text than this is a header or a scanner's mark, and what is seen must be recognised.
_ENOUGH_OVER_PICTURE = 100
_ENOUGH_SPREAD = 0.3
_MOST_STRANGE = 0.2
_DEPTH = 3
_MOST_OPEN = 16
_FINE = 64


def opens(path: Path, count: int, password: str) -> bool:
    """True where pdfium can open the file, too, and finds as many pages."""
    try:
        document = pdfium.PdfDocument(path, password=password or None)
    except pdfium.PdfiumError:
        return False
    try:
        return len(document) == count
    finally:
        document.close()


def kind(path: Path, count: int) -> str:
    """Return ``scan`` where most pages looked at are pictures of paper, else ``document``."""
    step = max(1, count // _LOOKED_AT)
    looked = list(range(1, count + 1, step))[:_LOOKED_AT]
    scans = 0
    for number in looked:
        try:
            page = _page(path, number)
            scans += _is_picture(page) and not _has_text_on_top(page)
        except Unreadable:
            continue  # a broken page is no evidence for either
    return "scan" if scans * 2 > len(looked) else "document"


class _Last:
    """Keeps the last document open: a child reads many pages of one file.

    pdfium keeps the data of every image it met, so the document is opened anew now and then and memory stays flat.
    """

    def __init__(self) -> None:
        self._key: tuple[str, int, int] | None = None
        self._document: Any = None
        self._pages: dict[int, Any] = {}

    def page(self, path: Path, number: int) -> Any:
        stat = path.stat()
        key = (str(path), stat.st_mtime_ns, stat.st_ino)
        if key != self._key or (number not in self._pages and len(self._pages) >= _MOST_OPEN):
            self._pages.clear()
            if self._document is not None:
                self._document.close()
            self._key, self._document = None, None
            self._document = pdfium.PdfDocument(path)
            self._key = key
        if number not in self._pages:
            self._pages[number] = self._document[number - 1]
        return self._pages[number]


_last = _Last()


def _page(path: Path, number: int) -> Any:
    try:
        page = _last.page(path, number)
        width, height = page.get_size()
    except (pdfium.PdfiumError, IndexError) as problem:
        raise Unreadable(Said("The page is damaged."), Said("Export or scan it again.")) from problem
    if not (1 <= width <= _LONGEST_SIDE and 1 <= height <= _LONGEST_SIDE):
        raise Unreadable(Said("The page has an absurd size."), Said("Print it to a new PDF."))
    return page


def _images(page: Any) -> Iterator[Any]:
    yield from page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=_DEPTH)


def _shown_size(found: Any) -> tuple[float, float]:
    """Width and height of an object in points."""
    left, bottom, right, top = found.get_bounds()
    return abs(right - left), abs(top - bottom)


def _is_picture(page: Any) -> bool:
    """True where one image, or the strips some scanners make, covers most of the page."""
    width, height = page.get_size()
    covered = sum(w * h for w, h in map(_shown_size, _images(page)))
    return bool(covered > _COVERS * width * height)


def _has_text_on_top(page: Any) -> bool:
    """True where visible text was laid over the picture: a designed page, not paper with a hidden layer."""
    text = page.get_textpage()
    if text.count_chars() < _ENOUGH_OVER_PICTURE:
        return False
    seen_image, on_top = False, 0
    for found in page.get_objects(max_depth=_DEPTH):
        if found.type == raw.FPDF_PAGEOBJ_IMAGE:
            seen_image = True
        elif found.type == raw.FPDF_PAGEOBJ_TEXT and seen_image:
            if raw.FPDFTextObj_GetTextRenderMode(found) != raw.FPDF_TEXTRENDERMODE_INVISIBLE:
                on_top += max(0, raw.FPDFTextObj_GetText(found, text, None, 0) // 2 - 1)
            if on_top >= _ENOUGH_OVER_PICTURE:
                return True
    return False


def has_image(path: Path, number: int) -> bool:
    """True where a page shows an image, so that a code may be on it."""
    return next(_images(_page(path, number)), None) is not None


def is_picture(path: Path, number: int) -> bool:
    """True where an image covers most of a page."""
    return _is_picture(_page(path, number))


def text_page(path: Path, number: int) -> Page | None:
    """Return a page from its own text; None where it has too little or unreadable text and must be recognised.

    Boxes count from the top left of the page as it is shown, in points.
    """
    page = _page(path, number)
    width, height = page.get_size()
    text = page.get_textpage()
    told = text.get_text_range().replace("\r\n", "\n").replace("\r", "\n").replace("\ufffe", "-")
    bare = "".join(told.split())
    if not bare:
        return Page(number, width, height, evidence=Evidence(blank=True)) if _is_empty(page) else None
    strange = sum(c == "\ufffd" or "\ue000" <= c <= "\uf8ff" or c < " " for c in bare)
    if strange > _MOST_STRANGE * len(bare):
        return None  # fonts without a mapping to characters: what is seen must be recognised
    picture = _is_picture(page)
    if len(bare) < (_ENOUGH_OVER_PICTURE if picture else _ENOUGH_TEXT) and next(_images(page), None) is not None:
        return None
    words = tuple(_words(page, text, width, height))
    if picture and _spread(words) < _ENOUGH_SPREAD * height:
        return None
    return Page(number, width, height, words, told.strip(), "embedded")


def _is_empty(page: Any) -> bool:
    return next(iter(page.get_objects(max_depth=1)), None) is None


def _spread(words: tuple[Word, ...]) -> float:
    return max((w.box.y1 for w in words), default=0.0) - min((w.box.y0 for w in words), default=0.0)


def _words(page: Any, text: Any, width: float, height: float) -> Iterator[Word]:
    for index in range(text.count_rects()):
        left, bottom, right, top = text.get_rect(index)
        run = " ".join(text.get_text_bounded(left, bottom, right, top).split())
        if run:
            x0, y0 = _as_shown(page, width, height, left, top)
            x1, y1 = _as_shown(page, width, height, right, bottom)
            yield Word(run, Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))


def _as_shown(page: Any, width: float, height: float, x: float, y: float) -> tuple[float, float]:
    """Turn a point of the page's own space into one from the top left as shown: rotation and crop box applied."""
    across, down = ctypes.c_int(), ctypes.c_int()
    wide, high = int(width * _FINE), int(height * _FINE)
    raw.FPDF_PageToDevice(page, 0, 0, wide, high, 0, x, y, ctypes.byref(across), ctypes.byref(down))
    return across.value / _FINE, down.value / _FINE


def raster(path: Path, number: int, limits: Limits, *, dpi: float = 0.0) -> Raster:
    """Return a page's pixels.

    Args:
        path: the PDF, not locked.
        number: 1-based.
        limits: most pixels; a larger page is drawn coarser.
        dpi: pixels per inch; 0 takes the scan's own resolution where it is between 150 and 400, else 300.

    Raises:
        Unreadable: the page is damaged.
    """
    page = _page(path, number)
    plain_scan = None if dpi else scan_image.direct(path, page, number, limits.pixels)
    if plain_scan is not None:
        return plain_scan
    width, height = page.get_size()
    own = _own_dpi(page)
    dpi = dpi or (own if _LOW_DPI <= own <= _HIGH_DPI else _HIGH_DPI if own > _HIGH_DPI else _BASE_DPI)
    if width * height * (dpi / 72) ** 2 > limits.pixels:
        dpi = 72 * (limits.pixels / (width * height)) ** 0.5 * 0.99
    try:
        bitmap = page.render(scale=dpi / 72, rev_byteorder=True, may_draw_forms=True)
    except pdfium.PdfiumError as problem:
        raise Unreadable(Said("The page cannot be drawn."), Said("Print it to a new PDF.")) from problem
    pixels = bitmap.to_numpy()
    channels = 1 if pixels.ndim == 2 or pixels.shape[2] == 1 else 3
    plain = pixels.reshape(pixels.shape[0], pixels.shape[1], -1)[:, :, :channels]
    return Raster(pixels.shape[1], pixels.shape[0], channels, plain.tobytes(), dpi)


def scanned_dpi(path: Path, number: int) -> float:
    """Return the resolution a page was scanned at, 0 where it is no picture."""
    page = _page(path, number)
    return _own_dpi(page) if _is_picture(page) else 0.0


def _own_dpi(page: Any) -> float:
    """Resolution of the largest image on a page, 0 where there is none."""
    best, dpi = 0.0, 0.0
    for found in _images(page):
        wide, high = _shown_size(found)
        if wide * high > best:
            best = wide * high
            dpi = max(found.get_px_size()) * 72 / max(1.0, wide, high)
    return dpi
