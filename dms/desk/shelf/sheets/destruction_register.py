"""销毁清册: of destructions that are named, or of all that were carried out (R9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dms.desk.acts import gate
from dms.desk.acts.kinds import ActKind
from dms.desk.shelf.sheets.sheet import Asked, Gathered, Noted, Sheet
from dms.domain.policy import Action
from dms.errors import NotFound, Usage
from dms.ports.paper import Paper
from dms.ports.registers import Request
from dms.ports.spreadsheet import Grid
from dms.said import Do, Said
from dms.sheets.destruction_register import COLUMNS, draw_destruction_register

PRINT_DESTRUCTIONS = ActKind("print-destructions", Action.APPRAISE)
ACTS = (PRINT_DESTRUCTIONS,)


@dataclass(frozen=True, slots=True)
class Destruction:
    """One destruction: its number, its lines, who had part in it, and a note under the title."""

    number: str
    lines: tuple[Sequence[str], ...]
    people: tuple[str, ...]
    note: str


def _gather(asked: Asked) -> Gathered[Sequence[Destruction]]:
    gate.allow(asked.reach, Action.APPRAISE)
    wrong = next((target for target in asked.targets if not target.isdecimal()), None)
    if wrong is not None:
        raise Usage(
            Said("“{wrong}” is no number of a destruction.", wrong=wrong),
            Said("“{act}” names them.", act=Do("appraise list")),
        )
    numbers = {int(target) for target in asked.targets}
    names = {p.code: p.name for p in asked.tx.people()}
    requests = [
        r for r in asked.tx.requests(kind="destruction") if r.id in numbers or (not numbers and r.state == "done")
    ]
    missing = numbers - {r.id for r in requests}
    if missing:
        raise NotFound(
            Said("There is no destruction {missing}.", missing=min(missing)),
            Said("“{act}” names them.", act=Do("appraise list")),
        )
    found = [
        Destruction(str(r.id), _lines(r), _people(r, names), f"第 {r.id} 号，{r.decided_at[:10]}") for r in requests
    ]
    note = Noted("destruction", act=PRINT_DESTRUCTIONS)
    return Gathered(found, (note,), {"requests": [r.id for r in requests]})


def _lines(request: Request) -> tuple[Sequence[str], ...]:
    return tuple(
        (
            str(number), line["paper_number"], line["code"], line["title"], line["author"], str(line["year"]),
            f"{line['pages']} / {int(line['bytes']):,}", line["kept"], line["carriers"], request.reason,
            str(request.data.get("way", "")), "",
        )
        for number, line in enumerate(request.data["lines"], 1)
    )  # fmt: skip


def _people(request: Request, names: dict[str, str]) -> tuple[str, ...]:
    witnesses = [*request.data.get("witnesses", ()), "", ""][:2]
    codes = (request.asked_by, request.decided_by, str(request.data.get("by", "")), *witnesses)
    return tuple(names.get(code, code) for code in codes)


def _draw(paper: Paper, found: Sequence[Destruction]) -> None:
    for one in found or [Destruction("", (), (), "")]:
        draw_destruction_register(paper, one.lines, one.people, one.note)


def _grids(found: Sequence[Destruction]) -> Sequence[Grid]:
    headings = [column.heading for column in COLUMNS]
    return [Grid(f"销毁 {one.number}", headings, one.lines) for one in found] or [Grid("销毁清册", headings, [])]


SHEET = Sheet(
    name="destruction-register", title_zh="销毁清册", title_en="Destruction register",
    about="what was destroyed at the end of its retention, and who saw it done",
    of="request", action=Action.APPRAISE, gather=_gather, draw=_draw, grids=_grids, alone=True,
)  # fmt: skip
