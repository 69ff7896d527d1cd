"""Bare paper, known by its ink before any network looks: the blank backs of a stack scanned on both sides.

Much stricter than "blank" in the evidence, which a person may judge: print too faint for that is still text. What is
not surely bare goes to the detector as ever; a mistake on that side costs a little time only.
"""

from __future__ import annotations

import cv2
import numpy as np

from dms.adapters.ocr.pixels import as_array, normalised, red_channel, shrunk
from dms.ports.ocr import Raster

_DPI = 100.0
_MM = _DPI / 25.4
# A trace is darker than the paper by an eighth: four times fainter than what counts as ink.
_TRACE = 223
# Most pages are told by a look at their dark pixels; a page this dark may be bare, and is looked at all the same.
_DARK = 128
_PLAINLY_WRITTEN = 0.02
_EDGE_MM = 2.0
_SPECK_MM = 0.8
_MOST_SPECKS = 40


def is_bare(raster: Raster) -> bool:
    """True where the page shows nothing but paper, a few specks of dust and the shadow of the sheet's edge.

    Measured on the red channel, which is all that the detector sees: a page with only a red seal is bare too.
    """
    grey = red_channel(as_array(raster))
    scale = _DPI / raster.dpi
    small = shrunk(grey, max(1, round(raster.width * scale)), max(1, round(raster.height * scale)))
    if (small < _DARK).mean() > _PLAINLY_WRITTEN:
        return False
    trace = (normalised(small) < _TRACE).astype(np.uint8)
    # Dots of one character join; each grows by a pixel on every side.
    _, _, stats, _ = cv2.connectedComponentsWithStats(cv2.dilate(trace, np.ones((3, 3), np.uint8)), connectivity=8)
    left, top = stats[1:, cv2.CC_STAT_LEFT], stats[1:, cv2.CC_STAT_TOP]
    across, down = stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT]
    height, width = trace.shape
    edge = _EDGE_MM * _MM
    lying = (down <= edge) & ((top == 0) | (top + down == height))
    standing = (across <= edge) & ((left == 0) | (left + across == width))
    marks = np.maximum(across, down)[~(lying | standing)]
    return bool(len(marks) <= _MOST_SPECKS and (marks <= _SPECK_MM * _MM + 2).all())
