"""Runs of recognised text: blanks between Han characters closed, radicals mended, words put into reading order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from dms.domain.pages import Word

_HAN = (
    "\u2e80-\u2fdf\u3001-\u303f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\ufe30-\ufe4f"
    "\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\U00020000-\U0003ffff"
)
# CJK Radicals Supplement, from U+2E80 on, each with the character it stands for ("." has none). Print shops' fonts name
# their glyphs so, and Unicode decomposes only two of them.
_SUPPLEMENT = (
    ".厂乛乚乙亻冂几刀刂卜卩小小尢尢尢尣巳幺彑彐忄㣺扌攵.旡日月歺母民氵氺灬爫爫丬牛犭王疋目示礻竹糸纟网网网网网"
    "羊羊羊耂聿聿肉臼艹艹艹虎衤西西见角角讠贝足车辶辶辶阝钅長镸长门阜阝雨青韦页风飞食食飠饣首马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜"
    "龙龜亀龟"
)
RADICALS = {0x2E80 + at: to for at, to in enumerate(_SUPPLEMENT) if to != "."}
RADICALS |= {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
# Characters that take no room: zero-width blanks and joiners, word joiner, soft hyphen, marks of reading order.
INVISIBLE = dict.fromkeys(
    (0x00AD, 0x034F, 0x061C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF), ""
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
