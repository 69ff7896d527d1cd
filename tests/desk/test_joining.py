"""A later batch joined to its record: both scans kept, one code goes on, the other is voided with the reason."""

from __future__ import annotations

import pytest
from desk_kit import CUSTOMER, as_, now_signed
from pages_kit import originals, pdf, said_on, scanned, shown, stored

from dms.desk.consent.changing import decide_change
from dms.desk.ledger.properties import FAILED, four_properties
from dms.desk.records.arranging import arrange, sheets_of
from dms.desk.records.finding import Filters, catch_up, search
from dms.desk.records.joining import join
from dms.desk.records.rescans import settle_rescan
from dms.desk.records.waiting import settle, waiting
from dms.desk.shelf.reserving import reserve
from dms.desk.signing.approving import declare
from dms.desk.signing.carriers import LATER, open_questions
from dms.desk.signing.filing import file
from dms.domain.arranging import Wish
from dms.domain.item import Hints, Item
from dms.domain.record import RecordState
from dms.errors import Conflict, NotFound, Usage
from dms.flow import travel
from dms.flow.twice import ask_batch
from dms.flow.work import sha512_of
from dms.ports.registers import Request

FIRST, MORE = ["alpha invoice", "bravo contract"], ["charlie receipt", "delta protocol"]


def failing(office, code):
    return {one.code for one in four_properties(office, code) if one.outcome == FAILED}


@pytest.fixture
def two(office):
    """A record, and a second stack that lay behind its cover."""
    first, second = scanned(office, FIRST), scanned(office, MORE, name="more.pdf")
    with office.catalogue.begin() as tx:
        ask_batch(tx, tx.record(second), first, office.now())
    return first, second


def test_a_later_batch_is_asked_about_and_joined(office, two):
    first, second = two
    declare(as_(office, "ZHS"), first)
    (asked,) = waiting(office)
    assert first in str(asked.question) and f"dms join {second} --to {first}" in str(asked.todo)
    with office.catalogue.look() as tx:
        assert open_questions(tx, {first, second}) == {first: {LATER}, second: {LATER}}
    mine, other = originals(office, first), originals(office, second)
    record = join(as_(office, "ZHS"), second, first, reason="后续页")
    assert said_on(office, first) == [*FIRST, *MORE] == [text for text, _, _ in shown(office, first)]
    assert (record.electronic.pages, record.paper.pages, record.title) == (4, 4, stored(office, first).title)
    kept = originals(office, first)
    assert kept == {**mine, f"original/{second}-more.pdf": other["original/more.pdf"]}
    gone = stored(office, second)
    assert gone.state is RecordState.VOID and originals(office, second) == other
    with office.catalogue.look() as tx:
        assert first in tx.voided()[second] and "joined" in tx.voided()[second]
    assert now_signed(office, first) == {} and list(waiting(office)) == []
    catch_up(office)
    assert [(h.code, h.page) for h in search(office, "delta", Filters()).hits] == [(first, 4)]
    assert list(office.vault.verify(first)) == [] == list(office.vault.verify(second))
    # Arranged again, over both scans; and back as they were scanned.
    arrange(as_(office, "ZHS"), first, Wish(order="4,1", drop="2-3"), reason="次序")
    assert said_on(office, first) == [MORE[1], FIRST[0]]
    assert sheets_of(office, first).taken_out == (f"{first}:2", f"{second}:1")
    arrange(as_(office, "ZHS"), first, Wish(as_scanned=True), reason="还原")
    assert said_on(office, first) == [*FIRST, *MORE] and originals(office, first) == kept


def handed_in(office, texts, cover):
    """Take a file through the journey from behind the cover of a record on."""
    work = office.work / office.new_id()
    item = Item(work.name, "describe", "more.pdf", "", "more.pdf", user="CO", created=office.now())
    work.mkdir()
    original = pdf(work / "original", texts)
    item = item.with_(sha512=sha512_of(original), size=original.stat().st_size, hints=Hints(carrier="paper"))
    item = item.noting(attach=cover, kind="scan", media_type="application/pdf")
    with office.catalogue.begin() as tx:
        tx.add_item(item)
    return travel(office, item).code


def test_a_second_stack_behind_one_cover_is_asked_about(office):
    (cover,) = reserve(as_(office, "SM"), class_code="04", manager="ZHS", customer=CUSTOMER, title="折让")
    assert handed_in(office, FIRST, cover.code) == cover.code
    second = handed_in(office, MORE, cover.code)
    assert second != cover.code and said_on(office, cover.code) == FIRST
    (asked,) = [one for one in waiting(office) if one.kind == "batch"]
    assert (asked.target, asked.data["other"]) == (second, cover.code)
    join(as_(office, "SM"), second, cover.code, reason="后续页")
    assert said_on(office, cover.code) == [*FIRST, *MORE] and [a for a in waiting(office) if a.kind == "batch"] == []
    # To one that was voided nothing can be joined.
    with office.catalogue.begin() as tx:
        tx.save_record(tx.record(cover.code).with_(state=RecordState.VOID))
    third = handed_in(office, ["echo minutes"], cover.code)
    assert [one.kind for one in waiting(office) if one.target == third and one.kind in ("pair", "batch")] == ["pair"]


def test_fronts_of_one_stack_and_backs_of_the_other(office):
    fronts = scanned(office, ["front one", "front two", "front three"])
    backs = scanned(office, ["back two", "back one"], name="backs.pdf")
    join(as_(office, "ZHS"), backs, fronts, reason="背面", collate="reversed")
    assert said_on(office, fronts) == ["front one", "back one", "front two", "back two", "front three"]
    lone = scanned(office, ["x"])
    with pytest.raises(Usage):
        join(as_(office, "ZHS"), lone, fronts, reason="背面", collate="reversed")


def test_to_a_filed_record_it_comes_by_consent(office, two):
    first, second = two
    file(office, first, by_hand="已核对")
    before = failing(office, first)
    asked = join(as_(office, "ZHS"), second, first, reason="后续页")
    assert isinstance(asked, Request) and said_on(office, first) == FIRST
    assert stored(office, second).state is RecordState.REGISTERED
    record = decide_change(as_(office, "SM"), asked.id, agree=True)
    assert said_on(office, first) == [*FIRST, *MORE] and record.electronic.pages == 4
    assert stored(office, second).state is RecordState.VOID and len(originals(office, first)) == 2
    assert record.state is RecordState.FILED and list(waiting(office)) == []
    assert failing(office, first) == before


def test_what_was_joined_elsewhere_meanwhile_is_not_joined_again(office, two):
    first, second = two
    third = scanned(office, ["echo minutes"])
    file(office, first, by_hand="已核对")
    asked = join(as_(office, "ZHS"), second, first, reason="后续页")
    join(as_(office, "ZHS"), second, third, reason="属他件")
    with pytest.raises(Conflict):
        decide_change(as_(office, "SM"), asked.id, agree=True)
    assert said_on(office, first) == FIRST and said_on(office, third) == ["echo minutes", *MORE]


def test_it_may_be_a_paper_of_its_own_or_the_same_once_more(office, two):
    first, second = two
    settle(as_(office, "ZHS"), second)
    assert list(waiting(office)) == [] and stored(office, second).state is RecordState.REGISTERED
    with office.catalogue.begin() as tx:
        ask_batch(tx, tx.record(second), first, office.now())
    kept = settle_rescan(as_(office, "ZHS"), second, "replace", reason="重扫")
    assert kept.code == first and said_on(office, first) == MORE and list(waiting(office)) == []
    assert set(originals(office, first)) == {"original/more.pdf"}
    # What replaced it can be arranged like any other.
    arrange(as_(office, "ZHS"), first, Wish(order="2,1"), reason="次序")
    assert said_on(office, first) == MORE[::-1]


def test_what_does_not_fit_is_refused(office, two):
    first, second = two
    born = scanned(office, ["foxtrot letter"], scan=False)
    for named, to, kind in ((second, second, Conflict), (second, born, Usage), (second, "HG01E2026000999", NotFound)):
        with pytest.raises(kind) as told:
            join(as_(office, "ZHS"), named, to, reason="r")
        assert told.value.hint
    with pytest.raises(NotFound):
        join(as_(office, "LMY"), second, first, reason="r")
    assert said_on(office, first) == FIRST and said_on(office, second) == MORE
