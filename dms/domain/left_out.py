"""What of a file is not in its text, copy and search: named on the record, so that nothing is missing silently.

A reader names the kind by its key; the words are looked up where they are said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

# Key -> what is said, "{n}" the count. A key that is not here is said as it stands.
WORDS: Mapping[str, str] = {
    "pictures": "{n} pictures: what is written in them was not read",
    "media": "{n} sounds or films",
    "embedded": "{n} embedded files that were not taken apart",
    "unknown": "{n} parts of a kind nothing here reads",
    "deleted": "{n} passages deleted with tracked changes",
    "no_result": "the results of {n} formulas: the file holds none",
    "linked": "{n} things that lie outside the file and are only linked",
    "no_text": "no text at all was found",
    "damaged": "{n} parts that are damaged",
    "shortened": "its end: it is longer than is taken",
    "locked": "{n} parts that are locked with a password",
    "copy": "the last {n} lines in its copy to look at: its text and search have them",
    "characters": "{n} characters that are damaged",
    "empty": "{n} attachments that are empty",
    "data": "{n} sheets of structured data for programs",
    "logos": "{n} small pictures without a name",
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

    def said(self) -> str:
        """Return it in a few words."""
        words = WORDS.get(self.what, self.what).format(n=self.count)
        shown = ", ".join(self.names[:_NAMES_SAID]) + (", …" if len(self.names) > _NAMES_SAID else "")
        return f"{words} ({shown})" if shown else words


def sentence(left_out: Iterable[LeftOut]) -> str:
    """Return one sentence that names all, empty where nothing was left out."""
    said = [one.said() for one in left_out]
    return f"Not in its text: {'; '.join(said)}." if said else ""


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
