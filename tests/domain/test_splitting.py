"""Where a stack is cut: what is sure is attached, every sign of a wrong cut keeps a part apart and asks."""

from dataclasses import replace

import pytest
from describing_kit import blank, page

from dms.domain import qr
from dms.domain.numbers import ElectronicCode
from dms.domain.pages import Box, Symbol
from dms.domain.splitting import cut, printed_codes, sign_from_dict

KEY = b"k" * 32
BOX = Box(0, 0, 10, 10)


def code(serial):
    return str(ElectronicCode("QY7", 2026, serial))


def bearing(made, serial, purpose):
    text = qr.write(ElectronicCode("QY7", 2026, serial), None, purpose, KEY)
    return replace(made, symbols=(*made.symbols, Symbol(text, BOX)))


def cover(number, serial, *, spoilt=False):
    made = page("扫描封面", "Scan cover sheet · 互见封面", f"电子文件号 {code(serial)}", code(serial), number=number)
    return made if spoilt else bearing(made, serial, qr.Purpose.COVER)


def paper(number, *labels):
    made = page("情况说明", f"第 {number} 份", number=number)
    for serial in labels:
        made = bearing(made, serial, qr.Purpose.LABEL)
    return made


def parts(*pages):
    return [(s.code, s.pages, [x.kind for x in s.signs]) for s in cut(pages, (KEY,), "QY7").segments]


def test_covers_cut_and_attach():
    assert parts(cover(1, 1), paper(2), paper(3), cover(4, 2), paper(5)) == [
        (code(1), (2, 3), []), (code(2), (5,), []),
    ]  # fmt: skip


def test_the_blank_back_of_a_cover_belongs_to_no_paper():
    assert parts(cover(1, 1), blank(2), paper(3), blank(4)) == [(code(1), (3, 4), [])]
    assert parts(blank(1), cover(2, 1), blank(3), paper(4)) == [(code(1), (4,), [])]


def test_a_cover_whose_codes_are_spoilt_cuts_and_its_printed_code_is_proposed():
    found = cut([cover(1, 1), paper(2), cover(3, 2, spoilt=True), paper(4)], (KEY,), "QY7").segments
    assert [(s.code, s.pages) for s in found] == [(code(1), (2,)), (None, (4,))]
    (sign,) = found[1].signs
    assert (sign.kind, sign.codes, sign.page) == ("lost_cover", (code(2),), 3)
    assert sign_from_dict(sign.to_dict()) == sign


def test_a_word_about_covers_is_no_cover():
    assert parts(cover(1, 1), page("请先打印扫描封面", number=2), page("正文", "扫描封面要放在最上面，二维码朝上，连同本页一起扫描", number=3)) == [
        (code(1), (2, 3), [])
    ]  # fmt: skip


def test_covers_behind_their_papers_attach_nothing():
    found = cut([paper(1), cover(2, 1), paper(3), cover(4, 2)], (KEY,), "QY7").segments
    assert [(s.code, s.pages) for s in found] == [(None, (1,)), (None, (3,))]
    assert [s.signs[0].codes for s in found] == [(code(1),), (code(2), code(1))]
    assert {s.signs[0].kind for s in found} == {"cover_behind"}
    assert parts(paper(1), blank(2), cover(3, 1), blank(4)) == [(None, (1, 2), ["cover_behind"])]


def test_a_paper_without_a_cover_before_others_is_its_own():
    assert parts(paper(1), cover(2, 1), paper(3)) == [(None, (1,), []), (code(1), (3,), [])]


def test_a_cover_with_nothing_behind_it_is_told():
    found = cut([cover(1, 1), cover(2, 2), paper(3)], (KEY,), "QY7")
    assert [(s.code, s.pages) for s in found.segments] == [(code(2), (3,))]
    assert [(s.kind, s.codes) for s in found.unused] == [("empty_cover", (code(1),))]
    alone = cut([cover(1, 1), blank(2)], (KEY,), "QY7").segments
    assert [(s.code, s.pages, s.signs[0].kind) for s in alone] == [(None, (1, 2), "empty_cover")]


def test_a_label_on_the_first_page_attaches():
    assert parts(paper(1, 5), paper(2)) == [(code(5), (1, 2), [])]
    assert parts(blank(1), paper(2, 5), paper(3, 5)) == [(code(5), (1, 2, 3), [])]


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        ((paper(1, 5), paper(2, 6)), [(None, (1,), ["labels"]), (None, (2,), ["labels"])]),
        ((paper(1, 5), paper(2), paper(3, 6)), [(None, (1, 2), ["labels"]), (None, (3,), ["labels"])]),
        ((paper(1), paper(2, 5)), [(None, (1, 2), ["label_within"])]),
        ((paper(1, 5, 6), paper(2)), [(None, (1, 2), ["labels"])]),
        ((paper(1), paper(2, 5), paper(3, 6)), [(None, (1, 2, 3), ["labels"])]),
        ((cover(1, 1), paper(2), paper(3, 6)), [(code(1), (2, 3), ["label_within"])]),
        ((cover(1, 1), paper(2, 1)), [(code(1), (2,), [])]),
    ],
)
def test_labels_elsewhere_are_asked_about(pages, expected):
    assert parts(*pages) == expected


def test_each_part_of_labelled_papers_names_its_own_record_first():
    found = cut([paper(1, 5), paper(2, 6)], (KEY,), "QY7").segments
    assert [s.signs[0].codes for s in found] == [(code(5), code(6)), (code(6), code(5))]


def test_a_printed_code_whose_symbol_was_not_read_is_told_and_a_list_of_codes_is_not():
    lone = page("说明", f"互见 {code(7)}", number=1)
    listed = page("目录", code(7), code(8), number=1)
    assert parts(lone) == [(None, (1,), ["lost_code"])]
    assert parts(listed) == [(None, (1,), [])]


def test_printed_codes_are_read_in_spite_of_slips():
    assert printed_codes(page("QY7E2O26OOOl12", "电子：QY7E2026 000112"), "QY7") == (code(112),)
