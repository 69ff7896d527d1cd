"""Lays a form out like an office does: title, bordered rows of labels and values, tables, signature rows, footers.

Rows grow with their text and pages break by themselves, so nothing runs out of its cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from dms.demo.canvas import HEIGHT, WIDTH, Pen, Seal, Shade, Sheet
from dms.demo.cells import NOT_FIRST, Cell, Signer, checks, label, options_text, pieces, value
from dms.demo.form import Block, Place
from dms.demo.people import ENGLISH, HOUSE
from dms.domain.pages import Box

LEFT, RIGHT, TOP, BOTTOM = 50.0, WIDTH - 50.0, 46.0, HEIGHT - 52.0
SIZE = 10.5
LEADING = 1.55
PAD = 5.0
INKS = ((22, 22, 26), (24, 40, 132), (18, 30, 110))


class Layout:
    """The pages of one form while they are being laid out."""

    def __init__(self, language: str, seed: int, *, shaded: bool = False) -> None:
        self.language = language
        self.english = language == ENGLISH
        self.size = SIZE - (1.0 if self.english else 0.0)
        self.shaded = shaded
        self.seed = seed
        self.rng = Random(f"layout:{seed}")
        self.sheets: list[Sheet] = [Sheet(english=self.english)]
        self.blocks: list[Block] = []
        self.places: list[Place] = []
        self.y = TOP
        self._open: float | None = None

    @property
    def sheet(self) -> Sheet:
        """The page being filled."""
        return self.sheets[-1]

    def head(self, title: str, *, number: str = "", house: bool = True, size: float = 19.0) -> None:
        """Print the house's name, the centred title and the form number at the top right."""
        if house:
            self.sheet.text(WIDTH / 2, self.y + 14, HOUSE[self.language], 12.5, align="centre")
            self.blocks.append(Block("house", (HOUSE[self.language],)))
            self.y += 24
        spread = title if self.english or len(title) > 8 else " ".join(title)
        self.sheet.text(WIDTH / 2, self.y + size, spread if self.english else title, size, align="centre", bold=True)
        self.blocks.append(Block("title", (title,)))
        self.y += size + 12
        if number:
            self.sheet.text(RIGHT, self.y + 9, number, 9.5, align="right")
            self.blocks.append(Block("number", (number,)))
            self.y += 16

    def section(self, text: str) -> None:
        """Print a section heading as a full-width row."""
        self._room(24)
        self._begin()
        box = Box(LEFT, self.y, RIGHT, self.y + 22)
        self.sheet.marks.append(Shade(Box(box.x0, box.y0, box.x1, box.y1), (226, 226, 228)))
        self.sheet.frame(box)
        self.sheet.text(LEFT + PAD, self.y + 15, text, self.size, bold=True)
        self.blocks.append(Block("section", (text,)))
        self.y += 22

    def row(self, *cells: Cell, height: float = 25.0) -> None:
        """Print one row of cells; it grows with its longest text."""
        widths = self._widths(cells)
        needed = max(self._needed(c, w) for c, w in zip(cells, widths, strict=True))
        high = max(height, needed)
        self._room(high)
        self._begin()
        x = LEFT
        for cell, wide in zip(cells, widths, strict=True):
            self._cell(cell, Box(x, self.y, x + wide, self.y + high))
            x += wide
        texts = tuple(options_text(c) if c.options else c.text for c in cells)
        self.blocks.append(Block("row", texts, tuple(c.label for c in cells), tuple(c.share for c in cells)))
        self.y += high

    def table(
        self, heads: Sequence[str], shares: Sequence[float], rows: Sequence[Sequence[str]], aligns: Sequence[str]
    ) -> None:
        """Print a table of lines; the heading is repeated on every page."""
        self._table_row(heads, shares, ["centre"] * len(heads), head=True)
        for cells in rows:
            if self.y + 22 > BOTTOM:
                self.new_page()
                self._table_row(heads, shares, ["centre"] * len(heads), head=True)
            self._table_row(cells, shares, aligns, head=False)

    def _table_row(self, cells: Sequence[str], shares: Sequence[float], aligns: Sequence[str], *, head: bool) -> None:
        whole = sum(shares)
        widths = [(RIGHT - LEFT) * s / whole for s in shares]
        drawn = [Cell(t, s, label=head, align=a) for t, s, a in zip(cells, shares, aligns, strict=True)]
        high = max(22.0, *(self._needed(c, w) for c, w in zip(drawn, widths, strict=True)))
        self._room(high)
        self._begin()
        x = LEFT
        for cell, wide in zip(drawn, widths, strict=True):
            self._cell(cell, Box(x, self.y, x + wide, self.y + high))
            x += wide
        self.blocks.append(Block("head" if head else "line", tuple(cells), (head,) * len(cells), tuple(shares)))
        self.y += high

    def passage(self, title: str, text: str, *, share: float = 1 / 6, lines: int = 3) -> None:
        """Print a row with a narrow label at the left and room for several lines at the right."""
        self.row(label(title, share), value(text, 1 - share), height=lines * self.size * LEADING + 2 * PAD)

    def paragraph(
        self, text: str, *, size: float = 0.0, indent: float = 0.0, bold: bool = False, gap: float = 4.0
    ) -> None:
        """Print running text outside the table; the first line begins ``indent`` points in."""
        self.close()
        used = size or self.size + 0.5
        for index, line in enumerate(self.wrap(text, RIGHT - LEFT, used, first=indent)):
            if self.y + used * 1.7 > BOTTOM:
                self.new_page()
            self.sheet.text(LEFT + (indent if index == 0 else 0), self.y + used, line, used, bold=bold)
            self.y += used * 1.7
        self.y += gap
        self.blocks.append(Block("section" if bold else "paragraph", (text,)))

    def plain(self, text: str, *, align: str = "left", size: float = 0.0, bold: bool = False) -> None:
        """Print one line outside the table."""
        self.close()
        used = size or self.size
        x = {"left": LEFT, "centre": WIDTH / 2, "right": RIGHT}[align]
        self.sheet.text(x, self.y + used, text, used, align=align, bold=bold)
        self.blocks.append(Block("paragraph", (text,)))
        self.y += used * 1.7

    def signatures(self, signers: Sequence[Signer], *, height: float = 66.0) -> None:
        """Print one cell for each signer: label on top, room to sign, a line for the date below."""
        self._room(height)
        self._begin()
        wide = (RIGHT - LEFT) / len(signers)
        date_label = "Date:" if self.english else "日期："
        for index, signer in enumerate(signers):
            box = Box(LEFT + index * wide, self.y, LEFT + (index + 1) * wide, self.y + height)
            self.sheet.frame(box)
            colon = ":" if self.english else "："
            said = self.sheet.text(box.x0 + PAD, box.y0 + 15, signer.label + colon, self.size - 0.5)
            dated = self.sheet.text(box.x0 + PAD, box.y1 - 8, date_label, self.size - 1)
            left = box.x0 + PAD + (4 if said.width > wide * 0.5 else said.width * 0.55)
            room = Box(left, box.y0 + 17, box.x1 - PAD, box.y1 - 20)
            self.write("signature", signer.role, signer.label, room, signer.name)
            if signer.date:
                day = Box(dated.x1 + 2, box.y1 - 20, min(dated.x1 + 78, box.x1 - PAD), box.y1 - 4)
                self.write("date", signer.role, signer.label, day, signer.date)
            if signer.seal:
                self.seal(signer.seal, box.x1 - 58, box.y0 + height * 0.45, role=signer.role)
            if signer.chop:
                self.chop(signer.chop, box.x1 - 34, box.y0 + 10, role=signer.role)
        cells = tuple(f"{s.label}{':' if self.english else '：'}" for s in signers)
        self.blocks.append(Block("sign", cells, (True,) * len(cells), (1.0,) * len(cells)))
        self.y += height

    def opinion(
        self, role: str, title: str, written: str, name: str, date: str, *, sign: str, height: float = 64.0
    ) -> None:
        """Print a row for somebody's opinion, written by hand, with his signature and the date at the lower right."""
        self._room(height)
        self._begin()
        split = LEFT + self._widths([Cell("", 1, label=True), Cell("", 5)])[0]
        self._cell(Cell(title, 1, label=True, align="centre"), Box(LEFT, self.y, split, self.y + height))
        self.sheet.frame(Box(split, self.y, RIGHT, self.y + height))
        middle = split + (RIGHT - split) * 0.42
        if written:
            room = Box(split + 10, self.y + 7, min(split + 10 + 19 * len(written), RIGHT - 120), self.y + 29)
            self.write("opinion", role, title, room, written)
        said = self.sheet.text(middle, self.y + height - 11, sign, self.size - 0.5)
        self.write(
            "signature", role, sign, Box(said.x1 + 1, self.y + height - 37, said.x1 + 92, self.y + height - 5), name
        )
        dated = self.sheet.text(
            RIGHT - 112, self.y + height - 11, "Date:" if self.english else "日期：", self.size - 0.5
        )
        if date:
            day = Box(dated.x1 + 1, self.y + height - 25, RIGHT - PAD, self.y + height - 7)
            self.write("date", role, title, day, date)
        self.blocks.append(Block("row", (title, ""), (True, False), (0.17, 0.83)))
        self.y += height

    def write(self, kind: str, role: str, said: str, box: Box, text: str) -> None:
        """Note a place for ink and, where there is text, write it."""
        self.places.append(Place(kind, role, said, len(self.sheets), box, bool(text)))
        if text:
            hand = Random(f"hand:{text if kind == 'signature' else role}:{self.seed // 100}")
            loose = hand.uniform(0.35, 0.6) if kind == "signature" else hand.uniform(0.1, 0.22)
            ink = INKS[hand.randrange(len(INKS))]
            self.sheet.marks.append(Pen(box, text, self.rng.randrange(10**6), ink, loose))

    def seal(self, name: str, x: float, y: float, *, below: str = "", size: float = 112.0, role: str = "") -> None:
        """Press a round seal centred at ``x``, ``y``, kept on the page."""
        half = size / 2
        x, y = min(max(x, half + 12), WIDTH - half - 12), min(max(y, half + 12), HEIGHT - half - 12)
        x, y = x + self.rng.uniform(-6, 6), y + self.rng.uniform(-5, 5)
        box = Box(x - half, y - half, x + half, y + half)
        self.sheet.marks.append(Seal(box, name, below, self.rng.randrange(10**6)))
        self.places.append(Place("seal", role, name, len(self.sheets), box, filled=True))

    def chop(self, name: str, x: float, y: float, *, size: float = 34.0, role: str = "") -> None:
        """Press a square name chop with its top left corner near ``x``, ``y``."""
        x, y = x + self.rng.uniform(-3, 3), y + self.rng.uniform(-3, 3)
        box = Box(x, y, x + size, y + size)
        self.sheet.marks.append(Seal(box, name, "", self.rng.randrange(10**6), square=True))
        self.places.append(Place("chop", role, name, len(self.sheets), box, filled=True))

    def note(self, text: str) -> None:
        """Print small explanations below the table."""
        self.close()
        self.y += 5
        size = self.size - 2.5
        for line in self.wrap(text, RIGHT - LEFT, size):
            self.sheet.text(LEFT, self.y + size, line, size)
            self.y += size * 1.5
        self.blocks.append(Block("footer", (text,)))

    def finish(self, left: str, right: str) -> tuple[Sheet, ...]:
        """Print small footers on every page and return the pages."""
        self.close()
        size = 7.5
        for index, sheet in enumerate(self.sheets, 1):
            sheet.line(LEFT, HEIGHT - 40, RIGHT, HEIGHT - 40, 0.35)
            sheet.text(LEFT, HEIGHT - 29, left, size)
            pages = f"Page {index} of {len(self.sheets)}" if self.english else f"第{index}页 共{len(self.sheets)}页"
            if self.language == "zh-Hant":
                pages = f"第{index}頁 共{len(self.sheets)}頁"
            sheet.text(WIDTH / 2, HEIGHT - 29, pages, size, align="centre")
            sheet.text(RIGHT, HEIGHT - 29, right, size, align="right")
        self.blocks.append(Block("footer", (left, right)))
        return tuple(self.sheets)

    def close(self) -> None:
        """End the bordered table: draw its thick outer frame."""
        if self._open is not None:
            self.sheet.frame(Box(LEFT, self._open, RIGHT, self.y), 1.3)
            self._open = None
            self.y += 6

    def new_page(self) -> None:
        """Go on to the next page."""
        self.close()
        self.sheets.append(Sheet(english=self.english))
        self.y = TOP

    def wrap(self, text: str, width: float, size: float, *, first: float = 0.0) -> list[str]:
        """Break text into lines of at most ``width`` points: Chinese anywhere but before a stop, Latin at blanks."""
        lines: list[str] = []
        for part in text.split("\n"):
            line, room = "", width - first
            for found in pieces(part):
                piece = found
                if not line or self.sheet.width_of((line + piece).rstrip(), size) <= room:
                    line += piece
                    continue
                if piece in NOT_FIRST and len(line) > 2:  # punctuation takes the last character down with it
                    line, piece = line[:-1], line[-1] + piece
                lines.append(line.rstrip())
                line, room = piece.lstrip(), width
            lines.append(line.rstrip())
        return lines

    def _begin(self) -> None:
        if self._open is None:
            self._open = self.y

    def _room(self, height: float) -> None:
        if self.y + height > BOTTOM:
            self.new_page()

    def _widths(self, cells: Sequence[Cell]) -> list[float]:
        """Widths of a row's cells in points; English labels are longer, so they take a fifth more."""
        total = sum(c.share for c in cells)
        wide = [1.22 if self.english and c.label else 1.0 for c in cells]
        labels = sum(c.share / total * w for c, w in zip(cells, wide, strict=True) if c.label)
        values = sum(c.share / total for c in cells if not c.label)
        room = (1 - labels) / values if values else 1.0
        return [(RIGHT - LEFT) * c.share / total * (w if c.label else room) for c, w in zip(cells, wide, strict=True)]

    def _needed(self, cell: Cell, width: float) -> float:
        """Height a cell needs at a width."""
        if cell.options:
            return 2 * PAD + self.size * LEADING * len(self._option_lines(cell, width)) - 2
        lines = self.wrap(cell.text, width - 2 * PAD, self.size)
        return 2 * PAD + self.size * LEADING * len(lines) - 2

    def _label_lines(self, cell: Cell, width: float) -> list[str]:
        """Break a label into lines of about the same length, as typists do."""
        lines = self.wrap(cell.text, width - 2 * PAD, self.size)
        if len(lines) < 2 or self.english:
            return lines
        each = -(-len(cell.text) // len(lines))
        return [cell.text[i : i + each] for i in range(0, len(cell.text), each)]

    def _option_lines(self, cell: Cell, width: float) -> list[list[str]]:
        lines: list[list[str]] = [[]]
        x = 0.0
        for option in cell.options:
            wide = self.sheet.width_of(option, self.size) + 2.4 * self.size
            if x and x + wide > width - PAD:
                lines.append([])
                x = 0.0
            lines[-1].append(option)
            x += wide
        return lines

    def _cell(self, cell: Cell, box: Box) -> None:
        if cell.label and self.shaded:
            self.sheet.marks.append(Shade(box, (238, 239, 242)))
        self.sheet.frame(box)
        step = self.size * LEADING
        if cell.options:
            rows = self._option_lines(cell, box.width)
            y = box.middle[1] - step * len(rows) / 2 + self.size * 1.14
            for row in rows:
                x = box.x0 + PAD
                for option in row:
                    self.sheet.tick_box(x, y, self.size, ticked=option in cell.chosen)
                    said = self.sheet.text(x + self.size * 1.05, y, option, self.size)
                    x = said.x1 + self.size * 1.35
                y += step
            return
        lines = (
            self._label_lines(cell, box.width) if cell.label else self.wrap(cell.text, box.width - 2 * PAD, self.size)
        )
        y = box.middle[1] - step * len(lines) / 2 + self.size * 1.14
        x = {"left": box.x0 + PAD, "centre": box.middle[0], "right": box.x1 - PAD}[cell.align]
        for line in lines:
            self.sheet.text(x, y, line, self.size, align=cell.align)
            y += step


__all__ = ["LEFT", "RIGHT", "Cell", "Layout", "Signer", "checks", "label", "value"]
