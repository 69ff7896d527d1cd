"""Folding for search: Traditional to Simplified, full width to half width, upper to lower case; the length stays.

So an offset in the folded text is the same place in the text itself.
"""

from __future__ import annotations

import functools
from pathlib import Path

_SPACES = dict.fromkeys((0x3000, 0xA0, 0x2002, 0x2003, 0x2009), " ")
_DOTS = dict.fromkeys(map(ord, "・•‧∙⋅･"), "·")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣"), "-")


def fold(text: str) -> str:
    """Return the folded text, of the same length."""
    return text.translate(_table())


@functools.cache
def _table() -> dict[int, str]:
    table: dict[int, str] = dict(_traditional())
    for code in range(0xFF01, 0xFF5F):
        table[code] = chr(code - 0xFEE0)
    table.update(_SPACES)
    table.update(_DOTS)
    table.update(_DASHES)
    for source in (range(0x41, 0x5B), range(0xC0, 0x250), range(0x370, 0x530), range(0xFF21, 0xFF3B)):
        for code in source:
            lower = (table.get(code) or chr(code)).lower()
            if len(lower) == 1:
                table[code] = lower
    return table


def _traditional() -> dict[int, str]:
    """Read OpenCC's single characters: the first Simplified form of each Traditional one."""
    import opencc

    path = Path(opencc.__file__).parent / "dictionary" / "TSCharacters.txt"
    table: dict[int, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        source, _, targets = line.partition("\t")
        target = targets.split(" ")[0]
        if len(source) == 1 and len(target) == 1:
            table[ord(source)] = target
    return table
