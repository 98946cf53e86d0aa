"""What followers subscribed to, what they were told of, and what is on its way to them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Build the tables."""
    op.add_column("followers", sa.Column("erased", sa.Float(), server_default="0", nullable=False))
    op.create_table(
        "subscriptions",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("value", sa.String(length=64), nullable=False),
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("since", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "value", "openid"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_subscriptions_openid", "subscriptions", ["openid"])
    op.create_table(
        "rhythms",
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("rhythm", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("openid"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "endings",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("value", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_endings_day", "endings", ["day"])
    op.create_table(
        "editions",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.String(length=16), nullable=False),
        sa.Column("time", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("ix_editions_version", "editions", ["version"])
    op.create_table(
        "published",
        sa.Column("policy", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.String(length=16), nullable=False),
        sa.Column("time", sa.Float(), nullable=False),
        sa.Column("gone", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("policy"),
    )
    op.create_table(
        "reminders",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("time", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_reminders_time", "reminders", ["time"])
    op.create_table(
        "news",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("policy", sa.String(length=32), server_default="", nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("at", sa.Integer(), server_default="0", nullable=False),
        sa.Column("after", sa.String(length=80), server_default="", nullable=False),
        sa.Column("people", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("ix_news_created", "news", ["created"])
    op.create_index("ix_news_policy", "news", ["policy"])
    op.create_index(
        "news_spreading",
        "news",
        ["id"],
        sqlite_where=sa.text("state = 'spreading'"),
        postgresql_where=sa.text("state = 'spreading'"),
    )
    op.create_table(
        "concerns",
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("news", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("due", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("openid", "news"),
        sqlite_with_rowid=False,
    )
    op.create_index("concerns_due", "concerns", ["due", "openid"])
    op.create_table(
        "notices",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("news", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("due", sa.Float(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_notices_created", "notices", ["created"])
    op.create_index("ix_notices_openid", "notices", ["openid"])
    op.create_index(
        "notices_pending",
        "notices",
        ["due"],
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )


def downgrade() -> None:
    """Take them away."""
    for name in ("notices", "concerns", "news", "reminders", "published", "editions", "endings", "rhythms"):
        op.drop_table(name)
    op.drop_table("subscriptions")
    op.drop_column("followers", "erased")
