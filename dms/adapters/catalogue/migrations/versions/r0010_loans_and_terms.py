"""Who answers for a loan and the request it was agreed in (R5); what a customer may owe, and for how long (R14)."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Loans of before have no request: who approved them was typed, and the register says so."""
    op.add_column("loans", sa.Column("answers", sa.String(20), nullable=False, server_default=""))
    op.add_column("loans", sa.Column("request", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("customers", sa.Column("terms", sa.Text(), nullable=False, server_default="{}"))
