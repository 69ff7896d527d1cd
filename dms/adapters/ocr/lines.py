"""Text lines as networks want them: crops out of a page, characters and their places out of probabilities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from dms.adapters.ocr.pixels import Pixels, Quads
from dms.domain.hantext import close_han

HEIGHT = 48
_MAX_ASPECT = 50.0
# Centre-to-centre distance of two characters, in line heights, from which they stand in different columns. A detected
# line is about 1.3 characters high, so this is near three blank squares; justified labels ("姓    名") stay together.
_COLUMN_GAP = 2.8
_EDGE = 0.5
# The network makes one step of every eight pixels.
_STEP = 8.0
_COLUMNS = 640
_MOST_LINES = 8
_ROUNDING = ((320, 32), (768, 64), (1 << 30, 128))
# A short line alone in a narrow batch is read worse than beside blank paper: of 24 places of a two-character name with
# a rare character, 11 were right without this floor, 24 with it (20 with the batches of six lines of any width).
_LEAST_WIDTH = 224


@dataclass(frozen=True, slots=True)
class Run:
    """Some characters of one line.

    Attributes:
        start: left edge as a share of the line's length, 0..1.
        end: right edge, the same.
    """

    text: str
    confidence: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The characters of one line as the network numbers them.

    Attributes:
        steps: of the whole line, padding included.
        places: step of each character.
        columns: column of each character in the network's output.
        sure: probability of each character.
    """

    steps: int
    places: NDArray[np.intp]
    columns: NDArray[np.intp]
    sure: NDArray[np.float32]


def crop(grey: Pixels, quad: Quads) -> Pixels:
    """Cut a line (4, 2) out of a page and bring it to 48 pixels height; the first corner becomes the top left."""
    across = max(_distance(quad[0], quad[1]), _distance(quad[3], quad[2]), 1.0)
    down = max(_distance(quad[0], quad[3]), _distance(quad[1], quad[2]), 1.0)
    width = int(min(max(round(HEIGHT * across / down), 8), HEIGHT * _MAX_ASPECT))
    # Tall print is taken at its own size first: a straight warp to 48 pixels would skip pixels of thin strokes.
    grow = max(1, int(down // HEIGHT))
    size = (width * grow, HEIGHT * grow)
    target = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(np.ascontiguousarray(quad, dtype=np.float32), target)
    cut: Any = cv2.warpPerspective(grey, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    if grow > 1:
        cut = cv2.resize(cut, (width, HEIGHT), interpolation=cv2.INTER_AREA)
    return np.asarray(cut, dtype=np.uint8)


def batch(crops: list[Pixels], width: int) -> NDArray[np.float32]:
    """Return crops as one batch (n, 3, 48, width) in -1..1, padded on the right with the networks' own zero."""
    out = np.zeros((len(crops), 3, HEIGHT, width), dtype=np.float32)
    for index, cut in enumerate(crops):
        out[index, :, :, : cut.shape[1]] = cut.astype(np.float32) / 127.5 - 1.0
    return out


def batches(widths: Sequence[int]) -> Iterator[tuple[int, list[int]]]:
    """Group lines for the network: the padded width of each group, and which lines are in it, widest first.

    About 640 columns a call, like widths together: a quarter of all columns was padding when six lines of any width
    shared a call. Widths are rounded up, coarser the wider, so that few shapes are compiled.
    """
    order = sorted(range(len(widths)), key=lambda i: -widths[i])
    start = 0
    while start < len(order):
        widest = widths[order[start]]
        step = next(s for most, s in _ROUNDING if widest <= most)
        width = max(_LEAST_WIDTH, -(-widest // step) * step)
        count = min(max(_COLUMNS // width, 1), _MOST_LINES)
        yield width, order[start : start + count]
        start += count


def glyphs(scores: NDArray[np.float32], *, logits: bool) -> Glyphs:
    """Find the characters in one line's scores and how sure each is.

    Args:
        scores: (steps, characters); column 0 is the blank between characters.
        logits: scores are logits, so that the probability is the softmax; it is computed where a character stands.
    """
    best = scores.argmax(axis=1)
    keep = best != 0
    keep[1:] &= best[1:] != best[:-1]
    places = np.flatnonzero(keep)
    columns = best[places]
    top = scores[places, columns]
    if logits and len(places):
        top = 1.0 / np.exp(scores[places] - top[:, None]).sum(axis=1)
    return Glyphs(scores.shape[0], places, columns, top)


def runs(found: Glyphs, characters: tuple[str, ...], used: float) -> list[Run]:
    """Turn one line's characters into runs of text, parted where columns part.

    Args:
        found: the characters, by column of the network's output.
        characters: what the columns mean.
        used: share of the steps that lie within the crop; the rest is padding.
    """
    if not len(found.places):
        return []
    height = HEIGHT / _STEP
    length = max(1.0, found.steps * used)
    glyphs = [
        (characters[column], float(sure), float(place) + 0.5)
        for place, column, sure in zip(found.places, found.columns, found.sure, strict=True)
    ]
    groups: list[list[tuple[str, float, float]]] = [[]]
    for glyph in glyphs:
        if glyph[0].isspace() and not groups[-1]:
            continue
        solid = [g for g in groups[-1] if not g[0].isspace()]
        if solid and not glyph[0].isspace() and glyph[2] - solid[-1][2] > _COLUMN_GAP * height:
            groups.append([])
        groups[-1].append(glyph)
    result = []
    for number, group in enumerate(groups):
        while group and group[-1][0].isspace():
            group.pop()
        if not group:
            continue
        # Outer edges are the detector's; inner ones lie half a character beside the outermost middles.
        start = 0.0 if number == 0 else (group[0][2] - _EDGE * height) / length
        end = 1.0 if number == len(groups) - 1 else (group[-1][2] + _EDGE * height) / length
        text = close_han("".join(g[0] for g in group).strip())
        if text:
            result.append(Run(text, sum(g[1] for g in group) / len(group), max(0.0, start), min(1.0, end)))
    return result


def _distance(one: Quads, other: Quads) -> float:
    return float(np.linalg.norm(one - other))
