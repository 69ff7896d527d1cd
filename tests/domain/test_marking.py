"""Where words stand on a page: hits cut out of runs, over several runs of a row, folded, and not inside Latin words."""

from __future__ import annotations

import json

import pytest

from dms.domain.marking import MOST, marks
from dms.domain.pages import Box, Page, Word, page_from_dict


def page(*words):
    return Page(1, 600, 800, tuple(Word(text, Box(x, y, x + 10 * len(text), y + 12)) for text, x, y in words))


def boxes(found):
    return [(b.x0, b.x1, b.y0) for b in found]


def test_a_hit_is_cut_out_of_its_run():
    assert boxes(marks(page(("客户投诉折让审批", 100, 50)), ["折让"], str.lower)) == [(140, 160, 50)]


def test_a_hit_over_two_runs_has_a_box_in_each():
    split = page(("客户投", 100, 50), ("诉折让", 140, 50), ("投诉", 100, 90))
    assert boxes(marks(split, ["投诉"], str.lower)) == [(120, 130, 50), (140, 150, 50), (100, 120, 90)]


def test_blanks_and_case_do_not_count():
    assert boxes(marks(page(("AB 12", 0, 0)), ["ab12"], str.lower)) == [(0, 50, 0)]


@pytest.mark.parametrize(
    ("text", "needle", "count"), [("within", "in", 0), ("in time", "in", 1), ("A12 12", "12", 1), ("12元12", "12", 2)]
)
def test_latin_begins_at_a_words_edge(text, needle, count):
    assert len(marks(page((text, 0, 0)), [needle], str.lower)) == count


def test_nothing_sought_and_nothing_there():
    assert marks(page(), ["折让"], str.lower) == []
    assert marks(page(("折让", 0, 0)), ["", "  "], str.lower) == []


def test_there_is_an_end_to_marks():
    assert len(marks(page(("一" * 5000, 0, 0)), ["一"], str.lower)) == MOST


def test_letters_stand_where_the_engine_says():
    word = Word("ii 折让", Box(10, 0, 60, 12), edges=(10, 13, 13, 16, 30, 45, 45, 60))
    assert boxes(marks(Page(1, 600, 800, (word,)), ["折让"], str.lower)) == [(30, 60, 0)]
    assert boxes(marks(Page(1, 600, 800, (word,)), ["i折"], str.lower)) == []
    # Another number of letters than edges: folded or mended text, cut by share.
    mended = Word("ii 折让啊", Box(0, 0, 90, 12), edges=word.edges)
    assert boxes(marks(Page(1, 600, 800, (mended,)), ["折让"], str.lower)) == [(30, 70, 0)]


def test_without_edges_a_han_letter_is_twice_as_wide_as_a_latin_one():
    word = Word("NO.12 折让", Box(0, 0, 100, 12))
    assert boxes(marks(Page(1, 600, 800, (word,)), ["折让"], str.lower)) == [(60, 100, 0)]


def test_edges_are_kept_with_the_page_and_only_where_there_are_some():
    page_ = Page(1, 600, 800, (Word("折", Box(0, 0, 9, 9), edges=(0.5, 8.5)), Word("让", Box(9, 0, 18, 9))))
    told = json.loads(json.dumps(page_.to_dict()))
    assert page_from_dict(told) == page_ and "edges" not in told["words"][1]
