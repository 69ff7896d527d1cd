"""借阅登记: who borrowed what (R5), of a year or whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dms.desk.acts import gate
from dms.desk.acts.kinds import ActKind
from dms.desk.shelf.sheets.scope import YEAR
from dms.desk.shelf.sheets.sheet import Asked, Gathered, Noted, Sheet
from dms.domain.numbers import is_paper
from dms.domain.policy import Action
from dms.ports.catalogue import Transaction
from dms.ports.paper import Paper
from dms.ports.registers import Loan
from dms.ports.spreadsheet import Grid
from dms.sheets.loan_register import COLUMNS, draw_loan_register

PRINT_LOANS = ActKind("print-loans", Action.LEND)
ACTS = (PRINT_LOANS,)

_CARRIERS = {"paper": "纸质", "electronic": "电子"}


@dataclass(frozen=True, slots=True)
class Register:
    """The register: of what, and its lines."""

    span: str
    lines: tuple[Sequence[str], ...]


def _gather(asked: Asked) -> Gathered[Register]:
    gate.allow(asked.reach, Action.LEND)
    year, scheme = asked.options["year"], asked.world.scheme
    names = {p.code: p.name for p in asked.tx.people()}
    loans = [one for one in asked.tx.loans() if not year or one.out_at.startswith(str(year))]
    lines = tuple(_line(asked.tx, names, number, one) for number, one in enumerate(loans, 1))
    span = f"{scheme.fonds} {scheme.fonds_name}    {year or '全部'}"
    return Gathered(Register(span, lines), (Noted(str(year or "all"), act=PRINT_LOANS),), {"lines": len(lines)})


def _line(tx: Transaction, names: dict[str, str], number: int, loan: Loan) -> tuple[str, ...]:
    record = tx.record_by_number(loan.target) if is_paper(loan.target) else None
    return (
        str(number), loan.out_at[:10], loan.borrower, loan.department, loan.contact, loan.target,
        record.title if record else "整卷", _CARRIERS.get(loan.carrier, loan.carrier), record.secrecy if record else "",
        loan.purpose, loan.way, _leave(tx, names, loan), loan.due, loan.back_at[:10],
        loan.condition, loan.effect, names.get(loan.clerk, loan.clerk), _remark(names, loan),
    )  # fmt: skip


def _remark(names: dict[str, str], loan: Loan) -> str:
    """Return the remark; where somebody outside borrows also who answers for him."""
    inside = names.get(loan.answers, loan.answers)
    return f"{inside} 负责 {loan.remark}".strip() if inside and inside != loan.borrower else loan.remark


def _leave(tx: Transaction, names: dict[str, str], loan: Loan) -> str:
    """Return who agreed and when, from his own act; what an older version let the clerk type is told as that."""
    request = tx.request(loan.request) if loan.request else None
    if request is not None:
        words = f"：{request.decision}" if request.decision else ""
        return f"{names.get(request.decided_by, request.decided_by)} {request.decided_at[:10]} 同意{words}"
    if loan.answers:
        return "本人客户"
    return f"{names.get(loan.approver, loan.approver)}（经办人填写）" if loan.approver else ""


def _draw(paper: Paper, register: Register) -> None:
    draw_loan_register(paper, register.lines, span=register.span)


def _grids(register: Register) -> Sequence[Grid]:
    return [Grid("借阅登记", [column.heading for column in COLUMNS], register.lines)]


SHEET = Sheet(
    name="loan-register", title_zh="借阅登记", title_en="Loan register",
    about="who borrowed what, and when it came back",
    of="archive", action=Action.LEND, gather=_gather, draw=_draw, grids=_grids, options=(YEAR,),
)  # fmt: skip
