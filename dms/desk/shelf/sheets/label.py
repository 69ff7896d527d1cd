"""互见标签: small labels on the paper that lead to the electronic file."""

from __future__ import annotations

from dataclasses import dataclass

from dms.desk.shelf.sheets.of_records import meant, numbers
from dms.desk.shelf.sheets.sheet import Asked, Gathered, Option, Sheet
from dms.domain import qr
from dms.domain.policy import Action
from dms.ports.paper import Paper
from dms.sheets.label import LAYOUTS, Label, draw_labels

MOST_MM = 20.0
LAYOUT = Option(
    "layout", "标签纸规格", "Label sheet", "the label sheet: across x down", "3x8", tuple(LAYOUTS),
    tuple(f"{x.across} × {x.down} · {x.width:g} × {x.height:g} mm" for x in LAYOUTS.values()),
)  # fmt: skip
START = Option("start", "从第几个标签开始", "First free label", "first free label, 1 is top left", 1, least=1, most=200)
RIGHT = Option(
    "right", "右移（毫米）", "Right (mm)", "millimetres to the right, for a printer that is off", 0.0, least=-MOST_MM,
    most=MOST_MM,
)  # fmt: skip
DOWN = Option("down", "下移（毫米）", "Down (mm)", "millimetres down", 0.0, least=-MOST_MM, most=MOST_MM)


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels and where they go on their sheet."""

    labels: tuple[Label, ...]
    layout: str
    start: int
    offset: tuple[float, float]


def _gather(asked: Asked) -> Gathered[Labels]:
    world, found, chosen = asked.world, meant(asked), asked.options
    labels = []
    for record in found.records:
        code, paper = numbers(record)
        labels.append(
            Label(
                code=code, paper_number=paper, title=record.title, customer=record.customer,
                electronic_address=world.vault.address(record.code), paper_address=record.paper.address,
                qr_text=qr.write(code, paper, qr.Purpose.LABEL, world.key, world.settings.base_url),
            )
        )  # fmt: skip
    content = Labels(tuple(labels), chosen["layout"], chosen["start"], (chosen["right"], chosen["down"]))
    return Gathered(content, found.notes, found.told)


def _draw(paper: Paper, content: Labels) -> None:
    draw_labels(paper, content.labels, content.layout, content.start, content.offset)


SHEET = Sheet(
    name="label", title_zh="互见标签", title_en="Cross-reference label",
    about="leads from the paper to the electronic file",
    of="record", action=Action.PRINT, gather=_gather, draw=_draw, options=(LAYOUT, START, RIGHT, DOWN),
    shows=frozenset({"content", "place"}),
)  # fmt: skip
