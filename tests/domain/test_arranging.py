"""Lists of pages as people type them, and what comes of an arrangement: nothing is lost, nothing comes twice."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dms.domain.arranging import (
    Arrangement,
    Leaf,
    Source,
    Wish,
    arranged,
    arrangement_from,
    collated,
    joined,
    page_list,
    split_at,
)
from dms.domain.pages import Box, Evidence, Page, Word
from dms.errors import Damaged, Usage


def of(count: int, code: str = "A") -> Arrangement:
    source = Source("original/a.pdf", "sources/1.pdf", "sources/1.json.gz", code, count)
    return Arrangement((source,), tuple(Leaf(0, n) for n in range(1, count + 1)))


def pages(count: int, skew: float = 0.0) -> list[Page]:
    return [Page(n, 400, 600, source="ocr", evidence=Evidence(dpi=200, skew_degrees=skew)) for n in range(1, count + 1)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1", (1,)), ("3,1-2", (3, 1, 2)), ("z", (5,)), ("z-1", (5, 4, 3, 2, 1)), ("r2,1", (4, 1)), ("2-r2", (2, 3, 4)),
        (" 3 , 1 - 2 ", (3, 1, 2)), ("３，１-２", (3, 1, 2)), ("3、Z", (3, 5)),
    ],
)  # fmt: skip
def test_lists_of_pages(text, found):
    assert page_list(text, 5) == found


@pytest.mark.parametrize(
    "text", ["", ",", "1,", "0", "6", "r6", "1-9", "-1", "1-", "1--2", "a", "1:2", "1;2", "1,1", "1-3,2", "9" * 30, "1-999999999", "٣"]
)  # fmt: skip
def test_what_is_none(text):
    with pytest.raises(Usage):
        page_list(text, 5)


@given(st.text(alphabet="0123456789,-zr ،、，:", max_size=30), st.integers(1, 40))
@example("1-999999999", 40)
def test_whatever_is_typed_gives_pages_that_are_there_or_is_refused(text, count):
    try:
        found = page_list(text, count)
    except Usage as problem:
        assert problem.message and problem.hint
        return
    assert found and len(set(found)) == len(found) and set(found) <= set(range(1, count + 1))


@given(st.permutations(range(1, 9)))
def test_an_order_written_down_is_read_as_it_was(order):
    assert page_list(",".join(map(str, order)), 8) == tuple(order)
    made, _ = arranged(of(8), pages(8), Wish(order=",".join(map(str, order)), turn=("1:90",)))
    assert [leaf.page for leaf in made.leaves] == list(order) and made.left_out == ()
    assert {leaf.page for leaf in made.leaves if leaf.turn} == {1}


@given(st.integers(1, 30), st.booleans(), st.booleans())
def test_collating_gives_each_sheet_its_back(sheets, last_has_none, turned_over):
    fronts = [2 * n + 1 for n in range(sheets)]
    backs = [2 * n + 2 for n in range(sheets - last_has_none)]
    scanned = backs[::-1] if turned_over else backs
    assert list(collated(fronts, scanned, reversed_=turned_over)) == sorted(fronts + backs)


def test_fronts_and_backs_that_make_no_pairs():
    for fronts, backs in (([1, 2, 3], [4]), ([1], [2, 3])):
        with pytest.raises(Usage):
            collated(fronts, backs, reversed_=True)


def test_an_arrangement_is_read_back_as_it_was_written():
    now = of(4)
    made, told = arranged(
        now, pages(4, skew=1.5), Wish("4,1,3", "2", turn=("4:270",), straighten=("1", "3:-0.5"), crop=("4:5,0,5,9",))
    )
    assert arrangement_from(made.to_dict()) == made and len(told) == 6
    assert made.leaves[1].straighten == -1.5 and made.leaves[2].straighten == -0.5
    # The page lies across: 600 wide and 400 high now.
    assert made.leaves[0].turn == 270 and made.leaves[0].crop == Box(14.17, 0, 585.83, 374.49)
    assert made.left_out == ((0, 2),) and made.as_scanned == now


@pytest.mark.parametrize(
    "wrong",
    [
        {}, {"format": "dms-arrangement-1", "sources": [], "pages": []}, {"format": "x"},
        {**of(2).to_dict(), "pages": [{"source": 1, "page": 3}]}, {**of(2).to_dict(), "pages": [{"source": 0, "page": 1}]},
        {**of(2).to_dict(), "pages": [{"source": 1, "page": 1, "crop": [1, 2]}]},
        {**of(2).to_dict(), "pages": [{"source": 1, "page": 1, "turn": 45}]},
    ],
)  # fmt: skip
def test_one_that_says_nothing_that_can_be_is_damaged(wrong):
    with pytest.raises(Damaged):
        arrangement_from(wrong)


def test_a_split_and_a_join_lose_nothing():
    stays, goes = split_at(of(5), 4, "B", "A")
    assert [leaf.page for leaf in stays.leaves] == [1, 2, 3] and [leaf.page for leaf in goes.leaves] == [4, 5]
    assert stays.left_out == goes.left_out == () and set(stays.apart.values()) == {"B"}
    # Undone, what became another record stays there.
    assert stays.as_scanned.leaves == stays.leaves
    back = joined(stays, goes, stays.sources, {0: 0}, {"A", "B"})
    assert back == of(5)
    for at in (0, 1, 6):
        with pytest.raises(Usage):
            split_at(of(5), at, "B", "A")


@given(st.integers(0, 3), st.floats(0, 350), st.floats(0, 550), st.floats(1, 50), st.floats(1, 50))
def test_boxes_turn_with_their_page_and_back(quarters, x, y, wide, high):
    page = Page(1, 400, 600, (Word("w", Box(x, y, x + wide, y + high), edges=(x, x + wide)),))
    turned = page.turned(90 * quarters)
    (box,) = (w.box for w in turned.words)
    assert -1e-6 <= box.x0 < box.x1 <= turned.width + 1e-6 and -1e-6 <= box.y0 < box.y1 <= turned.height + 1e-6
    (back,) = (w.box for w in turned.turned(-90 * quarters % 360).words)
    assert (back.x0, back.y0, back.x1, back.y1) == pytest.approx((x, y, x + wide, y + high))


def test_a_page_cut_down_keeps_what_lies_inside():
    page = Page(1, 400, 600, (Word("in", Box(50, 50, 90, 60)), Word("out", Box(5, 5, 30, 20))))
    cut = page.cut_to(Box(40, 40, 300, 500))
    assert [(w.text, w.box) for w in cut.words] == [("in", Box(10, 10, 50, 20))]
    assert (cut.width, cut.height) == (260, 460)
