"""Where words stand on a page: the boxes of a search's hits or of a line, for marks over the page's picture. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence

from dms.domain.hantext import in_rows
from dms.domain.pages import Box, Page, Word

# More marks than this on one page help nobody.
MOST = 400


def marks(page: Page, texts: Sequence[str], fold: Callable[[str], str]) -> list[Box]:
    """Return the boxes of every place where one of some texts stands on a page, blanks not counting.

    A place that runs over several words of a row gives a box for each; within a word a box is cut where its letters
    stand, or, where the engine does not say, by their share of the width (Han letters are twice as wide). A text that
    begins with a Latin letter or digit is found at the beginning of a word only.

    Args:
        page: as recognised.
        texts: as typed or read.
        fold: length-preserving folding.
    """
    needles = [n for n in dict.fromkeys("".join(fold(t).split()) for t in texts) if n]
    if not needles:
        return []
    found: list[Box] = []
    for row in in_rows(page.words):
        letters, places = _letters(row, fold)
        for needle in needles:
            for start in _starts(letters, places, needle):
                found += _boxes(places[start : start + len(needle)])
                if len(found) >= MOST:
                    return found[:MOST]
    return found


def _letters(row: Sequence[Word], fold: Callable[[str], str]) -> tuple[str, list[tuple[Word, int]]]:
    """Return a row's folded letters without blanks, and for each its word and place in it."""
    letters, places = [], []
    for word in row:
        for place, letter in enumerate(fold(word.text)):
            if not letter.isspace():
                letters.append(letter)
                places.append((word, place))
    return "".join(letters), places


def _starts(letters: str, places: Sequence[tuple[Word, int]], needle: str) -> Iterator[int]:
    at = letters.find(needle)
    while at >= 0:
        if at == 0 or not (_latin(needle[0]) and _latin(letters[at - 1]) and _joined(places[at - 1], places[at])):
            yield at
        at = letters.find(needle, at + 1)


def _latin(letter: str) -> bool:
    return letter.isascii() and letter.isalnum()


def _joined(before: tuple[Word, int], after: tuple[Word, int]) -> bool:
    """True where no blank and no word's edge stands between two letters."""
    return before[0] is after[0] and before[1] + 1 == after[1]


def _boxes(places: Sequence[tuple[Word, int]]) -> Iterator[Box]:
    start = 0
    for i in range(1, len(places) + 1):
        if i == len(places) or places[i][0] is not places[start][0]:
            word, first = places[start]
            last = places[i - 1][1] + 1
            left, right = _span(word, first, last)
            yield Box(left, word.box.y0, right, word.box.y1)
            start = i


def _span(word: Word, first: int, last: int) -> tuple[float, float]:
    """Return where some letters of a word begin and end, points; ``last`` is the place behind them."""
    letters = [place for place, letter in enumerate(word.text) if not letter.isspace()]
    if len(word.edges) == 2 * len(letters):
        return word.edges[2 * letters.index(first)], word.edges[2 * letters.index(last - 1) + 1]
    widths = [2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in word.text]
    step = word.box.width / max(1, sum(widths))
    return word.box.x0 + sum(widths[:first]) * step, word.box.x0 + sum(widths[:last]) * step
