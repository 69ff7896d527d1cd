"""Opens the database, brings it to the newest schema, and hands out transactions."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import StaticPool

from dms.adapters.catalogue.items import Items
from dms.adapters.catalogue.masters import Masters
from dms.adapters.catalogue.numbers import Numbers
from dms.adapters.catalogue.records import Records
from dms.adapters.catalogue.waiting import Waiting
from dms.errors import Unavailable, Usage

HEAD = "0001"
_BUSY_MS = 30_000


class SqlTransaction(Numbers, Items, Records, Waiting, Masters):
    """One transaction; see :class:`dms.ports.catalogue.Transaction`."""


class SqlCatalogue:
    """The catalogue on SQLAlchemy; see :class:`dms.ports.catalogue.Catalogue`.

    Args:
        url: ``sqlite:///path``, ``memory://`` or ``postgresql+psycopg://…``.

    Raises:
        Unavailable: the database cannot be opened.
        Usage: the URL's kind is not known, or the database is newer than this program.
    """

    def __init__(self, url: str) -> None:
        self._file: Path | None = None
        if url == "memory://":
            self._engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
        elif url.startswith("sqlite:///"):
            self._file = Path(url.removeprefix("sqlite:///"))
            try:
                self._file.parent.mkdir(parents=True, exist_ok=True)
            except OSError as problem:
                raise _unavailable(problem) from problem
            self._engine = create_engine(url, connect_args={"timeout": _BUSY_MS / 1000}, pool_size=16, max_overflow=32)
        elif url.startswith("postgresql"):
            self._engine = create_engine(url, pool_pre_ping=True)
        else:
            raise Usage(
                f"The catalogue “{url}” is of no known kind.", 'Such as catalogue = "sqlite:///{home}/archive/…".'
            )
        if self._engine.dialect.name == "sqlite":
            _prepare(self._engine)
        self._memory_lock = _memory_lock() if url == "memory://" else None
        self._migrate()

    def _migrate(self) -> None:
        try:
            with self._engine.connect() as connection:
                current = _revision(connection)
            if current == HEAD:
                return
            if current and current > HEAD:
                raise Usage("The catalogue was made by a newer dms.", "Update this program.")
            if self._file is None:
                self._upgrade()
            else:
                with FileLock(str(self._file) + ".migrating", timeout=60):
                    self._upgrade()
        except (DBAPIError, OSError) as problem:
            raise _unavailable(problem) from problem

    def _upgrade(self) -> None:
        from alembic import command

        from dms.adapters.catalogue.migrating import config

        with self._engine.begin() as connection:
            if _revision(connection) != HEAD:
                command.upgrade(config(connection), HEAD)

    @contextmanager
    def begin(self) -> Iterator[SqlTransaction]:
        """Open a writing transaction."""
        yield from self._transact(writing=True)

    @contextmanager
    def look(self) -> Iterator[SqlTransaction]:
        """Open a reading transaction."""
        yield from self._transact(writing=False)

    def _transact(self, *, writing: bool) -> Iterator[SqlTransaction]:
        if self._memory_lock is not None:
            self._memory_lock.acquire()
        try:
            with self._engine.connect() as connection:
                if self._engine.dialect.name == "sqlite":
                    connection.info["dms_writes"] = writing
                elif not writing:
                    connection = connection.execution_options(postgresql_readonly=True)
                with connection.begin():
                    yield SqlTransaction(connection)
        except OperationalError as problem:
            raise _unavailable(problem) from problem
        finally:
            if self._memory_lock is not None:
                self._memory_lock.release()

    def check(self) -> Sequence[str]:
        """Run SQLite's integrity and foreign-key checks; other engines check themselves."""
        if self._engine.dialect.name != "sqlite":
            return []
        try:
            with self._engine.connect() as connection:
                found = [str(r[0]) for r in connection.exec_driver_sql("PRAGMA integrity_check")]
        except DBAPIError as problem:
            return [str(problem.orig)]
        return [] if found == ["ok"] else found

    def backup(self, target: str) -> None:
        """Write a consistent copy to a file."""
        if self._engine.dialect.name != "sqlite":
            raise Usage("A PostgreSQL catalogue is not copied to a file.", "Use pg_dump.")
        source = self._engine.raw_connection()
        try:
            Path(target).unlink(missing_ok=True)
            copy = sqlite3.connect(target)
            with copy:
                source.driver_connection.backup(copy)  # type: ignore[union-attr]  # there is one while it is open
            copy.close()
        except (sqlite3.Error, OSError) as problem:
            raise _unavailable(problem) from problem
        finally:
            source.close()

    def close(self) -> None:
        """Let go of connections."""
        self._engine.dispose()


def _memory_lock() -> Any:
    import threading

    return threading.RLock()


def _prepare(engine: Engine) -> None:
    """Make SQLite durable and concurrent, and let us say how a transaction begins."""

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _: Any) -> None:
        # The driver must not begin transactions behind our back.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
        cursor.execute("PRAGMA journal_mode = WAL")
        # FULL: a commit is on the disk when it returns, for the source file is removed after it (promise 1).
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        writing = connection.info.get("dms_writes", True)
        connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writing else 'ON'}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN DEFERRED")


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return str(found) if found else None


def _unavailable(problem: Exception) -> Unavailable:
    told = str(getattr(problem, "orig", problem))
    if "locked" in told or "busy" in told:
        return Unavailable("The catalogue is locked by another process.", "Try again in a moment.")
    if "full" in told:
        return Unavailable("The catalogue's disk is full.", "Make room; nothing was changed.")
    if "readonly" in told or "read-only" in told or "query_only" in told:
        return Unavailable("The catalogue cannot be written.", "Check the permissions of archive/ and its disk.")
    return Unavailable(f"The catalogue does not answer: {told}.", "Check archive/catalogue.sqlite and its disk.")
