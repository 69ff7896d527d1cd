"""Follows a TIFF's chain of directories: where it is cut off Pillow ends quietly, and pages go missing."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

_MOST = 100_000


def is_whole(path: Path) -> bool:
    """True where the chain of pages ends as it should; False where it points outside the file, or back."""
    size = path.stat().st_size
    try:
        with path.open("rb") as file:
            return _follow(file, size)
    except struct.error:
        return False


def _follow(file: BinaryIO, size: int) -> bool:
    head = file.read(16)
    order = "<" if head[:2] == b"II" else ">"
    big = struct.unpack(f"{order}H", head[2:4])[0] == 43
    # Classic: 2-byte counts, 12-byte entries, 4-byte offsets; BigTIFF: 8, 20, 8.
    count, entry, offset, first = ("Q", 20, "Q", head[8:16]) if big else ("H", 12, "I", head[4:8])
    count_size, offset_size = struct.calcsize(count), struct.calcsize(f"{order}{offset}")
    place = struct.unpack(f"{order}{offset}", first)[0]
    seen: set[int] = set()
    while place:
        if place in seen or place >= size or len(seen) > _MOST:
            return False
        seen.add(place)
        file.seek(place)
        entries = struct.unpack(f"{order}{count}", file.read(count_size))[0]
        file.seek(place + count_size + entries * entry)
        place = struct.unpack(f"{order}{offset}", file.read(offset_size))[0]
    return True
