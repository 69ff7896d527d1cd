"""The OCR port: an upright or turned raster in, runs of text with boxes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from dms.domain.pages import Word


@dataclass(frozen=True, slots=True)
class Raster:
    """Uncompressed pixels, row by row from the top left, no padding.

    Attributes:
        channels: 1 (grey) or 3 (RGB).
        data: ``width * height * channels`` bytes; a memoryview of an array is welcome.
        dpi: pixels per inch.
    """

    width: int
    height: int
    channels: int
    data: bytes | memoryview
    dpi: float


@dataclass(frozen=True, slots=True)
class Recognition:
    """What an engine read.

    Attributes:
        words: boxes in points (72/dpi × pixels) of the raster *after* turning it by ``rotation``, reading order.
        rotation: degrees clockwise (0, 90, 180, 270) by which the raster had to be turned to read upright.
        confidence: mean over words weighted by length, 0..1; 0 where nothing was read.
    """

    words: tuple[Word, ...]
    rotation: int
    confidence: float


class OcrEngine(Protocol):
    """One engine. Loaded once per process; not thread-safe."""

    @property
    def name(self) -> str:
        """Engine, version and runtime, kept with each page (``rapidocr 3.10.0 openvino``)."""
        ...

    def recognise(self, raster: Raster) -> Recognition:
        """Read one page.

        Raises:
            MissingProgram: where the engine or its language data is not installed.
            Unavailable: where the engine failed on this page.
        """
        ...
