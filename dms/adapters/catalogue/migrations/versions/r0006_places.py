"""Where the files of an item on its way lie, on one machine or where every worker gets them; and which give way to others."""

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
