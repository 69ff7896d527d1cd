"""Synced means synced: files and names that are on the disk when the call returns (promise 1)."""

from __future__ import annotations

import os
from pathlib import Path


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
    """Put the names in a folder on the disk.

    Raises:
        OSError: the disk is full or gone.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
