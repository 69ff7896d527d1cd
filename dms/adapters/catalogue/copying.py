"""A whole catalogue copied row by row into another database, and what proves that both hold the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from sqlalchemy import BigInteger, Connection, Integer, Table, func, insert, select, text

from dms.adapters.catalogue.tables import items, jobs, metadata, page_runs, sessions
from dms.errors import Conflict
from dms.said import Said

_BATCH = 1000
# What holds only while a process runs: leases are given back, sessions end, files are on their way.
_LEASED = (items, jobs)
_LEFT_OUT = (page_runs, sessions)
_SIZE = 2**256


def fingerprints(connection: Connection) -> Mapping[str, tuple[int, str]]:
    """Return for each table how many rows it has and a digest over them in which their order counts nothing."""
    found = {}
    for table in metadata.sorted_tables:
        if table in _LEFT_OUT:
            continue
        columns = [c for c in table.c if not (table in _LEASED and c.name in ("owner", "until", "leased"))]
        count = total = 0
        rows = connection.execution_options(yield_per=_BATCH).execute(select(*columns))
        for row in rows:
            told = json.dumps(list(row), ensure_ascii=False, default=str).encode("utf-8", "surrogatepass")
            total = (total + int.from_bytes(hashlib.sha256(told).digest())) % _SIZE
            count += 1
        found[table.name] = (count, f"{total:064x}")
    return found


def copy(source: Connection, target: Connection) -> None:
    """Copy every row; the target must be empty.

    Raises:
        Conflict: it is not.
    """
    for table in metadata.sorted_tables:
        if target.execute(select(func.count()).select_from(table)).scalar_one():
            raise Conflict(
                Said("The other catalogue holds {table} already.", table=table.name), Said("Name an empty database.")
            )
    for table in metadata.sorted_tables:
        if table in _LEFT_OUT:
            continue
        for rows in source.execution_options(yield_per=_BATCH).execute(select(table)).partitions(_BATCH):
            told = [dict(row._mapping) for row in rows]
            if table in _LEASED:
                told = [{**row, "owner": "", "until": 0} for row in told]
            target.execute(insert(table), told)
        _count_on(target, table)


def _count_on(target: Connection, table: Table) -> None:
    """Let PostgreSQL's own counter go on behind the ids that were brought."""
    key = list(table.primary_key.columns)
    if target.dialect.name != "postgresql" or len(key) != 1 or not isinstance(key[0].type, Integer | BigInteger):
        return
    name = target.execute(
        text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": table.name, "column": key[0].name}
    ).scalar()
    if name:
        highest = target.execute(select(func.max(key[0]))).scalar()
        if highest:
            target.execute(text("SELECT setval(CAST(:name AS regclass), :last)"), {"name": name, "last": highest})
