"""Folding for search: how texts and needles are brought to one form before they are compared.

:func:`fold` maps character by character (Traditional to Simplified, radicals and other compatibility forms, full width
to half width, upper to lower case) and keeps the length, so an offset in the folded text is the same place in the text
itself. :func:`close` goes before it and may shorten: it drops what nobody types.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from dms.domain.hantext import INVISIBLE, RADICALS

LATIN = "a-z0-9"
_HAN = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_SPACES = dict.fromkeys((0x3000, 0xA0, 0x2002, 0x2003, 0x2009), " ")
_DOTS = dict.fromkeys(map(ord, "・•‧∙⋅･"), "·")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣"), "-")
# Compatibility forms of one letter or one Han character.
_ALIKE = ((0xAA, 0xBB), (0x2100, 0x2150), (0x3280, 0x32CC), (0xF900, 0xFB00), (0x1D400, 0x1D800), (0x2F800, 0x2FA20))
# Compatibility forms of several: ligatures, 株式会社 in one square, months and days.
_LIGATURES = ((0x132, 0x1F4), (0x3200, 0x3400), (0xFB00, 0xFB07))
# Signs that stand for Latin letters or figures: ², №, ™, Ⅳ, ①, ㎡.
_SIGNS = ((0xB2, 0xBA), (0x2070, 0x20A0), (0x2100, 0x2190), (0x2460, 0x2500), (0x3200, 0x3400))
# Ranges that may hold something for :func:`shape` and :func:`spelt_out` to do.
_ODD = re.compile(
    "[\u00ad\u0132-\u01f3\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3200-\u33ff\ufb00-\ufb06\ufe00-\ufe0f"
    "\ufeff\uff66-\uff9f\U000e0100-\U000e01ef]"
)
_ANY_SIGN = re.compile("[\u00b2-\u00b9\u2070-\u209f\u2100-\u218f\u2460-\u24ff\u3200-\u33ff]")
_LETTER = "A-Za-z0-9０-９Ａ-Ｚａ-ｚ"
_BLANK = re.compile(rf"(?<![{_LETTER}])(?<![{_LETTER}][.,;:!?)]) | (?![{_LETTER}(])")


def fold(text: str) -> str:
    """Return the folded text, of the same length."""
    return text.translate(_table())


def close(text: str) -> str:
    """Return text as it is searched, not yet folded: one line, blanks only between Latin words and sentences.

    OCR, layout and habit put blanks beside Han characters, and nobody types them; ligatures are taken apart, characters
    that take no room dropped.
    """
    return _BLANK.sub("", " ".join(shape(text).split()))


def shape(text: str) -> str:
    """Return text with ligatures taken apart and without what takes no room; lines and blanks stay."""
    # Most texts have nothing to mend, and looking is ten times quicker than mending.
    return unicodedata.normalize("NFC", text.translate(_shapes()) if _ODD.search(text) else text)


def spelt_out(text: str, around: str = "") -> str:
    """Return folded text with signs for letters and figures spelt out: ``25㎡`` is ``25m2``.

    Args:
        text: as folded.
        around: what to put before and behind each such sign.
    """
    if not _ANY_SIGN.search(text):
        return text
    told = _signs()
    return "".join(f"{around}{told[c]}{around}" if c in told else c for c in text)


@functools.cache
def _table() -> dict[int, str]:
    table: dict[int, str] = dict(_traditional())
    for code, one in _pairs(_ALIKE):
        if len(one) == 1 and (unicodedata.category(chr(code))[0] == "L" or _HAN.match(one)):
            table[code] = table.get(ord(one)) or (one.lower() if len(one.lower()) == 1 else one)
    for code, one in RADICALS.items():
        table[code] = table.get(ord(one), one)
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


@functools.cache
def _shapes() -> dict[int, str]:
    table: dict[int, str] = dict(INVISIBLE)
    table |= dict.fromkeys((*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)), "")
    for code in range(0xFF66, 0xFFA0):  # half-width kana; their voice marks join them
        table[code] = unicodedata.normalize("NFKC", chr(code))
    for code, letters in _pairs(_LIGATURES):
        if len(letters) > 1 and (letters.isalpha() or any(map(_HAN.match, letters))) and code not in _signs_codes():
            table[code] = letters
    return table


@functools.cache
def _signs() -> dict[str, str]:
    return {chr(code): unicodedata.normalize("NFKC", chr(code)).lower() for code in _signs_codes()}


@functools.cache
def _signs_codes() -> frozenset[int]:
    return frozenset(
        code
        for code, letters in _pairs(_SIGNS)
        if letters.isascii() and letters.isalnum() and unicodedata.category(chr(code))[0] != "L"
    )


def _pairs(ranges: tuple[tuple[int, int], ...]) -> Iterator[tuple[int, str]]:
    """Yield the compatibility forms of some ranges with what they stand for."""
    for first, last in ranges:
        for code in range(first, last):
            letters = unicodedata.normalize("NFKC", chr(code))
            if letters != chr(code):
                yield code, letters


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
