"""What a reader of flowing text gives back: the text, and what it left out."""

from __future__ import annotations

from dataclasses import dataclass

from dms.domain.left_out import LeftOut
from dms.ports.examine import Attachment


@dataclass(frozen=True, slots=True)
class Flow:
    """Text, what of the file is not in it, and what the file says of itself (ISO date).

    A reader takes everything or tells: what it does not put into ``text`` or ``attachments`` it names in ``left_out``,
    a part of a kind it does not know among them.
    """

    text: str
    title: str = ""
    date: str = ""
    author: str = ""
    attachments: tuple[Attachment, ...] = ()
    active_content: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    signed: bool = False
    left_out: tuple[LeftOut, ...] = ()


def comment_line(who: str, said: str, place: str = "") -> str:
    """Return a comment as a line of text: who wrote it where, and what."""
    return f"批注 {' '.join(one for one in ('Comment', place, who) if one)}: {said}"
