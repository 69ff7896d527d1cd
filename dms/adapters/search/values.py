"""Values of form fields as index terms, so that any engine finds a range by a handful of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

_AMOUNT = re.compile(r"[¥￥$€£]?(-?)[¥￥$€£]?((?:\d{1,3}(?:,\d{3})+|\d{1,13})(?:\.\d{1,4})?)(?:元|圆|rmb|cny)?整?")
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_DIGITS = 15
_MOST = 10**_DIGITS - 1


def hundredths(text: str) -> int | None:
    """Return the value of a field in hundredths (a day is ``yyyymmdd`` times a hundred), None where it is no number.

    Args:
        text: closed and folded.
    """
    if day := _DAY.fullmatch(text):
        return int("".join(day.groups())) * 100
    amount = _AMOUNT.fullmatch(text)
    if not amount:
        return None
    told = Decimal(amount[2].replace(",", "")).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return int(told * 100) * (-1 if amount[1] else 1)


def value_terms(number: int) -> Iterator[str]:
    """Yield the terms of a value: its digits, and each of their beginnings."""
    digits = f"{abs(number):0{_DIGITS}d}"
    sign = "-" if number < 0 else "+"
    for length in range(1, _DIGITS + 1):
        yield f"{sign}{digits[:length]}"


def range_terms(low: int | None, high: int | None) -> list[str]:
    """Return the terms one of which every value of a range has, and no other value."""
    bottom, top = -_MOST if low is None else max(low, -_MOST), _MOST if high is None else min(high, _MOST)
    found: list[str] = []
    if bottom < 0 and bottom <= top:
        found += (f"-{t}" for t in _covering(max(1, -top), -bottom))
    if top >= 0 and bottom <= top:
        found += (f"+{t}" for t in _covering(max(0, bottom), top))
    return found


def _covering(low: int, high: int) -> Iterator[str]:
    """Yield the fewest beginnings of digits that cover all numbers from low to high."""
    while low <= high:
        length = 0
        while length < _DIGITS - 1 and low % 10 ** (length + 1) == 0 and low + 10 ** (length + 1) - 1 <= high:
            length += 1
        yield f"{low:0{_DIGITS}d}"[: _DIGITS - length]
        low += 10**length
