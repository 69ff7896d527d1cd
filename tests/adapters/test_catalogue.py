"""The catalogue's contract, on every database that is here."""

import multiprocessing
import os
import random
import signal
import time
from datetime import date

import pytest

from dms.adapters.catalogue import open_catalogue
from dms.domain.item import Hints, Item, ItemState
from dms.domain.numbers import ElectronicCode, VolumeNumber
from dms.domain.record import Carrier, Link, LinkState, Record, RecordState, Track
from dms.errors import Conflict, NotFound, Unavailable, Usage
from dms.ports.catalogue import Act, Attention, Customer, Person
from dms.said import Do, Said

AT = "2026-11-23T10:00:00+08:00"
SERIES = VolumeNumber("HG01", "KH", "04", 2026, "D30", "ZHS", 1)


@pytest.fixture(params=["sqlite", "memory", "postgresql"])
def url(request, tmp_path):
    places = {"sqlite": f"sqlite:///{tmp_path}/deep/catalogue.sqlite", "memory": "memory://"}
    return places.get(request.param) or request.getfixturevalue("postgres_url")


@pytest.fixture
def catalogue(url):
    opened = open_catalogue(url)
    yield opened
    opened.close()


def on_disk(url):
    if url == "memory://":
        pytest.skip("only one process sees a catalogue in memory")


def item(number, **more):
    return Item(f"item-{number:04d}", "receive", f"扫描{number}.pdf", "/in/x", "/in/x", created=AT, **more)


def record(code="HG01E2026000001", **more):
    return Record(code, title="客户投诉 𠮷", received_at=AT, **more)


def test_an_empty_catalogue(catalogue):
    with catalogue.look() as tx:
        assert tx.record("HG01E2026000001") is None
        assert list(tx.records()) == list(tx.items()) == list(tx.attention()) == list(tx.volumes()) == []
        assert tx.gaps() == [] and tx.jobs_waiting() == 0 and tx.fact("x") is None
    assert list(catalogue.check()) == []


def test_records_come_back_as_they_were(catalogue):
    full = record(
        class_code="04", customer="杭州“新辰”", manager="ZHS", date=date(2026, 3, 5), year=2026, retention="D30", secrecy="秘密",
        track=Track.PAPER, state=RecordState.FILED, paper_number=str(SERIES.item(7)), volume=str(SERIES), form="complaint",
        fields={"amount": "12800.00", "说明": "a'b\"c"}, uncertain=("date",), batch="batch-ab", part_of="HG01E2026000009",
        electronic=Carrier(True, "2026/0000/x", "a.pdf", "application/pdf", 2**40, "ab" * 64, 3),
        paper=Carrier(True, "1/2/3/4", sha512="cd" * 64), link=Link(LinkState.WAIVED, "content", "zhs", AT, "核对"),
    )  # fmt: skip
    with catalogue.begin() as tx:
        tx.add_record(full)
        tx.add_record(record("HG01E2026000002"))
    with catalogue.look() as tx:
        assert tx.record(full.code) == full == tx.record_by_number(full.paper_number)
        assert [r.code for r in tx.records_by_digest("cd" * 64)] == [full.code]
        assert tx.records_by_digest("") == []
        assert [r.code for r in tx.records(states=[RecordState.FILED], manager="ZHS", volume=str(SERIES))] == [
            full.code
        ]
        assert [r.code for r in tx.records(limit=1, offset=1)] == ["HG01E2026000002"]
        assert list(tx.all_codes()) == [full.code, "HG01E2026000002"]


def test_a_taken_code_or_number_is_a_conflict(catalogue):
    with catalogue.begin() as tx:
        tx.add_record(record(paper_number="P-1"))
    for double in (record(), record("HG01E2026000002", paper_number="P-1")):
        with pytest.raises(Conflict), catalogue.begin() as tx:
            tx.add_record(double)
    with pytest.raises(NotFound), catalogue.begin() as tx:
        tx.save_record(record("HG01E2026000404"))


def test_a_rollback_gives_numbers_back(catalogue):
    with pytest.raises(ZeroDivisionError), catalogue.begin() as tx:
        tx.next_code("HG01", 2026)
        tx.next_paper(tx.open_volume(SERIES, AT))
        raise ZeroDivisionError
    with catalogue.begin() as tx:
        assert str(tx.next_code("HG01", 2026)) == "HG01E2026000001"
        assert str(tx.next_code("HG01", 2027)) == "HG01E2027000001"
        assert str(tx.next_paper(tx.open_volume(SERIES, AT))) == "HG01-KH·04·2026-D30-ZHS-001-0001"
        assert [(str(v.number), v.used, v.state) for v in tx.volumes()] == [("HG01-KH·04·2026-D30-ZHS-001", 1, "open")]
    with pytest.raises(NotFound), catalogue.begin() as tx:
        tx.next_paper(SERIES.next())


def test_gaps_are_what_nobody_explains(catalogue):
    with catalogue.begin() as tx:
        codes = [tx.next_code("HG01", 2026) for _ in range(4)]
        tx.add_record(record(str(codes[0])))
        tx.add_item(item(1, code=str(codes[1])))
        tx.void(str(codes[2]), kind="code", reason="打印坏了", user="zhs", at=AT)
        tx.void(str(codes[2]), kind="code", reason="again", user="zhs", at=AT)
        paper = tx.next_paper(tx.open_volume(SERIES, AT))
        assert {g.number for g in tx.gaps()} == {str(codes[3]), str(paper)}
        assert tx.voided() == {str(codes[2]): "打印坏了"}


def test_restored_numbers_are_not_given_again(catalogue):
    with catalogue.begin() as tx:
        tx.restore_code(ElectronicCode("HG01", 2026, 40))
        tx.restore_paper(SERIES.item(3), AT)
        assert tx.next_code("HG01", 2026).serial == 41
        assert tx.next_paper(tx.open_volume(SERIES, AT)).item == 4


def test_items_and_their_strange_names(catalogue):
    strange = (
        item(1, hints=Hints(customer="甲", fields={"a": "1"}))
        .with_(name="a\udcb5\x00\ue000b.pdf")
        .noting(pages=3, parts=["x"])
    )
    with catalogue.begin() as tx:
        assert tx.add_item(strange) and not tx.add_item(strange)
        tx.add_item(item(2, parent="item-0001", state=ItemState.KNOWN))
    with catalogue.look() as tx:
        assert tx.item("item-0001") == strange
        assert [i.id for i in tx.items(parent="item-0001")] == ["item-0002"]
        assert [i.id for i in tx.items(states=[ItemState.WORKING])] == ["item-0001"]


def test_a_lease_is_one_workers_until_it_runs_out(catalogue):
    with catalogue.begin() as tx:
        tx.add_item(item(1))
        assert tx.lease_item("a:1:x", now=100, seconds=10).id == "item-0001"
        assert tx.lease_item("b:2:y", now=105, seconds=10) is None
        assert tx.renew_item("item-0001", "a:1:x", now=105, seconds=10)
        assert tx.lease_item("b:2:y", now=112, seconds=10) is None
        assert tx.lease_item("b:2:y", now=116, seconds=10).id == "item-0001"
        assert not tx.renew_item("item-0001", "a:1:x", now=117, seconds=10)
        assert list(tx.lease_owners()) == ["b:2:y"]
        assert tx.free_owner("b:2") == 1 and tx.free_owner("b") == 0
        assert tx.lease_item("a:1:x", now=117, seconds=1, item_id="item-0009") is None


def test_one_content_one_item(catalogue):
    with catalogue.begin() as tx:
        assert tx.claim_digest("ab", "one") == "one"
        assert tx.claim_digest("ab", "two") == "one"
        tx.release_digest("ab", "two")
        assert tx.claim_digest("ab", "two") == "one"
        tx.release_digest("ab", "one")
        assert tx.claim_digest("ab", "two") == "two"


def test_a_job_enqueued_again_meanwhile_waits_on(catalogue):
    with catalogue.begin() as tx:
        for _ in range(3):
            tx.enqueue("index", "A")
        tx.enqueue("index", "B")
        jobs = tx.lease_jobs("index", "me", now=0, seconds=10, limit=10)
        assert [j.target for j in jobs] == ["A", "B"]
        assert tx.lease_jobs("index", "you", now=5, seconds=10, limit=10) == []
        tx.enqueue("index", "A")
        tx.finish_jobs([j.id for j in jobs], "me")
        assert [j.target for j in tx.lease_jobs("index", "you", now=6, seconds=10, limit=10)] == ["A"]


def test_an_item_is_taken_where_its_files_lie(catalogue):
    with catalogue.begin() as tx:
        tx.add_item(item(1, place="scan-1"))
        tx.add_item(item(2, place="扫描二"))
        tx.add_item(item(3))
    with catalogue.begin() as tx:
        now = tx.moment()
        assert abs(now - time.time()) < 60
        assert [tx.lease_item("o", now=now, seconds=9, place="扫描二").id for _ in range(2)] == [
            "item-0002",
            "item-0003",
        ]
        assert tx.lease_item("o", now=now, seconds=9, place="扫描二") is None
        assert tx.lease_item("o", now=now, seconds=9).id == "item-0001", "who names no place takes all"


def test_what_somebody_waits_for_comes_first(catalogue):
    with catalogue.begin() as tx:
        for number, bulk in ((1, 1), (2, 1), (3, 0), (4, 0)):
            tx.add_item(item(number, bulk=bulk))
        assert tx.item_free(now=100) and tx.item_free(now=100, place="anywhere")
        taken = [tx.lease_item("o", now=100, seconds=9).id[-1] for _ in range(4)]
        assert not tx.item_free(now=100) and tx.item_free(now=110)
    assert taken == ["3", "4", "1", "2"]


def test_pages_of_a_long_file_are_shared_out(catalogue):
    with catalogue.begin() as tx:
        tx.add_item(item(1))
        tx.add_item(item(2))
        tx.lease_item("lead:1:1:0", now=100, seconds=60, item_id="item-0001")
        for _ in range(2):
            tx.spread_pages("item-0001", [(1, 16), (17, 32), (33, 40)])
        tx.spread_pages("item-0002", [(1, 16)])
    with catalogue.begin() as tx:
        first = tx.lease_run("lead:1:1:x", now=100, seconds=60, item_id="item-0001")
        assert (first.item, first.first, first.last) == ("item-0001", 1, 16)
        assert tx.lease_run("lead:1:1:3", now=100, seconds=60, stranger="lead:1:1") is None, "that is no stranger's"
        second = tx.lease_run("help:1:1:0", now=100, seconds=60, stranger="help:1:1")
        assert (second.item, second.first) == ("item-0001", 17), "nobody leads the other item"
        assert [r.free for r in tx.runs("item-0001", now=100)] == [False, False, True]
        assert "help:1:1:0" in tx.lease_owners()
    with catalogue.begin() as tx:
        assert tx.renew_run(second, "help:1:1:0", now=150, seconds=60)
        again = tx.lease_run("other:1:1:0", now=161, seconds=60, item_id="item-0001")
        assert again.first == 1, "a lease that ran out"
        assert not tx.end_run(first, "lead:1:1:x", "done") and tx.end_run(again, "other:1:1:0", "done")
        assert tx.end_run(second, "help:1:1:0", "alone")
        assert tx.run_free(now=161, stranger="help:1:1") is False, "its leader's own lease ran out"
    with catalogue.begin() as tx:
        tx.lease_item("lead:1:1:0", now=400, seconds=60, item_id="item-0001")
        assert tx.run_free(now=400, stranger="help:1:1") and not tx.run_free(now=400, stranger="lead:1:1")
        third = tx.lease_run("help:1:1:0", now=400, seconds=60, stranger="help:1:1")
        assert third.first == 33, "what a helper failed at is left to the leader"
        assert tx.free_owner("help:1:1") == 1
        assert tx.lease_run("lead:1:1:x", now=400, seconds=60, item_id="item-0001").first == 17
        tx.reopen_run(first)
        tx.reopen_run(third)
        assert [r.state for r in tx.runs("item-0001", now=400)] == ["open", "alone", "open"]
        tx.forget_runs("item-0001")
        tx.forget_runs("item-0002")
        assert list(tx.runs("item-0001", now=400)) == []
        assert not tx.run_free(now=400, stranger="help:1:1")


def test_questions_people_and_acts(catalogue):
    with catalogue.begin() as tx:
        tx.ask(Attention("describe", "A", Said("old"), Do("show", "A")))
        tx.ask(Attention("describe", "A", Said("new {n}", n=2), Do("show", "A"), AT, {"why": ["x"]}))
        assert [(a.question, a.data) for a in tx.attention("A")] == [(Said("new {n}", n=2), {"why": ["x"]})]
        tx.settle("describe", "A")
        tx.settle("describe", "A")
        assert list(tx.attention()) == []
        tx.save_person(Person("ZHS", "张", ("archivist",), "zhs"))
        tx.save_person(Person("ZHS", "张华生", ("archivist",), "zhs"))
        tx.save_customer(Customer("甲公司", "ZHS", ("甲",)))
        assert tx.people() == [Person("ZHS", "张华生", ("archivist",), "zhs")]
        assert tx.customers() == [Customer("甲公司", "ZHS", ("甲",))]
        tx.log(Act(AT, "zhs", "file", "A", "因为", {"n": 1}))
        tx.log(Act(AT, "zhs", "look", "B"))
        assert [a.act for a in tx.acts()] == ["look", "file"]
        assert tx.acts("A")[0].data == {"n": 1}
        tx.set_fact("k", "1")
        tx.set_fact("k", "2")
        assert tx.fact("k") == "2"


def test_looking_cannot_write(catalogue):
    with pytest.raises(Unavailable), catalogue.look() as tx:
        tx.set_fact("a", "b")
    with catalogue.look() as tx:
        assert tx.fact("a") is None


def test_the_schema_is_what_the_migrations_make(catalogue):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from dms.adapters.catalogue.tables import metadata
    from dms.adapters.catalogue.words import Words

    def differs(context, _, column, there, ours):
        # Alembic does not look into our own type for words; what it is stored as is compared.
        if not isinstance(ours, Words):
            return None
        dialect = context.dialect
        return str(ours.load_dialect_impl(dialect).compile(dialect)) != str(there.compile(dialect))

    with catalogue.look() as tx:
        told = MigrationContext.configure(tx.connection, opts={"compare_type": differs})
        found = compare_metadata(told, metadata)
    assert found == []


def test_a_newer_or_unknown_or_unreachable_catalogue_is_told(tmp_path):
    with pytest.raises(Usage):
        open_catalogue("oracle://x")
    (tmp_path / "file").write_text("x")
    with pytest.raises(Unavailable):
        open_catalogue(f"sqlite:///{tmp_path}/file/catalogue.sqlite")
    (tmp_path / "broken.sqlite").write_bytes(b"no database" * 1000)
    with pytest.raises(Unavailable):
        open_catalogue(f"sqlite:///{tmp_path}/broken.sqlite")


def test_an_older_catalogue_is_brought_up_with_what_it_holds(tmp_path):
    from sqlalchemy import create_engine, text

    from dms.adapters.catalogue.engine import HEAD
    from dms.adapters.catalogue.migrating import upgrade

    url = f"sqlite:///{tmp_path}/old 100%.sqlite"
    engine = create_engine(url)
    with engine.begin() as connection:
        upgrade(connection, "0001")
        connection.execute(text("INSERT INTO facts VALUES ('archive', 'ours')"))
        connection.execute(text("INSERT INTO links VALUES ('nobody', 'expected', '', '', '', '')"))
    engine.dispose()
    catalogue = open_catalogue(url)
    with catalogue.look() as tx:
        assert tx.fact("archive") == "ours"
        assert tx.connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == HEAD
    assert list(catalogue.check()) == []


def test_the_newest_revision_is_the_one_opened_with(tmp_path):
    from alembic.script import ScriptDirectory
    from sqlalchemy import create_engine

    from dms.adapters.catalogue.engine import HEAD
    from dms.adapters.catalogue.migrating import config

    with create_engine("sqlite://").connect() as connection:
        assert ScriptDirectory.from_config(config(connection)).get_current_head() == HEAD


def test_a_lost_part_of_a_record_is_found_and_the_record_still_shown(tmp_path):
    import sqlite3

    catalogue = open_catalogue(f"sqlite:///{tmp_path}/c.sqlite")
    with catalogue.begin() as tx:
        tx.add_record(record())
    with sqlite3.connect(tmp_path / "c.sqlite") as outside:
        outside.execute("DELETE FROM carriers WHERE kind = 'paper'")
        outside.execute("INSERT INTO links VALUES ('nobody', 'expected', '', '', '', '')")
    found = "\n".join(catalogue.check())
    assert "HG01E2026000001 has lost its paper carrier" in found and "belongs to no row of records" in found
    with catalogue.look() as tx:
        assert tx.record("HG01E2026000001").paper == Carrier()
        assert [r.code for r in tx.records()] == ["HG01E2026000001"]


def test_a_locked_catalogue_says_so_and_changes_nothing(tmp_path):
    from dms.adapters.catalogue.engine import SqlCatalogue

    url = f"sqlite:///{tmp_path}/c.sqlite"
    one, other = SqlCatalogue(url), SqlCatalogue(url, busy_seconds=0.05)
    with one.begin() as tx:
        tx.set_fact("a", "1")
        with pytest.raises(Unavailable, match="locked"), other.begin():
            pass
        with other.look() as seen:
            assert seen.fact("a") is None
    with other.begin() as tx:
        assert tx.fact("a") == "1"


def test_a_transaction_in_a_transaction_is_refused_at_once(catalogue):
    with pytest.raises(RuntimeError), catalogue.begin(), catalogue.begin():
        pass


def test_a_copy_is_whole_or_not_there(tmp_path):
    catalogue = open_catalogue(f"sqlite:///{tmp_path}/c.sqlite")
    with catalogue.begin() as tx:
        tx.set_fact("a", "1")
    catalogue.backup(str(tmp_path / "copy.sqlite"))
    with open_catalogue(f"sqlite:///{tmp_path}/copy.sqlite").look() as tx:
        assert tx.fact("a") == "1"
    with pytest.raises(Unavailable):
        catalogue.backup(str(tmp_path / "no" / "such" / "copy.sqlite"))


def _open(url, barrier, queue):
    barrier.wait()
    try:
        catalogue = open_catalogue(url)
        with catalogue.begin() as tx:
            queue.put(str(tx.next_code("HG01", 2026)))
    except Exception as problem:
        queue.put(repr(problem))


def _take(url, seed, count):
    rng = random.Random(seed)
    catalogue = open_catalogue(url)
    done = 0
    while done < count:
        try:
            with catalogue.begin() as tx:
                code = tx.next_code("HG01", 2026)
                number = tx.next_paper(tx.open_volume(SERIES, AT))
                tx.add_record(record(str(code), paper_number=str(number), volume=str(SERIES)))
                if rng.random() < 0.2:
                    raise ZeroDivisionError
            done += 1
        except ZeroDivisionError:
            continue


def test_two_processes_open_a_new_database_at_once(url):
    on_disk(url)
    context = multiprocessing.get_context("spawn")
    queue, barrier = context.Queue(), context.Barrier(3)
    processes = [context.Process(target=_open, args=(url, barrier, queue)) for _ in range(3)]
    for process in processes:
        process.start()
    assert sorted(queue.get(timeout=60) for _ in processes) == [f"HG01E202600000{n}" for n in (1, 2, 3)]


@pytest.mark.slow
def test_numbers_are_unique_and_gap_free_under_processes_and_kills(url):
    on_disk(url)
    open_catalogue(url).close()
    context = multiprocessing.get_context("spawn")
    steady = [context.Process(target=_take, args=(url, n, 60)) for n in range(3)]
    for process in steady:
        process.start()
    rng = random.Random(7)
    for n in range(6):
        victim = context.Process(target=_take, args=(url, 100 + n, 10_000))
        victim.start()
        time.sleep(rng.uniform(0.6, 1.2))
        os.kill(victim.pid, signal.SIGKILL)
        victim.join()
    for process in steady:
        process.join(120)
        assert process.exitcode == 0
    catalogue = open_catalogue(url)
    with catalogue.look() as tx:
        records = tx.records()
        assert len(records) >= 180
        assert tx.gaps() == []
        assert [r.code for r in records] == [f"HG01E2026{n:06d}" for n in range(1, len(records) + 1)]
        assert sorted(int(r.paper_number[-4:]) for r in records) == list(range(1, len(records) + 1))
    assert list(catalogue.check()) == []
