"""One page: its own text where it has some, else codes and OCR from one raster, with evidence and warnings."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dms.adapters.examine.readers import image, pdf
from dms.domain.hantext import close_han, page_text
from dms.domain.pages import Box, Evidence, Page, Symbol
from dms.errors import DmsError, Unreadable
from dms.ports.examine import Limits
from dms.ports.ocr import Raster

if TYPE_CHECKING:
    from dms.ports.codes import CodeReader
    from dms.ports.ocr import OcrEngine

_LEAST_DPI = 195.0


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
                own = pdf.text_page(path, number)
                if own is not None:
                    return self._embedded(path, own, with_codes=kind == "scan" or pdf.has_image(path, number))
                raster = pdf.raster(path, number, self._limits)
                scanned = pdf.scanned_dpi(path, number)
            else:
                raster = image.raster(path, number, self._limits)
                scanned = raster.dpi
        except Unreadable as problem:
            return Page(number, 595.28, 841.89, warnings=(f"Page {number} cannot be read: {problem.message}",))
        except (OSError, ValueError, SyntaxError) as problem:
            return Page(number, 595.28, 841.89, warnings=(f"Page {number} cannot be read: {problem}.",))
        return self._scanned(raster, number, scanned)

    def _embedded(self, path: Path, page: Page, *, with_codes: bool) -> Page:
        words = tuple(replace(w, text=_clean(w.text)) for w in page.words if _clean(w.text).strip())
        page = replace(page, words=words, text=_clean(page.text))
        if not with_codes:
            return page
        raster = pdf.raster(path, page.number, self._limits, dpi=150.0)
        return replace(page, symbols=self._codes().read(raster, thorough=True))

    def _scanned(self, raster: Raster, number: int, scanned: float) -> Page:
        from dms.adapters.ocr.evidence import measure

        symbols = self._codes().read(raster, thorough=True)
        engine = self._ocr()
        read = engine.recognise(raster)
        upright = _turned(raster, read.rotation)
        words = tuple(replace(w, text=_clean(w.text)) for w in read.words if w.text.strip())
        try:
            evidence = replace(measure(upright, words), dpi=scanned or raster.dpi)
        except DmsError as problem:
            evidence = Evidence(dpi=raster.dpi)
            warnings: tuple[str, ...] = (f"Page {number}: {problem.message}",)
        else:
            warnings = ()
        if 0 < scanned < _LEAST_DPI and not evidence.blank:
            warnings += (f"Page {number} was scanned at {scanned:.0f} dpi; 200 is the least (DA/T 31).",)
        points = 72.0 / raster.dpi
        return Page(
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
            evidence=evidence,
            warnings=warnings,
        )

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


def _clean(text: str) -> str:
    """NFC, no control characters, no blanks between Han characters."""
    told = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode("utf-8"))
    return close_han("".join(c if c >= " " or c in "\n\t" else " " for c in told))


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
