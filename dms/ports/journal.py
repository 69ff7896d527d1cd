"""The journal port: the log a second time, in plain lines outside the catalogue (promise 6)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from dms.ports.catalogue import Catalogue


class Journal(Protocol):
    """Keeps every act a second time, in order. Safe for many processes."""

    def catch_up(self, catalogue: Catalogue) -> None:
        """Append the acts it does not hold yet; durable when it returns. A failure is told, and made good next time."""
        ...

    def acts(self) -> Iterator[dict[str, Any]]:
        """Yield the acts as they were written; a line nobody can read gives ``{"seq": 0}``."""
        ...
