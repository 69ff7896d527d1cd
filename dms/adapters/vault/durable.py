"""Files that are on the disk when the call returns: written, fsynced, read back, compared."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from dms.disk import sync_folder
from dms.errors import Damaged, NotFound, Unavailable, Usage
from dms.said import Said

CHUNK = 1 << 20
_ROOM = Said("Make room on its disk, then try again; nothing of what was there is touched.")
_RIGHTS = Said("Give this user the right to write there, then try again; nothing of what was there is touched.")
_BESIDE = Said(
    "Use a folder inside the disk, not its mount point: a folder “-staging” must fit "
    "beside it, then try again; nothing of what was there is touched."
)
_HINTS = {
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.EFBIG: Said(
        "Raise the largest file size allowed there, then try again; nothing of what was there is touched."
    ),
    errno.EROFS: _RIGHTS,
    errno.EACCES: _RIGHTS,
    errno.EPERM: _RIGHTS,
    errno.EXDEV: _BESIDE,
    errno.EBUSY: _BESIDE,
}


def open_regular(path: Path, *, follow: bool = False) -> BinaryIO:
    """Open a regular file for reading; a pipe, device or folder is refused without touching it.

    Args:
        path: the file.
        follow: whether a symbolic link to a regular file will do.

    Raises:
        OSError: it cannot be opened or is no regular file.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
    descriptor = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    return os.fdopen(descriptor, "rb")


def read(path: Path) -> bytes | None:
    """Return a small file's content; None where it cannot be read or is no regular file."""
    try:
        with open_regular(path) as file:
            return file.read()
    except OSError:
        return None


def digest_file(path: Path) -> tuple[str, int]:
    """Return SHA-512 in hex and size of a regular file, read in chunks.

    Raises:
        OSError: it cannot be read.
    """
    digest, size = hashlib.sha512(), 0
    with open_regular(path) as file:
        while block := file.read(CHUNK):
            digest.update(block)
            size += len(block)
    return digest.hexdigest(), size


def blocks(source: Path | bytes) -> Iterator[bytes]:
    """Yield a source in chunks. A link is followed to a regular file only.

    Raises:
        NotFound: it is not there.
        Usage: it is no regular file.
        Unavailable: it cannot be read.
    """
    if isinstance(source, bytes):
        yield source
        return
    try:
        with open_regular(source, follow=True) as file:
            while block := file.read(CHUNK):
                yield block
    except FileNotFoundError:
        raise NotFound(
            Said("The file {source} is not there any more.", source=source), Said("Put it back, then try again.")
        ) from None
    except OSError as problem:
        if problem.errno in (errno.EINVAL, errno.ENXIO, errno.ELOOP):
            raise Usage(
                Said("{source} is no regular file.", source=source),
                Said("Only files can be kept, no folders or devices."),
            ) from None
        raise Unavailable(
            Said("{source} cannot be read: {problem}.", source=source, problem=problem.strerror),
            Said("Check its disk and rights."),
        ) from problem


def digest_source(source: Path | bytes) -> tuple[str, int]:
    """Return SHA-512 and size of a source; raises as :func:`blocks`."""
    digest, size = hashlib.sha512(), 0
    for block in blocks(source):
        digest.update(block)
        size += len(block)
    return digest.hexdigest(), size


def write(source: Path | bytes, target: Path) -> tuple[str, int]:
    """Write a new file durably; return its SHA-512 and size as read back from the disk.

    Its name is durable only after :func:`sync_folder` of its folder.

    Raises:
        Damaged: what was read back is not what was written.
        OSError: the disk is full or not writable; a part of the file may be there.
        NotFound, Usage, Unavailable: the source's, see :func:`blocks`.
    """
    digest, size = hashlib.sha512(), 0
    with target.open("xb") as file:
        for block in blocks(source):
            digest.update(block)
            size += len(block)
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
        # Out of the page cache, so that the reading below asks the disk and not our own memory.
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    found = digest_file(target)
    if found != (digest.hexdigest(), size):
        raise Damaged(
            Said("What the disk gives back of {target} is not what was written.", target=target.name),
            Said("The disk is failing: stop using it, look at its health, restore from a backup."),
        )
    return found


def sync_folders(top: Path) -> None:
    """Make every name below a folder durable, the deepest first; folders without anything are removed."""
    for place, _, _ in os.walk(top, topdown=False):
        here = Path(place)
        if any(here.iterdir()):
            sync_folder(here)
        else:
            here.rmdir()


def unavailable(problem: OSError, what: str) -> Unavailable:
    """Turn a disk's error into one a person understands."""
    hint = _HINTS.get(
        problem.errno or 0,
        Said("Look at its disk and its permissions, then try again; nothing of what was there is touched."),
    )
    return Unavailable(
        Said("The vault cannot be written ({what}): {problem}.", what=what, problem=problem.strerror or problem), hint
    )
