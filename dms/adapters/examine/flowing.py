"""Flowing text (text, office, mail) as pages: wrapped lines, their places, and the PDF drawn from them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from dms.adapters.examine.wording import written
from dms.domain.pages import Box, Page, Word

_WIDTH, _HEIGHT = 595.28, 841.89
_MARGIN, _SIZE, _STEP = 56.0, 10.0, 15.5
# Half-width columns of a line at this size; a Han character takes two.
_COLUMNS = int((_WIDTH - 2 * _MARGIN) / (_SIZE / 2))
_LINES = int((_HEIGHT - 2 * _MARGIN) / _STEP)
_WIDE = "\u2e80"
_OPENING = 200
_SHORTENED = "…… 副本到此为止，原件尚有 {0:,} 行。The copy ends here: {0:,} more lines."
_UNUSED_FONT = re.compile(rb"BT /F1 \d+(?:\.\d+)? Tf \d+(?:\.\d+)? TL ET")
_BLANK = re.compile(r"[^\S\n]+")


def clean(text: str) -> str:
    """Return text fit to be kept, at most two empty lines in a row."""
    return re.sub(r"\n{4,}", "\n\n\n", written(text)).strip("\n")


def layout(text: str, most: int = 0) -> tuple[list[list[str]], str]:
    """Return pages of wrapped lines, and what did not fit; an empty text has one empty page.

    Args:
        text: the whole text.
        most: so many pages at most (0: as many as it takes), so that an endless text costs little.
    """
    laid: list[list[str]] = [[]]
    lines = text.splitlines()
    for number, line in enumerate(lines):
        pieces = list(_wrap(line.expandtabs(4).rstrip()))
        for place, piece in enumerate(pieces):
            if len(laid[-1]) == _LINES:
                if len(laid) == most:
                    return laid, "\n".join(["".join(pieces[place:]), *lines[number + 1 :]])
                laid.append([])
            laid[-1].append(piece)
    return laid, ""


def _wrap(line: str) -> Iterator[str]:
    start = 0
    while True:
        end = _fitting(line, start)
        if end == len(line):
            yield line[start:]
            return
        # Break at a blank of the second half, unless the break is beside a Han character anyway.
        if line[end] < _WIDE and line[end - 1] < _WIDE:
            blank = line.rfind(" ", start + (end - start) // 2, end)
            end = blank + 1 if blank > 0 else end
        yield line[start:end].rstrip()
        start = end
        while start < len(line) and line[start].isspace():
            start += 1
        if start == len(line):
            return


def _fitting(line: str, start: int) -> int:
    """Return where a line that begins at ``start`` must end."""
    width = 0
    for place in range(start, len(line)):
        width += _columns(line[place])
        if width > _COLUMNS:
            return place
    return len(line)


def _columns(char: str) -> int:
    return 2 if char >= _WIDE else 1


def pages(laid: Sequence[Sequence[str]], rest: str = "") -> Iterator[Page]:
    """Return the pages with each line as a word in its place (points).

    Args:
        laid: lines by page.
        rest: what did not fit: it is text of the last page, to be found and read there, and its copy says that it is.
    """
    for number, lines in enumerate(laid, 1):
        cut = rest if number == len(laid) else ""
        shown = [*lines[:-1], _SHORTENED.format(hidden_lines(rest))] if cut else lines
        words = []
        for row, line in enumerate(shown):
            bare = line.strip()
            if not bare:
                continue
            x0 = _MARGIN + (len(line) - len(line.lstrip())) * _SIZE / 2
            width = sum(_columns(c) for c in bare) * _SIZE / 2
            y0 = _MARGIN + row * _STEP
            words.append(Word(bare, Box(x0, y0, min(x0 + width, _WIDTH - 20), y0 + _SIZE)))
        text = "\n".join(_BLANK.sub(" ", line).strip() for line in [*lines, *cut.splitlines()])
        yield Page(number, _WIDTH, _HEIGHT, tuple(words), text.strip(), "embedded")


def hidden_lines(rest: str) -> int:
    """Return how many lines the copy does not show: what did not fit, and the line that says so."""
    return rest.count("\n") + 2


def draw(found: Sequence[Page], target: Path) -> None:
    """Draw the pages as a PDF with real text, fonts embedded; PDF/A-2b where a validator is there to say so."""
    import pikepdf

    from dms.adapters.ocr import pdfa
    from dms.adapters.paper import open_paper

    paper, mm = open_paper(), 72 / 25.4
    for page in found:
        paper.page(page.width / mm, page.height / mm)
        for word in page.words:
            paper.text(word.box.x0 / mm, (word.box.y1 - 1.5) / mm, word.text, size=_SIZE)
    drawn = target.with_name(target.name + ".drawn")
    paper.save(drawn, title="")
    with pikepdf.open(drawn) as pdf:
        for sheet in pdf.pages:
            _drop_unused(pdf, sheet)
        pdfa.save(pdf, target, sure=False)
    drawn.unlink()


def _drop_unused(pdf: Any, page: Any) -> None:
    """Leave out what ReportLab puts on each page and PDF/A has no place for: an effect, a font not embedded or used."""
    if "/Trans" in page.obj:
        del page.obj["/Trans"]
    data = page.Contents.read_bytes()
    first, rest = data[:_OPENING], data[_OPENING:]
    page.Contents = pdf.make_stream(_UNUSED_FONT.sub(b"", first, count=1) + rest)
    fonts = page.Resources.get("/Font")
    if fonts is not None and "/F1" in fonts and b"/F1 " not in rest:
        del fonts["/F1"]
