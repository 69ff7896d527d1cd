"""Does the vault still hold what was written? Structure and digests, without trusting anything in it.

Problem codes: ``missing-object``, ``bad-declaration``, ``missing-file``, ``bad-inventory``, ``sidecar-mismatch``,
``digest-mismatch``, ``half-version``, ``stray-file``, ``stray-folder``, ``wrong-place``, ``unreadable``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from dms.adapters.vault.durable import digest_file, read
from dms.adapters.vault.inventory import INVENTORY, SIDECAR, Inventory, parse, sidecar
from dms.adapters.vault.layout import OBJECT_DECLARATION, ROOT_DECLARATION, shown, walk
from dms.errors import Damaged
from dms.ports.vault import Trouble
from dms.said import Said

_WORDS = {
    "stray-file": Said("does not belong into the vault"),
    "stray-folder": Said("is an empty folder that does not belong into the vault"),
    "wrong-place": Said("is an object that does not belong here"),
    "unreadable": Said("cannot be read"),
}


def check_root(root: Path) -> Iterator[Trouble]:
    """Yield what is wrong with a storage root outside of its objects."""
    if read(root / ROOT_DECLARATION[0]) != ROOT_DECLARATION[1]:
        yield Trouble(
            "", ROOT_DECLARATION[0], "bad-declaration", Said("The vault's declaration is missing or altered.")
        )
    for found in walk(root):
        if found.kind != "object":
            path = shown(found.path)
            yield Trouble(
                "", path, found.kind, Said("{path} {words}.", path=path or Said("The vault"), words=_WORDS[found.kind])
            )


def check_object(place: Path, object_id: str) -> Iterator[Trouble]:
    """Yield what is wrong with the object at ``place``; never raises on garbage."""
    if place.is_symlink() or not place.is_dir():
        yield Trouble(object_id, "", "missing-object", Said("The object is not there."))
        return
    name, content = OBJECT_DECLARATION
    if read(place / name) != content:
        yield Trouble(object_id, name, "bad-declaration", Said("The object's declaration is missing or altered."))
    data = read(place / INVENTORY)
    if data is None:
        yield Trouble(object_id, INVENTORY, "missing-file", Said("The inventory is missing."))
        return
    if read(place / SIDECAR) != sidecar(data):
        yield Trouble(object_id, SIDECAR, "sidecar-mismatch", Said("The inventory is not what its sidecar says."))
    try:
        inventory = parse(data, object_id)
    except Damaged as problem:
        yield Trouble(object_id, INVENTORY, "bad-inventory", problem.said)
        return
    for number in range(1, inventory.head + 1):
        yield from _version(place, inventory, number, data)
    yield from _content(place, inventory)
    yield from _strays(place, inventory)


def _version(place: Path, inventory: Inventory, number: int, data: bytes) -> Iterator[Trouble]:
    """Check one version's own inventory: whole, and telling the same history as the object's."""
    object_id, path = inventory.object_id, f"v{number}/{INVENTORY}"
    kept = read(place / path)
    if kept is None:
        yield Trouble(object_id, path, "missing-file", Said("The inventory of v{number} is missing.", number=number))
        return
    if read(place / f"v{number}" / SIDECAR) != sidecar(kept):
        detail = Said("The inventory of v{number} is not what its sidecar says.", number=number)
        yield Trouble(object_id, f"v{number}/{SIDECAR}", "sidecar-mismatch", detail)
    if number == inventory.head:
        if kept != data:
            yield Trouble(
                object_id, path, "bad-inventory", Said("The inventories of object and newest version differ.")
            )
        return
    try:
        then = parse(kept, object_id)
    except Damaged as problem:
        yield Trouble(object_id, path, "bad-inventory", problem.said)
        return
    history = {n: v for n, v in inventory.versions.items() if n <= number}
    if then.head != number or then.versions != history or not then.manifest.keys() <= inventory.manifest.keys():
        yield Trouble(
            object_id, path, "bad-inventory", Said("The inventory of v{number} tells another history.", number=number)
        )


def _content(place: Path, inventory: Inventory) -> Iterator[Trouble]:
    object_id, inside = inventory.object_id, Path(os.path.realpath(place))
    for digest, paths in inventory.manifest.items():
        for path in paths:
            try:
                # Not through links, of folders either: they would show what lies elsewhere.
                found = digest_file(place / path)[0] if Path(os.path.realpath(place / path)) == inside / path else None
            except OSError:
                found = None
            if found is None:
                yield Trouble(object_id, path, "missing-file", Said("{path} is missing or cannot be read.", path=path))
            elif found != digest:
                yield Trouble(object_id, path, "digest-mismatch", Said("{path} is not what was written.", path=path))


def _strays(place: Path, inventory: Inventory) -> Iterator[Trouble]:
    expected = {path for paths in inventory.manifest.values() for path in paths}
    expected |= {OBJECT_DECLARATION[0], INVENTORY, SIDECAR}
    expected |= {f"v{n}/{name}" for n in range(1, inventory.head + 1) for name in (INVENTORY, SIDECAR)}
    unreadable: list[OSError] = []
    for folder, names, files in os.walk(place, onerror=unreadable.append):
        here = Path(folder).relative_to(place)
        links = [n for n in names if (place / here / n).is_symlink()]
        for name in [*files, *links]:
            path = shown(str(here / name))
            if path not in expected:
                yield _stray(inventory, path, "stray-file", Said("is not in the inventory"))
        if not names and not files:
            yield _stray(inventory, shown(str(here)), "stray-folder", Said("is an empty folder"))
    for problem in unreadable:
        path = shown(str(Path(problem.filename).relative_to(place)))
        yield Trouble(
            inventory.object_id,
            path,
            "unreadable",
            Said("{path} cannot be read: {problem}.", path=path, problem=problem.strerror),
        )


def _stray(inventory: Inventory, path: str, kind: str, words: Said) -> Trouble:
    if path.split("/")[0] == f"v{inventory.head + 1}":
        return Trouble(
            inventory.object_id, path, "half-version", Said("{path} is of a version never finished.", path=path)
        )
    return Trouble(inventory.object_id, path, kind, Said("{path} {words}.", path=path, words=words))
