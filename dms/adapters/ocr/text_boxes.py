"""Text lines out of the detector's map: the published post-processing of PP-OCR's detector (DB), by OpenCV alone."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from dms.adapters.ocr.pixels import Quads

_TEXT = 0.3
_SURE = 0.5
# The network is taught to mark lines shrunk by this ratio of area to outline.
_UNCLIP = 1.6
_LEAST_SIDE = 3.0
_LEAST_GROWN_SIDE = 5.0


def text_boxes(probability: NDArray[np.float32], width: int, height: int) -> Quads:
    """Return text lines as quads (n, 4, 2) in pixels of the page, corners clockwise from the top left.

    Args:
        probability: the detector's map (rows, columns), 0..1.
        width: of the page in pixels.
        height: the same.
    """
    mask = cv2.dilate((probability > _TEXT).astype(np.uint8), np.ones((2, 2), np.uint8))
    outlines, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    quads = []
    for outline in outlines:
        middle, (across, down), angle = cv2.minAreaRect(outline)
        if min(across, down) < _LEAST_SIDE:
            continue
        if _mean_inside(probability, np.asarray(cv2.boxPoints((middle, (across, down), angle)), np.float32)) < _SURE:
            continue
        grow = 2 * _UNCLIP * across * down / (2 * (across + down))
        if min(across, down) + grow >= _LEAST_GROWN_SIDE:
            quads.append(cv2.boxPoints((middle, (across + grow, down + grow), angle)))
    if not quads:
        return np.zeros((0, 4, 2), dtype=np.float32)
    rows, columns = probability.shape
    scaled = np.stack(quads) * np.array([width / columns, height / rows])
    found = _clockwise(np.clip(scaled, 0, [width - 1, height - 1]).astype(np.float32))
    sides = np.linalg.norm(found[:, [1, 3]] - found[:, [0, 0]], axis=2)
    return np.ascontiguousarray(found[(sides > _LEAST_SIDE + 1).all(axis=1)])


def _mean_inside(probability: NDArray[np.float32], corners: NDArray[np.float32]) -> float:
    low = np.clip(np.floor(corners.min(axis=0)).astype(int), 0, None)
    high = np.ceil(corners.max(axis=0)).astype(int) + 1
    part = probability[low[1] : high[1], low[0] : high[0]]
    inside = np.zeros(part.shape, np.uint8)
    cv2.fillPoly(inside, [(corners - low).astype(np.int32)], 1)
    return float(cv2.mean(part, inside)[0])


def _clockwise(quads: Quads) -> Quads:
    """Order corners: of the two leftmost the upper one first, then the upper and the lower of the two rightmost."""
    by_x = np.take_along_axis(quads, np.argsort(quads[:, :, 0], axis=1, kind="stable")[:, :, None], axis=1)
    left, right = by_x[:, :2], by_x[:, 2:]
    left = np.take_along_axis(left, np.argsort(left[:, :, 1], axis=1, kind="stable")[:, :, None], axis=1)
    right = np.take_along_axis(right, np.argsort(right[:, :, 1], axis=1, kind="stable")[:, :, None], axis=1)
    return np.stack((left[:, 0], right[:, 0], right[:, 1], left[:, 1]), axis=1)
