"""What was subscribed to and ended, by day and without names; followers' words leave the audit log."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

# They stood there as what staff put away, and stayed when their follower left.
UNSAY = "UPDATE audit SET target = '', before = '', after = '' WHERE action LIKE 'question.%'"


def upgrade() -> None:
    """Build the table; what began and ended before it is not known and not made up."""
    op.create_table(
        "turnover",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("mark", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_turnover_day", "turnover", ["day"])
    op.execute(UNSAY)


def downgrade() -> None:
    """Take it away."""
    op.drop_table("turnover")
