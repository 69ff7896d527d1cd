"""Files inside a PDF (portfolios, electronic invoices, attachments of notes): taken out for a journey of their own."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Any

import pikepdf

from dms.adapters.examine.readers.charset import decode
from dms.domain.left_out import LeftOut, together
from dms.ports.examine import Limits

_MOST_BYTES = 500 * 1024**2
_ERRORS = (pikepdf.PdfError, ValueError, RuntimeError, KeyError, AttributeError, TypeError, zlib.error)
# A file may be there in several spellings for several systems; it is one file.
_STREAMS = ("/UF", "/F", "/Unix", "/DOS", "/Mac")


def taken_out(specifications: Iterable[Any], limits: Limits) -> tuple[list[tuple[str, bytes]], tuple[LeftOut, ...]]:
    """Return the files that file specifications hold by name, and what was left out of them."""
    files: list[tuple[str, bytes]] = []
    left_out: list[LeftOut] = []
    room = min(limits.bytes, _MOST_BYTES)
    for name, stream in _once(specifications):
        try:
            data = _data(stream, room)
        except _ERRORS:
            left_out.append(LeftOut("damaged", 1, (name,), ask=True))
            continue
        if data is None or len(files) >= limits.parts:
            left_out.append(LeftOut("embedded", 1, (name,), ask=True))
        elif not data:
            left_out.append(LeftOut("empty", 1, (name,)))
        else:
            room -= len(data)
            files.append((name, data))
    return files, together(left_out)


def _once(specifications: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    seen: set[tuple[int, int]] = set()
    for one in specifications:
        try:
            held = one.get("/EF")
            stream = next((held[k] for k in _STREAMS if k in held), None)
            name = next((_name(one[k]) for k in _STREAMS if k in one), "")
        except _ERRORS:
            continue  # a broken object names no file
        if isinstance(stream, pikepdf.Stream) and stream.objgen not in seen:
            seen.add(stream.objgen)
            yield name or f"file-{len(seen)}", stream


def _name(value: Any) -> str:
    if not isinstance(value, pikepdf.String):
        return ""
    raw = bytes(value)
    # Bytes without a mark should be in PDF's own encoding; programs write whatever their system has.
    text = str(value) if raw.isascii() or raw.startswith((b"\xfe\xff", b"\xff\xfe", b"\xef\xbb\xbf")) else decode(raw)
    return text.replace("\0", "").replace("\\", "/").rsplit("/", 1)[-1].strip()


def _data(stream: Any, room: int) -> bytes | None:
    """Return the bytes of a file; None where it unpacks to more than there is room for."""
    filters = stream.get("/Filter")
    if filters is None or (isinstance(filters, pikepdf.Name) and str(filters) == "/FlateDecode"):
        raw: bytes = stream.read_raw_bytes()
        if filters is None:
            return raw if len(raw) <= room else None
        if "/DecodeParms" not in stream:
            unpacked = zlib.decompressobj().decompress(raw, room + 1)
            return unpacked if len(unpacked) <= room else None
    declared = int(stream.get("/Params", pikepdf.Dictionary()).get("/Size", 0))
    data: bytes | None = stream.read_bytes() if declared <= room else None
    return data if data is None or len(data) <= room else None
