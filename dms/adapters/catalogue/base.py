"""What every part of a transaction shares: the connection, and inserts that say whether the row was new."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


class Base:
    """Holds the connection of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """Return an insert that knows ON CONFLICT; both dialects have the same clause, each under its own name."""
        if self.connection.dialect.name == "postgresql":
            return postgresql.insert(table)
        return sqlite.insert(table)

    def add_if_new(self, table: Table, values: Mapping[str, Any], *key: Column[Any]) -> bool:
        """Insert a row unless one with its key is there; return whether it was new."""
        statement = self.insert(table).values(**values).on_conflict_do_nothing(index_elements=list(key))
        return self.connection.execute(statement).rowcount == 1

    def put(self, table: Table, values: Mapping[str, Any], *key: Column[Any]) -> None:
        """Insert a row, or change the one with its key."""
        statement = self.insert(table).values(**values)
        names = {c.name for c in key}
        changes = {name: statement.excluded[name] for name in values if name not in names}
        self.connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=changes))


def to_json(data: Any) -> str:
    """Return JSON that a person reading the database can read too."""
    return json.dumps(data, ensure_ascii=False)
