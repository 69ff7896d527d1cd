"""Child processes that do one task at a time, can be killed on time or memory, and are replaced.

Parent and child speak length-prefixed JSON over pipes: nothing a stranger's file makes a child say can run here.
"""

from __future__ import annotations

import json
import logging
import os
import queue
import select
import signal
import struct
import subprocess
import sys
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import psutil

from dms import errors
from dms.errors import DmsError, LimitExceeded, Unavailable, Unreadable

_log = logging.getLogger("dms.examine")
_START = "import sys; sys.path.insert(0, sys.argv[1]); from dms.adapters.examine.child import main; main()"
_KEPT_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TESSDATA_PREFIX", "DMS_FONT", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR")
_TASKS_BEFORE_REPLACED = 400
_MEMORY_LOOK_SECONDS = 0.25
_ANSWER_LIMIT = 256 * 1024 * 1024
_ERRORS = {c.__name__: c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, DmsError)}


class _Killed(Exception):
    """The child broke a limit and was killed."""


class _Died(Exception):
    """The child ended by itself (a crash in a library)."""


class Child:
    """One child process.

    Args:
        setup: engine, languages, passwords and limits, sent once.
        memory: bytes of resident memory it may use.
    """

    def __init__(self, setup: dict[str, Any], memory: int) -> None:
        environment = {k: os.environ[k] for k in _KEPT_ENVIRONMENT if k in os.environ}
        environment |= {
            "OMP_THREAD_LIMIT": "1",
            "OMP_NUM_THREADS": "1",
            "PYTHONIOENCODING": "utf-8",
            "HOME": "/nonexistent",
        }
        root = str(Path(__file__).resolve().parents[3])
        # No shell; our own interpreter and module; -I keeps the user's site and environment out.
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", "-c", _START, root, str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
        self._memory = memory
        self.tasks = 0
        _send(_pipe(self._process.stdin), setup)

    def run(self, task: str, arguments: dict[str, Any], seconds: float) -> Any:
        """Do one task; return its result.

        Raises:
            _Killed: too slow or too large; the message says which.
            _Died: the process crashed.
            DmsError: what the task itself raised.
        """
        self.tasks += 1
        try:
            _send(_pipe(self._process.stdin), {"task": task, "arguments": arguments})
            answer = self._answer(time.monotonic() + seconds, seconds)
        except (BrokenPipeError, EOFError, ConnectionError) as problem:
            raise _Died(str(self._process.wait(5))) from problem
        if "error" in answer:
            kind = _ERRORS.get(answer["error"], Unavailable)
            raise kind(answer["message"], answer.get("hint", ""))
        return answer["result"]

    def _answer(self, deadline: float, seconds: float) -> dict[str, Any]:
        out = _pipe(self._process.stdout)
        header = self._read(out, 4, deadline, seconds)
        (length,) = struct.unpack(">I", header)
        if length > _ANSWER_LIMIT:
            raise _Killed("It holds more than can be taken.")
        answer: dict[str, Any] = json.loads(self._read(out, length, deadline, seconds))
        return answer

    def _read(self, out: IO[bytes], length: int, deadline: float, seconds: float) -> bytes:
        parts = []
        while length:
            now = time.monotonic()
            if now >= deadline:
                raise _Killed(f"It took longer than {seconds:.0f} seconds.")
            ready, _, _ = select.select([out], [], [], min(_MEMORY_LOOK_SECONDS, deadline - now))
            if not ready:
                if self.memory() > self._memory:
                    raise _Killed(f"It needed more than {self._memory / 1e9:.1f} GB of memory.")
                continue
            block = os.read(out.fileno(), min(length, 1 << 20))
            if not block:
                raise EOFError
            parts.append(block)
            length -= len(block)
        return b"".join(parts)

    def memory(self) -> int:
        """Resident bytes of the child and its own children (Tesseract)."""
        total = 0
        with suppress(psutil.Error):
            process = psutil.Process(self._process.pid)
            for one in (process, *process.children(recursive=True)):
                with suppress(psutil.Error):
                    total += int(one.memory_info().rss)
        return total

    @property
    def worn(self) -> bool:
        """It did much or grew large: a fresh one is better."""
        return self.tasks >= _TASKS_BEFORE_REPLACED or self.memory() > self._memory * 0.6

    def kill(self) -> None:
        """End it and all it started."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        self._process.wait()


class Pool:
    """A fixed number of children; any thread may ask for a task.

    Args:
        children: how many.
        setup: sent to each child.
        memory: bytes each may use.
    """

    def __init__(self, children: int, setup: dict[str, Any], *, memory: int) -> None:
        self.size = max(1, children)
        self._setup = setup
        self._memory = memory
        # Children are started by these threads only: a child asks to die with the thread that started it.
        self._threads = ThreadPoolExecutor(self.size, thread_name_prefix="examine")
        self._idle: queue.SimpleQueue[Child] = queue.SimpleQueue()
        self._all: set[Child] = set()
        self._lock = threading.Lock()
        self._closed = False

    def submit(self, task: str, arguments: dict[str, Any], seconds: float) -> Future[Any]:
        """Queue a task; the time counts from when a child takes it."""
        try:
            return self._threads.submit(self._run, task, arguments, seconds)
        except RuntimeError as problem:
            raise Unavailable("The reading processes are stopped.", "Start the command again.") from problem

    def run(self, task: str, arguments: dict[str, Any], seconds: float) -> Any:
        """Queue a task and wait for its result."""
        return self.submit(task, arguments, seconds).result()

    def _run(self, task: str, arguments: dict[str, Any], seconds: float) -> Any:
        for attempt in (1, 2):
            child = self._take()
            try:
                result = child.run(task, arguments, seconds)
            except _Killed as problem:
                self._drop(child)
                raise LimitExceeded(
                    str(problem), "Split or simplify the file, or raise the limit in dms.toml."
                ) from None
            except _Died:
                self._drop(child)
                if self._closed:
                    raise Unavailable("The reading processes are stopped.", "Start the command again.") from None
                _log.warning("a reading process crashed at %s", task, extra={"attempt": attempt})
                if attempt == 2:
                    raise Unreadable(
                        "The program that reads this kind of file crashes on it.",
                        "Open it in its own program, save it as PDF, and drop that.",
                    ) from None
                continue
            except BaseException:
                self._give_back(child)
                raise
            self._give_back(child)
            return result
        raise AssertionError("unreachable")

    def _take(self) -> Child:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            child = Child(self._setup, self._memory)
            with self._lock:
                self._all.add(child)
            return child

    def _give_back(self, child: Child) -> None:
        if child.worn:
            self._drop(child)
        else:
            self._idle.put(child)

    def _drop(self, child: Child) -> None:
        with self._lock:
            self._all.discard(child)
        child.kill()

    def close(self) -> None:
        """Kill all children; what they were doing is done again at the next start."""
        self._closed = True
        with self._lock:
            children = list(self._all)
            self._all.clear()
        for child in children:
            child.kill()
        self._threads.shutdown(wait=True, cancel_futures=True)


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise BrokenPipeError
    return pipe


def _send(pipe: IO[bytes], message: dict[str, Any]) -> None:
    data = json.dumps(message).encode()
    pipe.write(struct.pack(">I", len(data)) + data)
    pipe.flush()
