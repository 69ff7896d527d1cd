"""What reading processes leave in the temp folder goes once their owner is dead, and only then."""

from __future__ import annotations

import multiprocessing
import os
import signal
import tempfile
import time
from pathlib import Path

import pytest

from dms.adapters.examine import scratch

_fork = multiprocessing.get_context("fork")


@pytest.fixture
def temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def _owner_that_is_killed() -> None:
    made = scratch.make()
    (Path(made.name) / "page.png").write_bytes(b"a page of a record")
    os.kill(os.getpid(), signal.SIGKILL)


def test_what_a_killed_owner_left_is_removed_and_what_a_living_one_has_stays(temp: Path) -> None:
    mine = scratch.make()
    process = _fork.Process(target=_owner_that_is_killed)
    process.start()
    process.join()
    assert len(list(temp.iterdir())) == 2
    assert scratch.sweep() == 1
    assert [p.name for p in temp.iterdir()] == [Path(mine.name).name]
    mine.cleanup()


def test_folders_of_older_versions_and_of_others(temp: Path) -> None:
    old, young, strange = (temp / n for n in ("dms-reading-abc_1", "dms-reading-def", "dms-reading-elsewhere+1+2+x"))
    for place in (old, young, strange):
        place.mkdir()
    (temp / "dms-reading-link").symlink_to(strange, target_is_directory=True)
    (temp / "dms-reading-file").write_text("", encoding="ascii")
    long_ago = time.time() - 2 * 86400
    os.utime(old, (long_ago, long_ago))
    assert scratch.sweep() == 1
    assert not old.exists() and young.exists() and strange.exists() and (temp / "dms-reading-link").is_symlink()
