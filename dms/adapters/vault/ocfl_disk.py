"""The vault on a disk: an OCFL v1.1 storage root that outlives this program (promise 7).

A new object is built whole in staging (a sibling of the root, same file system), fsynced, verified, and renamed into
place. A new version is renamed in as ``vN``, then the inventory, then its sidecar; a crash in between is healed by the
next writer: a ``vN`` the root inventory does not know is moved away, a sidecar that is behind is written again.
"""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from filelock import FileLock, Timeout

from dms.adapters.vault import durable
from dms.adapters.vault.checking import check_object, stray_entries
from dms.adapters.vault.inventory import (
    INVENTORY,
    OBJECT_DECLARATION,
    ROOT_DECLARATION,
    SIDECAR,
    Inventory,
    check_path,
    check_sidecar,
    object_path,
    parse,
    render,
    sidecar,
)
from dms.errors import Conflict, Damaged, NotFound, Unavailable
from dms.ports.vault import StoredFile, Trouble, Version

_LOCK_SECONDS = 60.0


class OcflDisk:
    """An OCFL storage root in a folder; see :class:`dms.ports.vault.Vault`.

    Args:
        root: the storage root; made where it is not there.

    Raises:
        Unavailable: it cannot be made.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._staging = root.with_name(root.name + "-staging")
        self._locks = self._staging / "locks"
        try:
            self._locks.mkdir(parents=True, exist_ok=True)
            if not (root / ROOT_DECLARATION[0]).exists():
                self._make_root()
        except OSError as problem:
            raise durable.unavailable(problem, "making it") from problem

    def _make_root(self) -> None:
        with FileLock(str(self._locks / "root.lock"), timeout=_LOCK_SECONDS):
            if (self._root / ROOT_DECLARATION[0]).exists():
                return
            self._root.mkdir(parents=True, exist_ok=True)
            name, data = ROOT_DECLARATION
            fresh = self._staging / secrets.token_hex(8)
            durable.write(data, fresh)
            fresh.replace(self._root / name)
            durable.sync_folder(self._root)
            durable.sync_folder(self._root.parent)

    # -- writing ----------------------------------------------------------------------------------------------
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
        """Write the next version; see the port."""
        place = self._root / object_path(object_id)
        for path in files:
            check_path(path)
        try:
            with self._lock(object_id):
                self._heal(place, object_id)
                before = self._inventory(place, object_id)
                head = before.head if before else 0
                if expect is not None and expect != head:
                    raise Conflict(
                        f"{object_id} has version {head}, not {expect}: somebody changed it meanwhile.",
                        "Look, then try again.",
                    )
                return self._write(place, object_id, before, files, message, user, at)
        except OSError as problem:
            raise durable.unavailable(problem, object_id) from problem

    def _write(
        self, place: Path, object_id: str, before: Inventory | None, files: Mapping[str, Path | bytes | None],
        message: str, user: str, at: str,
    ) -> Version:  # fmt: skip
        number = (before.head if before else 0) + 1
        stage = self._staging / f"{object_id}-v{number}-{secrets.token_hex(6)}"
        folder = stage / f"v{number}" if before is None else stage
        folder.mkdir(parents=True)
        try:
            manifest = dict(before.manifest) if before else {}
            state = dict(before.versions[before.head].files) if before else {}
            for path, source in files.items():
                if source is None:
                    state.pop(path, None)
                    continue
                target = folder / "content" / path
                target.parent.mkdir(parents=True, exist_ok=True)
                digest, size = durable.write(source, target)
                if digest in manifest:
                    target.unlink()  # its content is kept already: forward delta
                else:
                    manifest[digest] = f"v{number}/content/{path}"
                state[path] = StoredFile(path, size, digest)
            if before is not None and _same(state, before.versions[before.head].files):
                return self._filled(place, before, before.head)
            version = Version(number, message, user, at, state)
            inventory = Inventory(object_id, number, manifest, {**(before.versions if before else {}), number: version})
            data = render(inventory)
            for where in {folder, stage}:
                durable.write(data, where / INVENTORY)
                durable.write(sidecar(data), where / SIDECAR)
            _sync_tree(folder)
            if before is None:
                durable.write(OBJECT_DECLARATION[1], stage / OBJECT_DECLARATION[0])
                durable.sync_folder(stage)
                durable.make_folders(place.parent, self._root)
                stage.rename(place)
                durable.sync_folder(place.parent)
            else:
                self._add_version(place, folder, number, data)
            return self._filled(place, inventory, number)
        finally:
            shutil.rmtree(stage, ignore_errors=True)

    def _add_version(self, place: Path, folder: Path, number: int, data: bytes) -> None:
        fresh = [self._staging / secrets.token_hex(8) for _ in range(2)]
        try:
            durable.write(data, fresh[0])
            durable.write(sidecar(data), fresh[1])
            folder.rename(place / f"v{number}")
            durable.sync_folder(place)
            durable.replace(fresh[0], place / INVENTORY)
            durable.replace(fresh[1], place / SIDECAR)
        finally:
            for file in fresh:
                file.unlink(missing_ok=True)

    def _heal(self, place: Path, object_id: str) -> None:
        """Finish or undo what a crashed writer left half done between its renames."""
        if not place.is_dir():
            return
        try:
            data = (place / INVENTORY).read_bytes()
        except FileNotFoundError:
            raise Damaged(f"The inventory of {object_id} is missing.", "Restore the object from a backup.") from None
        told = (place / SIDECAR).read_bytes() if (place / SIDECAR).exists() else b""
        inventory = parse(data, object_id)
        if not check_sidecar(data, told):
            own = place / f"v{inventory.head}"
            kept = (own / INVENTORY).read_bytes() if (own / INVENTORY).exists() else b""
            if kept != data or not check_sidecar(kept, (own / SIDECAR).read_bytes()):
                raise Damaged(f"The inventory of {object_id} was altered.", "Restore the object from a backup.")
            fresh = self._staging / secrets.token_hex(8)
            durable.write(sidecar(data), fresh)
            durable.replace(fresh, place / SIDECAR)
        orphan = place / f"v{inventory.head + 1}"
        if orphan.is_dir():
            orphan.rename(self._staging / f"orphan-{object_id}-{secrets.token_hex(6)}")
            durable.sync_folder(place)

    @contextmanager
    def _lock(self, object_id: str) -> Iterator[None]:
        """One writer an object at a time, over threads and processes; the lock dies with its holder.

        A fixed number of lock files: one for each object would never be removed safely.
        """
        bucket = sum(object_id.encode()) % 64
        try:
            # Made anew on purpose: a FileLock object is reentrant within a process and would let two threads in.
            with FileLock(str(self._locks / f"{bucket:02d}.lock"), timeout=_LOCK_SECONDS, thread_local=False):
                yield
        except Timeout as problem:
            raise Unavailable(f"{object_id} is being written by somebody else.", "Try again in a moment.") from problem

    # -- reading ----------------------------------------------------------------------------------------------
    def head(self, object_id: str) -> Version | None:
        """Return the newest version, None where there is no such object."""
        place = self._root / object_path(object_id)
        inventory = self._inventory(place, object_id)
        return self._filled(place, inventory, inventory.head) if inventory else None

    def versions(self, object_id: str) -> tuple[Version, ...]:
        """Return all versions, oldest first."""
        place = self._root / object_path(object_id)
        inventory = self._inventory(place, object_id)
        if inventory is None:
            raise NotFound(f"The vault has no object {object_id}.", "Run “dms verify”.")
        return tuple(self._filled(place, inventory, n) for n in sorted(inventory.versions))

    def open(self, object_id: str, path: str, version: int | None = None) -> BinaryIO:
        """Open one file for reading."""
        place = self._root / object_path(object_id)
        inventory = self._inventory(place, object_id)
        chosen = inventory.versions.get(version or inventory.head) if inventory else None
        file = chosen.files.get(path) if chosen else None
        if inventory is None or file is None:
            raise NotFound(f"The vault has no {path} of {object_id}.", "Look at its versions with “dms show”.")
        try:
            return (place / inventory.manifest[file.sha512]).open("rb")
        except OSError as problem:
            raise Damaged(
                f"{path} of {object_id} cannot be read: {problem.strerror}.", "Run “dms verify”."
            ) from problem

    def address(self, object_id: str) -> str:
        """Return the object's address relative to the vault root."""
        return object_path(object_id)

    def objects(self) -> Iterator[str]:
        """Yield every object id, whatever else lies there."""
        for place in self._walk():
            yield place.name

    def _walk(self) -> Iterator[Path]:
        for folder, names, files in os.walk(self._root):
            names.sort()
            if OBJECT_DECLARATION[0] in files:
                names.clear()
                yield Path(folder)

    def _inventory(self, place: Path, object_id: str) -> Inventory | None:
        try:
            data = (place / INVENTORY).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            if place.is_dir():
                raise Damaged(f"The inventory of {object_id} is missing.", "Restore it from a backup.") from None
            return None
        except OSError as problem:
            raise Unavailable(
                f"{object_id} cannot be read: {problem.strerror}.", "Check the vault's disk."
            ) from problem
        return parse(data, object_id)

    def _filled(self, place: Path, inventory: Inventory, number: int) -> Version:
        """Return a version with the sizes of its files."""
        version = inventory.versions[number]
        files = {}
        for path, file in version.files.items():
            try:
                size = (place / inventory.manifest[file.sha512]).stat().st_size
            except OSError:
                size = 0  # missing content is for verify to tell
            files[path] = StoredFile(path, size, file.sha512)
        return replace(version, files=files)

    # -- care -------------------------------------------------------------------------------------------------
    def verify(self, object_id: str | None = None) -> Iterator[Trouble]:
        """Check structure and digests of one object or all."""
        if object_id is not None:
            yield from check_object(self._root / object_path(object_id), object_id)
            return
        yield from stray_entries(self._root)
        for place in self._walk():
            yield from check_object(place, place.name)

    def tidy(self, *, older_than_seconds: float = 86400.0) -> int:
        """Remove what crashed writers left in staging."""
        removed = 0
        for left in self._staging.iterdir():
            if left == self._locks or time.time() - left.stat().st_mtime < older_than_seconds:
                continue
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)
            removed += 1
        return removed


def _same(state: Mapping[str, StoredFile], head: Mapping[str, StoredFile]) -> bool:
    return {p: f.sha512 for p, f in state.items()} == {p: f.sha512 for p, f in head.items()}


def _sync_tree(folder: Path) -> None:
    """Make every name below a folder durable; folders that hold nothing any more are removed first."""
    for place, _, _ in os.walk(folder, topdown=False):
        here = Path(place)
        if not any(here.iterdir()):
            here.rmdir()
            continue
        durable.sync_folder(here)
