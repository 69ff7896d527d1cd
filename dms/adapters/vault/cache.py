"""What was read from a store lately, on this machine's disk: content by its digest, the longest unread goes first."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from dms.errors import Damaged
from dms.said import Do, Said

_PARTS = 8
_DIGITS = 128


class Cache:
    """A folder of content files, named by their SHA-512.

    Args:
        folder: made at the first use; everything in it may be removed at any time.
        limit: bytes it may hold; content larger than an eighth of it is not kept.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder, self._limit = folder, limit

    @property
    def most(self) -> int:
        """Bytes of the largest content that is kept."""
        return self._limit // _PARTS

    def open(self, sha512: str) -> BinaryIO | None:
        """Open kept content, None where there is none."""
        path = self._folder / sha512[:2] / sha512
        try:
            file = path.open("rb")
        except OSError:
            return None
        with suppress(OSError):
            os.utime(path)
        return file

    def keep(self, sha512: str, content: Iterable[bytes]) -> BinaryIO:
        """Keep content under its digest and open it.

        Raises:
            Damaged: it has another digest; nothing is kept.
        """
        folder = self._folder / sha512[:2]
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = folder / f".{secrets.token_hex(8)}"
        told = hashlib.sha512()
        try:
            with part.open("wb") as file:
                for block in content:
                    told.update(block)
                    file.write(block)
            if told.hexdigest() != sha512:
                raise Damaged(Said("it is not what was once written"), Said("Run “{act}”.", act=Do("verify")))
            opened = part.open("rb")
            part.rename(folder / sha512)
        finally:
            part.unlink(missing_ok=True)
        self._make_room()
        return opened

    def forget(self, digests: Iterable[str]) -> None:
        """Remove contents."""
        for sha512 in digests:
            if len(sha512) == _DIGITS and sha512.isalnum():
                (self._folder / sha512[:2] / sha512).unlink(missing_ok=True)

    def _make_room(self) -> None:
        """Remove what was not read for longest until the rest fits."""
        found = []
        for path in self._folder.glob("??/*"):
            with suppress(OSError):
                told = path.stat()
                found.append((told.st_mtime, told.st_size, path))
        size = sum(one[1] for one in found)
        for _, bytes_, path in sorted(found):
            if size <= self._limit:
                return
            path.unlink(missing_ok=True)
            size -= bytes_
