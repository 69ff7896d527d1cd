"""R5: one's own is lent straight away, all else once a manager agreed by an act of his own; due, reminded, overdue."""

from __future__ import annotations

from datetime import timedelta

import pytest
from desk_kit import CUSTOMER, as_, put, stand_in

from dms.desk.accounts.people import add_person
from dms.desk.consent.borrowing import ask_loan, decide_loan
from dms.desk.consent.requesting import requests
from dms.desk.records.waiting import waiting as all_waiting
from dms.desk.shelf import lending
from dms.desk.shelf.sheets import loan_register
from dms.domain.record import RecordState
from dms.errors import Conflict, NotFound, NotPermitted, Usage
from dms.ports.catalogue import Customer, Person
from dms.ports.registers import Loan

DUE = "2099-01-01"
WHAT = {"due": DUE, "purpose": "核对合同"}


def waiting(world):
    """What waits about loans: what the turn of a year brings besides is none of it."""
    return [a for a in all_waiting(world) if a.kind.startswith("loan")]


@pytest.fixture
def paper(office):
    """A record of ZHS's customer, filed: paper number and volume."""
    code = put(office, state=RecordState.FILED)
    with office.catalogue.look() as tx:
        record = tx.record(code)
    return record.paper_number, record.volume, code


def day(world, days):
    return (world.clock.now().date() + timedelta(days=days)).isoformat()


def register(world):
    """Cells of the printed register."""
    with world.catalogue.look() as tx:
        names = {p.code: p.name for p in tx.people()}
        return [loan_register._line(tx, names, n, one) for n, one in enumerate(tx.loans(), 1)]


@pytest.mark.parametrize("which", [0, 1], ids=["item", "volume"])
def test_ones_own_is_lent_straight_away_by_code_or_name(office, paper, which):
    made = lending.lend(as_(office, "AR"), paper[which], to="张华生", **WHAT)
    assert (made.borrower, made.answers, made.approver, made.request, made.department) == (
        "张华生",
        "ZHS",
        "",
        0,
        "一部",
    )
    assert register(office)[0][11] == "本人客户"
    lending.take_back(as_(office, "AR"), paper[which])
    assert lending.lend(as_(office, "AR"), paper[which], to="zhs", **WHAT).borrower == "张华生"


@pytest.mark.parametrize("who", ["LMY", "DM1", "SM", "GM", "AR"])
def test_nothing_else_is_lent_without_an_act_of_approval(office, paper, who):
    for clerk in ("AR", "SM", "GM"):
        for what in paper[:2]:
            with pytest.raises(NotPermitted, match="agrees first"):
                lending.lend(as_(office, clerk), what, to=who, **WHAT)
    assert lending.loans(office) == []


def test_a_volume_with_one_item_of_somebody_elses_is_not_ones_own(office, paper):
    other = put(office, state=RecordState.FILED)
    with office.catalogue.begin() as tx:
        tx.save_customer(Customer("别家酒店", "LMY"))
        tx.save_record(tx.record(other).with_(customer="别家酒店"))
    with pytest.raises(NotPermitted, match="agrees first"):
        lending.lend(as_(office, "AR"), paper[1], to="ZHS", **WHAT)
    assert lending.lend(as_(office, "AR"), paper[0], to="ZHS", **WHAT).approver == ""


def test_ownership_is_as_customers_are_assigned_today_and_a_deputy_has_it(office, paper):
    stand_in(office, "ZHS", "LMY")
    lending.lend(as_(office, "AR"), paper[0], to="LMY", **WHAT)
    lending.take_back(as_(office, "AR"), paper[0])
    with office.catalogue.begin() as tx:
        tx.save_customer(Customer(CUSTOMER, "DM1"))
    with pytest.raises(NotPermitted):
        lending.lend(as_(office, "AR"), paper[0], to="ZHS", **WHAT)


@pytest.mark.parametrize("asker", ["LMY", "AR"])
def test_asked_agreed_handed_over_and_printed_from_the_act(office, paper, asker):
    number, _, code = paper
    asked = ask_loan(as_(office, asker), number, to="" if asker == "LMY" else "LMY", **WHAT)
    assert [a.kind for a in waiting(as_(office, "SM"))] == ["loan"]
    assert "李美玉" in str(waiting(as_(office, "SM"))[0].question)
    agreed = decide_loan(as_(office, "SM"), asked.id, agree=True, reason="可以")
    assert (agreed.state, agreed.until[:10]) == ("granted", DUE)
    assert [(a.kind, "钱销售" in str(a.question)) for a in waiting(as_(office, "AR"))] == [
        ("loan-agreed", True)
    ] and waiting(as_(office, "LMY")) == []
    made = lending.lend(as_(office, "AR"), code)
    assert (made.borrower, made.due, made.purpose, made.approver, made.clerk) == (
        "李美玉", DUE, "核对合同", "SM", "AR",
    )  # fmt: skip
    assert register(office)[0][11] == f"钱销售 {agreed.decided_at[:10]} 同意：可以"
    assert waiting(as_(office, "AR")) == []
    # It held for one handing over.
    lending.take_back(as_(office, "AR"), number)
    with pytest.raises(NotPermitted):
        lending.lend(as_(office, "AR"), number, to="LMY", **WHAT)


def test_somebody_outside_needs_a_person_inside_and_a_managers_act(office, paper):
    number = paper[0]
    with pytest.raises(Usage, match="nobody of this archive"):
        ask_loan(as_(office, "ZHS"), number, to="正大会计师事务所 王五", **WHAT)
    outside = {"to": "正大会计师事务所 王五", "answers": "ZHS"}
    with pytest.raises(NotPermitted):
        lending.lend(as_(office, "AR"), number, **outside, **WHAT)
    asked = ask_loan(as_(office, "AR"), number, contact="0571-8", **outside, **WHAT)
    decide_loan(as_(office, "GM"), asked.id, agree=True)
    made = lending.lend(as_(office, "AR"), number, to="正大会计师事务所 王五")
    assert (made.borrower, made.answers, made.contact) == ("正大会计师事务所 王五", "ZHS", "0571-8")
    assert (register(office)[0][2], register(office)[0][17]) == ("正大会计师事务所 王五", "张华生 负责")


DECIDERS = {"SM", "SM2", "GM"}


@pytest.mark.parametrize(
    ("asker", "to", "answers", "never"),
    [
        ("AR", "LMY", "", set()),
        ("SM", "LMY", "", {"SM"}),
        ("AR", "SM", "", {"SM"}),
        ("AR", "外人", "SM2", {"SM2"}),
        ("GM", "外人", "SM", {"GM", "SM"}),
    ],
)
def test_who_asks_borrows_or_answers_does_not_decide(office, paper, asker, to, answers, never):
    passed = set()
    for who in ("ZHS", "LMY", "DM1", "SM", "SM2", "GM", "AR", "CO"):
        asked = ask_loan(as_(office, asker), paper[0], to=to, answers=answers, **WHAT)
        try:
            decide_loan(as_(office, who), asked.id, agree=False, reason="r")
            passed.add(who)
        except NotPermitted:
            decide_loan(as_(office, next(iter(DECIDERS - never))), asked.id, agree=False, reason="r")
    assert passed == DECIDERS - never


def test_a_deputy_of_the_borrower_does_not_decide(office, paper):
    asked = ask_loan(as_(office, "AR"), paper[0], to="SM", **WHAT)
    stand_in(office, "SM", "SM2")
    with pytest.raises(NotPermitted):
        decide_loan(as_(office, "SM2"), asked.id, agree=True)


def test_another_borrower_another_day_another_paper_were_not_agreed_to(office, paper):
    other = put(office, state=RecordState.FILED)
    asked = ask_loan(as_(office, "LMY"), paper[0], due=day(office, 5), purpose="核对")
    decide_loan(as_(office, "SM"), asked.id, agree=True)
    clerk = as_(office, "AR")
    with pytest.raises(NotPermitted):
        lending.lend(clerk, paper[0], to="CO", **WHAT)
    with pytest.raises(NotPermitted):
        lending.lend(clerk, other, to="LMY", **WHAT)
    with pytest.raises(NotPermitted):
        lending.lend(clerk, paper[1], to="LMY", **WHAT)
    with pytest.raises(Conflict, match="until"):
        lending.lend(clerk, paper[0], to="LMY", due=day(office, 6))
    assert lending.lend(clerk, paper[0], to="LMY", due=day(office, 4)).due == day(office, 4)


def test_an_agreement_ends_with_the_day(office, paper):
    asked = ask_loan(as_(office, "LMY"), paper[0], due=day(office, 0), purpose="核对")
    decide_loan(as_(office, "SM"), asked.id, agree=True)
    with office.catalogue.begin() as tx:
        held = tx.request(asked.id)
        tx.save_request(held.__class__(**{**_fields(held), "until": "2020-01-01T23:59:59+00:00"}))
    with pytest.raises(NotPermitted):
        lending.lend(as_(office, "AR"), paper[0], to="LMY", **WHAT)
    assert lending.to_hand_over(as_(office, "AR")) == []


def _fields(one):
    return {name: getattr(one, name) for name in one.__dataclass_fields__}


def test_what_waits_too_long_is_refused_only(office, paper):
    asked = ask_loan(as_(office, "LMY"), paper[0], **WHAT)
    with office.catalogue.begin() as tx:
        held = tx.request(asked.id)
        tx.save_request(held.__class__(**{**_fields(held), "data": {**held.data, "due": "2020-01-01"}}))
    with pytest.raises(Conflict, match="has passed"):
        decide_loan(as_(office, "SM"), asked.id, agree=True)
    with pytest.raises(Usage):
        decide_loan(as_(office, "SM"), asked.id, agree=False)
    assert decide_loan(as_(office, "SM"), asked.id, agree=False, reason="过期").state == "denied"
    with pytest.raises(Conflict):
        decide_loan(as_(office, "SM"), asked.id, agree=False, reason="再")


def test_asking_tells_nothing_of_what_one_may_not_see(office, paper):
    number, volume, _ = paper
    missing = number[:-4] + "0099"
    for named in (number, missing, volume):
        ask_loan(as_(office, "CO"), named, **WHAT)
    mine = requests(as_(office, "CO"), "loan")
    assert [(r.target, dict(r.data)) for r in mine] == [
        (n, {"to": "吴助理", "due": DUE}) for n in (number, missing, volume)
    ]
    assert waiting(as_(office, "CO")) == []
    blind = next(r for r in requests(as_(office, "SM"), "loan") if r.data["asked"] == missing)
    with pytest.raises(NotFound):
        decide_loan(as_(office, "SM"), blind.id, agree=True)


def test_asked_twice_and_asked_by_two(office, paper):
    first = ask_loan(as_(office, "LMY"), paper[0], **WHAT)
    with pytest.raises(Conflict, match="asked for already"):
        ask_loan(as_(office, "LMY"), paper[0], **WHAT)
    second = ask_loan(as_(office, "CO"), paper[0], **WHAT)
    decide_loan(as_(office, "SM"), first.id, agree=False, reason="不必")
    (left,) = waiting(as_(office, "SM"))
    assert "吴助理" in str(left.question)
    decide_loan(as_(office, "SM"), second.id, agree=True)
    assert [a.kind for a in waiting(as_(office, "SM"))] == ["loan-agreed"]


def test_ones_own_needs_no_leave_and_is_told_so(office, paper):
    with pytest.raises(Conflict, match="no leave"):
        ask_loan(as_(office, "ZHS"), paper[0], **WHAT)


def test_two_people_of_one_name_are_told_apart_by_code(office, paper):
    add_person(office, Person("ZH2", "张华生", ("account_manager",), "zh2", "二部"))
    with pytest.raises(Usage, match="several people"):
        lending.lend(as_(office, "AR"), paper[0], to="张华生", **WHAT)
    assert lending.lend(as_(office, "AR"), paper[0], to="ZHS", **WHAT).answers == "ZHS"


@pytest.mark.parametrize(("days", "told"), [(-2, "2 days overdue"), (0, "is due on"), (3, "is due on"), (4, "")])
def test_archivist_and_borrower_are_reminded(office, paper, days, told):
    lending.lend(as_(office, "AR"), paper[0], to="ZHS", **WHAT)
    with office.catalogue.begin() as tx:
        (one,) = tx.loans()
        tx.save_loan(one.__class__(**{**_fields(one), "due": day(office, days)}))
    for who in ("AR", "ZHS"):
        found = [str(a.question) for a in waiting(as_(office, who)) if a.kind == "loan-due"]
        assert len(found) == (1 if told else 0) and all(told in one for one in found)
    assert waiting(as_(office, "LMY")) == [] and lending.reminders(as_(office, "LMY")) == []
    assert len(lending.loans(as_(office, "AR"), overdue=True)) == (1 if days < 0 else 0)
    lending.take_back(as_(office, "AR"), paper[0])
    assert waiting(as_(office, "AR")) == []


def test_what_an_older_version_let_be_typed_is_printed_as_that(office, paper):
    with office.catalogue.begin() as tx:
        tx.add_loan(Loan(paper[0], "李某", office.now(), DUE, "核对", "SM", "AR"))
    assert register(office)[0][11] == "钱销售（经办人填写）"
