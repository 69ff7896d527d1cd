"""The JSON beside each record in a package: ``record.json`` and ``handover.json``, written and read back strictly.

``schemas/handover.schema.json`` describes ``handover.json``: its files, versions and acts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from types import GenericAlias, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from dms.adapters.handover.layout import is_safe, shown
from dms.adapters.handover.tags import ASK_AGAIN
from dms.domain.record import Record, record_from_dict
from dms.errors import Damaged
from dms.ports.catalogue import Act
from dms.ports.handover import HandedRecord
from dms.ports.vault import StoredFile, Version
from dms.said import Said

FORMAT = 1


@dataclass(frozen=True, slots=True)
class History:
    """What ``handover.json`` holds.

    Attributes:
        files: logical path -> path in the record's folder, size and SHA-512.
    """

    files: Mapping[str, StoredFile]
    versions: tuple[Version, ...]
    acts: tuple[Act, ...]


def record_json(record: Record) -> bytes:
    """Write a record as the vault keeps it."""
    return _json(record.to_dict())


def history_json(handed: HandedRecord, files: Mapping[str, StoredFile]) -> bytes:
    """Write the files, versions and acts of a record."""
    return _json(
        {
            "format": FORMAT,
            "files": {
                logical: {"path": kept.path, "size": kept.size, "sha512": kept.sha512}
                for logical, kept in files.items()
            },
            "versions": [_version(version) for version in handed.versions],
            "acts": [{**act.told(), "leaf": act.leaf} for act in handed.acts],
        }
    )


def parse_record(data: bytes, name: str) -> Record:
    """Read ``record.json``.

    Raises:
        Damaged: it is no record of ours.
    """
    try:
        record = record_from_dict(_object(data))
        _shaped(record)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as problem:
        raise _broken(name, problem) from problem
    return record


def parse_history(data: bytes, name: str) -> History:
    """Read ``handover.json``.

    Raises:
        Damaged: it is none of ours, or a path in it is unsafe.
    """
    try:
        told = _object(data)
        if set(told) != {"format", "files", "versions", "acts"} or told["format"] != FORMAT:
            raise ValueError(f"not of format {FORMAT}")
        history = History(
            {logical: StoredFile(**file) for logical, file in told["files"].items()},
            tuple(
                Version(**{**version, "files": {p: StoredFile(p, **file) for p, file in version["files"].items()}})
                for version in told["versions"]
            ),
            tuple(Act(**act) for act in told["acts"]),
        )
        for part in (*history.files.values(), *history.versions, *history.acts):
            _shaped(part)
        for path in (*history.files, *(file.path for file in history.files.values())):
            if not is_safe(path):
                raise ValueError(f"unsafe path {shown(path)}")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as problem:
        raise _broken(name, problem) from problem
    return history


def _version(version: Version) -> dict[str, Any]:
    return {
        "number": version.number,
        "message": version.message,
        "user": version.user,
        "at": version.at,
        "files": {path: {"size": file.size, "sha512": file.sha512} for path, file in version.files.items()},
    }


def _json(data: Mapping[str, Any]) -> bytes:
    return (json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def _object(data: bytes) -> dict[str, Any]:
    told = json.loads(data.decode("utf-8"))
    if not isinstance(told, dict):
        raise TypeError("not an object")
    return told


def _shaped(value: Any) -> None:
    """Refuse a dataclass whose attributes are not of the types it declares: a stranger's JSON may hold anything."""
    kind: Any = type(value)
    hints = _hints(kind)
    for one in fields(value):
        if not _is(getattr(value, one.name), hints[one.name]):
            raise TypeError(f"{one.name} is of the wrong kind")


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _is(value: Any, hint: Any) -> bool:
    if hint is Any:
        return True
    if isinstance(hint, UnionType):
        return any(_is(value, one) for one in get_args(hint))
    origin, inside = get_origin(hint), get_args(hint)
    if origin is tuple:
        return isinstance(value, tuple) and all(_is(one, inside[0]) for one in value)
    if origin is not None and issubclass(origin, Mapping):
        return isinstance(value, Mapping) and all(_is(k, inside[0]) and _is(v, inside[1]) for k, v in value.items())
    if isinstance(hint, GenericAlias) or not isinstance(hint, type):
        raise TypeError(f"no check for {hint}")
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    if not isinstance(value, hint):
        return False
    if isinstance(value, str):
        value.encode("utf-8")  # a lone surrogate is no text; its error is a ValueError
    if hasattr(hint, "__dataclass_fields__"):
        _shaped(value)
    return True


def _broken(name: str, problem: Exception) -> Damaged:
    reason = "too deep" if isinstance(problem, RecursionError) else shown(str(problem))
    return Damaged(Said("{name} is not what this archive writes: {reason}.", name=name, reason=reason), ASK_AGAIN)
