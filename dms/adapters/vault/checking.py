"""Does an OCFL object still hold what was written? Structure and digests, without trusting anything in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from dms.adapters.vault.durable import digest_file
from dms.adapters.vault.inventory import (
    INVENTORY,
    OBJECT_DECLARATION,
    ROOT_DECLARATION,
    SIDECAR,
    Inventory,
    check_sidecar,
    object_path,
    parse,
)
from dms.errors import Damaged, Usage
from dms.ports.vault import Trouble


def check_object(place: Path, object_id: str) -> Iterator[Trouble]:
    """Yield what is wrong with the object at ``place``; never raises on garbage."""
    if place.is_symlink() or not place.is_dir():
        yield Trouble(object_id, "", "missing-object", "The object is not there.")
        return
    name, content = OBJECT_DECLARATION
    if _read(place / name) != content:
        yield Trouble(object_id, name, "bad-declaration", "The object's declaration is missing or altered.")
    data = _read(place / INVENTORY)
    if data is None:
        yield Trouble(object_id, INVENTORY, "missing-file", "The inventory is missing.")
        return
    if not check_sidecar(data, _read(place / SIDECAR) or b""):
        yield Trouble(object_id, SIDECAR, "sidecar-mismatch", "The inventory is not what its sidecar says.")
    try:
        inventory = parse(data, object_id)
    except Damaged as problem:
        yield Trouble(object_id, INVENTORY, "bad-inventory", problem.message)
        return
    yield from _versions(place, inventory, data)
    yield from _content(place, inventory)


def _versions(place: Path, inventory: Inventory, data: bytes) -> Iterator[Trouble]:
    object_id = inventory.object_id
    for number in range(1, inventory.head + 1):
        own = place / f"v{number}"
        kept = _read(own / INVENTORY)
        if kept is None:
            yield Trouble(
                object_id, f"v{number}/{INVENTORY}", "missing-file", f"The inventory of v{number} is missing."
            )
            continue
        if not check_sidecar(kept, _read(own / SIDECAR) or b""):
            yield Trouble(
                object_id, f"v{number}/{SIDECAR}", "sidecar-mismatch", f"The inventory of v{number} was altered."
            )
        if number == inventory.head and kept != data:
            yield Trouble(object_id, INVENTORY, "bad-inventory", "Root and newest version's inventory differ.")


def _content(place: Path, inventory: Inventory) -> Iterator[Trouble]:
    object_id = inventory.object_id
    expected = set(inventory.manifest.values()) | {OBJECT_DECLARATION[0], INVENTORY, SIDECAR}
    expected |= {f"v{n}/{name}" for n in range(1, inventory.head + 1) for name in (INVENTORY, SIDECAR)}
    for digest, path in inventory.manifest.items():
        file = place / path
        if ".." in Path(path).parts or Path(path).is_absolute() or file.is_symlink():
            yield Trouble(object_id, path, "bad-inventory", f"{path} leads out of the object.")
            continue
        try:
            found, _ = digest_file(file)
        except OSError:
            yield Trouble(object_id, path, "missing-file", f"{path} is missing or cannot be read.")
            continue
        if found != digest:
            yield Trouble(object_id, path, "digest-mismatch", f"{path} is not what was written.")
    for folder, names, files in os.walk(place):
        for name in [*files, *(n for n in names if (Path(folder) / n).is_symlink())]:
            path = str((Path(folder) / name).relative_to(place))
            if path not in expected:
                kind = "half-version" if path.startswith(f"v{inventory.head + 1}/") else "stray-file"
                yield Trouble(object_id, path, kind, f"{path} is not in the inventory.")


def stray_entries(root: Path) -> Iterator[Trouble]:
    """Yield what lies in a storage root and is no object, nor the way to one, nor an object in the wrong place."""
    if _read(root / ROOT_DECLARATION[0]) != ROOT_DECLARATION[1]:
        yield Trouble("", ROOT_DECLARATION[0], "bad-declaration", "The vault's declaration is missing or altered.")
    known = {root / ROOT_DECLARATION[0]}
    for folder, names, files in os.walk(root):
        here = Path(folder)
        if OBJECT_DECLARATION[0] in files:
            names.clear()
            yield from _place(root, here)
            continue
        for name in files:
            if here / name not in known:
                path = str((here / name).relative_to(root))
                yield Trouble("", path, "stray-file", f"{path} does not belong into the vault.")


def _place(root: Path, place: Path) -> Iterator[Trouble]:
    path = str(place.relative_to(root))
    try:
        right = object_path(place.name)
    except Usage:
        right = ""
    if path != right:
        yield Trouble(place.name, path, "wrong-place", f"{path} is not where this object belongs.")


def _read(path: Path) -> bytes | None:
    try:
        return None if path.is_symlink() else path.read_bytes()
    except OSError:
        return None
