"""A customer's dealings for credit judgement (R14): sums in each currency, ageing, limit, signs of risk with why. Pure.

Currencies are never added. An allowance counts against what it is granted on: the order it names, else all that was
ordered or charged, and never beyond. Payments, and what of an allowance names no open order, settle the oldest debts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from dms.domain.money import of
from dms.domain.scheme import EITHER, Credit
from dms.said import Said, Word

KINDS = ("booked", "charged", "paid", "reduced")
AGES = ((30, "1–30"), (60, "31–60"), (90, "61–90"), (10**6, ">90"))


@dataclass(frozen=True, slots=True)
class Terms:
    """What is agreed with a customer in a currency: limit in hundredths, days to pay; None: as the scheme says."""

    currency: str
    limit: int | None = None
    days: int | None = None


def terms_told(terms: Iterable[Terms]) -> dict[str, dict[str, int | None]]:
    """Return terms as plain data, by currency."""
    return {t.currency: {"limit": t.limit, "days": t.days} for t in terms}


def read_terms(told: Mapping[str, Mapping[str, Any]]) -> tuple[Terms, ...]:
    """Return what :func:`terms_told` made plain.

    Raises:
        TypeError: a limit or term that is no whole number.
    """
    for one in told.values():
        if any(value is not None and type(value) is not int for value in (one["limit"], one["days"])):
            raise TypeError(f"no terms: {one}")
    return tuple(Terms(currency, one["limit"], one["days"]) for currency, one in sorted(told.items()))


def merged(old: Iterable[Terms], new: Iterable[Terms]) -> tuple[Terms, ...]:
    """Return terms with others put over them; what those leave open stays as it was."""
    found = {t.currency: t for t in old}
    for one in new:
        was = found.get(one.currency, Terms(one.currency))
        found[one.currency] = Terms(
            one.currency, was.limit if one.limit is None else one.limit, was.days if one.days is None else one.days
        )
    return tuple(found[currency] for currency in sorted(found))


@dataclass(frozen=True, slots=True)
class Entry:
    """One dealing: a kind of :data:`KINDS`, ISO date, hundredths, day a debt is due (empty: after the customer's term).

    Attributes:
        number: the document's own number, such as the order's.
        order: number of the order an allowance is granted on.
        source: what it comes from.
    """

    kind: str
    date: str
    cents: int
    due: str = ""
    currency: str = "CNY"
    number: str = ""
    order: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Period:
    """The sums of one month, and what is owed at its end."""

    month: str
    booked: int
    charged: int
    paid: int
    reduced: int
    owed: int


@dataclass(frozen=True, slots=True)
class Flag:
    """A sign of risk: ``high`` or ``notice``, and why."""

    level: str
    reason: Said


@dataclass(frozen=True, slots=True)
class Account:
    """What a customer's dealings in one currency come to; all amounts in hundredths.

    Attributes:
        basis: what debts are: ``charged`` or ``booked`` (see :class:`dms.domain.scheme.Credit`).
        owed: less than nothing where more was paid than owed.
        uncharged: ordered and not charged yet, where debts are what was charged.
        not_due: of what is owed, not due yet.
        ageing: overdue by days, label -> hundredths, in the order of :data:`AGES`.
        slowest: days the oldest open debt is overdue; 0 where none is.
        limit: what he may owe; None where nobody set one.
        days: his term.
        exposed: what is owed and ordered beyond it: what the limit is held against.
    """

    currency: str
    basis: str
    booked: int
    charged: int
    paid: int
    reduced: int
    owed: int
    uncharged: int
    not_due: int
    ageing: dict[str, int]
    slowest: int
    limit: int | None
    days: int
    exposed: int
    periods: tuple[Period, ...]
    flags: tuple[Flag, ...]

    @property
    def overdue(self) -> int:
        """All that is overdue."""
        return sum(self.ageing.values())


def accounts(entries: Sequence[Entry], today: date, credit: Credit, terms: Iterable[Terms] = ()) -> tuple[Account, ...]:
    """Return a customer's accounts as of a day, the office's own currency first; dealings after it do not count."""
    agreed = {t.currency: t for t in terms}
    known = sorted((e for e in entries if e.date and e.date <= today.isoformat()), key=lambda e: (e.date, e.source))
    named = {e.currency for e in known} | {t.currency for t in agreed.values() if t.limit is not None}
    order = sorted(named or {credit.currency}, key=lambda c: (c != credit.currency, c))
    return tuple(_account([e for e in known if e.currency == c], today, credit, agreed.get(c, Terms(c))) for c in order)


def allowed(entries: Sequence[Entry]) -> tuple[list[Entry], list[tuple[Entry, Said]]]:
    """Return what counts, and what of the allowances does not, with why.

    An allowance that names an order counts up to what that order comes to; any counts up to all that was ordered or
    charged in its currency.
    """
    counted = [e for e in entries if e.kind != "reduced"]
    apart: list[tuple[Entry, Said]] = []
    used: dict[tuple[str, str], int] = {}
    for one in sorted((e for e in entries if e.kind == "reduced"), key=lambda e: (e.date, e.source)):
        room, why = _room(one, counted, used)
        counts = min(one.cents, room)
        if counts:
            counted.append(replace(one, cents=counts))
            for name in {"", one.order}:
                used[one.currency, name] = used.get((one.currency, name), 0) + counts
        if counts < one.cents:
            apart.append((replace(one, cents=one.cents - counts), why))
    return counted, apart


def _room(one: Entry, counted: Sequence[Entry], used: dict[tuple[str, str], int]) -> tuple[int, Said]:
    """Return how much of an allowance counts at most, and why the rest does not."""
    debts = [e for e in counted if e.currency == one.currency]
    whole = _greater(debts) - used.get((one.currency, ""), 0)
    if not one.order:
        return max(0, whole), Said("more is allowed than was ordered or charged")
    ordered = [e for e in debts if e.number == one.order and e.kind in ("booked", "charged")]
    if not ordered:
        return 0, Said("order {order} is not among what counts", order=one.order)
    room = _greater(ordered) - used.get((one.currency, one.order), 0)
    return max(0, min(room, whole)), Said("more is allowed than order {order} comes to", order=one.order)


def _greater(entries: Iterable[Entry]) -> int:
    sums = {kind: 0 for kind in KINDS}
    for one in entries:
        sums[one.kind] += one.cents
    return max(sums["booked"], sums["charged"])


def _account(known: Sequence[Entry], today: date, credit: Credit, terms: Terms) -> Account:
    sums = {kind: sum(e.cents for e in known if e.kind == kind) for kind in KINDS}
    charges = any(e.kind == "charged" for e in known)
    basis = credit.owed_by if credit.owed_by != EITHER else "charged" if charges else "booked"
    days = credit.days if terms.days is None else terms.days
    owed = sums[basis] - sums["paid"] - sums["reduced"]
    ageing = {label: 0 for _, label in AGES}
    not_due = slowest = 0
    for due, cents in _open(known, basis, days):
        late = (today - due).days
        if late <= 0:
            not_due += cents
            continue
        slowest = max(slowest, late)
        ageing[next(label for most, label in AGES if late <= most)] += cents
    uncharged = max(0, sums["booked"] - sums["charged"]) if basis == "charged" else 0
    exposed = max(0, owed + uncharged)
    made = Account(
        terms.currency, basis, **sums, owed=owed, uncharged=uncharged, not_due=not_due, ageing=ageing, slowest=slowest,
        limit=terms.limit, days=days, exposed=exposed, periods=_periods(known, basis), flags=(),
    )  # fmt: skip
    return replace(made, flags=_flags(made))


@dataclass(slots=True)
class _Debt:
    due: date
    number: str
    left: int


def _open(known: Sequence[Entry], basis: str, days: int) -> list[tuple[date, int]]:
    """Return debts not settled yet, oldest first: allowances settle the order they name, all else the oldest debts.

    A charge taken back settles as a payment does; a payment given back is a debt again.
    """
    debts = [_Debt(_due(e, days), e.number, e.cents) for e in known if e.kind == basis and e.cents > 0]
    debts += [_Debt(_due(e, days), "", -e.cents) for e in known if e.kind in ("paid", "reduced") and e.cents < 0]
    debts.sort(key=lambda d: d.due)
    pool = -sum(e.cents for e in known if e.kind == basis and e.cents < 0)
    for one in known:
        if one.kind not in ("paid", "reduced") or one.cents <= 0:
            continue
        named = [d for d in debts if one.order and d.number == one.order]
        pool += _settle(named, one.cents)
    _settle(debts, pool)
    return [(d.due, d.left) for d in debts if d.left]


def _settle(debts: Iterable[_Debt], cents: int) -> int:
    """Settle debts in their order; return what is left over."""
    for debt in debts:
        settled = min(cents, debt.left)
        debt.left -= settled
        cents -= settled
    return cents


def _due(entry: Entry, days: int) -> date:
    if entry.due:
        return date.fromisoformat(entry.due)
    return date.fromisoformat(entry.date) + timedelta(days=days)


def _periods(known: Sequence[Entry], basis: str) -> tuple[Period, ...]:
    months: dict[str, dict[str, int]] = {}
    for entry in known:
        month = months.setdefault(entry.date[:7], dict.fromkeys(KINDS, 0))
        month[entry.kind] += entry.cents
    found = []
    owed = 0
    for name, of_month in sorted(months.items()):
        owed += of_month[basis] - of_month["paid"] - of_month["reduced"]
        found.append(Period(name, **of_month, owed=owed))
    return tuple(found)


def _flags(one: Account) -> tuple[Flag, ...]:
    def said(cents: int) -> str:
        return of(one.currency, cents)

    found: list[Flag] = []
    debts = {"booked": one.booked, "charged": one.charged}[one.basis]
    if one.ageing[">90"]:
        found.append(
            Flag("high", Said("{amount} overdue for more than 90 days (oldest {days})",
                              amount=said(one.ageing[">90"]), days=one.slowest))
        )  # fmt: skip
    elif one.overdue:
        found.append(
            Flag("notice", Said("{amount} overdue, the oldest for {days} days", amount=said(one.overdue),
                                days=one.slowest))
        )  # fmt: skip
    if one.limit is not None and one.exposed > one.limit:
        found.append(
            Flag("high", Said("{exposed} owed or ordered, {over} above the credit limit of {limit}",
                              exposed=said(one.exposed), over=said(one.exposed - one.limit), limit=said(one.limit)))
        )  # fmt: skip
    if debts > 0 and one.owed * 2 > debts:
        found.append(
            Flag("high" if one.owed * 4 > debts * 3 else "notice",
                 Said("{owed} of {all}, {share} %, of all {kind} is still owed", owed=said(one.owed), all=said(debts),
                      share=_share(one.owed, debts), kind=Word("dealing", one.basis)))
        )  # fmt: skip
    if debts > 0 and one.reduced * 10 > debts:
        found.append(
            Flag("notice", Said("allowances of {reduced} come to {share} % of all {kind}", reduced=said(one.reduced),
                                share=_share(one.reduced, debts), kind=Word("dealing", one.basis)))
        )  # fmt: skip
    if one.booked > 0 and one.charged * 10 > one.booked * 11:
        found.append(
            Flag("notice", Said("{charged} was charged, {booked} booked", charged=said(one.charged),
                                booked=said(one.booked)))
        )  # fmt: skip
    if one.owed < 0:
        found.append(Flag("notice", Said("{amount} more was paid than owed", amount=said(-one.owed))))
    return tuple(found)


def _share(part: int, whole: int) -> int:
    """Return a share in whole per cent, halves counted up."""
    return (200 * part + whole) // (2 * whole)
