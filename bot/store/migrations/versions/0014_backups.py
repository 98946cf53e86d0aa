"""What the database knows of its own backups."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Build the table; its row comes with the first backup."""
    op.create_table(
        "backups",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("good", sa.Float(), server_default="0", nullable=False),
        sa.Column("tried", sa.Float(), nullable=False),
        sa.Column("failed", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("backups")
