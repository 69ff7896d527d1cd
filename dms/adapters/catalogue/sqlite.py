"""All that is SQLite's own: pragmas, how its transactions begin, its checks and copies.

WAL lets readers go on while one process writes; ``synchronous = FULL`` puts a commit on the disk before it returns,
for the source file is removed after it (promise 1).
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from filelock import FileLock
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.pool import StaticPool

BUSY_SECONDS = 30.0
_WAL_SECONDS = 60.0


class Sqlite:
    """A SQLite database in a file, or in memory where there is none.

    Args:
        file: the database; None keeps it in memory, on one connection that threads take turns on.
        busy_seconds: how long a writer waits for another one.
    """

    def __init__(self, file: Path | None, busy_seconds: float = BUSY_SECONDS) -> None:
        self.alone = file is None
        self._file = file
        if file is None:
            self.engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            # Not parsed from text: a folder's name may hold "?" or "%".
            self.engine = create_engine(
                URL.create("sqlite", database=str(file)),
                connect_args={"timeout": busy_seconds},
                pool_size=16,
                max_overflow=32,
                pool_timeout=busy_seconds,
            )
        self._prepare(self.engine)

    def ready(self, connection: Connection, *, writing: bool) -> Connection:
        """Say what the next transaction on a connection may do."""
        return connection.execution_options(dms_writing=writing)

    def lock_schema(self, connection: Connection) -> None:
        """Let one process at a time change the schema: BEGIN IMMEDIATE has done that."""

    def check(self, connection: Connection) -> list[str]:
        """Run SQLite's integrity and foreign-key checks; return what is wrong."""
        found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check")]
        wrong = [] if found == ["ok"] else found
        wrong += [
            f"{row[0]}: row {row[1]} belongs to no row of {row[2]}"
            for row in connection.exec_driver_sql("PRAGMA foreign_key_check")
        ]
        return wrong

    def backup(self, target: Path) -> None:
        """Write a consistent copy as one closed file; it has its name only once it is whole and on the disk.

        Raises:
            sqlite3.Error: the copy cannot be made.
            OSError: the file cannot be written.
        """
        beside = target.with_name(target.name + ".part")
        beside.unlink(missing_ok=True)
        source = self.engine.raw_connection()
        try:
            with closing(sqlite3.connect(beside, isolation_level=None)) as copy:
                source.driver_connection.backup(copy)  # type: ignore[union-attr]  # there is one while it is open
                # A copy in WAL mode could not be opened from a read-only disk.
                copy.execute("PRAGMA journal_mode = DELETE")
        finally:
            source.close()
        with beside.open("rb+") as file:
            os.fsync(file.fileno())
        beside.replace(target)

    def _prepare(self, engine: Engine) -> None:
        @event.listens_for(engine, "connect")
        def connected(connection: sqlite3.Connection, _: Any) -> None:
            # The driver must not begin transactions behind our back.
            connection.isolation_level = None
            with closing(connection.cursor()) as cursor:
                if self._file is not None:
                    self._to_wal(cursor)
                cursor.execute("PRAGMA synchronous = FULL")
                cursor.execute("PRAGMA foreign_keys = ON")

        @event.listens_for(engine, "begin")
        def begun(connection: Connection) -> None:
            writing = connection.get_execution_options().get("dms_writing", False)
            connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writing else 'ON'}")
            # IMMEDIATE waits for its turn here, where waiting is safe; a reader that turns writer could only fail.
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN DEFERRED")

    def _to_wal(self, cursor: sqlite3.Cursor) -> None:
        """Turn WAL on once in a database's life; two processes at once would get "locked" without waiting."""
        if cursor.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
            return
        with FileLock(f"{self._file}.opening", timeout=_WAL_SECONDS):
            cursor.execute("PRAGMA journal_mode = WAL")
