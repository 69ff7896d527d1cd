"""Killed at every change of the file system, each act that writes the vault happened wholly or not at all.

The killed process is a real one, killed with SIGKILL; what it would have changed is counted exactly, by an audit hook.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from desk_kit import as_, desk, put

from dms.assembly import open_world
from dms.desk.acts import gate
from dms.desk.care.checking import verify
from dms.desk.care.rebuilding import rebuild
from dms.desk.consent import changing
from dms.desk.consent.disposing import destroy_in, empty_vault
from dms.desk.intake.importing import import_sheet
from dms.desk.records.describing import DESCRIBE, describe
from dms.desk.records.pairing import accept, pair
from dms.desk.records.rescans import settle_rescan
from dms.desk.shelf.reserving import reserve
from dms.desk.signing.filing import file
from dms.domain.record import Carrier, LinkState, RecordState
from dms.errors import Unavailable
from dms.flow.versions import complete, decide, finish
from dms.flow.work import record_json
from dms.ports.catalogue import Attention
from dms.ports.clock import SystemClock
from dms.ports.world import World
from dms.said import NOTHING, Said

_fork = multiprocessing.get_context("fork")


# After all that the test prepares by the real clock.
_THEN = datetime.now().astimezone() + timedelta(hours=1)


class Still(SystemClock):
    """A clock at which the same act leaves the same state."""

    def now(self) -> datetime:
        return _THEN


STILL = Still()
_CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir"}


def _die_before(change: int, home: Path, act: Callable[[World], object]) -> None:
    seen = 0

    def watch(event: str, args: tuple[Any, ...]) -> None:
        nonlocal seen
        writes = event == "open" and isinstance(args[2], int) and args[2] & (os.O_CREAT | os.O_WRONLY)
        if event in _CHANGES or writes:
            seen += 1
            if seen == change:
                os.kill(os.getpid(), signal.SIGKILL)

    with open_world(home, user="gm", clock=STILL) as world:
        sys.addaudithook(watch)
        act(world)


def killed_at(change: int, home: Path, act: Callable[[World], object]) -> bool:
    """Do an act in a process of its own that is dead before its nth change; tell whether it was."""
    process = _fork.Process(target=_die_before, args=(change, home, act))
    process.start()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode != 0


def state_of(world: World) -> dict[str, Any]:
    """What the archive says: every record, the log's acts, and what the vault holds of each object."""
    with world.catalogue.look() as tx:
        assert list(tx.due()) == [], "what was decided is written"
        records = {r.code: r.to_dict() for r in tx.records()}
        acts = [(a.act, a.target) for a in reversed(tx.acts())]
    held = {}
    for one in sorted(world.vault.objects()):
        head = world.vault.head(one)
        assert head is not None
        held[one] = {path: f.sha512 for path, f in head.files.items() if path != "record.json"}
        if "record.json" in head.files:
            with world.vault.open(one, "record.json") as told:
                held[one]["record.json"] = json.loads(told.read())["title"]
    return {"records": records, "acts": acts, "held": held}


def held(world: World, *, paper: bool) -> str:
    """Put a record with an original and its text; return its code."""
    files = {"original/a.txt": b"%d" % paper, "text.txt": "金额1860.00元".encode()}
    return put(world, files=files, class_code="99", paper=Carrier(paper, "室/柜" if paper else ""))


def _described(world: World) -> Callable[[World], object]:
    code = put(world)
    return lambda w: describe(w, code, title="新题名")


def _filed(world: World) -> Callable[[World], object]:
    code = put(world)
    return lambda w: file(w, code, by_hand="已核对")


def _changed(world: World) -> Callable[[World], object]:
    code = put(world, state=RecordState.FILED)
    asked = changing.ask_change(as_(world, "ZHS"), code, {"title": "改后"}, reason="录入有误")
    return lambda w: changing.decide_change(w, asked.id, agree=True)


def _promoted(world: World) -> Callable[[World], object]:
    code = put(world, state=RecordState.FILED)
    return lambda w: changing.promote(w, code, "99", reason="日常文件")


def _paired(world: World) -> Callable[[World], object]:
    electronic, paper = held(world, paper=False), held(world, paper=True)
    return lambda w: pair(w, electronic, paper)


def _accepted(world: World) -> Callable[[World], object]:
    code = put(world, link=LinkState.MISMATCH)
    return lambda w: accept(w, code, reason="手误")


def _replaced(world: World) -> Callable[[World], object]:
    first, second = held(world, paper=True), held(world, paper=True)
    with world.catalogue.begin() as tx:
        tx.ask(Attention("rescan", second, Said("the same paper"), NOTHING, world.now(), {"other": first}))
    return lambda w: settle_rescan(w, second, "replace", reason="更清楚")


def _reserved(world: World) -> Callable[[World], object]:
    return lambda w: reserve(w, count=2, title="待扫描")


def _imported(world: World) -> Callable[[World], object]:
    sheet = world.settings.home / "old.csv"
    sheet.write_text("题名,类别,客户经理,年度\n旧合同一,99,ZHS,2012\n旧合同二,99,ZHS,2012\n", encoding="utf-8")
    return lambda w: import_sheet(w, "catalogue", w.settings.home / "old.csv", dry=False)


ACTS = [_described, _filed, _changed, _promoted, _paired, _accepted, _replaced, _reserved, _imported]


@pytest.mark.slow
@pytest.mark.parametrize("prepare", ACTS, ids=lambda f: f.__name__.strip("_"))
def test_killed_anywhere_it_is_done_wholly_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prepare: Callable[[World], Callable[[World], object]]
) -> None:
    monkeypatch.setenv("DMS_OCR", "none")
    good, home = tmp_path / "good", tmp_path / "home"
    with desk(good) as world:
        act = prepare(world)
        before = state_of(world)
        known = set(map(str, verify(world)))
    shutil.copytree(good, home)
    assert not killed_at(0, home, act)
    with open_world(home, user="gm", clock=STILL) as world:
        after = state_of(world)
    assert after != before
    seen, step, died = [], 0, True
    while died:
        step += 1
        shutil.rmtree(home)
        shutil.copytree(good, home)
        died = killed_at(step, home, act)
        with open_world(home, user="gm", clock=STILL) as world:
            now = state_of(world)
            assert now in (before, after), f"killed before change {step}"
            seen.append(now)
            if step % 3 == 0 or not died:
                assert [f for f in verify(world) if str(f) not in known] == [], step
        if step % 9 == 0:
            (home / "archive" / "catalogue.sqlite").unlink()
            for left in (home / "archive").glob("catalogue.sqlite-*"):
                left.unlink()
            with open_world(home, user="gm") as world:
                rebuild(world)
                with world.catalogue.look() as tx:
                    again = {r.code: r.to_dict() for r in tx.records()}
            assert again == now["records"], step
    assert before in seen and after in seen, "killed early nothing happened, killed late all did"
    assert step > 5


def test_a_decided_version_is_written_at_the_next_start(office: World, monkeypatch: pytest.MonkeyPatch) -> None:
    code = put(office)
    with monkeypatch.context() as patch:
        patch.setattr(type(office.vault), "write", lambda *_, **__: _away())
        describe(office, code, title="断电前的题名")
        assert [(f.kind, f.target) for f in verify(office) if f.kind == "version-due"] == [("version-due", code)]
    with open_world(office.settings.home, user="gm") as world:
        assert complete(world) == 0
        with world.vault.open(code, "record.json") as told:
            assert json.loads(told.read())["title"] == "断电前的题名"
        assert [v.number for v in world.vault.versions(code)] == [1, 2]
        assert world.vault.tidy(older_than_seconds=0) == 0


def _away() -> None:
    raise Unavailable(Said("the vault's disk is away"))


def test_an_act_on_a_full_vault_is_refused_and_nothing_of_it_stays(
    office: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = put(office)
    with monkeypatch.context() as patch:
        patch.setattr(type(office.vault), "stage", lambda *_, **__: _away())
        with pytest.raises(Unavailable):
            describe(office, code, title="写不下")
    with office.catalogue.look() as tx:
        record = tx.record(code)
        assert record is not None and record.title == "折让审批"
        assert not [a for a in tx.acts(code) if a.act == "describe"]


def test_whoever_writes_a_decided_version_late_never_puts_it_over_a_newer_one(office: World) -> None:
    code = put(office)
    with office.catalogue.begin() as tx:
        record = tx.record(code)
        assert record is not None
        told = record.with_(title="乙")
        files = {"record.json": record_json(told)}
        late = decide(office, tx, code, files, message="乙", user="GM", at=office.now())
        tx.save_record(told)
    describe(office, code, title="丙")
    assert late is not None and finish(office, [late]) == 0
    with office.vault.open(code, "record.json") as file_:
        assert json.loads(file_.read())["title"] == "丙"
    assert [v.number for v in office.vault.versions(code)] == [1, 2, 3]


def test_what_an_object_holds_already_is_no_version(office: World) -> None:
    code = put(office)
    with office.catalogue.begin() as tx:
        record = tx.record(code)
        assert record is not None
        files = {"record.json": record_json(record)}
        assert decide(office, tx, code, files, message="the same", user="GM", at=office.now()) is None
    assert office.vault.tidy(older_than_seconds=0) == 0


def test_a_new_code_never_gets_an_object_that_is_there(office: World) -> None:
    code = put(office)
    with office.catalogue.begin() as tx, pytest.raises(Unavailable, match="older than the vault"):
        decide(office, tx, code, {"record.json": b"{}"}, message="imported", user="GM", at=office.now(), new=True)


def test_what_was_staged_and_is_lost_is_told_with_its_record(office: World, monkeypatch: pytest.MonkeyPatch) -> None:
    code = put(office)
    with monkeypatch.context() as patch:
        patch.setattr(type(office.vault), "write", lambda *_, **__: _away())
        describe(office, code, title="丢失")
    assert office.vault.tidy(older_than_seconds=0) == 1
    found = {f.kind for f in verify(office) if f.target == code}
    assert found >= {"version-due", "row-differs"}


def test_what_is_due_of_a_destroyed_record_is_never_written(office: World, monkeypatch: pytest.MonkeyPatch) -> None:
    code = put(office, files={"text.txt": "秘密".encode()})
    with monkeypatch.context() as patch:
        patch.setattr(type(office.vault), "write", lambda *_, **__: _away())
        describe(office, code, title="断电前")
    with office.catalogue.begin() as tx:
        record = tx.record(code)
        assert record is not None
        destroy_in(tx, record, office.now())
    empty_vault(office)
    assert complete(office) == 0
    head = office.vault.head(code)
    assert head is not None and head.number == 1 and "tombstone.json" in head.files
    assert office.vault.tidy(older_than_seconds=0) == 0, "nothing of it is staged any more"


def test_an_act_decides_one_version_of_an_object(office: World) -> None:
    code = put(office)
    with pytest.raises(ValueError, match="one version"), gate.acting(office, DESCRIBE, code) as act:
        act.write(code, {"text.txt": b"1"}, Said("one"))
        act.write(code, {"text.txt": b"2"}, Said("two"))
    assert [v.number for v in office.vault.versions(code)] == [1]
    assert complete(office) == 0
