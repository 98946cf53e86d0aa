"""The tables of the staff's side: accounts, audit log, the corpus with its editions, questions and figures.

They stand in the same metadata as those of `bot.store.tables`.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, Index, Integer, LargeBinary, String, Table, Text, text

from bot.store.tables import metadata

# Who may enter the console. `hash` is empty until an invitation is taken up, `totp` sealed and empty while it is off.
staff = Table(
    "staff",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("name", String(40), nullable=False, unique=True),  # what is typed at sign-in, folded
    Column("display", String(40), nullable=False),
    Column("role", String(10), nullable=False),  # viewer, editor, approver, admin
    Column("hash", String(200), nullable=False, server_default=""),
    Column("totp", LargeBinary, nullable=False, server_default=text("''")),
    Column("totp_step", Integer, nullable=False, server_default="0"),  # of the last code taken: none is taken twice
    Column("disabled", Boolean, nullable=False, server_default=text("false")),
    Column("invitation", String(64), nullable=False, server_default="", index=True),  # a hash of the link's secret
    Column("invited_until", Float, nullable=False, server_default="0"),
    Column("created", Float, nullable=False),
    Column("signed_in", Float, nullable=False, server_default="0"),
)

# Single-use codes for whoever has lost the second factor, as hashes.
recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("staff", Integer, primary_key=True, autoincrement=False),
    Column("digest", String(64), primary_key=True),
    sqlite_with_rowid=False,
)

# Who is signed in and where. `id` is a hash of what the cookie holds.
sessions = Table(
    "sessions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("staff", Integer, nullable=False, index=True),
    Column("stage", String(8), nullable=False),  # code: the password was right; enrol: and a second factor is due; full
    Column("created", Float, nullable=False),
    Column("seen", Float, nullable=False),
    Column("expires", Float, nullable=False, index=True),
    Column("ip", String(45), nullable=False, server_default=""),
    Column("agent", String(60), nullable=False, server_default=""),
    Column("enrolment", LargeBinary, nullable=False, server_default=text("''")),  # a second factor not yet confirmed
    sqlite_with_rowid=False,
)

# How often somebody tried to sign in and failed: by account name, whether there is one or not, and by address.
attempts = Table(
    "attempts",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("until", Float, nullable=False),  # nothing is tried before
    Column("seen", Float, nullable=False, index=True),
    sqlite_with_rowid=False,
)

# What staff did. `who` is the name at the time; before and after are JSON objects of what changed.
audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("time", Float, nullable=False, index=True),
    Column("staff", Integer, nullable=False, index=True),  # 0: the command line, or nobody known
    Column("who", String(40), nullable=False),
    Column("action", String(40), nullable=False),
    Column("target", String(200), nullable=False, server_default=""),
    Column("before", Text, nullable=False, server_default=""),
    Column("after", Text, nullable=False, server_default=""),
    Column("ip", String(45), nullable=False, server_default=""),
)

# The parts of the corpus, each with all its revisions. In force is, of each part, the one with the largest edition;
# `edition` is 0 before it came into force. One revision of a part at most is worked on.
revisions = Table(
    "revisions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(12), nullable=False),
    Column("key", String(120), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("wording", Text, nullable=False, server_default=""),
    Column("gone", Boolean, nullable=False, server_default=text("false")),
    Column("state", String(10), nullable=False),  # draft, in_review, rejected, published, withdrawn
    Column("author", String(64), nullable=False),
    Column("hands", Text, nullable=False),
    Column("created", Float, nullable=False),
    Column("changed", Float, nullable=False),
    Column("edits", Integer, nullable=False, server_default="0"),
    Column("based_on", Integer, nullable=False, server_default="0"),
    Column("reviewer", String(64), nullable=False, server_default=""),
    Column("reviewed", Float, nullable=False, server_default="0"),
    Column("remark", Text, nullable=False, server_default=""),
    Column("effective", String(10), nullable=False, server_default=""),
    Column("review_by", String(10), nullable=False, server_default=""),
    Column("edition", Integer, nullable=False, server_default="0"),
    Column("batch", String(32), nullable=False, server_default=""),
    Column("override", Text, nullable=False, server_default=""),
    Column("review_was", String(10), nullable=False, server_default=""),  # review_by, as it was found
)
Index("revisions_edition", revisions.c.edition)
Index("revisions_place", revisions.c.kind, revisions.c.key, revisions.c.edition)
_unfinished = text("state IN ('draft', 'in_review', 'rejected')")
Index("revisions_open", revisions.c.kind, revisions.c.key, unique=True, sqlite_where=_unfinished)

# By when a part in force is to be looked at again: housekeeping of the office, not text of the corpus, and so kept
# apart from the revisions, each of which has at most what its own form set.
review_dates = Table(
    "review_dates",
    metadata,
    Column("kind", String(12), primary_key=True),
    Column("key", String(120), primary_key=True),
    Column("day", String(10), nullable=False),  # empty where it was taken away
    sqlite_with_rowid=False,
)

# The editions of the corpus that were in force, one after another.
corpus_editions = Table(
    "corpus_editions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("created", Float, nullable=False),
    Column("author", String(64), nullable=False),
    Column("version", String(16), nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Column("parts", Integer, nullable=False),
)

# What a draft would do to the questions of the last months. `outcomes` names messages of the inbox by their keys alone,
# so that what is erased there is gone here too.
simulations = Table(
    "simulations",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("revision", Integer, nullable=False),
    Column("edits", Integer, nullable=False),
    Column("author", String(64), nullable=False),
    Column("created", Float, nullable=False),
    Column("state", String(10), nullable=False),  # running, done, stopped, failed
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("outcomes", LargeBinary, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
)

# The messages that found no answer, or of which the follower complained, by their keys alone: what is erased in the
# inbox is gone here too.
unanswered = Table(
    "unanswered",
    metadata,
    Column("key", String(40), primary_key=True),
    Column("received", Float, nullable=False, index=True),
    Column("why", String(10), nullable=False),  # nothing: no answer was found; complaint
    sqlite_with_rowid=False,
)

# What staff said of a question that nobody could answer, by a keyed hash of its words.
rulings = Table(
    "rulings",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("state", String(10), nullable=False),  # done, not_ours
    Column("who", String(40), nullable=False),
    Column("time", Float, nullable=False),
    sqlite_with_rowid=False,
)

# How often something happened on a day. `people` holds up to five marks of who it was, too short to find anybody by,
# long enough to tell five apart: what fewer took part in is not shown.
tallies = Table(
    "tallies",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("value", String(80), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("people", String(24), nullable=False),
    sqlite_with_rowid=False,
)

# How far the inbox is counted: up to the message received at `time` with `key`.
tally_marks = Table(
    "tally_marks",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("time", Float, nullable=False),
    Column("key", String(40), nullable=False),
    sqlite_with_rowid=False,
)

# The QR codes made through the platform: a permanent one is made once for a scene. Whoever has one made holds its row,
# from `created` on for a while.
scenes = Table(
    "scenes",
    metadata,
    Column("scene", String(64), primary_key=True),
    Column("url", Text, nullable=False),  # what the code holds; empty while it is being made
    Column("created", Float, nullable=False),
    Column("who", String(40), nullable=False),
    sqlite_with_rowid=False,
)

# Answers that staff keep at hand.
canned = Table(
    "canned",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("title", String(40), nullable=False),
    Column("text", Text, nullable=False),
    Column("changed", Float, nullable=False),
    Column("who", String(40), nullable=False),
)

# Files that staff brought in, as they were read; the files themselves are not kept. `lease` is until when whoever reads
# one is believed alive, `result` what was read and where it is wrong, as compressed JSON.
imports = Table(
    "imports",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("author", String(64), nullable=False),
    Column("file", String(120), nullable=False),  # what its sender calls it
    Column("source", String(12), nullable=False),
    Column("created", Float, nullable=False, index=True),
    Column("state", String(12), nullable=False),  # waiting, reading, comparing, read, failed, interrupted
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("lease", Float, nullable=False),
    Column("items", Integer, nullable=False),
    Column("faults", Integer, nullable=False),
    Column("result", LargeBinary, nullable=False),
)

# Rows to lock by whoever counts something and then adds to it, so that no two do so at once.
turns = Table("turns", metadata, Column("name", String(16), primary_key=True), sqlite_with_rowid=False)
