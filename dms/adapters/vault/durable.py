"""Files that are on the disk when the call returns: written, fsynced, read back, compared, renamed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from dms.errors import Damaged, Unavailable

CHUNK = 1 << 20


def digest_file(path: Path) -> tuple[str, int]:
    """Return SHA-512 in hex and size of a file, read in chunks."""
    with path.open("rb") as file:
        return digest_stream(file)


def digest_stream(file: BinaryIO) -> tuple[str, int]:
    """Return SHA-512 in hex and number of bytes of what is left in a stream."""
    digest, size = hashlib.sha512(), 0
    while block := file.read(CHUNK):
        digest.update(block)
        size += len(block)
    return digest.hexdigest(), size


def write(source: Path | bytes, target: Path) -> tuple[str, int]:
    """Write a new file durably; return its SHA-512 and size as read back from the disk.

    Raises:
        Damaged: what was read back is not what was written.
        OSError: the disk is full or not writable; a part of the file may be there.
    """
    digest, size = hashlib.sha512(), 0
    with target.open("xb") as file:
        for block in _blocks(source):
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
            f"What the disk gives back of {target.name} is not what was written.",
            "The disk is failing: stop using it, look at its health, restore from a backup.",
        )
    return found


def _blocks(source: Path | bytes) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield source
        return
    descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        while block := file.read(CHUNK):
            yield block


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folders(folder: Path, root: Path) -> None:
    """Make a folder below ``root``, each new name durable in its parent."""
    missing = []
    place = folder
    while place != root and not place.is_dir():
        missing.append(place)
        place = place.parent
    for new in reversed(missing):
        try:
            new.mkdir()
        except FileExistsError:
            continue  # another writer was faster; it syncs the parent too
        sync_folder(new.parent)


def replace(source: Path, target: Path) -> None:
    """Rename durably over what is there."""
    source.replace(target)
    sync_folder(target.parent)


def unavailable(problem: OSError, what: str) -> Unavailable:
    """Turn a disk's error into one a person understands."""
    return Unavailable(
        f"The vault cannot be written ({what}): {problem.strerror or problem}.",
        "Make room on its disk or mend its permissions; nothing of what was there is touched, and it is tried again.",
    )
