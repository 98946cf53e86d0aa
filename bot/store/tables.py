"""Every table, as SQLAlchemy Core sees it. The migrations build them; a test holds the two against each other.

Times are seconds since 1970 as float; JSON is text, written and read by msgspec.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

# The condition of an index is told as SQLite's, and is PostgreSQL's too, where the migration says it again and a test
# compares: told here, it would load PostgreSQL's dialect, 25 ms and 3 MB, where there is none.
metadata = MetaData()

# One row per message of a follower: what came, who works on it, what was answered. `key` is the message's identity (its
# second and a hash); on erasure openid, message and answer are emptied and the key stays, so that a late retry stays
# silent.
inbox = Table(
    "inbox",
    metadata,
    Column("key", String(40), primary_key=True),
    Column("openid", String(64), nullable=False, index=True),
    Column("received", Float, nullable=False, index=True),
    Column("state", String(10), nullable=False),  # running, answered, erased
    Column("owner", String(36), nullable=False),  # the process that works on it
    Column("lease", Float, nullable=False),  # until when that process is believed alive
    Column("message", LargeBinary, nullable=False),
    Column("answer", LargeBinary, nullable=False, server_default=text("''")),
    Column("answered", Float),
    Column("delivery", String(10), nullable=False, server_default=""),  # passive, active, none
)
Index("inbox_running", inbox.c.lease, sqlite_where=text("state = 'running'"))

# One row per follower. `left` keeps nothing but the openid-free count elsewhere: leaving deletes the row.
followers = Table(
    "followers",
    metadata,
    Column("openid", String(64), primary_key=True),
    Column("followed", Float, nullable=False),
    Column("scene", String(128), nullable=False, server_default=""),
    Column("last_message", Float, nullable=False, server_default="0"),
    Column("window_until", Float, nullable=False, server_default="0"),  # until then we may write to them,
    Column("window_left", Integer, nullable=False, server_default="0"),  # this many times
    Column("erased", Float, nullable=False, server_default="0"),  # when they last had all else forgotten
    Column("talk", LargeBinary),  # their conversation: written with the rest of the row, one page for each message
    Column("talk_until", Float, nullable=False, server_default="0"),
    sqlite_with_rowid=False,
)

# Who left lately, as a hash, and when: what they sent before and what arrives after must not bring them back.
departures = Table(
    "departures",
    metadata,
    Column("digest", String(32), primary_key=True),
    Column("time", Float, nullable=False, index=True),
    sqlite_with_rowid=False,
)

# What a follower told of their enterprise and agreed to be kept.
enterprises = Table(
    "enterprises",
    metadata,
    Column("openid", String(64), primary_key=True),
    Column("facts", LargeBinary, nullable=False),
    Column("consented", Float, nullable=False),
    sqlite_with_rowid=False,
)

# What followers said about answers, and questions handed to staff.
feedback = Table(
    "feedback",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("key", String(40), nullable=False),  # the message that said it
    Column("number", Integer, nullable=False, server_default="0"),  # which of that message's remarks
    Column("openid", String(64), nullable=False, index=True),
    Column("created", Float, nullable=False, index=True),
    Column("kind", String(16), nullable=False),  # complaint, staff
    Column("text", Text, nullable=False),
    Column("about", Text, nullable=False, server_default=""),  # the policy or answer it speaks of
    Column("closed", Float),
    Column("assignee", Integer, nullable=False, server_default="0"),  # who of the staff sees to it
    UniqueConstraint("key", "number", name="feedback_once"),
)

# One row = one API call. `key` says what fact caused it; expanding the same fact twice adds nothing.
outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("key", String(80), nullable=False, unique=True),
    Column("openid", String(64), nullable=False, index=True),
    Column("channel", String(16), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("created", Float, nullable=False),
    Column("due", Float, nullable=False),
    Column("expires", Float, nullable=False),  # not worth sending after this
    Column("state", String(10), nullable=False),  # waiting, sending, sent, failed, skipped, unknown
    Column("owner", String(36), nullable=False, server_default=""),
    Column("lease", Float, nullable=False, server_default="0"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("errcode", Integer, nullable=False, server_default="0"),
    Column("reason", Text, nullable=False, server_default=""),
    Column("settled", Float),
    Column("letter", String(40), nullable=False, server_default=""),  # the letter that is its body, where many share it
    Column("notice", String(80), nullable=False, server_default=""),  # the notice it brings
    Column("template", String(64), nullable=False, server_default=""),  # the platform's template it is sent by
    Column("tried", Float, nullable=False, server_default="0"),  # since when it may have gone out, unknown to us
    Column("msgid", String(24), nullable=False, server_default=""),  # what the platform calls it; beyond 2^53, so text
    Column("report", Text, nullable=False, server_default=""),  # what the platform told afterwards
    Column(
        "retries", Integer, nullable=False, server_default="0"
    ),  # how often a person let it go again after a failure
)
for _name, _columns, _where in (
    ("outbox_waiting", ("channel", "due", "id"), "state = 'waiting'"),
    ("outbox_doubtful", ("channel", "due", "id"), "state = 'waiting' AND tried > 0"),
    ("outbox_bringing", ("channel", "due", "id"), "state = 'waiting' AND notice <> ''"),
    ("outbox_settled", ("state", "settled"), "settled IS NOT NULL"),
):
    Index(_name, *(outbox.c[name] for name in _columns), sqlite_where=text(_where))

Index("outbox_sending", outbox.c.lease, sqlite_where=text("state = 'sending'"))

Index("outbox_msgid", outbox.c.msgid, sqlite_where=text("msgid <> ''"))

# A body that many rows share: a million recipients of one message do not need a million copies.
letters = Table(
    "letters",
    metadata,
    Column("key", String(40), primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("expires", Float, nullable=False),  # no row needs it after this
)

# Who receives the mass send of the outbox row whose key is `batch`: kept apart, so that who leaves is not in it.
audiences = Table(
    "audiences",
    metadata,
    Column("batch", String(80), primary_key=True),
    Column("openid", String(64), primary_key=True, index=True),
    sqlite_with_rowid=False,
)

# What followers allowed us to send by a template or notice: so many sends, or no more.
grants = Table(
    "grants",
    metadata,
    Column("openid", String(64), primary_key=True),
    Column("template", String(64), primary_key=True),
    Column("sends", Integer, nullable=False, server_default="0"),
    Column("refused", Boolean, nullable=False, server_default=text("false")),
    Column("changed", Float, nullable=False),  # when they last said so, by the platform's clock
    sqlite_with_rowid=False,
)

# What the platform told of a send before we had written down that it was made.
reports = Table(
    "reports",
    metadata,
    Column("msgid", String(24), primary_key=True),
    Column("openid", String(64), nullable=False, index=True),
    Column("report", Text, nullable=False),
    Column("time", Float, nullable=False),
    sqlite_with_rowid=False,
)

# The access token (and later the JS-SDK ticket), shared by every process. `version` only grows: an older token never
# overwrites a newer one.
tokens = Table(
    "tokens",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", Text, nullable=False),
    Column("expires", Float, nullable=False),
    Column("version", Integer, nullable=False),
    Column("refreshing", String(36), nullable=False, server_default=""),  # the process that fetches a new one
    Column("refreshing_until", Float, nullable=False, server_default="0"),
)

# How much of a channel is used: pace and quota survive a restart. `paused` is why nothing goes out, if nothing does.
channels = Table(
    "channels",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("day", String(10), nullable=False, server_default=""),
    Column("used", Integer, nullable=False, server_default="0"),
    Column("paused_until", Float, nullable=False, server_default="0"),
    Column("paused", Text, nullable=False, server_default=""),
    Column("halted", Boolean, nullable=False, server_default=text("false")),
    Column("level", Float, nullable=False, server_default="0"),  # calls that might go at once when last looked,
    Column("filled", Float, nullable=False, server_default="0"),  # which was then
)

# Which message a signature came with, where it does not cover the body: for as long as it stays good.
signatures = Table(
    "signatures",
    metadata,
    Column("signature", String(40), primary_key=True),
    Column("key", String(40), nullable=False),
    Column("time", Float, nullable=False),
    sqlite_with_rowid=False,
)

# One row, written by whoever wants to know whether the database still takes what it is given.
pulse = Table(
    "pulse",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("beats", Integer, nullable=False),
)

# One row: of what moment the last good backup is, when one was last tried, and why that one failed, if it did.
backups = Table(
    "backups",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("good", Float, nullable=False, server_default="0"),
    Column("tried", Float, nullable=False),
    Column("failed", Text, nullable=False, server_default=""),
)

# What followers want to be told of. A wish is a row like any other, whose topic or word no policy has yet.
subscriptions = Table(
    "subscriptions",
    metadata,
    Column("kind", String(10), primary_key=True),  # topic, district, unit, word, all, expiring, declined
    Column("value", String(64), primary_key=True),
    Column("openid", String(64), primary_key=True, index=True),
    Column("since", Float, nullable=False),
    sqlite_with_rowid=False,
)

# How often a follower is told; at once where there is no row.
rhythms = Table(
    "rhythms",
    metadata,
    Column("openid", String(64), primary_key=True),
    Column("rhythm", String(8), nullable=False),  # at_once, daily, weekly
    sqlite_with_rowid=False,
)

# Each subscription that ended, and why: for counts alone, so without whose it was.
endings = Table(
    "endings",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("day", String(10), nullable=False, index=True),
    Column("kind", String(10), nullable=False),
    Column("value", String(64), nullable=False),  # empty for words: what somebody typed may name them
    Column("reason", String(10), nullable=False),  # asked, too_many, erased, left
)

# Each beginning and each end of a subscription, without a name: `mark` is of a keyed hash, too short to find anybody
# by, long enough to tell five people apart.
turnover = Table(
    "turnover",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("day", String(10), nullable=False, index=True),
    Column("kind", String(4), nullable=False),  # won, lost
    Column("mark", Integer, nullable=False),
)

# Keys of such marks, by a hash of each: which they were made with, never the key.
marking_keys = Table(
    "marking_keys",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("print", String(32), nullable=False, unique=True),
)

# Every edition of the corpus that people were told of; the one of the highest number was the last.
editions = Table(
    "editions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("version", String(16), nullable=False, index=True),
    Column("time", Float, nullable=False),
)

# Each policy as people were last told of it, with its paper; `gone` since the corpus has it no more.
published = Table(
    "published",
    metadata,
    Column("policy", String(32), primary_key=True),
    Column("digest", String(32), nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("version", String(16), nullable=False),
    Column("time", Float, nullable=False),
    Column("gone", Float),
)

# Which steps before the last day of a policy people were reminded of, or need not be any more.
reminders = Table(
    "reminders",
    metadata,
    Column("key", String(80), primary_key=True),  # policy, last day, days before it
    Column("time", Float, nullable=False, index=True),
)

# One fact to tell people of. It spreads page by page to those it concerns: `at` is the criterion, `after` the place.
news = Table(
    "news",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("key", String(80), nullable=False, unique=True),
    Column("policy", String(32), nullable=False, server_default="", index=True),
    Column("data", LargeBinary, nullable=False),
    Column("created", Float, nullable=False, index=True),
    Column("state", String(10), nullable=False),  # spreading, spread, failed: it cannot be read or said
    Column("at", Integer, nullable=False, server_default="0"),
    Column("after", String(80), nullable=False, server_default=""),
    Column("people", Integer, nullable=False, server_default="0"),
)
Index("news_spreading", news.c.id, sqlite_where=text("state = 'spreading'"))

# Whom a fact concerns, and when they are to be told by their rhythm; gone once it is a notice.
concerns = Table(
    "concerns",
    metadata,
    Column("openid", String(64), primary_key=True),
    Column("news", Integer, primary_key=True, autoincrement=False),
    Column("due", Float, nullable=False),
    sqlite_with_rowid=False,
)
Index("concerns_due", concerns.c.due, concerns.c.openid)

# What one follower is to be told, until a way is found: pending is looked at when `due`, waiting is told with their
# next answer; planned has its row in the outbox, told stood in an answer, nothing says in `reason` why not.
notices = Table(
    "notices",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("openid", String(64), nullable=False, index=True),
    Column("kind", String(10), nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("news", LargeBinary, nullable=False),
    Column("state", String(10), nullable=False),
    Column("created", Float, nullable=False, index=True),
    Column("due", Float, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
)
Index("notices_pending", notices.c.due, sqlite_where=text("state = 'pending'"))
