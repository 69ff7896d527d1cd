"""Dates as papers write them: Western, ROC and Chinese notations, each with a word on how sure its reading is.

``05/11/26`` may be three days, so it is seen and doubted, never chosen. A part of a longer number is no date.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from dms.domain.describing.values import narrow

_ROC = 1911
_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {c: n for n, c in enumerate("零壹贰叁肆伍陆柒捌玖")}
_DIGITS |= dict.fromkeys("〇○Oo0", 0) | {"貳": 2, "參": 3, "叄": 3, "陸": 6, "两": 2, "元": 1}
_TENS = {"十": 10, "拾": 10, "廿": 20, "卅": 30}
_HAN = "".join(c for c in _DIGITS if c != "元")
_SMALL = rf"\d{{1,2}}|[{_HAN}{''.join(_TENS)}元]{{1,4}}"
_HAN_DATE = re.compile(
    rf"(?P<era>(?:中华|中華)?民[国國]\s*)?(?<![\d{_HAN}百])(?P<y>\d{{2,4}}|[{_HAN}]{{2,4}}|[{_HAN}百佰{''.join(_TENS)}]{{3,6}})"
    rf"\s*年\s*(?P<m>{_SMALL})\s*月\s*(?P<d>{_SMALL})(?!\d)\s*[日号號]?"
)
_YEAR_FIRST = re.compile(
    r"(?P<era>(?:中华|中華)?民[国國]\s*)?(?<!\d)(?P<y>\d{2,4})\s*([-/.])\s*(?P<m>\d{1,2})\s*\3\s*(?P<d>\d{1,2})(?!\d)"
)
_YEAR_LAST = re.compile(r"(?<!\d)(?P<a>\d{1,2})\s*([-/.])\s*(?P<b>\d{1,2})\s*\2\s*(?P<y>\d{4})(?!\d)")
_NAMES = "|".join(
    sorted({form for m in calendar.month_name[1:] for form in (m, m[:3])} | {"Sept"}, key=len, reverse=True)
)
_SHORT_DAY = r"(?P<d>\d{1,2})(?:st|nd|rd|th)?"
_SHORT_YEAR = r"(?P<y>\d{4}|\d{2})(?!\d)"
_NAMED = (
    re.compile(rf"(?<![A-Za-z\d]){_SHORT_DAY}(?:\s+of)?[\s\-/.,]*(?P<m>{_NAMES})\.?[\s\-/,]*{_SHORT_YEAR}", re.I),
    re.compile(rf"(?<![A-Za-z])(?P<m>{_NAMES})(?:\.\s*|[\s\-/]+){_SHORT_DAY}(?:\s*,\s*|[\s\-/]+){_SHORT_YEAR}", re.I),
    re.compile(rf"(?<!\d)(?P<y>\d{{4}})[\s\-/]+(?P<m>{_NAMES})\.?[\s\-/]+(?P<d>\d{{1,2}})(?!\d)", re.I),
)
_COMPACT = re.compile(r"\s*((?:19|20)\d\d)(\d\d)(\d\d)\s*")


@dataclass(frozen=True, slots=True)
class Seen:
    """A date in a text.

    Attributes:
        day: its likeliest reading.
        start: where it begins.
        end: behind its last character.
        others: other days the same signs can mean.
        sure: nobody would read it otherwise; a year of two digits never is.
    """

    day: date
    start: int
    end: int
    others: tuple[date, ...] = ()
    sure: bool = True


def see_dates(text: str) -> list[Seen]:
    """Return the dates of a text in the order they stand; ROC years (民国, or three digits) are converted."""
    told = narrow(text)
    found = [*_han(told), *_year_first(told), *_year_last(told), *_named(told)]
    found.sort(key=lambda s: (s.start, -s.end))
    kept: list[Seen] = []
    for one in found:
        if not _in_a_number(told, one.start, one.end) and (not kept or one.start >= kept[-1].end):
            kept.append(one)
    return kept


def find_dates(text: str) -> list[date]:
    """Return the days a text names, in the order they stand, in their likeliest reading."""
    return [seen.day for seen in see_dates(text)]


def read_date(text: str) -> date | None:
    """Return the first date of a text in its likeliest reading, None where there is none that exists."""
    seen = first_date(text)
    return seen.day if seen else None


def first_date(text: str) -> Seen | None:
    """Return the first date of a text; ``20261103`` counts where nothing else stands there."""
    compact = _COMPACT.fullmatch(narrow(text))
    if compact:
        day = _day(*(int(part) for part in compact.groups()))
        return Seen(day, 0, len(text)) if day else None
    return next(iter(see_dates(text)), None)


def _han(told: str) -> Iterable[Seen]:
    for match in _HAN_DATE.finditer(told):
        year = match["y"]
        number = int(year) if year.isdigit() else _small(year)
        roc = bool(match["era"]) or len(year) == 3 or number in range(100, 200)
        yield from _made(match, number, _small(match["m"]), _small(match["d"]), roc=roc)


def _year_first(told: str) -> Iterable[Seen]:
    for match in _YEAR_FIRST.finditer(told):
        year, month, day = int(match["y"]), int(match["m"]), int(match["d"])
        if len(match["y"]) == 2 and not match["era"]:
            # 05/11/26 begins with a year, a day or a month.
            readings = [_day(2000 + year, month, day), _day(2000 + day, month, year), _day(2000 + day, year, month)]
            days = list(dict.fromkeys(d for d in readings if d))
            if days:
                yield Seen(days[0], match.start(), match.end(), tuple(days[1:]), sure=False)
        elif len(match["y"]) != 3 or match["era"] or not match["y"].startswith("0"):
            yield from _made(match, year, month, day, roc=bool(match["era"]) or len(match["y"]) == 3)


def _year_last(told: str) -> Iterable[Seen]:
    for match in _YEAR_LAST.finditer(told):
        first, second, year = int(match["a"]), int(match["b"]), int(match["y"])
        days = list(dict.fromkeys(d for d in (_day(year, second, first), _day(year, first, second)) if d))
        if days:
            yield Seen(days[0], match.start(), match.end(), tuple(days[1:]), sure=len(days) == 1)


def _named(told: str) -> Iterable[Seen]:
    months = {name[:3].lower(): number for number, name in enumerate(calendar.month_name) if name}
    for pattern in _NAMED:
        for match in pattern.finditer(told):
            month = months[match["m"][:3].lower()]
            yield from _made(match, int(match["y"]), month, int(match["d"]), roc=False)


def _made(match: re.Match[str], year: int, month: int, day: int, *, roc: bool) -> Iterable[Seen]:
    short = not roc and year < 100
    found = _day(year + (_ROC if roc else 2000 if short else 0), month, day)
    if found:
        yield Seen(found, match.start(), match.end(), sure=not short)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if 1900 <= year <= 2200 else None


def _small(text: str) -> int:
    """Read a number of a date: 3, 廿三, 二十三, 零叁, 二三, 一百一十五."""
    if text.isdigit():
        return int(text)
    hundreds, sign, rest = text.replace("佰", "百").rpartition("百")
    total = 100 * (_small(hundreds) if hundreds else 1) if sign else 0
    for place, char in enumerate(rest):
        if char in _TENS:
            lead = _small(rest[:place]) if rest[:place].strip("零") else 1
            return total + (lead if _TENS[char] == 10 else 1) * _TENS[char] + _small(rest[place + 1 :])
    digits = "".join(str(_DIGITS[c]) for c in rest)
    return total + (int(digits) if digits else 0)


def _in_a_number(told: str, start: int, end: int) -> bool:
    """True where more is tied to it by a sign: TS-2026-11-03 and 2026-11-03-0007 are numbers, a range is two dates."""
    before, after = _BEFORE.search(told[max(0, start - 40) : start]), _AFTER.match(told, end)
    return any(tied and tied[0] and not _RANGE.fullmatch(tied[0]) for tied in (before, after))


_BEFORE = re.compile(r"[A-Za-z0-9\-/._]*$")
_AFTER = re.compile(r"[-_/][A-Za-z0-9\-/._]*|[A-Za-z]{2,}[0-9]*")
_RANGE = re.compile(r"[-/._]*(?:\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4})?[-/._]*")
