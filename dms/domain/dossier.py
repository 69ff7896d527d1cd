"""A customer's dealings for credit judgement (R14): booked, charged, paid, owed, their age, flags with reasons.

Amounts are whole hundredths. What is owed grows by charges (by bookings where nothing was ever charged) and falls by
payments and reductions, which settle the oldest debts first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dms.said import Said, Word

KINDS = ("booked", "charged", "paid", "reduced")
CREDIT_DAYS = 30
AGES = ((30, "1–30"), (60, "31–60"), (90, "61–90"), (10**6, ">90"))


@dataclass(frozen=True, slots=True)
class Entry:
    """One dealing: a kind of :data:`KINDS`, ISO date, hundredths, day a debt is due (empty: 30 days later)."""

    kind: str
    date: str
    cents: int
    due: str = ""


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
class Dossier:
    """What a customer's dealings come to.

    Attributes:
        owed: hundredths; less than nothing where more was paid than owed.
        not_due: of it, not due yet.
        ageing: overdue by days, label -> hundredths, in the order of :data:`AGES`.
        slowest: days the oldest open debt is overdue; 0 where none is.
    """

    booked: int
    charged: int
    paid: int
    reduced: int
    owed: int
    not_due: int
    ageing: dict[str, int]
    slowest: int
    periods: tuple[Period, ...]
    flags: tuple[Flag, ...]


def dossier(entries: Sequence[Entry], today: date) -> Dossier:
    """Return the dossier of one customer as of a day; dealings after it do not count."""
    known = sorted((e for e in entries if e.date and e.date <= today.isoformat()), key=lambda e: e.date)
    sums = {kind: sum(e.cents for e in known if e.kind == kind) for kind in KINDS}
    debt_kind = "charged" if any(e.kind == "charged" for e in known) else "booked"
    owed = sums[debt_kind] - sums["paid"] - sums["reduced"]
    open_debts = _open(known, debt_kind)
    ageing = {label: 0 for _, label in AGES}
    not_due = slowest = 0
    for due, cents in open_debts:
        late = (today - due).days
        if late <= 0:
            not_due += cents
            continue
        slowest = max(slowest, late)
        ageing[next(label for most, label in AGES if late <= most)] += cents
    return Dossier(
        **sums, owed=owed, not_due=not_due, ageing=ageing, slowest=slowest,
        periods=_periods(known, debt_kind), flags=_flags(sums, debt_kind, owed, ageing, slowest),
    )  # fmt: skip


def money(cents: int) -> str:
    """Return an amount as people write it: ``1,860.00``."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def _open(known: Sequence[Entry], debt_kind: str) -> list[tuple[date, int]]:
    """Return debts not settled yet, oldest first, after payments and reductions settled the oldest."""
    debts = sorted((_due(e), e.cents) for e in known if e.kind == debt_kind and e.cents > 0)
    left = sum(e.cents for e in known if e.kind in ("paid", "reduced"))
    found: list[tuple[date, int]] = []
    for due, cents in debts:
        settled = min(cents, max(0, left))
        left -= settled
        if cents > settled:
            found.append((due, cents - settled))
    return found


def _due(entry: Entry) -> date:
    if entry.due:
        return date.fromisoformat(entry.due)
    return date.fromisoformat(entry.date) + timedelta(days=CREDIT_DAYS)


def _periods(known: Sequence[Entry], debt_kind: str) -> tuple[Period, ...]:
    months: dict[str, dict[str, int]] = {}
    for entry in known:
        month = months.setdefault(entry.date[:7], dict.fromkeys(KINDS, 0))
        if entry.kind in month:
            month[entry.kind] += entry.cents
    found = []
    owed = 0
    for name, of_month in sorted(months.items()):
        owed += of_month[debt_kind] - of_month["paid"] - of_month["reduced"]
        found.append(Period(name, **of_month, owed=owed))
    return tuple(found)


def _flags(sums: dict[str, int], debt_kind: str, owed: int, ageing: dict[str, int], slowest: int) -> tuple[Flag, ...]:
    found: list[Flag] = []
    overdue = sum(ageing.values())
    if ageing[">90"]:
        found.append(
            Flag(
                "high",
                Said(
                    "{amount} overdue for more than 90 days (oldest {days})", amount=money(ageing[">90"]), days=slowest
                ),
            )
        )
    elif overdue:
        found.append(
            Flag("notice", Said("{amount} overdue, the oldest for {days} days", amount=money(overdue), days=slowest))
        )
    if sums[debt_kind] and owed * 2 > sums[debt_kind]:
        share = round(100 * owed / sums[debt_kind])
        found.append(
            Flag(
                "high" if share > 75 else "notice",
                Said("{share} % of all {kind} is still owed", share=share, kind=Word("dealing", debt_kind)),
            )
        )
    if sums[debt_kind] and sums["reduced"] * 10 > sums[debt_kind]:
        share = round(100 * sums["reduced"] / sums[debt_kind])
        found.append(
            Flag(
                "notice",
                Said("reductions come to {share} % of all {kind}", share=share, kind=Word("dealing", debt_kind)),
            )
        )
    if sums["charged"] and sums["booked"] and sums["charged"] > sums["booked"] * 11 // 10:
        found.append(Flag("notice", Said("more was charged than booked")))
    if owed < 0:
        found.append(Flag("notice", Said("{amount} more was paid than owed", amount=money(-owed))))
    return tuple(found)
