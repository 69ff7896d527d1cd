"""Synced means synced: files and names that are on the disk when the call returns (promise 1)."""

from __future__ import annotations

import os
from pathlib import Path

from dms.disk import make_folder, sync_folder

__all__ = ["make_folder", "sync_file", "sync_folder", "sync_folders"]


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


def sync_folders(top: Path) -> None:
    """Put the names in a folder, in all folders below it, and its own name on the disk, the deepest first."""
    for place, _, _ in os.walk(top, topdown=False):
        sync_folder(Path(place))
    sync_folder(top.parent)
