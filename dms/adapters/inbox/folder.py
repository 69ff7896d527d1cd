"""A drop folder on a disk or network share: looked through, watched, and claimed from by rename.

A claim moves the file to ``.dms/claimed/{item id}/{name}`` inside the drop folder, hence on the same file system, so
the rename is atomic: of two watchers one gets the file, the other FileNotFoundError. A claim whose owner died is found
again by :meth:`Folder.claimed`. ``origin.json`` beside the file tells where it came from, so it can go back.
"""

from __future__ import annotations

import fcntl
import json
import os
import platform
import signal
import stat
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from watchdog.events import FileClosedEvent, FileMovedEvent, FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver
from watchdog.observers.polling import PollingObserver

from dms.adapters.inbox.complete import complete
from dms.adapters.inbox.junk import is_junk, is_junk_folder, is_sidecar
from dms.disk import make_folder, sync_folder
from dms.errors import Unavailable
from dms.ports.inbox import Claimed, Drop
from dms.said import Said

_OWN = ".dms"
_ORIGIN = "origin.json"
_SIDECAR = "sidecar.json"
_SIDECAR_LIMIT = 1_000_000


class Folder:
    """A drop folder; see :class:`dms.ports.inbox.Inbox`.

    Args:
        root: the folder; made where it is not there.
        polled: look for changes instead of waiting for events (network shares send none).
        poll_seconds: how often.
        ignored: patterns of names that are left alone, besides those of :mod:`dms.adapters.inbox.junk`.
    """

    def __init__(
        self, root: Path, *, polled: bool = False, poll_seconds: float = 5.0, ignored: Sequence[str] = ()
    ) -> None:
        self._root = root
        self._junk = tuple(ignored)
        self._polled = polled
        self._poll_seconds = poll_seconds
        self._claims = root / _OWN / "claimed"

    @property
    def root(self) -> Path:
        """The folder people drop files into."""
        return self._root

    def sweep(self) -> Iterator[Drop]:
        """Yield every file to be taken, sub-folders included, in the order of their names."""
        try:
            self._root.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise Unavailable(
                Said("The drop folder {root} cannot be reached: {problem}.", root=self._root, problem=problem.strerror),
                Said("Check that the disk or share is there; the watcher goes on trying."),
            ) from problem
        for folder, names, files in os.walk(self._root):
            names[:] = sorted(n for n in names if not is_junk_folder(n, self._junk))
            for name in sorted(files):
                drop = self.look(Path(folder) / name)
                if drop is not None:
                    yield drop

    def look(self, path: Path) -> Drop | None:
        """Return one file, None where it is gone, not a regular file, or to be ignored."""
        if self._ignored(path):
            return None
        try:
            found = path.lstat()
            if not stat.S_ISREG(found.st_mode):
                return None
            ended = complete(path)
            busy = _open_for_writing(path)
        except OSError:
            # Gone again, or not readable yet: the next look or sweep decides.
            return None
        folders = path.parent.relative_to(self._root).parts
        return Drop(path, folders, found.st_size, found.st_mtime_ns, ended, busy)

    def _ignored(self, path: Path) -> bool:
        try:
            relative = path.relative_to(self._root)
        except ValueError:
            return True
        if relative.parts == ("README.md",) or is_junk(relative, self._junk):
            return True
        # `scan.pdf.json` is the sidecar of `scan.pdf`, whether that has arrived or not.
        return is_sidecar(path.name)

    def lonely(self, seconds: float) -> list[Path]:
        """Return sidecars whose file did not come within so many seconds: it is misspelt, or came too early."""
        found = []
        for folder, names, files in os.walk(self._root):
            names[:] = sorted(n for n in names if not is_junk_folder(n, self._junk))
            for name in sorted(files):
                path = Path(folder) / name
                alone = is_sidecar(name) and name[: -len(".json")] not in files
                if alone and not is_junk(path.relative_to(self._root), self._junk) and _age(path) > seconds:
                    found.append(path)
        return found

    @contextmanager
    def watch(self, on_change: Callable[[Path, bool], None]) -> Iterator[None]:
        """Report changes until the context ends; a share that goes away is taken up again when it is back."""
        stop = threading.Event()
        handler = _Handler(self._root, on_change)
        thread = threading.Thread(target=self._observe, args=(handler, stop), name=f"watch {self._root}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(timeout=10)

    def _observe(self, handler: FileSystemEventHandler, stop: threading.Event) -> None:
        while not stop.is_set():
            observer: BaseObserver = PollingObserver(timeout=self._poll_seconds) if self._polled else _native()
            try:
                observer.schedule(handler, str(self._root), recursive=True)
                observer.start()
            except OSError:
                # The folder is away or the system is out of watches: sweeps go on finding files; try again.
                stop.wait(self._poll_seconds)
                continue
            try:
                inode = self._inode()
                while not stop.wait(1.0):
                    if not observer.is_alive() or self._inode() != inode:
                        break
            finally:
                observer.stop()
                observer.join(timeout=10)

    def _inode(self) -> int | None:
        try:
            return self._root.stat().st_ino
        except OSError:
            return None

    def claim(self, drop: Drop, item_id: str) -> Claimed | None:
        """Take a file by rename; None where another watcher was faster or it changed since ``drop`` was seen."""
        home = self._claims / item_id
        try:
            make_folder(home)
            _write(home / _ORIGIN, {"origin": str(drop.path), "folders": list(drop.folders)})
            sidecar = drop.path.with_name(drop.path.name + ".json")
            target = home / drop.path.name
            try:
                drop.path.rename(target)
            except FileNotFoundError:
                self._drop_claim(home)
                return None
            found = target.lstat()
            if (found.st_size, found.st_mtime_ns) != (drop.size, drop.mtime_ns):
                # Someone wrote on between our look and the rename: give it back to be looked at again, unless a
                # new file took its name; then it stays claimed and is read as it is.
                with suppress(FileExistsError):
                    os.link(target, drop.path)
                    target.unlink()
                    self._drop_claim(home)
                    return None
            if _is_plain(sidecar):
                with suppress(FileNotFoundError):
                    sidecar.rename(home / _SIDECAR)
            # Where the file lies now must be on the disk before where it lay is forgotten there.
            sync_folder(home)
        except OSError as problem:
            raise Unavailable(
                Said("{path} cannot be claimed: {problem}.", path=drop.path, problem=problem.strerror),
                Said("The drop folder {root} must be writable for the watcher.", root=self._root),
            ) from problem
        return self._claimed(home)

    def claimed(self) -> Iterator[Claimed]:
        """Yield claims; folders whose file never arrived (a crash just before the rename) are removed after an hour."""
        try:
            homes = sorted(self._claims.iterdir())
        except (FileNotFoundError, NotADirectoryError):
            return
        for home in homes:
            claimed = self._claimed(home)
            if claimed is not None:
                yield claimed
            elif _age(home) > 3600:
                self._drop_claim(home)

    def _claimed(self, home: Path) -> Claimed | None:
        try:
            files = [f for f in home.iterdir() if f.name not in (_ORIGIN, _SIDECAR)]
            if not files:
                return None
            told = json.loads((home / _ORIGIN).read_text(encoding="utf-8", errors="surrogateescape"))
            origin, folders = Path(told["origin"]), tuple(told["folders"])
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError):
            files = [f for f in home.iterdir() if f.name not in (_ORIGIN, _SIDECAR)]
            if not files:
                return None
            origin, folders = self._root / files[0].name, ()
        sidecar, problem = _read_sidecar(home / _SIDECAR)
        return Claimed(home.name, files[0], origin, folders, sidecar, problem)

    def release(self, item_id: str) -> None:
        """Remove a claimed file and its folder: the file first, then what tells about it."""
        home = self._claims / item_id
        with suppress(FileNotFoundError):
            for file in home.iterdir():
                if file.name not in (_ORIGIN, _SIDECAR):
                    file.unlink(missing_ok=True)
            self._drop_claim(home)

    def _drop_claim(self, home: Path) -> None:
        with suppress(FileNotFoundError):
            for file in home.iterdir():
                file.unlink(missing_ok=True)
            home.rmdir()


class _Handler(FileSystemEventHandler):
    """Turns watchdog's events into paths; a folder moved in is walked, because its files send nothing."""

    def __init__(self, root: Path, on_change: Callable[[Path, bool], None]) -> None:
        self._root = root
        self._on_change = on_change

    def on_any_event(self, event: FileSystemEvent) -> None:
        if isinstance(event, FileMovedEvent) or event.event_type == "moved":
            self._report(Path(os.fsdecode(event.dest_path)), moved_in=True, folder=event.is_directory)
        elif event.is_directory:
            if event.event_type == "created":
                self._report(Path(os.fsdecode(event.src_path)), moved_in=False, folder=True)
        elif isinstance(event, FileClosedEvent) or event.event_type in ("created", "modified"):
            self._report(Path(os.fsdecode(event.src_path)), moved_in=False, folder=False)

    def _report(self, path: Path, *, moved_in: bool, folder: bool) -> None:
        if not path.is_relative_to(self._root) or _OWN in path.relative_to(self._root).parts:
            return
        if not folder:
            self._on_change(path, moved_in)
            return
        for place, _, files in os.walk(path):
            for name in files:
                self._on_change(Path(place) / name, False)


def _native() -> BaseObserver:
    """The system's own events; on Linux also those that tell a file renamed into the folder from one written there."""
    if platform.system() == "Linux":
        from watchdog.observers.inotify import InotifyObserver

        return InotifyObserver(generate_full_events=True)
    return Observer()


def _open_for_writing(path: Path) -> bool | None:
    """Ask the kernel whether anybody has the file open for writing: a read lease is refused then."""
    if not hasattr(fcntl, "F_SETLEASE"):
        return None
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        # Should a writer come in this instant, the kernel tells us by a signal; SIGURG is one nobody dies of.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        return False
    except BlockingIOError:
        return True
    except OSError:
        # Not our file or not a local file system: no lease to be had, the stillness of the file decides.
        return None
    finally:
        os.close(descriptor)


def _is_plain(path: Path) -> bool:
    """Tell whether it is a regular file; a name made too long by a suffix is none."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def _read_sidecar(path: Path) -> tuple[dict[str, object], str]:
    try:
        if path.stat().st_size > _SIDECAR_LIMIT:
            return {}, Said("Its sidecar file is larger than 1 MB and was not read.").stored()
        told = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}, ""
    except (OSError, ValueError, RecursionError) as problem:
        return {}, Said("Its sidecar file is not readable JSON ({problem}).", problem=problem).stored()
    if not isinstance(told, dict):
        return {}, Said("Its sidecar file is not a JSON object.").stored()
    return told, ""


def _write(path: Path, data: object) -> None:
    # ASCII on purpose: a stranger's file name may hold bytes that are no UTF-8.
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps(data))
        file.flush()
        os.fsync(file.fileno())


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0
