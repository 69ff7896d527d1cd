"""A filed record's pages change by consent only (R8): laid out when somebody agrees, stamped anew, reprints listed."""

from __future__ import annotations

import pytest
from desk_kit import as_
from pages_kit import originals, pdf, said_on, scanned, shown, stored

from dms.desk.consent.changing import ask_change, decide_change, promote
from dms.desk.records.arranging import arrange, sheets_of
from dms.desk.signing.filing import file
from dms.domain.arranging import Wish
from dms.domain.record import RecordState
from dms.errors import Conflict, NotPermitted
from dms.ports.registers import Request

WORDS = ["alpha invoice", "bravo contract", "charlie receipt"]


def filed(office, texts=WORDS):
    code = scanned(office, texts)
    file(office, code, by_hand="已核对")
    return code


def stamped(office, code, path="access.pdf"):
    """Whether the first page of a copy bears the filing stamp: only drawn there, never in the words."""
    text, _, page = shown(office, code, path)[0]
    return bool(page.symbols) or "KH" in text or "ZHS" in text


def test_nothing_changes_until_another_person_agrees(office):
    code = filed(office)
    before, received, versions = stored(office, code), originals(office, code), len(office.vault.versions(code))
    asked = arrange(as_(office, "ZHS"), code, Wish(order="3,2", drop="1"), reason="首页属他件")
    assert isinstance(asked, Request) and asked.kind == "change"
    assert said_on(office, code) == WORDS and len(office.vault.versions(code)) == versions
    assert stored(office, code) == before and before.state is RecordState.FILED
    with office.catalogue.look() as tx:
        (waits,) = tx.attention(code)
    assert "order: 3, 2" in str(waits.question) and "left out: 1" in str(waits.question)
    with pytest.raises(NotPermitted):
        decide_change(as_(office, "ZHS"), asked.id, agree=True)
    changed = decide_change(as_(office, "SM"), asked.id, agree=True)
    assert changed == stored(office, code) == before.with_(electronic=changed.electronic, paper=changed.paper)
    assert (changed.electronic.pages, changed.paper.pages) == (2, 2)
    assert said_on(office, code) == [WORDS[2], WORDS[1]] and originals(office, code) == received
    assert stamped(office, code) and not stamped(office, code, "plain.pdf")
    assert WORDS[2] in shown(office, code)[0][0]
    assert sheets_of(office, code).taken_out == ("1",) and list(office.vault.verify(code)) == []
    with office.catalogue.look() as tx:
        again = {(r.target, r.sheet) for r in tx.reprints()}
    assert any(target == changed.volume for target, _ in again)


def test_what_was_refused_leaves_all_as_it_was(office):
    code = filed(office)
    asked = arrange(as_(office, "ZHS"), code, Wish(turn=("1:180",)), reason="倒置")
    decide_change(as_(office, "SM"), asked.id, agree=False, reason="不倒")
    assert sheets_of(office, code).sheets[0].leaf.turn == 0 and len(office.vault.versions(code)) == 2


def test_the_second_arrangement_is_made_of_the_scan_and_not_of_a_stamped_copy(office):
    code = filed(office)
    for order in ("2,1,3", "3,1,2"):
        asked = arrange(as_(office, "ZHS"), code, Wish(order=order), reason="次序")
        decide_change(as_(office, "SM"), asked.id, agree=True)
    assert said_on(office, code) == [WORDS[2], WORDS[1], WORDS[0]]
    # One stamp, on the first page only.
    pages = shown(office, code)
    assert stamped(office, code) and [text for text, _, _ in pages[1:]] == [WORDS[1], WORDS[0]]


def test_what_was_asked_of_other_pages_is_not_carried_out(office):
    code = filed(office)
    asked = arrange(as_(office, "ZHS"), code, Wish(order="2,1,3"), reason="次序")
    with office.catalogue.begin() as tx:
        request = tx.request(asked.id)
        data = {**request.data, "pages": {**request.data["pages"], "before": {}}}
        from dataclasses import replace

        tx.save_request(replace(request, data=data))
    with pytest.raises(Conflict):
        decide_change(as_(office, "SM"), asked.id, agree=True)
    assert said_on(office, code) == WORDS


def test_a_file_replaced_by_consent_is_what_is_arranged_and_stamped_later(office, tmp_path):
    code = filed(office)
    asked = ask_change(
        as_(office, "ZHS"), code, {}, file=pdf(tmp_path / "new.pdf", ["delta protocol", "echo minutes"]), reason="重扫"
    )
    decide_change(as_(office, "SM"), asked.id, agree=True)
    # Moved into another class, it is the new file that bears the new stamp.
    promote(as_(office, "SM"), code, "99", reason="改类")
    assert "delta protocol" in shown(office, code)[0][0] and stamped(office, code)
    asked = arrange(as_(office, "ZHS"), code, Wish(order="2,1"), reason="次序")
    decide_change(as_(office, "SM"), asked.id, agree=True)
    assert said_on(office, code) == ["echo minutes", "delta protocol"]
    assert shown(office, code)[1][0] == "delta protocol" and set(originals(office, code)) == {"original/new.pdf"}
