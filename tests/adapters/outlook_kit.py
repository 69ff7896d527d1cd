"""Outlook's containers for tests: an old Office container (MS-CFB) with messages in it, and winmail.dat (MS-OXTNEF)."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

_SECTOR, _MINI, _CUTOFF = 512, 64, 4096
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
Tree = Mapping[str, "bytes | Tree"]


def filetime(moment: datetime) -> bytes:
    return struct.pack("<Q", int((moment - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10_000_000)


def container(path: Path, tree: Tree) -> Path:
    """Write an old Office container with these storages and streams."""
    entries: list[dict] = [{"name": "Root Entry", "kind": 5, "child": _FREE, "right": _FREE, "data": b""}]

    def add(parent: int, inside: Tree) -> None:
        last = None
        for name, value in inside.items():
            number = len(entries)
            kind = 2 if isinstance(value, bytes) else 1
            data = value if isinstance(value, bytes) else b""
            entries.append({"name": name, "kind": kind, "child": _FREE, "right": _FREE, "data": data})
            if last is None:
                entries[parent]["child"] = number
            else:
                entries[last]["right"] = number
            last = number
            if not isinstance(value, bytes):
                add(number, value)

    add(0, tree)
    mini, mini_fat, sectors, fat = b"", [], [], []

    def chain(data: bytes, size: int, table: list[int]) -> int:
        count = -(-len(data) // size)
        first = len(table)
        table += [first + n + 1 for n in range(count - 1)] + [_END] if count else []
        return first if count else _END

    def store(data: bytes) -> int:
        first = chain(data, _SECTOR, fat)
        sectors.extend(data[n : n + _SECTOR].ljust(_SECTOR, b"\0") for n in range(0, len(data), _SECTOR))
        return first

    for entry in entries[1:]:
        data = entry["data"]
        if not data or len(data) >= _CUTOFF:
            entry["start"] = store(data)
        else:
            entry["start"] = chain(data, _MINI, mini_fat)
            mini += data.ljust(-(-len(data) // _MINI) * _MINI, b"\0")
    entries[0]["data"], entries[0]["start"] = mini, store(mini)
    mini_fat_start = store(struct.pack(f"<{len(mini_fat)}I", *mini_fat).ljust(_SECTOR, b"\xff"))
    directory = b"".join(
        e["name"].encode("utf-16-le").ljust(64, b"\0")
        + struct.pack("<HBBIII", 2 * len(e["name"]) + 2, e["kind"], 1, _FREE, e["right"], e["child"])
        + bytes(16 + 4 + 16)
        + struct.pack("<IQ", e["start"], len(e["data"]))
        for e in entries
    )
    directory_start = store(directory.ljust(-(-len(directory) // _SECTOR) * _SECTOR, b"\0"))
    fat_start = len(fat)
    fat_count = -(-(len(fat) + 2) // 128)
    fat += [_FAT] * fat_count
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(fat_count * _SECTOR, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIII", 0, fat_count, directory_start, 0, _CUTOFF)
    header += struct.pack("<IIII", mini_fat_start, -(-len(mini_fat) // 128), _END, 0)
    header += struct.pack("<109I", *[fat_start + n for n in range(fat_count)], *[_FREE] * (109 - fat_count))
    path.write_bytes(header + b"".join(sectors) + table)
    return path


def properties(fixed: Mapping[int, tuple[int, bytes]], texts: Mapping[int, str | bytes], *, skipped: int,
               code_page: str = "") -> dict[str, bytes]:  # fmt: skip
    """Streams of a message, recipient or attachment; ``fixed`` maps a number to type and bytes."""
    table = bytes(skipped)
    for number, (kind, data) in fixed.items():
        table += struct.pack("<HHI", kind, number, 6) + data.ljust(8, b"\0")
    streams: dict[str, bytes] = {"__properties_version1.0": table}
    for number, value in texts.items():
        if isinstance(value, bytes):
            streams[f"__substg1.0_{number:04X}0102"] = value
        elif code_page:
            streams[f"__substg1.0_{number:04X}001E"] = value.encode(code_page)
        else:
            streams[f"__substg1.0_{number:04X}001F"] = value.encode("utf-16-le")
    return streams


def _attribute(level: int, number: int, data: bytes) -> bytes:
    return struct.pack("<BII", level, number, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def winmail(texts: Mapping[int, str], files: Sequence[tuple[str, bytes]], inner: bytes = b"") -> bytes:
    """A winmail.dat with these properties and files, and another one in it as a message."""

    def variable(kind: int, number: int, data: bytes) -> bytes:
        padded = data.ljust(-(-len(data) // 4) * 4, b"\0")
        return struct.pack("<HHII", kind, number, 1, len(data)) + padded

    named = struct.pack("<HH", 0x0003, 0x8001) + bytes(16) + struct.pack("<II", 1, 6) + "ab\0".encode("utf-16-le") + bytes(2) + struct.pack("<I", 7)  # fmt: skip
    several = struct.pack("<HHI", 0x101F, 0x3A58, 2) + 2 * (struct.pack("<I", 4) + "a\0".encode("utf-16-le"))
    block = struct.pack("<I", len(texts) + 2) + named + several
    block += b"".join(variable(0x001F, number, (text + "\0").encode("utf-16-le")) for number, text in texts.items())
    data = (
        b"\x78\x9f\x3e\x22\x01\x00"
        + _attribute(1, 0x00069007, struct.pack("<II", 936, 0))
        + _attribute(1, 0x00069003, block)
    )
    for name, content in files:
        data += _attribute(2, 0x00069002, bytes(14)) + _attribute(2, 0x00018010, name.encode("gb18030") + b"\0")
        data += _attribute(2, 0x0006800F, content)
    if inner:
        about = struct.pack("<I", 1) + variable(0x000D, 0x3701, bytes(16) + inner)
        data += _attribute(2, 0x00069002, bytes(14)) + _attribute(2, 0x00069005, about)
    return data
