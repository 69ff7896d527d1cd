"""A page before it is printed: what stands where, in points from the top left; drawn later as pixels or as PDF."""

from __future__ import annotations

from dataclasses import dataclass, field

from dms.demo import fonts
from dms.domain.pages import Box, Word

WIDTH, HEIGHT = 595.28, 841.89
BLACK = (20, 20, 22)


@dataclass(frozen=True, slots=True)
class Run:
    """A run of print; ``y`` is its baseline."""

    x: float
    y: float
    text: str
    size: float
    face: fonts.Face
    bold: bool = False
    colour: tuple[int, int, int] = BLACK


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: float


@dataclass(frozen=True, slots=True)
class Shade:
    """A grey or coloured ground."""

    box: Box
    colour: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Pen:
    """Handwriting: a name, a date or a short opinion, written into a box.

    Attributes:
        loose: 0 careful … 1 a signature nobody can read.
    """

    box: Box
    text: str
    seed: int
    colour: tuple[int, int, int]
    loose: float = 0.3
    align: str = "left"


@dataclass(frozen=True, slots=True)
class Seal:
    """A red round seal (公章): text on the arc, star, text below; or a square name chop where ``square``."""

    box: Box
    text: str
    below: str
    seed: int
    square: bool = False


Mark = Run | Rule | Shade | Pen | Seal


@dataclass(slots=True)
class Sheet:
    """One A4 page being laid out."""

    english: bool = False
    marks: list[Mark] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)

    def text(
        self, x: float, y: float, text: str, size: float = 10.5, *, align: str = "left", bold: bool = False,
        colour: tuple[int, int, int] = BLACK,
    ) -> Box:  # fmt: skip
        """Print one run with its baseline at ``y``; return its box."""
        face = fonts.face_for(text, english=self.english)
        width = fonts.width(text, size, face)
        left = x - {"left": 0.0, "centre": width / 2, "right": width}[align]
        box = Box(left, y - 0.88 * size, left + width, y + 0.14 * size)
        if text.strip():
            self.marks.append(Run(left, y, text, size, face, bold, colour))
            self.words.append(Word(text, box))
        return box

    def width_of(self, text: str, size: float) -> float:
        """Return the width of a run in points."""
        return fonts.width(text, size, fonts.face_for(text, english=self.english))

    def line(self, x0: float, y0: float, x1: float, y1: float, width: float = 0.6) -> None:
        """Draw a line."""
        self.marks.append(Rule(x0, y0, x1, y1, width))

    def frame(self, box: Box, width: float = 0.6) -> None:
        """Draw the four sides of a box."""
        for x0, y0, x1, y1 in (
            (box.x0, box.y0, box.x1, box.y0), (box.x1, box.y0, box.x1, box.y1),
            (box.x1, box.y1, box.x0, box.y1), (box.x0, box.y1, box.x0, box.y0),
        ):  # fmt: skip
            self.line(x0, y0, x1, y1, width)

    def tick_box(self, x: float, y: float, size: float, *, ticked: bool) -> None:
        """Draw a check box whose foot stands on the baseline ``y``, ticked by pen or empty."""
        side = size * 0.78
        top = y - side + 0.06 * size
        self.frame(Box(x, top, x + side, top + side), 0.7)
        if ticked:
            self.line(x + 0.15 * side, top + 0.5 * side, x + 0.42 * side, top + 0.85 * side, 1.2)
            self.line(x + 0.42 * side, top + 0.85 * side, x + 1.12 * side, top - 0.12 * side, 1.2)
