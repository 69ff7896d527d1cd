"""Rows as they were written, or told as damaged with their place: no flipped bit ends a command in a traceback."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, select

from dms.adapters.catalogue.problems import DATABASE
from dms.adapters.catalogue.tables import metadata
from dms.adapters.catalogue.words import Words
from dms.domain.item import ItemState
from dms.domain.record import LinkState, RecordState, Track
from dms.errors import Damaged, DmsError
from dms.said import Do, Said

T = TypeVar("T")
# What reading a row raises where it is not what was written.
UNREADABLE = (DmsError, ValueError, TypeError, KeyError, AttributeError, OverflowError)

_SHAPES: Mapping[str, type] = MappingProxyType(
    {
        "records.fields": dict, "records.uncertain": list, "records.see_also": list,
        "items.hints": dict, "items.data": dict, "attention.data": dict,
        "people.roles": list, "customers.aliases": list, "requests.data": dict, "gradings.figures": dict,
        "versions_due.files": dict,
    }
)  # fmt: skip
_STATES = MappingProxyType(
    {"records.state": RecordState, "records.track": Track, "links.state": LinkState, "items.state": ItemState}
)


def readable(table: Table, row: Any, make: Callable[[Any], T]) -> T:
    """Return what is made of a row.

    Raises:
        Damaged: it is not what was written; table and key are named.
    """
    try:
        told = row._mapping
        for name, wanted in _kinds(table):
            # Not every reader asks for every column (an item without its lease).
            if name in told and not isinstance(told[name], wanted):
                raise TypeError(f"{name} is no {wanted[0].__name__}: {str(told[name])[:40]}")
        return make(row)
    except UNREADABLE as problem:
        key = " ".join(str(row._mapping.get(c.name, "")) for c in table.primary_key)
        raise damaged(table.name, key, problem) from problem


def damaged(table: str, key: str, problem: BaseException) -> Damaged:
    """Return the error that names a damaged row and what to do."""
    where = {"key": key, "table": table, "problem": problem}
    return Damaged(
        Said("The row “{key}” of {table} in the catalogue is damaged: {problem}.", **where),
        Said(
            "“{act}” tells all that is damaged. Bring back a backup ({act_2}), or rebuild the catalogue ({act_3}).",
            act=Do("verify"),
            act_2=Do("recover"),
            act_3=Do("rebuild"),
        ),
    )


class Told(dict[str, Any]):
    """What a row told in JSON; an entry that is missing is damage, for whoever asks for it wrote it."""

    def __missing__(self, key: str) -> Any:
        """Name the missing entry.

        Raises:
            Damaged: always.
        """
        raise Damaged(
            Said("A row of the catalogue is damaged: it has no “{key}”.", key=key),
            Said("“{act}” tells all that is damaged.", act=Do("verify")),
        )


def json_of(text: str, shape: type[T]) -> T:
    """Return what JSON in a column tells.

    Raises:
        ValueError: it is no JSON, or of another shape.
    """
    told = json.loads(text)
    if not isinstance(told, shape):
        raise ValueError(f"no {shape.__name__}: {text[:40]}")
    return told


def unsound(connection: Connection) -> Iterator[str]:
    """Yield a sentence for each row that is not what its table holds; the log's rows have hashes of their own."""
    for table in metadata.sorted_tables:
        if table.name == "acts":
            continue
        try:
            for row in connection.execute(select(table)):
                for name, wanted in _kinds(table):
                    try:
                        _sound(f"{table.name}.{name}", wanted, row._mapping[name])
                    except UNREADABLE as problem:
                        key = " ".join(str(row._mapping[c.name]) for c in table.primary_key)
                        yield f"{table.name}, row {key}: {name} is damaged: {problem}"
        except DATABASE as problem:
            yield f"{table.name}: it cannot be read to its end: {getattr(problem, 'orig', problem)}"


@cache
def _kinds(table: Table) -> tuple[tuple[str, tuple[type, ...]], ...]:
    """Return what each column of a table holds; a number without a point may stand for one with."""
    python = {c.name: str if isinstance(c.type, Words) else c.type.python_type for c in table.c}
    return tuple((name, (kind, int) if kind is float else (kind,)) for name, kind in python.items())


def _sound(name: str, wanted: tuple[type, ...], value: object) -> None:
    if not isinstance(value, wanted):
        raise TypeError(f"no {wanted[0].__name__}: {str(value)[:40]}")
    if name in _SHAPES:
        json_of(str(value), _SHAPES[name])
    if name in _STATES:
        _STATES[name](str(value))
    if name == "records.date" and value:
        date.fromisoformat(str(value))
