"""Arabic and Hebrew among other words of a line, in reading order: the PDF library gives such lines as they stand."""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby
from typing import Any

import pypdfium2.raw as raw

_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_TOKEN = re.compile(r"\S+")


def has_right_to_left(text: str) -> bool:
    """Tell whether a text has letters that are read from right to left."""
    return _RIGHT_TO_LEFT.search(text) is not None


def reordered(textpage: Any) -> dict[str, str]:
    """Return the lines of a page that mix directions and stand in the order they are seen: as given, and as read."""
    chars = [chr(raw.FPDFText_GetUnicode(textpage, i) or 32) for i in range(textpage.count_chars())]
    found: dict[str, str] = {}
    start = 0
    for end in [i for i, c in enumerate(chars) if c in "\r\n"] + [len(chars)]:
        line = "".join(chars[start:end])
        if has_right_to_left(line):
            tokens = [(m[0], _left(textpage, start + m.start())) for m in _TOKEN.finditer(line)]
            if _as_seen(tokens):
                found[" ".join(line.split())] = " ".join(in_order([t for t, _ in tokens]))
        start = end + 1
    return found


def _left(textpage: Any, index: int) -> float:
    return float(textpage.get_charbox(index)[0])


def _as_seen(tokens: list[tuple[str, float]]) -> bool:
    """True where words come as they stand, from left to right, whatever their direction."""
    places = [place for _, place in tokens]
    return len(tokens) > 1 and places == sorted(places)


def in_order(tokens: list[str]) -> list[str]:
    """Return words, given from left to right, in the order they are read (in the manner of UAX 9)."""
    directions = [_direction(t) for t in tokens]
    backwards = sum(len(t) for t, d in zip(tokens, directions, strict=True) if d == "R") > sum(
        len(t) for t, d in zip(tokens, directions, strict=True) if d == "L"
    )
    # Numbers go with what stands around them.
    base = "R" if backwards else "L"
    settled = [_settled(directions, i, base) for i in range(len(tokens))]
    runs = [(d, [t for t, _ in group]) for d, group in groupby(zip(tokens, settled, strict=True), key=lambda p: p[1])]
    read = [list(reversed(run)) if d == "R" else run for d, run in runs]
    return [t for run in (reversed(read) if backwards else read) for t in run]


def _settled(directions: list[str], place: int, base: str) -> str:
    if directions[place] != "N":
        return directions[place]
    before = next((d for d in reversed(directions[:place]) if d != "N"), base)
    after = next((d for d in directions[place + 1 :] if d != "N"), base)
    return before if before == after else base


def _direction(token: str) -> str:
    kinds = [unicodedata.bidirectional(c) for c in token]
    if any(k in ("R", "AL") for k in kinds):
        return "R"
    return "L" if "L" in kinds else "N"
