"""Is this the same paper scanned (or sent) a second time? Proposed by number or by text; people decide. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

from dms.domain.pairing import facts, similarity
from dms.domain.record import Record

SAME_TEXT = 0.85
_LENGTHS = 0.8
_FACTS = 0.75
_SLIPS = 2
_LEAST_NUMBER = 3


def same_number(one: Record, other: Record) -> bool:
    """True where both are the same kind of form with the same number."""
    numbers = _bare(one.fields.get("number", "")), _bare(other.fields.get("number", ""))
    return bool(one.form) and one.form == other.form and numbers[0] == numbers[1] and len(numbers[0]) >= _LEAST_NUMBER


def may_be_same(one: Record, other: Record) -> bool:
    """False where form, number, date or amount already tell them apart, so that no text need be compared."""
    pairs = [(one.form, other.form), (one.date, other.date)]
    pairs += [(_bare(one.fields.get(k, "")), _bare(other.fields.get(k, ""))) for k in ("number", "amount")]
    return one.form == other.form and all(a == b or not a or not b for a, b in pairs)


def same_text(one: str, other: str, fold: Callable[[str], str]) -> float:
    """Return how alike two texts are, 0 where they are not the same paper.

    Monthly reports share nearly all their words: their lengths and what they tell in figures must agree as well.
    """
    a, b = _length(one), _length(other)
    if not a or not b or min(a, b) < _LENGTHS * max(a, b):
        return 0.0
    alike = similarity(one, other, fold)
    if alike < SAME_TEXT:
        return 0.0
    left, right = (
        {f"{kind}:{v}" for kind in ("amounts", "dates", "numbers") for v in getattr(facts(text), kind)}
        for text in (one, other)
    )
    # One figure read wrongly stands on both sides.
    agree = len(left ^ right) <= _SLIPS or len(left & right) >= _FACTS * len(left | right)
    return alike if agree else 0.0


def _length(text: str) -> int:
    return sum(c.isalnum() for c in text)


def _bare(text: str) -> str:
    return re.sub(r"[\W_]", "", text).upper()
