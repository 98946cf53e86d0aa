"""What pushes need: grants of followers, reports of the platform, letters and lists that many share, and the pace."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

NEW = {
    "outbox": (
        sa.Column("letter", sa.String(length=40), server_default="", nullable=False),
        sa.Column("notice", sa.String(length=80), server_default="", nullable=False),
        sa.Column("template", sa.String(length=64), server_default="", nullable=False),
        sa.Column("tried", sa.Float(), server_default="0", nullable=False),
        sa.Column("msgid", sa.String(length=24), server_default="", nullable=False),
        sa.Column("report", sa.Text(), server_default="", nullable=False),
    ),
    "channels": (
        sa.Column("level", sa.Float(), server_default="0", nullable=False),
        sa.Column("filled", sa.Float(), server_default="0", nullable=False),
    ),
}
IDENTIFIED = "msgid <> ''"


def upgrade() -> None:
    """Build them."""
    for table, columns in NEW.items():
        for column in columns:
            op.add_column(table, column)
    where = sa.text(IDENTIFIED)
    op.create_index("outbox_msgid", "outbox", ["msgid"], sqlite_where=where, postgresql_where=where)
    op.create_table(
        "letters",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("expires", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "audiences",
        sa.Column("batch", sa.String(length=80), nullable=False),
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("batch", "openid"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_audiences_openid", "audiences", ["openid"])
    op.create_table(
        "grants",
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("template", sa.String(length=64), nullable=False),
        sa.Column("sends", sa.Integer(), server_default="0", nullable=False),
        sa.Column("refused", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("changed", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("openid", "template"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reports",
        sa.Column("msgid", sa.String(length=24), nullable=False),
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("time", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("msgid"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_reports_openid", "reports", ["openid"])


def downgrade() -> None:
    """Take them away."""
    for name in ("reports", "grants", "audiences", "letters"):
        op.drop_table(name)
    op.drop_index("outbox_msgid", "outbox")
    for table, columns in NEW.items():
        for column in reversed(columns):
            op.drop_column(table, column.name)
