"""Which index terms a text has: its characters and words, its numbers and codes in every notation.

A term is one of these, told apart by how it begins:

- a Latin word or number, a Han character or two, a sign: as they stand in the folded text;
- ``12,800.50`` a chain of words with single separators, as written, from each of its words on;
- ``12800.50`` or ``13912345678`` the same with nothing between: thousands, groups of digits, codes, words broken at a
  line's end;
- ``#12800.5`` the value of a number; ``=international`` a word that may be broken at a line's end without a hyphen;
- ``~ts20260045`` any of them with o, l and i read as the figures they look like.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dms.adapters.search.folding import LATIN, fold, shape, spelt_out

HAN = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\uac00-\ud7af\u3040-\u30ff]")
RUNS = re.compile(rf"[{LATIN}]+|{HAN.pattern}+|\S")
_WORD = re.compile(rf"[{LATIN}]+")
# Terms are cut at these lengths; a longer needle is looked up by its beginning and read to be sure.
MOST = 40
MOST_BARE = 32
# Fewer digits in groups are scores, ranges and days, no number that is also written in one.
LEAST_DIGITS = 7
LEAST_BROKEN = 6
SEPARATORS = "-./_·,"
_SIGN = "\x1f"
_BETWEEN_DIGITS = {"(", ")", ") ", " (", ")-", "-("}
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d{1,13})(?:\.\d{1,6})?"
NUMBER = re.compile(rf"(?<![{LATIN}]){_NUMBER}(?![{LATIN}]|\.\d|[-/_·][{LATIN}])")
_IN_CODE = re.compile(rf"(?<=[{LATIN}])[-/_·.]$")
_FIGURES = re.compile(r"[\d.,]+")
_WHOLE = re.compile(rf"(?=.*[.,]){_NUMBER}|\d{{{LEAST_DIGITS},}}")
_BREAK = re.compile(
    rf"(?<![{LATIN}])(?<![{LATIN}][{SEPARATORS}])([{LATIN}](?:[{LATIN}]|[{SEPARATORS}](?!\s))*?)([-.,/]?)[ \t]*\n[ \t]*"
    rf"(?=([{LATIN}](?:[{LATIN}]|[{SEPARATORS}](?=[{LATIN}]))*))"
)
_LINE_END = re.compile(r"[A-Za-z0-9０-９Ａ-Ｚａ-ｚ,./\u00ad-][^\S\n]*\n\s*[A-Za-z0-9０-９Ａ-Ｚａ-ｚ]")
_LETTERS = re.compile(r"[oli]")
_LOOKS = str.maketrans("oli", "011")


def grams(text: str) -> Iterator[str]:
    """Yield the terms of a folded text as it stands: Latin words and numbers, Han bigrams and characters, signs."""
    for match in RUNS.finditer(text):
        run = match[0]
        if len(run) == 1 or run[0].isascii():
            yield run
        else:
            yield from run
            for i in range(len(run) - 1):
                yield run[i : i + 2]


def ordered_grams(text: str) -> Iterator[str]:
    """Yield the bigrams of each Han run in order, its last character behind them, so that runs never join."""
    for match in re.finditer(rf"{HAN.pattern}{{2,}}", text):
        run = match[0]
        for i in range(len(run) - 1):
            yield run[i : i + 2]
        yield run[-1]


def notations(text: str, lines: str = "") -> set[str]:
    """Return the terms for other notations of what stands in a text.

    Args:
        text: closed and folded.
        lines: the text with its lines, as it came.
    """
    found = _written(text)
    if _LINE_END.search(lines):
        found |= _broken(fold(shape(lines.replace("\u00ad\n", "-\n"))))
    words = set(_WORD.findall(text))
    found |= {f"~{looks(w)}" for w in words | found if _looks_like_figures(w)}
    return found - words


def looks(word: str) -> str:
    """Return a word with o, l and i as the figures they look like."""
    return word.translate(_LOOKS)


def value(number: str) -> str:
    """Return the value of a number as written: no thousands, no trailing zeros."""
    whole, _, part = number.replace(",", "").partition(".")
    whole, part = whole.lstrip("0") or "0", part.rstrip("0")
    return f"{whole}.{part}" if part else whole


def _looks_like_figures(word: str) -> bool:
    if not _LETTERS.search(word) or word[0] == "=":
        return False
    return any(c.isdigit() for c in word) or (len(word) > 1 and not set(word) - set("oli"))


def _written(text: str) -> set[str]:
    found: set[str] = set()
    spelt = spelt_out(text, _SIGN)
    if spelt != text:
        found.update(_WORD.findall(spelt))
    for chain in _chains(spelt):
        _of_chain(chain, found)
    for match in NUMBER.finditer(spelt):
        number = match[0]
        if _IN_CODE.search(spelt, max(0, match.start() - 2), match.start()):
            continue  # part of a code or a date
        if "," in number:
            found.add(number.replace(",", ""))
        found.add(f"#{value(number)}")
    return found


def _chains(text: str) -> Iterator[list[tuple[str, str]]]:
    """Yield runs of words that may be one: each with what stands between it and the next, empty behind the last."""
    chain: list[tuple[str, str]] = []
    end = -1
    for match in _WORD.finditer(text):
        gap = text[end : match.start()] if chain else ""
        if chain and len(gap) <= 2 and _joins(chain[-1][0], gap, match[0]):
            chain[-1] = (chain[-1][0], gap)
        else:
            if len(chain) > 1:
                yield chain
            chain = []
        chain.append((match[0], ""))
        end = match.end()
    if len(chain) > 1:
        yield chain


def _joins(before: str, gap: str, after: str) -> bool:
    if (len(gap) == 1 and gap in SEPARATORS) or not gap.strip(_SIGN):
        return True
    if gap == " ":
        # Two long numbers beside each other are no groups of one.
        if min(len(before), len(after)) >= LEAST_DIGITS:
            return False
        figures = _has_figure(before) + _has_figure(after)
        return figures == 2 or (figures == 1 and len(before) == len(after) == 4)
    return gap in _BETWEEN_DIGITS and before[-1].isdigit() and after[0].isdigit()


def _of_chain(chain: list[tuple[str, str]], found: set[str]) -> None:
    """Add a chain's terms from each of its words on: as written, and with nothing between."""
    points = [_is_point(chain, i) for i in range(len(chain))]
    amounts = [
        (i > 0 and (chain[i - 1][1] == "," or points[i - 1])) or chain[i][1] == "," or points[i]
        for i in range(len(chain))
    ]
    for start in range(len(chain) - 1):
        written = bare = chain[start][0]
        tight = joined = True
        for i in range(start, len(chain) - 1):
            gap, word = chain[i][1], chain[i + 1][0]
            tight = tight and len(gap) == 1 and gap in SEPARATORS and len(written) < MOST
            if tight:
                written += gap + word
            joined = joined and len(bare) < MOST_BARE and gap != "," and not points[i]
            joined = joined and not (gap == " " and (amounts[i] or amounts[i + 1]))
            if joined:
                bare += word
            if not tight and not joined:
                break
        if written != chain[start][0]:
            found.add(written[:MOST])
        if bare != chain[start][0] and (len(bare) >= LEAST_DIGITS or not bare.isdigit()):
            found.add(bare[:MOST])


def _is_point(chain: list[tuple[str, str]], i: int) -> bool:
    """True where the dot behind a word is a decimal point: figures around it, and no further dot beside."""
    if chain[i][1] != "." or not chain[i][0].isdigit() or not chain[i + 1][0].isdigit():
        return False
    return not (i > 0 and chain[i - 1][1] == ".") and chain[i + 1][1] != "."


def _broken(lines: str) -> set[str]:
    """Return the terms of what stands over a line's end, whole."""
    found: set[str] = set()
    for match in _BREAK.finditer(lines):
        before, mark, after = match[1], match[2], match[3]
        last, first = re.split(r"[^a-z0-9]", before)[-1], re.split(r"[^a-z0-9]", after)[0]
        whole = before + mark + after
        if mark == "-":
            wholes = [before + after, whole]
        elif not mark and last.isalpha() and first.isalpha():
            if min(len(last), len(first)) > 1 and len(last) + len(first) >= LEAST_BROKEN:
                found.add(f"={last}{first}")
            continue
        elif _FIGURES.fullmatch(whole):
            # A column of numbers is no number.
            wholes = [whole] if _WHOLE.fullmatch(whole) and not re.search(r"\.\d\d$", before) else []
        else:
            wholes = [whole] if mark or (_has_figure(last) and _has_figure(first)) else []
        parts = {*_WORD.findall(before), *_WORD.findall(after), *_written(before), *_written(after)}
        for told in wholes:
            found |= ({*_WORD.findall(told)} | _written(told)) - parts
    return found


def _has_figure(word: str) -> bool:
    return any(c.isdigit() for c in word)
