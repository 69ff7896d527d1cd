"""Draws sheets with ReportLab: Chinese fonts embedded and subset, QR codes as vectors, identical bytes each time."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from dms.adapters.codes import open_code_painter
from dms.adapters.paper.fonts import FontFile, find_fonts
from dms.errors import Unavailable
from dms.said import Said

_COLOURS = {"black": "#000000", "grey": "#666666", "light": "#c8c8c8", "red": "#c8102e", "pale": "#f3f3f1"}
# No opening of a line with these, no ending of one with those (避头尾).
_NOT_FIRST = "，。、；：？！）》」』】〉”’%,.;:?!)]}"
_NOT_LAST = "（《「『【〈“‘([{"
# A line may break behind these within Latin text: a code itself is never broken, an address at its steps.
_BREAKS = " -/@:"


@functools.lru_cache(maxsize=16)
def _registered(font: FontFile) -> str:
    """Register a font, once a process and only when a character needs it: the rare ones' are large."""
    name = f"dms-{font.name}"
    pdfmetrics.registerFont(TTFont(name, str(font.path), subfontIndex=font.index))
    return name


@functools.lru_cache(maxsize=8192)
def _font_of(char: str) -> str:
    """Return the first font that has a character; the first of all where none has it (its box shows the lack)."""
    for font in find_fonts():
        name = _registered(font)
        if ord(char) in pdfmetrics.getFont(name).face.charToGlyph:
            return name
    return _registered(find_fonts()[0])


def _runs(text: str) -> Iterator[tuple[str, str]]:
    """Cut a text into runs of one font each."""
    start = 0
    for i in range(1, len(text) + 1):
        if i == len(text) or _font_of(text[i]) != _font_of(text[start]):
            yield _font_of(text[start]), text[start:i]
            start = i


@functools.lru_cache(maxsize=64)
def _symbol(text: str, level: str) -> tuple[tuple[bool, ...], ...]:
    return open_code_painter().matrix(text, level=level)


class ReportlabPaper:
    """One PDF being drawn; see :class:`dms.ports.paper.Paper`."""

    def __init__(self) -> None:
        _registered(find_fonts()[0])
        self._canvas = Canvas("", invariant=1, pageCompression=1)
        self._height = 297.0
        self._open = False

    def page(self, width: float = 210.0, height: float = 297.0) -> None:
        """Begin a page."""
        if self._open:
            self._canvas.showPage()
        self._canvas.setPageSize((width * mm, height * mm))
        self._height = height
        self._open = True

    def text(self, x: float, y: float, text: str, *, size: float = 10.5, align: str = "left",
             colour: str = "black", fit: float = 0.0, turned: bool = False) -> None:  # fmt: skip
        """Draw one line."""
        text = " ".join(text.split())
        if fit > 0:
            text, size = self._fitted(text, size, fit)
        width = self.text_width(text, size)
        before = {"left": 0.0, "centre": width / 2, "right": width}[align]
        x, y = (x, y - before) if turned else (x - before, y)
        if turned:
            self._canvas.saveState()
            self._canvas.translate(x * mm, (self._height - y) * mm)
            self._canvas.rotate(-90)
            x = y = 0.0
        line = self._canvas.beginText(x * mm, 0 if turned else (self._height - y) * mm)
        line.setFillColor(HexColor(_COLOURS.get(colour, colour)))
        for font, run in _runs(text):
            line.setFont(font, size)
            line.textOut(run)
        self._canvas.drawText(line)
        if turned:
            self._canvas.restoreState()

    def _fitted(self, text: str, size: float, width: float) -> tuple[str, float]:
        """Shrink by at most a fifth, then cut with an ellipsis."""
        wanted = self.text_width(text, size)
        if wanted <= width:
            return text, size
        size = max(size * 0.8, size * width / wanted)
        if self.text_width(text, size) <= width:
            return text, size
        while text and self.text_width(text + "…", size) > width:
            text = text[:-1]
        return text + "…", size

    def paragraph(self, x: float, y: float, width: float, text: str, *, size: float = 10.5,
                  leading: float = 1.35, lines: int = 0) -> float:  # fmt: skip
        """Draw wrapped text."""
        wrapped = self._wrap(text, size, width)
        if lines and len(wrapped) > lines:
            last = wrapped[lines - 1]
            while last and self.text_width(last + "…", size) > width:
                last = last[:-1]
            wrapped = [*wrapped[: lines - 1], last + "…"]
        step = size * leading / mm
        for line in wrapped:
            self.text(x, y, line, size=size)
            y += step
        return y

    def wrap(self, text: str, width: float, size: float) -> list[str]:
        """Return the lines a text takes."""
        if "\n" not in text and self.text_width(text, size) <= width:
            return [text]
        return self._wrap(text, size, width)

    def _wrap(self, text: str, size: float, width: float) -> list[str]:
        lines: list[str] = []
        for paragraph in text.splitlines() or [""]:
            line: list[str] = []
            for piece in _pieces(paragraph):
                if line and self.text_width("".join([*line, piece]).rstrip(), size) > width:
                    carry = _carried(line, piece)
                    lines.append("".join(line).rstrip())
                    line, piece = carry, piece if carry else piece.lstrip()
                while piece and self.text_width("".join([*line, piece]).rstrip(), size) > width:
                    start = "".join(line)
                    fits = (i for i in range(1, len(piece) + 1) if self.text_width(start + piece[:i], size) > width)
                    cut = max(next(fits, 1) - 1, 0 if line else 1)
                    lines.append(start + piece[:cut])
                    line, piece = [], piece[cut:]
                if piece:
                    line.append(piece)
            lines.append("".join(line).rstrip())
        return lines

    def unbroken_width(self, text: str, size: float) -> float:
        """Width in millimetres of the widest part that no line may break."""
        return max((self.text_width(piece.rstrip(), size) for piece in _pieces(text) if len(piece) > 1), default=0.0)

    def text_width(self, text: str, size: float) -> float:
        """Width in millimetres."""
        return sum(float(pdfmetrics.stringWidth(run, font, size)) for font, run in _runs(text)) / float(mm)

    def line(self, x0: float, y0: float, x1: float, y1: float, *, width: float = 0.2, colour: str = "black",
             dashed: str = "") -> None:  # fmt: skip
        """Draw a line."""
        c = self._canvas
        c.setStrokeColor(HexColor(_COLOURS.get(colour, colour)))
        c.setLineWidth(width * mm)
        c.setDash([1.2 * mm, 1.2 * mm] if dashed else [])
        c.line(x0 * mm, (self._height - y0) * mm, x1 * mm, (self._height - y1) * mm)

    def rect(self, x: float, y: float, width: float, height: float, *, line: float = 0.2,
             colour: str = "black", fill: str = "") -> None:  # fmt: skip
        """Draw a rectangle."""
        c = self._canvas
        c.setDash([])
        c.setStrokeColor(HexColor(_COLOURS.get(colour, colour)))
        c.setLineWidth(line * mm)
        if fill:
            c.setFillColor(HexColor(_COLOURS.get(fill, fill)))
        c.rect(
            x * mm,
            (self._height - y - height) * mm,
            width * mm,
            height * mm,
            stroke=int(line > 0),
            fill=int(bool(fill)),
        )

    def qr(self, x: float, y: float, size: float, text: str, *, level: str = "Q") -> None:
        """Draw a QR symbol as dark rectangles, one for each run of modules in a row."""
        modules = _symbol(text, level)
        cell = size * mm / len(modules)
        path = self._canvas.beginPath()
        for row, cells in enumerate(modules):
            column = 0
            while column < len(cells):
                run = column
                while run < len(cells) and cells[run]:
                    run += 1
                if run > column:
                    # A hair of overlap downwards, so that no viewer shows a light seam between rows.
                    path.rect(
                        x * mm + column * cell,
                        (self._height - y) * mm - (row + 1) * cell,
                        (run - column) * cell,
                        cell * 1.01,
                    )
                column = run + 1
        self._canvas.setFillColor(HexColor("#000000"))
        self._canvas.drawPath(path, stroke=0, fill=1)

    def save(self, target: Path, *, title: str) -> None:
        """Write the PDF, whole or not at all."""
        if not self._open:
            self.page()
        self._canvas.setTitle(title)
        self._canvas.setCreator("dms")
        beside = target.with_name(f".{target.name}.new")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            beside.write_bytes(self._canvas.getpdfdata())
            beside.replace(target)
        except OSError as problem:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
            raise Unavailable(
                Said("{target} cannot be written: {problem}.", target=target, problem=problem.strerror),
                Said("Choose another file with -o."),
            ) from problem


def _carried(line: list[str], piece: str) -> list[str]:
    """Take from a full line what must go to the next one with the piece that follows (避头尾)."""
    carry: list[str] = []
    while len(line) > 1 and ((carry[0] if carry else piece)[0] in _NOT_FIRST or line[-1][-1] in _NOT_LAST):
        carry.insert(0, line.pop())
    return carry


def _pieces(text: str) -> Iterator[str]:
    """Cut a text where a line may break: between Han characters, behind blanks and what joins the parts of a number."""
    piece = ""
    for place, char in enumerate(text):
        han = char >= "\u2e80"
        if han:
            if piece:
                yield piece
                piece = ""
            yield char
        else:
            piece += char
            # A date and a span of pages stay whole.
            within = char == "-" and text[place - 1 : place].isdigit() and text[place + 1 : place + 2].isdigit()
            if char in _BREAKS and not within:
                yield piece
                piece = ""
    if piece:
        yield piece
