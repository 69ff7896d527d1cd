"""Loans (借阅): lent with leave and a due day, listed when overdue, checked when they come back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from dms.desk.acts import gate
from dms.desk.acts.kinds import ActKind, Of
from dms.desk.shelf.placing import place_of
from dms.desk.shelf.volumes import paper_of
from dms.domain.numbers import fold, is_volume
from dms.domain.policy import Action
from dms.domain.record import Record, RecordState
from dms.errors import Conflict, NotFound, NotPermitted, Usage
from dms.ports.catalogue import Transaction
from dms.ports.registers import Loan, Move
from dms.ports.world import World
from dms.said import Do, Said

LEND = ActKind("lend", Action.LEND, Of.VOLUME)
TAKE_BACK = ActKind("take-back", Action.LEND, Of.VOLUME)


def lend(world: World, named: str, loan: Loan) -> Loan:
    """Lend a volume or a record's paper out (借阅); who borrows needs leave of somebody else who may give it (R5).

    Args:
        world: the archive.
        named: volume number, or a record's code or paper number.
        loan: borrower, due day, purpose, approver (a person's code); target, clerk and time are filled in.

    Raises:
        Usage: no borrower, purpose or due day, or the day has passed.
        Conflict: it, an item of it or its volume is lent out already, or it is destroyed.
        NotPermitted: not for the asker, or the approver may not give leave.
    """
    if not (loan.borrower.strip() and loan.purpose.strip()):
        raise Usage(Said("A loan names borrower and purpose."), Do("", to="李美玉", purpose="核对合同"))
    try:
        due = date.fromisoformat(loan.due)
    except ValueError:
        raise Usage(Said("“{due}” is no day.", due=loan.due), Do("", due="2026-12-01")) from None
    if due < world.clock.now().date():
        raise Usage(Said("{due} has passed.", due=due), Said("Name the day it comes back."))
    with gate.acting(world, LEND, target=fold(named), reason=loan.purpose) as act:
        records, target = paper_of(world, act.tx, named)
        if any(r.state in (RecordState.DESTROYED, RecordState.VOID) for r in records) and not is_volume(target):
            raise Conflict(Said("{target} is destroyed.", target=target), Said("There is no paper to lend."))
        _refuse_out(act.tx, target, records)
        approver = loan.approver or act.me.code
        _may_approve(world, act.tx, approver, loan.borrower)
        made = act.tx.add_loan(replace(loan, target=target, out_at=act.now, clerk=act.me.code, approver=approver))
        act.tx.move(Move(target, "current", f"借出:{loan.borrower}", act.me.code, act.now, loan.purpose))
        act.notes |= {"loan": made.id, "borrower": loan.borrower, "due": loan.due, "approver": approver}
    return made


def take_back(world: World, named: str, *, condition: str = "完好", effect: str = "") -> Loan:
    """Take a loan back and check it.

    Raises:
        NotFound: it is not lent out.
        NotPermitted: not for the asker.
    """
    with gate.acting(world, TAKE_BACK, target=fold(named), reason=condition) as act:
        _, target = paper_of(world, act.tx, named)
        out = next((x for x in act.tx.loans(target) if not x.back_at), None)
        if out is None:
            raise NotFound(
                Said("{target} is not lent out.", target=target), Said("“{act}” names what is.", act=Do("loan list"))
            )
        back = replace(out, back_at=act.now, condition=condition, effect=effect)
        act.tx.save_loan(back)
        act.tx.move(Move(target, "current", place_of(act.tx, target, "home"), act.me.code, act.now, "returned"))
        act.notes["loan"] = out.id
    return back


def loans(world: World, *, overdue: bool = False, out: bool = False) -> list[Loan]:
    """Return the loan register, or only what is out or overdue.

    Raises:
        NotPermitted: not for the asker.
    """
    today = world.clock.now().date().isoformat()
    with world.catalogue.look() as tx:
        gate.permitted(world, tx, Action.LEND)
        found = tx.loans()
    if overdue:
        return [x for x in found if not x.back_at and x.due < today]
    return [x for x in found if not x.back_at] if out else list(found)


def _refuse_out(tx: Transaction, target: str, records: Sequence[Record]) -> None:
    """Refuse a volume of which an item is out, and an item whose volume is (R5): it is one and the same paper."""
    also = {r.paper_number if is_volume(target) else r.volume for r in records} - {target, ""}
    out = next((x for x in tx.loans() if not x.back_at and x.target in also), None)
    if out is not None:
        raise Conflict(
            Said(
                "{target} is lent to {borrower} until {due}: {target_2} cannot be lent.",
                target=out.target,
                borrower=out.borrower,
                due=out.due,
                target_2=target,
            ),
            Said("When it is back: {act}", act=Do("loan back", out.target)),
        )


def _may_approve(world: World, tx: Transaction, approver: str, borrower: str) -> None:
    person = next((p for p in tx.people() if p.code == approver), None)
    if person is None or not {"sales_manager", "general_manager", "archivist"} & set(person.roles):
        raise NotPermitted(
            Said("“{approver}” may not give leave to borrow.", approver=approver),
            Said("The sales manager, general manager or archivist does."),
        )
    if borrower in (person.code, person.name):
        raise NotPermitted(
            Said("Nobody gives himself leave to borrow."),
            Said("Name another approver: {inputs}", inputs=Do("", approver="CODE")),
        )


ACTS = (LEND, TAKE_BACK)
