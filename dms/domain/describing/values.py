"""Values as forms write them: dates and amounts in many notations, brought to one."""

from __future__ import annotations

import calendar
import re
from datetime import date
from decimal import Decimal, InvalidOperation

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}
_CAPITALS = dict(zip("零壹贰叁肆伍陆柒捌玖", range(10), strict=True)) | _DIGITS
_CAPITALS |= dict(zip("貳參陸", (2, 3, 6), strict=True))
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MONTHS = {m[:3].lower(): i for i, m in enumerate(calendar.month_name) if m}

_HAN = "〇零一二三四五六七八九○"
_DATE = re.compile(
    r"(?P<era>民国|民國|中华民国|中華民國)?\s*(?P<y>\d{2,4})\s*(?:年|[-/.])\s*(?P<m>\d{1,2})\s*(?:月|[-/.])\s*(?P<d>\d{1,2})(?!\d)\s*日?"
)
_HAN_DATE = re.compile(rf"(?P<y>[{_HAN}]{{4}})年(?P<m>[{_HAN}十]{{1,3}})月(?P<d>[{_HAN}十]{{1,3}})日?")
_ENGLISH = re.compile(r"(?P<d>\d{1,2})(?:st|nd|rd|th)?\s+(?P<m>[A-Za-z]{3,9})\.?,?\s+(?P<y>\d{4})")
_AMERICAN = re.compile(r"(?P<m>[A-Za-z]{3,9})\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})")
_AMOUNT = re.compile(r"(?<![\d.,])-?\d{1,3}(?:[,，]\s?\d{3})+(?:\.\d{1,2})?(?!\d)|(?<![\d.,])-?\d+(?:\.\d{1,2})?(?!\d)")
_CAPITAL = re.compile(r"[零壹贰貳叁參肆伍陆陸柒捌玖拾佰仟万萬亿億元圆圓角分整正]{3,}")


def narrow(text: str) -> str:
    """Return text with full-width ASCII made half-width, length kept."""
    return "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else " " if c == "\u3000" else c for c in text)


def read_date(text: str) -> date | None:
    """Return the first date in a text, None where there is none that exists."""
    found = find_dates(text)
    return found[0] if found else None


def find_dates(text: str) -> list[date]:
    """Return all dates in a text in the order they stand; ROC years (民国, or two to three digits) are converted."""
    told = narrow(text)
    hits: list[tuple[int, date]] = []
    for match in _DATE.finditer(told):
        year = int(match["y"])
        if match["era"] or len(match["y"]) == 3:
            year += 1911
        elif len(match["y"]) == 2:
            year += 2000
        _add(hits, match.start(), year, int(match["m"]), int(match["d"]))
    for match in _HAN_DATE.finditer(told):
        year = int("".join(str(_DIGITS[c]) for c in match["y"]))
        _add(hits, match.start(), year, _small(match["m"]), _small(match["d"]))
    for pattern in (_ENGLISH, _AMERICAN):
        for match in pattern.finditer(told):
            month = _MONTHS.get(match["m"][:3].lower())
            if month:
                _add(hits, match.start(), int(match["y"]), month, int(match["d"]))
    return [day for _, day in sorted(hits)]


def _add(hits: list[tuple[int, date]], place: int, year: int, month: int, day: int) -> None:
    try:
        found = date(year, month, day)
    except ValueError:
        return
    if 1900 <= year <= 2200:
        hits.append((place, found))


def _small(han: str) -> int:
    """Read a Chinese number up to 99."""
    if "十" in han:
        tens, _, ones = han.partition("十")
        return (_DIGITS.get(tens, 1)) * 10 + (_DIGITS.get(ones, 0))
    return int("".join(str(_DIGITS[c]) for c in han))


def read_amount(text: str) -> Decimal | None:
    """Return the first amount in a text: figures first, else capital numerals (壹万贰仟捌佰元整)."""
    found = find_amounts(text)
    if found:
        return found[0]
    for match in _CAPITAL.finditer(text):
        value = read_capitals(match[0])
        if value is not None:
            return value
    return None


def find_amounts(text: str) -> list[Decimal]:
    """Return all figures in a text that can be amounts."""
    values = []
    for match in _AMOUNT.finditer(narrow(text)):
        try:
            values.append(Decimal(match[0].replace(",", "").replace("，", "").replace(" ", "")))
        except InvalidOperation:
            continue  # a pattern match that is no number after all
    return values


def read_capitals(text: str) -> Decimal | None:
    """Return the value of capital numerals (大写金额), None where they are none.

    ``壹万贰仟捌佰元整`` is 12800, ``叁佰元伍角`` is 300.5.
    """
    total = section = Decimal(0)
    digit: int | None = None
    seen = False
    for char in text:
        if char in _CAPITALS:
            digit = _CAPITALS[char]
            seen = True
        elif char in _UNITS:
            section += (1 if digit is None else digit) * _UNITS[char]
            digit = None
        elif char in "万萬":
            total, section, digit = total + (section + (digit or 0)) * 10_000, Decimal(0), None
        elif char in "亿億":
            total, section, digit = (total + section + (digit or 0)) * 100_000_000, Decimal(0), None
        elif char in "元圆圓":
            total, section, digit = total + section + (digit or 0), Decimal(0), None
        elif char == "角":
            total, digit = total + Decimal(digit or 0) / 10, None
        elif char == "分":
            total, digit = total + Decimal(digit or 0) / 100, None
        elif char not in "整正":
            return None
    return total + section + (digit or 0) if seen else None


def plain(amount: Decimal) -> str:
    """Return an amount with two decimals and no grouping, as fields keep it."""
    return f"{amount:.2f}"
