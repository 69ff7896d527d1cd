"""Tells from a file's first and last bytes whether it has its end: a slow scanner's file does not have it yet.

Cheap and shallow on purpose: a wrong "no" only costs patience, and whether the file is any good is for the examiner.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import BinaryIO

_TAIL = 4096


def complete(path: Path) -> bool | None:
    """Return whether the file has its format's end mark; None where its format has none.

    Raises:
        OSError: where the file cannot be opened; FileNotFoundError where it is gone.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size == 0:
            return False
        head = file.read(16)
        file.seek(max(0, size - _TAIL))
        tail = file.read(_TAIL)
        if head.startswith(b"%PDF-"):
            return b"%%EOF" in tail[-1024 - 64 :]
        if head.startswith(b"\xff\xd8\xff"):
            return b"\xff\xd9" in tail
        if head.startswith(b"\x89PNG\r\n\x1a\n"):
            return b"IEND" in tail
        if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            return b"PK\x05\x06" in tail or _zip_end_in_comment(file, size)
        if head.startswith((b"GIF87a", b"GIF89a")):
            return tail.endswith(b"\x3b") or b"\x00\x3b" in tail
        if head.startswith((b"II*\x00", b"MM\x00*")):
            return _tiff(file, size, "<" if head[:1] == b"I" else ">")
        if head.startswith(b"BM") and len(head) >= 6:
            declared: int = struct.unpack_from("<I", head, 2)[0]
            return size >= declared
        if head.startswith(b"RIFF") and len(head) >= 12:
            length: int = struct.unpack_from("<I", head, 4)[0]
            return size >= length + 8
        return None


def _zip_end_in_comment(file: BinaryIO, size: int) -> bool:
    file.seek(max(0, size - 66_000))
    return b"PK\x05\x06" in file.read(66_000)


def _tiff(file: BinaryIO, size: int, order: str) -> bool:
    """Follow the chain of directories: every one of them, and the strips it names, must lie inside the file."""
    file.seek(4)
    (offset,) = struct.unpack(order + "I", file.read(4))
    seen: set[int] = set()
    while offset and offset not in seen and len(seen) < 10_000:
        seen.add(offset)
        if offset + 2 > size:
            return False
        file.seek(offset)
        (entries,) = struct.unpack(order + "H", file.read(2))
        body = file.read(entries * 12 + 4)
        if len(body) < entries * 12 + 4:
            return False
        places: dict[int, int] = {}
        for i in range(entries):
            tag, kind, count, value = struct.unpack_from(order + "HHII", body, i * 12)
            if count == 1 and tag in (273, 279):
                if kind == 3:
                    value = struct.unpack_from(order + "H", body, i * 12 + 8)[0]
                places[tag] = value
        if 273 in places and 279 in places and places[273] + places[279] > size:
            return False
        (offset,) = struct.unpack_from(order + "I", body, entries * 12)
    return bool(seen)
