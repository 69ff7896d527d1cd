"""A record's row compared with what its object in the vault says of it: all attributes, both carriers, the link."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from dms.domain.record import ALIVE, Record, RecordState, record_from_dict
from dms.errors import DmsError
from dms.ports.catalogue import Transaction
from dms.ports.world import Archive
from dms.said import Said

_MISSING = object()


def row_against_vault(archive: Archive, record: Record) -> Iterator[Said]:
    """Yield a sentence for each attribute in which a row and its object's newest ``record.json`` differ.

    What acts change in the row alone is no difference: the bin (R9), a place the log of moves explains, a stock-take.
    """
    try:
        with archive.vault.open(record.code, "record.json") as file:
            held = record_from_dict(json.loads(file.read())).to_dict()
    except (DmsError, ValueError, TypeError, KeyError, AttributeError) as problem:
        yield Said("The vault's record.json cannot be read: {problem}.", problem=problem)
        return
    row = record.to_dict()
    if record.state is RecordState.BINNED and held["state"] in ALIVE:
        held["state"] = record.state
    if record.link.proof == "stocktake":
        held["link"] = row["link"]
        held["paper"]["present"] = row["paper"]["present"]
    if row["paper"]["address"] != held["paper"]["address"]:
        with archive.catalogue.look() as tx:
            if row["paper"]["address"] in _places(tx, record):
                held["paper"]["address"] = row["paper"]["address"]
    ours, theirs = _flat(row), _flat(held)
    for name in sorted(ours.keys() | theirs.keys()):
        one, other = ours.get(name, _MISSING), theirs.get(name, _MISSING)
        if one != other:
            yield Said(
                "{name}: the catalogue says {row}, the vault {held}.", name=name, row=_shown(one), held=_shown(other)
            )


def _places(tx: Transaction, record: Record) -> set[str]:
    targets = (record.code, record.paper_number, record.volume)
    return {move.place for target in targets if target for move in tx.moves(target)}


def _flat(told: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in told.items():
        if isinstance(value, Mapping):
            flat |= {f"{key}.{inner}": v for inner, v in value.items()}
        else:
            flat[key] = value
    return flat


def _shown(value: object) -> Said:
    return Said("nothing") if value is _MISSING else Said("“{text}”", text=str(value)[:80])
