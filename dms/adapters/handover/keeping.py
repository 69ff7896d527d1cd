"""Write a folder whole or not at all: built beside its place as ``….part``, fsynced, then renamed into it."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from dms.adapters.handover import tags
from dms.adapters.handover.layout import DATA
from dms.disk import sync_folder
from dms.errors import Conflict, NotFound, Unavailable, Usage
from dms.ports.handover import Opener
from dms.ports.vault import StoredFile
from dms.said import Do, Said

_CHUNK = 1 << 20
_OURS = frozenset({DATA, tags.DECLARATION, tags.INFO, tags.MANIFEST, tags.TAG_MANIFEST})
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
# Network file systems that cannot lock a folder.
_NO_LOCKS = frozenset({errno.EBADF, errno.EINVAL, errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS})


class Keeper:
    """Puts new files below a folder and remembers size and digest of each.

    Args:
        root: the folder; it is there and empty.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self.files: dict[str, StoredFile] = {}

    def add(self, path: str, content: bytes | Iterable[bytes]) -> StoredFile:
        """Write one file and fsync it; its digest is that of the bytes as they went by.

        Raises:
            OSError: the disk is full or not writable.
            DmsError: the content's own.
        """
        place = self._root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha512(), 0
        with place.open("xb") as file:
            for block in [content] if isinstance(content, bytes) else content:
                digest.update(block)
                size += len(block)
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        kept = StoredFile(path, size, digest.hexdigest())
        self.files[path] = kept
        return kept


def blocks(source: Path | Opener, what: str) -> Iterator[bytes]:
    """Yield a file's content in chunks.

    Args:
        source: a path, or what opens it.
        what: how to name it to a person.

    Raises:
        NotFound: it is not there.
        Unavailable: it cannot be read.
        Usage: it is no regular file.
    """
    try:
        with _open(source) if isinstance(source, Path) else source() as file:
            while block := file.read(_CHUNK):
                yield block
    except FileNotFoundError:
        raise NotFound(
            Said("The file {what} is not there any more.", what=what),
            Said("Run “{act}”, then try again.", act=Do("verify")),
        ) from None
    except (IsADirectoryError, _NoFile):
        raise Usage(
            Said("{what} is no regular file.", what=what), Said("Only files can be handed over, no folders or devices.")
        ) from None
    except OSError as problem:
        raise Unavailable(
            Said("{what} cannot be read: {problem}.", what=what, problem=problem.strerror or problem),
            Said("Check its disk and rights."),
        ) from (problem)


class _NoFile(Exception):
    """A pipe, device or folder."""


def _open(path: Path) -> BinaryIO:
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise _NoFile
    return os.fdopen(descriptor, "rb")


@contextmanager
def whole(target: Path) -> Iterator[Path]:
    """Give an empty folder to fill; it becomes ``target`` at the end, or is gone after an error.

    Raises:
        Conflict: ``target`` is there, or somebody is writing it.
        NotFound: its parent is not there.
        Unavailable: disk full or not writable.
        Usage: it has no name of its own.
    """
    target = Path(os.path.abspath(target))  # noqa: PTH100  (not resolved: a link there must be seen, not followed)
    if not target.name:
        raise Usage(Said("{target} cannot be a package.", target=target), Said("Name a new folder."))
    if not target.parent.is_dir():
        raise NotFound(
            Said("There is no folder {parent}.", parent=target.parent),
            Said("Make it, or name another place for the package."),
        )
    part = target.with_name(target.name + ".part")
    try:
        _refuse(target)
        lock = _claim(part)
        try:
            yield part
            _sync_folders(part)
            _refuse(target)
            part.rename(target)
            sync_folder(target.parent)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
        finally:
            os.close(lock)
    except OSError as problem:
        hint = (
            Said("Make room on its disk, then try again; nothing was left behind.")
            if problem.errno in _FULL
            else Said("Look at its disk and your rights there, then try again; nothing was left behind.")
        )
        raise Unavailable(
            Said(
                "The package {target} cannot be written: {problem}.", target=target, problem=problem.strerror or problem
            ),
            hint,
        ) from problem


def _refuse(target: Path) -> None:
    if os.path.lexists(target):
        raise Conflict(
            Said("{target} is there already.", target=target),
            Said("A package is never overwritten: name a new folder."),
        )


def _claim(part: Path) -> int:
    """Make the folder, or take over one that a writer who died left; return the descriptor that holds its lock."""
    busy = Conflict(
        Said("{part} is there already.", part=part),
        Said("If nobody is writing this package now, remove it and try again."),
    )
    made = False
    with suppress(FileExistsError):
        part.mkdir()
        made = True
    try:
        lock = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except (NotADirectoryError, FileNotFoundError):
        raise busy from None
    except OSError as problem:
        if problem.errno == errno.ELOOP:
            raise busy from None
        raise
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            if problem.errno not in _NO_LOCKS or not made:
                raise busy from None
        # Another writer may have finished, or given up, between our opening and locking it.
        if not part.exists() or not os.path.samestat(os.fstat(lock), part.lstat()):
            raise busy
        left = list(part.iterdir())
        if any(child.name not in _OURS for child in left):
            raise busy
        for child in left:
            if child.is_dir() and not child.is_symlink():
                shutil.rmtree(child)
            else:
                child.unlink()
    except BaseException:
        os.close(lock)
        raise
    return lock


def _sync_folders(top: Path) -> None:
    for place, _, _ in os.walk(top, topdown=False):
        sync_folder(Path(place))
