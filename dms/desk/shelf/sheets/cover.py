"""扫描封面: of records reserved, registered or filed; laid on a stack before it is scanned, or printed again."""

from __future__ import annotations

from dataclasses import dataclass

from dms.desk.shelf.sheets.of_records import meant, numbers
from dms.desk.shelf.sheets.sheet import Asked, Gathered, Option, Sheet
from dms.domain import qr
from dms.domain.policy import Action
from dms.domain.record import expected_pages
from dms.ports.paper import Paper
from dms.sheets.cover import Cover, draw_covers

FOLDED = Option(
    "folded",
    "纸将折叠",
    "Paper will be folded",
    "larger codes with more error correction, for paper that is folded",
    False,
)


@dataclass(frozen=True, slots=True)
class Covers:
    """Covers, and whether their paper will be folded."""

    covers: tuple[Cover, ...]
    folded: bool


def _gather(asked: Asked) -> Gathered[Covers]:
    world, found = asked.world, meant(asked)
    names = {person.code: person.name for person in asked.tx.people()}
    covers = []
    for record in found.records:
        kind = world.scheme.classes.get(record.class_code)
        code, paper = numbers(record)
        covers.append(
            Cover(
                code=code, paper_number=paper, class_code=record.class_code, class_name=kind.name if kind else "",
                manager=record.manager, manager_name=names.get(record.manager, ""), customer=record.customer,
                title=record.title, pages_expected=expected_pages(record),
                signatures=kind.signatures if kind else ("customer", "handler", "supervisor"),
                electronic_address=world.vault.address(record.code), paper_address=record.paper.address,
                fonds_name=world.scheme.fonds_name,
                qr_text=qr.write(code, paper, qr.Purpose.COVER, world.key, world.settings.base_url),
            )
        )  # fmt: skip
    return Gathered(Covers(tuple(covers), asked.options["folded"]), found.notes, found.told)


def _draw(paper: Paper, content: Covers) -> None:
    draw_covers(paper, content.covers, folded=content.folded)


SHEET = Sheet(
    name="cover", title_zh="扫描封面", title_en="Scan cover sheet",
    about="lies on a stack, names its record, splits stacks",
    of="record", action=Action.PRINT, gather=_gather, draw=_draw, options=(FOLDED,),
)  # fmt: skip
