"""案卷脊背: the strip on the back of a volume."""

from __future__ import annotations

from dataclasses import dataclass

from dms.desk.shelf.sheets.of_volumes import bundles, notes, qr_of, told
from dms.desk.shelf.sheets.sheet import Asked, Gathered, Option, Sheet
from dms.domain.policy import Action
from dms.ports.paper import Paper
from dms.sheets.spine import WIDTHS, Spine, draw_spines

WIDTH = Option("width", "脊背宽度（毫米）", "Width (mm)", "of the spine, mm", 30, WIDTHS)


@dataclass(frozen=True, slots=True)
class Spines:
    """Spines of one width."""

    spines: tuple[Spine, ...]
    width: int


def _gather(asked: Asked) -> Gathered[Spines]:
    scheme = asked.world.scheme
    found = bundles(asked, content=False)
    spines = []
    for b in found:
        number = b.volume.number
        kind, retention = scheme.classes.get(number.class_code), scheme.retentions.get(number.retention)
        spines.append(
            Spine(
                number.fonds, str(number.year), kind.name if kind else number.class_code,
                retention.name if retention else number.retention, b.title, str(number), qr_of(number),
            )
        )  # fmt: skip
    return Gathered(Spines(tuple(spines), asked.options["width"]), notes(found), told(found))


def _draw(paper: Paper, content: Spines) -> None:
    draw_spines(paper, content.spines, content.width)


SHEET = Sheet(
    name="spine", title_zh="案卷脊背", title_en="Volume spine",
    about="the strip on the back of a volume",
    of="volume", action=Action.PRINT, gather=_gather, draw=_draw, options=(WIDTH,), shows=frozenset({"binding"}),
)  # fmt: skip
