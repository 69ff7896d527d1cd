"""Outlook's properties (MS-OXPROPS), whichever container they came in: what they say of a message, as a letter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

from dms.adapters.examine.readers.charset import declared_in, decode
from dms.adapters.examine.readers.html import html
from dms.adapters.examine.readers.letter import Letter, richer

# Types of properties.
INTEGER, BOOLEAN, OBJECT, BYTES_TEXT, TEXT, TIME, BINARY = 0x0003, 0x000B, 0x000D, 0x001E, 0x001F, 0x0040, 0x0102
# Identifiers of properties.
SUBJECT, SUBMITTED, DELIVERED, BODY, RTF, HTML = 0x0037, 0x0039, 0x0E06, 0x1000, 0x1009, 0x1013
SENDER, SENDER_ADDRESS, SENDER_SMTP, TRANSPORT = 0x0C1A, 0x0C1F, 0x5D01, 0x007D
TO, CC, BCC = 0x0E04, 0x0E03, 0x0E02
CODE_PAGE, INTERNET_CODE_PAGE, MESSAGE_CLASS = 0x3FFD, 0x3FDE, 0x001A
DATA, SHORT_NAME, LONG_NAME, SHOWN_NAME, METHOD, HIDDEN = 0x3701, 0x3704, 0x3707, 0x3001, 0x3705, 0x7FFE
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_MOST_RTF = 100 * 1024**2
_LOGO_BYTES = 24_000

Properties = Mapping[int, Any]


def value(kind: int, data: bytes, code_page: str) -> Any:
    """Return a property's value from its bytes; None for a type nothing here needs."""
    if kind == TEXT:
        return data.decode("utf-16-le", "replace").rstrip("\0")
    if kind == BYTES_TEXT:
        return decode(data.rstrip(b"\0"), code_page)
    if kind == INTEGER:
        return int.from_bytes(data[:4], "little", signed=True)
    if kind == BOOLEAN:
        return data[:1] != b"\0"
    if kind == TIME:
        ticks = int.from_bytes(data[:8], "little")
        try:
            # In the office's own time: a message of the evening has the date of its day.
            return (_EPOCH + timedelta(microseconds=ticks // 10)).astimezone() if ticks else None
        except OverflowError:
            return None
    return data if kind in (BINARY, OBJECT) else None


def code_page(number: int) -> str:
    """Return Python's name of a Windows code page, empty where it is unknown."""
    known = {65001: "utf-8", 20127: "ascii", 28591: "cp1252", 936: "gb18030", 54936: "gb18030", 1200: "utf-16-le"}
    return known.get(number, f"cp{number}" if number else "")


def fill(made: Letter, told: Properties) -> None:
    """Take headers and bodies of a message from its properties; what stands there already stays."""
    sender, address = _text(told, SENDER), _text(told, SENDER_SMTP) or _text(told, SENDER_ADDRESS)
    if "@" in address and address != sender:
        sender = f"{sender} <{address}>".strip()
    sent = told.get(SUBMITTED) or told.get(DELIVERED)
    said = {
        "From": sender, "To": _text(told, TO), "Cc": _text(told, CC), "Bcc": _text(told, BCC),
        "Date": sent.strftime("%Y-%m-%d %H:%M %z") if sent else "", "Subject": _text(told, SUBJECT),
    }  # fmt: skip
    for name, text in said.items():
        if text and not made.headers.get(name):
            made.headers[name] = text
    made.day = made.day or (sent.date().isoformat() if sent else "")
    for text in _bodies(made, told):
        made.say(text)


def _text(told: Properties, number: int) -> str:
    found = told.get(number, "")
    return " ".join(found.split()) if isinstance(found, str) else ""


def _bodies(made: Letter, told: Properties) -> list[str]:
    plain, page = told.get(BODY), told.get(HTML)
    texts = [plain] if isinstance(plain, str) else []
    if page:
        if isinstance(page, bytes):
            page = decode(page, declared_in(page) or code_page(int(told.get(INTERNET_CODE_PAGE) or 0)))
        read = html(page)
        made.scripts = made.scripts or bool(read.active_content)
        texts.append(read.text)
    if not any(t.strip() for t in texts) and isinstance(told.get(RTF), bytes):
        texts.append(_rich_text(made, told[RTF]))
    return richer(texts)


def _rich_text(made: Letter, data: bytes) -> str:
    """Return the text of a body kept as compressed rich text (MS-OXRTFCP)."""
    from compressed_rtf import decompress
    from striprtf.striprtf import rtf_to_text

    if len(data) < 16 or int.from_bytes(data[4:8], "little") > _MOST_RTF:
        made.leave("damaged", "RTF", ask=True)
        return ""
    try:
        source = decompress(data).decode("latin-1")
        return str(rtf_to_text(source, errors="replace"))  # type: ignore[no-untyped-call]  # it tells no types
    except (ValueError, IndexError, LookupError, KeyError):
        made.leave("damaged", "RTF", ask=True)
        return ""


def attach(made: Letter, told: Properties, inner: Letter | None) -> None:
    """Take an attachment from its properties.

    Args:
        made: the message.
        told: the attachment's properties.
        inner: the message it is, where it is one; it becomes an e-mail file.
    """
    name = _text(told, LONG_NAME) or _text(told, SHORT_NAME) or _text(told, SHOWN_NAME)
    if inner is not None:
        made.attach(f"{inner.headers.get('Subject') or name or 'message'}.eml", as_mail(inner))
        return
    data = told.get(DATA)
    if not isinstance(data, bytes):
        made.leave("linked" if int(told.get(METHOD) or 0) in (2, 3, 4) else "embedded", name, ask=True)
    elif not data:
        made.leave("empty", name)
    elif told.get(HIDDEN) and len(data) < _LOGO_BYTES and name.lower().endswith((".png", ".gif", ".jpg", ".jpeg")):
        made.leave("logos")
    else:
        made.attach(name or f"part-{len(made.files) + 1}", data)


def as_mail(inner: Letter) -> bytes:
    """Return a message within a message as a file of its own; its container keeps it as it came."""
    mail = EmailMessage()
    for name, text in inner.headers.items():
        mail[name] = text.replace("\0", " ")
    mail.set_content("\n\n".join(inner.bodies))
    for name, data in inner.files:
        mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()
