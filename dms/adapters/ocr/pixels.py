"""Pixels as arrays: rasters in, the channel OCR reads, quarter turns of images and boxes."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from dms.domain.pages import Box
from dms.errors import Unavailable
from dms.ports.ocr import Raster
from dms.said import Said

Pixels = NDArray[np.uint8]
Quads = NDArray[np.float32]


def as_array(raster: Raster) -> Pixels:
    """Return a raster's pixels, shape (height, width) or (height, width, 3), without copying.

    Raises:
        Unavailable: where the data is shorter or longer than width, height and channels say.
    """
    if raster.channels not in (1, 3) or len(memoryview(raster.data).cast("B")) != (
        raster.width * raster.height * raster.channels
    ):
        raise Unavailable(
            Said("The page's pixels do not fit its size."), Said("This is a fault of the program; please report it.")
        )
    flat: Pixels = np.frombuffer(raster.data, dtype=np.uint8)
    if raster.channels == 1:
        return flat.reshape(raster.height, raster.width)
    return flat.reshape(raster.height, raster.width, 3)


def red_channel(pixels: Pixels) -> Pixels:
    """Return the red channel: red seals vanish in it, black and blue ink stay (grey pages as they are)."""
    return pixels if pixels.ndim == 2 else np.ascontiguousarray(pixels[:, :, 0])


def shrunk(pixels: Pixels, width: int, height: int) -> Pixels:
    """Return pixels at another size, every source pixel counted.

    Halving by linear interpolation is an exact mean of four and a quarter of OpenCV's area method's cost.
    """
    while pixels.shape[1] >= 2 * width and pixels.shape[0] >= 2 * height:
        half = (pixels.shape[1] // 2, pixels.shape[0] // 2)
        pixels = np.asarray(cv2.resize(pixels, half, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


def turned(pixels: Pixels, degrees: int) -> Pixels:
    """Return pixels turned clockwise by 0, 90, 180 or 270 degrees."""
    return pixels if degrees == 0 else np.ascontiguousarray(np.rot90(pixels, k=-degrees // 90))


def turned_quads(quads: Quads, degrees: int, width: int, height: int) -> Quads:
    """Turn quads (n, 4, 2) of a ``width`` x ``height`` image with it, corners again clockwise from the top left."""
    x, y = quads[:, :, 0], quads[:, :, 1]
    if degrees == 90:
        out, shift = np.stack((height - y, x), axis=2), 3
    elif degrees == 180:
        out, shift = np.stack((width - x, height - y), axis=2), 2
    elif degrees == 270:
        out, shift = np.stack((y, width - x), axis=2), 1
    else:
        return quads
    # The corner that was bottom left becomes top left at 90 degrees, and so on.
    return np.ascontiguousarray(np.roll(out, -shift, axis=1), dtype=np.float32)


def normalised(grey: Pixels) -> Pixels:
    """Divide by the paper: shadows, folds and tints of the background go, ink stays dark on white."""
    height, width = grey.shape
    scale = max(1.0, max(height, width) / 400.0)
    small = shrunk(grey, max(1, int(width / scale)), max(1, int(height / scale)))
    paper = cv2.medianBlur(cv2.dilate(small, np.ones((5, 5), np.uint8)), 7)
    full = cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)
    return cv2.divide(grey, full, scale=255).astype(np.uint8, copy=False)


def bounding_box(points: NDArray[Any], scale: float) -> Box:
    """Return the upright box around points (n, 2) in pixels, times ``scale`` (points per pixel)."""
    low, high = points.min(axis=0), points.max(axis=0)
    return Box(
        round(float(low[0]) * scale, 2),
        round(float(low[1]) * scale, 2),
        round(float(high[0]) * scale, 2),
        round(float(high[1]) * scale, 2),
    )
