"""Where the files of an item on its way lie, which items give way to others, and pages that several machines read."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Whatever is on its way was begun on one machine, which takes items without a place too."""
    op.add_column("items", sa.Column("place", sa.String(200), nullable=False, server_default=""))
    op.add_column("items", sa.Column("bulk", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("items_turn", "items", ["state", "bulk", "id"])
    op.create_table(
        "page_runs",
        sa.Column("item", sa.String(60), sa.ForeignKey("items.id", name="page_runs_item"), primary_key=True),
        sa.Column("first", sa.Integer(), primary_key=True),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("owner", sa.String(200), nullable=False, server_default=""),
        sa.Column("until", sa.Float(), nullable=False, server_default="0"),
    )
