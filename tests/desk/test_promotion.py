"""Moving into another class passes that class's gate, by a manager's own act (R11)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from desk_kit import as_, now_signed, put

from dms.desk.acts.options import options
from dms.desk.consent import changing
from dms.desk.signing import approving
from dms.domain.policy import Action
from dms.domain.record import LinkState, RecordState
from dms.errors import Conflict, NotPermitted


def daily(world, **more):
    """A record filed in the class of daily papers, which has no gate."""
    code = put(world, state=RecordState.FILED, **more)
    with world.catalogue.begin() as tx:
        tx.save_record(tx.record(code).with_(class_code="99"))
    return code


def class_of(world, code):
    with world.catalogue.look() as tx:
        return tx.record(code).class_code


def promote(world, code, by="SM", kind="04"):
    return changing.promote(as_(world, by), code, kind, reason="重要")


def signed_for(world, code):
    approving.declare(as_(world, "ZHS"), code)
    approving.confirm(as_(world, "DM1"), code, "customer", note="第1页客户签字")
    approving.approve(as_(world, "DM1"), code)


def test_what_the_class_asks_for_is_named_until_it_is_there(office):
    code = daily(office)
    with pytest.raises(NotPermitted, match=r"declaration.*customer.*handler.*supervisor") as refused:
        promote(office, code)
    assert "by-hand" not in refused.value.hint
    approving.declare(as_(office, "ZHS"), code)
    with pytest.raises(NotPermitted, match=r"Missing: customer.*supervisor"):
        promote(office, code)
    approving.confirm(as_(office, "DM1"), code, "customer", note="第1页客户签字")
    approving.approve(as_(office, "DM1"), code)
    old = office.catalogue
    with old.look() as tx:
        number = tx.record(code).paper_number
    moved = promote(office, code)
    assert (moved.class_code, moved.see_also) == ("04", (number,))
    assert set(now_signed(office, code)) == {"declaration", "customer", "handler", "supervisor"}


def test_nobody_approves_what_he_declared_for_a_move_either(office):
    code = daily(office)
    approving.declare(as_(office, "DM1"), code)
    with pytest.raises(NotPermitted, match="his own"):
        approving.approve(as_(office, "DM1"), code)


def test_an_archivist_moves_nothing_and_carriers_that_differ_stay(office):
    code = daily(office)
    signed_for(office, code)
    with pytest.raises(NotPermitted):
        promote(office, code, by="AR")
    other = daily(office, link=LinkState.MISMATCH)
    signed_for(office, other)
    with pytest.raises(NotPermitted, match="carriers"):
        promote(office, other)
    assert (class_of(office, code), class_of(office, other)) == ("99", "99")


def test_a_rejection_of_nothing_and_a_whole_record_are_not_signed_again(office):
    code = daily(office)
    signed_for(office, code)
    with pytest.raises(Conflict, match="filed already"):
        approving.declare(as_(office, "ZHS"), code)
    with pytest.raises(Conflict, match="filed already"):
        approving.reject(as_(office, "SM"), code, reason="r")
    assert len(now_signed(office, code)) == 4


def test_what_was_approved_here_does_not_count_where_ink_is_asked_for(office):
    code = daily(office)
    signed_for(office, code)
    kinds = {c: replace(k, electronic=()) for c, k in office.scheme.classes.items()}
    strict = replace(office, scheme=replace(office.scheme, classes=kinds))
    with pytest.raises(NotPermitted, match=r"handler.*supervisor"):
        promote(strict, code)
    assert promote(office, code).class_code == "04"


def test_the_page_offers_signing_only_while_something_is_missing(office):
    code = daily(office)
    offered = {o.action for o in options(as_(office, "ZHS"), code) if o.may}
    assert Action.DECLARE in offered and Action.APPROVE not in offered
    signed_for(office, code)
    assert Action.DECLARE not in {o.action for o in options(as_(office, "ZHS"), code) if o.may}
