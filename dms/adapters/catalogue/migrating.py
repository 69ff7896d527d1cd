"""Runs Alembic's migrations without an ini file: they are part of the package.

Imported only where there are some to run, for Alembic takes longer to import than the catalogue to open.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def config(connection: Connection) -> Config:
    """Return a configuration that migrates over an open connection, inside its transaction."""
    found = Config()
    # Config reads "%" as the start of a reference.
    found.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    found.attributes["connection"] = connection
    return found


def upgrade(connection: Connection, revision: str) -> None:
    """Bring the schema to a revision; the caller commits."""
    command.upgrade(config(connection), revision)
