"""From staging to its place: content kept aside durably, then an object or a version moved in by renames only.

The order of the renames is what a crash can be healed from: see :func:`add_version` and :func:`heal`.
"""

from __future__ import annotations

import errno
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from dms.adapters.vault import durable
from dms.adapters.vault.inventory import INVENTORY, SIDECAR, Inventory, parse, sidecar
from dms.adapters.vault.layout import OBJECT_DECLARATION
from dms.disk import sync_folder
from dms.errors import Damaged
from dms.ports.vault import StoredFile
from dms.said import Do, Said

CONTENT = "content"
MARK = "~"  # between object id and the rest in names of staging folders


@contextmanager
def staged(staging: Path, object_id: str) -> Iterator[Path]:
    """Give a folder of one's own in staging; it is gone afterwards, whatever happens."""
    stage = staging / f"{object_id}{MARK}{secrets.token_hex(8)}"
    stage.mkdir()
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)  # what cannot be removed now, tidy removes


def take(
    stage: Path, files: Mapping[str, Path | bytes | None], place: Path, before: Inventory | None
) -> dict[str, StoredFile]:
    """Copy sources into ``stage/content`` durably, but for content the object has already (forward delta).

    Returns:
        What was asked for with size and digest; files to be removed are not among it.

    Raises:
        Damaged: the disk gives back something else, now or of content kept before.
        OSError: the disk is full or not writable.
        NotFound, Usage, Unavailable: a source's.
    """
    taken: dict[str, StoredFile] = {}
    fresh: set[str] = set()
    for path, source in files.items():
        if source is None:
            continue
        # Of large files of a new object nothing can be known before; reading them twice would be waste.
        if before is not None or isinstance(source, bytes):
            digest, size = durable.digest_source(source)
            if before is not None and digest in before.manifest:
                _confirm(place, before, digest)
                taken[path] = StoredFile(path, size, digest)
                continue
            if digest in fresh:
                taken[path] = StoredFile(path, size, digest)
                continue
        target = stage / CONTENT / path
        target.parent.mkdir(parents=True, exist_ok=True)
        digest, size = durable.write(source, target)
        if digest in fresh:
            target.unlink()
        fresh.add(digest)
        taken[path] = StoredFile(path, size, digest)
    if fresh:
        durable.sync_folders(stage / CONTENT)
    return taken


def _confirm(place: Path, before: Inventory, digest: str) -> None:
    """Look before letting the caller believe that content is kept: he may remove his source next."""
    path = before.manifest[digest][0]
    try:
        found, _ = durable.digest_file(place / path)
    except OSError:
        found = ""
    if found != digest:
        raise Damaged(
            Said("{path} of {object} is not what was once written.", path=path, object=before.object_id),
            Said("Run “{act}”, then restore the object from a backup.", act=Do("verify")),
        )


def added(stage: Path, taken: Mapping[str, StoredFile], before: Inventory | None, number: int) -> dict[str, str]:
    """Return digest -> content path of what lies in ``stage/content`` and is new to the object; drop the rest."""
    fresh: dict[str, str] = {}
    dropped = False
    for path, file in taken.items():
        kept = stage / CONTENT / path
        if not kept.is_file():
            continue
        if before is not None and file.sha512 in before.manifest:
            kept.unlink()  # another writer brought it between our look and our lock
            dropped = True
        else:
            fresh[file.sha512] = f"v{number}/{CONTENT}/{path}"
    if dropped:
        durable.sync_folders(stage / CONTENT)
    return fresh


def add_object(stage: Path, place: Path, root: Path, data: bytes) -> None:
    """Build a new object around ``stage/content`` and move it to its place in one rename."""
    built = stage / "object"
    built.mkdir()
    _version_folder(stage, built / "v1", data)
    _inventory(built, data)
    durable.write(OBJECT_DECLARATION[1], built / OBJECT_DECLARATION[0])
    sync_folder(built)
    while True:
        # The folders above it come along in the same rename: an empty one, left by a crash, would be no valid root.
        top = place
        while top.parent != root and not top.parent.is_dir():
            top = top.parent
        bundle = built
        if top != place:
            bundle = stage / "way"
            inner = bundle / place.relative_to(top)
            inner.parent.mkdir(parents=True)
            built.rename(inner)
            for folder in inner.relative_to(bundle).parents:
                sync_folder(bundle / folder)
        try:
            bundle.rename(top)
        except OSError as problem:
            if bundle is built or problem.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            inner.rename(built)  # another writer has made that folder meanwhile: go into it
            shutil.rmtree(bundle)
            continue
        sync_folder(top.parent)
        return


def add_version(stage: Path, place: Path, number: int, data: bytes) -> None:
    """Build version ``number`` around ``stage/content``, move it into the object, then inventory, sidecar last."""
    _version_folder(stage, stage / f"v{number}", data)
    _inventory(stage, data)
    sync_folder(stage)
    sync_folder(stage.parent)  # a crash from here on is found by this folder's name
    (stage / f"v{number}").rename(place / f"v{number}")
    sync_folder(place)  # no inventory may name a version that a power cut takes away
    (stage / INVENTORY).rename(place / INVENTORY)
    (stage / SIDECAR).rename(place / SIDECAR)
    sync_folder(place)


def _version_folder(stage: Path, folder: Path, data: bytes) -> None:
    folder.mkdir()
    if (stage / CONTENT).is_dir():
        (stage / CONTENT).rename(folder / CONTENT)
    _inventory(folder, data)
    sync_folder(folder)


def _inventory(folder: Path, data: bytes) -> None:
    durable.write(data, folder / INVENTORY)
    durable.write(sidecar(data), folder / SIDECAR)


def read_inventory(place: Path, object_id: str) -> Inventory | None:
    """Return an object's inventory, None where there is no object.

    Raises:
        Damaged: it is missing from an object, or malformed.
    """
    data = durable.read(place / INVENTORY)
    if data is None:
        if not place.is_dir() or not any(place.iterdir()):
            return None
        data = durable.read(place / INVENTORY)  # it may have come, whole, between the two looks
    if data is None:
        raise Damaged(
            Said("The inventory of {object} is missing or cannot be read.", object=object_id),
            Said("Restore the object from a backup."),
        )
    return parse(data, object_id)


def heal(place: Path, object_id: str, staging: Path) -> None:
    """Finish or undo what a crashed writer left half done between its renames; its lock must be held.

    A version the inventory does not know is moved away: nobody was told that it is kept. An inventory in place is the
    truth, as long as the version's own copy says the same, and gets its sidecar.

    Raises:
        Damaged: it is not a crash that made it so.
    """
    inventory = read_inventory(place, object_id)
    if inventory is None:
        return
    data = durable.read(place / INVENTORY) or b""
    right = sidecar(data)
    if durable.read(place / SIDECAR) != right:
        own = place / f"v{inventory.head}"
        if durable.read(own / INVENTORY) != data or durable.read(own / SIDECAR) != right:
            raise Damaged(
                Said("The inventory of {object} was altered.", object=object_id),
                Said("Restore the object from a backup."),
            )
        with staged(staging, object_id) as stage:
            durable.write(right, stage / SIDECAR)
            (stage / SIDECAR).rename(place / SIDECAR)
            sync_folder(place)
    orphan = place / f"v{inventory.head + 1}"
    if orphan.is_dir() and not orphan.is_symlink():
        orphan.rename(staging / f"{object_id}{MARK}orphan-{secrets.token_hex(8)}")
        sync_folder(place)
