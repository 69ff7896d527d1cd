"""OCFL v1.1 inventories: the JSON that says which version of an object has which file with which content."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from dms.adapters.vault.layout import check_path, check_together
from dms.errors import Conflict, Damaged, Usage
from dms.ports.vault import StoredFile, Version
from dms.said import Said

DIGEST = "sha512"
TYPE = "https://ocfl.io/1.1/spec/#inventory"
INVENTORY = "inventory.json"
SIDECAR = f"{INVENTORY}.{DIGEST}"
_NUMBER = re.compile(r"v([1-9][0-9]{0,8})")
_SHA512 = re.compile(r"[0-9a-f]{128}")
_TOKEN = re.compile(r"[0-9a-z][0-9a-z-]{0,60}")
_RFC3339 = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})")


def check_head(object_id: str, head: int, expect: int | None) -> None:
    """Refuse to write after another version than the writer had seen; None for a writer to whom all are the same.

    Raises:
        Conflict: somebody wrote meanwhile.
    """
    if expect is not None and expect != head:
        raise Conflict(
            Said(
                "{object} has version {head}, not {expect}: somebody changed it meanwhile.",
                object=object_id,
                head=head,
                expect=expect,
            ),
            Said("Look, then try again."),
        )


@dataclass(frozen=True, slots=True)
class Inventory:
    """One inventory as parsed.

    Attributes:
        head: number of the newest version.
        manifest: digest -> content paths inside the object, one at least.
        versions: number -> version; the inventory knows no sizes, they are 0.
        told: the JSON document itself, carried forward as it is.
    """

    object_id: str
    head: int
    manifest: Mapping[str, tuple[str, ...]]
    versions: Mapping[int, Version]
    told: Mapping[str, Any]


def clean(text: str) -> str:
    """Return text that can be written as UTF-8, whatever came from file names or terminals."""
    return text.encode("utf-8", "replace").decode("utf-8")


def new_version(number: int, message: str, user: str, at: str, files: Mapping[str, StoredFile]) -> Version:
    """Return a version with its words made fit for an inventory.

    Raises:
        Usage: the time has no zone or is none, a path is a file and a folder at once, a new object has no file.
    """
    check_together(files)
    if number == 1 and not files:
        raise Usage(Said("An object without any file cannot be kept."), Said("Give one file at least."))
    return Version(number, clean(message), clean(user) or "unknown", _time(at), dict(files))


def _time(at: str) -> str:
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        moment = datetime.min
    if moment.tzinfo is None:
        raise Usage(Said("“{at}” is no time with a zone.", at=at), Said("Such as 2026-11-23T16:05:00+08:00."))
    return at if _RFC3339.fullmatch(at) else moment.astimezone(UTC).isoformat(timespec="seconds")


def following(before: Inventory | None, object_id: str, version: Version, added: Mapping[str, str]) -> bytes:
    """Return the JSON of the inventory after a new version; what was there before is kept word by word.

    Args:
        before: the inventory so far.
        object_id: whose it is.
        version: the new head.
        added: digest -> content path of content not kept before.
    """
    state: dict[str, list[str]] = {}
    for file in version.files.values():
        state.setdefault(file.sha512, []).append(file.path)
    block = {
        "created": version.at,
        "message": version.message,
        "user": {"name": version.user, "address": f"urn:dms:user:{quote(version.user, safe='')}"},
        "state": {digest: sorted(paths) for digest, paths in sorted(state.items())},
    }
    start = {"id": object_id, "type": TYPE, "digestAlgorithm": DIGEST}
    told: dict[str, Any] = dict(before.told if before else start)
    manifest = told.get("manifest", {}) | {digest: [path] for digest, path in added.items()}
    told["head"] = f"v{version.number}"
    told["manifest"] = dict(sorted(manifest.items()))
    told["versions"] = told.get("versions", {}) | {told["head"]: block}
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()


def parse(data: bytes, object_id: str) -> Inventory:
    """Read an inventory of which nothing is believed.

    Raises:
        Damaged: it is not valid JSON, not an inventory of this object, or names a path outside of it.
    """
    try:
        return _parse(json.loads(data), object_id)
    except Usage as problem:
        reason = problem.message
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        reason = f"{type(problem).__name__}: {problem}"
    raise Damaged(
        Said("The inventory of {object} is damaged ({reason}).", object=object_id, reason=reason),
        Said("Restore the object from a backup."),
    )


def _parse(told: dict[str, Any], object_id: str) -> Inventory:
    if (told["id"], told["digestAlgorithm"], told["type"]) != (object_id, DIGEST, TYPE):
        raise ValueError(f"it is none of {object_id} in OCFL 1.1 with {DIGEST}")
    manifest = {digest: _paths(paths) for digest, paths in told["manifest"].items()}
    every = [path for paths in manifest.values() for path in paths]
    if not all(manifest.values()) or not all(_SHA512.fullmatch(d) for d in manifest) or len(set(every)) < len(every):
        raise ValueError("its manifest is malformed")
    head = _number(told["head"])
    if len(told["versions"]) != head:
        raise ValueError("its versions are not numbered from 1 to head")
    versions = {}
    for number in range(1, head + 1):
        one = told["versions"][f"v{number}"]
        pairs = [(path, digest) for digest, paths in one["state"].items() for path in _paths(paths)]
        files = {path: StoredFile(path, 0, digest) for path, digest in pairs}
        if len(files) < len(pairs) or not {digest for _, digest in pairs} <= manifest.keys():
            raise ValueError(f"the files of v{number} are malformed")
        user = one.get("user", {}).get("name", "unknown")
        versions[number] = Version(number, str(one.get("message", "")), str(user), str(one["created"]), files)
    if any(_number(path.partition("/")[0]) > head or path.count("/") < 2 for path in every):
        raise ValueError("its manifest names a path outside of its versions")
    return Inventory(object_id, head, manifest, versions, told)


def _paths(paths: object) -> tuple[str, ...]:
    if not isinstance(paths, list):
        raise TypeError("paths are not a list")
    for path in paths:
        check_path(path)
    check_together(paths)
    return tuple(paths)


def _number(text: str) -> int:
    match = _NUMBER.fullmatch(text)
    if not match:
        raise ValueError(f"{text[:20]!r} is no version")
    return int(match[1])


def sidecar(inventory: bytes) -> bytes:
    """Return the content of an inventory's sidecar."""
    return f"{hashlib.sha512(inventory).hexdigest()} {INVENTORY}\n".encode()


def same_files(one: Mapping[str, StoredFile], other: Mapping[str, StoredFile]) -> bool:
    """True where two versions have the same files with the same content."""
    return {p: f.sha512 for p, f in one.items()} == {p: f.sha512 for p, f in other.items()}


def check_request(files: Mapping[str, Path | bytes | None]) -> None:
    """Refuse files that cannot be written before anything is.

    Raises:
        Usage: an unsafe path, or a file and a folder of one name.
    """
    for path in files:
        check_path(path)
    check_together(path for path, source in files.items() if source is not None)


def check_token(token: str) -> str:
    """Return a token of staged files if it may be a folder's name.

    Raises:
        Usage: it may not.
    """
    if not _TOKEN.fullmatch(token):
        raise Usage(Said("“{token}” cannot name staged files.", token=token[:80]), Said("Use an id of the archive."))
    return token
