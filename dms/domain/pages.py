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
