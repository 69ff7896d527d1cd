"""标签校准页: shows by how many millimetres a printer is off (R13); no record stands on it."""

from __future__ import annotations

from dms.desk.shelf.sheets.label import DOWN, LAYOUT, RIGHT
from dms.desk.shelf.sheets.sheet import Asked, Gathered, Sheet
from dms.domain.policy import Action
from dms.ports.paper import Paper
from dms.sheets.calibration import draw_calibration


def _gather(asked: Asked) -> Gathered[tuple[str, tuple[float, float]]]:
    layout, offset = asked.options["layout"], (asked.options["right"], asked.options["down"])
    return Gathered((layout, offset), told={"layout": layout})


def _draw(paper: Paper, content: tuple[str, tuple[float, float]]) -> None:
    draw_calibration(paper, *content)


SHEET = Sheet(
    name="calibration", title_zh="标签校准页", title_en="Label calibration page",
    about="finds out how far a printer is off",
    of="archive", action=Action.PRINT, gather=_gather, draw=_draw, options=(LAYOUT, RIGHT, DOWN),
)  # fmt: skip
