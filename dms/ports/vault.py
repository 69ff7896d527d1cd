"""The vault port: originals and their versions, for good (promises 1, 4, 7)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from dms.said import Said


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file of one version: logical path, bytes, SHA-512 in hex."""

    path: str
    size: int
    sha512: str


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an object; numbers count from 1."""

    number: int
    message: str
    user: str
    at: str
    files: Mapping[str, StoredFile]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something a check found in the vault; ``problem`` is a short code, ``detail`` is for a person."""

    object_id: str
    path: str
    problem: str
    detail: Said


class Vault(Protocol):
    """Versioned objects. Safe for many processes; two writers of one object never mix."""

    def write(
        self,
        object_id: str,
        files: Mapping[str, Path | bytes | None],
        *,
        message: str,
        user: str,
        at: str,
        expect: int | None = None,
    ) -> Version:
        """Write the next version: files given are added or replaced, None removes, all else is carried forward.

        Durable when it returns: digests checked after writing, files and folders fsynced, then renamed into place.
        Writing exactly what the head version holds returns the head and writes nothing (a repeated station).

        Args:
            object_id: electronic code, or ``batch-…`` for a scanned stack.
            files: logical path (``original/scan.pdf``) -> source file or bytes. Sources stay where they are.
            message: why this version exists.
            user: who.
            at: ISO 8601 time with zone.
            expect: number of the head version the caller knows (0: new object); None does not care.

        Raises:
            Conflict: the head is not what ``expect`` says.
            Unavailable: disk full, not writable; nothing of the old state was touched.
            Damaged: what was read back is not what was written.
            Usage: an unsafe logical path or object id.
        """
        ...

    def stage(self, token: str, files: Mapping[str, Path | bytes]) -> Mapping[str, str]:
        """Keep files beside the objects until a commit decides whether they are a version; return path -> SHA-512.

        Durable when it returns, for every machine that shares the vault; no object tells of them.

        Raises:
            Unavailable: disk full, not writable; nothing is left of it.
            Usage: an unsafe path.
        """
        ...

    def staged(self, token: str) -> AbstractContextManager[Mapping[str, Path]]:
        """Give what is staged under a token as readable files; they are gone when the context ends, or stay staged.

        Raises:
            NotFound: nothing is.
            Unavailable: it cannot be read now.
        """
        ...

    def unstage(self, token: str) -> None:
        """Remove what is staged under a token; nothing where there is none."""
        ...

    def purge(self, object_id: str, files: Mapping[str, bytes], *, message: str, user: str, at: str) -> Version:
        """Destroy all content of all versions for good and leave an object of one version with ``files`` (R9).

        Safe to repeat: a purge that was cut off leaves the old object, the new one, or for a moment none.

        Raises:
            Unavailable: not writable; what can still be read was not destroyed.
            Usage: no files, or an unsafe path.
        """
        ...

    def head(self, object_id: str) -> Version | None:
        """Return the newest version, None where there is no such object."""
        ...

    def versions(self, object_id: str) -> tuple[Version, ...]:
        """Return all versions, oldest first (NotFound where there is no such object)."""
        ...

    def open(self, object_id: str, path: str, version: int | None = None) -> BinaryIO:
        """Open one file for reading (NotFound where there is none)."""
        ...

    def address(self, object_id: str) -> str:
        """Return the object's address relative to the vault root, as printed on sheets (R13)."""
        ...

    def objects(self) -> Iterator[str]:
        """Yield every object id."""
        ...

    def verify(self, object_id: str | None = None) -> Iterator[Trouble]:
        """Check structure and digests of one object or all; yield what is wrong."""
        ...

    def keeps_destroyed(self) -> bool:
        """Tell whether what is destroyed (R9) can be had for longer: a bucket that keeps versions of its keys.

        Raises:
            Unavailable: the store does not answer.
        """
        ...

    def tidy(self, *, older_than_seconds: float = 86400.0, waiting: Collection[str] = ()) -> int:
        """Remove what crashed writers left in staging, but what is staged under tokens that wait; return how many."""
        ...
