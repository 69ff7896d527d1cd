"""What somebody else does between the phases of an act is not lost: every pair is run at the point between them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from desk_kit import as_, now_signed, put

from dms.desk.acts import gate
from dms.desk.consent import changing, disposing
from dms.desk.shelf import lending
from dms.desk.signing import approving, filing
from dms.domain.record import RecordState
from dms.errors import DmsError

DUE = (date.today() + timedelta(days=3)).isoformat()


def between(kind, work):
    """Return a hook that does something once, right before an act of a kind passes."""
    waiting = [work]

    def hook(name):
        if name == kind and waiting:
            waiting.pop()()

    return hook


def ready(office):
    code = put(office)
    approving.declare(as_(office, "ZHS"), code)
    approving.confirm(as_(office, "SM"), code, "customer", note="第1页")
    approving.approve(as_(office, "SM"), code)
    return code


def state(office, code):
    with office.catalogue.look() as tx:
        return tx.record(code).state


@pytest.mark.parametrize(
    "interruption",
    [
        lambda office, code: approving.reject(as_(office, "SM"), code, reason="金额不符"),
        lambda office, code: approving.declare(as_(office, "SM"), code),
        lambda office, code: disposing.ask_deletion(as_(office, "ZHS"), code, reason="r"),
    ],
    ids=["rejected", "declared by its approver", "deletion asked"],
)
def test_what_happens_while_the_copy_is_stamped_counts(office, interruption):
    code = ready(office)
    with gate.interleaved(between("file", lambda: interruption(office, code))):
        try:
            filing.file(as_(office, "AR"), code)
        except DmsError:
            assert state(office, code) is RecordState.REGISTERED
            # The number went to nobody.
            with office.catalogue.look() as tx:
                assert not tx.gaps() and not tx.record(code).paper_number
            assert len(office.vault.versions(code)) == 1, "nothing of a filing is in the vault"
        else:
            with office.catalogue.look() as tx:
                assert tx.requests(kind="deletion", states=["open"])
            assert set(now_signed(office, code)) == {"declaration", "handler", "customer", "supervisor"}


def test_two_desks_file_the_same_record_once(office):
    code = ready(office)
    with (
        gate.interleaved(between("file", lambda: filing.file(as_(office, "AR"), code))),
        pytest.raises(DmsError, match="filed already"),
    ):
        filing.file(as_(office, "SM"), code)
    with office.catalogue.look() as tx:
        assert [a.act for a in tx.acts(code)].count("file") == 1 and not tx.gaps()


def test_two_desks_file_into_one_volume_and_no_number_is_lost(office):
    first, second = ready(office), ready(office)
    with gate.interleaved(between("file", lambda: filing.file(as_(office, "AR"), second))):
        one = filing.file(as_(office, "AR"), first)
    with office.catalogue.look() as tx:
        other = tx.record(second)
        assert not tx.gaps()
    assert (other.paper_number[-4:], one.paper_number[-4:]) == ("0001", "0002")
    with office.vault.open(first, "remarks.txt") as file:
        assert one.paper_number in file.read().decode(), "the stamp was drawn anew with the number it got"


def test_an_approval_and_a_declaration_withdrawn_meanwhile(office):
    code = put(office)
    approving.declare(as_(office, "ZHS"), code)
    with (
        gate.interleaved(between("approve", lambda: approving.reject(as_(office, "SM2"), code, reason="退回"))),
        pytest.raises(DmsError, match="declared"),
    ):
        approving.approve(as_(office, "SM"), code)
    assert now_signed(office, code) == {}


def test_a_change_agreed_while_its_record_goes_into_the_bin(office):
    code = put(office, state=RecordState.FILED)
    change = changing.ask_change(as_(office, "ZHS"), code, {"title": "新题名"}, reason="r")
    removal = disposing.ask_deletion(as_(office, "ZHS"), code, reason="r")
    with gate.interleaved(
        between("agree-change", lambda: disposing.decide_deletion(as_(office, "SM2"), removal.id, agree=True))
    ):
        changing.decide_change(as_(office, "SM"), change.id, agree=True)
    with office.catalogue.look() as tx:
        record = tx.record(code)
    # Both were agreed to: the record is changed, and it is in the bin.
    assert (record.state, record.title) == (RecordState.BINNED, "新题名")


def test_one_paper_is_lent_once(office):
    code = put(office, state=RecordState.FILED)
    with office.catalogue.look() as tx:
        number = tx.record(code).paper_number

    def lend(who):
        return lending.lend(as_(office, "SM"), number, to=who, due=DUE, purpose="核对")

    with gate.interleaved(between("lend", lambda: lend("ZHS"))), pytest.raises(DmsError, match="lent"):
        lend("张华生")
    assert [x.borrower for x in lending.loans(as_(office, "SM"), out=True)] == ["张华生"]


def test_no_reading_process_is_asked_inside_a_writing_transaction(office):
    with office.catalogue.begin(), pytest.raises(RuntimeError, match="inside a writing transaction"):
        office.examiner().watermark(office.work / "none.pdf", "x", office.work / "out.pdf")
