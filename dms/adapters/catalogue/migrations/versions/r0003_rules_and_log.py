"""The archive's rules: requests, signatures, places, loans, holds, gradings, dealings; and the log under its tree.

The acts of before are numbered without gaps and hashed as they stand: the tree begins with them.
"""

import json

import sqlalchemy as sa
from alembic import op

from dms.domain.audit import canonical, leaf_hash

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables, widen the old ones, hash the acts."""
    op.create_table(
        "dealings",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("date", sa.String(length=10), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=10), nullable=False),
        sa.Column("due", sa.String(length=10), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", "kind"),
    )
    op.create_index("dealings_customer", "dealings", ["customer", "date"], unique=False)
    op.create_table(
        "deputies",
        sa.Column("person", sa.String(length=20), nullable=False),
        sa.Column("deputy", sa.String(length=20), nullable=False),
        sa.Column("since", sa.String(length=10), nullable=False),
        sa.Column("until", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("person", "deputy", "since"),
    )
    op.create_table(
        "gradings",
        sa.Column("id", _SERIAL, autoincrement=False, nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("before", sa.String(length=10), nullable=False),
        sa.Column("after", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("by", sa.String(length=20), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("gradings_customer", "gradings", ["customer", "id"], unique=False)
    op.create_table(
        "holds",
        sa.Column("id", _SERIAL, autoincrement=False, nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=20), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("lifted_by", sa.String(length=20), nullable=False),
        sa.Column("lifted_at", sa.String(length=40), nullable=False),
        sa.Column("lifted_reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "loans",
        sa.Column("id", _SERIAL, autoincrement=False, nullable=False),
        sa.Column("target", sa.String(length=120), nullable=False),
        sa.Column("borrower", sa.Text(), nullable=False),
        sa.Column("out_at", sa.String(length=40), nullable=False),
        sa.Column("due", sa.String(length=10), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("approver", sa.Text(), nullable=False),
        sa.Column("clerk", sa.String(length=20), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("carrier", sa.String(length=20), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("back_at", sa.String(length=40), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "loans_out",
        "loans",
        ["target"],
        unique=True,
        sqlite_where=sa.text("back_at = ''"),
        postgresql_where=sa.text("back_at = ''"),
    )
    op.create_index("loans_target", "loans", ["target", "id"], unique=False)
    op.create_table(
        "moves",
        sa.Column("id", _SERIAL, autoincrement=False, nullable=False),
        sa.Column("target", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=20), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("moves_target", "moves", ["target", "id"], unique=False)
    op.create_table(
        "reprints",
        sa.Column("target", sa.String(length=120), nullable=False),
        sa.Column("sheet", sa.String(length=40), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("target", "sheet"),
    )
    op.create_table(
        "requests",
        sa.Column("id", _SERIAL, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("asked_by", sa.String(length=20), nullable=False),
        sa.Column("asked_at", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.String(length=20), nullable=False),
        sa.Column("decided_at", sa.String(length=40), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("until", sa.String(length=40), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("requests_asker", "requests", ["asked_by", "kind", "state"], unique=False)
    op.create_index("requests_state", "requests", ["kind", "state", "id"], unique=False)
    op.create_index("requests_target", "requests", ["target", "id"], unique=False)
    op.create_table(
        "signatures",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("person", sa.String(length=20), nullable=False),
        sa.Column("by", sa.String(length=20), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["code"], ["records.code"], name="signatures_record"),
        sa.PrimaryKeyConstraint("code", "role"),
    )
    with op.batch_alter_table("people") as batch:
        batch.add_column(sa.Column("department", sa.Text(), server_default="", nullable=False))
    with op.batch_alter_table("records") as batch:
        batch.add_column(sa.Column("see_also", sa.Text(), server_default="[]", nullable=False))
    with op.batch_alter_table("volumes") as batch:
        for name in ("title", "closed_by", "note"):
            batch.add_column(sa.Column(name, sa.Text(), server_default="", nullable=False))
        batch.add_column(sa.Column("bound", sa.String(40), server_default="", nullable=False))
    _hash_acts()


def _hash_acts() -> None:
    connection = op.get_bind()
    columns = 'id, at, "user", act, target, reason, data'
    rows = list(connection.execute(sa.text(f"SELECT {columns} FROM acts ORDER BY id")))  # noqa: S608 our own names
    op.drop_table("acts")
    acts = op.create_table(
        "acts",
        sa.Column("id", _SERIAL, autoincrement=False, nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("act", sa.String(40), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("lived", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("leaf", sa.String(64), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("acts_target", "acts", ["target", "id"])
    for seq, row in enumerate(rows, 1):
        told = {"at": row.at, "user": row.user, "act": row.act, "target": row.target, "reason": row.reason}
        hashed = {**told, "seq": seq, "lived": 0, "data": json.loads(row.data)}
        leaf = leaf_hash(canonical(hashed)).hex()
        connection.execute(acts.insert().values(id=seq, data=row.data, lived=0, leaf=leaf, **told))
    if rows:
        insert = sa.text("INSERT INTO counters (series, last) VALUES ('L:acts', :last)")
        connection.execute(insert, {"last": len(rows)})
