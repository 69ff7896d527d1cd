"""RapidOCR (PP-OCR models) as measured best: red channel, small detector first, the full one where that fell short."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from dms.adapters.ocr import lines, orientation, rapidocr_models
from dms.adapters.ocr.pixels import Pixels, Quads, as_array, bounding_box, red_channel, shrunk, turned_quads
from dms.adapters.ocr.text_boxes import text_boxes
from dms.domain.hantext import reading_order
from dms.domain.pages import Word
from dms.errors import DmsError, Unavailable
from dms.ports.ocr import Raster, Recognition
from dms.said import Said

FIRST_SIDE = 960
FULL_SIDE = 2000
_KEEP = 0.5
_DOUBTFUL = 0.85
_POOR = 0.90
_MISSED = 0.20

_Line = list[lines.Run]


class RapidOcrEngine:
    """One process's RapidOCR; one thread.

    Args:
        runtime: ``openvino`` or ``onnxruntime``.
        side: longest side the detector sees at first; 0 goes to the full detector at once.
        precision: ``full`` or ``int8``.

    Raises:
        MissingProgram: where RapidOCR, its models or the runtime are not installed.
    """

    def __init__(self, runtime: str, side: int = FIRST_SIDE, *, precision: str = "full") -> None:
        self._models = rapidocr_models.load(runtime, precision)
        self._side = side
        cv2.setNumThreads(1)

    @property
    def name(self) -> str:
        """Package, version and runtime."""
        return self._models.name

    def recognise(self, raster: Raster) -> Recognition:
        """Read one page.

        Raises:
            Unavailable: where the network failed on this page.
        """
        grey = red_channel(as_array(raster))
        try:
            if not self._side:
                return self._read(grey, FULL_SIDE, raster.dpi)[0]
            first, quads = self._read(grey, self._side, raster.dpi)
            if max(grey.shape) <= self._side or not _falls_short(grey, first, quads):
                return first
            second, _ = self._read(grey, FULL_SIDE, raster.dpi)
            return second if _worth(second) > _worth(first) else first
        except DmsError:
            raise
        except Exception as error:  # the packages raise bare exceptions of many kinds; one page must not end the worker
            raise Unavailable(
                Said("The OCR engine failed on this page ({name}).", name=type(error).__name__),
                Said('Try again; if it stays, set ocr = "tesseract" and ingest the file anew.'),
            ) from error

    def _read(self, grey: Pixels, side: int, dpi: float) -> tuple[Recognition, Quads]:
        quads = self._detect(grey, side)
        if not len(quads):
            return Recognition((), 0, 0.0), quads
        height, width = grey.shape
        turn = 90 if orientation.is_sideways(quads) else 0
        chosen = orientation.probes(quads)
        done = self._lines(grey, [_rolled(quads[i], turn) for i in chosen])
        sure = orientation.weight(_pairs(done))
        if turn or sure < _DOUBTFUL:
            flipped = self._lines(grey, [_rolled(quads[i], turn + 180) for i in chosen])
            if orientation.weight(_pairs(flipped)) > sure:
                turn, done = turn + 180, flipped
        rest = [i for i in range(len(quads)) if i not in set(chosen)]
        read = dict(zip(chosen, done, strict=True))
        read |= dict(zip(rest, self._lines(grey, [_rolled(quads[i], turn) for i in rest]), strict=True))
        upright = turned_quads(quads, turn, width, height)
        words = reading_order([word for i in range(len(quads)) for word in _words(read[i], upright[i], 72.0 / dpi)])
        confidence = orientation.weight([(w.text, w.confidence) for w in words])
        return Recognition(words, turn, round(confidence, 4)), quads

    def _detect(self, grey: Pixels, side: int) -> Quads:
        """Return quads (n, 4, 2) of text lines in pixels, corners clockwise from the top left."""
        height, width = grey.shape
        scale = min(1.0, side / max(height, width))
        size = (max(32, round(width * scale / 32) * 32), max(32, round(height * scale / 32) * 32))
        small = shrunk(grey, *size)
        plane = small.astype(np.float32) / 127.5 - 1.0
        found = self._models.detector(np.ascontiguousarray(np.broadcast_to(plane, (1, 3, *plane.shape))))
        return text_boxes(found[0, 0], width, height)

    def _lines(self, grey: Pixels, quads: Sequence[Quads]) -> list[_Line]:
        """Read lines; like widths go together, so that little padding is computed and few shapes are compiled."""
        crops = [lines.crop(grey, quad) for quad in quads]
        result: list[_Line] = [[] for _ in crops]
        for width, some in lines.batches([cut.shape[1] for cut in crops]):
            scores = self._models.reader(lines.batch([crops[i] for i in some], width))
            for row, i in enumerate(some):
                glyphs = lines.glyphs(scores[row], logits=self._models.logits)
                result[i] = lines.runs(glyphs, self._models.characters, crops[i].shape[1] / width)
        return result


def _rolled(quad: Quads, turn: int) -> Quads:
    """Return a quad's corners beginning with the one that is top left once the page was turned by ``turn``."""
    return np.roll(quad, {0: 0, 90: 1, 180: 2, 270: 3}[turn % 360], axis=0)


def _pairs(found: Sequence[_Line]) -> list[tuple[str, float]]:
    return [(run.text, run.confidence) for line in found for run in line]


def _words(line: _Line, quad: Quads, scale: float) -> list[Word]:
    words = []
    for run in line:
        if run.confidence < _KEEP:
            continue
        top, bottom = quad[1] - quad[0], quad[2] - quad[3]
        corners = np.stack(
            (
                quad[0] + top * run.start,
                quad[0] + top * run.end,
                quad[3] + bottom * run.end,
                quad[3] + bottom * run.start,
            )
        )
        words.append(Word(run.text, bounding_box(corners, scale), round(run.confidence, 4)))
    return words


def _worth(found: Recognition) -> float:
    """How much was read and how surely: doubtful characters count little."""
    return sum(len(w.text) * max(0.0, w.confidence - 0.3) for w in found.words)


def _falls_short(grey: Pixels, found: Recognition, quads: Quads) -> bool:
    """True where the reading is doubtful, or ink of the size of text lies outside every detected line."""
    if found.words and found.confidence < _POOR:
        return True
    return missed_share(grey, quads) > _MISSED


def missed_share(grey: Pixels, quads: Quads) -> float:
    """Return the share of text-sized ink outside ``quads`` (n, 4, 2) in all text-sized ink, 0..1."""
    scale = min(1.0, FIRST_SIDE / max(grey.shape))
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    small = shrunk(grey, *size)
    ink = cv2.adaptiveThreshold(small, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 18)
    long = max(20, size[0] // 24)
    for kernel in (np.ones((1, long), np.uint8), np.ones((long, 1), np.uint8)):
        ink = cv2.subtract(ink, cv2.dilate(cv2.morphologyEx(ink, cv2.MORPH_OPEN, kernel), np.ones((3, 3), np.uint8)))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    height, width, area = stats[:, cv2.CC_STAT_HEIGHT], stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_AREA]
    fits = (height >= 4) & (height <= 40) & (width <= 60) & (area >= 8)
    fits[0] = False
    if count < 2 or not fits.any():
        return 0.0
    inside = np.zeros(ink.shape, np.uint8)
    cv2.fillPoly(inside, [np.round(q * scale).astype(np.int32) for q in quads], 1)
    text = fits[labels]
    total = int(text.sum())
    # A page with a speck or a page number only is not missing text.
    return float((text & (inside == 0)).sum()) / total if total > 150 else 0.0
