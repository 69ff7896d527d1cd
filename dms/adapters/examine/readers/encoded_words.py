"""What stands in a mail header: encoded words (RFC 2047), pieces of parameters (RFC 2231), and bare bytes of any kind.

One decoder for subjects, people and names of attachments, because senders break the rules alike in all of them:
GBK labelled gb2312, encoded words within quotes or without any, characters cut between two words, raw GBK.
"""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from dms.adapters.examine.readers.charset import codec, decode

_WORD = re.compile(r"=\?([^?\s]+)\?([bBqQ])\?([^?]*)(?:\?=|$)")
_PERCENT = re.compile(r"(?:[\w\-. ()]|%[0-9A-Fa-f]{2})+")
_PIECE = re.compile(r"^(.+?)(?:\*(\d+))?(\*)?$")


def header(raw: str) -> str:
    """Return the text of a header's raw value on one line.

    Args:
        raw: as the standard library's lenient parser keeps it: bytes beyond ASCII as surrogates.
    """
    return " ".join("".join(_texts(raw)).split())


def parameters(raw: str) -> dict[str, str]:
    """Return the parameters of a Content-Type or Content-Disposition header; names in lower case."""
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for name, value in _pairs(raw):
        told = _PIECE.match(name)
        if told is None or (told[2] is None and told[3] is None):
            plain.setdefault(name, value)
        else:
            pieces.setdefault(told[1], {}).setdefault(int(told[2] or 0), (value, told[3] is not None))
    found = {name: _percent(header(value)) for name, value in plain.items()}
    for name, numbered in pieces.items():
        joined = _joined([numbered[n] for n in sorted(numbered)])
        if joined:
            found[name] = joined
    return found


def _texts(raw: str) -> Iterator[str]:
    """Yield the pieces of a header; neighbouring encoded words of one encoding are decoded as one run of bytes."""
    place, run, charset = 0, b"", ""
    for word in _WORD.finditer(raw):
        between = raw[place : word.start()]
        label = word[1].partition("*")[0]
        if run and (between.strip() or codec(label) != codec(charset)):
            yield decode(run, charset)
            run = b""
            between = between if between.strip() else ""
        elif run or (place and not between.strip()):
            between = ""
        yield _bare(between)
        run += _bytes_of(word[2], word[3])
        charset, place = label, word.end()
    if run:
        yield decode(run, charset)
    yield _bare(raw[place:])


def _bytes_of(how: str, text: str) -> bytes:
    plain = text.encode("ascii", "surrogateescape")
    if how in "qQ":
        return quopri.decodestring(plain.replace(b"_", b" "), header=True)
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", plain)
    try:
        return base64.b64decode(letters[: len(letters) - (len(letters) % 4 == 1)] + b"=" * (-len(letters) % 4))
    except binascii.Error:
        return b""


def _bare(text: str) -> str:
    """Return what stands outside encoded words; bytes beyond ASCII are in whatever encoding the sender had."""
    return text if text.isascii() else decode(_original_bytes(text))


def _original_bytes(text: str) -> bytes:
    try:
        return text.encode("ascii", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogateescape")


def _pairs(raw: str) -> Iterator[tuple[str, str]]:
    """Yield names and values; quotes are honoured, backslashes only before quotes, as Windows paths need."""
    for piece in _split(raw)[1:]:
        name, equals, value = piece.partition("=")
        value = value.strip()
        if len(value) >= 2 and value[0] == value[-1] == '"':
            value = re.sub(r'\\(["\\])', r"\1", value[1:-1])
        elif value.startswith('"'):
            value = value.strip('"')
        if equals and name.strip():
            yield name.strip().lower(), value


def _split(raw: str) -> list[str]:
    pieces, start, quoted = [], 0, False
    for place, char in enumerate(raw):
        if char == '"' and raw[place - 1 : place] != "\\":
            quoted = not quoted
        elif char == ";" and not quoted:
            pieces.append(raw[start:place])
            start = place + 1
    pieces.append(raw[start:])
    if quoted and len(pieces) == 1:
        return raw.split(";")  # a quote that never ends
    return pieces


def _joined(pieces: list[tuple[str, bool]]) -> str:
    """Join the pieces of a parameter (RFC 2231): bytes first, then the encoding the first piece names."""
    charset, data = "", b""
    for number, (value, extended) in enumerate(pieces):
        if number == 0 and extended and value.count("'") >= 2:
            charset, _, value = value.split("'", 2)
        data += unquote_to_bytes(_original_bytes(value)) if extended else _original_bytes(value)
    text = decode(data, charset)
    return header(text) if "=?" in text else " ".join(text.split())


def _percent(text: str) -> str:
    """Return a name written as a web address is, with percent signs, in clear."""
    if "%" not in text or not _PERCENT.fullmatch(text):
        return text
    data = unquote_to_bytes(text)
    try:
        clear = data.decode("utf-8")
    except UnicodeDecodeError:
        return text
    return clear if not clear.isascii() else text
