"""Forms read from their true words: no OCR, so what is wrong here is wrong in the reading."""

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.adapters.search.folding import fold
from dms.demo import people
from dms.demo.forms import make_forms
from dms.domain.describing.dates import find_dates, read_date
from dms.domain.describing.deciding import describe
from dms.domain.describing.values import read_amount, read_capitals
from dms.domain.describing.who import KnownCustomer, KnownPerson
from dms.domain.hantext import page_text
from dms.domain.item import Hints
from dms.domain.pages import Box, Page, Word
from dms.settings import Settings
from dms.shipped import load_profiles, load_scheme, schemas

RECEIVED = date(2026, 11, 23)


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    return load_scheme(settings), load_profiles(settings)


def told(archive, pages, hints=None, *, customers=(), staff=(), **more):
    scheme, profiles = archive
    return describe(pages, hints or Hints(), scheme, profiles, customers, staff, fold, received=RECEIVED, **more)


def page(*lines):
    words = tuple(Word(text, Box(50, 50 + 20 * n, 50 + 10 * len(text), 62 + 20 * n)) for n, text in enumerate(lines))
    return Page(1, 595, 842, words, page_text(words), "ocr")


def test_every_form_of_the_demo_is_known_and_read(archive):
    customers = [KnownCustomer(c.name, c.manager) for c in people.customers()]
    staff = [KnownPerson(p.code, p.name) for p in people.MANAGERS]
    asked = wrong = 0
    for form in make_forms(11, 40):
        pages = [Page(n, 595, 842, words, page_text(words), "ocr") for n, words in enumerate(form.words, 1)]
        found = told(archive, pages, customers=customers, staff=staff)
        assert (found.form, found.class_code) == (form.kind, form.class_code)
        assert found.customer.rstrip(".") == form.customer.rstrip(".")
        assert found.date.isoformat() == form.values["date"]
        for key, value in form.values.items():
            if key not in ("title", "amount_capitals"):
                asked += 1
                wrong += found.fields.get(key) != value
    assert wrong <= asked * 0.01, f"{wrong} of {asked} fields"


def test_a_persons_word_wins(archive):
    hints = Hints(class_code="05", customer="甲公司", manager="zhs", title="我的题名", date="2025-01-02")
    found = told(
        archive, [page("客户投诉处理及折让审批表", "客户名称：乙公司")], hints, staff=[KnownPerson("ZHS", "张华生")]
    )
    assert (found.class_code, found.customer, found.manager, found.title) == ("05", "甲公司", "ZHS", "我的题名")
    assert found.date == date(2025, 1, 2)
    assert found.uncertain == ()


def test_nothing_is_guessed_silently(archive):
    found = told(archive, [page("随便写的几个字", "没有日期")])
    assert (found.class_code, found.customer, found.manager, found.date) == ("", "", "", None)
    assert set(found.uncertain) == {"class", "customer", "manager", "date"}
    assert all(found.reasons[name] for name in found.uncertain)


def test_an_unclear_customer_is_read_and_asked_for(archive):
    words = (
        Word("客户投诉处理及折让审批表", Box(200, 50, 400, 70)),
        Word("客户名称", Box(50, 100, 110, 112)),
        Word("杭卅新艮酒店", Box(130, 100, 230, 112), 0.4),
    )
    found = told(archive, [Page(1, 595, 842, words, page_text(words), "ocr")])
    assert found.customer == "杭卅新艮酒店"
    assert "customer" in found.uncertain


def test_two_known_customers_in_a_text_are_a_question(archive):
    customers = [KnownCustomer("甲乙公司", "ZHS"), KnownCustomer("丙丁公司", "LMY")]
    found = told(archive, [page("关于甲乙公司与丙丁公司的备忘")], customers=customers)
    assert found.customer == ""
    assert "several customers" in found.reasons["customer"]


def test_a_date_after_receipt_is_a_question(archive):
    found = told(archive, [page("会议纪要", "会议日期：2027年1月1日")])
    assert found.date is None
    assert "date" in found.uncertain


def test_an_empty_document(archive):
    found = told(archive, [], file_title="报告")
    assert found.title == "报告"
    assert "class" in found.uncertain


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026年3月5日", date(2026, 3, 5)), ("2026-03-05", date(2026, 3, 5)), ("2026/3/5", date(2026, 3, 5)),
        ("2026.03.05", date(2026, 3, 5)), ("二〇二六年三月五日", date(2026, 3, 5)), ("二○二六年十二月二十一日", date(2026, 12, 21)),
        ("２０２６年３月５日", date(2026, 3, 5)), ("民國115年3月5日", date(2026, 3, 5)), ("115年3月5日", date(2026, 3, 5)),
        ("05 March 2026", date(2026, 3, 5)), ("5th Mar. 2026", date(2026, 3, 5)), ("March 5, 2026", date(2026, 3, 5)),
        ("2026年13月5日", None), ("2026-02-30", None), ("没有", None), ("12345678", None),
    ],
)  # fmt: skip
def test_dates(text, day):
    assert read_date(text) == day


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("¥12,800.00", "12800.00"), ("人民币壹万贰仟捌佰元整", "12800"), ("１２，８００.50元", "12800.50"), ("NT$ 300", "300"),
        ("-1,200.00", "-1200.00"), ("叁佰零伍元伍角", "305.5"), ("无", None),
    ],
)  # fmt: skip
def test_amounts(text, amount):
    assert read_amount(text) == (Decimal(amount) if amount else None)


def test_capitals_past_a_hundred_million():
    assert read_capitals("壹亿零壹万元整") == 100_010_000


@given(st.integers(1, 99_999_999))
def test_capitals_read_what_the_demo_writes(value):
    assert read_capitals(people.capitals(Decimal(value), people.SIMPLIFIED)) == value


@given(st.text(max_size=80))
def test_no_text_breaks_the_readers(text):
    find_dates(text)
    read_amount(text)
    read_capitals(text)


def test_profiles_and_schemas_are_valid():
    import jsonschema

    for schema in schemas().glob("*.schema.json"):
        jsonschema.Draft202012Validator.check_schema(json.loads(schema.read_text(encoding="utf-8")))
    assert len(list((schemas() / "forms").glob("*.toml"))) >= 9
