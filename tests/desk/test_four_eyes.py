"""Four eyes, generated: every act that decides x who asked x who decides x who stands in for whom, against one table.

The table is told a second time here, in words: whoever asked, declared or joined, and whoever he did it for, decides
nothing of it; neither does who stands in for one of them.
"""

from __future__ import annotations

import itertools

import pytest
from desk_kit import as_, now_signed, put, stand_in

from dms.desk.consent import appraising, changing, disposing, requesting
from dms.desk.records import pairing
from dms.desk.signing import approving, filing
from dms.domain.record import LinkState, RecordState
from dms.errors import NotFound, NotPermitted
from dms.ports.registers import Request

# Who may ask and decide by his own roles, with the record being ZHS's.
ASKS = {
    "change": {"ZHS", "DM1", "SM", "SM2", "GM", "AR"}, "deletion": {"ZHS", "DM1", "SM", "SM2", "GM", "AR"},
    "access": {"LMY", "DM1", "AR", "CO"}, "destruction": {"GM", "AR"},
    "approve": {"ZHS", "DM1", "SM", "SM2", "GM"}, "confirm": {"ZHS", "DM1", "SM", "SM2", "GM"},
    "accept": {"ZHS", "DM1", "SM", "SM2", "GM", "AR"}, "witness": {"GM", "AR"},
}  # fmt: skip
DECIDES = {
    "change": {"SM", "SM2", "GM"}, "deletion": {"SM", "SM2", "GM"}, "access": {"SM", "SM2", "GM"},
    "destruction": {"GM"}, "approve": {"DM1", "SM", "SM2", "GM"}, "confirm": {"DM1", "SM", "SM2", "GM", "AR"},
    "accept": {"DM1", "SM", "SM2", "GM", "AR"}, "witness": {"DM1", "SM", "SM2", "GM", "AR"},
}  # fmt: skip
WHO = ("ZHS", "LMY", "DM1", "SM", "SM2", "GM", "AR")


def asked(world, act, code):
    """Let the asker do the first half of an act; return what the second half is about."""
    if act == "change":
        return changing.ask_change(world, code, {"title": "新题名"}, reason="r").id
    if act == "deletion":
        return disposing.ask_deletion(world, code, reason="r").id
    if act == "access":
        return requesting.ask_access(world, code, purpose="r").id
    if act in ("destruction", "witness"):
        # The proposal itself needs a retention that has ended; what is tested here is who decides on it.
        with world.catalogue.begin() as tx:
            me = world.actor.person
            made = tx.add_request(Request("destruction", code, me, world.now(), "r", data={"lines": [], "for": me}))
        return made.id
    if act == "accept":
        with world.catalogue.begin() as tx:
            record = tx.record(code)
            tx.save_record(record.with_(link=record.link.__class__(LinkState.MISMATCH, "content", world.actor.person)))
        return code
    approving.declare(world, code)
    return code


def decided(world, act, about):
    """Let the decider do the second half."""
    if act == "change":
        changing.decide_change(world, about, agree=True)
    elif act == "deletion":
        disposing.decide_deletion(world, about, agree=True)
    elif act == "access":
        requesting.decide_access(world, about, grant=True)
    elif act == "destruction":
        appraising.decide(world, about, agree=True)
    elif act == "witness":
        with world.catalogue.begin() as tx:
            request = tx.request(about)
            tx.save_request(
                Request(**{**{f: getattr(request, f) for f in request.__dataclass_fields__}, "state": "granted"})
            )
        appraising.witness(world, about)
    elif act == "accept":
        pairing.accept(world, about, reason="r")
    elif act == "approve":
        approving.approve(world, about)
    else:
        approving.confirm(world, about, "customer", note="第1页右下")


@pytest.mark.slow
@pytest.mark.parametrize("deputy", ["none", "decider for asker", "asker for decider", "decider for another"])
@pytest.mark.parametrize("act", sorted(DECIDES))
def test_who_may_decide(office, act, deputy):
    wrong = []
    state = RecordState.FILED if act in ("change", "access", "destruction", "witness") else RecordState.REGISTERED
    for asker, decider in itertools.product(sorted(ASKS[act]), WHO):
        if asker == decider and deputy != "none":
            continue
        with office.catalogue.begin() as tx:
            for one in tx.deputies():
                tx.save_deputy(one.__class__(one.person, one.deputy, one.since, "2020-01-02"))
        another = next(p for p in ("GM", "SM", "SM2") if p not in (asker, decider))
        code = put(office, state=state)
        about = asked(as_(office, asker), act, code)
        stands = {"decider for asker": asker, "decider for another": another}.get(deputy)
        if stands:
            stand_in(office, stands, decider)
        elif deputy == "asker for decider":
            stand_in(office, decider, asker)
        own = decider in DECIDES[act]
        lent = stands is not None and stands in DECIDES[act]
        may = decider != asker and stands != asker and (own or lent)
        try:
            decided(as_(office, decider), act, about)
            passed = True
        except (NotPermitted, NotFound):
            passed = False
        if passed is not may:
            wrong.append((asker, decider, "passed" if passed else "refused"))
    assert wrong == []


def test_what_a_deputy_asked_for_somebody_is_not_decided_by_him(office):
    # LMY has no right to ask for ZHS's record but SM's, for whom she stands in: SM asked, through her.
    stand_in(office, "SM", "LMY")
    code = put(office)
    request = disposing.ask_deletion(as_(office, "LMY"), code, reason="r")
    assert request.data["for"] == "SM"
    with pytest.raises(NotPermitted):
        disposing.decide_deletion(as_(office, "SM"), request.id, agree=True)
    assert disposing.decide_deletion(as_(office, "SM2"), request.id, agree=True).state == "granted"


def test_who_approved_and_then_declares_takes_his_approval_away(office):
    code = put(office)
    approving.declare(as_(office, "ZHS"), code)
    approving.approve(as_(office, "SM"), code)
    approving.confirm(as_(office, "SM"), code, "customer", note="第1页")
    assert now_signed(office, code) == {
        "declaration": "ZHS", "handler": "ZHS", "supervisor": "SM", "customer": "SM",
    }  # fmt: skip
    approving.declare(as_(office, "SM"), code)
    assert "supervisor" not in now_signed(office, code) and "customer" not in now_signed(office, code)
    with pytest.raises(NotPermitted):
        filing.file(as_(office, "AR"), code)


def test_filing_asks_again_whatever_the_order_of_the_signatures(office):
    code = put(office)
    approving.declare(as_(office, "ZHS"), code)
    approving.confirm(as_(office, "SM"), code, "customer", note="第1页")
    approving.approve(as_(office, "SM"), code)
    with office.catalogue.begin() as tx:
        # As an older version left it: one person is declarant, handler and supervisor.
        for one in list(tx.signatures(code)):
            tx.sign(
                one.__class__(one.code, one.role, one.kind, "SM" if one.person else "", "SM", one.at, one.note, "SM")
            )
    with pytest.raises(NotPermitted, match="same person"):
        filing.file(as_(office, "AR"), code)
