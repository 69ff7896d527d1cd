"""Synced means synced: contents and names are on the disk when the call returns (promise 1).

The one thing that may be wanting is a share that knows no sync of folders.
"""

from __future__ import annotations

import errno
import logging
import os
from pathlib import Path

_log = logging.getLogger("dms.disk")
# What file systems of network shares answer that have no fsync of folders (NFS, SMB, FUSE); a full or failing disk
# answers otherwise, and is never passed over.
_UNKNOWN_THERE = (errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EBADF, errno.EACCES)
_told: set[int] = set()


def sync_file(path: Path) -> None:
    """Put a file's content on the disk; its name is there only after :func:`sync_folder` of its folder.

    Raises:
        OSError: the disk is full or gone.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Put the names in a folder on the disk; a file system that cannot is passed over, and said once.

    Raises:
        OSError: the folder is gone, the disk is full or failing.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as problem:
        if problem.errno not in _UNKNOWN_THERE:
            raise
        device = folder.stat().st_dev
        if device not in _told:
            _told.add(device)
            _log.warning(
                "the file system of %s syncs no folders (%s): its server keeps names by itself", folder, problem
            )


def sync_folders(top: Path) -> None:
    """Put the names in a folder, in all folders below it, and its own name on the disk, the deepest first."""
    for place, _, _ in os.walk(top, topdown=False):
        sync_folder(Path(place))
    sync_folder(top.parent)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, each new name on the disk."""
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for new in reversed(missing):
        new.mkdir(exist_ok=True)
        sync_folder(new.parent)
