"""Flowing text (text, office, mail) as pages: wrapped lines, their places, and the PDF drawn from them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from dms.domain.pages import Box, Page, Word

_WIDTH, _HEIGHT = 595.28, 841.89
_MARGIN, _SIZE, _STEP = 56.0, 10.0, 15.5
# Half-width columns of a line at this size; a Han character takes two.
_COLUMNS = int((_WIDTH - 2 * _MARGIN) / (_SIZE / 2))
_LINES = int((_HEIGHT - 2 * _MARGIN) / _STEP)
_BLANK = re.compile(r"[^\S\n]+")


def clean(text: str) -> str:
    """Return text fit to be kept: no control characters, no lone surrogates, at most two empty lines in a row."""
    text = text.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(c if c >= " " or c in "\n\t" else " " for c in text if c != "\x7f")
    return re.sub(r"\n{4,}", "\n\n\n", text).strip("\n")


def layout(text: str) -> list[list[str]]:
    """Return pages of wrapped lines; an empty text has one empty page."""
    lines = [piece for line in text.splitlines() for piece in _wrap(line.expandtabs(4).rstrip())]
    return [lines[i : i + _LINES] for i in range(0, len(lines), _LINES)] or [[]]


def _wrap(line: str) -> Iterator[str]:
    while True:
        cut = _fitting(line)
        if cut == len(line):
            yield line
            return
        # Break at a blank of the second half, unless the break is beside a Han character anyway.
        if line[cut] < "\u2e80" and line[cut - 1] < "\u2e80":
            blank = line.rfind(" ", cut // 2, cut)
            cut = blank + 1 if blank > 0 else cut
        yield line[:cut].rstrip()
        line = line[cut:].lstrip()


def _fitting(line: str) -> int:
    """Return how many characters of a line fit."""
    width = 0
    for place, char in enumerate(line):
        width += _columns(char)
        if width > _COLUMNS:
            return place
    return len(line)


def _columns(char: str) -> int:
    return 2 if char >= "\u2e80" else 1


def pages(laid: Sequence[Sequence[str]]) -> Iterator[Page]:
    """Return the pages with each line as a word in its place (points)."""
    for number, lines in enumerate(laid, 1):
        words = []
        for row, line in enumerate(lines):
            bare = line.strip()
            if not bare:
                continue
            x0 = _MARGIN + (len(line) - len(line.lstrip())) * _SIZE / 2
            width = sum(_columns(c) for c in bare) * _SIZE / 2
            y0 = _MARGIN + row * _STEP
            words.append(Word(bare, Box(x0, y0, min(x0 + width, _WIDTH - 20), y0 + _SIZE)))
        text = "\n".join(_BLANK.sub(" ", line).strip() for line in lines)
        yield Page(number, _WIDTH, _HEIGHT, tuple(words), text.strip(), "embedded")


def draw(found: Sequence[Page], target: Path) -> None:
    """Draw the pages as a PDF with real text (fonts embedded)."""
    from dms.adapters.paper import open_paper

    paper, mm = open_paper(), 72 / 25.4
    for page in found:
        paper.page(page.width / mm, page.height / mm)
        for word in page.words:
            paper.text(word.box.x0 / mm, (word.box.y1 - 1.5) / mm, word.text, size=_SIZE)
    paper.save(target, title="")
