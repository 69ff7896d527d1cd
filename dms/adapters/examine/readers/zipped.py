"""Zip archives of documents: each file goes on a journey of its own; the archive's record lists them."""

from __future__ import annotations

import zipfile
from pathlib import PurePosixPath

from dms.adapters.examine.readers.container import BROKEN, container
from dms.adapters.examine.readers.embedded import keep
from dms.adapters.examine.readers.flow import Flow
from dms.adapters.examine.registry import TEXT, ZIP, Format, Refusal, Sample, Source, broken_zip, starts
from dms.domain.left_out import LeftOut
from dms.errors import LimitExceeded
from dms.ports.examine import Attachment
from dms.said import Said

_UTF8 = 0x800
# What desktops and NAS boxes put beside documents.
_JUNK = ("__macosx/", ".ds_store", "thumbs.db", "desktop.ini", "@eadir/")
_DOCUMENTS = (b"[Content_Types].xml", b"mimetype", b"OFD.xml")
_LOOKED_AT = 4096


def _is_zip(sample: Sample) -> bool:
    return sample.head.startswith(ZIP) and bool(sample.entries)


def _read(source: Source) -> Flow:
    """Take an archive apart.

    Raises:
        Unreadable: damaged or locked with a password.
        LimitExceeded: a bomb, or more files than are taken.
    """
    lines: list[str] = []
    attachments: list[Attachment] = []
    within: list[str] = []
    empty: list[str] = []
    with container(source.path) as archive:
        files = [one for one in archive.infolist() if not one.is_dir() and not _is_junk(_name(one))]
        if len(files) > source.limits.parts:
            raise LimitExceeded(
                Said(
                    "The archive holds {count:,} files; at most {parts} are taken.",
                    count=len(files),
                    parts=source.limits.parts,
                ),
                Said("Unpack it and drop the files."),
            )
        for one in files:
            name = _name(one)
            lines.append(f"{name}\t{one.file_size:,}")
            try:
                data = archive.read(one)
            except (*BROKEN, RuntimeError):
                raise broken_zip() from None
            if not data:
                empty.append(name)
            elif data.startswith(ZIP) and not any(mark in data[:_LOOKED_AT] for mark in _DOCUMENTS):
                within.append(name)  # archives in archives multiply without end
            else:
                attachments.append(keep(source.work, len(attachments) + 1, PurePosixPath(name).name, data))
    left_out = [LeftOut("embedded", len(within), tuple(within), ask=True)] if within else []
    left_out += [LeftOut("empty", len(empty), tuple(empty))] if empty else []
    return Flow("\n".join(lines), attachments=tuple(attachments), left_out=tuple(left_out))


FORMATS = (Format("application/zip", Said("a zip archive"), (".zip",), _is_zip, _read, TEXT),)
REFUSALS = (Refusal(Said("The archive is empty."), Said("Look whether the right file was sent."), starts(*ZIP), TEXT),)


def _name(entry: zipfile.ZipInfo) -> str:
    """Return an entry's name: Windows in China writes it in GBK, without saying so."""
    if entry.flag_bits & _UTF8:
        return entry.filename
    try:
        raw = entry.filename.encode("cp437")
    except UnicodeEncodeError:
        return entry.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename


def _is_junk(name: str) -> bool:
    lower = name.replace("\\", "/").lower()
    return any(piece in lower for piece in _JUNK) or lower.rpartition("/")[2].startswith("._")
