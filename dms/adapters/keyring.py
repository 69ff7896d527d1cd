"""The archive's secrets in ``archive/secret.key``, one in hex on each line: the first signs, the others signed before.

What an earlier one signed is still read, so that no sheet on the shelf is dead after a renewal. The catalogue knows the
first one's fingerprint: with another key, what is printed here would attach nothing, so it is refused.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from dms.disk import sync_folder
from dms.errors import Conflict, Unavailable, Usage
from dms.ports.catalogue import Catalogue
from dms.said import Said

NAME = "secret.key"
_NEXT = "secret.key.next"
FACT = "key"
_ID_LENGTH = 8


def fingerprint(key: bytes) -> str:
    """Return what the catalogue knows of a key."""
    return hashlib.sha256(b"dms key\0" + key).hexdigest()


def key_id(key: bytes) -> str:
    """Return the name of a key for people: figures made of its fingerprint, which tell nothing of it."""
    return f"{int(fingerprint(key), 16) % 10**_ID_LENGTH:0{_ID_LENGTH}d}"


def opened(archive: Path, catalogue: Catalogue) -> tuple[bytes, ...]:
    """Return the secrets of an archive, the one that signs first.

    Raises:
        Unavailable: they are lost or damaged: none is made here, for every code printed so far would be dead.
        Usage: they are another archive's.
    """
    with catalogue.look() as tx:
        known = tx.fact(FACT)
    keys = _read(archive / NAME)
    if known is not None and fingerprint(keys[0]) != known:
        keys = _renewed(archive, known) or keys
    told = fingerprint(keys[0])
    if known is None:
        # An archive of an older version, or one whose catalogue is being rebuilt.
        with catalogue.begin() as tx:
            known = tx.fact(FACT) or told
            tx.set_fact(FACT, known)
    if known != told:
        raise Usage(
            Said("This is another key than the archive's."),
            Said(
                "Put archive/secret.key back from a backup, or copy the first machine's; QR codes are signed with it."
            ),
        )
    return keys


def make(archive: Path, catalogue: Catalogue) -> None:
    """Make the key of a new archive, readable for the owner only; one that is there stays.

    Raises:
        Usage: the catalogue is another archive's, or another machine's, whose key is not here.
    """
    path = archive / NAME
    with catalogue.look() as tx:
        known = tx.fact(FACT)
    if not path.exists():
        if known is not None:
            raise Usage(
                Said("The catalogue belongs to an archive whose key is not here."),
                Said("Copy archive/secret.key of its first machine here, then try again; or name another database."),
            )
        fresh = archive / f".{NAME}.{secrets.token_hex(4)}"
        _write(fresh, [secrets.token_bytes(32)])
        with suppress(FileExistsError):
            os.link(fresh, path)  # two first processes: one key wins, both use it
        fresh.unlink()
        sync_folder(archive)
    opened(archive, catalogue)


@contextmanager
def renewing(archive: Path) -> Iterator[None]:
    """Let one process at a time renew the key.

    Raises:
        Conflict: another one is at it.
    """
    try:
        with FileLock(archive / f"{NAME}.lock", timeout=0):
            yield
    except Timeout as problem:
        raise Conflict(Said("The key is being renewed by somebody else."), Said("Look again in a moment.")) from problem


def prepare(archive: Path, keys: Sequence[bytes]) -> bytes:
    """Put a new key beside the file, before those there are; return it. :func:`take` lets it sign.

    Raises:
        Unavailable: it cannot be written.
    """
    fresh = secrets.token_bytes(32)
    try:
        (archive / _NEXT).unlink(missing_ok=True)
        _write(archive / _NEXT, [fresh, *keys])
        sync_folder(archive)
    except OSError as problem:
        raise Unavailable(
            Said("The key cannot be written: {problem}.", problem=problem.strerror),
            Said("Look at the disk and the rights of the archive's folder."),
        ) from problem
    return fresh


def take(archive: Path) -> None:
    """Let the prepared key sign, once the catalogue knows it; for a process killed before, the next start does it."""
    (archive / _NEXT).replace(archive / NAME)
    sync_folder(archive)


def _renewed(archive: Path, known: str) -> tuple[bytes, ...]:
    """Finish a renewal that the catalogue knows of and whose process was killed; nothing where there is none."""
    if not (archive / _NEXT).exists():
        return ()
    keys = _read(archive / _NEXT)
    if fingerprint(keys[0]) != known:
        return ()
    take(archive)
    return keys


def _read(path: Path) -> tuple[bytes, ...]:
    try:
        keys = tuple(bytes.fromhex(line) for line in path.read_text(encoding="ascii").split())
    except FileNotFoundError:
        raise Unavailable(
            Said("The archive's key {path} is lost.", path=path),
            Said("Put it back from a backup; every QR code printed is signed with it."),
        ) from None
    except ValueError:
        keys = ()
    if not keys:
        raise Unavailable(Said("The archive's key {path} is damaged.", path=path), Said("Put it back from a backup."))
    return keys


def _write(path: Path, keys: Sequence[bytes]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write("".join(f"{key.hex()}\n" for key in keys))
        file.flush()
        os.fsync(file.fileno())
