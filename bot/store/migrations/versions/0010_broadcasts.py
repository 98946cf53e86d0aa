"""Announcements to many, their audiences and ledgers, kept texts, the account's tags, the phones of staff."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Build the tables."""
    _broadcasts()
    op.create_table(
        "broadcast_criteria",
        sa.Column("broadcast", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("value", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("broadcast", "kind", "value"),
        sqlite_with_rowid=False,
    )
    _recipients()
    op.create_table(
        "broadcast_samples",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("time", sa.Float(), nullable=False),
        sa.Column("gone", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", "version"),
    )
    op.create_table(
        "tags",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("read", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "tagged",
        sa.Column("tag", sa.String(length=16), nullable=False),
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("tag", "openid"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_tagged_openid", "tagged", ["openid"])
    op.create_table(
        "staff_phones",
        sa.Column("staff", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("openid", sa.String(length=64), server_default="", nullable=False),
        sa.Column("bound", sa.Float(), server_default="0", nullable=False),
        sa.Column("digest", sa.String(length=64), server_default="", nullable=False),
        sa.Column("until", sa.Float(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("staff"),
    )
    op.create_index("ix_staff_phones_openid", "staff_phones", ["openid"])
    op.create_index("ix_staff_phones_digest", "staff_phones", ["digest"])


def _broadcasts() -> None:
    op.create_table(
        "broadcasts",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("criteria", sa.LargeBinary(), nullable=False),
        sa.Column("plan", sa.LargeBinary(), nullable=False),
        sa.Column("start", sa.Float(), server_default="0", nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("hands", sa.Text(), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("changed", sa.Float(), nullable=False),
        sa.Column("edits", sa.Integer(), server_default="0", nullable=False),
        sa.Column("submitter", sa.String(length=64), server_default="", nullable=False),
        sa.Column("submitted", sa.Float(), server_default="0", nullable=False),
        sa.Column("reviewer", sa.String(length=64), server_default="", nullable=False),
        sa.Column("reviewed", sa.Float(), server_default="0", nullable=False),
        sa.Column("approved", sa.String(length=32), server_default="", nullable=False),
        sa.Column("began", sa.Float(), server_default="0", nullable=False),
        sa.Column("until", sa.Float(), server_default="0", nullable=False),
        sa.Column("ended", sa.Float(), server_default="0", nullable=False),
        sa.Column("audience", sa.Integer(), server_default="0", nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("foreseen", sa.Text(), server_default="{}", nullable=False),
        sa.Column("corrects", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sample", sa.Integer(), server_default="0", nullable=False),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("past", sa.String(length=64), server_default="", nullable=False),
        sa.Column("batch", sa.Integer(), server_default="1", nullable=False),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("bad", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_broadcasts_state", "broadcasts", ["state"])


def _recipients() -> None:
    op.create_table(
        "recipients",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("broadcast", sa.Integer(), nullable=False),
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("channel", sa.String(length=10), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("errcode", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tried", sa.String(length=48), server_default="", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("carrier", sa.String(length=80), server_default="", nullable=False),
        sa.Column("changed", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_recipients_openid", "recipients", ["openid"])
    op.create_index("recipients_once", "recipients", ["broadcast", "openid"], unique=True)
    op.create_index("recipients_order", "recipients", ["broadcast", "id"])
    op.create_index("recipients_state", "recipients", ["broadcast", "state", "id"])
    carried = sa.text("carrier <> ''")
    op.create_index("recipients_carrier", "recipients", ["carrier"], sqlite_where=carried, postgresql_where=carried)


def downgrade() -> None:
    """Take them away."""
    names = ("staff_phones", "tagged", "tags", "broadcast_samples", "recipients", "broadcast_criteria", "broadcasts")
    for name in names:
        op.drop_table(name)
