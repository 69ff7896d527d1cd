"""Runs of recognised text: blanks between Han characters closed, words put into rows and reading order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from dms.domain.pages import Word

_HAN = (
    "\u2e80-\u2fdf\u3001-\u303f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\ufe30-\ufe4f"
    "\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\U00020000-\U0003ffff"
)
_BLANK_IN_HAN = re.compile(rf"(?<=[{_HAN}])[ \t\u00a0\u3000]+(?=[{_HAN}])")
_IS_HAN = re.compile(rf"[{_HAN}]")


def close_han(text: str) -> str:
    """Drop blanks between two Han characters (or Han punctuation), where engines and justified print put them.

    A blank beside a Latin letter or a digit stays, and so do line breaks.
    """
    return _BLANK_IN_HAN.sub("", text)


def is_han(char: str) -> bool:
    """True for a Han character, kana or full-width punctuation: one that fills a square."""
    return _IS_HAN.match(char) is not None


def in_rows(words: Sequence[Word]) -> list[list[Word]]:
    """Return words row by row from the top, each row from the left.

    A word belongs to a row where its middle lies within the row's last word's height, so that a sloping row stays
    together while the next line, half a line lower, begins a new one.
    """
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda w: w.box.middle[1]):
        best: list[Word] | None = None
        best_distance = 0.0
        for row in reversed(rows[-6:]):
            near = min(row, key=lambda other: abs(other.box.middle[0] - word.box.middle[0]))
            distance = abs(near.box.middle[1] - word.box.middle[1])
            reach = 0.5 * min(max(near.box.height, 1.0), max(word.box.height, 1.0))
            if distance < reach and not _stacked(near, word) and (best is None or distance < best_distance):
                best, best_distance = row, distance
        if best is None:
            rows.append([word])
        else:
            best.append(word)
    return [sorted(row, key=lambda w: w.box.x0) for row in rows]


def reading_order(words: Sequence[Word]) -> tuple[Word, ...]:
    """Return words top-down, left to right within a row."""
    return tuple(word for row in in_rows(words) for word in row)


def page_text(words: Sequence[Word]) -> str:
    """Return the text of a page: one line per row, a blank between the words of a row (two where they stand apart)."""
    lines = []
    for row in in_rows(words):
        parts = [row[0].text]
        for before, word in pairwise(row):
            gap = word.box.x0 - before.box.x1
            parts.append("  " if gap > 2 * max(before.box.height, 1.0) else " ")
            parts.append(word.text)
        lines.append("".join(parts))
    return "\n".join(lines)


def _stacked(one: Word, other: Word) -> bool:
    """Two words that share columns but hardly any height are two lines, however close they stand."""
    across = min(one.box.x1, other.box.x1) - max(one.box.x0, other.box.x0)
    down = min(one.box.y1, other.box.y1) - max(one.box.y0, other.box.y0)
    narrow = min(one.box.width, other.box.width)
    low = min(one.box.height, other.box.height)
    return across > 0.3 * narrow and down < 0.5 * low
