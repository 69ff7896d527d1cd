"""互见标签: the small label on the paper that leads to the electronic file, on common label sheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from dms.domain.numbers import ElectronicCode, PaperNumber
from dms.errors import Usage
from dms.ports.paper import Paper
from dms.said import Said


@dataclass(frozen=True, slots=True)
class Layout:
    """A label sheet on A4, millimetres: labels across and down, one label's size, margins and pitch."""

    across: int
    down: int
    width: float
    height: float
    left: float
    top: float
    step_x: float
    step_y: float


LAYOUTS: Mapping[str, Layout] = MappingProxyType(
    {
        "3x8": Layout(3, 8, 70.0, 37.0, 0.0, 0.5, 70.0, 37.0),
        "3x7": Layout(3, 7, 70.0, 42.3, 0.0, 0.45, 70.0, 42.3),
        "2x7": Layout(2, 7, 99.1, 38.1, 4.65, 15.15, 101.6, 38.1),
        "4x10": Layout(4, 10, 48.5, 25.4, 8.0, 21.5, 48.5, 25.4),
    }
)


@dataclass(frozen=True, slots=True)
class Label:
    """What stands on one label; ``qr_text`` is from :func:`dms.domain.qr.write` with purpose LABEL."""

    code: ElectronicCode
    paper_number: PaperNumber | None
    title: str
    customer: str
    electronic_address: str
    paper_address: str
    qr_text: str


def draw_labels(
    paper: Paper, labels: Sequence[Label], layout: str, start: int = 1, offset: tuple[float, float] = (0.0, 0.0)
) -> None:
    """Draw labels, row by row, over as many sheets as they need.

    Args:
        paper: the document.
        labels: what stands on them.
        layout: a key of :data:`LAYOUTS`.
        start: first free place on the first sheet, 1 is top left.
        offset: millimetres right and down, for a printer that is off.

    Raises:
        Usage: an unknown layout, or a start that is not on the sheet.
    """
    sheet = LAYOUTS.get(layout)
    if sheet is None:
        raise Usage(
            Said("There is no label sheet “{layout}”.", layout=layout),
            Said("Layouts: {layouts}", layouts=tuple(LAYOUTS)),
        )
    most = sheet.across * sheet.down
    if not 1 <= start <= most:
        raise Usage(
            Said("A {layout} sheet has no place {start}.", layout=layout, start=start),
            Said("Its places are 1 to {most}.", most=most),
        )
    for place, label in enumerate(labels, start - 1):
        if place == start - 1 or place % most == 0:
            paper.page()
        row, column = divmod(place % most, sheet.across)
        x = sheet.left + column * sheet.step_x + offset[0]
        y = sheet.top + row * sheet.step_y + offset[1]
        _draw(paper, label, sheet, x, y)


def _draw(paper: Paper, label: Label, sheet: Layout, x: float, y: float) -> None:
    # Printers leave 4 mm at the edge of the paper unprinted; the quiet zone needs about as much.
    margin = 4.0 if sheet.height > 30 else 3.2
    size = min(25.0, sheet.height - 2 * margin - (4.0 if sheet.height > 30 else 0.0))
    paper.qr(x + margin, y + margin, size, label.qr_text, level="Q")
    left = x + margin + size + 3.5
    width = x + sheet.width - 3.0 - left
    if sheet.height < 30:
        paper.text(left, y + 7, "互见", size=6.5, colour="grey")
        paper.text(left, y + 12, str(label.code), size=7, fit=width)
        _number(paper, label, left, y + 16, width, 5.6)
        return
    paper.text(left, y + margin + 2.6, "互见 See also", size=6, colour="grey", fit=width)
    paper.text(left, y + margin + 7.6, str(label.code), size=9, fit=width)
    _number(paper, label, left, y + margin + 11.6, width, 6.5)
    paper.paragraph(left, y + margin + 19.0, width, label.title or label.customer, size=6.5, lines=2, leading=1.2)
    paper.text(
        x + margin,
        y + sheet.height - 3.2,
        f"电子: {label.electronic_address}",
        size=5.6,
        colour="grey",
        fit=sheet.width - 8,
    )


def _number(paper: Paper, label: Label, left: float, y: float, width: float, size: float) -> None:
    """Draw the paper number on two lines where the label is narrow: it must be read, not guessed."""
    if label.paper_number is None:
        paper.text(left, y, "未归档 not filed yet", size=size, colour="grey", fit=width)
        return
    text = str(label.paper_number)
    if paper.text_width(text, size) <= width:
        paper.text(left, y, text, size=size)
        return
    cut = text.index("-", text.index("·"))
    paper.text(left, y, text[: cut + 1], size=size, fit=width)
    paper.text(left, y + size * 0.42, text[cut + 1 :], size=size, fit=width)
