"""A record split in two: a code of its own for the rest, the scan whole in both, each naming the other."""

from __future__ import annotations

import pytest
from desk_kit import CUSTOMER, as_, now_signed
from pages_kit import originals, said_on, scanned, shown, stored

from dms.assembly import open_world
from dms.desk.care.rebuilding import rebuild
from dms.desk.consent.disposing import ask_deletion, destroy_in, empty_vault
from dms.desk.ledger.properties import FAILED, four_properties
from dms.desk.records.arranging import arrange, sheets_of
from dms.desk.records.finding import Filters, catch_up, search
from dms.desk.records.joining import join, split
from dms.desk.records.showing import show
from dms.desk.records.waiting import waiting
from dms.desk.signing.approving import declare
from dms.desk.signing.filing import file
from dms.domain.arranging import Wish
from dms.domain.record import RecordState
from dms.errors import NotFound, NotPermitted, Usage

WORDS = ["alpha invoice", "bravo contract", "charlie receipt", "delta protocol"]


def test_what_is_split_off_is_a_record_of_its_own(office):
    code = scanned(office, WORDS, title="折让")
    declare(as_(office, "ZHS"), code)
    before, received = stored(office, code), originals(office, code)
    done = split(as_(office, "ZHS"), code, 3, reason="两份材料扫在一起")
    new = done.new
    assert said_on(office, code) == WORDS[:2] == [text for text, _, _ in shown(office, code)]
    assert said_on(office, new.code) == WORDS[2:] == [text for text, _, _ in shown(office, new.code)]
    assert originals(office, code) == received == originals(office, new.code)
    assert done.record == stored(office, code) and (done.record.electronic.pages, done.record.paper.pages) == (2, 2)
    assert (done.record.title, done.record.customer) == (before.title, CUSTOMER)
    # What is not known of the new one is asked; his account manager sees it.
    assert new == stored(office, new.code) and (new.state, new.manager, new.part_of) == (
        RecordState.REGISTERED,
        "ZHS",
        code,
    )
    assert (new.electronic.pages, new.electronic.sha512) == (2, before.electronic.sha512)
    (asked,) = waiting(as_(office, "ZHS"))
    assert asked.target == new.code and asked.kind == "describe" and {"customer", "date"} <= set(new.uncertain)
    assert now_signed(office, code) == {}
    # Each names the other.
    assert sheets_of(office, code).apart == (("3", new.code), ("4", new.code))
    assert sheets_of(office, new.code).apart == (("1", code), ("2", code))
    assert any(new.code in str(one["said"]) for one in show(office, code)["left_out"])
    catch_up(office)
    assert {(h.code, h.page) for h in search(office, "delta", Filters()).hits} == {(new.code, 2)}
    for one in (code, new.code):
        assert list(office.vault.verify(one)) == []
        twice = [r for r in four_properties(office, one) if r.outcome == FAILED and "same content" in str(r.detail)]
        assert twice == []
    # Undone, it stays split; what was split off is joined again as it was.
    with pytest.raises(Usage):
        arrange(as_(office, "ZHS"), code, Wish(as_scanned=True), reason="还原")
    join(as_(office, "ZHS"), new.code, code, reason="其实是一份")
    assert said_on(office, code) == WORDS and originals(office, code) == received
    assert sheets_of(office, code).apart == () and [s.source for s in sheets_of(office, code).sheets] == list("1234")


def test_a_lost_catalogue_has_both_again(office, tmp_path):
    code = scanned(office, WORDS)
    arrange(as_(office, "ZHS"), code, Wish(order="4,3,2,1"), reason="倒序")
    new = split(as_(office, "ZHS"), code, 4, reason="另一份").new.code
    other = scanned(office, ["echo minutes"])
    join(as_(office, "ZHS"), other, code, reason="后续页")
    kept = {one: stored(office, one) for one in (code, new, other)}
    home = office.settings.home
    office.catalogue.close()
    for part in (home / "archive").glob("catalogue.sqlite*"):
        part.unlink()
    with open_world(home, user="gm") as world:
        done = rebuild(world)
        assert done.findings == () and {one: stored(world, one) for one in kept} == kept
        assert said_on(world, code) == [WORDS[3], WORDS[2], WORDS[1], "echo minutes"] and said_on(world, new) == [
            WORDS[0]
        ]


def test_who_decides_on_removal_is_told_that_the_scan_stays_with_the_other(office):
    code = scanned(office, WORDS)
    new = split(as_(office, "ZHS"), code, 3, reason="另一份").new.code
    ask_deletion(as_(office, "ZHS"), new, reason="误扫")
    (asked,) = [one for one in waiting(office) if one.kind == "deletion"]
    assert f"original of {code} too" in str(asked.question)


def test_a_batch_that_was_joined_is_destroyed_with_its_record(office):
    code, more = scanned(office, WORDS[:2]), scanned(office, WORDS[2:], name="more.pdf")
    join(as_(office, "ZHS"), more, code, reason="后续页")
    with office.catalogue.begin() as tx:
        destroy_in(tx, tx.record(code), office.now())
    empty_vault(office)
    for one in (code, more):
        head = office.vault.head(one)
        assert set(head.files) == {"record.json", "tombstone.json"} and len(office.vault.versions(one)) == 1
    assert stored(office, more).electronic.sha512 == ""


def test_what_cannot_be_split(office):
    code = scanned(office, WORDS[:2])
    for at in (0, 1, 3):
        with pytest.raises(Usage):
            split(as_(office, "ZHS"), code, at, reason="r")
    with pytest.raises(Usage):
        split(as_(office, "ZHS"), code, 2, reason="")
    with pytest.raises(NotFound):
        split(as_(office, "LMY"), code, 2, reason="r")
    file(office, code, by_hand="已核对")
    with pytest.raises(NotPermitted) as told:
        split(office, code, 2, reason="r")
    assert f"dms pages {code} --drop 3-z" in told.value.hint
    assert said_on(office, code) == WORDS[:2]
