"""What was seen on the pages of one document: words with boxes, evidence, codes.

All lengths are PDF points (1/72 inch), origin at the top left of the page as a person reads it
(after ``rotation`` was applied), so that they hold at every resolution.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in points: left, top, right, bottom."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        """Width in points."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Height in points."""
        return self.y1 - self.y0

    @property
    def middle(self) -> tuple[float, float]:
        """Centre ``(x, y)`` in points."""
        return (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2

    def overlaps(self, other: Box) -> bool:
        """True where the two share more than an edge."""
        return self.x0 < other.x1 and other.x0 < self.x1 and self.y0 < other.y1 and other.y0 < self.y1

    def turned(self, degrees: int, width: float, height: float) -> Box:
        """Return it as it stands once its page was turned clockwise.

        Args:
            degrees: 0, 90, 180 or 270.
            width: of the page before, points.
            height: the same.
        """
        match degrees % 360:
            case 90:
                return Box(height - self.y1, self.x0, height - self.y0, self.x1)
            case 180:
                return Box(width - self.x1, height - self.y1, width - self.x0, height - self.y0)
            case 270:
                return Box(self.y0, width - self.x1, self.y1, width - self.x0)
        return self

    def inside(self, window: Box) -> Box | None:
        """Return it as it stands on a page cut down to ``window``; None where its middle lies outside."""
        x, y = self.middle
        if not (window.x0 <= x <= window.x1 and window.y0 <= y <= window.y1):
            return None
        return Box(
            max(0.0, self.x0 - window.x0), max(0.0, self.y0 - window.y0),
            min(window.width, self.x1 - window.x0), min(window.height, self.y1 - window.y0),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Word:
    """A run of text on one line as the engine gave it (Chinese: often a whole phrase).

    Attributes:
        text: what it says.
        box: where it stands.
        confidence: 0..1.
        edges: left and right of each letter that is no blank, in turn, points; empty where the engine does not say.
    """

    text: str
    box: Box
    confidence: float = 1.0
    edges: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Symbol:
    """A two-dimensional code found on a page, as read; nobody has trusted it yet."""

    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a page shows besides text (R12: seals and signatures give effect).

    Attributes:
        dpi: resolution of the scan; 0 for a page without image.
        ink_share: dark pixels after background normalisation, 0..1.
        blank: nothing a person would miss.
        skew_degrees: measured slope of the text lines.
        seals: red seals found.
        signatures: boxes with handwriting-like ink near signature labels.
        colour: the page carries colour.
    """

    dpi: float = 0.0
    ink_share: float = 0.0
    blank: bool = False
    skew_degrees: float = 0.0
    seals: tuple[Box, ...] = ()
    signatures: tuple[Box, ...] = ()
    colour: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One page as it was recognised.

    Attributes:
        number: 1-based within its file.
        width: points, as displayed.
        height: points, as displayed.
        rotation: degrees clockwise (0, 90, 180, 270) applied to the stored page so that it reads upright.
        source: ``embedded`` (the file had text), ``ocr`` or ``none``.
        engine: name and version of the OCR engine, empty if none ran.
        confidence: mean confidence of the words, 0..1.
    """

    number: int
    width: float
    height: float
    words: tuple[Word, ...] = ()
    text: str = ""
    source: str = "none"
    engine: str = ""
    confidence: float = 1.0
    rotation: int = 0
    symbols: tuple[Symbol, ...] = ()
    evidence: Evidence = field(default_factory=Evidence)
    warnings: tuple[str, ...] = ()

    def numbered(self, number: int) -> Page:
        """Return the same page under another number (after a stack was split)."""
        return replace(self, number=number)

    def turned(self, degrees: int) -> Page:
        """Return it turned clockwise by 0, 90, 180 or 270 degrees, all boxes with it; its text stays as it was read."""
        if degrees % 360 == 0:
            return self
        seen = self.evidence

        def turn(box: Box) -> Box:
            return box.turned(degrees, self.width, self.height)

        wide, high = (self.height, self.width) if degrees % 180 else (self.width, self.height)
        return replace(
            self, width=wide, height=high, rotation=(self.rotation + degrees) % 360,
            # Left and right of single letters are no longer those.
            words=tuple(replace(w, box=turn(w.box), edges=()) for w in self.words),
            symbols=tuple(replace(s, box=turn(s.box)) for s in self.symbols),
            evidence=replace(seen, seals=tuple(map(turn, seen.seals)), signatures=tuple(map(turn, seen.signatures))),
        )  # fmt: skip

    def cut_to(self, window: Box) -> Page:
        """Return it with what lies inside ``window`` only; its text has to be put together again where words went."""
        kept = [(w, box) for w in self.words if (box := w.box.inside(window))]
        symbols = [(s, box) for s in self.symbols if (box := s.box.inside(window))]
        seen = self.evidence
        return replace(
            self, width=window.width, height=window.height,
            words=tuple(
                replace(w, box=box, edges=tuple(e - window.x0 for e in w.edges)) for w, box in kept
            ),
            symbols=tuple(replace(s, box=box) for s, box in symbols),
            evidence=replace(
                seen,
                seals=tuple(box for one in seen.seals if (box := one.inside(window))),
                signatures=tuple(box for one in seen.signatures if (box := one.inside(window))),
            ),
        )  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON-ready data; :func:`page_from_dict` reads it back."""
        data = asdict(self)
        for word in data["words"]:
            if not word["edges"]:  # most engines do not say, and pages have thousands of words
                del word["edges"]
        return data


def page_from_dict(data: dict[str, Any]) -> Page:
    """Read back what :meth:`Page.to_dict` wrote.

    Raises:
        KeyError: where a field is missing.
        TypeError: where a field has the wrong shape.
    """
    known = dict(data)
    known["words"] = tuple(
        Word(text=w["text"], box=Box(**w["box"]), confidence=w["confidence"], edges=tuple(w.get("edges", ())))
        for w in data["words"]
    )
    known["symbols"] = tuple(Symbol(text=s["text"], box=Box(**s["box"])) for s in data["symbols"])
    evidence = dict(data["evidence"])
    evidence["seals"] = tuple(Box(**b) for b in evidence["seals"])
    evidence["signatures"] = tuple(Box(**b) for b in evidence["signatures"])
    known["evidence"] = Evidence(**evidence)
    known["warnings"] = tuple(data["warnings"])
    return Page(**known)
