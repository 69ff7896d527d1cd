"""All that is PostgreSQL's own: how long it waits, what a reader sees, who migrates."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, create_engine, text

from dms.errors import MissingProgram, Usage

_LOCK_SECONDS = 30
# Any number, as long as every dms uses the same.
_MIGRATING = 0x444D53


class Postgres:
    """A PostgreSQL database.

    Args:
        url: ``postgresql+psycopg://…``.

    Raises:
        MissingProgram: its driver is not installed.
    """

    alone = False

    def __init__(self, url: str) -> None:
        try:
            self.engine = create_engine(
                url, pool_pre_ping=True, pool_size=16, max_overflow=32, pool_timeout=_LOCK_SECONDS,
                connect_args={"options": f"-c lock_timeout={_LOCK_SECONDS}s"},
            )  # fmt: skip
        except ModuleNotFoundError as problem:
            raise MissingProgram(
                f"The driver of PostgreSQL is not installed ({problem.name}).", 'pip install "psycopg[binary]"'
            ) from problem

    def ready(self, connection: Connection, *, writing: bool) -> Connection:
        """Say what the next transaction on a connection may do."""
        if writing:
            return connection
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
        raise Usage("A PostgreSQL catalogue is not copied to a file.", "Use pg_dump.")
