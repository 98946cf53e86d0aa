"""Days to look at parts again, apart from what the parts say; why a gate may be shut; turns that are taken."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

# Of each part the revision that stands is the one with the largest edition.
OUT = """
    INSERT INTO review_dates (kind, key, day)
    SELECT kind, key, review_by FROM revisions
    WHERE review_by <> '' AND edition > 0 AND NOT EXISTS (
        SELECT 1 FROM revisions AS newer
        WHERE newer.kind = revisions.kind AND newer.key = revisions.key AND newer.edition > revisions.edition)
"""
FOUND = """
    UPDATE revisions SET review_was = COALESCE(
        (SELECT was.review_by FROM revisions AS was WHERE was.id = revisions.based_on), '')
    WHERE review_by <> ''
"""
BACK = """
    UPDATE revisions SET review_by = COALESCE((
        SELECT day FROM review_dates
        WHERE review_dates.kind = revisions.kind AND review_dates.key = revisions.key), '')
    WHERE edition > 0 AND NOT EXISTS (
        SELECT 1 FROM revisions AS newer
        WHERE newer.kind = revisions.kind AND newer.key = revisions.key AND newer.edition > revisions.edition)
"""


def upgrade() -> None:
    """Build the tables, and move the days of what stands; a draft without a day leaves the day alone from now on."""
    op.add_column("revisions", sa.Column("override", sa.Text(), server_default="", nullable=False))
    op.add_column("revisions", sa.Column("review_was", sa.String(length=10), server_default="", nullable=False))
    op.create_table(
        "review_dates",
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "turns",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("name"),
        sqlite_with_rowid=False,
    )
    op.execute(OUT)
    op.execute(FOUND)


def downgrade() -> None:
    """Take them away; the days go back to what stands."""
    op.execute(BACK)
    op.drop_table("turns")
    op.drop_table("review_dates")
    op.drop_column("revisions", "review_was")
    op.drop_column("revisions", "override")
