"""The registers on paper: loans (借阅登记) and destruction (销毁清册), as PDF or workbook."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dms.desk.acts import gate
from dms.domain.numbers import is_paper
from dms.domain.policy import Action
from dms.errors import NotFound
from dms.ports.catalogue import Transaction
from dms.ports.registers import Loan, Request
from dms.ports.spreadsheet import Grid
from dms.ports.world import World
from dms.said import Do, Said
from dms.sheets import destruction_register, loan_register


def print_loans(world: World, target: Path, *, year: int = 0) -> int:
    """Print the loan register of a year, or whole; return how many lines.

    Raises:
        NotPermitted: not for the asker.
    """
    with gate.acting(world, Action.LEND, target=str(year or "all"), other="print-loans") as act:
        names = {p.code: p.name for p in act.tx.people()}
        found = [x for x in act.tx.loans() if not year or x.out_at.startswith(str(year))]
        lines = [_loan(act.tx, names, number, one) for number, one in enumerate(found, 1)]
    headings = [c.heading for c in loan_register.COLUMNS]
    if target.suffix.lower() == ".xlsx":
        world.spreadsheet().write(target, [Grid("借阅登记", headings, lines)], title="借阅登记")
    else:
        paper = world.paper()
        span = f"{world.scheme.fonds} {world.scheme.fonds_name}    {year or '全部'}"
        loan_register.draw_loan_register(paper, lines, span=span)
        paper.save(target, title="档案借阅登记表")
    return len(lines)


def _loan(tx: Transaction, names: dict[str, str], number: int, loan: Loan) -> tuple[str, ...]:
    record = tx.record_by_number(loan.target) if is_paper(loan.target) else None
    carriers = {"paper": "纸质", "electronic": "电子"}
    return (
        str(number), loan.out_at[:10], loan.borrower, loan.department, loan.contact, loan.target,
        record.title if record else "整卷", carriers.get(loan.carrier, loan.carrier), record.secrecy if record else "",
        loan.purpose, loan.way, f"{names.get(loan.approver, loan.approver)} 同意", loan.due, loan.back_at[:10],
        loan.condition, loan.effect, names.get(loan.clerk, loan.clerk), loan.remark,
    )  # fmt: skip


def print_destructions(world: World, target: Path, numbers: Sequence[int]) -> list[int]:
    """Print the destruction register of requests, or of all that were carried out; return their numbers.

    Raises:
        NotFound: there is no such request.
        NotPermitted: not for the asker.
    """
    with gate.acting(world, Action.APPRAISE, target="destruction", other="print-destructions") as act:
        names = {p.code: p.name for p in act.tx.people()}
        found = [
            r for r in act.tx.requests(kind="destruction")
            if r.id in numbers or (not numbers and r.state == "done")
        ]  # fmt: skip
        missing = set(numbers) - {r.id for r in found}
        if missing:
            raise NotFound(
                Said("There is no destruction {missing}.", missing=min(missing)),
                Said("“{act}” names them.", act=Do("appraise list")),
            )
    headings = [c.heading for c in destruction_register.COLUMNS]
    if target.suffix.lower() == ".xlsx":
        grids = [Grid(f"销毁 {r.id}", headings, _destruction(r)) for r in found] or [Grid("销毁清册", headings, [])]
        world.spreadsheet().write(target, grids, title="销毁清册")
    else:
        paper = world.paper()
        for request in found:
            destruction_register.draw_destruction_register(
                paper, _destruction(request), _people(request, names), f"第 {request.id} 号，{request.decided_at[:10]}"
            )
        if not found:
            destruction_register.draw_destruction_register(paper, [], [], "")
        paper.save(target, title="档案销毁清册")
    return [r.id for r in found]


def _destruction(request: Request) -> list[tuple[str, ...]]:
    return [
        (
            str(number), line["paper_number"], line["code"], line["title"], line["author"], str(line["year"]),
            f"{line['pages']} / {int(line['bytes']):,}", line["kept"], line["carriers"], request.reason,
            str(request.data.get("way", "")), "",
        )
        for number, line in enumerate(request.data["lines"], 1)
    ]  # fmt: skip


def _people(request: Request, names: dict[str, str]) -> list[str]:
    witnesses = [*request.data.get("witnesses", ()), "", ""][:2]
    codes = (request.asked_by, request.decided_by, str(request.data.get("by", "")), *witnesses)
    return [names.get(code, code) for code in codes]
