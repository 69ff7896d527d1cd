"""The child process: limits itself, loads what it needs once, then does tasks until its parent is gone."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import resource
import signal
import struct
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from dms.errors import DmsError, LimitExceeded, MissingProgram, Unavailable, Unreadable
from dms.said import Do, Said

_PR_SET_PDEATHSIG = 1
_FILE_BYTES = 8 * 1024**3
_OPEN_FILES = 512
_NESTING = 3000
# The machine's troubles; every other error of the system while reading comes from what the file says of itself.
_OURS = frozenset({
    errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.EMFILE, errno.ENFILE,
    errno.ENOMEM, errno.ENOENT, errno.ESTALE,
})  # fmt: skip


def main() -> None:
    """Serve tasks: a setup message first, then one request and one answer at a time."""
    _limit()
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # Whatever a library prints must not get between the answers.
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    setup = _receive(requests)
    try:
        from dms.adapters.examine.tasks import Tasks
    except ImportError as problem:
        _answer(answers, _missing(problem))
        return
    tasks = Tasks(setup)
    _answer(answers, {"result": "ready"})
    while True:
        request = _receive(requests)
        _answer(answers, _do(tasks, request))


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_FILE_BYTES, _FILE_BYTES))
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = _OPEN_FILES if most == resource.RLIM_INFINITY else min(_OPEN_FILES, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    sys.setrecursionlimit(_NESTING)
    if sys.platform == "linux":
        # Die with the parent, even when it is killed; it may be gone already.
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if len(sys.argv) > 2 and os.getppid() != int(sys.argv[2]):
            sys.exit(0)
        # Where memory runs out all the same, the kernel shall take this process and not the one with the catalogue.
        with suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("600", encoding="ascii")


def _do(tasks: Any, request: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"result": getattr(tasks, request["task"])(**request["arguments"])}
    except DmsError as problem:
        return _error(type(problem), problem.said, problem.remedy)
    except ImportError as problem:
        return _missing(problem)
    except (MemoryError, RecursionError):
        return _error(
            LimitExceeded,
            Said("The file is nested too deeply or unpacks to too much."),
            Said("Save it as PDF, and drop that."),
        )
    except OSError as problem:
        if problem.errno == errno.EFBIG:
            return _error(LimitExceeded, Said("It would be written out to more than 8 GB."), Said("Split it."))
        if problem.errno in _OURS:
            return _error(
                Unavailable,
                Said("The working folder cannot be used: {problem}.", problem=problem.strerror),
                Said("Make room on the archive's disk; it is tried again."),
            )
        return _damaged()
    except Exception:
        # Every parser has its own zoo of exceptions; a person needs to know that the file is at fault.
        return _damaged()


def _damaged() -> dict[str, Any]:
    told = _error(
        Unreadable,
        Said("The file is damaged or incomplete."),
        Said("Open it in its own program and save it again, or scan it."),
    )
    return told | {"detail": traceback.format_exc(limit=-4)}


def _missing(problem: ImportError) -> dict[str, Any]:
    name = problem.name or "a package"
    return _error(
        MissingProgram,
        Said("{name} is not installed.", name=name),
        Said("pip install {name}, then “{act}”.", name=name, act=Do("retry")),
    )


def _error(kind: type[DmsError], said: Said, remedy: Said) -> dict[str, Any]:
    return {"error": kind.__name__, "said": said.stored(), "remedy": remedy.stored()}


def _receive(pipe: IO[bytes]) -> dict[str, Any]:
    header = pipe.read(4)
    if len(header) < 4:
        os._exit(0)  # the parent closed the pipe
    (length,) = struct.unpack(">I", header)
    message: dict[str, Any] = json.loads(pipe.read(length))
    return message


def _answer(pipe: IO[bytes], message: dict[str, Any]) -> None:
    # ASCII, surrogates escaped: a broken text in a file must not break the answer.
    data = json.dumps(message).encode("ascii")
    pipe.write(struct.pack(">I", len(data)) + data)
    pipe.flush()
