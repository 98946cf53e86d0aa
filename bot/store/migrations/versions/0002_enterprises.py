"""What followers told of their enterprises and agreed to be kept."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Build the table."""
    op.create_table(
        "enterprises",
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("consented", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("openid"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("enterprises")
