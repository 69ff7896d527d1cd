"""One archive on PostgreSQL and S3, and several machines at it: homes of their own, the catalogue and bucket shared."""

from __future__ import annotations

import shutil
import sys
import threading
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from dms.assembly import open_world
from dms.desk.intake.items import add_paths
from dms.desk.intake.watching import Watcher
from dms.desk.intake.workshop import Workshop
from dms.domain.item import Hints, ItemState
from dms.errors import NotFound, Unavailable, Unreadable
from dms.flow.work import pages_of

sys.path.insert(0, str(Path(__file__).parents[1] / "faces"))


@pytest.fixture
def first(on_servers, archive):
    return archive


def another(first, tmp_path, capsys, name):
    """A second machine: its own home and name, the archive's key."""
    machine = type(first)(tmp_path / name, capsys)
    (machine.home / "archive").mkdir(parents=True)
    shutil.copy(first.home / "archive" / "secret.key", machine.home / "archive" / "secret.key")
    shutil.copy(first.home / "scheme.toml", machine.home / "scheme.toml")
    text = (first.home / "dms.toml").read_text(encoding="utf-8")
    (machine.home / "dms.toml").write_text(f'{text}host = "{name}"\n', encoding="utf-8")
    return machine


@contextmanager
def opened(machine, **flags):
    with open_world(machine.home, user="tester", flags=flags) as world:
        yield world


def note(folder, number=1):
    path = folder / f"投诉{number}.txt"
    path.write_text(f"客户投诉折让审批单第{number}号，金额1860.00元，请领导批示。", encoding="utf-8")
    return path


def test_the_journey_on_postgresql_and_s3(first, tmp_path):
    made = first.dms(
        "ingest", note(tmp_path), "--class", "04", "--customer", "杭州新辰酒店有限公司", "--manager", "ZHS"
    )
    (item,) = made["items"]
    assert item["state"] == "registered"
    code = item["code"]
    assert first.dms("search", "折让审批")["hits"][0]["code"] == code
    assert first.dms("show", code)["title"]
    label = tmp_path / "label.pdf"
    first.dms("label", code, "-o", label)
    assert label.read_bytes().startswith(b"%PDF")
    for command in (["verify"], ["audit", "verify"], ["doctor"]):
        first.dms(*command)
        assert first.exit in (0, 6), command
    assert first.dms("verify")["findings"] == []
    assert first.dms("ingest", note(tmp_path))["items"][0]["state"] == "known"
    first.dms("reindex")
    assert first.dms("search", "折让审批")["total"] == 1
    assert not list((first.home / "archive").glob("*.sqlite")) and not (first.home / "archive" / "vault").exists()


def test_what_one_machine_receives_another_takes_along(first, tmp_path, capsys):
    other = another(first, tmp_path, capsys, "reader")
    source = note(tmp_path)
    done = []
    with opened(first) as here, opened(other) as there:
        assert here.place and there.place == "reader" and here.place != there.place
        (item,) = add_paths(here, [source], Hints(class_code="04", manager="ZHS"), move=True)
        # The reader cannot receive it: the file lies elsewhere.
        with there.catalogue.begin() as tx:
            assert tx.lease_item("x", now=tx.moment(), seconds=1, place=there.place) is None
        from dms.flow import travel

        received = travel(here, item)
        assert (received.state, received.station, received.place) == (ItemState.WORKING, "identify", "")
        reader = Workshop(there, 1, on_end=done.append)
        with reader.open():
            back = until(lambda: at(here, item.id, lambda i: i.station == "settle"))
        assert back.place == here.place and back.code and source.exists(), "only its own machine removes the source"
        assert done == []
        ended = travel(here, back)
        assert ended.state is ItemState.REGISTERED and not source.exists()
        assert not list(there.work.glob(f"{item.id}*")) and not list(here.work.glob(f"{item.id}*"))


def test_a_bad_file_read_elsewhere_is_put_aside_at_home(first, tmp_path, capsys):
    other = another(first, tmp_path, capsys, "reader")
    source = tmp_path / "broken.pdf"
    source.write_bytes(b"%PDF-1.7 broken")
    with opened(first) as here, opened(other) as there:
        from dms.flow import travel

        (item,) = add_paths(here, [source], Hints(), move=True)
        travel(here, item)
        with Workshop(there, 1).open():
            refused = until(lambda: at(here, item.id, lambda i: "refused" in i.data))
        ended = travel(here, refused)
        assert ended.state is ItemState.QUARANTINED and Path(ended.source).is_relative_to(first.home)
        assert Path(ended.source).read_bytes() == b"%PDF-1.7 broken" and not source.exists()


def test_two_watchers_and_a_worker_share_what_comes(first, tmp_path, capsys):
    machines = [first, another(first, tmp_path, capsys, "second"), another(first, tmp_path, capsys, "third")]
    for machine in machines[:2]:
        machine.inbox.mkdir(exist_ok=True)
        for number in range(8):
            note(machine.inbox, number + (100 if machine is first else 0))
    stop = threading.Event()
    with opened(machines[0]) as a, opened(machines[1]) as b, opened(machines[2]) as c:
        threads = [threading.Thread(target=Watcher(w, 2).run, args=(stop,)) for w in (a, b)]
        for thread in threads:
            thread.start()
        try:
            with Workshop(c, 2).open():
                until(lambda: count(a) == 16, seconds=90)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        with a.catalogue.look() as tx:
            assert sorted(r.code[-6:] for r in tx.records()) == [f"{n:06d}" for n in range(1, 17)]
            assert tx.gaps() == []
    assert not [p for m in machines[:2] for p in m.inbox.rglob("*.txt")]
    assert first.dms("search", "折让审批", "--limit", 50)["total"] == 16
    assert first.dms("audit", "verify")["findings"] == []


def test_a_machine_whose_clock_is_an_hour_ahead_takes_nothing_away(first, tmp_path, capsys):
    from datetime import datetime, timedelta

    from dms.ports.clock import SystemClock

    class Ahead(SystemClock):
        def now(self) -> datetime:
            return super().now() + timedelta(hours=1)

    other = another(first, tmp_path, capsys, "ahead")
    with opened(first) as here, open_world(other.home, user="tester", clock=Ahead()) as there:
        (item,) = add_paths(here, [note(tmp_path)], Hints(), move=False)
        with here.catalogue.begin() as tx:
            tx.save_item(item.with_(place=""))
            assert tx.lease_item("here:1:1", now=tx.moment(), seconds=30, place=here.place)
        with there.catalogue.begin() as tx:
            assert tx.lease_item("ahead:1:1", now=tx.moment(), seconds=30, place=there.place) is None
            assert tx.renew_item(item.id, "here:1:1", now=tx.moment(), seconds=30)


def long_scan(path, pages):
    """A scan of many small pages, each with a mark of its own so that none is like another."""
    from PIL import Image, ImageDraw

    sheets = []
    for number in range(1, pages + 1):
        sheet = Image.new("L", (400, 560), 255)
        ImageDraw.Draw(sheet).rectangle((20, 20, 20 + 4 * number, 60), fill=0)
        sheets.append(sheet)
    sheets[0].save(path, "PDF", resolution=72, save_all=True, append_images=sheets[1:])
    return path


def test_machines_read_a_long_scan_together(first, tmp_path, capsys):
    other = another(first, tmp_path, capsys, "reader")
    with opened(first) as here, opened(other) as there:
        from dms.flow import travel
        from dms.flow.spreading import Helper

        (item,) = add_paths(here, [long_scan(tmp_path / "long.pdf", 70)], Hints(class_code="04"), move=True)
        received = travel(here, item)
        with here.catalogue.begin() as tx:
            tx.lease_item("here:1:1", now=tx.moment(), seconds=60, item_id=item.id)
            tx.spread_pages(item.id, [(n, min(n + 15, 70)) for n in range(1, 71, 16)])
        helper = Helper(there)
        assert helper.read("reader:1:1:0") and helper.read("reader:1:1:0")
        with here.catalogue.look() as tx:
            assert [r.state for r in tx.runs(item.id, now=tx.moment())] == ["done"] * 2 + ["open"] * 3
        (fetched,) = there.work.glob("help-*")
        told = {p.name: p.read_bytes() for p in fetched.glob("page-*.json")}
        assert sorted(told) == [f"page-{n:05d}.json" for n in range(1, 33)]

        # A third one takes a run and is never seen again: its lease runs out. A fourth cannot read the file.
        with here.catalogue.begin() as tx:
            assert tx.lease_run("gone:1:1:0", now=tx.moment(), seconds=1, stranger="gone").first == 33
        with pytest.raises(Unreadable):
            Helper(replace(there, examiner=lambda: Blind())).read("blind:1:1:0")
        seen = []
        ended = travel(here, received, lambda _, done, total: seen.append((done, total)))
        assert ended.state is ItemState.REGISTERED and (70, 70) in seen
        with here.catalogue.look() as tx:
            assert not tx.runs(item.id, now=0) and tx.record(ended.code).electronic.pages == 70
        words = pages_of(here, ended.code)
        assert [p.number for p in words] == list(range(1, 71))
        assert not helper.read("reader:1:1:0") and not list(there.work.glob("help-*"))
        with pytest.raises(NotFound):
            here.parcels.fetch(f"{item.id}.pages-00001", tmp_path / "left")


class Blind:
    """Reading processes that read nothing."""

    def inspect(self, *_):
        raise Unreadable("The file cannot be read.", "")

    pages = inspect


def test_a_helper_that_fails_leaves_the_file_to_others_and_a_damaged_parcel_is_read_again(
    first, tmp_path, capsys, monkeypatch
):
    sick, well = (another(first, tmp_path, capsys, name) for name in ("sick", "well"))
    with opened(first) as here, opened(sick) as there, opened(well) as elsewhere:
        from dms.flow import travel
        from dms.flow.spreading import Helper

        (item,) = add_paths(here, [long_scan(tmp_path / "long.pdf", 50)], Hints(class_code="04"), move=True)
        received = travel(here, item)
        with here.catalogue.begin() as tx:
            tx.lease_item("here:1:1", now=tx.moment(), seconds=60, item_id=item.id)
            tx.spread_pages(item.id, [(1, 16), (17, 32), (33, 48), (49, 50)])

        def fetch(*_):
            raise Unavailable("No space left.", "Make room.")

        monkeypatch.setattr(there.parcels, "fetch", fetch)
        helper = Helper(there)
        with pytest.raises(Unavailable):
            helper.read("sick:1:1:0")
        assert not helper.read("sick:1:1:0"), "it rests"
        assert Helper(elsewhere).read("well:1:1:0")
        with here.catalogue.look() as tx:
            told = [(r.state, r.free) for r in tx.runs(item.id, now=tx.moment())]
        assert told == [("open", False), ("done", True), ("open", True), ("open", True)]
        with here.catalogue.begin() as tx:
            tx.free_owner("sick:1:1")
        parcel = tmp_path / "parcel"
        here.parcels.fetch(f"{item.id}.pages-00017", parcel)
        parcel.write_bytes(parcel.read_bytes()[:-9])
        here.parcels.put(f"{item.id}.pages-00017", parcel)
        ended = travel(here, received)
        assert ended.state is ItemState.REGISTERED
        assert [p.number for p in pages_of(here, ended.code)] == list(range(1, 51))


def test_nothing_of_what_helpers_read_stays_when_a_file_is_put_aside(first, tmp_path):
    from dms.flow.quarantine import quarantine
    from dms.flow.work import Work

    with opened(first) as here:
        (item,) = add_paths(here, [note(tmp_path)], Hints(), move=False)
        with here.catalogue.begin() as tx:
            tx.spread_pages(item.id, [(1, 16)])
        read = tmp_path / "read"
        read.write_text("secret")
        here.parcels.put(f"{item.id}.pages-00001", read)
        quarantine(Work(here, item), Unreadable("broken", "again"))
        with here.catalogue.look() as tx:
            assert not tx.runs(item.id, now=0)
        with pytest.raises(NotFound):
            here.parcels.fetch(f"{item.id}.pages-00001", tmp_path / "left")


def test_an_idle_worker_helps_by_itself(first, tmp_path, capsys, monkeypatch):
    other = another(first, tmp_path, capsys, "reader")
    with opened(first) as here, opened(other) as there:
        brought = []
        for parcels in (here.parcels, there.parcels):
            real = parcels.put
            monkeypatch.setattr(parcels, "put", lambda name, path, real=real: (brought.append(name), real(name, path)))
        (item,) = add_paths(here, [long_scan(tmp_path / "long.pdf", 120)], Hints(class_code="04"), move=True)
        with Workshop(here, 1).open(), Workshop(there, 2).open():
            done = until(lambda: at(here, item.id, lambda i: i.state is ItemState.REGISTERED))
        assert any(name.startswith(f"{item.id}.pages-") for name in brought), "either may lead; the other one helps"
        with here.catalogue.look() as tx:
            assert tx.record(done.code).electronic.pages == 120 and not tx.runs(item.id, now=0)


def test_a_machine_with_another_key_is_refused(first, tmp_path, capsys):
    other = another(first, tmp_path, capsys, "stranger")
    (other.home / "archive" / "secret.key").write_text("00" * 32 + "\n", encoding="ascii")
    assert "another key" in other.errors("search", "x") and other.exit == 2


def count(world):
    with world.catalogue.look() as tx:
        return len([i for i in tx.items(states=[ItemState.REGISTERED])])


def at(world, item_id, wanted):
    with world.catalogue.look() as tx:
        item = tx.item(item_id)
    return item if item and wanted(item) else None


def until(look, seconds=60.0):
    """Wait for something to be true; return it."""
    import time

    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError("it never came")
