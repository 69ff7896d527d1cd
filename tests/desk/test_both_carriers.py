"""A record whose class asks for both carriers is not filed without them, nor with a question open, but by hand (R12)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from desk_kit import as_, put

from dms.desk.acts.options import on_the_way, options
from dms.desk.consent import changing
from dms.desk.ledger.reporting import report
from dms.desk.records.rescans import settle_rescan
from dms.desk.records.waiting import settle, waiting
from dms.desk.shelf import volumes
from dms.desk.signing import approving, filing
from dms.domain.policy import Action
from dms.domain.record import Carrier, LinkState, RecordState, Track
from dms.errors import NotFound, NotPermitted
from dms.ports.catalogue import Attention
from dms.said import Said


def changed(world, code, **changes):
    with world.catalogue.begin() as tx:
        tx.save_record(tx.record(code).with_(**changes))
    return code


def signed(world, code):
    approving.declare(as_(world, "ZHS"), code)
    approving.confirm(as_(world, "DM1"), code, "customer", note="第1页")
    approving.approve(as_(world, "DM1"), code)
    return code


def draft(world):
    """A record that came as a file, all signed, whose paper is not there (any more)."""
    return changed(world, signed(world, put(world)), paper=Carrier())


def ask(world, kind, target, other=""):
    data = {"other": other} if other else {}
    with world.catalogue.begin() as tx:
        tx.ask(Attention(kind, target, Said("Is it?"), Said("Look."), world.now(), data))


def state(world, code):
    with world.catalogue.look() as tx:
        return tx.record(code).state


def file(world, code, by="AR"):
    return filing.file(as_(world, by), code)


def lacking(world, code):
    with world.catalogue.look() as tx:
        return approving.missing(world, tx, tx.record(code))


@pytest.mark.parametrize(("carrier", "named"), [("paper", "paper carrier"), ("electronic", "electronic carrier")])
def test_a_carrier_that_is_not_there_is_named(office, carrier, named):
    code = changed(office, signed(office, put(office)), **{carrier: Carrier()})
    with pytest.raises(NotPermitted, match=f"Missing: {named}") as refused:
        file(office, code)
    assert f"dms cover {code}" in refused.value.hint and "--by-hand" in refused.value.hint
    assert state(office, code) is RecordState.REGISTERED
    with office.catalogue.look() as tx:
        assert not tx.gaps() and not tx.record(code).paper_number
    changed(office, code, **{carrier: Carrier(True)})
    assert file(office, code).state is RecordState.FILED


def test_in_a_class_without_a_gate_as_well(office):
    code = changed(office, put(office), class_code="99", paper=Carrier())
    with pytest.raises(NotPermitted, match="Missing: paper carrier"):
        file(office, code)
    changed(office, code, paper=Carrier(True))
    assert file(office, code).state is RecordState.FILED


@pytest.mark.parametrize(("track", "gone"), [(Track.ELECTRONIC, "paper"), (Track.PAPER, "electronic")])
def test_a_class_with_one_carrier_is_asked_for_that_one_only(office, track, gone):
    code = changed(office, signed(office, put(office)), track=track, **{gone: Carrier()})
    assert file(office, code).state is RecordState.FILED
    other = changed(office, signed(office, put(office)), track=track, paper=Carrier(), electronic=Carrier())
    assert lacking(office, other) == ("paper_carrier" if track is Track.PAPER else "electronic_carrier",)


def test_by_hand_it_is_counted_as_such(office):
    code = draft(office)
    with pytest.raises(NotPermitted):
        filing.file(as_(office, "AR"), code, by_hand="纸质在客户处")
    filed = filing.file(as_(office, "SM"), code, by_hand="纸质在客户处")
    found = [(p.kind, str(p.detail)) for p in volumes.check(as_(office, "AR"), filed.volume)]
    assert ("unsigned", "Filed by hand: 纸质在客户处") in found
    assert ("carrier", "Its paper carrier is missing.") in found
    (section,) = [s for s in report(as_(office, "SM"), "month").sections if "Filed by hand" in str(s.title)]
    assert [row[2:] for row in section.rows] == [(code, filed.paper_number, "纸质在客户处")]
    with office.catalogue.look() as tx:
        (act,) = tx.acts(code, act="file")
    assert act.data["lacking"] == ["paper_carrier"]


def test_a_proposal_to_pair_holds_both_until_it_is_settled(office):
    one, scan, apart = draft(office), signed(office, put(office)), signed(office, put(office))
    ask(office, "pair", one, scan)
    assert lacking(office, one) == ("paper_carrier", "pairing") and lacking(office, scan) == ("pairing",)
    with pytest.raises(NotPermitted, match="Missing: pairing") as refused:
        file(office, scan)
    assert "dms pair" in refused.value.hint and f"--settle {scan}" in refused.value.hint
    assert file(office, apart).state is RecordState.FILED
    settle(as_(office, "ZHS"), scan)
    assert [a for a in waiting(office) if a.kind == "pair"] == []
    assert file(office, scan).state is RecordState.FILED
    assert lacking(office, one) == ("paper_carrier",)
    with pytest.raises(NotFound):
        settle(as_(office, "ZHS"), scan)


@pytest.mark.parametrize("gone", [RecordState.VOID, RecordState.DESTROYED, RecordState.BINNED])
def test_a_proposal_whose_other_record_is_gone_holds_nothing(office, gone):
    scan, other = signed(office, put(office)), put(office)
    ask(office, "pair", other, scan)
    changed(office, other, state=gone)
    assert file(office, scan).state is RecordState.FILED


def test_a_cover_that_names_a_record_with_another_scan_is_asked_first(office):
    scan = signed(office, put(office))
    ask(office, "pair", scan)
    with pytest.raises(NotPermitted, match="Missing: pairing"):
        file(office, scan)
    settle(as_(office, "ZHS"), scan)
    assert file(office, scan).state is RecordState.FILED


def test_carriers_that_differ_are_named_as_that_alone(office):
    code = signed(office, put(office, link=LinkState.MISMATCH))
    ask(office, "pair", code)
    assert lacking(office, code) == ("carriers",)


def test_a_second_scan_waits_for_its_answer_and_the_first_does_not(office):
    first, second = signed(office, put(office)), signed(office, put(office))
    ask(office, "rescan", second, first)
    with pytest.raises(NotPermitted, match="Missing: second scan") as refused:
        file(office, second)
    assert f"dms rescan {second} --different" in refused.value.hint
    assert file(office, first).state is RecordState.FILED
    settle_rescan(as_(office, "ZHS"), second, "different")
    assert file(office, second).state is RecordState.FILED


def test_what_comes_up_while_the_copy_is_stamped_counts(office):
    from dms.desk.acts import gate

    scan, other = signed(office, put(office)), put(office)

    def between(name):
        if name == "file":
            ask(office, "pair", other, scan)

    with gate.interleaved(between), pytest.raises(NotPermitted, match="pairing"):
        file(office, scan)
    assert state(office, scan) is RecordState.REGISTERED


def test_pages_and_lists_say_the_same(office):
    one, scan = draft(office), signed(office, put(office))
    ask(office, "pair", one, scan)
    (offered,) = [o for o in options(as_(office, "AR"), one) if o.action is Action.FILE]
    assert (offered.may, offered.why, offered.missing) == (False, "missing", ("paper_carrier", "pairing"))
    assert {a.record.code: a.missing for a in on_the_way(as_(office, "AR"))} == {
        one: ("paper_carrier", "pairing"),
        scan: ("pairing",),
    }


def test_what_moves_needs_the_carriers_of_the_class_it_moves_to(office):
    """Daily papers kept as files only: one of them does not become a complaint without its paper."""
    kinds = {**office.scheme.classes, "99": replace(office.scheme.record_class("99"), track=Track.ELECTRONIC)}
    world = replace(office, scheme=replace(office.scheme, classes=kinds))
    code = changed(world, signed(world, put(world)), class_code="99", track=Track.ELECTRONIC, paper=Carrier())
    assert file(world, code).state is RecordState.FILED
    with pytest.raises(NotPermitted, match="Missing: paper carrier") as refused:
        changing.promote(as_(world, "SM"), code, "04", reason="重要")
    assert f"dms label {code}" in refused.value.hint and "by-hand" not in refused.value.hint
    changed(world, code, paper=Carrier(True))
    moved = changing.promote(as_(world, "SM"), code, "04", reason="重要")
    assert (moved.class_code, moved.track, moved.retention) == ("04", Track.DUAL, "D30")
