"""OCFL v1.1 inventories: the JSON that says which version of an object has which file with which content."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dms.domain.numbers import is_code, parse_code
from dms.errors import Damaged, Usage
from dms.ports.vault import StoredFile, Version

DIGEST = "sha512"
TYPE = "https://ocfl.io/1.1/spec/#inventory"
OBJECT_DECLARATION = ("0=ocfl_object_1.1", b"ocfl_object_1.1\n")
ROOT_DECLARATION = ("0=ocfl_1.1", b"ocfl_1.1\n")
INVENTORY = "inventory.json"
SIDECAR = f"{INVENTORY}.{DIGEST}"
_BATCH = re.compile(r"batch-[0-9a-z]{2}[0-9a-z-]{0,60}")


@dataclass(frozen=True, slots=True)
class Inventory:
    """One inventory as parsed.

    Attributes:
        head: number of the newest version.
        manifest: digest -> content path inside the object.
        versions: number -> version, with the size of files unknown (0) unless filled in by the caller.
    """

    object_id: str
    head: int
    manifest: Mapping[str, str]
    versions: Mapping[int, Version]


def object_path(object_id: str) -> str:
    """Return the path of an object in the storage root: ``{year}/{serial/100}/{code}`` or ``batches/{ab}/{id}``.

    Raises:
        Usage: the id is neither an electronic code nor that of a batch.
    """
    if _BATCH.fullmatch(object_id):
        return f"batches/{object_id[6:8]}/{object_id}"
    if is_code(object_id) and str(parse_code(object_id)) == object_id:
        return parse_code(object_id).vault_path
    raise Usage(f"“{object_id}” cannot be the id of a vault object.", "Use an electronic code.")


def check_path(path: str) -> None:
    """Refuse a logical path that could leave the object or that some file system cannot hold.

    Raises:
        Usage: empty, absolute or dotted parts, backslash, control characters, or too long.
    """
    parts = path.split("/")
    bad = (
        not path
        or any(p in ("", ".", "..") or len(p.encode("utf-8", "surrogatepass")) > 240 for p in parts)
        or any(ord(c) < 32 or c in "\\\x7f" or "\ud800" <= c <= "\udfff" for c in path)
        or len(path) > 600
    )
    if bad:
        raise Usage(f"“{path!r}” is no path for a vault object.", "Use plain relative paths such as original/scan.pdf.")


def parse(data: bytes, object_id: str | None = None) -> Inventory:
    """Read an inventory.

    Raises:
        Damaged: it is not valid JSON or not an inventory of this object.
    """
    try:
        told = json.loads(data)
        manifest = {d: paths[0] for d, paths in told["manifest"].items()}
        versions = {}
        for name, one in told["versions"].items():
            number = int(name.removeprefix("v"))
            files = {p: StoredFile(p, 0, d) for d, paths in one["state"].items() for p in paths}
            if not set(f.sha512 for f in files.values()) <= manifest.keys():
                raise ValueError("a version names content the manifest does not have")
            versions[number] = Version(number, one["message"], one["user"]["name"], one["created"], files)
        head = int(told["head"].removeprefix("v"))
        if told["digestAlgorithm"] != DIGEST or sorted(versions) != list(range(1, head + 1)):
            raise ValueError("versions are not numbered 1 to head")
        if object_id is not None and told["id"] != object_id:
            raise ValueError(f"it is the inventory of {told['id']}")
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as problem:
        raise Damaged(
            f"The inventory of {object_id} is damaged: {problem}.", "Restore the object from a backup."
        ) from None
    return Inventory(told["id"], head, manifest, versions)


def render(inventory: Inventory) -> bytes:
    """Return the JSON of an inventory, same inventory, same bytes."""
    told: dict[str, Any] = {
        "id": inventory.object_id,
        "type": TYPE,
        "digestAlgorithm": DIGEST,
        "head": f"v{inventory.head}",
        "manifest": {digest: [path] for digest, path in sorted(inventory.manifest.items())},
        "versions": {},
    }
    for number, version in sorted(inventory.versions.items()):
        state: dict[str, list[str]] = {}
        for file in version.files.values():
            state.setdefault(file.sha512, []).append(file.path)
        told["versions"][f"v{number}"] = {
            "created": version.at,
            "message": version.message,
            "user": {"name": version.user or "unknown", "address": "urn:dms:user"},
            "state": {digest: sorted(paths) for digest, paths in sorted(state.items())},
        }
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()


def sidecar(inventory: bytes) -> bytes:
    """Return the content of an inventory's sidecar."""
    return f"{hashlib.sha512(inventory).hexdigest()} {INVENTORY}\n".encode()


def check_sidecar(inventory: bytes, told: bytes) -> bool:
    """True where a sidecar belongs to an inventory."""
    return told.split() == sidecar(inventory).split()
