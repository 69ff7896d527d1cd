"""What a sheet says of itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sheet:
    """One kind of printed sheet.

    Attributes:
        name: what ``dms print`` calls it.
        title_zh: its title.
        title_en: its title in English.
        of: what one sheet stands for: ``record`` or ``volume``.
    """

    name: str
    title_zh: str
    title_en: str
    of: str
