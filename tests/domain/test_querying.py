"""The query language: what people type, and that nothing they type breaks it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.domain.query import All, Between, Match, Not, OneOf
from dms.domain.querying import parse
from dms.errors import Usage


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", All()),
        ("投诉", Match("投诉")),
        ("投诉 折让", All((Match("投诉"), Match("折让")))),
        ("投诉 AND 折让", All((Match("投诉"), Match("折让")))),
        ("a OR b", OneOf((Match("a"), Match("b")))),
        ("a | b c", OneOf((Match("a"), All((Match("b"), Match("c")))))),
        ("a -b", All((Match("a"), Not(Match("b"))))),
        ("NOT (a OR b)", Not(OneOf((Match("a"), Match("b"))))),
        ("“新辰 酒店”", Match("新辰 酒店", "", exact=True)),
        ('"open', Match("open", "", exact=True)),
        ("题名：投诉", Match("投诉", "title")),
        ("class:04", Match("04", "class")),
        ("合同*", Match("合同")),
        ("hg01e2026000123", Match("HG01E2026000123")),
        ("A-4", Match("A-4")),
        ("（甲 OR 乙） 丙", All((OneOf((Match("甲"), Match("乙"))), Match("丙")))),
        ("date:2026-02", Between(date(2026, 2, 1), date(2026, 2, 28))),
        ("date:2026-01..2026-03", Between(date(2026, 1, 1), date(2026, 3, 31))),
        ("date:..2026", Between(None, date(2026, 12, 31))),
        ("日期:2026-11-23", Between(date(2026, 11, 23), date(2026, 11, 23))),
        ("unknown:x", Match("unknown:x")),
        ("() NOT OR", All()),
        ("title:", All()),
    ],
)
def test_trees(text, tree):
    assert parse(text) == tree


@pytest.mark.parametrize("text", ["date:2026-13", "date:2026-02-30", "date:never"])
def test_impossible_dates_are_told(text):
    with pytest.raises(Usage, match="no date"):
        parse(text)


@given(st.text(max_size=60))
def test_nothing_breaks_it(text):
    try:
        parse(text)
    except Usage as problem:
        assert problem.hint
