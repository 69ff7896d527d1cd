"""Pages put in order, turned, cropped, taken out and collated: a new version each, the scan as it was."""

from __future__ import annotations

import pytest
from desk_kit import as_, now_signed
from pages_kit import originals, said_on, scanned, shown, stored

from dms.desk.records.arranging import arrange, sheets_of
from dms.desk.records.finding import Filters, catch_up, search
from dms.desk.signing.approving import declare
from dms.domain.arranging import Wish
from dms.domain.marking import marks
from dms.errors import Conflict, NotFound, Usage
from dms.flow.work import pages_of

WORDS = ["alpha invoice", "bravo contract", "charlie receipt", "delta protocol"]


def hits(world, word):
    catch_up(world)
    return [(h.code, h.page) for h in search(world, word, Filters()).hits]


def test_pages_in_a_new_order_with_their_text_and_the_scan_as_it_was(office):
    code = scanned(office, WORDS[:3])
    before, received = stored(office, code), originals(office, code)
    assert hits(office, "charlie") == [(code, 3)]
    record = arrange(as_(office, "ZHS"), code, Wish(order="3,1-2"), reason="次序颠倒")
    assert said_on(office, code) == [WORDS[2], WORDS[0], WORDS[1]]
    assert [text for text, _, _ in shown(office, code)] == said_on(office, code)
    assert hits(office, "charlie") == [(code, 1)] and hits(office, "alpha") == [(code, 2)]
    assert originals(office, code) == received and stored(office, code) == record == before
    assert list(office.vault.verify(code)) == []
    # The version before is there, as it was.
    first, second = office.vault.versions(code)
    assert "Pages arranged" in second.message and "次序颠倒" in second.message
    with office.vault.open(code, "text.txt", first.number) as file:
        assert file.read().decode().split("\f") == WORDS[:3]
    assert [s.source for s in sheets_of(office, code).sheets] == ["3", "1", "2"]


def test_pages_taken_out_are_told_and_come_back(office):
    code = scanned(office, ["alpha invoice", "", "charlie receipt"])
    made = arrange(as_(office, "ZHS"), code, Wish(drop_blank=True), reason="空白")
    assert (made.electronic.pages, made.paper.pages) == (2, 2) and said_on(office, code) == [WORDS[0], WORDS[2]]
    found = sheets_of(office, code)
    assert found.taken_out == ("2",)
    arrange(as_(office, "ZHS"), code, Wish(drop="1"), reason="误扫")
    assert sheets_of(office, code).taken_out == ("1", "2")
    back = arrange(as_(office, "ZHS"), code, Wish(as_scanned=True), reason="重来")
    assert said_on(office, code) == ["alpha invoice", "", "charlie receipt"]
    assert back.electronic.pages == 3 and sheets_of(office, code).taken_out == ()


def test_a_turned_page_keeps_its_text_and_its_boxes_are_where_it_is_seen(office):
    code = scanned(office, WORDS[:2])
    arrange(as_(office, "ZHS"), code, Wish(turn=("2:90",)), reason="横放")
    page = pages_of(office, code)[1]
    assert (round(page.width), round(page.height)) == (595, 420) and page.text == WORDS[1]
    (box,) = marks(page, ["contract"], office.fold)[:1]
    text, size, seen = shown(office, code)[1]
    assert (text, size) == (WORDS[1], (595, 420))
    # Near the top right corner now, the line running downwards; the copy itself says the same.
    assert box.x0 > 480 and 60 <= box.y0 < 200
    assert any(w.box.overlaps(box) for w in seen.words)
    # Once more: it stands on its head.
    arrange(as_(office, "ZHS"), code, Wish(turn=("2:90",)), reason="再转")
    assert sheets_of(office, code).sheets[1].leaf.turn == 180
    (box,) = marks(pages_of(office, code)[1], ["contract"], office.fold)[:1]
    assert box.y0 > 490 and box.x0 < 330 and pages_of(office, code)[1].width == pytest.approx(420)


def test_a_cropped_page_shows_its_part_and_the_words_in_it(office):
    code = scanned(office, WORDS[:2], title="折让")
    arrange(as_(office, "ZHS"), code, Wish(crop=("1:10,20,0,50",)), reason="去黑边")
    first, second = pages_of(office, code)
    assert first.width == pytest.approx(420 - 28.35, abs=0.1) and first.height == pytest.approx(595 - 198.43, abs=0.1)
    assert (first.text, second.width) == (WORDS[0], 420)
    (box,) = marks(first, ["alpha"], office.fold)
    text, size, seen = shown(office, code)[0]
    assert (text, size) == (WORDS[0], (392, 397)) and any(w.box.overlaps(box) for w in seen.words)
    assert box.x0 == pytest.approx(60 - 28.35, abs=2)
    # What is cut off is neither seen nor said.
    arrange(as_(office, "ZHS"), code, Wish(crop=("1:0,30,0,0",)), reason="再裁")
    assert pages_of(office, code)[0].text == "" and hits(office, "invoice") == []


def test_fronts_and_backs_of_a_one_sided_feeder(office):
    code = scanned(office, ["front one", "front two", "front three", "back three", "back two", "back one"])
    arrange(as_(office, "ZHS"), code, Wish(collate="reversed"), reason="单面扫描")
    assert said_on(office, code) == ["front one", "back one", "front two", "back two", "front three", "back three"]
    assert [text for text, _, _ in shown(office, code)] == said_on(office, code)


def test_what_was_signed_does_not_count_for_other_pages(office):
    code = scanned(office, WORDS[:2])
    declare(as_(office, "ZHS"), code)
    assert now_signed(office, code)
    arrange(as_(office, "ZHS"), code, Wish(order="2,1"), reason="次序")
    assert now_signed(office, code) == {}
    with office.catalogue.look() as tx:
        (act,) = [a for a in tx.acts(code) if a.act == "arrange"]
    assert act.reason == "次序" and "signatures" in act.data and act.data["pages"]


WRONG = (
    (Wish(order="9,1,2"), "There is no page 9: it has 3."),
    (Wish(order="1,2,2,3"), "Page 2 is named twice."),
    (Wish(order="1-3"), "Nothing is changed"),
    (Wish(), "Nothing is changed"),
    (Wish(order="1,2"), "The order does not name page 3."),
    (Wish(drop="1-z"), "No page would be left."),
    (Wish(drop_blank=True), "None of its pages is blank."),
    (Wish(order="eins"), "“eins” is no list of pages."),
    (Wish(turn=("2:45",)), "90, 180 or 270"),
    (Wish(turn=("2:90", "1-2:180")), "Page 2 is named twice."),
    (Wish(drop="2", turn=("2:90",)), "Page 2 is left out"),
    (Wish(straighten=("1:2",)), "written by a program"),
    (Wish(crop=("1:200,0,200,0",)), "Hardly anything"),
    (Wish(crop=("1:5,5",)), "what to cut off"),
    (Wish(order="3-1", collate="same"), "not both"),
    (Wish(order="3-1", as_scanned=True), "undone first"),
)


def test_what_cannot_be_is_told_and_changes_nothing(office):
    code = scanned(office, WORDS[:3])
    for wish, says in WRONG:
        with pytest.raises(Usage) as told:
            arrange(as_(office, "ZHS"), code, wish, reason="r")
        assert says in told.value.message and told.value.hint, wish
    assert len(office.vault.versions(code)) == 1


def test_others_and_what_has_no_pages_are_refused(office):
    code = scanned(office, WORDS[:2])
    with pytest.raises(NotFound):
        arrange(as_(office, "LMY"), code, Wish(order="2,1"), reason="r")
    with pytest.raises(NotFound):
        sheets_of(as_(office, "CO"), code)
    with pytest.raises(Usage):
        arrange(as_(office, "ZHS"), code, Wish(order="2,1"), reason=" ")
    assert len(office.vault.versions(code)) == 1


def test_who_is_overtaken_is_told(office):
    from dms.desk.acts.gate import interleaved

    code, done = scanned(office, WORDS[:2]), []

    def first(act):
        if act == "arrange" and not done:
            done.append(act)
            arrange(as_(office, "SM"), code, Wish(turn=("1:180",)), reason="先")

    with interleaved(first), pytest.raises(Conflict):
        arrange(as_(office, "ZHS"), code, Wish(order="2,1"), reason="后")
    assert said_on(office, code) == WORDS[:2] and len(office.vault.versions(code)) == 2
