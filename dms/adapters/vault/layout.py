"""Where things lie in the vault: object ids to folders, logical paths that are safe, and a walk over what is there."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dms.domain.numbers import is_code, parse_code
from dms.errors import Usage
from dms.said import Said

OBJECT_DECLARATION = ("0=ocfl_object_1.1", b"ocfl_object_1.1\n")
ROOT_DECLARATION = ("0=ocfl_1.1", b"ocfl_1.1\n")
# Told in words, not in ocfl_layout.json: validators refuse a layout extension that is not registered, and none of the
# registered ones keeps a year's records together.
README = (
    "README.md",
    """\
# An OCFL v1.1 storage root (https://ocfl.io/1.1/spec/)

Readable without any program: each object's `inventory.json` says which file of which version has which content.

- A record with the electronic code HG01E2026000123 lies at `2026/0001/HG01E2026000123`:
  the year, the serial number without its last two digits (four digits at least), the code.
- A stack kept as it was scanned, or a list of reserved codes, lies at `batches/{2 characters of the id}/batch-{id}`.

Nothing here is ever changed or removed by hand. Every change is a new version (`v1`, `v2` …) with who, when and why.

电子文件号 HG01E2026000123 的对象在 `2026/0001/HG01E2026000123`；整叠扫描件在 `batches/`。请勿手工改动或删除任何文件。
""".encode(),
)
_BATCH = re.compile(r"batch-[0-9a-z]{2}[0-9a-z-]{0,60}")
_PART_BYTES = 240  # file systems take 255; the rest is room for suffixes of other programs
_PATH_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Found:
    """Something met on a walk: ``kind`` is ``object`` or the problem code of what does not belong there."""

    path: str
    kind: str


def object_path(object_id: str) -> str:
    """Return the path of an object in the storage root: ``{year}/{serial/100}/{code}`` or ``batches/{ab}/{id}``.

    Raises:
        Usage: the id is neither an electronic code nor that of a batch.
    """
    if _BATCH.fullmatch(object_id):
        return f"batches/{object_id[6:8]}/{object_id}"
    if len(object_id) <= _PART_BYTES and is_code(object_id) and str(parse_code(object_id)) == object_id:
        return parse_code(object_id).vault_path
    raise Usage(
        Said("“{object}” cannot be the id of a vault object.", object=shown(object_id)), Said("Use an electronic code.")
    )


def is_place(path: str) -> bool:
    """True where a relative path is the place of an object."""
    try:
        return object_path(path.rpartition("/")[2]) == path
    except Usage:
        return False


def check_path(path: str) -> None:
    """Refuse a logical path that could leave the object or that some file system cannot hold.

    Raises:
        Usage: empty, absolute or dotted parts, backslash, control characters, or too long.
    """
    parts = path.split("/")
    size = [len(p.encode("utf-8", "surrogatepass")) for p in parts]
    bad = (
        any(p in ("", ".", "..") for p in parts)
        or max(size) > _PART_BYTES
        or sum(size) + len(size) > _PATH_BYTES
        or any(ord(c) < 32 or c in "\\\x7f" or "\ud800" <= c <= "\udfff" for c in path)
    )
    if bad:
        raise Usage(
            Said("“{path}” is no path for a vault object.", path=shown(path)[:200]),
            Said("Use plain relative paths such as original/scan.pdf."),
        )


def check_together(paths: Iterable[str]) -> None:
    """Refuse paths of which one is a file and a folder at once.

    Raises:
        Usage: such as ``a`` beside ``a/b``.
    """
    files = set(paths)
    for path in files:
        folder = path
        while "/" in folder:
            folder = folder.rpartition("/")[0]
            if folder in files:
                raise Usage(
                    Said("“{folder}” cannot be a file and a folder at once.", folder=folder),
                    Said("Rename it, or “{path}”.", path=path),
                )


def shown(text: str) -> str:
    """Return a name from a disk so that it can be printed, whatever bytes it has."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def walk(root: Path) -> Iterator[Found]:
    """Walk a storage root in the order of names; symbolic links are reported, never followed, nothing is raised."""
    waiting = [""]
    while waiting:
        here = waiting.pop()
        try:
            with os.scandir(root / here) as entries:
                names = sorted((e.name, e.is_dir(follow_symlinks=False)) for e in entries)
        except OSError:
            yield Found(here, "unreadable")
            continue
        if here and not names:
            yield Found(here, "stray-folder")
        if is_place(here) and names:
            yield Found(here, "object")
            continue
        if any(name == OBJECT_DECLARATION[0] for name, _ in names):
            yield Found(here, "wrong-place")
            continue
        for name, is_folder in names:
            if not is_folder and (here or name not in (ROOT_DECLARATION[0], README[0])):
                yield Found(f"{here}/{name}" if here else name, "stray-file")
        waiting += [f"{here}/{name}" if here else name for name, is_folder in reversed(names) if is_folder]
