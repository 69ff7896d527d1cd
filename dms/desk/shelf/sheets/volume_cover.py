"""案卷封面: the cover of a bound volume."""

from __future__ import annotations

from collections.abc import Sequence

from dms.desk.shelf.sheets.of_volumes import Bundle, bundles, notes, qr_of, told
from dms.desk.shelf.sheets.sheet import Asked, Gathered, Sheet
from dms.domain.policy import Action
from dms.domain.scheme import Scheme
from dms.ports.paper import Paper
from dms.sheets.volume_cover import VolumeCover, draw_volume_cover


def _gather(asked: Asked) -> Gathered[Sequence[VolumeCover]]:
    found = bundles(asked)
    return Gathered([_cover(asked.world.scheme, b) for b in found], notes(found), told(found))


def _cover(scheme: Scheme, b: Bundle) -> VolumeCover:
    number = b.volume.number
    kind = scheme.classes.get(number.class_code)
    retention = scheme.retentions.get(number.retention)
    first, last = b.dates
    return VolumeCover(
        fonds_name=scheme.fonds_name, class_name=kind.name if kind else number.class_code, title=b.title,
        manager=b.manager, first_date=first, last_date=last,
        retention=retention.name if retention else number.retention, records=len(b.filed), pages=b.pages,
        secrecy="、".join(sorted({r.secrecy for r in b.filed if r.secrecy})), filing_number=f"{number.volume:03d}",
        number=str(number), qr_text=qr_of(number),
    )  # fmt: skip


def _draw(paper: Paper, covers: Sequence[VolumeCover]) -> None:
    for cover in covers:
        draw_volume_cover(paper, cover)


SHEET = Sheet(
    name="volume-cover", title_zh="案卷封面", title_en="Volume cover",
    about="title, dates, retention, records and pages",
    of="volume", action=Action.PRINT, gather=_gather, draw=_draw, shows=frozenset({"content", "state", "binding"}),
)  # fmt: skip
