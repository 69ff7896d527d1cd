"""The parent's end of one child process: starts it, asks it, watches its time and memory, kills it.

Parent and child speak length-prefixed JSON over pipes: nothing a stranger's file makes a child say can run here.
"""

from __future__ import annotations

import json
import logging
import os
import select
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import psutil

from dms import errors
from dms.adapters.examine import scratch
from dms.errors import DmsError, Unavailable
from dms.said import Do, Said, read_said

_log = logging.getLogger("dms.examine")
_START = "import sys; sys.path.insert(0, sys.argv[1]); from dms.adapters.examine.child import main; main()"
_KEPT_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TESSDATA_PREFIX", "DMS_FONT", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR")
_MEMORY_LOOK_SECONDS = 0.25
_START_SECONDS = 120.0
_ANSWER_LIMIT = 256 * 1024 * 1024
_TAIL = 2000
_ERRORS = {c.__name__: c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, DmsError)}


class Killed(Exception):
    """The child broke a limit; the message says which."""


class Died(Exception):
    """The child ended by itself: a crash in a library."""


class Child:
    """One child process.

    Args:
        setup: engine, languages, passwords and limits, sent once.
        memory: bytes of resident memory it and what it starts may use.
    """

    def __init__(self, setup: dict[str, Any], memory: int) -> None:
        environment = {k: os.environ[k] for k in _KEPT_ENVIRONMENT if k in os.environ}
        # What its libraries and programs leave behind goes when it goes, however it ends.
        self._scratch = scratch.make()
        environment |= {
            "TMPDIR": self._scratch.name,
            "OMP_THREAD_LIMIT": "1",
            "OMP_NUM_THREADS": "1",
            "PYTHONIOENCODING": "utf-8",
            "HOME": "/nonexistent",
        }
        root = str(Path(__file__).resolve().parents[3])
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed by kill()
        # No shell; our own interpreter and module; -I keeps the user's site and environment out.
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", "-c", _START, root, str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            env=environment,
            start_new_session=True,
        )
        self._setup = setup
        self._memory = memory
        self._ending = threading.Lock()
        self._ended = False
        self.tasks = 0

    @property
    def pid(self) -> int:
        """Process id, and the id of its process group."""
        return self._process.pid

    def wait_until_ready(self) -> None:
        """Send the setup and wait until the child has loaded its parts.

        Raises:
            Unavailable: it does not start; no file is to blame.
            MissingProgram: a package it needs is not installed.
        """
        try:
            _send(_pipe(self._process.stdin), self._setup)
            # Its memory is not watched yet: there is no stranger's file in it.
            answer = self._answer(_START_SECONDS, watched=False)
        except (Killed, Died, OSError) as problem:
            raise Unavailable(
                Said("The process that reads files does not start."),
                Said("See the log; “{act}” tells what is missing. It is tried again.", act=Do("doctor")),
            ) from problem
        _raise_if_error(answer)

    def run(self, task: str, arguments: dict[str, Any], seconds: float) -> Any:
        """Do one task; return its result.

        Raises:
            Killed: too slow or too large.
            Died: the process crashed.
            DmsError: what the task itself raised.
        """
        self.tasks += 1
        try:
            _send(_pipe(self._process.stdin), {"task": task, "arguments": arguments})
        except OSError as problem:
            raise self._died() from problem
        answer = self._answer(seconds)
        if "detail" in answer:
            _log.info("%s: %s", task, answer["detail"])
        _raise_if_error(answer)
        return answer["result"]

    def _answer(self, seconds: float, *, watched: bool = True) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        out = _pipe(self._process.stdout)
        most = self._memory if watched else sys.maxsize
        (length,) = struct.unpack(">I", self._read(out, 4, deadline, seconds, most))
        if length > _ANSWER_LIMIT:
            raise Killed(Said("It holds more than can be taken."))
        answer: dict[str, Any] = json.loads(self._read(out, length, deadline, seconds, most))
        return answer

    def _read(self, out: IO[bytes], length: int, deadline: float, seconds: float, most: int) -> bytes:
        parts = []
        # poll, not select: a server may have more than 1024 files open.
        poll = select.poll()
        poll.register(out, select.POLLIN)
        while length:
            left = deadline - time.monotonic()
            if left <= 0:
                raise Killed(Said("It took longer than {seconds:.0f} seconds.", seconds=seconds))
            if not poll.poll(1000 * min(_MEMORY_LOOK_SECONDS, left)):
                if self.memory() > most:
                    raise Killed(Said("It needed more than {memory:.1f} GB of memory.", memory=self._memory / 1e9))
                continue
            try:
                block = os.read(out.fileno(), min(length, 1 << 20))
            except (OSError, ValueError) as problem:
                raise self._died() from problem  # close() took the pipe away
            if not block:
                raise self._died()
            parts.append(block)
            length -= len(block)
        return b"".join(parts)

    def _died(self) -> Died:
        """Say how it ended; the last it said goes to the log."""
        said = b""
        with suppress(OSError, ValueError):
            self._said.seek(max(0, os.fstat(self._said.fileno()).st_size - _TAIL))
            said = self._said.read(_TAIL)
        if said.strip():
            _log.info("a reading process said last: %s", said.decode("utf-8", "replace").strip())
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
        return Died(f"status {self._process.returncode}")

    def memory(self) -> int:
        """Resident bytes of the child and its own children (Tesseract)."""
        total = 0
        with suppress(psutil.Error):  # it is gone: it needs nothing
            process = psutil.Process(self.pid)
            for one in (process, *process.children(recursive=True)):
                with suppress(psutil.Error):
                    total += int(one.memory_info().rss)
        return total

    def own_memory(self) -> int:
        """Resident bytes of the child alone; cheap."""
        with suppress(psutil.Error):
            return int(psutil.Process(self.pid).memory_info().rss)
        return 0

    def kill(self) -> None:
        """End it and all it started; safe to call again."""
        with self._ending:
            if self._ended:
                return
            self._ended = True
        # Not reaped yet unless it died by itself, so the group's number is still its own; a group outlives its first.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._said):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        self._scratch.cleanup()


def _raise_if_error(answer: dict[str, Any]) -> None:
    if "error" in answer:
        raise _ERRORS.get(answer["error"], Unavailable)(read_said(answer["said"]), read_said(answer["remedy"]))


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise BrokenPipeError
    return pipe


def _send(pipe: IO[bytes], message: dict[str, Any]) -> None:
    data = json.dumps(message).encode("ascii")
    pipe.write(struct.pack(">I", len(data)) + data)
    pipe.flush()
