"""Dates in many notations; and whose date is the paper's own."""

from datetime import date

import pytest
from describing_kit import blank, page, told
from hypothesis import given
from hypothesis import strategies as st

from dms.domain.describing.dates import first_date, see_dates
from dms.domain.item import Hints

DAY = date(2026, 11, 3)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-03 18:22:10", "2026-11-03T18:22", "二O二六年十一月三日", "二〇二六年十一月三日", "二0二六年十一月三日", "一一五年十一月三日",
        "民国一百一十五年十一月三日", "民國115年11月3日", "3-Nov-2026", "3/Nov/2026", "Nov-03-2026", "3rd of November 2026",
        "2026 年 11 月 3 日", "贰零贰陆年壹拾壹月零叁日", "20261103", "２０２６／１１／３", "115/11/03", "二〇二六年11月3號",
    ],
)  # fmt: skip
def test_notations(text):
    seen = first_date(text)
    assert (seen.day, seen.sure) == (DAY, True)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("二〇二六年十一月廿三日", date(2026, 11, 23)), ("二〇二六年十二月卅一日", date(2026, 12, 31)), ("23/11/2026", date(2026, 11, 23)),
        ("11/23/2026", date(2026, 11, 23)), ("05/05/2026", date(2026, 5, 5)), ("二〇二六年元月十日", date(2026, 1, 10)),
    ],
)  # fmt: skip
def test_more_notations(text, day):
    assert (first_date(text).day, first_date(text).sure) == (day, True)


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("05/11/26", {date(2026, 11, 5), date(2026, 5, 11)}), ("23/11/25", {date(2025, 11, 23)}),
        ("05/11/2026", {date(2026, 5, 11)}), ("99年5月3日", set()), ("3 Nov 26", set()), ("26.3.5", {date(2005, 3, 26)}),
    ],
)  # fmt: skip
def test_what_can_be_read_several_ways_is_not_sure(text, others):
    seen = first_date(text)
    assert not seen.sure
    assert set(seen.others) == others


@pytest.mark.parametrize("text", ["TS-2026-11-03", "2026-11-03-0007", "192.168.10.1", "2026-02-30", "010-12-31"])
def test_a_part_of_a_number_is_no_date(text):
    assert see_dates(text) == []


def test_a_range_is_two_dates():
    assert [s.day for s in see_dates("2026.3.5-2026.3.8")] == [date(2026, 3, 5), date(2026, 3, 8)]


@given(st.dates(date(1950, 1, 1), date(2150, 1, 1)))
def test_every_day_is_read_in_the_usual_notations(day):
    for text in (
        f"{day:%Y-%m-%d}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%d %B %Y}",
        f"{day:%Y/%m/%d} 08:15",
    ):
        assert (first_date(text).day, first_date(text).sure) == (day, True)


def asked(*lines, **more):
    found = told([page(*lines)], **more)
    return found.date, "date" in found.uncertain, found.reasons["date"]


@pytest.mark.parametrize("text", ["05/11/26", "23/11/25", "05/11/2026", "99年5月3日"])
def test_an_ambiguous_date_on_a_form_is_a_question_that_names_its_readings(text):
    day, doubt, why = asked("订货单", f"订货日期：{text}")
    assert (day, doubt) == (None, True)
    assert "can be read as 20" in why


def test_an_unlabelled_moment_is_a_date():
    assert asked("系统记录", "2026-11-03 18:22:10")[:2] == (DAY, False)


@pytest.mark.parametrize(
    "line",
    [
        "出生 2026年3月5日", "出生日期：2026年3月5日", "有效期至：2026年3月5日", "有效期 2026.03.05", "成立日期：2026-03-05",
        "打印时间：2026-03-05 10:00", "Date of birth: 5 March 2026", "Printed on 5 March 2026", "Valid until 5 March 2026",
        "根据2026年3月5日签订的合同", "2026年3月5日生", "截至2026年3月5日", "交货日期：2026年3月5日",
    ],
)  # fmt: skip
def test_a_date_of_something_else_is_never_the_papers_own_silently(line):
    assert asked("一份文件", line)[1]


def test_a_form_takes_its_own_date_among_others():
    lines = ("出生日期：1990年1月1日", "有效期至：2026年10月1日", "打印日期：2026-11-20", "投诉日期：2026年11月3日")
    assert asked("客户投诉处理及折让审批表", *lines)[:2] == (DAY, False)


def test_an_unlabelled_date_more_than_a_year_old_is_a_question_and_a_labelled_one_is_not():
    assert asked("一份文件", "2024年3月5日")[1]
    assert asked("订货单", "订货日期：2024年3月5日")[:2] == (date(2024, 3, 5), False)


def test_two_dates_behind_the_same_plain_label_are_a_question():
    day, doubt, why = asked("一份文件", "日期：2026年3月5日", "日期：2026年4月6日")
    assert (day, doubt) == (None, True)
    assert "2026-03-05" in why and "2026-04-06" in why


def test_a_labelled_date_after_receipt_is_not_replaced_by_the_files():
    assert asked("订货单", "订货日期：2027年3月5日", file_date="2026-03-05")[1]


def test_a_mails_date_is_its_own_and_an_office_files_only_where_its_text_agrees():
    assert asked("你好", file_date="2026-03-05", file_date_is_own=True)[:2] == (date(2026, 3, 5), False)
    assert asked("你好", file_date="2026-03-05")[:2] == (date(2026, 3, 5), True)
    lines = ("纪要", "2026年3月5日", "下次会议 2026年2月9日")
    assert asked(*lines, file_date="2026-03-05")[:2] == (date(2026, 3, 5), False)


def test_what_a_person_says_must_be_one_day():
    assert told([page("x")], Hints(date="2026-03-05")).date == date(2026, 3, 5)
    assert "date" in told([page("x")], Hints(date="05/11/26")).uncertain
    assert "date" in told([page("x")], Hints(date="neulich")).uncertain


def test_blank_pages_count_for_nothing():
    form = page(
        "客户投诉处理及折让审批表", "投诉日期：2026年11月3日", "客户名称：栖霞酒店", "折让金额：20.00", number=2
    )
    found = told([blank(1), form, blank(3)])
    assert (found.form, found.date, found.fields["amount"]) == ("complaint", DAY, "20.00")
    assert found.title.endswith("栖霞酒店")
