"""Loans (借阅): handed over with leave and a due day, reminded of, and checked when they come back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from dms.desk.acts import gate
from dms.desk.acts.kinds import ActKind, Of
from dms.desk.consent.borrowing import Borrower, agreed, all_own, borrower, due_day, refuse_gone
from dms.desk.shelf.placing import place_of
from dms.desk.shelf.volumes import paper_of
from dms.domain.numbers import fold, is_volume
from dms.domain.policy import Action
from dms.domain.record import Record
from dms.errors import Conflict, NotFound, NotPermitted, Usage
from dms.ports.catalogue import Transaction
from dms.ports.registers import Loan, Move, Request
from dms.ports.world import World
from dms.said import Do, Said

LEND = ActKind("lend", Action.LEND, Of.VOLUME)
TAKE_BACK = ActKind("take-back", Action.LEND, Of.VOLUME)

# So many days before it is due, borrower and archivist are reminded.
SOON = 3


def lend(
    world: World, named: str, *, to: str = "", due: str = "", purpose: str = "", answers: str = "",
    department: str = "", contact: str = "",
) -> Loan:  # fmt: skip
    """Hand a volume or a record's paper over (借阅).

    What is not all the borrower's own needs a loan a manager agreed to (:mod:`dms.desk.consent.borrowing`), which also
    tells what is not told here.

    Args:
        world: the archive.
        named: volume number, or a record's code or paper number.
        to: code or name of who borrows, words for somebody outside; may be empty where one loan of it is agreed to.
        due: day it comes back; not after the day that was agreed to.
        purpose: what for.
        answers: who answers for somebody outside.
        department: of who borrows, where he is outside.
        contact: how he is reached.

    Raises:
        Usage: no borrower, purpose or due day, or the day has passed.
        Conflict: it, an item of it or its volume is lent out already, or it is destroyed.
        NotPermitted: not for the asker, or nobody agreed to this loan.
    """
    with gate.acting(world, LEND, target=fold(named), reason=purpose) as act:
        records, target = paper_of(world, act.tx, named)
        refuse_gone(records, target)
        _refuse_out(act.tx, target, records)
        names = {target, *(r.code for r in records if not is_volume(target))}
        who, request = _leave(world, act.tx, names, to, answers)
        if request is None and not all_own(act.tx, world.clock, who, target, records):
            raise NotPermitted(
                Said(
                    "{target} is not {name}'s own: the sales or general manager agrees first.",
                    target=target,
                    name=who.name,
                ),
                Do("loan ask", target, to=who.person or who.name, due=due or "2026-12-01", purpose=purpose or "…"),
            )
        told = dict(request.data) if request else {}
        purpose = purpose.strip() or (request.reason if request else "")
        if not purpose:
            raise Usage(Said("A loan names borrower and purpose."), Do("", to="李美玉", purpose="核对合同"))
        day = due_day(world, due or str(told.get("due", ""))).isoformat()
        if request and day > str(told["due"]):
            raise Conflict(
                Said("It was agreed to until {due} only.", due=str(told["due"])), Do("", due=str(told["due"]))
            )
        made = act.tx.add_loan(
            Loan(
                target, who.name, act.now, day, purpose, request.decided_by if request else "", act.me.code,
                department or str(told.get("department", "")) or who.department,
                contact or str(told.get("contact", "")),
                answers=who.answers, request=request.id if request else 0,
            )
        )  # fmt: skip
        if request:
            act.tx.save_request(replace(request, state="done", data={**told, "loan": made.id}))
        act.tx.move(Move(target, "current", f"借出:{made.borrower}", act.me.code, act.now, purpose))
        act.notes |= {"loan": made.id, "borrower": made.borrower, "due": made.due, "approver": made.approver,
                      "answers": made.answers, "request": made.request}  # fmt: skip
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


@dataclass(frozen=True, slots=True)
class Reminder:
    """A loan that is due soon, or overdue: ``days`` left, less than nothing where its day has passed."""

    loan: Loan
    days: int


def reminders(world: World) -> list[Reminder]:
    """Return the loans out that are due within :data:`SOON` days or overdue, the longest overdue first.

    Who keeps the loans is told of all, everybody else of those he, or whom he stands in for, answers for.
    """
    today = world.clock.now().date()
    with world.catalogue.look() as tx:
        _, mine = gate.reach(world, tx)
        keeps = mine.may(Action.LEND) is not None
        codes = {s.code for s in mine.standings}
        out = [x for x in tx.loans() if not x.back_at and (keeps or x.answers in codes)]
    found = [Reminder(x, (date.fromisoformat(x.due) - today).days) for x in out]
    return sorted((r for r in found if r.days <= SOON), key=lambda r: (r.loan.due, r.loan.id))


def to_hand_over(world: World) -> list[Request]:
    """Return the loans a manager agreed to that were not handed over yet; nothing for who does not keep the loans."""
    with world.catalogue.look() as tx:
        _, mine = gate.reach(world, tx)
        return agreed(tx, world.clock) if mine.may(Action.LEND) else []


def _leave(
    world: World, tx: Transaction, names: set[str], to: str, answers: str
) -> tuple[Borrower, Request | None]:  # fmt: skip
    """Return who borrows, and the loan a manager agreed to, if there is one."""
    every = agreed(tx, world.clock, names)
    if not to.strip() and len(every) == 1:
        told = every[0].data
        return Borrower(str(told["to"]), str(told["borrower"]), str(told["answers"])), every[0]
    if not to.strip():
        raise Usage(Said("A loan names borrower and purpose."), Do("", to="李美玉", purpose="核对合同"))
    mine = next((r for r in every if _same(tx, r, to)), None)
    if mine is not None:
        return Borrower(str(mine.data["to"]), str(mine.data["borrower"]), str(mine.data["answers"])), mine
    return borrower(tx, to, answers), None


def _same(tx: Transaction, request: Request, to: str) -> bool:
    """True where a request is for whom somebody typed; words for somebody outside are the same words."""
    outside = str(request.data["to"]) if not request.data["borrower"] else ""
    if outside:
        return to.strip() == outside
    return borrower(tx, to, str(request.data["answers"])).person == str(request.data["borrower"])


def _refuse_out(tx: Transaction, target: str, records: Sequence[Record]) -> None:
    """Refuse what is out, a volume of which an item is, and an item whose volume is (R5): it is one same paper."""
    if any(not x.back_at for x in tx.loans(target)):
        raise Conflict(
            Said("{target} is lent out already.", target=target), Said("“{act}” tells to whom.", act=Do("loan list"))
        )
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


ACTS = (LEND, TAKE_BACK)
