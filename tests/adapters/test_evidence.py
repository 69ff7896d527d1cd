"""What a drawn page shows: ink, blankness, slope, seals, handwriting beside signature labels."""

from __future__ import annotations

import math

import pytest
from ocr_sheets import Sheet, form, raster
from PIL import Image

from dms.adapters.ocr.evidence import measure
from dms.domain.pages import Box, Word


def covers(found: Box, drawn: Box, slack: float = 6) -> bool:
    return all(
        abs(one - other) <= slack
        for one, other in zip(
            (found.x0, found.y0, found.x1, found.y1), (drawn.x0, drawn.y0, drawn.x1, drawn.y1), strict=True
        )
    )


@pytest.mark.parametrize("dpi", [100, 200, 300])
def test_a_form_has_ink_and_no_more_than_it_shows(dpi: int) -> None:
    sheet = form(dpi)
    found = measure(sheet.raster(), sheet.words)
    assert found.dpi == dpi
    assert 0.005 < found.ink_share < 0.15
    assert not found.blank
    assert found.seals == ()
    assert found.signatures == ()
    assert not found.colour
    assert found.skew_degrees == pytest.approx(0, abs=0.15)


@pytest.mark.parametrize("paper", [(255, 255, 255), (238, 232, 215), (190, 190, 190)])
def test_bare_paper_of_any_tint_is_blank(paper: tuple[int, int, int]) -> None:
    found = measure(Sheet(150, paper).raster(), [])
    assert found.blank
    assert found.ink_share < 0.0001
    assert not found.colour


def test_dust_is_blank_but_a_line_of_handwriting_is_not() -> None:
    dusty = Sheet(200)
    for index in range(14):
        dusty.speck(40 + 25 * index, 60 + 35 * (index % 9), 1.4)
    assert measure(dusty.raster(), []).blank
    noted = Sheet(200)
    noted.scribble(60, 300, 40, 10)
    assert not measure(noted.raster(), []).blank


def test_a_page_with_a_word_is_never_blank() -> None:
    sheet = Sheet(200)
    sheet.text(200, 300, "1", 9)
    assert not measure(sheet.raster(), sheet.words).blank


@pytest.mark.parametrize("degrees", [-3.0, -1.0, -0.4, 0.4, 1.5, 3.0])
def test_slope_is_measured(degrees: float) -> None:
    sheet = form(200)
    # Pillow turns against the clock; positive slopes fall to the right.
    sloped = sheet.image.rotate(-degrees, Image.Resampling.BICUBIC, fillcolor=(255, 255, 255))
    found = measure(raster(sloped, 200), sheet.words)
    assert found.skew_degrees == pytest.approx(degrees, abs=0.2)


@pytest.mark.parametrize("dpi", [150, 300])
def test_a_round_seal_is_found_over_print(dpi: int) -> None:
    sheet = form(dpi)
    drawn = sheet.seal(230, 330)
    found = measure(sheet.raster(), sheet.words)
    assert len(found.seals) == 1
    assert covers(found.seals[0], drawn)
    assert found.colour


def test_red_headings_frames_and_rules_are_no_seals() -> None:
    sheet = Sheet(200)
    sheet.text(60, 40, "华光贸易有限公司文件", 26, (205, 30, 40))
    sheet.text(100, 120, "加急", 60, (205, 30, 40))
    draw = sheet._draw
    draw.rectangle([v * sheet.scale for v in (250, 300, 377, 345)], outline=(205, 30, 40), width=4)
    draw.line([v * sheet.scale for v in (30, 90, 390, 90)], fill=(205, 30, 40), width=6)
    assert measure(sheet.raster(), sheet.words).seals == ()


def test_no_seal_is_seen_on_a_grey_scan() -> None:
    sheet = form()
    sheet.seal(230, 330)
    found = measure(sheet.raster(grey=True), sheet.words)
    assert found.seals == ()
    assert not found.colour


@pytest.mark.parametrize("label", ["客户签字：", "经办人：", "直接领导：", "签名:", "Signature:", "Signed:"])
def test_handwriting_right_of_a_label_is_a_signature(label: str) -> None:
    sheet = form()
    box = sheet.text(40, 480, label, 11)
    assert measure(sheet.raster(), sheet.words).signatures == ()
    drawn = sheet.scribble(box.x1 + 12, 478, 60, 14)
    found = measure(sheet.raster(), sheet.words).signatures
    assert len(found) == 1
    assert found[0].overlaps(drawn)
    assert found[0].x0 >= box.x1 - 1


def test_three_labels_in_a_row_are_told_apart() -> None:
    sheet = form()
    for x, label in ((30, "客户签字："), (160, "经办人："), (290, "直接领导：")):
        sheet.text(x, 480, label, 11)
    left = sheet.scribble(92, 478, 50, 14)
    right = sheet.scribble(350, 478, 50, 14)
    found = measure(sheet.raster(), sheet.words).signatures
    assert len(found) == 2
    assert found[0].overlaps(left)
    assert found[1].overlaps(right)


def test_handwriting_in_the_cell_below_a_label_counts() -> None:
    sheet = form()
    sheet.text(40, 460, "客户签字", 11)
    sheet.text(105, 460, "日期：2026-03-18", 11)
    drawn = sheet.scribble(42, 482, 45, 16)
    found = measure(sheet.raster(), sheet.words).signatures
    assert len(found) == 1
    assert found[0].overlaps(drawn)


def test_an_empty_line_or_a_printed_name_is_no_signature() -> None:
    sheet = form()
    box = sheet.text(40, 470, "客户签字：", 11)
    sheet.line(box.x1, 484, box.x1 + 120, 484)
    box = sheet.text(40, 520, "经办人：", 11)
    sheet.text(box.x1 + 4, 520, "张海生", 11)
    sheet.line(25, 500, 395, 500)
    assert measure(sheet.raster(), sheet.words).signatures == ()


@pytest.mark.parametrize("degrees", [-3.0, 3.0])
def test_the_rules_of_a_tilted_table_are_no_signature(degrees: float) -> None:
    sheet = form()
    for x in (40, 160, 280, 390):
        sheet.line(x, 455, x, 500, 1.2)
    for y in (455, 500):
        sheet.line(40, y, 390, y, 1.2)
    sheet.text(48, 470, "经办人：", 11)
    sheet.text(168, 470, "直接领导：", 11)
    drawn = sheet.scribble(228, 466, 44, 14)
    tilted = sheet.image.rotate(-degrees, Image.Resampling.BICUBIC, fillcolor=(255, 255, 255))
    # A tilt about the middle moves this part of the page by a few points: its words move with it.
    lean = math.tan(math.radians(degrees))
    words = []
    for word in sheet.words:
        box, ends = word.box, [lean * (x - 210) for x in (word.box.x0, word.box.x1)]
        left, top, bottom = box.x0 - lean * 180, box.y0 + min(ends), box.y1 + max(ends)
        words.append(Word(word.text, Box(left, top, left + box.width, bottom)))
    found = measure(raster(tilted, 200), words).signatures
    assert len(found) == 1
    assert found[0].middle == pytest.approx((drawn.middle[0] - lean * 180, drawn.middle[1] + lean * 40), abs=12)


@pytest.mark.parametrize(
    "sentence",
    [
        "双方签字盖章后生效，客户签字视为同意",
        "填表说明：经办人应在五日内交档案员",
        "总经理审批",
        "Please sign by Friday.",
    ],
)
def test_a_sentence_that_speaks_of_signatures_asks_for_none(sentence: str) -> None:
    sheet = form()
    box = sheet.text(40, 470, sentence, 9)
    sheet.scribble(box.x1 + 10, 466, 60, 14)
    assert measure(sheet.raster(), sheet.words).signatures == ()


def test_a_typed_name_in_the_labels_own_run_is_print_and_a_written_one_is_not() -> None:
    sheet = form()
    sheet.text(40, 470, "经办人：张海生", 11)
    assert measure(sheet.raster(), sheet.words).signatures == ()
    box = sheet.text(40, 520, "直接领导：", 11)
    drawn = sheet.scribble(box.x1 + 2, 512, 50, 26)
    # Engines read label and handwriting as one run, as tall as the writing.
    sheet.words[-1] = Word("直接领导：周志远", Box(box.x0, 511, drawn.x1, 539), 0.97)
    found = measure(sheet.raster(), sheet.words).signatures
    assert len(found) == 1
    assert found[0].overlaps(drawn)
