"""PDF pages, by pdfium: is it a picture of paper, what text does it carry, what are its pixels."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from dms.adapters.examine.readers import pdf_order, scan_image
from dms.adapters.ocr.notes import MARK
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
# A picture on a page of text that covers so much of it, and has so many pixels each way, may hold text: a scanned
# paragraph, a screen shot. Logos are smaller.
_WITH_TEXT, _WITH_TEXT_PIXELS, _MOST_PICTURES = 0.04, 60, 8
_DEPTH = 3
_MOST_OPEN = 16
_FINE = 64
_COARSER = 4
# How far a run as shown may differ in width (a page turned by a quarter does); how far a letter may stand out, points.
_ROUNDED, _BESIDE = 0.02, 2.0


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


def plain_text(path: Path, number: int) -> str:
    """Return a page's own text as it stands; empty where the page is broken."""
    try:
        told: str = _page(path, number).get_textpage().get_text_range()
    except Unreadable:
        return ""
    return told


def text_of(path: Path, number: int) -> Any:
    """Return the library's own text of a page."""
    return _page(path, number).get_textpage()


def pictures(path: Path, number: int) -> list[Box]:
    """Return the places of images on a page that are large enough to hold text, as shown, the largest first."""
    page = _page(path, number)
    width, height = page.get_size()
    found = []
    for image in _images(page):
        left, bottom, right, top = image.get_bounds()
        x0, y0 = _as_shown(page, width, height, left, top)
        x1, y1 = _as_shown(page, width, height, right, bottom)
        box = Box(max(0.0, min(x0, x1)), max(0.0, min(y0, y1)), min(width, max(x0, x1)), min(height, max(y0, y1)))
        if box.width * box.height >= _WITH_TEXT * width * height and min(image.get_px_size()) >= _WITH_TEXT_PIXELS:
            found.append(box)
    found.sort(key=lambda box: -box.width * box.height)
    return found[:_MOST_PICTURES]


def notes(path: Path, number: int) -> list[Word]:
    """Return the notes of our working copy on a page: what annotations said, at their places."""
    page = _page(path, number)
    width, height = page.get_size()
    found = []
    for index in range(raw.FPDFPage_GetAnnotCount(page)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if annotation and _string(annotation, b"NM").startswith(MARK):
            place = raw.FS_RECTF()
            raw.FPDFAnnot_GetRect(annotation, ctypes.byref(place))
            x0, y0 = _as_shown(page, width, height, place.left, place.top)
            x1, y1 = _as_shown(page, width, height, place.right, place.bottom)
            author, said = _string(annotation, b"T"), _string(annotation, b"Contents")
            text = f"[批注 note{' ' + author if author else ''}] {said}"
            found.append(Word(text, Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))))
        raw.FPDFPage_CloseAnnot(annotation)
    return found


def _string(annotation: Any, key: bytes) -> str:
    length = raw.FPDFAnnot_GetStringValue(annotation, key, None, 0)
    buffer = ctypes.create_string_buffer(length)
    raw.FPDFAnnot_GetStringValue(annotation, key, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), length)
    return buffer.raw[:length].decode("utf-16-le", "replace").rstrip("\0")


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
    if pdf_order.has_right_to_left(told):
        order = pdf_order.reordered(text)
        told = "\n".join(order.get(" ".join(line.split()), line) for line in told.split("\n"))
        words = tuple(replace(w, text=order.get(w.text, w.text)) for w in words)
    if picture and _spread(words) < _ENOUGH_SPREAD * height:
        return None
    return Page(number, width, height, words, told.strip(), "embedded")


def _is_empty(page: Any) -> bool:
    return next(iter(page.get_objects(max_depth=1)), None) is None


def _spread(words: tuple[Word, ...]) -> float:
    return max((w.box.y1 for w in words), default=0.0) - min((w.box.y0 for w in words), default=0.0)


def _words(page: Any, text: Any, width: float, height: float) -> Iterator[Word]:
    letters = _Letters(text)
    for index in range(text.count_rects()):
        left, bottom, right, top = text.get_rect(index)
        run = " ".join(text.get_text_bounded(left, bottom, right, top).split())
        if run:
            x0, y0 = _as_shown(page, width, height, left, top)
            x1, y1 = _as_shown(page, width, height, right, bottom)
            box = Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
            yield Word(run, box, edges=letters.edges(run, (left, right), (x0, x1)))


class _Letters:
    """Where each letter of a page's own text stands: a run's letters are not equally wide.

    Args:
        text: the page's text.
    """

    def __init__(self, text: Any) -> None:
        self._text = text
        self._told = [
            (letter, place)
            for place in range(text.count_chars())
            if not (letter := chr(raw.FPDFText_GetUnicode(text, place) or 32)).isspace()
        ]
        self._flat = "".join(letter for letter, _ in self._told)
        self._at = 0

    def edges(self, run: str, inside: tuple[float, float], shown: tuple[float, float]) -> tuple[float, ...]:
        """Return left and right of each letter of a run; empty where they cannot be told from the page.

        Args:
            run: as read, in the order of the page.
            inside: left and right of the run in the page's own space.
            shown: the same as the page is shown.
        """
        sought = "".join(run.split())
        start = self._flat.find(sought, self._at)
        wide = inside[1] - inside[0]
        if start < 0 or wide <= 0 or abs(abs(shown[1] - shown[0]) - wide) > _ROUNDED * wide:
            return ()  # written in another order, or across the page as it is shown
        scale = (shown[1] - shown[0]) / wide
        found: list[float] = []
        for _, place in self._told[start : start + len(sought)]:
            left, _, right, _ = self._text.get_charbox(place, loose=True)
            ends = sorted(shown[0] + (x - inside[0]) * scale for x in (left, right))
            found += [round(x, 1) for x in ends]
        low, high = min(shown) - _BESIDE, max(shown) + _BESIDE
        if not all(low <= x <= high for x in found) or found[::2] != sorted(found[::2]):
            return ()  # these letters stand elsewhere
        self._at = start + len(sought)
        return tuple(found)


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
        # Much coarser: what follows holds the pixels several times, and letters on a poster are large.
        dpi = 72 * (limits.pixels / _COARSER / (width * height)) ** 0.5
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
