"""One page: its own text where it has some, else codes and OCR from one raster, with evidence and warnings."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dms.adapters.examine.readers import image, pdf_pages
from dms.adapters.examine.wording import UNREAD_PAGE, recognised
from dms.domain.hantext import page_text
from dms.domain.pages import Box, Evidence, Page, Symbol
from dms.errors import DmsError, Unreadable
from dms.ports.examine import Limits
from dms.ports.ocr import Raster
from dms.said import Said

if TYPE_CHECKING:
    from dms.ports.codes import CodeReader
    from dms.ports.ocr import OcrEngine

_log = logging.getLogger("dms.examine")
_LEAST_DPI = 195.0
_CODES_DPI = 150.0


class Recogniser:
    """Recognises pages in one child; engine and code reader are loaded at the first page that needs them.

    Args:
        ocr: engine.
        languages: Tesseract's languages.
        limits: most pixels of a page.
    """

    def __init__(self, ocr: str, languages: str, limits: Limits) -> None:
        self._spec, self._languages, self._limits = ocr, languages, limits
        self._engine: OcrEngine | None = None
        self._reader: CodeReader | None = None

    def page(self, path: Path, media_type: str, kind: str, number: int) -> Page:
        """Recognise one page of a PDF or an image.

        A page that cannot be read at all comes back empty with a warning: it must not cost the others.

        Raises:
            MissingProgram: no OCR engine is installed.
            Unavailable: the engine failed.
        """
        try:
            if media_type == "application/pdf":
                own = pdf_pages.text_page(path, number)
                if own is not None:
                    return self._embedded(path, own, kind)
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
            return replace(page, symbols=self._codes().read(raster, thorough=True))
        return page

    def _scanned(self, raster: Raster, number: int, scanned: float) -> Page:
        symbols = self._codes().read(raster, thorough=True)
        engine = self._ocr()
        read = engine.recognise(raster)
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
            engine=engine.name,
            confidence=read.confidence,
            rotation=read.rotation,
            symbols=_turned_symbols(symbols, read.rotation, raster.width * points, raster.height * points),
        )
        evidence, warnings = self._evidence(upright, page, scanned)
        return replace(page, evidence=evidence, warnings=warnings)

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

            self._engine = open_engine(self._spec, self._languages)
        return self._engine

    def _codes(self) -> CodeReader:
        if self._reader is None:
            from dms.adapters.codes import open_code_reader

            self._reader = open_code_reader()
        return self._reader


def _unread(number: int, why: Said) -> Page:
    told = Said(UNREAD_PAGE, number=number, why=why).stored()
    return Page(number, 595.28, 841.89, warnings=(told,))


def _turned(raster: Raster, degrees: int) -> Raster:
    if degrees == 0:
        return raster
    import numpy as np

    shape = (raster.height, raster.width) if raster.channels == 1 else (raster.height, raster.width, raster.channels)
    pixels = np.ascontiguousarray(np.rot90(np.frombuffer(raster.data, np.uint8).reshape(shape), -degrees // 90))
    return Raster(pixels.shape[1], pixels.shape[0], raster.channels, pixels.data.cast("B"), raster.dpi)


def _turned_symbols(symbols: Sequence[Symbol], degrees: int, width: float, height: float) -> tuple[Symbol, ...]:
    """Turn boxes with their page, clockwise."""

    def turn(b: Box) -> Box:
        if degrees == 90:
            return Box(height - b.y1, b.x0, height - b.y0, b.x1)
        if degrees == 180:
            return Box(width - b.x1, height - b.y1, width - b.x0, height - b.y0)
        if degrees == 270:
            return Box(b.y0, width - b.x1, b.y1, width - b.x0)
        return b

    return tuple(Symbol(s.text, turn(s.box)) for s in symbols)
