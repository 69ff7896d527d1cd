"""One page: its own text where it has some, else codes and OCR from one raster, with evidence and warnings."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dms.adapters.examine.readers import image, pdf_pages, pdf_text
from dms.adapters.examine.wording import UNREAD_PAGE, plain, recognised
from dms.domain.hantext import page_text
from dms.domain.likeness import alike
from dms.domain.pages import Box, Evidence, Page, Symbol, Word
from dms.errors import DmsError, Unreadable
from dms.ports.examine import Limits
from dms.ports.ocr import Raster, Recognition
from dms.said import Said

if TYPE_CHECKING:
    from dms.ports.codes import CodeReader
    from dms.ports.ocr import OcrEngine

_log = logging.getLogger("dms.examine")
_LEAST_DPI = 195.0
_CODES_DPI = 150.0
_PICTURES_DPI = 200.0
# Of a picture that may show anything only what was read well is taken; a word that was seen is never quite certain.
_SURE, _SEEN = 0.7, 0.99


class Recogniser:
    """Recognises pages in one child; engine and code reader are loaded at the first page that needs them.

    Args:
        ocr: engine.
        languages: Tesseract's languages.
        limits: most pixels of a page.
        precision: in what numbers RapidOCR's reader is computed.
    """

    def __init__(self, ocr: str, languages: str, limits: Limits, precision: str = "full") -> None:
        self._spec, self._languages, self._limits, self._precision = ocr, languages, limits, precision
        self._engine: OcrEngine | None = None
        self._reader: CodeReader | None = None

    def page(self, path: Path, media_type: str, kind: str, number: int) -> Page:
        """Recognise one page of a PDF or an image.

        A page that cannot be read at all comes back empty with a warning: it must not cost the others.

        Raises:
            MissingProgram: no OCR engine is installed.
            Unavailable: the engine failed.
        """
        page = self._read(path, media_type, kind, number)
        return _with_notes(page, path) if media_type == "application/pdf" else page

    def _read(self, path: Path, media_type: str, kind: str, number: int) -> Page:
        try:
            if media_type == "application/pdf":
                own = pdf_pages.text_page(path, number)
                if own is not None and not (own.text and pdf_text.doubtful(path, number, own.text)):
                    return self._embedded(path, own, kind)
                if own is not None:
                    return self._compared(path, own, kind)
                raster = pdf_pages.raster(path, number, self._limits)
                scanned = pdf_pages.scanned_dpi(path, number)
            else:
                raster = image.raster(path, number, self._limits)
                scanned = raster.dpi
        except Unreadable as problem:
            return _unread(number, problem.said)
        except (DmsError, MemoryError):
            raise
        except Exception:
            # Whatever a parser stumbled over, it is this page's fault.
            _log.info("page %d of %s", number, path, exc_info=True)
            return _unread(number, Said("It is damaged."))
        return self._scanned(raster, number, scanned)

    def _compared(self, path: Path, own: Page, kind: str) -> Page:
        """Read a page whose own text may be rubbish by OCR, too; keep its own where both agree."""
        raster = pdf_pages.raster(path, own.number, self._limits)
        seen = self._scanned(raster, own.number, 0.0)
        if seen.engine == "none":
            return replace(
                self._embedded(path, own, kind),
                warnings=(
                    Said(
                        "Page {page}: its own text reads like none, and no OCR engine is there to compare.",
                        page=own.number,
                    ).stored(),
                ),
            )
        if alike(own.text, seen.text) or not seen.text:
            return self._embedded(path, own, kind)
        return seen

    def _embedded(self, path: Path, page: Page, kind: str) -> Page:
        words = tuple(replace(w, text=t) for w in page.words if (t := recognised(w.text)).strip())
        page = replace(page, words=words, text=recognised(page.text))
        if pdf_pages.is_picture(path, page.number):
            # Paper with a text layer: seals and signatures count as on every scan (R12).
            raster = pdf_pages.raster(path, page.number, self._limits)
            evidence, warnings = self._evidence(raster, page, pdf_pages.scanned_dpi(path, page.number))
            symbols = self._codes().read(raster, thorough=True)
            return replace(page, symbols=symbols, evidence=evidence, warnings=warnings)
        if kind == "scan" or pdf_pages.has_image(path, page.number):
            raster = pdf_pages.raster(path, page.number, self._limits, dpi=_CODES_DPI)
            page = replace(page, symbols=self._codes().read(raster, thorough=True))
            places = pdf_pages.pictures(path, page.number)
            return self._with_pictures(path, page, places) if places else page
        return page

    def _with_pictures(self, path: Path, page: Page, places: Sequence[Box]) -> Page:
        """Add what is written in pictures on a page of text."""
        raster = pdf_pages.raster(path, page.number, self._limits, dpi=_PICTURES_DPI)
        engine = self._ocr()
        scale = raster.dpi / 72
        found: list[Word] = []
        for place in places:
            part = _cut(raster, place, scale)
            read = engine.recognise(part)
            if read.rotation == 0:
                found += [
                    Word(text, _moved(w.box, place), min(w.confidence, _SEEN))
                    for w in read.words
                    if w.confidence >= _SURE and (text := recognised(w.text)).strip()
                ]
        own = [w.box for w in page.words]
        words = tuple(w for w in found if not any(w.box.overlaps(box) for box in own))
        if not words:
            return page
        text = "\n".join(filter(None, (page.text, page_text(words))))
        return replace(page, words=(*page.words, *words), text=text, engine=engine.name)

    def _scanned(self, raster: Raster, number: int, scanned: float) -> Page:
        symbols = self._codes().read(raster, thorough=True)
        read, engine = self._recognised(raster)
        upright = _turned(raster, read.rotation)
        words = tuple(replace(w, text=t) for w in read.words if (t := recognised(w.text)).strip())
        points = 72.0 / raster.dpi
        page = Page(
            number=number,
            width=upright.width * points,
            height=upright.height * points,
            words=words,
            text=page_text(words),
            source="ocr" if words else "none",
            engine=engine,
            confidence=read.confidence,
            rotation=read.rotation,
            symbols=_turned_symbols(symbols, read.rotation, raster.width * points, raster.height * points),
        )
        evidence, warnings = self._evidence(upright, page, scanned)
        return replace(page, evidence=evidence, warnings=warnings)

    def _recognised(self, raster: Raster) -> tuple[Recognition, str]:
        """Return what stands on a page and which engine read it, empty where bare paper needed none."""
        from dms.adapters.ocr.bare import is_bare

        if is_bare(raster):
            return Recognition((), 0, 0.0), ""
        engine = self._ocr()
        return engine.recognise(raster), engine.name

    def _evidence(self, upright: Raster, page: Page, scanned: float) -> tuple[Evidence, tuple[str, ...]]:
        from dms.adapters.ocr.evidence import measure

        try:
            evidence = replace(measure(upright, page.words), dpi=round(scanned or upright.dpi, 1))
        except DmsError as problem:
            return Evidence(dpi=upright.dpi), (
                Said("Page {page}: {problem}", page=page.number, problem=problem).stored(),
            )
        if 0 < scanned < _LEAST_DPI and not evidence.blank:
            coarse = Said(
                "Page {page} was scanned at {dpi:.0f} dpi; 200 is the least (DA/T 31).", page=page.number, dpi=scanned
            )
            return evidence, (coarse.stored(),)
        return evidence, ()

    def _ocr(self) -> OcrEngine:
        if self._engine is None:
            from dms.adapters.ocr import open_engine

            self._engine = open_engine(self._spec, self._languages, self._precision)
        return self._engine

    def _codes(self) -> CodeReader:
        if self._reader is None:
            from dms.adapters.codes import open_code_reader

            self._reader = open_code_reader()
        return self._reader


def _cut(raster: Raster, place: Box, scale: float) -> Raster:
    import numpy as np

    shape = (raster.height, raster.width) if raster.channels == 1 else (raster.height, raster.width, raster.channels)
    pixels = np.frombuffer(raster.data, np.uint8).reshape(shape)
    x0, y0 = int(place.x0 * scale), int(place.y0 * scale)
    part = np.ascontiguousarray(pixels[y0 : round(place.y1 * scale), x0 : round(place.x1 * scale)])
    return Raster(part.shape[1], part.shape[0], raster.channels, part.data.cast("B"), raster.dpi)


def _moved(box: Box, place: Box) -> Box:
    return Box(box.x0 + place.x0, box.y0 + place.y0, box.x1 + place.x0, box.y1 + place.y0)


def _with_notes(page: Page, path: Path) -> Page:
    """Add what annotations say to the words of a page: it is found at their places."""
    try:
        notes = pdf_pages.notes(path, page.number)
    except Unreadable:
        return page  # the page is told as unread already
    if not notes:
        return page
    places = _turned_boxes([w.box for w in notes], page)
    words = tuple(Word(plain(w.text), box) for w, box in zip(notes, places, strict=True))
    return replace(page, words=(*page.words, *words), text="\n".join([page.text, *(w.text for w in words)]).strip())


def _turned_boxes(boxes: Sequence[Box], page: Page) -> list[Box]:
    """Turn boxes with a page that was read turned; its size is the turned one."""
    width, height = (page.height, page.width) if page.rotation % 180 else (page.width, page.height)
    return [s.box for s in _turned_symbols([Symbol("", b) for b in boxes], page.rotation, width, height)]


def _unread(number: int, why: Said) -> Page:
    return Page(number, 595.28, 841.89, warnings=(Said(UNREAD_PAGE, number=number, why=why).stored(),))


def _turned(raster: Raster, degrees: int) -> Raster:
    if degrees == 0:
        return raster
    import numpy as np

    shape = (raster.height, raster.width) if raster.channels == 1 else (raster.height, raster.width, raster.channels)
    pixels = np.ascontiguousarray(np.rot90(np.frombuffer(raster.data, np.uint8).reshape(shape), -degrees // 90))
    return Raster(pixels.shape[1], pixels.shape[0], raster.channels, pixels.data.cast("B"), raster.dpi)


def _turned_symbols(symbols: Sequence[Symbol], degrees: int, width: float, height: float) -> tuple[Symbol, ...]:
    """Turn boxes with their page, clockwise."""
    return tuple(Symbol(s.text, s.box.turned(degrees, width, height)) for s in symbols)
