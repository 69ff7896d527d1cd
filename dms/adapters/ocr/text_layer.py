"""Invisible text over a page image: every word in its own box, so that a hit is highlighted where it is seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dms.adapters.ocr.invisible_font import ASCENT, DESCENT, InvisibleFont
from dms.domain.pages import Word

FONT = "DmsText"
_EM = (ASCENT - DESCENT) / 1000.0


@dataclass(frozen=True, slots=True)
class Frame:
    """How a displayed page lies in its PDF user space.

    Attributes:
        width: points as displayed, the unit of words' boxes.
        height: the same.
        matrix: a b c d e f, from displayed points (origin bottom left) to user space.
    """

    width: float
    height: float
    matrix: tuple[float, float, float, float, float, float] = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

    @property
    def concat(self) -> str:
        """The ``cm`` operator that makes displayed points the unit."""
        return " ".join(f"{v:.5g}" if abs(v) < 1 else f"{v:.3f}" for v in self.matrix) + " cm"


def frame_of(box: tuple[float, float, float, float], rotation: int, width: float, height: float) -> Frame:
    """Return the frame of a page with a crop box, a total /Rotate and its size as displayed in points."""
    x0, y0, x1, y1 = box
    across = x1 - x0 if rotation % 180 == 0 else y1 - y0
    scale = across / width if width else 1.0
    matrix = {
        0: (scale, 0.0, 0.0, scale, x0, y0),
        90: (0.0, scale, -scale, 0.0, x1, y0),
        180: (-scale, 0.0, 0.0, -scale, x1, y1),
        270: (0.0, -scale, scale, 0.0, x0, y1),
    }[rotation % 360]
    return Frame(width, height, matrix)


def draw(words: Sequence[Word], frame: Frame, font: InvisibleFont, name: str = FONT) -> bytes:
    """Return the content stream that lays words over a page; empty where there are none.

    Args:
        words: with boxes in displayed points.
        frame: of the page.
        font: of the PDF; learns the characters.
        name: resource name of the font on this page.
    """
    shown = [line for word in words for line in [_show(word, frame.height, font, name)] if line]
    if not shown:
        return b""
    return "\n".join(("q", frame.concat, "BT 3 Tr", *shown, "ET Q")).encode("ascii")


def _show(word: Word, page_height: float, font: InvisibleFont, name: str) -> str:
    text = "".join(c for c in word.text if c.isprintable())
    box = word.box
    natural = font.width(text)
    if not text.strip() or box.width <= 0 or box.height <= 0:
        return ""
    if len(text) > 2 and box.height > 2 * box.width:
        # A line that runs downwards: the text is turned with it.
        size, length = box.width / _EM, box.height
        place = f"0 -1 1 0 {box.x0 - size * DESCENT / 1000:.2f} {page_height - box.y0:.2f} Tm"
    else:
        size, length = box.height / _EM, box.width
        place = f"1 0 0 1 {box.x0:.2f} {page_height - box.y1 - size * DESCENT / 1000:.2f} Tm"
    stretch = 100.0 * length / (natural * size)
    return f"/{name} {size:.2f} Tf {stretch:.2f} Tz {place} <{font.encode(text)}> Tj"
