"""The engine that reads nothing: for archives whose files bring their own text, and for tests."""

from __future__ import annotations

from dms.ports.ocr import Raster, Recognition


class NullEngine:
    """Answers every page with no words, upright."""

    name = "none"

    def recognise(self, raster: Raster) -> Recognition:
        """Return nothing."""
        return Recognition(words=(), rotation=0, confidence=0.0)
