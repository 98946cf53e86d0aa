"""Which keys marks of people were made with."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Build the table. Marks of before have no key's number: their key is not known any more."""
    op.create_table(
        "marking_keys",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("print", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("print"),
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("marking_keys")
