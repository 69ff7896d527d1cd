"""Rows that the log tells with the act that changed them: compared with it by ``verify``, brought back by ``rebuild``.

Whoever writes one of these rows marks it; the next act of the transaction carries every marked row as it stands then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Table, and_, delete, insert, select

from dms.adapters.catalogue.base import Base
from dms.adapters.catalogue.tables import (
    carriers,
    deputies,
    gradings,
    holds,
    loans,
    moves,
    records,
    requests,
    signatures,
    voided,
    volumes,
)
from dms.ports.catalogue import LoggedRows

_TABLES: Mapping[str, Table] = {
    t.name: t for t in (volumes, voided, requests, signatures, moves, loans, holds, gradings, deputies)
}
# Databases take only so many values in one statement.
_AT_ONCE = 200


class Logged(Base):
    """The part of a transaction that tells its rows to the log."""

    def changed_rows(self) -> LoggedRows:
        """Return the rows marked since the last act as they stand now, None for one that is gone; unmark them."""
        marked, self.marked = self.marked, {}
        told: dict[str, dict[str, dict[str, Any] | None]] = {}
        for name, keys in sorted(marked.items()):
            wanted = sorted(keys)
            found = self._records(wanted) if name == records.name else self._rows(_TABLES[name], wanted)
            told[name] = {_text(key): found.get(_text(key)) for key in wanted}
        return told

    def logged_rows(self) -> LoggedRows:
        """Return all rows of the tables whose rows the log tells."""
        return {
            name: dict(self._read(table, self.connection.execute(select(table)))) for name, table in _TABLES.items()
        }

    def tell_all(self, known: Iterable[tuple[str, str]] = ()) -> None:
        """Let the next act tell every row as it stands, also those of known tables and keys that are gone."""
        for table in _TABLES.values():
            for key in self.connection.execute(select(*table.primary_key)):
                self.mark(table, *key)
        for name, text in known:
            if name == records.name:
                self.mark(records, text)
                continue
            columns = list(_TABLES[name].primary_key) if name in _TABLES else []
            parts = text.split("|")
            if len(parts) == len(columns):
                self.mark(_TABLES[name], *(c.type.python_type(part) for c, part in zip(columns, parts, strict=True)))

    def restore_row(self, table: str, row: Mapping[str, Any]) -> None:
        """Put a row back as the log tells it, over what stands there; its counter goes on after it."""
        target = _TABLES[table]
        values = {c.name: row[c.name] for c in target.c if c.name in row}
        self.connection.execute(delete(target).where(*(c == values[c.name] for c in target.primary_key)))
        self.connection.execute(insert(target).values(**values))
        if "id" in values:
            self.at_least(f"R:{table}", int(values["id"]))

    def _rows(self, table: Table, keys: list[tuple[Any, ...]]) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        columns = list(table.primary_key)
        for key in keys:
            where = (column == part for column, part in zip(columns, key, strict=True))
            found |= self._read(table, self.connection.execute(select(table).where(*where)))
        return found

    def _records(self, keys: list[tuple[Any, ...]]) -> dict[str, dict[str, Any]]:
        """Return what acts change of a record in its row alone (the bin, its place); its object tells the rest."""
        query = select(records.c.code, records.c.state, carriers.c.address).join(
            carriers, and_(carriers.c.code == records.c.code, carriers.c.kind == "paper")
        )
        found = {}
        codes = [key[0] for key in keys]
        for start in range(0, len(codes), _AT_ONCE):
            for row in self.connection.execute(query.where(records.c.code.in_(codes[start : start + _AT_ONCE]))):
                found[row.code] = {"state": row.state, "place": row.address}
        return found

    def _read(self, table: Table, rows: Iterable[Any]) -> dict[str, dict[str, Any]]:
        return {_text(tuple(row._mapping[c.name] for c in table.primary_key)): dict(row._mapping) for row in rows}


def _text(key: tuple[Any, ...]) -> str:
    return "|".join(map(str, key))
