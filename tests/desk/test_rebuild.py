"""A lost catalogue rebuilt by whoever has the machine: people first, only what was decided, conflicts told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from desk_kit import as_, desk, put

from dms.assembly import open_world
from dms.desk.accounts.people import Entry, add_person, save_person
from dms.desk.acts import gate
from dms.desk.care.rebuilding import Rebuilt, rebuild
from dms.desk.consent.changing import promote
from dms.desk.signing.filing import file
from dms.domain.actor import Actor, Way
from dms.domain.record import RecordState
from dms.errors import NotPermitted
from dms.flow.work import record_json
from dms.ports.catalogue import Person
from dms.ports.world import World


def lost(home: Path) -> None:
    """Lose the catalogue."""
    for part in (home / "archive").glob("catalogue.sqlite*"):
        part.unlink()


def after_loss(home: Path, check: Callable[[World, Rebuilt], None], user: str = "gm") -> None:
    lost(home)
    with open_world(home, user=user) as world:
        check(world, rebuild(world))


def test_whoever_has_the_machine_rebuilds_and_people_come_back_first(tmp_path: Path) -> None:
    with desk(tmp_path) as world:
        code = put(world)

    def check(world: World, done: Rebuilt) -> None:
        assert (done.records, done.findings) == (1, ())
        with world.catalogue.look() as tx:
            assert tx.record(code) is not None
            roles = {p.code: set(p.roles) for p in tx.people()}
        assert roles["GM"] == {"general_manager", "archivist", "account_manager"} and roles["SM"] == {"sales_manager"}
        # The rights of the log's people hold: who keeps the archive may, others may not.
        add_person(as_(world, "GM"), Person("NEU", "新人", ("contributor",), "neu"))
        with pytest.raises(NotPermitted):
            add_person(as_(world, "CO"), Person("NEW", "新人", ("contributor",), "new"))

    after_loss(tmp_path, check, user="a-stranger-at-the-console")


def test_nobody_rebuilds_from_afar(tmp_path: Path) -> None:
    with desk(tmp_path) as world:
        put(world)
    lost(tmp_path)
    with open_world(tmp_path, user="gm") as world, pytest.raises(NotPermitted):
        rebuild(gate.as_actor(world, Actor("GM", "", Way.TOKEN)))


def test_a_first_person_entered_without_a_role_can_go_on(tmp_path: Path) -> None:
    with desk(tmp_path) as world:
        put(world)
    lost(tmp_path)
    with open_world(tmp_path, user="root") as world:
        save_person(world, Entry("ROOT", "根", None, "root"))
    with open_world(tmp_path, user="root") as world:
        assert rebuild(world).records == 1
        add_person(world, Person("NEU", "新人", ("archivist",), "neu"))
        with world.catalogue.look() as tx:
            assert {"ZHS", "GM", "ROOT", "NEU"} <= {p.code for p in tx.people()}


def test_a_version_that_no_commit_decided_is_never_a_version(tmp_path: Path) -> None:
    with desk(tmp_path) as world:
        code = put(world, state=RecordState.FILED)
        with world.catalogue.look() as tx:
            record = tx.record(code)
        assert record is not None
        # As an act leaves it that was killed between the vault and its commit.
        ghost = record_json(record.with_(title="GHOST"))
        world.vault.write(code, {"record.json": ghost}, message="Changed: x", user="GM", at=world.now())

    def check(world: World, done: Rebuilt) -> None:
        assert [(f.kind, f.target) for f in done.findings] == [("undecided-version", code)]
        with world.catalogue.look() as tx:
            assert tx.record(code) == record

    after_loss(tmp_path, check)


def test_what_was_decided_after_filing_comes_back(tmp_path: Path) -> None:
    with desk(tmp_path) as world:
        code = put(world)
        file(world, code, by_hand="补录")
        moved = promote(world, code, "99", reason="改类")

    def check(world: World, done: Rebuilt) -> None:
        assert done.findings == ()
        with world.catalogue.look() as tx:
            assert tx.record(code) == moved

    after_loss(tmp_path, check)


def test_a_number_two_objects_claim_stays_with_whom_the_log_gave_it(tmp_path: Path) -> None:
    with desk(tmp_path) as world:
        first, second = put(world), put(world)
        with world.catalogue.look() as tx:
            record = tx.record(first)
        filed = file(world, second, by_hand="补录")
        assert record is not None
        # Two objects with one number, as an older version of the program left them; the log knows the second only.
        twin = record.with_(state=RecordState.FILED, paper_number=filed.paper_number, volume=filed.volume)
        world.vault.purge(first, {"record.json": record_json(twin)}, message="x", user="GM", at=world.now())

    def check(world: World, done: Rebuilt) -> None:
        assert (done.records, [(f.kind, f.target) for f in done.findings]) == (2, [("number-taken", first)])
        with world.catalogue.look() as tx:
            back, kept = tx.record(first), tx.record(second)
        assert kept == filed and back is not None
        assert (back.paper_number, back.state) == ("", RecordState.REGISTERED)

    after_loss(tmp_path, check)


def test_an_object_that_cannot_be_read_stops_nothing(tmp_path: Path) -> None:
    with desk(tmp_path) as world:
        good, bad = put(world), put(world)
        world.vault.purge(bad, {"record.json": b'{"code": 1}'}, message="x", user="GM", at=world.now())

    def check(world: World, done: Rebuilt) -> None:
        assert (done.records, [(f.kind, f.target) for f in done.findings]) == (1, [("unreadable-record", bad)])
        with world.catalogue.look() as tx:
            assert tx.record(good) is not None

    after_loss(tmp_path, check)
