"""winmail.dat (MS-OXTNEF): what Outlook wraps a message and its attachments in, taken apart into a letter."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

from dms.adapters.examine.readers import mapi
from dms.adapters.examine.readers.charset import decode
from dms.adapters.examine.readers.flow import Flow
from dms.adapters.examine.readers.letter import Letter
from dms.adapters.examine.registry import EXACT, Format, Source, starts
from dms.errors import LimitExceeded, Unreadable
from dms.said import Said

_SIGNATURE = b"\x78\x9f\x3e\x22"
# Attributes (MS-OXTNEF 2.1.3.2).
_SUBJECT, _BODY, _PROPERTIES, _CODE_PAGE = 0x00018004, 0x0002800C, 0x00069003, 0x00069007
_BEGIN, _TITLE, _DATA, _ABOUT = 0x00069002, 0x00018010, 0x0006800F, 0x00069005
_SIZES = {0x0002: 4, 0x0003: 4, 0x0004: 4, 0x000A: 4, 0x000B: 4, 0x0005: 8, 0x0006: 8, 0x0007: 8, 0x0014: 8,
          0x0040: 8, 0x0048: 16}  # fmt: skip
_VARIABLE = (mapi.OBJECT, mapi.BYTES_TEXT, mapi.TEXT, mapi.BINARY)
_SEVERAL = 0x1000
_NAMED = 0x8000
_MOST_PROPERTIES = 10_000


def _read(source: Source) -> Flow:
    made = Letter(source.limits)
    try:
        open_into(made, source.path.read_bytes())
    except (ValueError, struct.error):
        raise Unreadable(
            Said("The file is damaged or incomplete."), Said("Ask the sender for the files themselves.")
        ) from None
    return made.flow(source.work)


FORMATS = (Format("application/ms-tnef", Said("an Outlook winmail.dat"), (), starts(_SIGNATURE), _read, EXACT),)


def open_into(made: Letter, data: bytes, depth: int = 0) -> None:
    """Take what is wrapped into a letter: headers it does not have, bodies, files.

    Raises:
        ValueError, struct.error: it is damaged; what came before is in the letter.
        LimitExceeded: messages within messages, deeper than is taken.
    """
    if depth > made.limits.nesting:
        raise LimitExceeded(
            Said("The message holds messages within messages, more than {nesting} deep.", nesting=made.limits.nesting),
            Said("Save the inner messages one by one."),
        )
    if not data.startswith(_SIGNATURE):
        raise ValueError("no TNEF")
    page = ""
    told: dict[int, Any] = {}
    files: list[dict[int, Any]] = []
    for number, value in _attributes(data):
        if number == _CODE_PAGE:
            page = mapi.code_page(int.from_bytes(value[:4], "little"))
        elif number == _SUBJECT:
            told.setdefault(mapi.SUBJECT, decode(value.rstrip(b"\0"), page))
        elif number == _BODY:
            told.setdefault(mapi.BODY, decode(value.rstrip(b"\0"), page))
        elif number == _PROPERTIES:
            told |= _properties(value, page)
        elif number == _BEGIN:
            files.append({})
        elif files and number == _TITLE:
            files[-1].setdefault(mapi.SHORT_NAME, decode(value.rstrip(b"\0"), page))
        elif files and number == _DATA:
            files[-1][mapi.DATA] = value
        elif files and number == _ABOUT:
            files[-1] |= {k: v for k, v in _properties(value, page).items() if k != mapi.DATA or v}
    mapi.fill(made, told)
    for about in files:
        mapi.attach(made, about, _inner(made, about, depth))


def _inner(made: Letter, about: dict[int, Any], depth: int) -> Letter | None:
    """Return the message an attachment is, None where it is a file."""
    data = about.get(mapi.DATA)
    if not isinstance(data, bytes) or not data[16:].startswith(_SIGNATURE):
        return None
    inner = Letter(made.limits)
    open_into(inner, data[16:], depth + 1)
    return inner


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    place = 6  # signature and key
    while place + 9 <= len(data):
        level, number, length = struct.unpack_from("<BII", data, place)
        place += 9
        if level not in (1, 2) or place + length > len(data):
            raise ValueError("cut off")
        yield number, data[place : place + length]
        place += length + 2  # and its check sum


def _properties(data: bytes, page: str) -> dict[int, Any]:
    told: dict[int, Any] = {}
    (count,) = struct.unpack_from("<I", data, 0)
    place = 4
    for _ in range(min(count, _MOST_PROPERTIES)):
        kind, number = struct.unpack_from("<HH", data, place)
        place += 4
        if number >= _NAMED:
            place = _past_name(data, place)
        values, place = _values(data, place, kind)
        if values and not kind & _SEVERAL:
            told[number] = mapi.value(kind, values[0], page)
    return told


def _past_name(data: bytes, place: int) -> int:
    (how,) = struct.unpack_from("<I", data, place + 16)
    place += 20
    if how == 0:
        return place + 4
    (length,) = struct.unpack_from("<I", data, place)
    return place + 4 + _padded(length)


def _values(data: bytes, place: int, kind: int) -> tuple[list[bytes], int]:
    plain, count = kind & ~_SEVERAL, 1
    if kind & _SEVERAL or plain in _VARIABLE:
        (count,) = struct.unpack_from("<I", data, place)
        place += 4
    values = []
    for _ in range(min(count, _MOST_PROPERTIES)):
        if plain in _VARIABLE:
            (length,) = struct.unpack_from("<I", data, place)
            place += 4
        elif plain in _SIZES:
            length = _SIZES[plain]
        else:
            raise ValueError("unknown type")
        if place + length > len(data):
            raise ValueError("cut off")
        values.append(data[place : place + length])
        place += _padded(length)
    return values, place


def _padded(length: int) -> int:
    return (length + 3) // 4 * 4
