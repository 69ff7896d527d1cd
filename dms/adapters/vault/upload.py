"""What a writer puts into a bucket, written down there before he does: so that what a killed one left is found."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import obstore
from obstore.exceptions import NotFoundError
from obstore.store import S3Store

from dms.adapters.bucket import answered
from dms.adapters.vault.layout import object_path
from dms.errors import Usage


class Upload:
    """What one writer uploads.

    Args:
        store: the bucket.
        folder: of the markers, beside the root.
        object_id: what he writes.
        key: of a marker that is there already; a new one where empty.
    """

    def __init__(self, store: S3Store, folder: str, object_id: str, key: str = "") -> None:
        self.object_id = object_id
        self.name = secrets.token_hex(4)
        self.keys: list[str] = []
        self.kept: set[str] = set()
        self._store = store
        self._key = key or f"{folder}{object_id}~{self.name}"

    def announce(self, keys: Sequence[str]) -> None:
        """Write down that keys are about to be put."""
        self.keys += keys
        data = json.dumps(self.keys, ensure_ascii=False).encode()
        answered(lambda: obstore.put(self._store, self._key, data))

    def announced(self) -> list[str]:
        """Return what a writer was about to put; nothing of what no writer of ours can have written."""
        try:
            told: Any = json.loads(bytes(answered(lambda: obstore.get(self._store, self._key).bytes())))
            return [k for k in told if isinstance(k, str) and k.startswith(object_path(self.object_id) + "/v")]
        except (NotFoundError, FileNotFoundError, ValueError, TypeError, Usage):
            return []

    def forget(self) -> None:
        """Remove the marker."""
        with suppress(NotFoundError, FileNotFoundError):
            answered(lambda: obstore.delete(self._store, self._key))
