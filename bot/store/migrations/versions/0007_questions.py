"""Questions without an answer, daily counts, QR codes, answers at hand, and who sees to a remark."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Build the tables."""
    op.add_column("feedback", sa.Column("assignee", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "unanswered",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("received", sa.Float(), nullable=False),
        sa.Column("why", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("key"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_unanswered_received", "unanswered", ["received"])
    op.create_table(
        "rulings",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("who", sa.String(length=40), nullable=False),
        sa.Column("time", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tallies",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("value", sa.String(length=80), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("people", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("day", "kind", "value"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tally_marks",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("time", sa.Float(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("name"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "scenes",
        sa.Column("scene", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("who", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("scene"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "canned",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("title", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("changed", sa.Float(), nullable=False),
        sa.Column("who", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:
    """Take them away."""
    for table in ("canned", "scenes", "tally_marks", "tallies", "rulings", "unanswered"):
        op.drop_table(table)
    op.drop_column("feedback", "assignee")
