"""A column type for words from outside: whatever Python can hold comes back as it was.

A file name may hold bytes that are no UTF-8 (Python reads them as lone surrogates) and a text NUL; no database takes
both. They are escaped behind a character of private use.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Dialect, String, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

_MARK = "\ue000"
_STRANGE = re.compile(f"[\ud800-\udfff\x00{_MARK}]")
_ESCAPED = re.compile(f"{_MARK}([0-9a-f]{{4}})")


class Words(TypeDecorator[str]):
    """Text of any length, or of at most ``length`` characters, that may hold anything."""

    impl = Text
    cache_ok = True

    def __init__(self, length: int | None = None) -> None:
        super().__init__()
        self.length = length

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Store plain text."""
        return String(self.length) if self.length else Text()

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Escape what no database takes."""
        if value is None or not _STRANGE.search(value):
            return value
        return _STRANGE.sub(lambda found: f"{_MARK}{ord(found[0]):04x}", value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Return what was stored."""
        if not isinstance(value, str) or _MARK not in value:  # a damaged row may hold anything
            return value
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)
