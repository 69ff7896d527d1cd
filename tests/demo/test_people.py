from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.demo import people
from dms.domain.describing.dates import find_dates
from dms.domain.describing.values import read_capitals


def test_customers_are_the_same_for_a_seed_and_differ_for_another() -> None:
    assert people.customers(7) == people.customers(7)
    assert people.customers(7) != people.customers(8)


def test_customers_cover_what_is_hard() -> None:
    names = [c.name for c in people.customers()]
    assert min(map(len, names)) == 2
    assert max(map(len, names)) >= 20
    assert {c.language for c in people.customers()} == set(people.LANGUAGES)
    assert len(set(names)) == len(names)
    assert {c.manager for c in people.customers()} == {m.code for m in people.MANAGERS}


@given(st.integers(0, 9_999_999_999))
def test_capitals_read_back(cents: int) -> None:
    value = Decimal(cents) / 100
    for language in (people.SIMPLIFIED, people.TRADITIONAL):
        assert read_capitals(people.capitals(value, language)) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("12800.00", "壹万贰仟捌佰元整"),
        ("10005.00", "壹万零伍元整"),
        ("300.50", "叁佰元伍角"),
        ("20.05", "贰拾元零伍分"),
        ("100000", "壹拾万元整"),
        ("0", "零元整"),
        ("1030200", "壹佰零叁万零贰佰元整"),
        ("100010000", "壹亿零壹万元整"),
    ],
)
def test_capitals(value: str, text: str) -> None:
    assert people.capitals(Decimal(value)) == text


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_every_notation_of_a_date_is_the_same_day(day: date) -> None:
    for style in ("iso", "slash", "han", "words", "english"):
        assert find_dates(people.date_text(day, style)) == [day]


def test_amounts_and_days_stay_in_range() -> None:
    rng = Random(1)
    for _ in range(300):
        assert 800 <= people.amount(rng) <= 180_011
        found = people.day(rng)
        assert found.year == 2026
        assert found.weekday() < 5
