"""Blanks between Han characters, rows and reading order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.domain.hantext import close_han, in_rows, page_text, reading_order
from dms.domain.pages import Box, Word


@pytest.mark.parametrize(
    ("given_text", "wanted"),
    [
        ("客 户 名 称", "客户名称"),
        ("客　户 ： 上海", "客户：上海"),
        ("同意 5 箱", "同意 5 箱"),
        ("Huaguang Trading 有限 公司", "Huaguang Trading 有限公司"),
        ("第一行 \n 第二行", "第一行 \n 第二行"),
        ("ＡＢ １２", "ＡＢ １２"),
        ("", ""),
    ],
)
def test_blanks_between_han_characters_go_and_others_stay(given_text: str, wanted: str) -> None:
    assert close_han(given_text) == wanted


@given(st.text())
def test_closing_loses_nothing_but_blanks_and_is_done_at_once(text: str) -> None:
    closed = close_han(text)
    assert [c for c in closed if not c.isspace()] == [c for c in text if not c.isspace()]
    assert close_han(closed) == closed


def word(text: str, x: float, y: float, width: float = 50, height: float = 12) -> Word:
    return Word(text, Box(x, y, x + width, y + height))


def test_words_are_read_row_by_row_from_the_left() -> None:
    words = [word("d", 200, 42), word("c", 20, 40), word("b", 200, 19), word("a", 20, 20)]
    assert [w.text for w in reading_order(words)] == ["a", "b", "c", "d"]


def test_a_sloping_row_stays_together() -> None:
    words = [word(str(i), 60 * i, 20 + 2.5 * i) for i in range(8)] + [word("x", 0, 38)]
    rows = [[w.text for w in row] for row in in_rows(words)]
    assert rows == [[str(i) for i in range(8)], ["x"]]


def test_lines_of_close_print_do_not_mix() -> None:
    words = [word(f"{row}{column}", 60 * column, 13 * row) for row in range(4) for column in range(3)]
    assert [w.text for w in reading_order(words)] == [f"{r}{c}" for r in range(4) for c in range(3)]


def test_page_text_has_a_line_per_row() -> None:
    words = [word("客户", 20, 20), word("华光", 75, 20), word("日期", 300, 21), word("备注", 20, 40)]
    assert page_text(words) == "客户 华光  日期\n备注"
    assert page_text([]) == ""
