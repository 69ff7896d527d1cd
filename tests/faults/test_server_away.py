"""The database server goes away and comes back while files are dropped: nothing is lost, nothing waits for long."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import servers
from fastapi.testclient import TestClient

from dms.assembly import init, open_world
from dms.desk.intake.watching import Watcher
from dms.domain.item import ItemState
from dms.errors import Unavailable
from dms.faces.web.app import create_app
from dms.ports.world import World

pytestmark = pytest.mark.slow
_MINUTE = 60.0


def test_files_dropped_meanwhile_come_in_within_a_minute_of_its_return(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if servers.postgres_programs() is None:
        pytest.skip("no PostgreSQL on this machine (apt install postgresql)")
    for key, value in {"OCR": "none", "SETTLE_SECONDS": "0.2", "PATIENCE_SECONDS": "0.4", "CHILDREN": "1"}.items():
        monkeypatch.setenv(f"DMS_{key}", value)
    home = tmp_path / "home"
    with servers.postgres(durable=True) as server:
        monkeypatch.setenv("DMS_CATALOGUE", server.database("away"))
        init(home, user="gm")
        monkeypatch.delenv("DMS_CATALOGUE")
        assert 'search = "postgresql' in (home / "dms.toml").read_text(encoding="utf-8"), "one index for all machines"
        stop = threading.Event()
        with open_world(home, user="gm") as world:
            counter = TestClient(create_app(world), follow_redirects=False)
            watcher = threading.Thread(target=Watcher(world, 1).run, args=(stop,))
            watcher.start()
            try:
                drop(home, 1)
                until(lambda: done(world) == 1)
                server.kill()
                for number in (2, 3, 4):
                    drop(home, number)
                assert counter.get("/ready").status_code == 503
                time.sleep(
                    1.0
                )  # as long as the watcher needs to find them settled; they are looked at while it is away
                assert {p.name for p in (home / "inbox").glob("*.txt")} == {"2.txt", "3.txt", "4.txt"}, (
                    "where people see them"
                )
                server.start()
                begun = time.monotonic()
                until(lambda: done(world) == 4)
                assert time.monotonic() - begun < _MINUTE
                assert counter.get("/ready").status_code == 200
            finally:
                stop.set()
                watcher.join()
        assert not list((home / "inbox").glob("*.txt"))


def drop(home: Path, number: int) -> None:
    (home / "inbox" / f"{number}.txt").write_text(f"客户来函第{number}号，金额{number}860.00元。", encoding="utf-8")


def done(world: World) -> int:
    with world.catalogue.look() as tx:
        return len(tx.items(states=[ItemState.REGISTERED]))


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds; where it does not within two minutes, the test fails."""
    end = time.monotonic() + 2 * _MINUTE
    while time.monotonic() < end:
        with suppress(Unavailable):
            if holds():
                return
        time.sleep(0.2)
    raise AssertionError("it did not come about")
