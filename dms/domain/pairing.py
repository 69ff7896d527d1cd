"""Do two texts tell the same? Likeness by shingles, and the facts that stand on one side only (R12). Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from dms.domain.describing.dates import find_dates
from dms.domain.describing.values import find_amounts, narrow, plain
from dms.said import Said, Word

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
    """A fact the two carriers tell differently, with its place on both.

    Attributes:
        kind: ``amount``, ``date``, ``number`` or ``name``.
        left: what stands on the first carrier; empty where nothing like it does.
        right: the same of the second.
        left_page: 1-based page of the first carrier it stands on; 0 where it does not.
        left_line: the line it stands in.
    """

    kind: str
    left: str
    right: str
    left_page: int = 0
    right_page: int = 0
    left_line: str = ""
    right_line: str = ""


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


def differences(
    left: Sequence[str],
    right: Sequence[str],
    *,
    names: Sequence[tuple[str, str]] = (),
    ours: frozenset[str] = frozenset(),
) -> list[FactDifference]:
    """Return every amount, date, number and name that the pages of one carrier tell and those of the other do not.

    What looks like the same fact told differently (1,680.00 here, 1,860.00 there) is one difference with two places.

    Args:
        left: text of each page of the first carrier.
        right: the same of the second.
        names: names read from fields of both, such as the customer's, in pairs.
        ours: numbers we printed on one of them ourselves (codes, paper numbers): no differences.
    """
    found: list[FactDifference] = []
    for kind in ("amount", "date", "number"):
        mine, other = _placed(left, kind + "s"), _placed(right, kind + "s")
        only_left = [v for v in mine if v not in other and not _printed(v, ours)]
        only_right = [v for v in other if v not in mine and not _printed(v, ours)]
        for value in only_left:
            twin = max(only_right, key=lambda v: _likeness(value, v), default="")
            if twin and _likeness(value, twin) < _TWIN:
                twin = ""
            if twin:
                only_right.remove(twin)
            found.append(FactDifference(kind, value, twin, *_places(mine.get(value), other.get(twin))))
        found += [FactDifference(kind, "", v, *_places(None, other.get(v))) for v in only_right]
    for one, two in names:
        if one and two and _bare(one) != _bare(two):
            places = _places(_find(left, one), _find(right, two))
            found.append(FactDifference("name", one, two, *places))
    return found


_TWIN = 0.6


def _placed(pages: Sequence[str], kind: str) -> dict[str, tuple[int, str]]:
    """Return the facts of a kind with the page and line each stands in first."""
    found: dict[str, tuple[int, str]] = {}
    for number, page in enumerate(pages, 1):
        on_page: frozenset[str] = getattr(facts(page), kind)
        lines = [(line, getattr(facts(line), kind)) for line in page.splitlines() if line.strip()]
        for value in sorted(on_page):
            if value not in found:
                line = next((text for text, values in lines if value in values), "")
                found[value] = (number, line.strip()[:120])
    return found


def _find(pages: Sequence[str], name: str) -> tuple[int, str] | None:
    wanted = _bare(name)
    for number, page in enumerate(pages, 1):
        for line in page.splitlines():
            if wanted and wanted in _bare(line):
                return number, line.strip()[:120]
    return None


def _places(left: tuple[int, str] | None, right: tuple[int, str] | None) -> tuple[int, int, str, str]:
    one, two = left or (0, ""), right or (0, "")
    return one[0], two[0], one[1], two[1]


def _likeness(a: str, b: str) -> float:
    return SequenceMatcher(a=a, b=b, autojunk=False).ratio()


def _bare(text: str) -> str:
    return "".join(c for c in narrow(text).lower() if c.isalnum())


def _printed(value: str, ours: frozenset[str]) -> bool:
    bare = _bare(value)
    return any(bare in _bare(number) for number in ours)


# So many differences are named in a question; the comparison shows all.
_NAMED = 5


def told_apart(found: Sequence[FactDifference]) -> tuple[Said, ...]:
    """Return what two carriers tell differently, for a person: kind, electronic value, paper value."""
    return tuple(
        Said("{kind} {left} / {right}", kind=Word("fact", d.kind), left=d.left or "-", right=d.right or "-")
        for d in found[:_NAMED]
    )
