"""A conversation stands in the row of its follower; who left lately is found by when they left."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

# Of somebody without a row nothing is known but what they talked of for half an hour: that goes with the table.
MOVE = """
UPDATE followers SET
 talk = (SELECT data FROM conversations WHERE conversations.openid = followers.openid),
 talk_until = (SELECT expires FROM conversations WHERE conversations.openid = followers.openid)
 WHERE openid IN (SELECT openid FROM conversations)
"""
MOVE_BACK = """
INSERT INTO conversations (openid, data, expires)
 SELECT openid, talk, talk_until FROM followers WHERE talk IS NOT NULL
"""


def upgrade() -> None:
    """Move them."""
    op.add_column("followers", sa.Column("talk", sa.LargeBinary()))
    op.add_column("followers", sa.Column("talk_until", sa.Float(), server_default="0", nullable=False))
    op.execute(MOVE)
    op.drop_table("conversations")
    op.create_index("ix_departures_time", "departures", ["time"])


def downgrade() -> None:
    """Move them back."""
    op.drop_index("ix_departures_time", "departures")
    op.create_table(
        "conversations",
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("expires", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("openid"),
        sqlite_with_rowid=False,
    )
    op.execute(MOVE_BACK)
    op.drop_column("followers", "talk_until")
    op.drop_column("followers", "talk")
