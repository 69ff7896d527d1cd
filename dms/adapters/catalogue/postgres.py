"""All that is PostgreSQL's own: how long it waits, what a reader sees, who migrates."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError

from dms.errors import MissingProgram, Usage
from dms.said import Said

_LOCK_SECONDS = 30
_STATEMENT_SECONDS = 120
_IDLE_SECONDS = 60
# Any numbers, as long as every dms uses the same.
_MIGRATING, _WRITING = 0x444D53, 0x444D54
# Connection options: libpq's own, then the server's. A host that is gone must not keep its locks for hours: the server
# looks after half a minute of silence whether the other end still lives.
_ALIVE = {"connect_timeout": 10, "keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3}
_OPTIONS = {
    "lock_timeout": f"{_LOCK_SECONDS}s",
    "statement_timeout": f"{_STATEMENT_SECONDS}s",
    "idle_in_transaction_session_timeout": f"{_IDLE_SECONDS}s",
    "tcp_keepalives_idle": "15",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "jit": "off",
}


def open_engine(url: str) -> Engine:
    """Return a pool of connections to a PostgreSQL server.

    Args:
        url: ``postgresql+psycopg://…``; ``postgresql://…`` means the same.

    Raises:
        MissingProgram: the driver is not installed.
        Usage: the URL cannot be read.
    """
    try:
        told = make_url(url)
        if told.drivername in ("postgresql", "postgres"):
            told = told.set(drivername="postgresql+psycopg")
        options = " ".join(f"-c {name}={value}" for name, value in _OPTIONS.items())
        return create_engine(
            told, pool_pre_ping=True, pool_size=16, max_overflow=32, pool_timeout=_LOCK_SECONDS,
            connect_args={"options": options, **_ALIVE},
        )  # fmt: skip
    except ModuleNotFoundError as problem:
        raise MissingProgram(
            Said("The driver of PostgreSQL is not installed ({problem}).", problem=problem.name),
            Said('pip install "dms[postgres]"'),
        ) from problem
    except ArgumentError as problem:
        raise Usage(
            Said("The database's address cannot be read."), Said("postgresql://user@host/database")
        ) from problem


class Postgres:
    """A PostgreSQL database.

    Args:
        url: ``postgresql+psycopg://…``.

    Raises:
        MissingProgram: its driver is not installed.
    """

    alone = False

    def __init__(self, url: str) -> None:
        self.engine = open_engine(url)

        @event.listens_for(self.engine, "begin")
        def begun(connection: Connection) -> None:
            if connection.get_execution_options().get("dms_writing"):
                # One writer at a time, as with SQLite: what an act checked holds until it commits. Every act takes
                # its number in the one log anyway, so writers would wait for each other a moment later.
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITING})

    def ready(self, connection: Connection, *, writing: bool) -> Connection:
        """Say what the next transaction on a connection may do."""
        if writing:
            return connection.execution_options(dms_writing=True)
        return connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    def lock_schema(self, connection: Connection) -> None:
        """Let one process at a time change the schema, until its transaction ends."""
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATING})

    def check(self, connection: Connection) -> list[str]:
        """PostgreSQL checks its pages itself."""
        return []

    def backup(self, target: Path) -> None:
        """A server is not copied to a file by us.

        Raises:
            Usage: always; says what to use.
        """
        raise Usage(Said("A PostgreSQL catalogue is not copied to a file."), Said("Use pg_dump."))
