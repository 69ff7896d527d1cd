"""An item: one file on its way from the inbox into the archive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any


class ItemState(StrEnum):
    """What has become of an item. Everything but ``working`` is an end."""

    WORKING = "working"
    REGISTERED = "registered"
    FILED = "filed"
    KNOWN = "known"
    SPLIT = "split"
    QUARANTINED = "quarantined"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class Hints:
    """What a person said about a file before anyone opened it: options, sub-folder names, sidecar."""

    class_code: str = ""
    customer: str = ""
    manager: str = ""
    title: str = ""
    date: str = ""
    carrier: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Item:
    """A saved step of the journey; any worker can go on from it.

    Attributes:
        id: sortable unique id (time and randomness).
        station: name of the next station.
        name: file name as dropped.
        source: claimed path of the source file; empty once removed or for parts made by ourselves.
        origin: path where the file was dropped, for messages and for the way back.
        sha512: hex digest of the received bytes; empty before ``receive``.
        size: bytes.
        code: electronic code, committed before anything is written under it.
        parent: id of the item this one was split from or attached to.
        data: small results of stations (kind, pages, ranges ...), JSON-ready.
        reason: why it was quarantined, for a person.
        bulk: 1 where it came with many others; what somebody waits for is taken before it.
        place: name of the machine where its files lie; empty: any worker can get them.
    """

    id: str
    station: str
    name: str
    source: str
    origin: str
    state: ItemState = ItemState.WORKING
    sha512: str = ""
    size: int = 0
    code: str = ""
    parent: str = ""
    hints: Hints = field(default_factory=Hints)
    data: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    attempts: int = 0
    user: str = ""
    created: str = ""
    place: str = ""
    bulk: int = 0

    def with_(self, **changes: Any) -> Item:
        """Return a copy with these attributes changed."""
        return replace(self, **changes)

    def noting(self, **data: Any) -> Item:
        """Return a copy with these entries added to ``data``."""
        return replace(self, data={**self.data, **data})
