"""Plain text, Markdown, CSV and web pages; their encodings are found by :mod:`dms.adapters.examine.readers.charset`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from dms.adapters.examine.flowing import clean
from dms.adapters.examine.readers.charset import Decoded, declared_in, decoded, unmarked_utf16
from dms.adapters.examine.readers.flow import Flow
from dms.adapters.examine.readers.html import html
from dms.adapters.examine.registry import LAST, TEXT, Format, Sample, Source
from dms.domain.left_out import LeftOut
from dms.errors import LimitExceeded, Unreadable
from dms.ports.examine import Limits
from dms.said import Said

_MOST_BYTES_A_CHARACTER = 4
# Guessed, and right in any case an office meets: Western letters standing singly.
_HARMLESS = frozenset({"cp1252"})
_BLOCK = 4096
_BLOCKS = 5
_MOST_CONTROLS, _MOST_NULLS = 0.02, 0.01
# What calls itself a text may be a damaged one, padded by whatever wrote it.
_MOST_NULLS_NAMED = 0.25
_MOST_STRANGE = 0.1
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")
_HTML = (".htm", ".html")


def _is_text(sample: Sample) -> bool:
    if sample.head.startswith(_MARKS):
        return True
    wide = unmarked_utf16(sample.head)
    nulls = _MOST_NULLS_NAMED if sample.suffix in (".txt", ".csv", ".md") else _MOST_NULLS
    return all(_looks_like_text(block, wide, nulls) for block in _blocks(sample))


def _blocks(sample: Sample) -> Iterator[bytes]:
    """Yield pieces from all over the file: some containers begin with a page of text."""
    size = sample.path.stat().st_size
    with sample.path.open("rb") as file:
        for number in range(_BLOCKS):
            start = (size - _BLOCK) * number // (_BLOCKS - 1) // 4 * 4
            if size <= _BLOCK and number:
                return
            file.seek(max(0, start))
            yield file.read(_BLOCK)


def _looks_like_text(block: bytes, wide: str, most_nulls: float) -> bool:
    """No control bytes to speak of, and letters people write in whatever encoding."""
    if wide:
        return _mostly_printable(block[: len(block) // 2 * 2].decode(wide, "replace"))
    if block.count(0) > most_nulls * len(block):
        return False
    block = block.replace(b"\0", b"")
    controls = sum(b < 9 or (13 < b < 32 and b not in (26, 27)) for b in block)
    if controls > max(2, _MOST_CONTROLS * len(block)):
        return False
    # The block may begin and end within a character.
    return any(_mostly_printable(block[n:].decode("utf-8", "replace")) for n in range(4)) or _mostly_printable(
        decoded(block).text
    )


def _mostly_printable(text: str) -> bool:
    strange = sum(not (c.isprintable() or c.isspace()) or c == "\ufffd" for c in text)
    return strange <= max(2, _MOST_STRANGE * len(text))


def _is_html(sample: Sample) -> bool:
    start = sample.head[:1024].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    marked = start.startswith(b"<!doctype html") or (start.startswith(b"<") and b"<html" in start)
    return (marked or sample.suffix in _HTML) and sample.once(_is_text)


def _named(suffix: str) -> Callable[[Sample], bool]:
    return lambda sample: sample.suffix == suffix and sample.once(_is_text)


def _read(source: Source) -> Flow:
    return read(source.path, source.media_type, source.limits)


FORMATS = (
    Format("text/html", Said("a web page"), _HTML, _is_html, _read, TEXT, also=(".doc", ".xls")),
    Format("text/csv", Said("a table as text"), (".csv",), _named(".csv"), _read, TEXT),
    Format("text/markdown", Said("plain text"), (".md",), _named(".md"), _read, TEXT),
    Format(
        "text/plain", Said("plain text"), (".txt",), lambda sample: sample.once(_is_text), _read, LAST, also=(".xls",)
    ),
)


def read(path: Path, media_type: str, limits: Limits) -> Flow:
    """Read a text file.

    Raises:
        LimitExceeded: more text than is taken.
        Unreadable: nothing but blanks.
    """
    size = path.stat().st_size
    if size > limits.text * _MOST_BYTES_A_CHARACTER:
        raise LimitExceeded(
            Said("The file holds {size:,.0f} MB of text, more than is taken.", size=size / 1e6), Said("Split it.")
        )
    data = path.read_bytes()
    made = decoded(data, declared_in(data))
    flow = html(made.text) if media_type == "text/html" else Flow(clean(made.text))
    if not flow.text.strip():
        raise Unreadable(Said("The file holds no text."), Said("Look whether the right file was sent."))
    lost = (LeftOut("characters", made.lost, ask=True),) if made.lost else ()
    return replace(flow, warnings=(*flow.warnings, *_doubts(made)), left_out=(*flow.left_out, *lost))


def _doubts(made: Decoded) -> tuple[str, ...]:
    """Say that the encoding is a guess where others would fit as well."""
    if made.sure or made.encoding in _HARMLESS:
        return ()
    doubt = Said(
        "It does not say its encoding; it was read as {encoding}. Look whether its letters are right.",
        encoding=made.encoding,
    )
    return (doubt.stored(),)
