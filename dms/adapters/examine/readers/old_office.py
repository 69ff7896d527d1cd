"""Old office files (doc, xls, ppt, rtf, wps, et, dps and others): read through LibreOffice where it is installed."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from dms.adapters.examine import soffice
from dms.adapters.examine.readers.flow import Flow
from dms.adapters.examine.registry import EXACT, LIKELY, Format, Refusal, Sample, Source, format_of, starts
from dms.errors import Unreadable
from dms.said import Said

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OPEN = "application/vnd.openxmlformats-officedocument."
_DOCX, _XLSX, _PPTX = (
    _OPEN + "wordprocessingml.document",
    _OPEN + "spreadsheetml.sheet",
    _OPEN + "presentationml.presentation",
)
_ODG = "application/vnd.oasis.opendocument.graphics"
_TARGETS = {_DOCX: "docx", _XLSX: "xlsx", _PPTX: "pptx", _ODG: "odg"}
_SHARE_OF_TIME = 0.8
_ENCRYPTED_WORD = 0x0100
_FILE_PASS = 0x002F
_RTF_DATE = re.compile(rb"\\(?:revtim|creatim)\\yr(\d{4})\\mo(\d{1,2})\\dy(\d{1,2})")
_RTF_INFO = 32 * 1024
_LOCKED = Unreadable(
    Said("It is an Office file locked with a password."),
    Said("Ask for an unlocked copy, or save it without a password, and drop that."),
)


@dataclass(frozen=True, slots=True)
class _Told:
    """What the file says of itself, by its own words and not by those of its copy."""

    title: str = ""
    date: str = ""
    author: str = ""
    macros: bool = False


def streams(sample: Sample) -> frozenset[str]:
    """Return the names of the streams and folders at the top of an old container; empty where it is none."""
    return sample.once(_streams)


def _streams(sample: Sample) -> frozenset[str]:
    if not sample.head.startswith(_OLE):
        return frozenset()
    import olefile

    try:
        with olefile.OleFileIO(str(sample.path)) as ole:
            return frozenset(one[0] for one in ole.listdir(streams=True, storages=True))
    except Exception:
        # Whatever stumbles over a broken directory: the file is called an old Office file, and nothing reads it.
        return frozenset()


def holds(*names: str) -> Callable[[Sample], bool]:
    """Return a detector of old containers with one of these streams."""
    return lambda sample: not streams(sample).isdisjoint(names)


def _read(target: str, suffix: str) -> Callable[[Source], Flow]:
    def read(source: Source) -> Flow:
        told = _told(source.path)
        seconds = source.limits.seconds_inspect * _SHARE_OF_TIME
        made = soffice.convert(source.path, suffix, _TARGETS[target], source.work, seconds)
        flow = format_of(target).read(replace(source, path=made, media_type=target))
        made.unlink()
        if not isinstance(flow, Flow):
            raise TypeError(target)
        active = ("macros",) if told.macros or flow.active_content else ()
        return replace(
            flow, title=told.title or flow.title, date=told.date, author=told.author or flow.author,
            active_content=active,
        )  # fmt: skip

    return read


def _told(path: Path) -> _Told:
    with path.open("rb") as file:
        head = file.read(_RTF_INFO)
    if head.startswith(_OLE):
        return _of_container(path)
    days = sorted(b"%s-%02d-%02d" % (y, int(m), int(d)) for y, m, d in _RTF_DATE.findall(head))
    return _Told(date=days[-1].decode("ascii") if days and days[-1] > b"1980" else "")


def _of_container(path: Path) -> _Told:
    """Read an old container's own properties.

    Raises:
        Unreadable: the file is locked.
    """
    import olefile

    with olefile.OleFileIO(str(path)) as ole:
        _refuse_locked(ole)
        meta = ole.get_metadata()
        page = meta.codepage & 0xFFFF if isinstance(meta.codepage, int) else 0  # signed in the file
        when = meta.last_saved_time or meta.create_time
        day = when.date().isoformat() if isinstance(when, datetime) and when.year > 1980 else ""
        macros = any(one[0] in ("Macros", "_VBA_PROJECT_CUR") or "VBA" in one for one in ole.listdir())
        return _Told(_text(meta.title, page), day, _text(meta.author, page), macros)


def _refuse_locked(ole: Any) -> None:
    if ole.exists("EncryptedSummary"):
        raise _LOCKED
    if ole.exists("WordDocument"):
        head = ole.openstream("WordDocument").read(12)
        if len(head) == 12 and struct.unpack_from("<H", head, 10)[0] & _ENCRYPTED_WORD:
            raise _LOCKED
    for name in ("Workbook", "Book"):
        if ole.exists(name) and _has_password(ole.openstream(name).read(4096)):
            raise _LOCKED


def _has_password(records: bytes) -> bool:
    """Whether a workbook's first records (MS-XLS 2.1.4) name a password."""
    place = 0
    while place + 4 <= len(records):
        kind, length = struct.unpack_from("<HH", records, place)
        if kind == _FILE_PASS:
            return True
        place += 4 + length
    return False


def _text(told: Any, page: int) -> str:
    if not isinstance(told, bytes):
        return str(told or "")
    name = {0: "gb18030", 936: "gb18030", 65001: "utf-8", 1200: "utf-16-le", 10008: "gb18030"}.get(page, f"cp{page}")
    try:
        return told.decode(name, "replace").strip("\0 ")
    except LookupError:
        return told.decode("latin-1").strip("\0 ")


def _is_old_xml(sample: Sample) -> bool:
    return sample.head[:5] == b"<?xml" and b"urn:schemas-microsoft-com:office:spreadsheet" in sample.head[:4096]


def _typed(*wanted: str) -> Callable[[Sample], bool]:
    return lambda sample: any(one in sample.content_types for one in wanted)


def _mimetype(start: str) -> Callable[[Sample], bool]:
    return lambda sample: sample.mimetype.startswith(start)


def _is_iwork(sample: Sample) -> bool:
    return any(name.endswith((".iwa", "index.apxl")) or name == "QuickLook/Preview.pdf" for name in sample.entries)


FORMATS = (
    Format(
        "application/msword",
        Said("a Word file of the old kind"),
        (".doc", ".dot", ".wps", ".wpt"),
        holds("WordDocument"),
        _read(_DOCX, ".doc"),
        LIKELY,
    ),
    Format(
        "application/vnd.ms-excel",
        Said("an Excel file of the old kind"),
        (".xls", ".xlt", ".et", ".ett"),
        holds("Workbook", "Book"),
        _read(_XLSX, ".xls"),
        LIKELY,
    ),
    Format(
        "application/vnd.ms-powerpoint",
        Said("a PowerPoint file of the old kind"),
        (".ppt", ".pps", ".pot", ".dps", ".dpt"),
        holds("PowerPoint Document"),
        _read(_PPTX, ".ppt"),
        LIKELY,
    ),
    Format(
        "application/rtf",
        Said("an RTF file"),
        (".rtf",),
        starts(b"{\\rtf"),
        _read(_DOCX, ".rtf"),
        EXACT,
        also=(".doc",),
    ),
    Format(
        "application/vnd.ms-excel.xml",
        Said("an Excel file saved as XML"),
        (),
        _is_old_xml,
        _read(_XLSX, ".xml"),
        EXACT,
        also=(".xls", ".xml"),
    ),
    Format(
        "application/vnd.ms-excel.sheet.binary",
        Said("a binary Excel file"),
        (".xlsb",),
        _typed("ms-excel.sheet.binary.macroEnabled.main"),
        _read(_XLSX, ".xlsb"),
    ),
    Format(
        "application/vnd.ms-visio.drawing",
        Said("a Visio drawing"),
        (".vsdx", ".vstx", ".vsdm"),
        _typed("ms-visio.drawing", "ms-visio.template"),
        _read(_ODG, ".vsdx"),
    ),
    Format(
        "application/vnd.visio",
        Said("a Visio drawing of the old kind"),
        (".vsd", ".vst"),
        holds("VisioDocument"),
        _read(_ODG, ".vsd"),
        LIKELY,
    ),
    Format(
        "application/vnd.ms-publisher", Said("a Publisher file"), (".pub",), holds("Quill"), _read(_ODG, ".pub"), LIKELY
    ),
    Format(
        "application/vnd.sun.xml.writer",
        Said("an OpenOffice 1 text"),
        (".sxw", ".stw"),
        _mimetype("application/vnd.sun.xml.writer"),
        _read(_DOCX, ".sxw"),
    ),
    Format(
        "application/vnd.sun.xml.calc",
        Said("an OpenOffice 1 table"),
        (".sxc", ".stc"),
        _mimetype("application/vnd.sun.xml.calc"),
        _read(_XLSX, ".sxc"),
    ),
    Format(
        "application/vnd.sun.xml.impress",
        Said("an OpenOffice 1 presentation"),
        (".sxi", ".sti"),
        _mimetype("application/vnd.sun.xml.impress"),
        _read(_PPTX, ".sxi"),
    ),
)

REFUSALS = (
    Refusal(
        Said("It is an Office file locked with a password."),
        Said("Ask for an unlocked copy, or save it without a password, and drop that."),
        holds("EncryptedPackage"),
    ),
    Refusal(
        Said("It is a Hangul file."),
        Said("Save it as docx or PDF, and drop that."),
        holds("HwpSummaryInformation", "BodyText"),
    ),
    Refusal(
        Said("It is a file in an old Office format."),
        Said("Save it as docx, xlsx or PDF, and drop that."),
        starts(_OLE),
        LIKELY,
    ),
    Refusal(
        Said("It is a file of Apple's Pages, Numbers or Keynote."),
        Said("Export it as PDF, and drop that."),
        _is_iwork,
        LIKELY,
    ),
    Refusal(
        Said("It is an XPS document."),
        Said("Save or print it as PDF, and drop that."),
        _typed("ms-package.xps-fixeddocument"),
        LIKELY,
    ),
)
