"""An index folder of our own: generations beside each other, a pointer to the one that serves, one writer.

Whoosh's files hold pickles, so a folder made by anybody else is never opened. A rebuilt index becomes a new generation;
the pointer is switched by rename, the old generation serves until then.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from dms.errors import Unavailable
from dms.said import Do, Said

_POINTER = "CURRENT"
_NAME = re.compile(r"g-(\d{6})")
_WAIT_SECONDS = 10.0


class Generations:
    """The generations of one index.

    Args:
        root: their folder; made where it is not there.

    Raises:
        Unavailable: it cannot be made, or belongs to somebody else.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        # One object, so that a writer may enter again from within.
        self._lock = FileLock(str(root / "writer.lock"), timeout=_WAIT_SECONDS)
        try:
            root.mkdir(parents=True, exist_ok=True, mode=0o700)
            found = root.stat()
        except OSError as problem:
            raise Unavailable(
                Said("The index folder {root} cannot be made: {problem}.", root=root, problem=problem.strerror),
                Said("Mend it."),
            ) from problem
        if found.st_uid != os.getuid() or found.st_mode & 0o022:
            raise Unavailable(
                Said("The index folder {root} can be written by others than you, so it is not opened.", root=root),
                Said("Remove it, then “{act}”; or: chmod go-w '{root}'.", root=root, act=Do("reindex")),
            )

    def current(self) -> Path:
        """Return the folder of the generation that serves; it may be empty or not there yet."""
        try:
            name = (self._root / _POINTER).read_text(encoding="ascii").strip()
        except OSError:
            name = ""
        return self._root / (name if _NAME.fullmatch(name) else "g-000001")

    def fresh(self) -> Path:
        """Make the folder of the next generation."""
        numbers = [int(m[1]) for p in self._root.iterdir() if (m := _NAME.fullmatch(p.name))]
        folder = self._root / f"g-{max(numbers, default=0) + 1:06d}"
        folder.mkdir(mode=0o700)
        return folder

    def switch(self, folder: Path) -> None:
        """Let a generation serve, and remove those before the one that served until now."""
        before = self.current()
        beside = self._root / f"{_POINTER}.new"
        with beside.open("w", encoding="ascii") as file:
            file.write(folder.name + "\n")
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._root / _POINTER)
        for old in self._root.iterdir():
            # Readers of the last generation may still be at it; those before it had a whole rebuild's time.
            if _NAME.fullmatch(old.name) and old not in (before, folder):
                shutil.rmtree(old, ignore_errors=True)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the one writer; the lock vanishes with a killed process.

        Raises:
            Unavailable: another process writes.
        """
        try:
            with self._lock:
                yield
        except Timeout as problem:
            raise Unavailable(Said("Another process writes to the index."), Said("It is tried again.")) from problem
