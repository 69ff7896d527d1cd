"""What was filed by hand is listed whatever was signed; an item and its volume are not lent at the same time."""

from __future__ import annotations

import pytest
from desk_kit import as_, put

from dms.desk.ledger.reporting import report
from dms.desk.shelf import lending, volumes
from dms.desk.signing import approving, filing
from dms.domain.record import RecordState
from dms.errors import Conflict

DUE = "2099-01-01"


def numbers(world, code):
    with world.catalogue.look() as tx:
        record = tx.record(code)
    return record.paper_number, record.volume


def test_one_signature_does_not_hide_what_was_filed_by_hand(office):
    code = put(office)
    approving.declare(as_(office, "ZHS"), code)
    filing.file(as_(office, "SM"), code, by_hand="客户出国")
    number, volume = numbers(office, code)
    found = [p for p in volumes.check(as_(office, "AR"), volume) if p.kind == "unsigned"]
    assert [(p.target, str(p.detail)) for p in found] == [(number, "Filed by hand: 客户出国")]
    with pytest.raises(Conflict, match="Filed by hand"):
        volumes.bind(as_(office, "AR"), volume)
    (section,) = [s for s in report(as_(office, "SM"), "month").sections if "Filed by hand" in str(s.title)]
    assert [row[1:] for row in section.rows] == [("SM", code, number, "客户出国")]


def test_what_passed_the_gate_is_not_listed(office):
    code = put(office)
    approving.declare(as_(office, "ZHS"), code)
    approving.confirm(as_(office, "DM1"), code, "customer", note="第1页")
    approving.approve(as_(office, "DM1"), code)
    filing.file(as_(office, "AR"), code)
    assert [p for p in volumes.check(as_(office, "AR"), numbers(office, code)[1]) if p.kind == "unsigned"] == []


@pytest.mark.parametrize("first", [0, 1], ids=["item first", "volume first"])
def test_item_and_volume_are_not_both_out(office, first):
    pair = numbers(office, put(office, state=RecordState.FILED))
    other = numbers(office, put(office, state=RecordState.FILED))[0]
    manager = as_(office, "SM")

    def lend(target):
        return lending.lend(manager, target, to="ZHS", due=DUE, purpose="核对")

    lend(pair[first])
    with pytest.raises(Conflict, match="lent to 张华生"):
        lend(pair[1 - first])
    if first == 0:
        lend(other)
        lending.take_back(manager, other)
    lending.take_back(manager, pair[first])
    assert lend(pair[1 - first]).target == pair[1 - first]
