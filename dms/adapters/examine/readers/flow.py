"""What a reader of flowing text gives back."""

from __future__ import annotations

from dataclasses import dataclass

from dms.ports.examine import Attachment


@dataclass(frozen=True, slots=True)
class Flow:
    """Text and what the file says of itself (ISO date)."""

    text: str
    title: str = ""
    date: str = ""
    author: str = ""
    attachments: tuple[Attachment, ...] = ()
    active_content: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    signed: bool = False
