"""What every part of a transaction shares: the connection, and inserts that say whether the row was new."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Connection, Table, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from dms.adapters.catalogue.tables import counters
from dms.ports.clock import Clock


class Base:
    """Holds the connection of one transaction."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self.connection = connection
        self.clock = clock
        self.logged = 0
        self.marked: dict[str, set[tuple[Any, ...]]] = {}

    def mark(self, table: Table, *key: Any) -> None:
        """Let the next act of this transaction tell a row to the log."""
        self.marked.setdefault(table.name, set()).add(key)

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """Return an insert that knows ON CONFLICT; both dialects have the same clause, each under its own name."""
        if self.connection.dialect.name == "postgresql":
            return postgresql.insert(table)
        return sqlite.insert(table)

    def add_if_new(self, table: Table, values: Mapping[str, Any], *key: Column[Any]) -> bool:
        """Insert a row unless one with its key is there; return whether it was new."""
        statement = self.insert(table).values(**values).on_conflict_do_nothing(index_elements=list(key))
        # What comes back tells it: not every driver counts the rows of an insert.
        return self.connection.execute(statement.returning(*key)).first() is not None

    def count(self, series: str) -> int:
        """Move a counter on by one; the row lock (or SQLite's write lock) makes others wait for our commit."""
        start = self.insert(counters).values(series=series, last=1)
        moved = start.on_conflict_do_update(
            index_elements=[counters.c.series], set_={"last": counters.c.last + 1}
        ).returning(counters.c.last)
        return int(self.connection.execute(moved).scalar_one())

    def at_least(self, series: str, last: int) -> None:
        """Move a counter on to a number given before, never back."""
        self.add_if_new(counters, {"series": series, "last": 0}, counters.c.series)
        self.connection.execute(
            update(counters).where(counters.c.series == series, counters.c.last < last).values(last=last)
        )

    def moment(self) -> float:
        """Return the POSIX time leases are counted in: the server's where there is one."""
        if self.connection.dialect.name == "postgresql":
            return float(self.connection.execute(select(func.extract("epoch", func.clock_timestamp()))).scalar_one())
        return self.clock.now().timestamp()

    def put(self, table: Table, values: Mapping[str, Any], *key: Column[Any]) -> None:
        """Insert a row, or change the one with its key."""
        statement = self.insert(table).values(**values)
        names = {c.name for c in key}
        changes = {name: statement.excluded[name] for name in values if name not in names}
        self.connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=changes))


def to_json(data: Any) -> str:
    """Return JSON that a person reading the database can read too."""
    return json.dumps(data, ensure_ascii=False)
