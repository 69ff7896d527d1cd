"""Files from browsers and programs, written to the archive's own disk before anything looks at them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePath

from fastapi import UploadFile

from dms.disk import make_folder, sync_file, sync_folder
from dms.errors import LimitExceeded
from dms.flow.work import safe_name
from dms.ports.world import World
from dms.said import Said

_BLOCK = 1 << 20


def keep_upload(world: World, upload: UploadFile, folder: Path) -> Path:
    """Write an upload into a folder of its own, flushed to the disk; return where.

    Raises:
        LimitExceeded: it is larger than the archive takes.
    """
    return keep_blocks(world, iter(lambda: upload.file.read(_BLOCK), b""), upload.filename or "file", folder)


def keep_blocks(world: World, blocks: Iterable[bytes], name: str, folder: Path) -> Path:
    """Write blocks into a file of that name in a folder; the name is a stranger's and never leaves the folder."""
    target = upload_place(name, folder)
    size = 0
    with target.open("wb") as file:
        for block in blocks:
            size += len(block)
            too_large(world, name, size)
            file.write(block)
    synced(target)
    return target


def synced(target: Path) -> None:
    """Put an upload and its name on the disk: only then may anybody be told that it is safe."""
    sync_file(target)
    sync_folder(target.parent)


def upload_place(name: str, folder: Path) -> Path:
    """Return where a stranger's file of that name is kept in a folder, made where it is not there."""
    make_folder(folder)
    return folder / safe_name(PurePath(name.replace("\\", "/")).name or "file")


def too_large(world: World, name: str, size: int) -> None:
    """Refuse a file that has grown past what the archive takes.

    Raises:
        LimitExceeded: it has.
    """
    if size > world.settings.max_bytes:
        raise LimitExceeded(
            Said(
                "{name} is larger than {max_bytes:,.0f} MB.",
                name=safe_name(PurePath(name).name),
                max_bytes=world.settings.max_bytes / 1e6,
            ),
            Said("Split it."),
        )
