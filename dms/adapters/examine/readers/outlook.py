"""Outlook messages (.msg, MS-OXMSG): properties in streams of an old Office container, read with olefile."""

from __future__ import annotations

import email
import email.policy
import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dms.adapters.examine.readers import mapi
from dms.adapters.examine.readers.encoded_words import header
from dms.adapters.examine.readers.flow import Flow
from dms.adapters.examine.readers.letter import Letter
from dms.adapters.examine.readers.mail import day_of
from dms.adapters.examine.registry import EXACT, Format, Sample, Source
from dms.errors import LimitExceeded
from dms.ports.examine import Limits
from dms.said import Said

if TYPE_CHECKING:
    from olefile import OleFileIO

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FIXED = "__properties_version1.0"
_STREAM = "__substg1.0_"
# Bytes before the first entry of the table of fixed properties, by what it belongs to.
_OUTER, _INNER, _OTHER = 32, 24, 8
_RECIPIENT_KIND, _SMTP, _ADDRESS = 0x0C15, 0x39FE, 0x3003
_KINDS = {1: "To", 2: "Cc", 3: "Bcc"}
_MOST_STREAM = 500 * 1024**2


def _is_message(sample: Sample) -> bool:
    if not sample.head.startswith(_OLE):
        return False
    from olefile import OleFileIO

    try:
        with OleFileIO(str(sample.path)) as container:
            return bool(container.exists(_FIXED))
    except (OSError, ValueError, IndexError, struct.error):
        return False  # damaged: other formats may say more


def _read(source: Source) -> Flow:
    from olefile import OleFileIO

    with OleFileIO(str(source.path)) as container:
        return _letter(container, (), source.limits, 0).flow(source.work)


FORMATS = (
    Format("application/vnd.ms-outlook", Said("an Outlook message"), (".msg",), _is_message, _read, EXACT),
)  # fmt: skip


def _letter(container: OleFileIO, place: tuple[str, ...], limits: Limits, depth: int) -> Letter:
    if depth > limits.nesting:
        raise LimitExceeded(
            Said("The message holds messages within messages, more than {nesting} deep.", nesting=limits.nesting),
            Said("Save the inner messages one by one."),
        )
    told = _properties(container, place, _INNER if place else _OUTER)
    made = Letter(limits)
    made.headers = _transport(told)
    made.day = day_of(made.headers.get("Date", ""))
    for kind, people in _recipients(container, place).items():
        made.headers[kind] = people
    mapi.fill(made, told)
    if "SMIME" in str(told.get(mapi.MESSAGE_CLASS, "")).upper():
        made.leave("locked", "S/MIME", ask=True)
    for storage in _storages(container, place, "__attach_version1.0_#"):
        about = _properties(container, storage, _OTHER)
        inside = (*storage, f"{_STREAM}3701000D")
        inner = None
        if container.exists("/".join((*inside, _FIXED))):
            inner = _letter(container, inside, limits, depth + 1)
        mapi.attach(made, about, inner)
    return made


def _transport(told: mapi.Properties) -> dict[str, str]:
    """Return date and sender as the mail systems wrote them, where the message came in from outside."""
    block = told.get(mapi.TRANSPORT)
    if not isinstance(block, str):
        return {}
    outer = email.message_from_string(block, policy=email.policy.compat32)
    return {name: header(str(outer[name])) for name in ("From", "Date") if outer[name]}


def _recipients(container: OleFileIO, place: tuple[str, ...]) -> dict[str, str]:
    people: dict[str, list[str]] = {}
    for storage in _storages(container, place, "__recip_version1.0_#"):
        told = _properties(container, storage, _OTHER)
        name = str(told.get(mapi.SHOWN_NAME) or "").strip()
        address = str(told.get(_SMTP) or told.get(_ADDRESS) or "")
        shown = f"{name} <{address}>".strip() if "@" in address and address != name else name or address
        people.setdefault(_KINDS.get(told.get(_RECIPIENT_KIND) or 1, "To"), []).append(shown)
    return {kind: ", ".join(names) for kind, names in people.items()}


def _storages(container: OleFileIO, place: tuple[str, ...], start: str) -> Iterator[tuple[str, ...]]:
    deep = len(place)
    found = {
        tuple(path[: deep + 1])
        for path in container.listdir()
        if tuple(path[:deep]) == place and len(path) > deep + 1 and path[deep].lower().startswith(start)
    }
    yield from sorted(found)


def _properties(container: OleFileIO, place: tuple[str, ...], skipped: int) -> dict[int, Any]:
    """Return the properties of a message, a recipient or an attachment."""
    told: dict[int, Any] = {}
    table = _stream(container, (*place, _FIXED))[skipped:]
    for kind, number, _, data in struct.iter_unpack("<HHI8s", table[: len(table) // 16 * 16]):
        if kind in (mapi.INTEGER, mapi.BOOLEAN, mapi.TIME):
            told[number] = mapi.value(kind, data, "")
    page = mapi.code_page(int(told.get(mapi.CODE_PAGE) or told.get(mapi.INTERNET_CODE_PAGE) or 0))
    deep = len(place)
    for path in container.listdir():
        name = path[-1]
        if len(path) != deep + 1 or tuple(path[:deep]) != place or not name.lower().startswith(_STREAM):
            continue
        try:
            number, kind = int(name[12:16], 16), int(name[16:20], 16)
        except ValueError:
            continue  # one of several values, which nothing here needs
        if kind in (mapi.TEXT, mapi.BYTES_TEXT, mapi.BINARY) and len(name) == len(_STREAM) + 8:
            told[number] = mapi.value(kind, _stream(container, tuple(path)), page)
    return told


def _stream(container: OleFileIO, path: tuple[str, ...]) -> bytes:
    joined = "/".join(path)
    if not container.exists(joined):
        return b""
    if container.get_size(joined) > _MOST_STREAM:
        raise LimitExceeded(Said("An attachment is larger than is taken."), Said("Save the attachments one by one."))
    data: bytes = container.openstream(joined).read()
    return data
