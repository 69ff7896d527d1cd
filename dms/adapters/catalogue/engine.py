"""Opens the database, brings it to the newest schema, and hands out transactions."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, inspect, text

from dms.adapters.catalogue.accounts import Accounts
from dms.adapters.catalogue.copying import copy, fingerprints
from dms.adapters.catalogue.items import Items
from dms.adapters.catalogue.log import Log
from dms.adapters.catalogue.numbers import Numbers
from dms.adapters.catalogue.postgres import Postgres
from dms.adapters.catalogue.problems import DATABASE, OUTSIDE, of_ours
from dms.adapters.catalogue.records import Records
from dms.adapters.catalogue.registers import Registers
from dms.adapters.catalogue.rows import unsound
from dms.adapters.catalogue.runs import Runs
from dms.adapters.catalogue.sqlite import BUSY_SECONDS, Sqlite
from dms.adapters.catalogue.waiting import Waiting
from dms.errors import DmsError, Usage
from dms.ports.catalogue import Catalogue
from dms.ports.clock import Clock, SystemClock
from dms.ports.writing import writing as marked_writing
from dms.said import Said

# The newest revision under migrations/versions; a test compares, so that opening need not import Alembic.
HEAD = "0009"


class SqlTransaction(Numbers, Items, Runs, Records, Waiting, Log, Registers, Accounts):
    """One transaction; see :class:`dms.ports.catalogue.Transaction`."""

    def take_time(self) -> None:
        """Let this transaction last as long as it takes."""
        if self.connection.dialect.name == "postgresql":
            self.connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            self.connection.execute(text("SET LOCAL statement_timeout = 0"))

    def copy_to(self, other: Catalogue) -> None:
        """Copy every row of this catalogue into another, empty one, in one transaction there."""
        if not isinstance(other, SqlCatalogue):
            raise TypeError("only between databases")
        with other.begin() as there:
            there.take_time()
            copy(self.connection, there.connection)


class Database(Protocol):
    """What differs between SQLite and PostgreSQL."""

    engine: Engine
    alone: bool
    """One connection is all there is (memory)."""

    def ready(self, connection: Connection, *, writing: bool) -> Connection:
        """Say what the next transaction on a connection may do."""
        ...

    def lock_schema(self, connection: Connection) -> None:
        """Let one process at a time change the schema, until the transaction ends."""
        ...

    def check(self, connection: Connection) -> list[str]:
        """Return what the engine's own checks find."""
        ...

    def backup(self, target: Path) -> None:
        """Write a consistent copy."""
        ...


class SqlCatalogue:
    """The catalogue on SQLAlchemy; see :class:`dms.ports.catalogue.Catalogue`.

    Args:
        url: ``sqlite:///path``, ``memory://`` or ``postgresql+psycopg://…``.
        busy_seconds: how long a writer waits for another process before it gives up (SQLite).
        clock: tells how long the archive has lived.
        on_log: called with the number of the newest act after a commit that logged something.

    Raises:
        Unavailable: the database cannot be opened.
        Usage: the URL's kind is not known, or the database is newer than this program.
        MissingProgram: the database's driver is not installed.
    """

    def __init__(
        self,
        url: str,
        *,
        busy_seconds: float = BUSY_SECONDS,
        clock: Clock | None = None,
        on_log: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._clock = clock or SystemClock()
        self._on_log = on_log
        try:
            self._database = _database(url, busy_seconds)
            self._mine = threading.local()
            self._turn = threading.RLock()
            self._migrate()
        except OUTSIDE as problem:
            raise of_ours(problem) from problem

    def _migrate(self) -> None:
        engine = self._database.engine
        with engine.connect() as connection, connection.begin():
            current = _revision(connection)
        if current == HEAD:
            return
        if current and current > HEAD:
            raise Usage(Said("The catalogue was made by a newer dms."), Said("Update this program."))
        from dms.adapters.catalogue.migrating import upgrade

        # All revisions in one transaction: killed half-way, the old schema stands as it was.
        with engine.connect() as fresh:
            connection = self._database.ready(fresh, writing=True)
            with connection.begin():
                self._database.lock_schema(connection)
                if _revision(connection) != HEAD:
                    upgrade(connection, HEAD)

    @contextmanager
    def begin(self) -> Iterator[SqlTransaction]:
        """Open a writing transaction.

        Raises:
            Unavailable: locked for too long, disk full, server away; nothing was changed.
            Conflict: the database's own rules refuse a change.
        """
        with self._guarded(writing=True) as transaction:
            yield transaction

    @contextmanager
    def look(self) -> Iterator[SqlTransaction]:
        """Open a reading transaction, a stable view; writing through it raises Unavailable."""
        with self._guarded(writing=False) as transaction:
            yield transaction

    @contextmanager
    def _guarded(self, *, writing: bool) -> Iterator[SqlTransaction]:
        # A transaction in a transaction of the same thread would wait for itself until the lock times out.
        inside = getattr(self._mine, "writing", None)
        if inside is not None and (self._database.alone or (writing and inside)):
            raise RuntimeError("this thread is in a transaction of this catalogue already")
        if self._database.alone:
            with self._turn:
                yield from self._transact(writing=writing, inside=inside)
        else:
            yield from self._transact(writing=writing, inside=inside)

    def _transact(self, *, writing: bool, inside: bool | None) -> Iterator[SqlTransaction]:
        self._mine.writing = writing or bool(inside)
        try:
            with self._database.engine.connect() as fresh:
                connection = self._database.ready(fresh, writing=writing)
                transaction = SqlTransaction(connection, self._clock)
                with connection.begin(), marked_writing() if writing else nullcontext():
                    yield transaction
        except DATABASE as problem:
            raise of_ours(problem) from problem
        finally:
            self._mine.writing = inside
        if transaction.logged:
            self._on_log(transaction.logged)

    def check(self) -> Sequence[str]:
        """Run the engine's own checks, and look for records whose parts are missing; return what is wrong."""
        try:
            with self.look() as tx:
                return [*self._database.check(tx.connection), *tx.incomplete(), *unsound(tx.connection)]
        except DmsError as problem:
            return [problem.message]

    def fingerprints(self) -> Mapping[str, tuple[int, str]]:
        """Return rows and a digest of each table; see the port."""
        with self.look() as tx:
            return fingerprints(tx.connection)

    def backup(self, target: str) -> None:
        """Write a consistent copy to a file; work goes on meanwhile.

        Raises:
            Unavailable: it cannot be written; what stood there before still stands.
            Usage: the database is a server.
        """
        try:
            with self._turn:
                self._database.backup(Path(target))
        except OUTSIDE as problem:
            raise of_ours(problem) from problem

    def close(self) -> None:
        """Let go of connections."""
        self._database.engine.dispose()


def _database(url: str, busy_seconds: float) -> Database:
    if url == "memory://":
        return Sqlite(None)
    if url.startswith("sqlite:///"):
        return Sqlite(Path(url.removeprefix("sqlite:///")).absolute(), busy_seconds)
    if url.startswith("postgresql"):
        return Postgres(url)
    raise Usage(
        Said("The catalogue “{url}” is of no known kind.", url=url),
        Said('Such as catalogue = "sqlite:///{{home}}/archive/…".'),
    )


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return str(found) if found else None
