"""Who keeps people keeps no power: logins, deciding roles, the last manager, passwords, the first account, tokens."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from desk_kit import as_, put

from dms.desk.accounts import people, signing_in
from dms.desk.accounts.people import Entry, save_person
from dms.desk.accounts.signing_in import Doorkeeper, admit, make_token, sign_out, signed_in, token_holder
from dms.desk.acts import gate
from dms.desk.consent import disposing
from dms.domain.actor import Actor, Way
from dms.errors import Conflict, NotPermitted, Usage
from dms.ports.accounts import Account
from dms.ports.catalogue import Person
from dms.ports.sign_on import Vouched

LONG = "a sentence nobody guesses"


class Plain:
    """Hashes nothing: what is tested here is who may set a password, not how it is kept."""

    def hash(self, password):
        return f"plain:{password}"

    def matches(self, secret, password):
        return secret == f"plain:{password}"


@pytest.fixture
def door():
    return Doorkeeper(Plain())


@pytest.mark.parametrize(
    ("code", "login"),
    [("NEW", "gm"), ("NEW", "GM"), ("NEW", "ＧＭ"), ("NEW", "SM"), ("NEW", " sm "), ("NEW", "zhs"), ("SMX", "dm1")],
)
def test_a_login_is_one_persons_and_no_others_code(office, code, login):
    with pytest.raises(Conflict, match="names"):
        save_person(as_(office, "AD"), Entry(code, "新人", (), login))


def test_a_code_is_nobodys_login(office):
    save_person(office, Entry("NEW", "新人", (), "boss"))
    with pytest.raises(Conflict, match="is the login of NEW"):
        save_person(office, Entry("BOSS", "又一人", ()))


@pytest.mark.parametrize("keeper", ["AD", "AR", "SM"])
@pytest.mark.parametrize(
    "entry",
    [
        Entry("GM", login="mine"), Entry("GM", roles=("account_manager",)), Entry("GM", name="别人"),
        Entry("SM2", login="mine"), Entry("AR", department="一部"), Entry("ZHS", roles=("auditor",)),
        Entry("NEW", "新人", ("department_manager",), "new"),
    ],
)  # fmt: skip
def test_people_who_decide_are_changed_by_a_general_manager_only(office, keeper, entry):
    with pytest.raises(NotPermitted, match="general manager"):
        save_person(as_(office, keeper), entry)


def test_what_is_not_given_stays_as_it_is(office):
    after = save_person(as_(office, "AD"), Entry("ZHS", "张华生二"))
    assert (after.roles, after.login, after.department) == (("account_manager",), "zhs", "一部")


def test_the_last_of_each_kind_stays(office):
    for entry in (Entry("GM", roles=("archivist",)), Entry("GM", login="")):
        with pytest.raises(Conflict, match="last"):
            save_person(office, entry)
    save_person(office, Entry("GM2", "又一总", ("general_manager",), "gm2"))
    assert save_person(as_(office, "GM2"), Entry("GM", login="")).login == ""
    with pytest.raises(Conflict, match="last"):
        save_person(as_(office, "GM2"), Entry("GM2", login=""))


def test_who_may_set_whose_password(office, door):
    with pytest.raises(NotPermitted):
        door.set_password(as_(office, "ZHS"), "LMY", LONG)
    with pytest.raises(NotPermitted, match="general manager"):
        door.set_password(as_(office, "AD"), "SM", LONG)
    with pytest.raises(Usage):
        door.set_password(as_(office, "AD"), "ZHS", "short")
    door.set_password(as_(office, "AD"), "ZHS", LONG)
    entered = signed_in(office, door.sign_in(office, "ＺＨＳ", LONG, source="here"))
    assert entered.actor.person == "ZHS" and entered.must_change
    mine = gate.as_actor(office, entered.actor)
    with pytest.raises(NotPermitted, match="old one"):
        door.set_password(mine, "ZHS", LONG + " 2")
    with pytest.raises(NotPermitted, match="old password"):
        door.change_password(mine, "wrong old password", LONG + " 2")
    door.change_password(mine, LONG, LONG + " 2")
    assert not signed_in(office, door.sign_in(office, "zhs", LONG + " 2", source="here")).must_change
    with pytest.raises(NotPermitted, match="wrong"):
        door.sign_in(office, "zhs", LONG, source="elsewhere")


@pytest.mark.parametrize("change", ["login", "roles", "password"])
def test_sessions_and_tokens_end_with_what_they_stood_on(office, door, change):
    token = admit(office, "ZHS", source="here")
    value = make_token(gate.as_actor(office, Actor("ZHS", way=Way.SESSION)), "扫描仪", scope="write")
    assert signed_in(office, token) and token_holder(office, value)
    if change == "password":
        door.set_password(office, "ZHS", LONG)
    else:
        save_person(office, Entry("ZHS", **{change: "zhs2" if change == "login" else ("contributor",)}))
    assert signed_in(office, token) is None and token_holder(office, value) is None


def test_a_token_changes_no_account(office, door):
    world = gate.as_actor(office, Actor("GM", way=Way.TOKEN))
    for act in (
        lambda: door.set_password(world, "ZHS", LONG),
        lambda: door.change_password(world, LONG, LONG),
        lambda: make_token(world, "x"),
        lambda: signing_in.end_other_sessions(world, "x"),
        lambda: save_person(world, Entry("ZHS", "x")),
    ):
        with pytest.raises(NotPermitted, match="by token"):
            act()


def test_a_session_that_was_ended_is_not_prolonged(office):
    token = admit(office, "ZHS", source="here")
    later = replace(office, clock=Later(office.clock, 2 * 3600))
    with office.catalogue.look() as tx:
        (session,) = tx.sessions("ZHS")
    sign_out(office, token)
    with office.catalogue.begin() as tx:
        # As a request does that read the session before the sign-out, and writes after it.
        tx.prolong_session(session.token, session.until + 3600)
    assert signed_in(later, token) is None


def test_a_session_ends_however_much_it_is_used(office):
    token = admit(office, "ZHS", source="here")
    for hours in range(0, signing_in.MOST_HOURS, 6):
        assert signed_in(replace(office, clock=Later(office.clock, hours * 3600)), token)
    assert signed_in(replace(office, clock=Later(office.clock, signing_in.MOST_HOURS * 3600 + 1)), token) is None


def test_one_first_code_makes_one_account(office, door):
    code = door.first_code(office)
    barrier, outcome = threading.Barrier(8), []

    def begin(n):
        barrier.wait()
        try:
            door.begin(office, code, Person(f"B{n}", f"老板{n}", ("general_manager",), f"boss{n}"), LONG, source="x")
            outcome.append("made")
        except (NotPermitted, Conflict, Usage):
            outcome.append("refused")

    threads = [threading.Thread(target=begin, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome) == ["made"] + ["refused"] * 7
    assert sum(p.code.startswith("B") for p in people.people(office)) == 1


def test_the_directorys_lasting_name_counts_not_the_login(office):
    signing_in.admit_vouched(office, Vouched("zhs", "https://id", "sub-1"), source="x")
    assert (
        signed_in(
            office, signing_in.admit_vouched(office, Vouched("renamed", "https://id", "sub-1"), source="x")
        ).actor.person
        == "ZHS"
    )
    with pytest.raises(NotPermitted, match="somebody else"):
        signing_in.admit_vouched(office, Vouched("zhs", "https://id", "sub-2"), source="x")
    with office.catalogue.look() as tx:
        assert tx.account("ZHS") == Account(
            "ZHS", "", tx.account("ZHS").changed_at, issuer="https://id", subject="sub-1"
        )


def test_the_log_names_people_by_their_code(office):
    code = put(office)
    disposing.ask_deletion(as_(office, "zhs"), code, reason="重复")
    with office.catalogue.look() as tx:
        assert {a.user for a in tx.acts(code)} == {"ZHS"}


def test_who_is_not_known_may_nothing_and_bears_no_code(office):
    stranger = as_(office, "DEMO")
    assert stranger.actor.name == "demo"
    with pytest.raises(NotPermitted, match="not among the people"):
        disposing.ask_deletion(stranger, put(office), reason="x")


class Later:
    """A clock some seconds on."""

    def __init__(self, clock, seconds):
        self._clock, self._seconds = clock, seconds

    def now(self):
        from datetime import timedelta

        return self._clock.now() + timedelta(seconds=self._seconds)

    def __getattr__(self, name):
        return getattr(self._clock, name)
