"""The child process: limits itself, loads what it needs once, then does tasks until its parent is gone."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import struct
import sys
from typing import Any

from dms.errors import DmsError, Unavailable, Unreadable

_PR_SET_PDEATHSIG = 1
_FILE_BYTES = 8 * 1024**3
_NESTING = 3000


def main() -> None:
    """Serve tasks: a setup message first, then one request and one answer at a time."""
    _limit()
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # Whatever a library prints must not get between the answers.
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    setup = _receive(requests)
    from dms.adapters.examine.tasks import Tasks

    tasks = Tasks(setup)
    while True:
        request = _receive(requests)
        _answer(answers, _do(tasks, request))


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_FILE_BYTES, _FILE_BYTES))
    sys.setrecursionlimit(_NESTING)
    if sys.platform == "linux":
        # Die with the parent, even when it is killed; it may be gone already.
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if len(sys.argv) > 2 and os.getppid() != int(sys.argv[2]):
            sys.exit(0)


def _do(tasks: Any, request: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"result": getattr(tasks, request["task"])(**request["arguments"])}
    except DmsError as problem:
        return {"error": type(problem).__name__, "message": problem.message, "hint": problem.hint}
    except (MemoryError, RecursionError):
        return _unreadable("The file is nested too deeply or unpacks to too much.")
    except OSError as problem:
        if problem.filename is None and problem.errno is None:
            # Libraries for strangers' formats raise bare OSErrors on broken files.
            return _unreadable("The file is damaged or incomplete.")
        return {
            "error": Unavailable.__name__,
            "message": f"The working folder cannot be used: {problem.strerror or problem}.",
            "hint": "Make room on the archive's disk; it is tried again.",
        }
    except Exception as problem:
        # Every parser has its own zoo of exceptions; a person needs to know that the file is at fault.
        return _unreadable(f"The file is damaged: {type(problem).__name__}.")


def _unreadable(message: str) -> dict[str, Any]:
    hint = "Open it in its own program and save it again, or scan it."
    return {"error": Unreadable.__name__, "message": message, "hint": hint}


def _receive(pipe: Any) -> dict[str, Any]:
    header = pipe.read(4)
    if len(header) < 4:
        os._exit(0)  # the parent closed the pipe
    (length,) = struct.unpack(">I", header)
    message: dict[str, Any] = json.loads(pipe.read(length))
    return message


def _answer(pipe: Any, message: dict[str, Any]) -> None:
    # ASCII, surrogates escaped: a broken text in a file must not break the answer.
    data = json.dumps(message).encode("ascii")
    pipe.write(struct.pack(">I", len(data)) + data)
    pipe.flush()
