"""An index folder of our own: generations beside each other, a pointer to the one that serves, one writer.

Whoosh's files hold pickles, so a folder made by anybody else is never opened. A rebuilt index becomes a new generation;
the pointer is switched by rename, the old generation serves until then. A generation bears the number of its format and
is whole from its first moment: where there is none, or one of another format, the index is damaged, never empty.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from dms.disk import sync_file, sync_folder
from dms.errors import Damaged, Unavailable
from dms.said import Do, Said

_POINTER = "CURRENT"
_FORMAT = "FORMAT"
_NAME = re.compile(r"g-(\d{6})")
_WAIT_SECONDS = 10.0


class Generations:
    """The generations of one index.

    Args:
        root: their folder; made where it is not there.
        format: number of what is kept and how.

    Raises:
        Unavailable: it cannot be made, or belongs to somebody else.
    """

    def __init__(self, root: Path, format: int) -> None:
        self._root = root
        self._format = format
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
        """Return the folder of the generation that serves.

        Raises:
            Damaged: there is none, or it is of another format.
        """
        folder = self._pointed()
        try:
            told = (folder / _FORMAT).read_text(encoding="ascii").strip() if folder else ""
        except FileNotFoundError:
            told = ""
        if folder is None or (not told and not folder.is_dir()):
            raise Damaged(Said("There is no search index."), Do("reindex"))
        if told != str(self._format):
            raise Damaged(Said("The search index is of another version."), Do("reindex"))
        return folder

    def _pointed(self) -> Path | None:
        try:
            name = (self._root / _POINTER).read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            name = ""
        if not name and (self._root / "g-000001").is_dir():
            name = "g-000001"  # as the first version made it
        return self._root / name if _NAME.fullmatch(name) else None

    def fresh(self) -> Path:
        """Make the folder of the next generation."""
        self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
        numbers = [int(m[1]) for p in self._root.iterdir() if (m := _NAME.fullmatch(p.name))]
        folder = self._root / f"g-{max(numbers, default=0) + 1:06d}"
        folder.mkdir(mode=0o700)
        return folder

    def switch(self, folder: Path) -> None:
        """Let a generation serve, and remove those before the one that served until now."""
        before = self._pointed()
        _write(folder / _FORMAT, f"{self._format}\n")
        sync(folder)
        beside = self._root / f"{_POINTER}.new"
        _write(beside, folder.name + "\n")
        beside.replace(self._root / _POINTER)
        sync_folder(self._root)
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
            self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self._lock:
                yield
        except Timeout as problem:
            raise Unavailable(Said("Another process writes to the index."), Said("It is tried again.")) from problem


def sync(folder: Path, known: frozenset[str] = frozenset()) -> frozenset[str]:
    """Bring a generation's files to the disk, but those known to be there; return the names of all."""
    names = frozenset(p.name for p in folder.iterdir() if p.is_file() and "lock" not in p.name.lower())
    for name in names - known:
        with suppress(FileNotFoundError):  # merged away meanwhile
            sync_file(folder / name)
    sync_folder(folder)
    return names


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
