"""The tables of announcements to many, in the same metadata as those of `bot.store.tables`."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, LargeBinary, String, Table, Text, text

from bot.store.tables import metadata

# What is announced. `batch` is the list of receivers that is being filled, `past` the follower up to whom the audience
# is counted; `done` and `bad` are how many were settled, and how many of them badly, when it last began or went on;
# `forgotten` is when its recipients began to be forgotten.
broadcasts = Table(
    "broadcasts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("name", String(80), nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("criteria", LargeBinary, nullable=False),
    Column("plan", LargeBinary, nullable=False),
    Column("start", Float, nullable=False, server_default="0"),
    Column("state", String(12), nullable=False, index=True),
    Column("author", String(64), nullable=False),
    Column("hands", Text, nullable=False),
    Column("created", Float, nullable=False),
    Column("changed", Float, nullable=False),
    Column("edits", Integer, nullable=False, server_default="0"),
    Column("submitter", String(64), nullable=False, server_default=""),
    Column("submitted", Float, nullable=False, server_default="0"),
    Column("reviewer", String(64), nullable=False, server_default=""),
    Column("reviewed", Float, nullable=False, server_default="0"),
    Column("approved", String(32), nullable=False, server_default=""),
    Column("began", Float, nullable=False, server_default="0"),
    Column("until", Float, nullable=False, server_default="0"),
    Column("ended", Float, nullable=False, server_default="0"),
    Column("audience", Integer, nullable=False, server_default="0"),
    Column("why", Text, nullable=False, server_default=""),
    Column("foreseen", Text, nullable=False, server_default="{}"),
    Column("corrects", Integer, nullable=False, server_default="0"),
    Column("sample", Integer, nullable=False, server_default="0"),
    Column("version", Integer, nullable=False, server_default="0"),
    Column("past", String(64), nullable=False, server_default=""),
    Column("batch", Integer, nullable=False, server_default="1"),
    Column("done", Integer, nullable=False, server_default="0"),
    Column("bad", Integer, nullable=False, server_default="0"),
    Column("forgotten", Float, nullable=False, server_default="0"),
)

# Whom an announcement is for. `number` is the value of one that names another announcement.
criteria = Table(
    "broadcast_criteria",
    metadata,
    Column("broadcast", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(10), primary_key=True),
    Column("value", String(64), primary_key=True),
    Column("number", Integer, nullable=False, server_default="0"),
    sqlite_with_rowid=False,
)

# Who is in the audience of an announcement, and what became of it for each. `carrier` is the key of the call or notice
# that brings it, `tried` the ways that proved closed, `tries` how often it was handed on. Who leaves is left a row
# without a name.
recipients = Table(
    "recipients",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("broadcast", Integer, nullable=False),
    Column("openid", String(64), nullable=False, index=True),
    Column("state", String(8), nullable=False),  # planned, queued, waiting, sent, arrived, failed, skipped, unknown
    Column("channel", String(10), nullable=False, server_default=""),
    Column("reason", Text, nullable=False, server_default=""),
    Column("errcode", Integer, nullable=False, server_default="0"),
    Column("tried", String(48), nullable=False, server_default=""),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("carrier", String(80), nullable=False, server_default=""),
    Column("changed", Float, nullable=False),
)
Index("recipients_once", recipients.c.broadcast, recipients.c.openid, unique=True)
Index("recipients_order", recipients.c.broadcast, recipients.c.id)
Index("recipients_state", recipients.c.broadcast, recipients.c.state, recipients.c.id)
_carried = text("carrier <> ''")
Index("recipients_carrier", recipients.c.carrier, sqlite_where=_carried)

# What stays of recipients that are forgotten: how many were in a state, by a way, for a cause, on a list (`carrier`),
# and, of those whom a call was made for, since when (`at`). `reason` is what was said of one of them.
recipient_sums = Table(
    "recipient_sums",
    metadata,
    Column("broadcast", Integer, primary_key=True, autoincrement=False),
    Column("state", String(8), primary_key=True),
    Column("channel", String(10), primary_key=True),
    Column("errcode", Integer, primary_key=True, autoincrement=False),
    Column("cause", String(200), primary_key=True),
    Column("carrier", String(80), primary_key=True),
    Column("at", Float, primary_key=True, autoincrement=False),
    Column("reason", String(200), nullable=False),
    Column("count", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# Texts kept for the next time, with all their versions: the newest is offered.
samples = Table(
    "broadcast_samples",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("name", String(80), nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("who", String(64), nullable=False),
    Column("time", Float, nullable=False),
    Column("gone", Integer, nullable=False, server_default="0"),
)

# The tags that the account put on followers, as the platform last told.
tags = Table(
    "tags",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("read", Float, nullable=False),
)
tagged = Table(
    "tagged",
    metadata,
    Column("tag", String(16), primary_key=True),
    Column("openid", String(64), primary_key=True, index=True),
    sqlite_with_rowid=False,
)

# The phones of staff: the follower each of them is, bound by a code they sent; `digest` is of one not yet sent.
phones = Table(
    "staff_phones",
    metadata,
    Column("staff", Integer, primary_key=True, autoincrement=False),
    Column("openid", String(64), nullable=False, server_default="", index=True),
    Column("bound", Float, nullable=False, server_default="0"),
    Column("digest", String(64), nullable=False, server_default="", index=True),
    Column("until", Float, nullable=False, server_default="0"),
)
