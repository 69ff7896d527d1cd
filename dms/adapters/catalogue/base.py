"""What every part of a transaction shares: the connection, and inserts that say whether the row was new."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


class Base:
    """Holds the connection of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def add_if_new(self, table: Table, values: Mapping[str, Any], *key: Column[Any]) -> bool:
        """Insert a row unless one with its key is there; return whether it was new.

        Both dialects have the same ON CONFLICT clause, each under its own name.
        """
        dialect = postgresql if self.connection.dialect.name == "postgresql" else sqlite
        statement = dialect.insert(table).values(**values).on_conflict_do_nothing(index_elements=list(key))
        return self.connection.execute(statement).rowcount == 1
