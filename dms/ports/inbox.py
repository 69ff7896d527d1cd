"""The inbox port: drop folders, and the claim that gives each file to exactly one worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Drop:
    """A file seen in a drop folder.

    Attributes:
        path: where it lies.
        folders: names of the sub-folders it lies in, outermost first (hints).
        size: bytes.
        mtime_ns: last change, nanoseconds.
        complete: by its format it has an end (True, False), None where its format does not tell.
        busy: some program has it open for writing (True, False), None where the system does not tell.
    """

    path: Path
    folders: tuple[str, ...]
    size: int
    mtime_ns: int
    complete: bool | None = None
    busy: bool | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A file that is ours: nobody else takes it any more, and it still lies in the drop folder's own file system.

    Attributes:
        item_id: the id it was claimed under.
        path: where it lies now.
        origin: where it was dropped.
        folders: sub-folder hints.
        sidecar: parsed ``name.ext.json``, empty where there was none.
        problem: why its sidecar could not be read, as stored; empty else.
    """

    item_id: str
    path: Path
    origin: Path
    folders: tuple[str, ...]
    sidecar: dict[str, Any] = field(default_factory=dict)
    problem: str = ""


class Inbox(Protocol):
    """One drop folder. Safe for several watchers at once, on several machines."""

    @property
    def root(self) -> Path:
        """The folder people drop files into."""
        ...

    def sweep(self) -> Iterator[Drop]:
        """Yield every file that lies there and is not to be ignored (scanner temp names, hidden, sidecars)."""
        ...

    def look(self, path: Path) -> Drop | None:
        """Return one file, None where it is gone or to be ignored."""
        ...

    def lonely(self, seconds: float) -> Sequence[Path]:
        """Return sidecars that have lain for so many seconds without the file they speak of."""
        ...

    def watch(self, on_change: Callable[[Path, bool], None]) -> AbstractContextManager[None]:
        """Call ``on_change(path, moved_in)`` from another thread on every change until the context ends.

        ``moved_in`` is True for a rename into the folder: such a file is whole.
        """
        ...

    def claim(self, drop: Drop, item_id: str) -> Claimed | None:
        """Take a file by rename, with its sidecar; None where another watcher was faster or it changed meanwhile."""
        ...

    def claimed(self) -> Iterator[Claimed]:
        """Yield files claimed and not yet released, from any watcher, alive or dead."""
        ...

    def release(self, item_id: str) -> None:
        """Remove a claimed file and its sidecar: the very last step. No error where it is gone already."""
        ...
