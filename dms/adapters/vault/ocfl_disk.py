"""The vault on a disk: an OCFL v1.1 storage root that outlives this program (promise 7).

Content is copied to staging (a sibling of the root, same file system), fsynced and read back without any lock; then,
under the object's lock, moved into place by renames. A crash between the renames of a new version is healed by whoever
opens the vault or writes the object next.
"""

from __future__ import annotations

import os
import shutil
import time
import zlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from filelock import FileLock, Timeout

from dms.adapters.vault import durable
from dms.adapters.vault.checking import check_object, check_root
from dms.adapters.vault.inventory import (
    INVENTORY,
    SIDECAR,
    Inventory,
    check_head,
    check_request,
    check_token,
    following,
    new_version,
    parse,
    same_files,
)
from dms.adapters.vault.layout import README, ROOT_DECLARATION, object_path, walk
from dms.adapters.vault.staging import MARK, add_object, add_version, added, heal, read_inventory, staged, take
from dms.disk import make_folder, sync_folder, sync_folders
from dms.errors import Damaged, NotFound, Unavailable, Usage
from dms.ports.vault import StoredFile, Trouble, Version
from dms.said import Do, Said

_LOCK_SECONDS = 60.0
_LOCKS = 256


class OcflDisk:
    """An OCFL storage root in a folder; see :class:`dms.ports.vault.Vault`.

    Args:
        root: the storage root; made where it is not there.

    Raises:
        Unavailable: it cannot be made, or the folder holds something else.
    """

    def __init__(self, root: Path) -> None:
        # Resolved, so that staging is beside the real folder and renames stay on one disk.
        self._root = root = Path(os.path.realpath(root))
        self._staging = root.with_name(root.name + "-staging")
        self._locks = self._staging / "locks"
        self._undecided = self._staging / "undecided"
        try:
            if not (root / ROOT_DECLARATION[0]).exists():
                self._make_root()
            self._heal_all()
        except OSError as problem:
            raise durable.unavailable(problem, str(root)) from problem

    def _make_root(self) -> None:
        make_folder(self._locks)
        with self._lock("root"), staged(self._staging, "root") as stage:
            if (self._root / ROOT_DECLARATION[0]).exists():
                return
            if self._root.exists() and any(self._root.iterdir()):
                raise Unavailable(
                    Said("The folder {root} holds files and is no vault.", root=self._root),
                    Said(
                        "Choose an empty folder; if it was a vault, restore its file {root_declaration} from a backup.",
                        root_declaration=ROOT_DECLARATION[0],
                    ),
                )
            built = stage / "built"
            built.mkdir()
            for name, data in (README, ROOT_DECLARATION):
                durable.write(data, built / name)
            sync_folder(built)
            built.rename(self._root)
            sync_folder(self._root.parent)

    def _heal_all(self) -> None:
        """Heal the objects whose writers died between their renames; their staging folders tell which."""
        if not self._staging.is_dir():
            return
        for left in sorted(self._staging.glob(f"*{MARK}*")):
            if not ((left / INVENTORY).exists() or (left / SIDECAR).exists()):
                continue
            object_id = left.name.partition(MARK)[0]
            # Written just now, not ours, not to be healed, or on a disk that only gives: verify and the next write say.
            with suppress(Unavailable, Usage, Damaged, OSError):
                place = self._root / object_path(object_id)
                with self._lock(object_id, seconds=0):
                    heal(place, object_id, self._staging)
                    shutil.rmtree(left, ignore_errors=True)  # its writer would hold the lock

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
        check_request(files)
        try:
            make_folder(self._locks)
            before = read_inventory(place, object_id)
            check_head(object_id, before.head if before else 0, expect)
            with staged(self._staging, object_id) as stage:
                taken = take(stage, files, place, before)
                with self._lock(object_id):
                    heal(place, object_id, self._staging)
                    before = read_inventory(place, object_id)
                    check_head(object_id, before.head if before else 0, expect)
                    number = before.head + 1 if before else 1
                    state = dict(before.versions[before.head].files) if before else {}
                    state = {p: f for p, f in state.items() if p not in files} | taken
                    if before and same_files(state, before.versions[before.head].files):
                        return self._filled(place, before, before.head)
                    version = new_version(number, message, user, at, state)
                    data = following(before, object_id, version, added(stage, taken, before, number))
                    if before is None:
                        add_object(stage, place, self._root, data)
                    else:
                        add_version(stage, place, number, data)
            return self._filled(place, parse(data, object_id), number)
        except OSError as problem:
            raise durable.unavailable(problem, object_id) from problem

    def stage(self, token: str, files: Mapping[str, Path | bytes]) -> Mapping[str, str]:
        """Keep files beside the objects until a commit decides; see the port."""
        check_request(files)
        place = self._place(token)
        try:
            make_folder(self._undecided)
            place.mkdir()
            digests = {}
            for path, source in files.items():
                target = place / path
                target.parent.mkdir(parents=True, exist_ok=True)
                digests[path], _ = durable.write(source, target)
            sync_folders(place)
            return digests
        except BaseException as problem:
            shutil.rmtree(place, ignore_errors=True)
            if isinstance(problem, OSError):
                raise durable.unavailable(problem, token) from problem
            raise

    @contextmanager
    def staged(self, token: str) -> Iterator[Mapping[str, Path]]:
        """Give what is staged as it lies there; see the port."""
        place = self._place(token)
        if not place.is_dir():
            raise NotFound(Said("Nothing is staged as {token}.", token=token), Said("Run “{act}”.", act=Do("verify")))
        yield {
            found.relative_to(place).as_posix(): found
            for found in sorted(place.rglob("*"))
            if found.is_file() and not found.is_symlink()
        }

    def unstage(self, token: str) -> None:
        """Remove what is staged under a token; what cannot be removed now, tidy removes."""
        shutil.rmtree(self._place(token), ignore_errors=True)

    def _place(self, token: str) -> Path:
        return self._undecided / check_token(token)

    def purge(self, object_id: str, files: Mapping[str, bytes], *, message: str, user: str, at: str) -> Version:
        """Destroy all content and leave a tombstone; see the port."""
        place = self._root / object_path(object_id)
        check_request(files)
        try:
            make_folder(self._locks)
            with staged(self._staging, object_id) as stage:
                taken = take(stage, files, place, None)
                version = new_version(1, message, user, at, taken)
                data = following(None, object_id, version, added(stage, taken, None, 1))
                with self._lock(object_id):
                    if place.exists():
                        # Out of the vault in one rename; the stage is removed with it when this ends.
                        place.rename(stage / "destroyed")
                    add_object(stage, place, self._root, data)
            return self._filled(place, parse(data, object_id), 1)
        except OSError as problem:
            raise durable.unavailable(problem, object_id) from problem

    @contextmanager
    def _lock(self, object_id: str, *, seconds: float = _LOCK_SECONDS) -> Iterator[None]:
        """One writer an object at a time, over threads and processes; the lock dies with its holder.

        A fixed number of lock files, held for some milliseconds: one for each object could never be removed safely.
        """
        name = f"{zlib.crc32(object_id.encode()) % _LOCKS:02x}.lock"
        # Made anew on purpose: a FileLock is reentrant within its thread and would be shared by two of them.
        lock = FileLock(self._locks / name, thread_local=False)
        try:
            lock.acquire(timeout=seconds, poll_interval=0.01)
        except Timeout as problem:
            raise Unavailable(
                Said("{object} is being written by somebody else.", object=object_id), Said("Try again in a moment.")
            ) from problem
        try:
            yield
        finally:
            lock.release()

    # -- reading ----------------------------------------------------------------------------------------------
    def head(self, object_id: str) -> Version | None:
        """Return the newest version, None where there is no such object."""
        place, inventory = self._look(object_id)
        return self._filled(place, inventory, inventory.head) if inventory else None

    def versions(self, object_id: str) -> tuple[Version, ...]:
        """Return all versions, oldest first."""
        place, inventory = self._look(object_id)
        if inventory is None:
            raise NotFound(
                Said("The vault has no object {object}.", object=object_id), Said("Run “{act}”.", act=Do("verify"))
            )
        return tuple(self._filled(place, inventory, n) for n in sorted(inventory.versions))

    def open(self, object_id: str, path: str, version: int | None = None) -> BinaryIO:
        """Open one file for reading."""
        place, inventory = self._look(object_id)
        chosen = inventory.versions.get(inventory.head if version is None else version) if inventory else None
        file = chosen.files.get(path) if chosen else None
        if inventory is None or file is None:
            raise NotFound(
                Said("The vault has no {path} of {object}.", path=path, object=object_id),
                Said("Look at its versions with “{act}”.", act=Do("show")),
            )
        content = place / inventory.manifest[file.sha512][0]
        try:
            # A link put there by a stranger's hand must not lead us to other files of this machine.
            if Path(os.path.realpath(content)) != Path(os.path.realpath(place)) / content.relative_to(place):
                raise OSError(None, "it leads out of the object")
            return durable.open_regular(content)
        except OSError as problem:
            raise Damaged(
                Said(
                    "{path} of {object} cannot be read: {problem}.",
                    path=path,
                    object=object_id,
                    problem=problem.strerror,
                ),
                Said("Run “{act}”, then restore the object from a backup.", act=Do("verify")),
            ) from problem

    def address(self, object_id: str) -> str:
        """Return the object's address relative to the vault root."""
        return object_path(object_id)

    def objects(self) -> Iterator[str]:
        """Yield every object id, whatever else lies there."""
        return (found.path.rpartition("/")[2] for found in walk(self._root) if found.kind == "object")

    def _look(self, object_id: str) -> tuple[Path, Inventory | None]:
        try:
            place = self._root / object_path(object_id)
            return place, read_inventory(place, object_id)
        except Usage:
            return self._root, None
        except OSError as problem:
            raise Unavailable(
                Said("{object} cannot be read: {problem}.", object=object_id, problem=problem.strerror),
                Said("Check the vault's disk."),
            ) from problem

    def _filled(self, place: Path, inventory: Inventory, number: int) -> Version:
        """Return a version with the sizes of its files."""
        version = inventory.versions[number]
        files = {}
        for path, file in version.files.items():
            size = 0  # missing content is for verify to tell
            with suppress(OSError):
                size = (place / inventory.manifest[file.sha512][0]).lstat().st_size
            files[path] = StoredFile(path, size, file.sha512)
        return replace(version, files=files)

    # -- care -------------------------------------------------------------------------------------------------
    def verify(self, object_id: str | None = None) -> Iterator[Trouble]:
        """Check structure and digests of one object or all; see the problem codes in ``checking``."""
        if object_id is not None:
            yield from self._verify(object_id)
            return
        yield from check_root(self._root)
        for found in self.objects():
            yield from self._verify(found)

    def _verify(self, object_id: str) -> Iterator[Trouble]:
        try:
            place = self._root / object_path(object_id)
        except Usage as problem:
            yield Trouble(object_id, "", "missing-object", problem.said)
            return
        troubles = list(check_object(place, object_id))
        if troubles:
            # A writer between its renames looks like damage; with the lock held there is none.
            with suppress(Unavailable, OSError), self._lock(object_id):
                troubles = list(check_object(place, object_id))
        yield from troubles

    def keeps_destroyed(self) -> bool:
        """A file removed is gone; what a file system's own snapshots hold is not known here."""
        return False

    def tidy(self, *, older_than_seconds: float = 86400.0, waiting: Collection[str] = ()) -> int:
        """Remove what crashed writers left in staging."""
        removed = 0
        kept = {self._locks, self._undecided, *(self._undecided / token for token in waiting)}
        folders = [folder for folder in (self._staging, self._undecided) if folder.is_dir()]
        for left in (left for folder in folders for left in sorted(folder.iterdir())):
            try:
                if left in kept or time.time() - left.lstat().st_mtime < older_than_seconds:
                    continue
                shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()
            except FileNotFoundError:
                continue  # its writer has just ended
            except OSError as problem:
                raise durable.unavailable(problem, left.name) from problem
            removed += 1
        return removed
