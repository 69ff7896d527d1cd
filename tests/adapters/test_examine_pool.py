"""The children: killed on time and memory, retried after a crash, gone with their parent, replaced for the next file.

A named pipe is the slow file here: a child that reads it waits until something is written, for as long as it lives.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil
import pytest

from dms.adapters.examine import open_examiner
from dms.adapters.examine.pool import Pool
from dms.errors import LimitExceeded, Unavailable, Unreadable
from dms.ports.examine import Limits

GENEROUS = 2 * 1024**3


def setup(**changes: Any) -> dict[str, Any]:
    return {"ocr": "none", "languages": "eng", "passwords": [], "limits": asdict(Limits())} | changes


@pytest.fixture
def pool() -> Iterator[Pool]:
    with closing(Pool(2, setup(), memory=GENEROUS)) as opened:
        yield opened


def endless(folder: Path, name: str = "pipe") -> Path:
    path = folder / name
    os.mkfifo(path)
    return path


def reading(pool: Pool, path: Path, seconds: float = 60.0) -> Future[Any]:
    """Let a child read a page of a pipe."""
    return pool.submit("pages", {"path": str(path), "media_type": "image/png", "kind": "scan",
                                 "work": str(path.parent), "numbers": [1]}, seconds)  # fmt: skip


def hold(path: Path) -> int:
    """Return when a child has opened the pipe, which waits from then on."""
    return os.open(path, os.O_WRONLY)


def works(pool: Pool, folder: Path) -> bool:
    file = folder / "good.txt"
    file.write_text("good", encoding="utf-8")
    told = pool.run("inspect", {"path": str(file), "name": "good.txt", "work": str(folder)}, 60)
    return bool(told["media_type"] == "text/plain")


def test_a_slow_file_is_ended_and_the_next_one_is_read(pool: Pool, tmp_path: Path) -> None:
    before = set(pool.pids())
    with pytest.raises(LimitExceeded, match="longer than"):
        reading(pool, endless(tmp_path), seconds=0.5).result()
    assert works(pool, tmp_path)
    assert not before & set(pool.pids())


def test_a_file_that_needs_too_much_memory_is_ended(tmp_path: Path) -> None:
    with closing(Pool(1, setup(), memory=1_000_000)) as small:
        with pytest.raises(LimitExceeded, match="memory"):
            reading(small, endless(tmp_path)).result()
        assert small.pids() == []


def test_a_crash_is_tried_again_and_a_second_one_is_the_files_fault(pool: Pool, tmp_path: Path) -> None:
    path = endless(tmp_path)
    future = reading(pool, path)
    pids = []
    for _ in range(2):
        end = hold(path)
        pids += pool.pids()
        for pid in pool.pids():
            os.kill(pid, signal.SIGSEGV)
        if len(pids) == 1:
            # The first child lets go of the pipe before the second one opens it.
            psutil.wait_procs([psutil.Process(p) for p in pids if psutil.pid_exists(p)], timeout=30)
        os.close(end)
    with pytest.raises(Unreadable, match="crashes"):
        future.result(60)
    assert len(set(pids)) == 2
    assert works(pool, tmp_path)


def test_children_work_side_by_side(pool: Pool, tmp_path: Path) -> None:
    paths = [endless(tmp_path, str(n)) for n in range(2)]
    for path in paths:
        reading(pool, path)
    ends = [hold(path) for path in paths]  # both are open at once, or this never returns
    assert len(pool.pids()) == 2
    pool.close()
    for end in ends:
        os.close(end)


def test_closing_ends_what_runs(tmp_path: Path) -> None:
    pool = Pool(1, setup(), memory=GENEROUS)
    path = endless(tmp_path)
    future = reading(pool, path)
    end = hold(path)
    (pid,) = pool.pids()
    pool.close()
    os.close(end)
    with pytest.raises(Unavailable):
        future.result(60)
    assert not psutil.pid_exists(pid)
    with pytest.raises(Unavailable):
        pool.submit("inspect", {}, 1)


def test_a_child_that_does_not_start_is_no_files_fault(tmp_path: Path) -> None:
    broken = Pool(1, setup(limits={"no such limit": 1}), memory=GENEROUS)
    with closing(broken), pytest.raises(Unavailable, match="does not start"):
        works(broken, tmp_path)
    assert broken.pids() == []


def test_many_threads_share_few_children(pool: Pool, tmp_path: Path) -> None:
    done: list[bool] = []

    def one(number: int) -> None:
        folder = tmp_path / str(number)
        folder.mkdir()
        done.append(works(pool, folder))

    threads = [threading.Thread(target=one, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [True] * 12
    assert len(pool.pids()) <= 2


def test_children_die_with_their_parent(tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("good", encoding="utf-8")
    parent = subprocess.Popen(
        [sys.executable, __file__, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with parent:
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        children = [psutil.Process(pid) for pid in pids]
        parent.kill()
        _, alive = psutil.wait_procs(children, timeout=30)
    assert pids
    assert alive == []


def test_children_get_no_environment_and_leave_no_core(
    pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_OF_THE_ARCHIVE", "do not tell")
    assert works(pool, tmp_path)
    child = psutil.Process(pool.pids()[0])
    assert "SECRET_OF_THE_ARCHIVE" not in child.environ()
    assert child.environ()["OMP_THREAD_LIMIT"] == "1"
    assert child.rlimit(psutil.RLIMIT_CORE) == (0, 0)
    assert child.rlimit(psutil.RLIMIT_NOFILE)[1] <= 512
    assert os.getpgid(child.pid) == child.pid != os.getpgid(0)


def _parent(folder: Path) -> None:
    """Run as a program: examine a file, tell the children's ids, wait to be killed."""
    examiner = open_examiner(children=1, limits=Limits(), passwords=[], ocr="none", languages="eng")
    examiner.inspect(folder / "good.txt", "good.txt", folder)
    told = " ".join(str(child.pid) for child in psutil.Process().children())
    sys.stdout.write(told + "\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    _parent(Path(sys.argv[1]))
