"""The numbers Word puts before paragraphs by itself (第一条, 1.2, a)): they are read on paper, so they are text."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from dms.adapters.examine.readers.container import all_within, attribute, child, local
from dms.adapters.examine.readers.ooxml import Package

_DIGITS = "〇一二三四五六七八九"
_STEPS = (("千", 1000), ("百", 100), ("十", 10))
_DEEPEST = 9
_CIRCLED = 0x2460
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
          (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip


class Numbering:
    """Counts the lists of one document.

    Args:
        package: the file.
        main: its main part.
    """

    def __init__(self, package: Package, main: str) -> None:
        self._levels: dict[str, list[tuple[str, str, int]]] = {}
        self._abstract: dict[str, str] = {}
        self._by_style: dict[str, tuple[str, int]] = {}
        self._counts: dict[str, list[int]] = defaultdict(lambda: [0] * _DEEPEST)
        for part in package.related(main, "numbering"):
            self._take(package.xml(part))
        for part in package.related(main, "styles"):
            root = package.xml(part)
            for style in all_within(root, "style") if root is not None else ():
                told = child(style, "pPr", "numPr")
                if told is not None:
                    self._by_style[attribute(style, "styleId")] = (_value(told, "numId"), _number(told, "ilvl"))

    def _take(self, root: Any) -> None:
        if root is None:
            return
        kinds: dict[str, list[tuple[str, str, int]]] = {}
        for one in root:
            if local(one) == "abstractNum":
                levels = [
                    (_value(level, "numFmt") or "decimal", _value(level, "lvlText"), _number(level, "start", 1))
                    for level in one
                    if local(level) == "lvl"
                ]
                kinds[attribute(one, "abstractNumId")] = levels[:_DEEPEST]
        for one in root:
            if local(one) == "num":
                kind = _value(one, "abstractNumId")
                identity = attribute(one, "numId")
                self._levels[identity] = kinds.get(kind, [])
                overridden = any(local(x) == "lvlOverride" and child(x, "startOverride") is not None for x in one)
                # Lists of one kind count on together, unless one begins anew.
                self._abstract[identity] = f"{kind}/{identity}" if overridden else kind

    def label(self, paragraph: Any) -> str:
        """Return what stands before a paragraph, with a blank behind it; empty where nothing does."""
        told = child(paragraph, "pPr", "numPr")
        style = child(paragraph, "pPr", "pStyle")
        identity, level = self._by_style.get(attribute(style, "val"), ("", 0)) if style is not None else ("", 0)
        if told is not None:
            identity, level = _value(told, "numId") or identity, _number(told, "ilvl", level)
        levels = self._levels.get(identity, [])
        if not 0 <= level < len(levels):
            return ""
        counts = self._counts[self._abstract[identity]]
        counts[level] = counts[level] + 1 if counts[level] else levels[level][2]
        counts[level + 1 :] = [0] * (_DEEPEST - level - 1)
        if levels[level][0] in ("bullet", "none"):
            return ""
        text = levels[level][1]
        for place, (kind, _, start) in enumerate(levels):
            text = text.replace(f"%{place + 1}", counted(counts[place] or start, kind))
        return f"{text} " if text else ""


def counted(number: int, kind: str) -> str:
    """Return a number as a kind of list writes it (ST_NumberFormat)."""
    if kind.startswith(("chinese", "japaneseCounting", "taiwaneseCounting", "ideographDigital", "koreanDigital2")):
        return _chinese(number)
    if kind == "upperLetter":
        return _letters(number)
    if kind == "lowerLetter":
        return _letters(number).lower()
    if kind in ("upperRoman", "lowerRoman"):
        roman = _roman(number)
        return roman.upper() if kind == "upperRoman" else roman
    if kind == "decimalEnclosedCircle" and 1 <= number <= 20:
        return chr(_CIRCLED + number - 1)
    return f"{number:02d}" if kind == "decimalZero" else str(number)


def _chinese(number: int) -> str:
    if not 0 < number < 10_000:
        return str(number)
    text, rest, gap = "", number, False
    for word, step in _STEPS:
        digit, rest = divmod(rest, step)
        if digit:
            text += ("零" if gap and text else "") + (
                "" if not text and word == "十" and digit == 1 else _DIGITS[digit]
            )
            text += word
        gap = not digit
    return text + (("零" if gap and text else "") + _DIGITS[rest] if rest else "")


def _letters(number: int) -> str:
    return chr(ord("A") + (number - 1) % 26) * ((number - 1) // 26 + 1) if 0 < number < 260 else str(number)


def _roman(number: int) -> str:
    if not 0 < number < 4000:
        return str(number)
    text = ""
    for value, letters in _ROMAN:
        text += letters * (number // value)
        number %= value
    return text


def _value(parent: Any, name: str) -> str:
    found = child(parent, name)
    return "" if found is None else attribute(found, "val")


def _number(parent: Any, name: str, otherwise: int = 0) -> int:
    told = _value(parent, name)
    return int(told) if told.isdigit() and len(told) < 6 else otherwise
