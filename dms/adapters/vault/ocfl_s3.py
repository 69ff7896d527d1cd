"""The vault in an S3-compatible object store: the same OCFL v1.1 root as on a disk, written without renames.

A store has no renames and no locks, but it puts a key only where there is none. So content goes first, under a folder
of the writer's own; then ``v{n}/inventory.json`` by put-if-absent, and whoever made that has made the version; then the
root inventory and its sidecar, which anybody can derive from the former and finish after a crash. A marker beside the
root names what a writer was about to upload, so that :meth:`OcflS3.tidy` finds what a killed one left.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError, PreconditionError
from obstore.store import S3Store

from dms.adapters.bucket import answered, open_bucket
from dms.adapters.vault.cache import Cache
from dms.adapters.vault.checking import check_object
from dms.adapters.vault.durable import blocks, digest_source
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
    sidecar,
)
from dms.adapters.vault.layout import OBJECT_DECLARATION, README, ROOT_DECLARATION, check_path, is_place, object_path
from dms.adapters.vault.ranges import Ranges
from dms.adapters.vault.upload import Upload
from dms.errors import Damaged, NotFound, Unavailable, Usage
from dms.ports.vault import StoredFile, Trouble, Version
from dms.said import Do, Said

_TRIES = 20
_BLOCK = 1 << 20


class OcflS3:
    """An OCFL storage root in a bucket; see :class:`dms.ports.vault.Vault`.

    Args:
        url: ``s3://bucket[/folder][?endpoint=http://host:port][&region=…]``. Credentials come from the environment.
        cache: what was read lately, on this machine's disk.

    Raises:
        Usage: the URL names no bucket, or what it does not know.
        Unavailable: the store does not answer, or the folder holds something else.
    """

    def __init__(self, url: str, cache: Cache) -> None:
        self._store, self._root = open_bucket(url, "vault")
        self._stages = f"{self._root.rstrip('/')}-staging/"
        self._undecided = f"{self._root.rstrip('/')}-undecided/"
        self._purged = f"{self._root.rstrip('/')}-purged/"
        self._forgot: set[str] = set()
        self._cache = cache
        name, content = ROOT_DECLARATION
        if self._get(name) is None:
            strange = next(iter(answered(lambda: obstore.list(self._store, prefix=self._root, chunk_size=1))), None)
            if strange and self._get(name) is None:  # it may be another machine that makes it just now
                raise Unavailable(
                    Said("{url} holds objects and is no vault.", url=url.partition("?")[0]),
                    Said("Choose an empty folder of the bucket."),
                )
            self._put_new(name, content)
            self._put_new(README[0], README[1])

    # -- the store --------------------------------------------------------------------------------------------
    @property
    def store(self) -> S3Store:
        """The bucket."""
        return self._store

    def _read(self, key: str) -> bytes:
        return bytes(answered(lambda: obstore.get(self._store, key).bytes()))

    def _get(self, key: str) -> bytes | None:
        try:
            return self._read(self._root + key)
        except (NotFoundError, FileNotFoundError):
            return None

    def _tagged(self, key: str) -> tuple[bytes, str] | None:
        """Return what stands under a key with its tag."""
        try:
            found = answered(lambda: obstore.get(self._store, self._root + key))
            return bytes(answered(found.bytes)), str(found.meta["e_tag"] or "")
        except (NotFoundError, FileNotFoundError):
            return None

    def _put_new(self, key: str, data: bytes) -> bool:
        """Put a key where there is none; False where another writer was there first, with something else."""
        try:
            answered(lambda: obstore.put(self._store, self._root + key, data, mode="create"))
            return True
        except AlreadyExistsError:
            # An answer that was lost makes the client try again: what stands there may be our own.
            return self._get(key) == data

    def _delete(self, keys: Sequence[str]) -> None:
        for start in range(0, len(keys), 500):
            some = [self._root + key for key in keys[start : start + 500]]
            with suppress(NotFoundError, FileNotFoundError):
                answered(lambda some=some: obstore.delete(self._store, some))  # type: ignore[misc]  # mypy and defaults

    def _keys(self, folder: str) -> dict[str, int]:
        """Return key -> size of everything below a folder of the root, the keys relative to that folder."""
        prefix = f"{self._root}{folder}/"
        pages = answered(lambda: list(obstore.list(self._store, prefix=prefix, chunk_size=1000)))
        return {meta["path"][len(prefix) :]: int(meta["size"]) for page in pages for meta in page}

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
        place = object_path(object_id)
        check_request(files)
        before = self._head(place, object_id)
        check_head(object_id, before.head if before else 0, expect)
        with self._staged(object_id) as stage:
            taken: dict[str, StoredFile] = {}
            for attempt in range(_TRIES):
                number = before.head + 1 if before else 1
                added = self._take(stage, place, number, files, before, taken)
                state = dict(before.versions[before.head].files) if before else {}
                state = {p: f for p, f in state.items() if p not in files} | taken
                if before and same_files(state, before.versions[before.head].files):
                    return self._filled(place, before, before.head)
                data = following(before, object_id, new_version(number, message, user, at, state), added)
                if before is None:
                    self._put_new(f"{place}/{OBJECT_DECLARATION[0]}", OBJECT_DECLARATION[1])
                if self._put_new(f"{place}/v{number}/{INVENTORY}", data):
                    stage.kept |= {f"{place}/{path}" for path in added.values()}
                    self._finish(place, number, data)
                    return self._filled(place, parse(data, object_id), number)
                # Another writer has made that version: go on from his, content uploaded for ours is uploaded anew.
                time.sleep(0.02 * attempt)
                before = self._head(place, object_id)
                check_head(object_id, before.head if before else 0, expect)
        raise Unavailable(
            Said("{object} is being written by many at once.", object=object_id), Said("Try again in a moment.")
        )

    def stage(self, token: str, files: Mapping[str, Path | bytes]) -> Mapping[str, str]:
        """Keep files beside the root until a commit decides; see the port."""
        check_request(files)
        folder = f"{self._undecided}{check_token(token)}/"
        digests = {}
        try:
            for path, source in files.items():
                digests[path], size = digest_source(source)
                self._send(folder + path, source, size, digests[path])
        except BaseException:
            with suppress(Unavailable):  # what cannot be removed now, tidy removes
                self.unstage(token)
            raise
        return digests

    @contextmanager
    def staged(self, token: str) -> Iterator[Mapping[str, Path]]:
        """Bring what is staged to this machine; see the port."""
        folder = f"{self._undecided}{check_token(token)}/"
        keys = self._listed(folder)
        if not keys:
            raise NotFound(Said("Nothing is staged as {token}.", token=token), Said("Run “{act}”.", act=Do("verify")))
        with tempfile.TemporaryDirectory(prefix="dms-staged-") as here:
            given = {}
            for number, key in enumerate(keys):
                given[key[len(folder) :]] = target = Path(here) / str(number)
                with target.open("wb") as file:
                    for block in answered(lambda key=key: obstore.get(self._store, key)).stream(_BLOCK):  # type: ignore[misc]  # mypy and defaults
                        file.write(bytes(block))
            yield given

    def unstage(self, token: str) -> None:
        """Remove what is staged under a token."""
        keys = self._listed(f"{self._undecided}{check_token(token)}/")
        if keys:
            with suppress(NotFoundError, FileNotFoundError):
                answered(lambda: obstore.delete(self._store, keys))

    def _listed(self, prefix: str) -> list[str]:
        pages = answered(lambda: list(obstore.list(self._store, prefix=prefix, chunk_size=1000)))
        return sorted(meta["path"] for page in pages for meta in page)

    def purge(self, object_id: str, files: Mapping[str, bytes], *, message: str, user: str, at: str) -> Version:
        """Destroy all content and leave a tombstone; see the port.

        Versions first lose their inventories, so that no crash makes a half-emptied object whole again; it can be read
        until its root inventory goes. In a bucket that keeps versions of keys, its own rule must expire them.
        """
        place = object_path(object_id)
        check_request(files)
        inventory = self._inventory(place, object_id)[0]
        digests = sorted(inventory.manifest) if inventory else []
        if digests:
            # Other machines may have read it lately; they learn by this what to forget.
            told = json.dumps(digests).encode()
            answered(lambda: obstore.put(self._store, f"{self._purged}{object_id}", told))
            self._cache.forget(digests)
        there = sorted(self._keys(place))
        copies = [k for k in there if re.fullmatch(rf"v\d+/{re.escape(INVENTORY)}(\.\w+)?", k)]
        heads = [k for k in (INVENTORY, SIDECAR) if k in there]
        for some in (copies, heads, [k for k in there if k not in copies and k not in heads]):
            self._delete([f"{place}/{key}" for key in some])
        return self.write(object_id, files, message=message, user=user, at=at)

    def _take(
        self, stage: Upload, place: str, number: int, files: Mapping[str, Path | bytes | None],
        before: Inventory | None, taken: dict[str, StoredFile],
    ) -> dict[str, str]:  # fmt: skip
        """Upload what the object does not have; fill ``taken``; return digest -> content path of what is new."""
        added: dict[str, str] = {}
        sources: dict[str, tuple[Path | bytes, int]] = {}
        for path, source in files.items():
            if source is None:
                continue
            digest, size = digest_source(source)
            taken[path] = StoredFile(path, size, digest)
            if before is not None and digest in before.manifest:
                self._confirm(place, before, digest)
            elif digest not in added:
                added[digest] = f"v{number}/content/{stage.name}/{path}"
                sources[digest] = source, size
        if added:
            stage.announce([f"{place}/{target}" for target in added.values()])
        for digest, target in added.items():
            self._upload(f"{place}/{target}", *sources[digest], digest)
        return added

    def _upload(self, key: str, source: Path | bytes, size: int, digest: str) -> None:
        self._send(self._root + key, source, size, digest)

    def _send(self, key: str, source: Path | bytes, size: int, digest: str) -> None:
        """Upload a file; the store checks each part by SHA-256, we that it was the same file we have digested."""
        told = hashlib.sha512()

        def flowing() -> Iterator[bytes]:
            for block in blocks(source):
                told.update(block)
                yield block

        whole = True
        if size <= _BLOCK:
            data = b"".join(flowing())
            answered(lambda: obstore.put(self._store, key, data))
        else:
            answered(lambda: obstore.put(self._store, key, flowing()))
            whole = answered(lambda: obstore.head(self._store, key))["size"] == size
        if not whole or told.hexdigest() != digest:
            with suppress(NotFoundError, FileNotFoundError):
                answered(lambda: obstore.delete(self._store, [key]))
            raise Damaged(Said("A file changed while it was written to the vault."), Said("Try again."))

    def _confirm(self, place: str, before: Inventory, digest: str) -> None:
        """Look before letting the caller believe that content is kept: he may remove his source next."""
        path = before.manifest[digest][0]
        told = hashlib.sha512()
        try:
            for block in answered(lambda: obstore.get(self._store, f"{self._root}{place}/{path}")).stream(_BLOCK):
                told.update(bytes(block))
        except (NotFoundError, FileNotFoundError):
            pass
        if told.hexdigest() != digest:
            raise Damaged(
                Said("{path} of {object} is not what was once written.", path=path, object=before.object_id),
                Said("Run “{act}”, then restore the object from a backup.", act=Do("verify")),
            )

    def _finish(self, place: str, number: int, data: bytes) -> None:
        """Make a version that has its inventory the object's head; whoever comes first, and again after a crash."""
        self._put_new(f"{place}/v{number}/{SIDECAR}", sidecar(data))
        there = self._tagged(f"{place}/{INVENTORY}")
        if there is None:
            self._put_new(f"{place}/{INVENTORY}", data)
        elif there[0] != data and _number_of(there[0]) < number:
            with suppress(PreconditionError):  # somebody has finished it meanwhile, perhaps gone on from it
                answered(
                    lambda: obstore.put(self._store, f"{self._root}{place}/{INVENTORY}", data, mode={"e_tag": there[1]})
                )
        now = self._get(f"{place}/{INVENTORY}")
        if now is not None and self._get(f"{place}/{SIDECAR}") != sidecar(now):
            answered(lambda: obstore.put(self._store, f"{self._root}{place}/{SIDECAR}", sidecar(now)))

    def _head(self, place: str, object_id: str) -> Inventory | None:
        """Return the newest inventory, after finishing what a crashed writer left half done.

        Raises:
            Damaged: it is not a crash that made it so.
        """
        inventory, data = self._inventory(place, object_id)
        number = inventory.head + 1 if inventory else 1
        begun = self._get(f"{place}/v{number}/{INVENTORY}")
        if begun is not None:
            parse(begun, object_id)
            self._finish(place, number, begun)
            return self._head(place, object_id)
        if inventory is not None and self._get(f"{place}/{SIDECAR}") != sidecar(data):
            if self._get(f"{place}/v{inventory.head}/{INVENTORY}") != data:
                raise Damaged(
                    Said("The inventory of {object} was altered.", object=object_id),
                    Said("Restore the object from a backup."),
                )
            self._finish(place, inventory.head, data)
        return inventory

    def _inventory(self, place: str, object_id: str) -> tuple[Inventory | None, bytes]:
        data = self._get(f"{place}/{INVENTORY}")
        return (None, b"") if data is None else (parse(data, object_id), data)

    @contextmanager
    def _staged(self, object_id: str) -> Iterator[Upload]:
        """Keep account of what is uploaded; what no version has taken is removed afterwards."""
        stage = Upload(self._store, self._stages, object_id)
        try:
            yield stage
        finally:
            with suppress(Unavailable):  # what cannot be removed now, tidy removes
                self._delete([key for key in stage.keys if key not in stage.kept])
                stage.forget()

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
        sizes = self._keys(place)
        return tuple(self._filled(place, inventory, n, sizes) for n in sorted(inventory.versions))

    def open(self, object_id: str, path: str, version: int | None = None) -> BinaryIO:
        """Open one file for reading, from this machine's cache where it is there."""
        place, inventory = self._look(object_id)
        chosen = inventory.versions.get(inventory.head if version is None else version) if inventory else None
        file = chosen.files.get(path) if chosen else None
        if inventory is None or file is None:
            raise NotFound(
                Said("The vault has no {path} of {object}.", path=path, object=object_id),
                Said("Look at its versions with “{act}”.", act=Do("show")),
            )
        key = f"{self._root}{place}/{inventory.manifest[file.sha512][0]}"
        kept = self._cache.open(file.sha512)
        if kept is not None:
            return kept
        try:
            found = answered(lambda: obstore.get(self._store, key))
            size = int(found.meta["size"])
            if size > self._cache.most:
                return io.BufferedReader(Ranges(self._store, key, size), _BLOCK)
            return self._cache.keep(file.sha512, (bytes(b) for b in found.stream(_BLOCK)))
        except (NotFoundError, FileNotFoundError, Damaged) as problem:
            told = getattr(problem, "message", "it is not there")
            raise Damaged(
                Said("{path} of {object} cannot be read: {told}.", path=path, object=object_id, told=told),
                Said("Run “{act}”, then restore the object from a backup.", act=Do("verify")),
            ) from problem
        except BaseError as problem:
            raise Unavailable(
                Said("The object store broke off: {problem}", problem=problem), Said("Try again in a moment.")
            ) from problem

    def address(self, object_id: str) -> str:
        """Return the object's address relative to the vault root."""
        return object_path(object_id)

    def objects(self) -> Iterator[str]:
        """Yield every object id in the order of their places, whatever else lies there."""
        waiting = [""]
        while waiting:
            here = waiting.pop()
            if is_place(here):
                yield here.rpartition("/")[2]
                continue
            prefix = self._root + (f"{here}/" if here else "")
            found = answered(lambda prefix=prefix: obstore.list_with_delimiter(self._store, prefix=prefix))  # type: ignore[misc]  # mypy and defaults
            below = [p.strip("/")[len(self._root) :] for p in found["common_prefixes"]]
            if here.count("/") < 2:
                waiting += sorted(below, reverse=True)

    def _look(self, object_id: str) -> tuple[str, Inventory | None]:
        try:
            place = object_path(object_id)
        except Usage:
            return "", None
        return place, self._inventory(place, object_id)[0]

    def _filled(self, place: str, inventory: Inventory, number: int, sizes: Mapping[str, int] | None = None) -> Version:
        """Return a version with the sizes of its files."""
        there = self._keys(place) if sizes is None else sizes
        version = inventory.versions[number]
        files = {
            path: StoredFile(path, there.get(inventory.manifest[file.sha512][0], 0), file.sha512)
            for path, file in version.files.items()
        }
        return replace(version, files=files)

    # -- care -------------------------------------------------------------------------------------------------
    def verify(self, object_id: str | None = None) -> Iterator[Trouble]:
        """Check structure and digests of one object or all; each is read from the store once."""
        if object_id is None:
            if self._get(ROOT_DECLARATION[0]) != ROOT_DECLARATION[1]:
                name = ROOT_DECLARATION[0]
                yield Trouble("", name, "bad-declaration", Said("The vault's declaration is missing or altered."))
            for one in self.objects():
                yield from self._verify(one)
        else:
            yield from self._verify(object_id)

    def _verify(self, object_id: str) -> Iterator[Trouble]:
        try:
            place = object_path(object_id)
        except Usage as problem:
            yield Trouble(object_id, "", "missing-object", problem.said)
            return
        troubles = self._checked(place, object_id)
        if troubles:
            # A writer at work looks like damage; finished, there is none.
            with suppress(Unavailable, Damaged):
                self._head(place, object_id)
                troubles = self._checked(place, object_id)
        yield from troubles

    def _checked(self, place: str, object_id: str) -> list[Trouble]:
        """Bring an object to this machine and look at it as at one on a disk."""
        with tempfile.TemporaryDirectory(prefix="dms-verify-") as folder:
            copy = Path(folder) / "object"
            wrong = []
            for key in self._keys(place):
                try:
                    check_path(key)
                except Usage as problem:
                    wrong.append(Trouble(object_id, key, "stray-file", problem.said))
                    continue
                target = copy / key
                target.parent.mkdir(parents=True, exist_ok=True)
                with suppress(NotFoundError, FileNotFoundError), target.open("wb") as file:
                    found = answered(lambda key=key: obstore.get(self._store, f"{self._root}{place}/{key}"))  # type: ignore[misc]  # mypy and defaults
                    for block in found.stream(_BLOCK):
                        file.write(bytes(block))
            return [*check_object(copy, object_id), *wrong]

    def keeps_destroyed(self) -> bool:
        """Tell whether the bucket keeps versions, as one with object lock must: then its keys have a version's name."""
        key = self._root + ROOT_DECLARATION[0]
        return bool(answered(lambda: obstore.head(self._store, key)).get("version"))

    def tidy(self, *, older_than_seconds: float = 86400.0, waiting: Collection[str] = ()) -> int:
        """Remove what killed writers uploaded and no version took, and forget here what was destroyed elsewhere."""
        self._forget_destroyed()
        removed = self._tidy_undecided(older_than_seconds, waiting)
        pages = answered(lambda: list(obstore.list(self._store, prefix=self._stages)))
        for meta in (meta for page in pages for meta in page):
            if time.time() - meta["last_modified"].timestamp() < older_than_seconds:
                continue
            written = meta["path"][len(self._stages) :].partition("~")[0]
            marker = Upload(self._store, self._stages, written, meta["path"])
            taken: set[str] = set()
            with suppress(Usage):
                place = object_path(marker.object_id)
                inventory = self._head(place, marker.object_id)
                taken = {f"{place}/{p}" for paths in inventory.manifest.values() for p in paths} if inventory else set()
            self._delete([key for key in marker.announced() if key not in taken])
            marker.forget()
            removed += 1
        return removed

    def _tidy_undecided(self, older_than_seconds: float, waiting: Collection[str]) -> int:
        pages = answered(lambda: list(obstore.list(self._store, prefix=self._undecided)))
        left: set[str] = set()
        for meta in (meta for page in pages for meta in page):
            token = meta["path"][len(self._undecided) :].partition("/")[0]
            if token not in waiting and time.time() - meta["last_modified"].timestamp() >= older_than_seconds:
                left.add(token)
        for token in left:
            with suppress(Usage):  # nothing of ours has such a name
                self.unstage(token)
        return len(left)

    def _forget_destroyed(self) -> None:
        for page in answered(lambda: list(obstore.list(self._store, prefix=self._purged))):
            for key in (meta["path"] for meta in page if meta["path"] not in self._forgot):
                with suppress(NotFoundError, FileNotFoundError, ValueError):
                    self._cache.forget(json.loads(self._read(key)))
                self._forgot.add(key)


def _number_of(inventory: bytes) -> int:
    try:
        return int(json.loads(inventory)["head"][1:])
    except (ValueError, KeyError, TypeError):
        return 0
