"""Text as it is kept: NFC, nothing invisible, radicals as the characters they stand for, blanks in Han closed."""

from __future__ import annotations

import re
import unicodedata

from dms.domain.hantext import INVISIBLE, RADICALS, close_han

# The warning of a page of which nothing could be read; the parent knows such a page by it.
UNREAD_PAGE = "Page {number} cannot be read: {why}"

# C0 and C1 become blanks. What takes no room vanishes: marks that reorder what follows would let a title read as
# another, and a zero-width blank or a soft hyphen, like a radical in a character's place, hides a word from every
# comparison.
_CONTROLS = {c: " " for c in (*range(0x20), *range(0x7F, 0xA0)) if c not in (0x09, 0x0A)}
_CONTROLS |= INVISIBLE | RADICALS
_COLUMNS = re.compile(r"(\t+| {3,})")


def plain(text: str) -> str:
    """Return text in NFC without control and invisible characters and lone surrogates; tabs and line feeds stay."""
    whole = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode("utf-8")
    return unicodedata.normalize("NFC", whole.translate(_CONTROLS))


def recognised(text: str) -> str:
    """Return a run or page of text as read: plain, and without blanks between Han characters."""
    return close_han(plain(text))


def written(text: str) -> str:
    """Return typed text: as :func:`recognised`, but columns set with tabs or three blanks stay apart."""
    pieces = _COLUMNS.split(plain(text))
    return "".join(piece if i % 2 else close_han(piece) for i, piece in enumerate(pieces))


def one_line(text: str, most: int = 200) -> str:
    """Return a title or a name: plain, one line, at most so many characters."""
    return recognised(" ".join(plain(text).split()))[:most].strip()
