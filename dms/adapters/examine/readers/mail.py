"""E-mail (RFC 5322): headers and the richer body as text, attachments written out for a journey of their own."""

from __future__ import annotations

import base64
import binascii
import email
import email.policy
import struct
from email.errors import MessageError
from email.message import Message
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TypeAlias

from dms.adapters.examine.readers.charset import declared_in, decoded
from dms.adapters.examine.readers.encoded_words import header, parameters
from dms.adapters.examine.readers.flow import Flow
from dms.adapters.examine.readers.html import html
from dms.adapters.examine.readers.letter import HEADERS, Letter, richer
from dms.adapters.examine.readers.mail_start import BLANK_START, is_mailbox, looks_like_header
from dms.adapters.examine.registry import LIKELY, Format, Sample, Source
from dms.domain.left_out import LeftOut
from dms.errors import LimitExceeded, Unreadable
from dms.ports.examine import Limits
from dms.said import Said

_MOST_PARTS = 1000
_LONGEST_HEADER = 2000
# Pictures without a name smaller than this are logos and dots of letterheads; they stay in the original, and are told.
_LOGO_BYTES = 24_000
_BODIES = frozenset({"text/plain", "text/html", "text/x-amp-html", "text/enriched"})
_SIGNATURES = frozenset({"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"})
_Message: TypeAlias = "Message[str, str]"


def _is_mail(sample: Sample) -> bool:
    return looks_like_header(sample.head, named=sample.suffix == ".eml") and not sample.once(is_mailbox)


def _read(source: Source) -> Flow:
    return read(source.path, source.work, source.limits)


FORMATS = (Format("message/rfc822", Said("an e-mail"), (".eml",), _is_mail, _read, LIKELY),)


def read(path: Path, work: Path, limits: Limits) -> Flow:
    """Read a message.

    Raises:
        Unreadable: it is no message at all.
        LimitExceeded: more parts, or deeper nesting, than is taken.
    """
    return letter(path.read_bytes(), limits).flow(work)


def letter(data: bytes, limits: Limits) -> Letter:
    """Take a message apart; see :func:`read`."""
    # The lenient policy: the newer one stumbles over malformed headers, which are decoded here anyway.
    message = email.message_from_bytes(BLANK_START.sub(b"", data, count=1), policy=email.policy.compat32)
    if not message.keys():
        raise Unreadable(Said("It is no readable e-mail."), Said("Save the message again from the mail program."))
    if _depth(message) > limits.nesting:
        raise LimitExceeded(
            Said("The message holds messages within messages, more than {nesting} deep.", nesting=limits.nesting),
            Said("Save the inner messages one by one."),
        )
    made = Letter(limits, {name: value for name, _ in HEADERS if (value := _header(message, name))})
    made.day = day_of(made.headers.get("Date", ""))
    made.signed = message.get_content_type() == "multipart/signed"
    for text in _Walk(made).take(message, 0):
        made.say(text)
    return made


def headers_of(data: bytes) -> dict[str, str]:
    """Return the headers people read of a message, empty where it has none."""
    message = email.message_from_bytes(BLANK_START.sub(b"", data, count=1), policy=email.policy.compat32)
    return {name: _header(message, name) for name, _ in HEADERS}


def day_of(date: str) -> str:
    """Return the ISO date of a Date header, empty where there is none."""
    try:
        return parsedate_to_datetime(date).date().isoformat()
    except (ValueError, TypeError, IndexError):
        return ""


def _depth(message: _Message) -> int:
    """Return how many messages lie within each other at most; without recursion, whatever the sender built."""
    deepest, waiting = 0, [(message, 0)]
    while waiting:
        part, depth = waiting.pop()
        deepest = max(deepest, depth)
        inside = part.get_content_type() == "message/rfc822"
        waiting += [(child, depth + inside) for child in _children(part)]
    return deepest


class _Walk:
    """Walks the parts of a message, counting; texts come back, files go to the letter."""

    def __init__(self, made: Letter) -> None:
        self._made = made
        self._parts = 0
        self._said = False

    def take(self, part: _Message, depth: int) -> list[str]:
        """Return the texts of a part and of what is in it."""
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise LimitExceeded(
                Said("The message has more than {most_parts} parts.", most_parts=_MOST_PARTS),
                Said("Ask the sender for the files."),
            )
        kind = part.get_content_type()
        if kind == "message/rfc822":
            self._inner(part)
            return []
        if kind in ("message/delivery-status", "message/disposition-notification"):
            return ["\n".join(f"{k}: {header(str(v))}" for child in _children(part) for k, v in child.raw_items())]
        if not part.is_multipart():
            return self._leaf(part, kind)
        if depth > 10 * self._made.limits.nesting:
            raise LimitExceeded(Said("The message is nested too deeply."), Said("Ask the sender for the files."))
        if kind == "multipart/encrypted":
            self._made.leave("locked", "PGP", ask=True)
        taken = [self.take(child, depth + 1) for child in _children(part)]
        if kind == "multipart/alternative":
            return richer(["\n\n".join(texts) for texts in taken])
        return [text for texts in taken for text in texts]

    def _inner(self, part: _Message) -> None:
        inner = next(iter(_children(part)), None)
        if inner is None:
            self._made.leave("damaged", "message/rfc822", ask=True)
            return
        try:
            data, name = inner.as_bytes(), _header(inner, "Subject")
            if not inner.keys():
                # Against the rules, but done: the message inside is base64, and was taken for its text.
                data = base64.b64decode(data)
                name = _header(email.message_from_bytes(data, policy=email.policy.compat32), "Subject")
        except (MessageError, ValueError, LookupError, RecursionError, binascii.Error):
            self._made.leave("damaged", "message/rfc822", ask=True)
            return
        self._made.attach(f"{name or 'message'}.eml", data)

    def _leaf(self, part: _Message, kind: str) -> list[str]:
        told = parameters(_raw(part, "Content-Type"))
        placed = _raw(part, "Content-Disposition")
        name = parameters(placed).get("filename") or told.get("name", "")
        data = _payload(part)
        attached = placed.strip().lower().startswith("attachment")
        # A text with a name is the message itself only where nothing was said before.
        if kind in _BODIES and not attached and not (name and self._said):
            text = self._text(data, kind, told.get("charset", ""))
            self._said = self._said or bool(text.strip())
            return [text]
        if kind in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
            self._made.leave("locked", name or "S/MIME", ask=True)
        if kind in _SIGNATURES:
            self._made.signed = True
        elif kind == "application/ms-tnef" or name.lower() == "winmail.dat":
            return self._outlook(name, data)
        elif data:
            self._file(name, data, kind)
        elif name:
            self._made.leave("empty", name)
        return []

    def _outlook(self, name: str, data: bytes) -> list[str]:
        """Take apart what Outlook wraps its attachments in (winmail.dat)."""
        from dms.adapters.examine.readers import tnef

        wrapped = Letter(self._made.limits)
        try:
            tnef.open_into(wrapped, data)
        except (ValueError, struct.error):
            self._made.leave("damaged", name or "winmail.dat", ask=True)
        for inner, inside in wrapped.files:
            self._made.attach(inner, inside)
        self._made.left_out += wrapped.left_out
        return wrapped.bodies

    def _text(self, data: bytes, kind: str, charset: str) -> str:
        made = decoded(data, charset if kind == "text/plain" else charset or declared_in(data))
        if made.lost:
            self._made.left_out.append(LeftOut("characters", made.lost, ask=True))
        if kind == "text/plain":
            return made.text
        page = html(made.text)
        self._made.scripts = self._made.scripts or bool(page.active_content)
        return page.text

    def _file(self, name: str, data: bytes, kind: str) -> None:
        if not name and kind.startswith("image/") and len(data) < _LOGO_BYTES:
            self._made.leave("logos")
            return
        number = len(self._made.files) + 1
        self._made.attach(name or ("invitation.ics" if kind == "text/calendar" else f"part-{number}"), data)


def _children(part: _Message) -> list[_Message]:
    if not part.is_multipart():
        return []
    return [child for child in part.get_payload() if isinstance(child, Message)]


def _payload(part: _Message) -> bytes:
    try:
        data = part.get_payload(decode=True)
    except (MessageError, ValueError, LookupError):
        raw = part._payload  # type: ignore[attr-defined]  # as it came: its transfer encoding is not what it says
        data = raw.encode("utf-8", "surrogateescape") if isinstance(raw, str) else b""
    return data if isinstance(data, bytes) else b""


def _header(message: _Message, name: str) -> str:
    return header(_raw(message, name))[:_LONGEST_HEADER]


def _raw(message: _Message, name: str) -> str:
    """Return a header as it was sent, bytes beyond ASCII as surrogates."""
    return next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "")
