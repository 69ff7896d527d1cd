"""A filled-in form: what it says, where it says it, and how it looks printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PIL import Image

from dms.demo.canvas import Sheet
from dms.demo.raster import print_sheet
from dms.domain.hantext import page_text
from dms.domain.pages import Box, Word


@dataclass(frozen=True, slots=True)
class Place:
    """Where ink is put on a form: a signature, a seal, a handwritten date or opinion.

    Attributes:
        kind: ``signature``, ``seal``, ``chop``, ``date`` or ``opinion``.
        role: ``customer``, ``handler``, ``supervisor``; empty for seals of the house.
        label: what is printed beside it.
        page: 1-based.
        box: points.
        filled: False where it was left empty (R4: something is missing).
    """

    kind: str
    role: str
    label: str
    page: int
    box: Box
    filled: bool


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of content without layout, for electronic drafts of the same form.

    Attributes:
        kind: ``house``, ``number``, ``title``, ``section``, ``row``, ``head``, ``line``, ``paragraph``, ``sign`` or
            ``footer``.
        cells: its texts; in a ``row`` labels and values take turns as ``labels`` says.
        labels: True for cells that are printed labels.
        shares: widths of the cells, in any unit.
    """

    kind: str
    cells: tuple[str, ...]
    labels: tuple[bool, ...] = ()
    shares: tuple[float, ...] = ()


@dataclass(frozen=True)
class Form:
    """One filled-in form.

    Attributes:
        kind: key of its form profile (``schemas/forms``).
        language: ``zh-Hans``, ``zh-Hant`` or ``en``.
        title: as printed.
        class_code: record class it belongs to.
        customer: customer's name, empty where the form has none.
        manager: account manager's code.
        manager_name: as printed.
        values: true values by field key, normalised: dates ``2026-03-05``, amounts ``12800.00``.
        printed: the same fields exactly as printed.
        places: where ink stands, in points; text read inside them is not print.
        sheets: its pages.
        blocks: its content without layout.
        seed: what it was made from.
    """

    kind: str
    language: str
    title: str
    class_code: str
    customer: str
    manager: str
    manager_name: str
    values: Mapping[str, str]
    printed: Mapping[str, str]
    places: tuple[Place, ...]
    sheets: tuple[Sheet, ...]
    blocks: tuple[Block, ...]
    seed: int

    @property
    def words(self) -> tuple[tuple[Word, ...], ...]:
        """Printed runs of each page with their boxes in points, as laid out; handwriting and seals are not in it."""
        return tuple(tuple(sheet.words) for sheet in self.sheets)

    @property
    def page_texts(self) -> tuple[str, ...]:
        """True text of each page in reading order, put together by the rule that serves recognised words."""
        return tuple(page_text(words) for words in self.words)

    @property
    def text(self) -> str:
        """True text of the whole form in reading order."""
        return "\n".join(self.page_texts)

    @property
    def boxes(self) -> dict[str, tuple[int, Box]]:
        """Field key -> page and box of its printed value, where it stands in one run."""
        found: dict[str, tuple[int, Box]] = {}
        for number, words in enumerate(self.words, 1):
            for key, printed in self.printed.items():
                for word in words:
                    if key not in found and printed and printed in word.text:
                        found[key] = (number, word.box)
        return found

    @property
    def signatures(self) -> tuple[Place, ...]:
        """The signature places."""
        return tuple(p for p in self.places if p.kind == "signature")

    def render(self, dpi: int = 300, **ink: Any) -> Image.Image:
        """Return the first page as RGB pixels; ``signatures`` and ``seals`` are True unless told."""
        return print_sheet(self.sheets[0], dpi, **ink)

    def render_pages(self, dpi: int = 300, **ink: Any) -> list[Image.Image]:
        """Return all pages as RGB pixels."""
        return [print_sheet(sheet, dpi, **ink) for sheet in self.sheets]
