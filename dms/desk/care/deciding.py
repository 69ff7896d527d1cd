"""Which version of an object a commit decided, as the log tells: what none decided counts for nothing (promise 4).

Acts write their versions after the commit (:mod:`dms.flow.versions`). The journey writes before it, and so did the acts
of older versions: killed between the two, they left a version that nobody decided.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from dms.domain.record import Record, record_from_dict
from dms.errors import NotFound
from dms.ports.catalogue import Act
from dms.ports.clock import parse
from dms.ports.vault import Version
from dms.ports.world import Archive
from dms.said import Said

# The acts that write a version which says something else of the record than the one before.
_WRITING = frozenset(
    (
        "describe", "pair", "accept", "rescan", "file", "agree-change", "promote", "import", "import-catalogue",
        "settle", "arrange", "join", "split",
    )
)  # fmt: skip
# Versions the journey writes: it repeats itself at the next start until they are committed.
_JOURNEY = ("Registered from ", "Joined by its paper from ")
UNDECIDED_TODO = Said("Do the act again if it was meant; a backup's copy of the object has only what was decided.")

# When each code was last changed by an act that was committed; None where there is no log to tell.
Decisions = Mapping[str, datetime] | None


def decisions(log: Iterable[Act]) -> Decisions:
    """Return when the log last tells of a committed act that wrote a version of each code."""
    last: dict[str, datetime] = {}
    any_act = False
    for act in log:
        any_act = True
        if act.act not in _WRITING:
            continue
        at = _time(act.at)
        if at is None:
            continue
        for code in (act.target, *_texts(act.notes)):
            last[code] = max(at, last.get(code, at))
    return last if any_act else None


def owners_of_numbers(log: Iterable[Act]) -> dict[str, str]:
    """Return the code that got each paper number last, by filing or by moving into another class."""
    owners: dict[str, str] = {}
    for act in log:
        number = act.data.get({"file": "paper_number", "promote": "after"}.get(act.act, ""), "")
        if number:
            owners[str(number)] = act.target
    return owners


def records_in(archive: Archive, object_id: str, decided: Decisions) -> tuple[list[Record], int]:
    """Return the records an object tells of, and the number of a version passed over as undecided (0: none).

    Raises:
        ValueError: what stands there is no record; TypeError, KeyError: parts of it are missing or unknown.
        Damaged: the object itself cannot be read.
    """
    name = "reserved.json" if object_id.startswith("batch-") else "record.json"
    versions = archive.vault.versions(object_id)
    version, passed_over = newest_decided(versions, object_id, name, decided)
    try:
        with archive.vault.open(object_id, name, version) as file:
            told = json.loads(file.read())
    except NotFound:
        return [], 0
    return [record_from_dict(one) for one in (told if isinstance(told, list) else [told])], passed_over


def newest_decided(versions: Sequence[Version], code: str, name: str, decided: Decisions) -> tuple[int, int]:
    """Return the version whose record counts, and the newest one passed over (0: none)."""
    # Versions that say something new of the record, newest first; others carry its record forward unchanged.
    saying = [
        v
        for before, v in zip([None, *versions], versions, strict=False)
        if before is None or _digest(before, name) != _digest(v, name)
    ]
    passed_over = 0
    for version in reversed(saying):
        if version.number == 1 or decided is None or version.message.startswith(_JOURNEY):
            return version.number, passed_over
        written, acted = _time(version.at), decided.get(code)
        if written is None or (acted is not None and acted >= written):
            return version.number, passed_over
        passed_over = passed_over or version.number
    return versions[-1].number, 0


def _digest(version: Version, name: str) -> str:
    return version.files[name].sha512 if name in version.files else ""


def _time(text: str) -> datetime | None:
    try:
        return parse(text)
    except ValueError:
        return None


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for value in data.values():
            yield from _texts(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from _texts(value)
