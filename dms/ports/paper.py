"""The port sheets are drawn through: millimetres from the top left of a page, Chinese text welcome."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class Paper(Protocol):
    """A PDF being drawn, fonts embedded, identical bytes for identical drawings.

    Sizes of text are in points, everything else in millimetres; ``y`` of text is its baseline.
    """

    def page(self, width: float = 210.0, height: float = 297.0) -> None:
        """Begin a page (A4 portrait unless told)."""
        ...

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 10.5,
        align: str = "left",
        colour: str = "black",
        fit: float = 0.0,
        turned: bool = False,
    ) -> None:
        """Draw one line; ``align`` is left, centre or right; ``fit`` > 0 shrinks, then cuts with "…", to that width.

        ``turned`` draws it downwards from ``y``, its feet to the left at ``x``, as on the back of a book.
        """
        ...  # fmt: skip

    def paragraph(
        self, x: float, y: float, width: float, text: str, *, size: float = 10.5, leading: float = 1.35, lines: int = 0
    ) -> float:
        """Draw wrapped text, first baseline at ``y``; return the y below the last line. ``lines`` > 0 cuts with "…"."""
        ...  # fmt: skip

    def wrap(self, text: str, width: float, size: float) -> list[str]:
        """Return the lines a text takes in that width."""
        ...

    def unbroken_width(self, text: str, size: float) -> float:
        """Width in millimetres of the widest part that no line may break, such as a code."""
        ...

    def text_width(self, text: str, size: float) -> float:
        """Width in millimetres."""
        ...

    def line(
        self, x0: float, y0: float, x1: float, y1: float, *, width: float = 0.2, colour: str = "black", dashed: str = ""
    ) -> None:
        """Draw a line; ``width`` in millimetres; ``dashed`` "dash" for cutting lines."""
        ...  # fmt: skip

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        line: float = 0.2,
        colour: str = "black",
        fill: str = "",
    ) -> None:
        """Draw a rectangle."""
        ...  # fmt: skip

    def qr(self, x: float, y: float, size: float, text: str, *, level: str = "Q") -> None:
        """Draw a QR symbol of ``size`` mm without its quiet zone; the caller leaves four modules free."""
        ...

    def save(self, target: Path, *, title: str) -> None:
        """Write the PDF, whole or not at all."""
        ...
