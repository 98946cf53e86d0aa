"""What stays of the recipients of old announcements once they are forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Build the table, and note of which announcements it speaks."""
    op.create_table(
        "recipient_sums",
        sa.Column("broadcast", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("errcode", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cause", sa.String(length=200), nullable=False),
        sa.Column("carrier", sa.String(length=80), nullable=False),
        sa.Column("at", sa.Float(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("broadcast", "state", "channel", "errcode", "cause", "carrier", "at"),
        sqlite_with_rowid=False,
    )
    op.add_column("broadcasts", sa.Column("forgotten", sa.Float(), server_default="0", nullable=False))


def downgrade() -> None:
    """Take it away."""
    op.drop_column("broadcasts", "forgotten")
    op.drop_table("recipient_sums")
