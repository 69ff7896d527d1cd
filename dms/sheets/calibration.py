"""校准页: a label sheet's frames with a millimetre cross, to find a printer's offset (R13)."""

from __future__ import annotations

from dms.errors import Usage
from dms.ports.paper import Paper
from dms.said import Said
from dms.sheets.label import LAYOUTS


def draw_calibration(paper: Paper, layout: str, offset: tuple[float, float] = (0.0, 0.0)) -> None:
    """Draw every label's edge, its number, and on the first one a ruler from its corner.

    Printed on plain paper and held against a label sheet, it shows by how many millimetres the printer is off.

    Args:
        paper: the document.
        layout: a key of :data:`dms.sheets.label.LAYOUTS`.
        offset: millimetres right and down that are tried.

    Raises:
        Usage: an unknown layout.
    """
    sheet = LAYOUTS.get(layout)
    if sheet is None:
        raise Usage(
            Said("There is no label sheet “{layout}”.", layout=layout),
            Said("Layouts: {layouts}", layouts=tuple(LAYOUTS)),
        )
    paper.page()
    for place in range(sheet.across * sheet.down):
        row, column = divmod(place, sheet.across)
        x = sheet.left + column * sheet.step_x + offset[0]
        y = sheet.top + row * sheet.step_y + offset[1]
        paper.rect(x, y, sheet.width, sheet.height, line=0.1, colour="#888888")
        paper.text(x + sheet.width / 2, y + sheet.height / 2, str(place + 1), size=16, align="centre", colour="#888888")
    left, top = sheet.left + offset[0], sheet.top + offset[1]
    for tick in range(0, 21):
        length = 3.0 if tick % 5 == 0 else 1.5
        paper.line(left + tick, top, left + tick, top + length)
        paper.line(left, top + tick, left + length, top + tick)
    paper.text(left + 5, top + 8, f"{layout}  → {offset[0]:+.1f} mm  ↓ {offset[1]:+.1f} mm", size=9)
    paper.text(left + 5, top + 13, "印在普通纸上，与标签纸叠放对光看偏差", size=8)
    paper.text(left + 5, top + 17, "Print on plain paper, hold against a label sheet", size=8)
