"""Do two texts tell the same? Likeness by shingles, and the facts that stand on one side only (R12). Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from dms.domain.describing.values import find_amounts, find_dates, narrow, plain

PROPOSE = 0.55
_SHINGLE = 4
_DATE_LIKE = re.compile(r"\d{2,4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?")
# What marks a figure as an amount: a currency, grouped thousands or two decimals. A bare 2026 may be anything.
_AMOUNT = re.compile(
    r"(?:[¥￥$€]|rmb|cny|nt\$|usd)\s*-?\d[\d,]*(?:\.\d{1,2})?|-?\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|-?\d+\.\d{2}(?!\d)"
    r"|-?\d[\d,]*(?:\.\d{1,2})?\s*元",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[A-Za-z]{1,6}[-/]?\d[\dA-Za-z\-/]{3,}|\d{7,}")


@dataclass(frozen=True, slots=True)
class Facts:
    """What must agree on both carriers."""

    amounts: frozenset[str]
    dates: frozenset[str]
    numbers: frozenset[str]


@dataclass(frozen=True, slots=True)
class FactDifference:
    """A fact that stands on one side only; the other side is empty."""

    kind: str
    left: str
    right: str


def similarity(a: str, b: str, fold: Callable[[str], str]) -> float:
    """Return how much of the shorter text stands in the longer one, 0..1, by shingles of four characters.

    Layout, blanks and punctuation do not count; a scan has stamps and signatures its draft has not, so the measure is
    containment and not overlap.
    """
    left, right = _shingles(a, fold), _shingles(b, fold)
    if not left or not right:
        return 0.0
    return len(left & right) / min(len(left), len(right))


def _shingles(text: str, fold: Callable[[str], str]) -> frozenset[str]:
    bare = "".join(c for c in fold(text) if c.isalnum())
    if len(bare) < 4 * _SHINGLE:
        return frozenset()
    return frozenset(bare[i : i + _SHINGLE] for i in range(len(bare) - _SHINGLE + 1))


def facts(text: str) -> Facts:
    """Return amounts (two decimals), dates (ISO) and long numbers of a text."""
    told = narrow(text)
    dates = frozenset(d.isoformat() for d in find_dates(told))
    numbers = frozenset(m[0].upper() for m in _NUMBER.finditer(_DATE_LIKE.sub(" ", told)))
    rest = _NUMBER.sub(" ", _DATE_LIKE.sub(" ", told))
    amounts = frozenset(plain(v) for match in _AMOUNT.finditer(rest) for v in find_amounts(match[0]))
    return Facts(amounts, dates, numbers)


def fact_differences(left: str, right: str) -> list[FactDifference]:
    """Return every amount, date and number that one text has and the other has not."""
    a, b = facts(left), facts(right)
    found = []
    for kind in ("amounts", "dates", "numbers"):
        mine: frozenset[str] = getattr(a, kind)
        other: frozenset[str] = getattr(b, kind)
        found += [FactDifference(kind[:-1], value, "") for value in sorted(mine - other)]
        found += [FactDifference(kind[:-1], "", value) for value in sorted(other - mine)]
    return found
