"""The port for two-dimensional codes: pixels in, texts with boxes out; and the way back."""

from __future__ import annotations

from typing import Protocol

from dms.domain.pages import Symbol
from dms.ports.ocr import Raster


class CodeReader(Protocol):
    """Finds QR codes on a page in any rotation. A broken or foreign symbol never hides another one."""

    def read(self, raster: Raster, *, thorough: bool = True) -> tuple[Symbol, ...]:
        """Return every QR text on the page, boxes in points of the raster as given.

        Args:
            raster: the page.
            thorough: go on with the slower passes where a symbol of ours is suspected but not read.
        """
        ...


class CodePainter(Protocol):
    """Makes QR symbols."""

    def matrix(self, text: str, *, level: str) -> tuple[tuple[bool, ...], ...]:
        """Return the modules of a QR symbol without quiet zone, row by row, True is dark.

        Args:
            text: what it says, QR alphanumeric set preferred.
            level: error correction ``L``, ``M``, ``Q`` or ``H``.
        """
        ...
