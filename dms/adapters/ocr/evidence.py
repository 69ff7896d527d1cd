"""What a page shows besides text: ink, blankness, skew, red seals, handwriting near signature labels (R4, R12).

Everything is measured on a copy of the page at 100 dpi, so that a page costs some 30 ms. What is found is put before
a person; nothing here decides alone whether a signature is one.
"""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dms.adapters.ocr.pixels import Pixels, as_array, normalised, shrunk
from dms.adapters.ocr.skew import slope
from dms.domain.pages import Box, Evidence, Word
from dms.ports.ocr import Raster

_DPI = 100.0
_MM = _DPI / 25.4
_TO_POINTS = 72.0 / _DPI
_INK = 150
_MARGIN_MM = 4.0
# Ink shares between these two are a person's to judge unless words or a stroke longer than a speck tell.
_BLANK_BELOW = 0.0001
_PAGE_ABOVE = 0.0025
_SPECK_MM = 3.0
_COLOURFUL = 0.0008

# A label is followed by a colon or stands alone: the same words within a sentence ask for no signature.
_SIGN = "(?:签字|簽字|签名|簽名|签章|簽章|盖章|蓋章)"
_WHO = (
    "(?:客户|客戶|(?:经办|經辦|负责|負責|审批|審批|批准|签收|簽收|立卷|检查|檢查|监销|監銷|法定代表|申请|申請)人"
    "|(?:直接|部门|部門|分管)?领导|(?:直接|部門|分管)?領導|部门主管|主管)"
)
_LABEL = re.compile(
    rf"(?:^|(?<=[\s:：；;，,、|/_]))"
    rf"(?:{_WHO}?\s*[（(]?{_SIGN}(?:栏|欄|处|處)?[）)]?|{_WHO}|(?:[A-Za-z']+\s+)?(?:signature|handler|supervisor)"
    rf"|signed|(?:signed|approved|handled|prepared|received)\s+by)(?P<end>\s*[:：]|\s*$)",
    re.IGNORECASE,
)
_RIGHT_MM = 45.0
_BELOW_MM = 16.0
_SURE_PRINT = 0.85
_TALL = 1.45
_INK_IN_BOX = 0.02
_STROKE_MM = 5.0
_MIN_SKEW = 0.2


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The page at 100 dpi: background-normalised red channel, and colours where the scan has any."""

    grey: Pixels
    ink: NDArray[np.bool_]
    colours: Pixels | None


def measure(raster: Raster, words: Sequence[Word]) -> Evidence:
    """Measure one page.

    Args:
        raster: the page upright, as ``words`` count it (turned by ``Recognition.rotation`` already).
        words: what OCR read, boxes in points.
    """
    sheet = _sheet(raster)
    share = _ink_share(sheet)
    skew = slope(sheet.grey, _DPI) if share >= _BLANK_BELOW else 0.0
    return Evidence(
        dpi=raster.dpi,
        ink_share=round(share, 6),
        blank=_is_blank(sheet, share, words),
        skew_degrees=skew,
        seals=_seals(sheet),
        signatures=_signatures(sheet, words, skew),
        colour=_is_colourful(sheet),
    )


def _sheet(raster: Raster) -> _Sheet:
    pixels = as_array(raster)
    scale = _DPI / raster.dpi
    small = shrunk(pixels, max(1, round(raster.width * scale)), max(1, round(raster.height * scale)))
    colours = small if small.ndim == 3 else None
    red = np.ascontiguousarray(small[:, :, 0]) if colours is not None else small
    grey = normalised(red)
    return _Sheet(grey, grey < _INK, colours)


def _inner(ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Leave out the margin, where scanners draw shadows of the sheet's edge."""
    edge = round(_MARGIN_MM * _MM)
    return ink[edge:-edge, edge:-edge] if min(ink.shape) > 4 * edge else ink


def _ink_share(sheet: _Sheet) -> float:
    return float(_inner(sheet.ink).mean())


def _is_blank(sheet: _Sheet, share: float, words: Sequence[Word]) -> bool:
    """Nothing a person would miss: hardly any ink, or in the review band only specks and no word."""
    if words or share >= _PAGE_ABOVE:
        return False
    if share < _BLANK_BELOW:
        return True
    _, _, stats, _ = cv2.connectedComponentsWithStats(_inner(sheet.ink).astype(np.uint8), connectivity=8)
    longest = stats[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(initial=0)
    return bool(longest < _SPECK_MM * _MM)


def _is_colourful(sheet: _Sheet) -> bool:
    if sheet.colours is None:
        return False
    red, green, blue = cv2.split(sheet.colours)
    spread = cv2.subtract(cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue))
    return bool((spread > 60).mean() > _COLOURFUL)


def _seals(sheet: _Sheet) -> tuple[Box, ...]:
    """Find round or oval red seals: square components of 15 to 60 mm whose corners are empty."""
    if sheet.colours is None:
        return ()
    hsv = cv2.cvtColor(sheet.colours, cv2.COLOR_RGB2HSV)
    hue, saturation, value = hsv[:, :, 0], hsv[:, :, 1], hsv[:, :, 2]
    red: Pixels = (((hue < 12) | (hue > 165)) & (saturation > 60) & (value > 70)).astype(np.uint8)
    if red.sum() < 150:
        return ()
    rule = round(22 * _MM)
    for kernel in (np.ones((1, rule), np.uint8), np.ones((rule, 1), np.uint8)):
        rules = cv2.dilate(cv2.morphologyEx(red, cv2.MORPH_OPEN, kernel), np.ones((3, 3), np.uint8))
        red = np.asarray(cv2.subtract(red, rules), dtype=np.uint8)
    closed = cv2.morphologyEx(red, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (17, 17)))
    outlines, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for outline in outlines:
        x, y, width, height = cv2.boundingRect(outline)
        if min(width, height) < 15 * _MM or max(width, height) > 60 * _MM or not 0.66 <= width / height <= 1.5:
            continue
        part = np.zeros((height, width), np.uint8)
        cv2.fillPoly(part, [outline], 1, offset=(-x, -y))
        if part.mean() >= 0.5 and _has_empty_corners(part):
            found.append(_to_box(x, y, x + width, y + height))
    return tuple(found)


def _has_empty_corners(part: Pixels) -> bool:
    """A circle leaves its corners free; a heading, a stamp with a frame or a photograph does not."""
    height, width = part.shape
    rows, columns = max(1, height // 8), max(1, width // 8)
    corners = (part[:rows, :columns], part[:rows, -columns:], part[-rows:, :columns], part[-rows:, -columns:])
    return sum(float(corner.mean()) < 0.25 for corner in corners) >= 3


def _signatures(sheet: _Sheet, words: Sequence[Word], skew: float) -> tuple[Box, ...]:
    """Find handwriting to the right of signature labels, or below them where the right is taken."""
    labels = [(word, match) for word in words for match in _LABEL.finditer(word.text) if _is_label(word, match)]
    if not labels:
        return ()
    strokes = _strokes(sheet, skew)
    lean = abs(math.tan(math.radians(skew)))
    usual = statistics.median(_height(w, lean) for w in words)
    printed = [w.box for w in words if _is_print(w, lean, usual)]
    found: list[Box] = []
    for word, match in labels:
        label = _part(word, match.start(), match.end())
        others = [box for box in printed if box is not word.box]
        if word.box in printed and word.text[match.end() :].strip():
            others.append(_part(word, match.end(), len(word.text)))
        for region in (_right_of(label, others, sheet), _below(label, others, sheet)):
            box = _handwriting(strokes, region, others)
            if box is not None and not any(box.overlaps(other) for other in found):
                found.append(box)
                break
    return tuple(found)


def _is_label(word: Word, match: re.Match[str]) -> bool:
    """With a colon anywhere in the run, without one only as the whole of it."""
    return bool(match["end"].strip()) or match.start() == 0


def _strokes(sheet: _Sheet, skew: float) -> Pixels:
    """Ink without the long rules of tables and underlines, which are looked for on the straightened page."""
    ink = sheet.ink.astype(np.uint8)
    height, width = ink.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), skew, 1.0)
    tilted = abs(skew) >= _MIN_SKEW
    straight = cv2.warpAffine(ink, matrix, (width, height), flags=cv2.INTER_NEAREST) if tilted else ink
    # Two rows at a time: a rule wavers by a pixel, and would fall apart in an opening one row high.
    thick = cv2.dilate(straight, np.ones((2, 2), np.uint8))
    rule = round(14 * _MM)
    rules = cv2.bitwise_or(
        cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, rule), np.uint8)),
        cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((rule, 1), np.uint8)),
    )
    if tilted:
        back = cv2.WARP_INVERSE_MAP | cv2.INTER_NEAREST
        rules = cv2.warpAffine(rules, matrix, (width, height), flags=back)
    return np.asarray(cv2.subtract(ink, cv2.dilate(rules, np.ones((3, 3), np.uint8))), dtype=np.uint8)


def _part(word: Word, start: int, end: int) -> Box:
    """Where some characters of a run stand, every character taken as equally wide (Latin ones as half)."""
    sizes = [1.0 if ord(c) > 0x2E80 else 0.55 for c in word.text]
    total = sum(sizes) or 1.0
    x0 = word.box.x0 + word.box.width * sum(sizes[:start]) / total
    return Box(x0, word.box.y0, word.box.x0 + word.box.width * sum(sizes[:end]) / total, word.box.y1)


def _height(word: Word, lean: float) -> float:
    """Height of a run without what the slope of the page adds to the upright box around it."""
    return max(1.0, word.box.height - lean * word.box.width)


def _is_print(word: Word, lean: float, usual: float) -> bool:
    """Print is read surely and is about as tall as the other runs; handwriting is one or the other, seldom both."""
    return word.confidence >= _SURE_PRINT and _height(word, lean) <= _TALL * usual


def _right_of(label: Box, printed: Sequence[Box], sheet: _Sheet) -> Box:
    height = label.height
    end = min(label.x1 + _RIGHT_MM * 72 / 25.4, sheet.grey.shape[1] * _TO_POINTS)
    for box in printed:
        if box.x0 >= label.x1 - 2 and min(box.y1, label.y1) - max(box.y0, label.y0) > 0.4 * height:
            end = min(end, box.x0 - 1)
    return Box(label.x1 + 1, label.y0 - 0.35 * height, end, label.y1 + 0.35 * height)


def _below(label: Box, printed: Sequence[Box], sheet: _Sheet) -> Box:
    end = min(label.y1 + _BELOW_MM * 72 / 25.4, sheet.grey.shape[0] * _TO_POINTS)
    right = label.x1 + 25
    for box in printed:
        if box.y0 >= label.y1 - 2 and min(box.x1, right) - max(box.x0, label.x0) > 2:
            end = min(end, box.y0 - 1)
    return Box(label.x0, label.y1 + 1, right, end)


def _handwriting(strokes: Pixels, region: Box, printed: Sequence[Box]) -> Box | None:
    """Return the box of handwriting-like ink in ``region`` (points), None where there is too little."""
    if region.width < 14 or region.height < 6:
        return None
    x0, y0 = max(0, int(region.x0 / _TO_POINTS)), max(0, int(region.y0 / _TO_POINTS))
    x1, y1 = int(region.x1 / _TO_POINTS), int(region.y1 / _TO_POINTS)
    part = strokes[y0:y1, x0:x1].copy()
    if part.size == 0:
        return None
    for box in printed:
        px0, py0 = int(box.x0 / _TO_POINTS) - x0, int(box.y0 / _TO_POINTS) - y0
        px1, py1 = int(box.x1 / _TO_POINTS) - x0 + 1, int(box.y1 / _TO_POINTS) - y0 + 1
        if px1 > 0 and py1 > 0:
            part[max(0, py0) : py1, max(0, px0) : px1] = 0
    _, labels, stats, _ = cv2.connectedComponentsWithStats(part, connectivity=8)
    # Specks, colons and the rests of rules are no handwriting.
    large = [i for i in range(1, len(stats)) if max(stats[i, 2], stats[i, 3]) >= 1.2 * _MM and stats[i, 4] >= 6]
    if not large or part.sum() / part.size < _INK_IN_BOX:
        return None
    rows, columns = np.nonzero(np.isin(labels, large))
    if columns.max() - columns.min() < _STROKE_MM * _MM:
        return None
    return _to_box(x0 + int(columns.min()), y0 + int(rows.min()), x0 + int(columns.max()), y0 + int(rows.max()))


def _to_box(x0: int, y0: int, x1: int, y1: int) -> Box:
    return Box(*(round(v * _TO_POINTS, 2) for v in (x0, y0, x1, y1)))
