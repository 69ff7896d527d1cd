"""Files embedded in Office packages: written out for a journey of their own, or named where they cannot be."""

from __future__ import annotations

import struct
from pathlib import Path

from dms.adapters.examine.readers.ooxml import Package
from dms.adapters.examine.registry import Source
from dms.domain.left_out import LeftOut
from dms.ports.examine import Attachment

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SUFFIXES = (
    (b"%PDF-", ".pdf"), (b"{\\rtf", ".rtf"), (b"\x89PNG", ".png"), (b"\xff\xd8\xff", ".jpg"),
)  # fmt: skip
_STREAMS = {"WordDocument": ".doc", "Workbook": ".xls", "Book": ".xls", "PowerPoint Document": ".ppt"}


def embedded(package: Package, source: Source) -> tuple[tuple[Attachment, ...], list[LeftOut]]:
    """Write out the files embedded in a package, each once.

    Data sheets of charts are no files of their own and stay.
    """
    found: list[Attachment] = []
    closed: list[str] = []
    for part in _parts(package):
        data = package.data(part)
        short = part.rpartition("/")[2]
        name, data = _opened(short, data) if data.startswith(_OLE) else (short, data)
        if not data or len(found) >= source.limits.parts:
            closed.append(short)
            continue
        found.append(keep(source.work, len(found) + 1, name, data))
    return tuple(found), [LeftOut("embedded", len(closed), tuple(closed[:20]), ask=True)] if closed else []


def _parts(package: Package) -> list[str]:
    parts: list[str] = []
    for read in sorted(package.read):
        if read.endswith((".xml",)) and "/charts/" not in read and "_rels/" not in read:
            parts += package.related(read, "package", "oleObject")
    return [one for one in dict.fromkeys(parts) if one.lower() in set(package.names)]


def _opened(name: str, data: bytes) -> tuple[str, bytes]:
    """Return the file an OLE object holds and its name; no bytes where it holds none that can be told."""
    import olefile

    try:
        with olefile.OleFileIO(data) as ole:
            streams = {one[0]: one for one in ole.listdir() if len(one) == 1}
            if "\x01Ole10Native" in streams:
                return _native(ole.openstream("\x01Ole10Native").read())
            for stream in ("Package", "CONTENTS"):
                if stream in streams:
                    inside = ole.openstream(stream).read()
                    return Path(name).stem + _suffix(inside), inside
            suffix = next((s for stream, s in _STREAMS.items() if stream in streams), "")
            return (Path(name).stem + suffix, data) if suffix else (name, b"")
    except (OSError, ValueError, struct.error, IndexError, TypeError, AttributeError):
        return name, b""


def _suffix(data: bytes) -> str:
    if data.startswith(b"PK"):
        return next((s for mark, s in ((b"word/", ".docx"), (b"xl/", ".xlsx"), (b"ppt/", ".pptx")) if mark in data),
                    ".zip")  # fmt: skip
    return next((suffix for magic, suffix in _SUFFIXES if data.startswith(magic)), ".bin")


def _native(data: bytes) -> tuple[str, bytes]:
    """Return name and bytes of a file put into a document by drag and drop (MS-OLEDS 2.3.6, OLE packages).

    Raises:
        ValueError: it is none.
    """
    place = 6  # size of all, and a type
    name, place = _text(data, place)
    _, place = _text(data, place)  # where it came from
    place += 4
    (length,) = struct.unpack_from("<I", data, place)
    place += 4 + length  # where it was put before it came here
    (size,) = struct.unpack_from("<I", data, place)
    return name, data[place + 4 : place + 4 + size]


def _text(data: bytes, place: int) -> tuple[str, int]:
    end = data.index(b"\0", place)
    raw = data[place:end]
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding), end + 1
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1"), end + 1


def keep(work: Path, number: int, name: str, data: bytes) -> Attachment:
    """Write a file out; its name is told, never used as a path."""
    folder = work / "attachments"
    folder.mkdir(exist_ok=True)
    path = folder / f"{number:03d}"
    path.write_bytes(data)
    shown = "".join(c if c.isprintable() and c not in "/\\" else "_" for c in name).strip(" .") or f"part-{number}"
    stem, dot, suffix = shown.rpartition(".")
    if dot and len(suffix) <= 10:
        return Attachment(f"{stem[:80]}.{suffix}", path)
    return Attachment(shown[:90], path)
