"""Customers' classes by consumption (R10): proposed each quarter by the scheme's rule, decided by people. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dms.domain.money import money
from dms.errors import Usage
from dms.said import Said, one_after_another

CLASSES = ("A", "B", "C", "D")
_PERIOD = re.compile(r"(\d{4})(?:-(?:(0[1-9]|1[0-2])|Q([1-4])|H([12])))?")


@dataclass(frozen=True, slots=True)
class Span:
    """A month ``2026-11``, quarter ``2026-Q4``, half ``2026-H2`` or year ``2026``: first and last day."""

    name: str
    first: date
    last: date

    def holds(self, day: str) -> bool:
        """True where an ISO date (or time) lies inside."""
        return bool(day) and self.first.isoformat() <= day[:10] <= self.last.isoformat()


def span(text: str) -> Span:
    """Read a period.

    Raises:
        Usage: it is none.
    """
    found = _PERIOD.fullmatch(text.strip().upper())
    if not found:
        raise Usage(
            Said("“{text}” is no period.", text=text),
            Said("A month 2026-11, a quarter 2026-Q4, a half 2026-H2 or a year 2026."),
        )
    year = int(found[1])
    if found[2]:
        first, months = int(found[2]), 1
    elif found[3]:
        first, months = 3 * int(found[3]) - 2, 3
    elif found[4]:
        first, months = 6 * int(found[4]) - 5, 6
    else:
        first, months = 1, 12
    after = first + months
    end = date(year + (after > 12), after - 12 if after > 12 else after, 1)
    return Span(text.strip().upper(), date(year, first, 1), date.fromordinal(end.toordinal() - 1))


def quarter_of(day: date) -> str:
    """Return the quarter a day lies in: ``2026-Q4``."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def before(quarter: str) -> str:
    """Return the quarter before: ``2026-Q1`` gives ``2025-Q4``."""
    one = span(quarter)
    return quarter_of(date.fromordinal(one.first.toordinal() - 1))


def propose(cents: int, thresholds: Mapping[str, int]) -> str:
    """Return the class of a quarter's consumption.

    Args:
        cents: hundredths consumed.
        thresholds: A, B and C -> least whole units of money; what is below all of them is D.
    """
    return next((name for name in CLASSES[:-1] if cents >= thresholds[name] * 100), CLASSES[-1])


@dataclass(frozen=True, slots=True)
class Figure:
    """What a customer consumed in a quarter in one currency, hundredths, and the class that alone would give.

    Attributes:
        consumed: the greater of booked and charged: an order and its charge are one dealing.
        grade: empty where the scheme has no amounts for this currency.
    """

    currency: str
    booked: int
    charged: int
    consumed: int
    grade: str


def figure(currency: str, booked: int, charged: int, grades: Mapping[str, Mapping[str, int]]) -> Figure:
    """Judge one currency by the scheme's amounts: currency -> A, B and C -> least whole units; below all is D."""
    consumed = max(booked, charged)
    return Figure(
        currency, booked, charged, consumed, propose(consumed, grades[currency]) if currency in grades else ""
    )


def best(figures: Sequence[Figure]) -> str:
    """Return the class proposed: the best of those judged; currencies are compared by their classes, never added."""
    return min((f.grade for f in figures if f.grade), default=CLASSES[-1])


def why(figures: Sequence[Figure], grades: Mapping[str, Mapping[str, int]]) -> Said:
    """Return the rule with the figures it was applied to."""
    parts = []
    for one in figures:
        told = {"booked": money(one.booked), "charged": money(one.charged), "consumed": money(one.consumed)}
        if not one.grade:
            parts.append(
                Said(
                    "{currency}: booked {booked}, charged {charged}: not judged, the scheme has no amounts for it",
                    currency=one.currency, booked=told["booked"], charged=told["charged"],
                )
            )  # fmt: skip
            continue
        parts.append(
            Said(
                "{currency}: booked {booked}, charged {charged}; the greater, {consumed}, is {grade} ({rule})",
                currency=one.currency, grade=one.grade, rule=rule(grades[one.currency]), **told,
            )
        )  # fmt: skip
    return one_after_another(parts)


def rule(thresholds: Mapping[str, int]) -> Said:
    """Return the rule of one currency in words."""
    a, b, c = (money(thresholds[name] * 100) for name in CLASSES[:-1])
    return Said("A from {a}, B from {b}, C from {c}, else D", a=a, b=b, c=c)
