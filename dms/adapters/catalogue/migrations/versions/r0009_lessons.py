"""What people made of what papers say: answers to be proposed when a paper says the same again."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing was learned before: the table begins empty."""
    op.create_table(
        "lessons",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=False),
        sa.Column("about", sa.String(12), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("meant", sa.Text(), nullable=False),
        sa.Column("code", sa.String(40), sa.ForeignKey("records.code", name="lessons_record"), nullable=False),
        sa.Column("by", sa.String(20), nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
    )
    op.create_index("lessons_of", "lessons", ["code", "about"], unique=True)
    op.create_index("lessons_said", "lessons", ["about", "said"])
