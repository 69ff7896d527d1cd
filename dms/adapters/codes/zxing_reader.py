"""Reads QR codes with zxing-cpp: the red channel at 150 dpi, then at 300, then a cascade where a symbol is suspected.

Only full QR codes (Model 2) are asked for: a Micro QR is read into noise now and then. Each symbol stands alone; what
it says is trusted only after its check, which is not this module's business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from dms.domain.pages import Box, Symbol
from dms.ports.ocr import Raster

Pixels = NDArray[np.uint8]
_MARK = "DMS1:"
_FORMATS = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)
_FIRST_DPI, _SECOND_DPI = 150.0, 300.0


class ZxingReader:
    """See :class:`dms.ports.codes.CodeReader`."""

    def read(self, raster: Raster, *, thorough: bool = True) -> tuple[Symbol, ...]:
        """Return every QR text on the page, one entry a place."""
        grey = _grey(raster)
        found: list[Symbol] = []
        suspected = False
        for dpi in (_FIRST_DPI, _SECOND_DPI):
            scale = dpi / raster.dpi
            if dpi == _SECOND_DPI and abs(scale - 1) < 0.1:
                scale = 1.0
            if scale > 1.6 and dpi == _FIRST_DPI:
                continue
            new, broken = _decode(_scaled(grey, scale), raster.dpi * scale)
            _merge(found, new)
            suspected = suspected or broken
            if _ours(found) or not thorough:
                return tuple(found)
        if suspected or _looks_like_code(_scaled(grey, _FIRST_DPI / raster.dpi)):
            for image, dpi in _cascade(grey, raster.dpi):
                new, _ = _decode(image, dpi)
                _merge(found, new)
                if _ours(found):
                    break
        return tuple(found)


def _grey(raster: Raster) -> Pixels:
    flat = np.frombuffer(raster.data, dtype=np.uint8)
    if raster.channels == 1:
        return flat.reshape(raster.height, raster.width)
    return np.ascontiguousarray(flat.reshape(raster.height, raster.width, 3)[:, :, 0])


def _scaled(image: Pixels, scale: float) -> Pixels:
    if abs(scale - 1) < 0.02:
        return image
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=method), dtype=np.uint8)


def _decode(image: Pixels, dpi: float) -> tuple[list[Symbol], bool]:
    """Return the symbols read, and whether one was seen that could not be read."""
    results = zxingcpp.read_barcodes(image, formats=_FORMATS, text_mode=zxingcpp.TextMode.Plain, return_errors=True)
    points = 72.0 / dpi
    good = [Symbol(r.text, _box(r.position, points)) for r in results if r.valid and r.text]
    return good, any(not r.valid for r in results)


def _box(position: Any, points: float) -> Box:
    corners = [position.top_left, position.top_right, position.bottom_right, position.bottom_left]
    xs, ys = [c.x * points for c in corners], [c.y * points for c in corners]
    return Box(min(xs), min(ys), max(xs), max(ys))


def _merge(found: list[Symbol], new: list[Symbol]) -> None:
    """Add symbols not read at the same place before."""
    for symbol in new:
        if not any(symbol.text == old.text and symbol.box.overlaps(old.box) for old in found):
            found.append(symbol)


def _ours(found: list[Symbol]) -> bool:
    return any(_MARK in s.text.upper() for s in found)


def _looks_like_code(image: Pixels) -> bool:
    """Look for finder patterns: a dark square in a light ring in a dark ring. Cheap: contours of a 150-dpi page."""
    _, dark = cv2.threshold(cv2.GaussianBlur(image, (3, 3), 0), 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    contours, tree = cv2.findContours(dark, cv2.RETR_TREE, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return False
    patterns = 0
    for inner, (_, _, _, ring) in enumerate(tree[0]):
        if ring < 0:
            continue
        outer = int(tree[0][ring][3])
        if outer < 0:
            continue
        areas = [cv2.contourArea(contours[i]) for i in (inner, ring, outer)]
        if areas[0] < 12 or not (0.2 < areas[0] / max(areas[1], 1) < 0.75 and 0.3 < areas[1] / max(areas[2], 1) < 0.8):
            continue
        _, _, width, height = cv2.boundingRect(contours[outer])
        if 0.6 < width / height < 1.6:
            patterns += 1
            if patterns >= 2:
                return True
    return False


def _cascade(grey: Pixels, dpi: float) -> Iterator[tuple[Pixels, float]]:
    """Yield the page mended in different ways, the most rewarding first, each with its resolution."""
    native = _scaled(grey, _SECOND_DPI / dpi) if abs(dpi - _SECOND_DPI) > 30 else grey
    at = _SECOND_DPI if abs(dpi - _SECOND_DPI) > 30 else dpi
    kernel = np.ones((3, 3), np.uint8)
    steps: tuple[tuple[Callable[[Pixels], Any], float], ...] = (
        (lambda i: cv2.GaussianBlur(i, (5, 5), 0), 1.0),
        (lambda i: cv2.resize(i, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC), 2.0),
        (lambda i: cv2.morphologyEx(i, cv2.MORPH_OPEN, kernel), 1.0),
        (lambda i: cv2.morphologyEx(i, cv2.MORPH_CLOSE, kernel), 1.0),
        (lambda i: cv2.resize(i, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), 0.5),
        (lambda i: cv2.medianBlur(i, 5), 1.0),
        (lambda i: cv2.createCLAHE(clipLimit=3.0, tileGridSize=(8, 8)).apply(i), 1.0),
        (lambda i: cv2.resize(i, None, fx=0.66, fy=0.66, interpolation=cv2.INTER_AREA), 0.66),
    )  # fmt: skip
    for step, scale in steps:
        yield np.asarray(step(native), dtype=np.uint8), at * scale
