"""The query language: what people type, and that nothing they type breaks it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.domain.asking import FieldNames
from dms.domain.describing.profiles import FieldProfile, FormProfile
from dms.domain.query import All, Between, Match, Not, OneOf, Within, taken_alike
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
        ("※", Match("※")),
        ("...", Match("...")),
        ("-№", Not(Match("№"))),
        ("*", All()),
        ("\u200b", All()),
        ("date:115-11", Between(date(2026, 11, 1), date(2026, 11, 30))),
        ("date:民国115年11月", Between(date(2026, 11, 1), date(2026, 11, 30))),
        ("date:20261103", Between(date(2026, 11, 3), date(2026, 11, 3))),
        ("date:>2026-03", Between(date(2026, 4, 1), None)),
        ("date:<=2026-02", Between(None, date(2026, 2, 28))),
        ("year:115", Match("2026", "year")),
        (
            "139 1234 5678",
            OneOf((All((Match("139"), Match("1234"), Match("5678"))), Match("139 1234 5678"))),
        ),
        ("(0571) 8765", OneOf((All((Match("0571"), Match("8765"))), Match("0571 8765")))),
        ("3 5", All((Match("3"), Match("5")))),
        ("title:", All()),
    ],
)
def test_trees(text, tree):
    assert parse(text) == tree


@pytest.mark.parametrize(
    "text", ["date:2026-13", "date:2026-02-30", "date:never", "date:2026-11-03-05", "date:2026-11-x"]
)
def test_impossible_dates_are_told(text):
    with pytest.raises(Usage, match="no date"):
        parse(text)


@pytest.mark.parametrize("text", ["date:26-11", "date:05/11/26", "year:26", "date:..26-11"])
def test_a_year_of_two_figures_is_asked_for(text):
    with pytest.raises(Usage, match="may be several"):
        parse(text)


NAMES = FieldNames([
    FormProfile(
        "rebate", "返利单", "04", ("返利单",),
        (
            FieldProfile("customer", "name", ("客户名称",)),
            FieldProfile("amount", "amount", ("返利金额", "Rebate")),
            FieldProfile("limit", "amount", ("授信额度",)),
            FieldProfile("phone", "number", ("联系电话", "电话")),
            FieldProfile("due", "date", ("到期日",)),
        ),
        {},
    )
])  # fmt: skip


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("金额:>10000", Within(("amount",), 1_000_001, None)),
        ("金额：＞＝1.5万", Within(("amount",), 1_500_000, None)),
        ("返利金额:12,800", Within(("amount",), 1_280_000, 1_280_000)),
        ("rebate:..500.005", Within(("amount",), None, 50_000)),
        ("授信额度:5千", None),
        ("授信额度:1万..2万元", Within(("limit",), 1_000_000, 2_000_000)),
        ("到期日:2026-11", Within(("due",), 2026110100, 2026113000)),
        ("客户名称:新辰", Match("新辰", "customer")),
        (
            "电话:139 1234 5678",
            OneOf(
                (Match("139 1234 5678", keys=("phone",)), Match("电话:139 1234 5678"), Match("联系电话:139 1234 5678"))
            ),
        ),
        ("无此栏:5", Match("无此栏:5")),
    ],
)
def test_fields_of_forms(text, tree):
    if tree is None:
        with pytest.raises(Usage, match="no amount"):
            parse(text, NAMES)
    else:
        assert parse(text, NAMES) == tree


@pytest.mark.parametrize(
    ("text", "alike"),
    [
        ("TS-2O26", Match("TS-2O26", alike=True)),
        ("投诉 l01", All((Match("投诉"), Match("l01", alike=True)))),
        ("2345", None),
        ("oil", None),
        ('"TS-2O26"', None),
        ("class:01", None),
    ],
)
def test_what_looks_alike(text, alike):
    assert taken_alike(parse(text)) == alike


@given(st.text(max_size=60))
def test_nothing_breaks_it(text):
    try:
        parse(text)
    except Usage as problem:
        assert problem.hint
