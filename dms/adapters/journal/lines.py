"""The log as JSON lines in a file beside the vault: readable with a text editor, appended only, fsynced.

A line that a crash left half is cut off before the next is written; nothing else is ever changed.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from dms.domain.audit import canonical
from dms.ports.catalogue import Catalogue

_log = logging.getLogger("dms.journal")
_BLOCK = 1 << 16


class JsonLines:
    """A journal file; see :class:`dms.ports.journal.Journal`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def catch_up(self, catalogue: Catalogue) -> None:
        """Append the acts it does not hold yet."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                last = _last(file)
                with catalogue.look() as tx:
                    for act in tx.log_from(last + 1):
                        file.write(canonical({**act.told(), "leaf": act.leaf}) + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as problem:
            _log.warning("the log's copy %s cannot be written: %s; it is made good later", self._path, problem)

    def acts(self) -> Iterator[dict[str, Any]]:
        """Yield the acts as they were written."""
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            for line in file:
                try:
                    told = json.loads(line)
                    yield dict(told) if isinstance(told, dict) else {"seq": 0}
                except ValueError:
                    # Half a line at the very end is a crash, cut off at the next act; elsewhere it is damage.
                    if line.endswith(b"\n"):
                        yield {"seq": 0}


def _last(file: BinaryIO) -> int:
    """Return the number of the last whole line, 0 where there is none; cut off what follows it."""
    end = file.seek(0, os.SEEK_END)
    tail = b""
    place = end
    while place > 0 and tail.count(b"\n") < 2:
        step = min(_BLOCK, place)
        place -= step
        file.seek(place)
        tail = file.read(step) + tail
    whole = tail.rfind(b"\n") + 1
    if whole < len(tail):
        file.truncate(end - (len(tail) - whole))
        file.seek(0, os.SEEK_END)
    lines = tail[:whole].splitlines()
    if not lines:
        return 0
    try:
        return int(json.loads(lines[-1])["seq"])
    except (ValueError, KeyError, TypeError):
        return _highest(lines)


def _highest(lines: list[bytes]) -> int:
    """The highest readable number among damaged lines: what stands there stays, and is found by the check."""
    found = 0
    for line in lines:
        try:
            found = max(found, int(json.loads(line)["seq"]))
        except (ValueError, KeyError, TypeError):
            continue
    return found
