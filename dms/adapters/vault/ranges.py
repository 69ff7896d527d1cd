"""A key too large for the cache, read by ranges as it is needed."""

from __future__ import annotations

import io
from typing import Any

import obstore
from obstore.store import S3Store

from dms.adapters.bucket import answered


class Ranges(io.RawIOBase):
    """A key of a bucket as a file; each read raises Unavailable where the store does not answer.

    Args:
        store: the bucket.
        key: whole, from the bucket's root.
        size: bytes.
    """

    def __init__(self, store: S3Store, key: str, size: int) -> None:
        super().__init__()
        self._store, self._key, self._size, self._at = store, key, size, 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move within the file."""
        self._at = max(0, {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence] + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Fetch the next bytes."""
        end = min(self._size, self._at + len(buffer))
        if end <= self._at:
            return 0
        data = bytes(answered(lambda: obstore.get_range(self._store, self._key, start=self._at, end=end)))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)
