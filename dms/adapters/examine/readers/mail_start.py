"""How e-mail begins: the header block of one message, and the lines between the messages of a mailbox file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from dms.adapters.examine.registry import Sample

BLANK_START = re.compile(rb"^(?:\xef\xbb\xbf)?(?:[ \t]*\r?\n)*")
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:")
# Fields of RFC 5322 and what mail systems write above them; a person's note may begin with one or two of these words.
_KNOWN = frozenset({
    b"from", b"to", b"cc", b"bcc", b"subject", b"date", b"sender", b"reply-to", b"message-id", b"in-reply-to",
    b"references", b"received", b"return-path", b"delivered-to", b"mime-version", b"content-type",
    b"content-transfer-encoding", b"content-disposition", b"dkim-signature", b"authentication-results",
    b"received-spf", b"arc-seal", b"arc-message-signature", b"arc-authentication-results", b"x-received", b"x-mailer",
    b"x-originating-ip", b"x-priority", b"thread-topic", b"thread-index", b"list-id", b"list-unsubscribe",
    b"resent-from", b"resent-to", b"resent-date", b"importance", b"user-agent", b"envelope-to", b"x-original-to",
    b"x-google-smtp-source", b"x-apparently-to", b"x-uidl", b"status", b"x-mozilla-status", b"apparently-to",
})  # fmt: skip
_TELLING = frozenset({b"from", b"to", b"subject", b"date", b"message-id", b"received", b"return-path", b"mime-version"})


def looks_like_header(start: bytes, *, named: bool = False) -> bool:
    """Tell whether a text begins with a message's header block, however long (RFC 5322 section 2.1).

    Args:
        start: the beginning of the text.
        named: its name says that it is an e-mail: less is needed.
    """
    found: set[bytes] = set()
    lines = BLANK_START.sub(b"", start, count=1).splitlines()
    first = b""
    for number, line in enumerate(lines):
        if number == 0 and line.startswith((b"From ", b">From ")):
            continue
        if not line.strip():
            break
        if line[:1] in b" \t":
            continue  # the field above goes on
        field = _FIELD.match(line)
        if field is None:
            break
        first = first or field[1].lower()
        found |= {field[1].lower()} & _KNOWN
    told = len(found & _TELLING)
    if named:
        return len(found) >= 2 or told >= 1
    return told >= 3 or (told >= 2 and (first in _KNOWN or len(found) > 3))


_FROM = re.compile(rb"(?:\A|\n\r?\n|\A\r?\n)(?=From [^\r\n]{3,300}\r?\n)")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_HEADER_LOOKED_AT = 64 * 1024


def messages(data: bytes) -> Iterator[bytes]:
    """Yield the messages of a mailbox file (RFC 4155): each begins with a line "From …" and a header block."""
    places = [
        found.end()
        for found in _FROM.finditer(data)
        if looks_like_header(data[found.end() : found.end() + _HEADER_LOOKED_AT], named=True)
    ]
    for here, there in pairwise([*places, len(data)]):
        message = data[data.index(b"\n", here) + 1 : there]
        yield _QUOTED_FROM.sub(rb"\1", message).rstrip(b"\r\n") + b"\n"


def is_mailbox(sample: Sample) -> bool:
    """Tell whether a file holds several messages after each other."""
    if not BLANK_START.sub(b"", sample.head, count=1).startswith(b"From "):
        return False
    found = messages(sample.path.read_bytes())
    return next(found, None) is not None and next(found, None) is not None
