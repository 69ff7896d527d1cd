"""What stands in a form's rows: labels, values, check boxes, signers; and where their text may break."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

NOT_FIRST = "，。、；：？！）」』》%,.;:?!)"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: a printed label, or a value; ``options`` turns a value into check boxes."""

    text: str
    share: float = 1.0
    label: bool = False
    align: str = "left"
    options: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Signer:
    """One signature place: printed label, who writes, date as written; ``name`` empty leaves it open."""

    role: str
    label: str
    name: str
    date: str = ""
    seal: str = ""
    chop: str = ""


def label(text: str, share: float = 1.0) -> Cell:
    """Return a label cell."""
    return Cell(text, share, label=True, align="centre")


def value(text: str, share: float = 2.0, align: str = "left") -> Cell:
    """Return a value cell."""
    return Cell(text, share, align=align)


def checks(options: Sequence[str], chosen: Sequence[str], share: float = 2.0) -> Cell:
    """Return a cell of check boxes."""
    return Cell("", share, options=tuple(options), chosen=tuple(chosen))


def pieces(text: str) -> list[str]:
    """Split text where a line may break."""
    pieces: list[str] = []
    word = ""
    for char in text:
        if ord(char) >= 0x2E80:
            if word:
                pieces.append(word)
                word = ""
            pieces.append(char)
        elif char == " ":
            pieces.append(word + char)
            word = ""
        else:
            word += char
    return [*pieces, word] if word else pieces


def options_text(cell: Cell) -> str:
    """Return check boxes as text, for electronic drafts."""
    return "  ".join(f"{'☑' if o in cell.chosen else '□'}{o}" for o in cell.options)
