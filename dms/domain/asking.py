"""Fields of forms as people name them in a query: ``金额:>10000``, ``电话:139…``, known from the form profiles."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from dms.domain.describing.profiles import FormProfile
from dms.domain.numbers import fold
from dms.domain.query import Within
from dms.errors import Usage
from dms.said import Said

# Fields that every record has; a form's own of the same key is the record's.
_OF_RECORD = {"customer": "customer", "date": "date"}
# What people ask for by name whatever forms an office has.
_GENERAL = (
    ("金额", "amount", "amount"), ("amount", "amount", "amount"),
    ("电话", "phone", "number"), ("手机", "phone", "number"),
    ("发票号码", "invoice_number", "number"), ("发票号", "invoice_number", "number"),
    ("发票代码", "invoice_code", "number"),
)  # fmt: skip
_LEAST = 2
_MOST_LABELS = 8
_AMOUNT = re.compile(r"[¥￥$€£]?(\d{1,3}(?:,\d{3})+|\d{1,13})(\.\d+)?(万|萬|亿|億)?[元圆圓]?")
_TIMES = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}
_COMPARED = re.compile(r"(>=|<=|=>|=<|[><=≥≤])(.*)")
_ROC = 1911
_EXAMPLE = Said("Such as date:2026-11-23, date:2026-11, date:2026-01..2026-03, date:115-11 (民国).")


@dataclass(frozen=True, slots=True)
class FormField:
    """What a name in a query stands for.

    Attributes:
        keys: fields of forms.
        kind: ``amount``, ``date``, or ``text`` for all others: how its values are compared.
        labels: what may be printed before it.
    """

    keys: tuple[str, ...]
    kind: str
    labels: tuple[str, ...] = ()


class FieldNames:
    """The names of all fields of all forms: their keys and what is printed before them.

    Args:
        profiles: the forms there are.
    """

    def __init__(self, profiles: Sequence[FormProfile] = ()) -> None:
        self._profiles = profiles

    @cached_property
    def _labels(self) -> list[tuple[str, str, str]]:
        """All labels with key and kind; gathered when a query first names a field that is not every record's."""
        told = [(_bare(n), f.key, f.kind) for p in self._profiles for f in p.fields for n in (f.key, *f.labels)]
        return [*told, *_GENERAL]

    def named(self, name: str) -> FormField | str | None:
        """Return the form's fields a name stands for, the record's own field it is another name of, None if unknown.

        A name that no form prints as it is may be the beginning or end of one: ``金额`` is every kind of amount.
        """
        name = _bare(name)
        if len(name) < _LEAST:
            return None
        equal = [(key, kind) for label, key, kind in self._labels if label == name]
        near = [(k, kind) for label, k, kind in self._labels if label.startswith(name) or label.endswith(name)]
        if not equal or any(kind == "amount" for _, kind in equal):
            # One form's 合计 is another's 合计金额, and all of them are amounts.
            equal += [(key, kind) for key, kind in near if not equal or kind == "amount"]
        if not equal:
            return None
        if own := [_OF_RECORD[key] for key, _ in equal if key in _OF_RECORD]:
            return own[0]
        kinds = {kind for _, kind in equal}
        kind = next((k for k in ("amount", "date") if kinds == {k}), "text")
        keys = {key for key, _ in equal}
        labels = dict.fromkeys((name, *(label for label, key, _ in self._labels if key in keys and name in label)))
        return FormField(tuple(sorted(keys)), kind, tuple(labels)[:_MOST_LABELS])


def _bare(name: str) -> str:
    return "".join(name.split()).strip(".:：").lower()


def amounts(keys: tuple[str, ...], text: str) -> Within:
    """Read an amount, a comparison or a range: ``12,800``, ``>10000``, ``1万..2万``.

    Raises:
        Usage: it is none.
    """
    narrow = fold(text).replace("·", ".").replace("，", ",")
    if ".." in narrow:
        first, _, last = narrow.partition("..")
        return Within(keys, _cents(first, text, up=True) if first else None, _cents(last, text) if last else None)
    sign, told = _sign(narrow)
    if sign in (">", ">="):
        low = _cents(told, text, up=sign == ">=") + (sign == ">")
        return Within(keys, low, None)
    if sign in ("<", "<="):
        return Within(keys, None, _cents(told, text, up=sign == "<") - (sign == "<"))
    return Within(keys, _cents(told, text, up=True), _cents(told, text))


def _cents(narrow: str, typed: str, *, up: bool = False) -> int:
    """Return an amount in hundredths, parts of one cut off, or counted as one more."""
    match = _AMOUNT.fullmatch(narrow)
    if not match:
        raise Usage(
            Said("“{typed}” is no amount.", typed=typed),
            Said("Such as 金额:12800, 金额:>10000, 金额:5000..10000, 金额:>=1.5万."),
        )
    told = Decimal(match[1].replace(",", "") + (match[2] or "")) * _TIMES.get(match[3] or "", 1) * 100
    whole = int(told)
    return whole + (up and told > whole)


def _sign(text: str) -> tuple[str, str]:
    match = _COMPARED.fullmatch(text)
    if not match:
        return "", text
    return {"≥": ">=", "=>": ">=", "≤": "<=", "=<": "<="}.get(match[1], match[1]), match[2]


def dates(text: str) -> tuple[date | None, date | None]:
    """Read a day, a month, a year, a comparison or a range of them; both ends are included, None is open.

    Raises:
        Usage: it is no date, or one that could be several: a year of two figures.
    """
    narrow = fold(text).replace("·", ".")
    if ".." in narrow:
        first, _, last = narrow.partition("..")
        return _day(first, text, end=False) if first else None, _day(last, text, end=True) if last else None
    sign, told = _sign(narrow)
    if sign in (">", ">="):
        day = _day(told, text, end=sign == ">")
        return (date.fromordinal(day.toordinal() + 1) if sign == ">" else day), None
    if sign in ("<", "<="):
        day = _day(told, text, end=sign == "<=")
        return None, (date.fromordinal(day.toordinal() - 1) if sign == "<" else day)
    return _day(told, text, end=False), _day(told, text, end=True)


def year(text: str) -> int:
    """Read a year: four figures, or three of the Republic's (民国).

    Raises:
        Usage: it is none, or one of two figures.
    """
    match = re.fullmatch(r"(民国|民國)?(\d{1,4})年?度?", fold(text))
    if not match:
        raise Usage(Said("“{text}” is no year.", text=text), Said("Such as year:2026, or year:115 (民国)."))
    return _year(match[2], text, roc=bool(match[1]))


def _year(figures: str, typed: str, *, roc: bool) -> int:
    if len(figures) == 4 and not roc:
        return int(figures)
    if len(figures) == 3 or roc:
        return int(figures) + _ROC
    raise Usage(
        Said("The year in “{typed}” has {count} figures and may be several.", typed=typed, count=len(figures)), _EXAMPLE
    )


def _day(text: str, typed: str, *, end: bool) -> date:
    bare = re.fullmatch(r"(\d{4})(\d{2})(\d{2})?", text)
    parts = [p for p in bare.groups() if p] if bare else re.findall(r"\d+", text)
    rest = re.sub(r"民国|民國|中华|中華|[\d年月日号./-]", "", text)
    if not parts or len(parts) > 3 or rest:
        raise Usage(Said("“{typed}” is no date.", typed=typed), _EXAMPLE)
    told_year = _year(parts[0], typed, roc="民" in text)
    try:
        month = int(parts[1]) if len(parts) > 1 else (12 if end else 1)
        last = calendar.monthrange(told_year, month)[1]
        return date(told_year, month, int(parts[2]) if len(parts) > 2 else (last if end else 1))
    except ValueError:
        raise Usage(Said("“{typed}” is no date.", typed=typed), _EXAMPLE) from None


def days(keys: tuple[str, ...], text: str) -> Within:
    """Read dates as the values of a form's field.

    Raises:
        Usage: see :func:`dates`.
    """
    start, end = dates(text)
    return Within(keys, _number(start) if start else _number(date.min), _number(end) if end else _number(date.max))


def _number(day: date) -> int:
    return (day.year * 10_000 + day.month * 100 + day.day) * 100
