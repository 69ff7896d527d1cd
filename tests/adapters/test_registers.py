"""The registers' and the log's contract, on every database that is here."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from dms.adapters.catalogue import open_catalogue
from dms.adapters.catalogue.log import MOST_UNSEEN_SECONDS
from dms.domain import audit
from dms.domain.learning import Lesson
from dms.domain.record import Record
from dms.errors import Conflict, NotFound
from dms.ports.accounts import Account, Answered, Session, Token
from dms.ports.catalogue import Act
from dms.ports.registers import Dealing, Deputy, Grading, Hold, Loan, Move, Reprint, Request, Signature
from dms.said import Said

AT = "2026-11-23T10:00:00+08:00"


class Hand:
    """A clock set by hand."""

    def __init__(self):
        self.wall, self.boot, self.up = datetime(2026, 11, 23, 10).astimezone(), "one", 100.0

    def now(self):
        return self.wall

    def uptime(self):
        return self.boot, self.up

    def step(self, seconds, *, up=None):
        self.wall += timedelta(seconds=seconds)
        self.up += seconds if up is None else up


@pytest.fixture
def clock():
    return Hand()


@pytest.fixture(params=["sqlite", "memory", "postgresql"])
def catalogue(request, tmp_path, clock):
    places = {"sqlite": f"sqlite:///{tmp_path}/c.sqlite", "memory": "memory://"}
    opened = open_catalogue(places.get(request.param) or request.getfixturevalue("postgres_url"), clock=clock)
    yield opened
    opened.close()


def test_requests_and_their_decisions(catalogue):
    with catalogue.begin() as tx:
        first = tx.add_request(Request("access", "HG01E2026000001", "LMY", AT, "核对\x00\ud800", data={"asked": "x"}))
        second = tx.add_request(Request("change", "HG01E2026000001", "ZHS", AT, "r"))
        assert (first.id, second.id) == (1, 2)
        assert tx.request(1) == first and tx.request(9) is None
        assert [r.id for r in tx.requests(target="HG01E2026000001")] == [1, 2]
        assert [r.id for r in tx.requests(kind="access", states=["open"], asked_by="LMY")] == [1]
        tx.save_request(replace(first, state="granted", decided_by="SM", until=AT))
        assert tx.requests(kind="access", states=["open"]) == []
        with pytest.raises(NotFound):
            tx.save_request(replace(first, id=77))


def test_signatures_moves_holds_gradings_deputies_reprints(catalogue):
    with catalogue.begin() as tx:
        tx.add_record(Record("HG01E2026000001", received_at=AT))
        tx.sign(Signature("HG01E2026000001", "handler", "ink", "ZHS", "AR", AT, "p. 1"))
        tx.sign(Signature("HG01E2026000001", "handler", "electronic", "ZHS", "ZHS", AT))
        assert [(s.role, s.kind) for s in tx.signatures("HG01E2026000001")] == [("handler", "electronic")]
        assert tx.unsign("HG01E2026000001") == 1 and tx.unsign("HG01E2026000001") == 0
        for place in ("室/1柜", "室/2柜"):
            tx.move(Move("V-1", "home", place, "AR", AT))
        tx.move(Move("V-2", "home", "室/3柜", "AR", AT))
        assert [m.place for m in tx.moves("V-1")] == ["室/1柜", "室/2柜"] and len(tx.moves()) == 3
        made = tx.add_hold(Hold("customer:甲", "诉讼", "GM", AT))
        tx.save_hold(replace(made, lifted_by="GM", lifted_at=AT))
        assert tx.holds()[0].lifted_by == "GM"
        tx.add_grading(Grading("甲", "2026-Q3", "", "A", "proposed", "SM", AT, figures={"paid": 100}))
        assert tx.gradings("甲", "2026-Q3")[0].figures == {"paid": 100} and tx.gradings("乙") == []
        tx.save_deputy(Deputy("DM1", "CO", "2026-01-01", "2026-01-02"))
        tx.save_deputy(Deputy("DM1", "CO", "2026-01-01", "2026-01-09"))
        assert [d.until for d in tx.deputies()] == ["2026-01-09"]
        tx.ask_reprint(Reprint("V-1", "spine", Said("a"), AT))
        tx.ask_reprint(Reprint("V-1", "spine", Said("b {n}", n=1), AT))
        assert [r.why for r in tx.reprints()] == [Said("b {n}", n=1)]
        tx.reprinted("V-1", "spine")
        tx.reprinted("V-1", "spine")
        assert tx.reprints() == []


def test_what_is_lent_is_lent_once(catalogue):
    loan = Loan("V-1", "李", AT, "2026-12-01", "核对", "SM", "AR")
    with catalogue.begin() as tx:
        made = tx.add_loan(loan)
    with pytest.raises(Conflict), catalogue.begin() as tx:
        tx.add_loan(loan)
    with catalogue.begin() as tx:
        tx.save_loan(replace(made, back_at=AT))
        assert tx.add_loan(loan).id == 2
        assert [x.back_at for x in tx.loans("V-1")] == [AT, ""]


def test_dealings_of_one_source_replace_each_other(catalogue):
    with catalogue.begin() as tx:
        tx.put_dealing(Dealing("甲", "2026-02-01", "paid", 2**40, "f#2"))
        tx.put_dealing(Dealing("甲", "2026-01-01", "booked", 5, "f#1"))
        tx.put_dealing(Dealing("甲", "2026-01-01", "booked", 7, "f#1"))
        assert [(d.kind, d.cents) for d in tx.dealings("甲")] == [("booked", 7), ("paid", 2**40)]


def test_acts_are_numbered_hashed_and_given_back_with_a_rollback(catalogue):
    with catalogue.begin() as tx:
        one = tx.log(Act(AT, "甲", "look", "A", "因为", {"n": [1, {"x": "é"}]}))
    with pytest.raises(ZeroDivisionError), catalogue.begin() as tx:
        tx.log(Act(AT, "甲", "look", "B"))
        raise ZeroDivisionError
    with catalogue.begin() as tx:
        two = tx.log(Act(AT, "乙", "file", "A"))
        assert (one.seq, two.seq) == (1, 2)
        assert list(tx.log_from(1)) == [one, two] and [a.seq for a in tx.acts("A")] == [2, 1]
        assert [leaf.hex() for leaf in tx.leaves()] == [one.leaf, two.leaf]
        assert audit.leaf_hash(audit.canonical(one.told())).hex() == one.leaf
        assert [leaf.hex() for leaf in tx.leaves(limit=1)] == [one.leaf]


def test_the_archives_own_time_follows_the_machine_and_not_the_clock(catalogue, clock):
    def lived():
        with catalogue.begin() as tx:
            return tx.log(Act(AT, "a", "look", "x")).lived

    day = 86400
    assert lived() == 0
    for _ in range(10):
        clock.step(0.4)
        lived()
    assert lived() == 4
    clock.step(40 * day, up=60)  # the clock was set forward; a minute passed
    assert lived() == 64
    clock.step(-40 * day, up=60)  # and back
    assert lived() == 124
    clock.boot, clock.up = "two", 5.0  # started anew after a weekend
    clock.step(3 * day, up=0)
    assert 124 + 3 * day - 130 <= lived() <= 124 + 3 * day
    clock.boot = "three"  # a clock set far forward while the machine was off counts four days
    before = lived()
    clock.boot, clock.up = "four", 1.0
    clock.step(400 * day, up=0)
    assert lived() - before == MOST_UNSEEN_SECONDS
    clock.boot = "five"
    clock.step(-800 * day, up=0)
    before = lived()
    clock.step(3600)
    with catalogue.look() as tx:
        assert tx.lived() - before == 3600


def test_accounts_tokens_and_answered_calls(catalogue):
    token = Token("d" * 64, "ZHS", "扫描仪\x00", "read", AT, 2e9)
    with catalogue.begin() as tx:
        assert tx.accounts() == 0
        tx.save_account(Account("ZHS", "hash", AT, issuer="https://id", subject="lasting"))
        tx.add_token(token)
        tx.token_used(token.digest, "2026-11-23")
        tx.add_token(Token("e" * 64, "LMY", "x", "write", AT, 2e9))
        tx.add_session(Session("s" * 64, "ZHS", AT, 100.0, 150.0))
        tx.prolong_session("s" * 64, 900.0)
        tx.prolong_session("gone", 900.0)
    with catalogue.look() as tx:
        assert tx.accounts() == 1
        assert tx.token("d" * 64).used_at == "2026-11-23" and tx.token("f" * 64) is None
        assert [t.name for t in tx.tokens("ZHS")] == ["扫描仪\x00"]
        assert tx.account_at("https://id", "lasting").person == "ZHS" and tx.account_at("https://id", "") is None
        assert tx.session("s" * 64).until == 150.0 and tx.session("gone") is None, "never past its end, never anew"
    with catalogue.begin() as tx:
        tx.end_token("d" * 64)
        tx.end_token("d" * 64)
        first = Answered("k" * 64, "a" * 64, 0, "", 100.0)
        assert tx.claim_answer(first) is None and tx.claim_answer(replace(first, asked="b" * 64)) == first
        tx.save_answer(replace(first, status=201, body='{"好": 1}'))
    with catalogue.begin() as tx:
        assert tx.claim_answer(first).body == '{"好": 1}' and tx.tokens("ZHS") == [] and tx.end_tokens("LMY") == 1
        assert tx.forget_answers(before=50.0) == 0 and tx.forget_answers(key="k" * 64) == 1
        assert tx.claim_answer(first) is None and tx.forget_answers(before=200.0) == 1


def test_acts_are_narrowed_where_they_are_kept(catalogue):
    with catalogue.begin() as tx:
        for n in range(6):
            tx.log(Act(AT, "zhs" if n % 2 else "lmy", "look" if n < 4 else "print", f"T{n % 3}"))
    with catalogue.look() as tx:
        assert [a.seq for a in tx.acts(users=["zhs"])] == [6, 4, 2]
        assert [a.seq for a in tx.acts(act="print", users=["lmy"])] == [5]
        assert [a.seq for a in tx.acts("T0", before=4)] == [1]
        assert [a.seq for a in tx.acts(limit=2, offset=1)] == [5, 4]


def test_signatures_of_many_records_come_at_once(catalogue):
    with catalogue.begin() as tx:
        for n in range(3):
            tx.add_record(Record(f"C{n}"))
            tx.sign(Signature(f"C{n}", "declaration", "declared", "ZHS", "ZHS", AT))
        tx.sign(Signature("C0", "supervisor", "ink", "DM1", "DM1", AT, "page 1"))
    with catalogue.look() as tx:
        found = tx.signatures_of([f"C{n}" for n in range(1, 1500)] + ["C0"])
        assert {code: {s.role for s in signed} for code, signed in found.items()} == {
            "C0": {"declaration", "supervisor"}, "C1": {"declaration"}, "C2": {"declaration"},
        }  # fmt: skip
        assert tx.signatures_of([]) == {} and set(found["C0"]) == set(tx.signatures("C0"))


def test_lessons_are_kept_one_a_record_and_attribute(catalogue):
    one = Lesson("customer", "新晨酒店", "新晨 酒店\x00", "杭州新辰酒店", "HG01E2026000001", "ZHS", AT)
    with catalogue.begin() as tx:
        for code in ("HG01E2026000001", "HG01E2026000002"):
            tx.add_record(Record(code))
        first = tx.keep_lesson(one)
        again = tx.keep_lesson(replace(one, meant="上海新晨酒店"))
        other = tx.keep_lesson(replace(one, code="HG01E2026000002", said="另一家"))
        tx.keep_lesson(replace(one, about="class", meant="04"))
        assert first.id < again.id < other.id, "no number is given twice"
    with catalogue.look() as tx:
        assert [x.meant for x in tx.lessons()] == ["上海新晨酒店", "杭州新辰酒店", "04"]
        assert tx.lessons(["另一家"]) == [other] and tx.lessons(["没有"]) == []
    with catalogue.begin() as tx:
        tx.forget_lesson(other.id)
        tx.forget_lesson(99)
        tx.forget_lessons_of("HG01E2026000001")
        assert list(tx.lessons()) == []
