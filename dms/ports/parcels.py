"""The parcels port: received files on their way, where every machine's workers get them."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class Parcels(Protocol):
    """Files by the id of their item. Kept until the item has ended."""

    def put(self, item_id: str, source: Path) -> None:
        """Keep a file; a second time replaces it with the same.

        Raises:
            Unavailable: it cannot be kept; the file stays where it is.
        """
        ...

    def fetch(self, item_id: str, target: Path) -> None:
        """Bring a file to this machine, whole or not at all.

        Raises:
            NotFound: it is not kept.
            Unavailable: it cannot be brought now.
        """
        ...

    def drop(self, item_id: str) -> None:
        """Remove a file; one that is not there is none."""
        ...
