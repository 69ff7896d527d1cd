"""The same paper twice: by number, or by text that agrees in its figures."""

from datetime import date

from dms.adapters.search.folding import fold
from dms.domain.record import Record
from dms.domain.rescans import may_be_same, same_number, same_text

PAPER = "巡检记录\n客户：栖霞酒店\n编号 XJ-2026-00417\n日期：2026年10月9日\n金额：1,240.00元\n更换滤芯两只，现场清洁完毕，用户在场确认。"


def record(code="QY7E2026000001", form="complaint", day=date(2026, 10, 9), **fields):
    return Record(code, form=form, date=day, fields=fields)


def test_form_and_number_tell_it_however_the_number_is_written():
    assert same_number(record(number="XJ-2026-00417"), record(number="xj 2026 00417"))
    assert not same_number(record(number="XJ-2026-00417"), record(number="XJ-2026-00418"))
    assert not same_number(record(number="XJ-2026-00417"), record(form="order", number="XJ-2026-00417"))
    assert not same_number(record(number=""), record(number=""))
    assert not same_number(record(form="", number="XJ-2026-00417"), record(form="", number="XJ-2026-00417"))


def test_another_number_date_amount_or_form_is_another_paper():
    one = record(number="1001", amount="20.00")
    assert may_be_same(one, record(number="", amount="20.00"))
    assert not may_be_same(one, record(number="1002", amount="20.00"))
    assert not may_be_same(one, record(number="1001", amount="21.00"))
    assert not may_be_same(one, record(number="1001", day=date(2026, 10, 10)))
    assert not may_be_same(one, record(form="", number="1001"))


def test_a_second_scan_reads_nearly_alike_and_another_month_does_not():
    again = PAPER.replace("清洁", "清沽").replace("：", ":")
    assert same_text(PAPER, again, fold) > 0.85
    other = PAPER.replace("00417", "00533").replace("10月9日", "11月9日").replace("1,240.00", "1,310.00")
    assert same_text(PAPER, other, fold) == 0.0
    assert same_text(PAPER, PAPER + "另附：" + "完全不同的一大段补充说明文字" * 4, fold) == 0.0
    assert same_text("", "", fold) == 0.0
