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
        sa.Column("retries", sa.Integer(), server_default="0", nullable=False),
    ),
    "channels": (
        sa.Column("level", sa.Float(), server_default="0", nullable=False),
        sa.Column("filled", sa.Float(), server_default="0", nullable=False),
    ),
}
WAITING = "state = 'waiting'"
INDEXES = {  # of the outbox
    "outbox_msgid": (["msgid"], "msgid <> ''"),
    "outbox_waiting": (["channel", "due", "id"], WAITING),
    "outbox_doubtful": (["channel", "due", "id"], f"{WAITING} AND tried > 0"),
    "outbox_bringing": (["channel", "due", "id"], f"{WAITING} AND notice <> ''"),
    "outbox_settled": (["state", "settled"], "settled IS NOT NULL"),
}


def upgrade() -> None:
    """Build them."""
    for table, columns in NEW.items():
        for column in columns:
            op.add_column(table, column)
    op.drop_index("outbox_waiting", "outbox")  # PostgreSQL read all that is due at one time, for want of the id in it
    for name, (indexed, condition) in INDEXES.items():
        _index(name, indexed, condition)
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


def _index(name: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, "outbox", columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Take them away."""
    for name in ("reports", "grants", "audiences", "letters"):
        op.drop_table(name)
    for name in INDEXES:
        op.drop_index(name, "outbox")
    for table, columns in NEW.items():
        for column in reversed(columns):
            op.drop_column(table, column.name)
    _index("outbox_waiting", ["channel", "due"], WAITING)
