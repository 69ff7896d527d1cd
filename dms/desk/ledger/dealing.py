"""Customers' dealings (R14), from forms and imported sheets, and their class of consumption (R10)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from dms.desk.acts import gate
from dms.desk.acts.kinds import ActKind, Of
from dms.desk.ledger.counting import Apart, ledger_of, sums_by_currency
from dms.domain.dossier import KINDS, Account, accounts
from dms.domain.grading import CLASSES, before, best, figure, span, why
from dms.domain.money import Money, currency_of, read_money
from dms.domain.policy import Action
from dms.errors import NotFound, NotPermitted, Usage
from dms.flow.twice import unsettled
from dms.ports.catalogue import Customer, Transaction
from dms.ports.registers import Dealing, Grading
from dms.ports.world import World
from dms.said import Do, Said

DOSSIER = ActKind("dossier", Action.REPORT, Of.CUSTOMER)
IMPORT_DEALINGS = ActKind("import-dealings", Action.KEEP_CUSTOMERS, Of.CUSTOMER)
PROPOSE_GRADES = ActKind("propose-grades", Action.GRADE, Of.CUSTOMER)
GRADE = ActKind("grade", Action.DECIDE_GRADE, Of.CUSTOMER)
FOCUS = ActKind("focus", Action.DECIDE_GRADE, Of.CUSTOMER)


COLUMNS = {
    "customer": ("customer", "客户", "客户名称"), "date": ("date", "日期"), "kind": ("kind", "类别", "种类"),
    "amount": ("amount", "金额"), "due": ("due", "到期", "到期日"), "note": ("note", "备注"),
    "currency": ("currency", "币种"),
}  # fmt: skip
_KIND_NAMES = {"订货": "booked", "预订": "booked", "应收": "charged", "记账": "charged", "开票": "charged",
               "收款": "paid", "付款": "paid", "已付": "paid", "折让": "reduced", "折扣": "reduced"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dossier:
    """A customer's dossier: an account for each currency, the dealings that count, and what does not with why."""

    customer: Customer
    accounts: tuple[Account, ...]
    dealings: tuple[Dealing, ...]
    apart: tuple[Apart, ...]


def dossier_of(
    world: World, tx: Transaction, customer: Customer, waiting: Collection[str] | None = None
) -> Dossier:  # fmt: skip
    """Return a customer's dossier as of today; see :func:`dms.desk.ledger.counting.ledger_of`."""
    found = ledger_of(world, tx, customer, waiting)
    today = world.clock.now().date()
    return Dossier(
        customer, accounts(found.entries, today, world.scheme.credit, customer.terms), found.dealings, found.apart
    )


def customer_dossier(world: World, customer: str) -> Dossier:
    """Return what a customer's dealings come to today, and the dealings; the look is logged.

    Raises:
        NotFound: there is no such customer, or he is not the asker's: both look the same.
    """
    with gate.acting(world, DOSSIER, target=f"customer:{customer}") as act:
        scope = act.scope
        known = {c.name: c for c in act.tx.customers()}
        if not scope.holds("", "", customer) or customer not in known:
            raise NotFound(
                Said("There is no customer “{customer}”.", customer=customer),
                Said("“{act}” names yours.", act=Do("customers list")),
            )
        return dossier_of(world, act.tx, known[customer])


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with one row of an imported sheet; rows count from 1, headings left out."""

    row: int
    detail: str


def import_dealings(
    world: World, rows: Sequence[Mapping[str, str]], source: str, *, dry: bool
) -> tuple[int, list[RowProblem]]:
    """Take bookings, charges and payments from a sheet; all of it or, where a row is wrong, nothing.

    Args:
        world: the archive.
        rows: heading -> text; headings of :data:`COLUMNS`.
        source: name of the file; a file imported again replaces its own lines.
        dry: only look.

    Returns:
        rows taken (or that would be), and what is wrong.

    Raises:
        NotPermitted: not for the asker.
    """
    with world.catalogue.look() as tx:
        gate.permitted(world, tx, Action.KEEP_CUSTOMERS)
        known = {name: c.name for c in tx.customers() for name in (c.name, *c.aliases)}
    taken: list[Dealing] = []
    problems: list[RowProblem] = []
    for number, row in enumerate(rows, 1):
        told = {key: next((row[h].strip() for h in heads if row.get(h)), "") for key, heads in COLUMNS.items()}
        currency = currency_of(told["currency"]) if told["currency"] else ""
        amount = read_money(told["amount"], currency or world.scheme.credit.currency)
        wrong = _wrong(told, known, amount, currency)
        if wrong or amount is None:
            problems.append(RowProblem(number, wrong))
            continue
        taken.append(
            Dealing(
                known[told["customer"]], told["date"], _KIND_NAMES.get(told["kind"], told["kind"].lower()),
                amount.cents, f"{source}#{number}", amount.currency, told["due"], told["note"],
            )
        )  # fmt: skip
    if problems or dry:
        return len(taken), problems
    with gate.acting(world, IMPORT_DEALINGS, target=source) as act:
        # Lines the file no longer has, or has as another kind, would count on beside it.
        act.notes["replaced"] = act.tx.drop_dealings(source)
        for dealing in taken:
            act.tx.put_dealing(dealing)
        act.notes["rows"] = len(taken)
    return len(taken), []


def _wrong(told: Mapping[str, str], known: Mapping[str, str], amount: Money | None, currency: str) -> str:
    from datetime import date

    if told["customer"] not in known:
        return f"there is no customer “{told['customer']}”"
    if _KIND_NAMES.get(told["kind"], told["kind"].lower()) not in KINDS:
        return f"“{told['kind']}” is no kind: {', '.join(KINDS)} or {'、'.join(_KIND_NAMES)}"
    if told["currency"] and not currency:
        return f"“{told['currency']}” is no currency, such as CNY or USD"
    if amount is None:
        return f"“{told['amount']}” is no amount"
    if currency and amount.currency != currency:
        return f"“{told['amount']}” is not in {currency}"
    for key in ("date", "due"):
        if told[key] or key == "date":
            try:
                date.fromisoformat(told[key])
            except ValueError:
                return f"“{told[key]}” is no date, such as 2026-11-23"
    return ""


# -- classes of customers (R10) ---------------------------------------------------------------------------------


def propose_grades(world: World, quarter: str) -> list[Grading]:
    """Propose every customer's class for a quarter by the scheme's rule, told with the figures it judged (R10, R14).

    Raises:
        Usage: that is no quarter.
        NotPermitted: not for the asker.
    """
    period = span(quarter)
    if "Q" not in period.name:
        raise Usage(Said("“{quarter}” is no quarter.", quarter=quarter), Said("Such as 2026-Q4."))
    made = []
    with gate.acting(world, PROPOSE_GRADES, target=period.name) as act:
        done = {g.customer for g in act.tx.gradings(period=period.name)}
        copies = unsettled(act.tx)
        for customer in act.tx.customers():
            if customer.name in done:
                continue
            inside = [e for e in ledger_of(world, act.tx, customer, copies).entries if period.holds(e.date)]
            by_currency = sums_by_currency(inside) or {world.scheme.credit.currency: dict.fromkeys(KINDS, 0)}
            grades = world.scheme.grades
            judged = [figure(c, s["booked"], s["charged"], grades) for c, s in by_currency.items()]
            figures = {
                f.currency: {**by_currency[f.currency], "consumed": f.consumed, "grade": f.grade} for f in judged
            }
            now_class = grade_of(act.tx, customer.name)
            made.append(
                act.tx.add_grading(
                    Grading(customer.name, period.name, now_class, best(judged), "proposed", act.me.code, act.now,
                            why(judged, grades).stored(), figures)
                )
            )  # fmt: skip
        act.notes |= {"proposed": len(made), "moves": sum(g.before != g.after for g in made)}
    return made


def decide_grade(world: World, customer: str, quarter: str, after: str, *, reason: str) -> Grading:
    """Decide a customer's class; history keeps proposal and decision.

    Raises:
        Usage: an unknown class, or no reason where it differs from the proposal.
        NotFound: nothing was proposed for him in that quarter.
        NotPermitted: not for the asker.
    """
    if after not in CLASSES:
        raise Usage(
            Said("There is no class “{after}”.", after=after), Said("Classes: {classes}", classes=tuple(CLASSES))
        )
    with gate.acting(world, GRADE, target=f"customer:{customer}", reason=reason) as act:
        proposed = [g for g in act.tx.gradings(customer, quarter) if g.state == "proposed"]
        if not proposed:
            raise NotFound(
                Said("Nothing is proposed for “{customer}” in {quarter}.", customer=customer, quarter=quarter),
                Do("grade propose", quarter),
            )
        if after != proposed[-1].after and not reason.strip():
            raise Usage(
                Said("Proposed was {after}: another class needs a reason.", after=proposed[-1].after),
                Do("", reason="战略客户"),
            )
        act.notes |= {"before": grade_of(act.tx, customer), "after": after, "proposed": proposed[-1].after}
        return act.tx.add_grading(
            Grading(customer, quarter, grade_of(act.tx, customer), after, "decided", act.me.code, act.now, reason,
                    proposed[-1].figures)
        )  # fmt: skip


def focus(world: World, customer: str, month: str, *, reason: str) -> Grading:
    """Put a customer on the list the month's meeting decided to look at (R10).

    Raises:
        Usage: no reason, or that is no month.
        NotFound: there is no such customer.
        NotPermitted: not for the asker.
    """
    period = span(month)
    if len(period.name) != 7 or not period.name[5:].isdigit():
        raise Usage(Said("“{month}” is no month.", month=month), Said("Such as 2026-11."))
    if not reason.strip():
        raise Usage(Said("A customer is focused on for a reason."), Do("", reason="欠款增长"))
    with gate.acting(world, FOCUS, target=f"customer:{customer}", reason=reason) as act:
        if customer not in {c.name for c in act.tx.customers()}:
            raise NotFound(
                Said("There is no customer “{customer}”.", customer=customer),
                Said("“{act}” names them.", act=Do("customers list")),
            )
        now_class = grade_of(act.tx, customer)
        act.notes["month"] = period.name
        return act.tx.add_grading(
            Grading(customer, period.name, now_class, now_class, "focus", act.me.code, act.now, reason)
        )


def gradings(world: World, quarter: str = "") -> list[Grading]:
    """Return gradings of a quarter or all, of customers within what the asker may see.

    Raises:
        NotPermitted: the archive does not know him.
    """
    with gate.looking(world) as (tx, scope):
        if not scope.everything and not scope.managers:
            raise NotPermitted(Said("Customers' classes are not for you."), Said("Ask your manager."))
        return [g for g in tx.gradings(period=quarter) if scope.holds("", "", g.customer)]


def grade_of(tx: Transaction, customer: str) -> str:
    """Return a customer's class as last decided; empty where nobody decided yet."""
    return next((g.after for g in reversed(tx.gradings(customer)) if g.state == "decided"), "")


def last_quarter(world: World) -> str:
    """Return the quarter before this one."""
    from dms.domain.grading import quarter_of

    return before(quarter_of(world.clock.now().date()))


ACTS = (DOSSIER, IMPORT_DEALINGS, PROPOSE_GRADES, GRADE, FOCUS)
