"""What of a file is not in its text, copy and search: named on the record, so that nothing is missing silently.

A reader names the kind by its key; the words are looked up where they are said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dms.said import NOTHING, Said, verbatim

# Key -> what is said, "{n}" the count. A key that is not here is said as it stands.
WORDS: Mapping[str, Said] = {
    "pictures": Said("{n} pictures: what is written in them was not read", n=0),
    "media": Said("{n} sounds or films", n=0),
    "embedded": Said("{n} embedded files that were not taken apart", n=0),
    "unknown": Said("{n} parts of a kind nothing here reads", n=0),
    "deleted": Said("{n} passages deleted with tracked changes", n=0),
    "no_result": Said("the results of {n} formulas: the file holds none", n=0),
    "linked": Said("{n} things that lie outside the file and are only linked", n=0),
    "no_text": Said("no text at all was found"),
    "damaged": Said("{n} parts that are damaged", n=0),
    "shortened": Said("its end: it is longer than is taken"),
    "locked": Said("{n} parts that are locked with a password", n=0),
    "copy": Said("the last {n} lines in its copy to look at: its text and search have them", n=0),
    "characters": Said("{n} characters that are damaged", n=0),
    "empty": Said("{n} attachments that are empty", n=0),
    "data": Said("{n} sheets of structured data for programs", n=0),
    "pages_out": Said("{n} pages that were taken out; the scan has them", n=0),
    "pages_apart": Said("{n} pages of its scan that are another record", n=0),
    "logos": Said("{n} small pictures without a name", n=0),
}
_NAMES_SAID = 3


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One kind of thing that was left out.

    Attributes:
        what: key of :data:`WORDS`.
        count: how many.
        names: of the parts or places, as the file names them; may be empty.
        ask: whether a person must look, for the record may lack what matters; else it is only told.
    """

    what: str
    count: int = 1
    names: tuple[str, ...] = ()
    ask: bool = False

    def said(self) -> Said:
        """Return it in a few words."""
        words = WORDS[self.what].anew(n=self.count) if self.what in WORDS else verbatim(self.what)
        shown = (*self.names[:_NAMES_SAID], *(["…"] if len(self.names) > _NAMES_SAID else []))
        return Said("{words} ({names})", words=words, names=shown) if shown else words


def sentence(left_out: Iterable[LeftOut]) -> Said:
    """Return one sentence that names all, empty where nothing was left out."""
    said = [one.said() for one in left_out]
    return Said("Not in its text: {parts}.", parts=said) if said else NOTHING


def together(left_out: Iterable[LeftOut]) -> tuple[LeftOut, ...]:
    """Return each kind once, with all its parts counted."""
    kinds: dict[str, LeftOut] = {}
    for one in left_out:
        had = kinds.get(one.what)
        kinds[one.what] = (
            LeftOut(one.what, had.count + one.count, (*had.names, *one.names), had.ask or one.ask) if had else one
        )
    return tuple(kinds.values())


def left_out_from(told: Iterable[Mapping[str, Any]]) -> tuple[LeftOut, ...]:
    """Return what :func:`dataclasses.asdict` made plain."""
    return tuple(LeftOut(t["what"], int(t["count"]), tuple(t["names"]), bool(t["ask"])) for t in told)
