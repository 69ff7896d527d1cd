"""脊背: the strip on the back of a volume, 20 to 50 mm wide, several on one sheet with cutting lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dms.errors import Usage
from dms.ports.paper import Paper
from dms.said import Said

WIDTHS = (20, 30, 40, 50)
_TOP, _HEIGHT = 10.0, 190.0
_MM = 25.4 / 72
# From one character to the one below it, millimetres for each point of size.
_STEP = 0.39
_NOT_FIRST = "，。、；：？！）》」』】"


@dataclass(frozen=True, slots=True)
class Spine:
    """What stands on a spine; ``qr_text`` leads to the volume."""

    fonds: str
    year: str
    class_name: str
    retention: str
    title: str
    number: str
    qr_text: str = ""


def draw_spines(paper: Paper, spines: Sequence[Spine], width: int = 30) -> None:
    """Draw spines side by side on landscape A4.

    Raises:
        Usage: a width that is not of :data:`WIDTHS`.
    """
    if width not in WIDTHS:
        raise Usage(
            Said("There is no spine of {width} mm.", width=width), Said("Widths: {widths}", widths=tuple(WIDTHS))
        )
    across = int(277 // width)
    for index, spine in enumerate(spines):
        if index % across == 0:
            paper.page(297.0, 210.0)
        _draw(paper, spine, 10.0 + (index % across) * width, float(width))


def _draw(paper: Paper, spine: Spine, x: float, width: float) -> None:
    for edge in (x, x + width):
        paper.line(edge, _TOP - 4, edge, _TOP + _HEIGHT + 4, width=0.12, colour="light", dashed="dash")
    paper.rect(x + 1, _TOP, width - 2, _HEIGHT, line=0.3)
    middle, inner = x + width / 2, width - 4
    y = _TOP
    for name, value in (("全宗号", spine.fonds), ("年度", spine.year), ("保管期限", spine.retention)):
        paper.text(middle, y + 4.5, name, size=6.5, align="centre", colour="grey", fit=inner)
        paper.text(middle, y + 10.5, value, size=12, align="centre", fit=inner)
        y += 14.0
        paper.line(x + 1, y, x + width - 1, y, width=0.15)
    # The symbol needs four free modules on every side.
    symbol = min(25.0, width - 9.0)
    bottom = _TOP + _HEIGHT - (symbol + 9.0 if spine.qr_text else 2.0)
    if spine.qr_text:
        paper.qr(middle - symbol / 2, bottom + 4.5, symbol, spine.qr_text, level="M")
    number_top = bottom - 27.0
    paper.line(x + 1, number_top, x + width - 1, number_top, width=0.15)
    paper.text(middle, number_top + 4.5, "档号", size=6.5, align="centre", colour="grey")
    for row, part in enumerate(spine.number.split("-")):
        paper.text(middle, number_top + 9.2 + row * 4.2, part, size=8.5, align="centre", fit=inner)
    paper.line(x + 1, bottom, x + width - 1, bottom, width=0.15)
    top, bottom = y + 4, number_top - 3
    _upright(paper, spine.class_name, x + 2 + _MM * 10, top, bottom, 9.0)
    _title(paper, spine.title, x + 4 + _MM * 10, x + width - 2.5, top, bottom)


def _title(paper: Paper, title: str, left: float, right: float, top: float, bottom: float) -> None:
    """Write the title as large as it fits, in columns from right to left; what is not Chinese lies on its side."""
    text = " ".join(title.split())
    chinese = sum(1 for c in text if c >= "\u2e80") * 2 >= len(text.replace(" ", ""))
    for size in (18.0, 16.0, 14.0, 12.5, 11.0, 10.0, 9.0, 8.0, 7.0):
        lines = (
            _columns(text, int((bottom - top) / (size * _STEP))) if chinese else paper.wrap(text, bottom - top, size)
        )
        step = size * _MM * 1.25
        if len(lines) * step <= right - left:
            break
    most = max(1, int((right - left) / step))
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1][:-1] + "…"]
    middle = (left + right) / 2 + step * (len(lines) - 1) / 2
    for column, line in enumerate(lines):
        if chinese:
            _upright(paper, line, middle - column * step, top, bottom, size)
        else:
            paper.text(middle - column * step - size * _MM * 0.35, top, line, size=size, turned=True)


def _columns(text: str, most: int) -> list[str]:
    """Cut a text into columns of nearly equal length, none of which begins with what ends a sentence or a bracket."""
    count = max(1, -(-len(text) // max(1, most)))
    each = -(-len(text) // count)
    columns, start = [], 0
    while start < len(text):
        end = min(len(text), start + each)
        while start + 1 < end < len(text) and text[end] in _NOT_FIRST:
            end -= 1
        columns.append(text[start:end].strip())
        start = end
    return columns


def _upright(paper: Paper, text: str, x: float, top: float, bottom: float, size: float) -> None:
    """Write from top to bottom, smaller where it is long."""
    characters = [c for c in text if not c.isspace()]
    if not characters:
        return
    size = min(size, (bottom - top) / len(characters) / _STEP)
    for row, character in enumerate(characters):
        paper.text(x, top + size * _STEP * (row + 0.85), character, size=size, align="centre")
