"""Parcels in a bucket."""

from __future__ import annotations

import secrets
from contextlib import suppress
from pathlib import Path

import obstore
from obstore.exceptions import NotFoundError

from dms.adapters.bucket import answered, open_bucket
from dms.errors import NotFound
from dms.said import Said

_BLOCK = 1 << 20


class BucketParcels:
    """See :class:`dms.ports.parcels.Parcels`."""

    def __init__(self, url: str) -> None:
        self._store, self._folder = open_bucket(url, "parcels")

    def put(self, item_id: str, source: Path) -> None:
        """Keep a file."""
        answered(lambda: obstore.put(self._store, self._folder + item_id, source))

    def fetch(self, item_id: str, target: Path) -> None:
        """Bring a file to this machine."""
        beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        target.parent.mkdir(parents=True, exist_ok=True)

        def bring() -> None:
            with beside.open("wb") as file:
                for block in obstore.get(self._store, self._folder + item_id).stream(_BLOCK):
                    file.write(bytes(block))

        try:
            answered(bring)
        except (NotFoundError, FileNotFoundError):
            raise NotFound(
                Said("The file of {item} is not on its way.", item=item_id), Said("Drop it again.")
            ) from None
        beside.replace(target)

    def drop(self, item_id: str) -> None:
        """Remove a file."""
        with suppress(NotFoundError, FileNotFoundError):
            answered(lambda: obstore.delete(self._store, self._folder + item_id))
