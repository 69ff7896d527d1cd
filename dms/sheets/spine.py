"""脊背: the strip on the back of a volume, 20 to 50 mm wide, several on one sheet with cutting lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dms.errors import Usage
from dms.ports.paper import Paper
from dms.said import Said
from dms.sheets.sheet import Sheet

SHEET = Sheet("spine", "案卷脊背", "Volume spine", "volume")
WIDTHS = (20, 30, 40, 50)
_TOP, _HEIGHT = 10.0, 190.0


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
    _upright(paper, spine.class_name, middle - (3.6 if width >= 30 else 0), y + 4, number_top - 3, small=True)
    if width >= 30:
        _upright(paper, spine.title, middle + 3.6, y + 4, number_top - 3, small=False)


def _upright(paper: Paper, text: str, x: float, top: float, bottom: float, *, small: bool) -> None:
    """Write from top to bottom, smaller where it is long."""
    characters = [c for c in text if not c.isspace()]
    if not characters:
        return
    size = min(9.0 if small else 14.0, (bottom - top) / len(characters) / 0.39)
    step = size * 0.39
    for row, character in enumerate(characters):
        paper.text(x, top + step * (row + 0.85), character, size=size, align="centre")
