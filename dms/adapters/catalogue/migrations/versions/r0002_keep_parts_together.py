"""Carriers and links belong to a record, and 100,000 of anything stay quick.

Foreign keys were switched on but there were none. Measured with 100,000 rows: finding the owners of leases read every
item and job (60 ms, under the write lock), and taking fifty jobs sorted all that waited.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_HELD = sa.text("owner <> ''")


def upgrade() -> None:
    """Add foreign keys and indexes."""
    for table in ("carriers", "links"):
        # What belongs to no record says nothing, and would stop the migration.
        op.execute(f"DELETE FROM {table} WHERE code NOT IN (SELECT code FROM records)")  # noqa: S608 our own names
        with op.batch_alter_table(table) as batch:
            batch.create_foreign_key(f"{table}_record", "records", ["code"], ["code"])
    for table in ("items", "jobs"):
        op.create_index(f"{table}_owner", table, ["owner"], sqlite_where=_HELD, postgresql_where=_HELD)
    op.create_index("records_date", "records", ["date", "code"])
    op.create_index("jobs_kind", "jobs", ["kind", "id"])
    op.drop_index("jobs_until", table_name="jobs")
