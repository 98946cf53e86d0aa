"""What a follower and the office said to one another, read for staff; and what staff write to a follower themselves.

A letter of staff is a row of the outbox, entered with its entry of the audit log, and only while the follower's window
is open: the same letter to the same message is entered once, however often its form is sent. One that did not go out is
written again by the same words.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from hashlib import blake2b
from typing import Any

import msgspec
from sqlalchemy import String, bindparam, case, func, literal_column, select

from bot.announcements import Content
from bot.messages import AnyMessage
from bot.replies import Answer, Say
from bot.store.audit import Audit, Entry
from bot.store.broadcast_tables import broadcasts, recipients
from bot.store.calls import Entry as Call
from bot.store.days import Reader
from bot.store.driver import Script, Store, spelled
from bot.store.outbox import OutboxRows
from bot.store.recipients import ARRIVED, FAILED, QUEUED, SENT, UNKNOWN, WAITING, is_announced
from bot.store.tables import followers, inbox, letters, outbox

CHANNEL = "custom"
SHOWN = ("custom", "subscribe", "template")  # the channels whose calls go to one follower each
LATE, LETTER = "late:", "reply:"  # what keys of the outbox begin with, for answers that came late and for letters
MOST = 60  # messages shown of one follower

_messages: msgspec.json.Decoder[AnyMessage] = msgspec.json.Decoder(AnyMessage)
_answers = msgspec.json.Decoder(Answer)
_contents = msgspec.json.Decoder(Content)

WHO = select(inbox.c.openid).where(inbox.c.key == bindparam("the_key"), inbox.c.state == "answered")
HEARD = (
    select(inbox.c.key, inbox.c.received, inbox.c.message, inbox.c.answer, inbox.c.answered)
    .where(inbox.c.openid == bindparam("who"), inbox.c.state == "answered", inbox.c.received <= bindparam("until"))
    .order_by(inbox.c.received.desc(), inbox.c.answered.desc(), inbox.c.key.desc())
    .limit(bindparam("many"))
)
WRITTEN = (
    select(
        outbox.c.key,
        outbox.c.created,
        case((outbox.c.letter == "", outbox.c.body), else_=letters.c.body),
        outbox.c.state,
        outbox.c.settled,
        outbox.c.reason,
    )
    .select_from(outbox.outerjoin(letters, letters.c.key == outbox.c.letter))
    .where(outbox.c.openid == bindparam("who"), outbox.c.channel.in_(SHOWN), outbox.c.created >= bindparam("since"))
    .order_by(outbox.c.created)
)
ANNOUNCED: Any = (
    select(
        *(broadcasts.c[name] for name in ("id", "name", "content")),
        *(recipients.c[name] for name in ("state", "channel", "reason", "errcode", "changed")),
    )
    .join(broadcasts, broadcasts.c.id == recipients.c.broadcast)
    .where(recipients.c.openid == bindparam("who"), recipients.c.changed >= bindparam("since"))
    .where(recipients.c.state.in_(spelled(QUEUED, WAITING, SENT, ARRIVED, FAILED, UNKNOWN)))
    .order_by(recipients.c.changed.desc(), recipients.c.id.desc())
    .limit(bindparam("many"))
)
WINDOW = select(followers.c.window_until, followers.c.window_left).where(
    followers.c.openid == bindparam("who", type_=String)
)
QUEUE = (
    select(func.count())
    .select_from(outbox)
    .where(
        outbox.c.openid == bindparam("who", type_=String),
        outbox.c.channel == CHANNEL,
        outbox.c.state == literal_column("'waiting'"),
    )
)


class Sent(StrEnum):
    """What became of a letter that was to be entered."""

    ENTERED = "entered"
    TWICE = "twice"  # it is on its way already, went, or may have gone
    CLOSED = "closed"  # the window is over, or no message is left of it
    GONE = "gone"  # the follower left, or the message is kept no more


class Window(msgspec.Struct, frozen=True):
    """Until when somebody may be written to, seconds since 1970, and how many more messages."""

    until: float = 0.0
    left: int = 0

    def is_open(self, time: float) -> bool:
        """Whether a message may go at a time."""
        return self.left > 0 and self.until > time


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A message with its answer."""

    key: str
    received: float
    message: AnyMessage
    answer: Answer
    answered: float


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """Something that went out to somebody alone, or is to go, besides answers; `by_staff`: somebody wrote it by hand.
    The text of what goes by a template is its fields, a line each."""

    key: str
    created: float
    text: str
    state: str
    settled: float | None
    reason: str
    by_staff: bool


class Announced(msgspec.Struct, frozen=True, kw_only=True):
    """An announcement that somebody was given, or is to be given, and what became of it: by which way, since when."""

    number: int
    name: str
    text: str
    state: str
    channel: str
    reason: str
    errcode: int
    time: float


class Correspondence:
    """Reads and writes. Raises StoreError when the database does."""

    def __init__(self, store: Store, reader: Reader) -> None:
        self._store = store
        self._reader = reader
        self._audit = Audit(store)
        self._outbox = OutboxRows(store)

    async def who(self, key: str) -> str:
        """Whose message it is; empty where it is not kept."""
        rows = await self._rows(WHO, the_key=key)
        return str(rows[0][0]) if rows else ""

    async def lines(self, openid: str, until: float, many: int = MOST) -> list[Line]:
        """What somebody said up to a time, oldest first, the newest `many`."""
        rows = await self._rows(HEARD, who=openid, until=until, many=many)
        return [
            Line(
                key=row[0],
                received=row[1],
                message=_messages.decode(bytes(row[2])),
                answer=_answers.decode(bytes(row[3])),
                answered=row[4] or row[1],
            )
            for row in reversed(rows)
        ]

    async def letters(self, openid: str, since: float) -> list[Letter]:
        """What was written to somebody since a time, by staff or of our own accord, oldest first."""
        rows = await self._rows(WRITTEN, who=openid, since=since)
        return [_letter(row) for row in rows if not row[0].startswith(LATE) and not is_announced(row[0])]

    async def announced(self, openid: str, since: float, many: int = MOST) -> list[Announced]:
        """The announcements that somebody got, may have got or is to get, as the ledger has it, oldest first, the
        newest `many`; nothing of those that skipped them."""
        rows = await self._rows(ANNOUNCED, who=openid, since=since, many=many)
        return [_announced(row) for row in reversed(rows)]

    async def window(self, openid: str) -> Window:
        """Until when somebody may be written to, what waits to be sent taken off."""
        return await self._store.run(lambda: self._window(openid))

    async def write(self, key: str, text: str, *, time: float, told: Entry) -> Sent:
        """Enter a letter to whoever sent a message."""

        def script() -> Script[Sent]:
            rows = yield WHO, [{"the_key": key}]
            if not rows or not rows[0][0]:
                return Sent.GONE
            openid = rows[0][0]
            window = yield from self._window(openid)
            if not window.is_open(time):
                return Sent.CLOSED
            body = msgspec.json.encode({"touser": openid, **(Say(text=text).active() or {})})
            call = Call(
                key=letter_key(key, text), openid=openid, channel=CHANNEL, body=body, due=time, expires=window.until
            )
            if not (yield from self._outbox.add([call], time=time)) and not (yield from self._outbox.again(call)):
                return Sent.TWICE
            yield from self._audit.record(told)
            return Sent.ENTERED

        return await self._store.run(script)

    def _window(self, openid: str) -> Script[Window]:
        rows = yield WINDOW, [{"who": openid}]
        if not rows:
            return Window()
        ((waiting,),) = yield QUEUE, [{"who": openid}]
        return Window(rows[0][0], max(0, rows[0][1] - waiting))

    async def _rows(self, statement: Any, **values: Any) -> list[Any]:
        async with self._reader.read() as connection:
            return list((await connection.execute(statement, values)).all())


def letter_key(key: str, text: str) -> str:
    """The key of a letter: the same words to the same message are one letter."""
    return f"{LETTER}{key}:{blake2b(text.encode(), digest_size=8).hexdigest()}"


def _letter(row: Sequence[Any]) -> Letter:
    key, created, body, state, settled, reason = row
    return Letter(
        key=key,
        created=created,
        text=_text(bytes(body or b"")),  # a letter that no row needs any more is kept no longer
        state=state,
        settled=settled,
        reason=reason,
        by_staff=key.startswith(LETTER),
    )


def _announced(row: Sequence[Any]) -> Announced:
    number, name, content, state, channel, reason, errcode, time = row
    return Announced(
        number=number,
        name=name,
        text=_contents.decode(bytes(content)).told(channel),
        state=state,
        channel=channel,
        reason=reason,
        errcode=errcode,
        time=time,
    )


def _text(body: bytes) -> str:
    """What a follower reads of a call: words, the lines of a card, or the fields of a template."""
    if not body:
        return ""
    content = msgspec.json.decode(body, type=dict[str, Any])
    articles = (content.get("news") or {}).get("articles") or []
    lines = [
        (content.get("text") or {}).get("content", ""),
        *(article.get(name, "") for article in articles for name in ("title", "description")),
        *(f"{key}: {field.get('value', '')}" for key, field in (content.get("data") or {}).items()),
    ]
    return "\n".join(filter(None, lines))


def together(
    lines: Sequence[Line], letters: Sequence[Letter], announced: Sequence[Announced] = ()
) -> list[Line | Letter | Announced]:
    """All of them in the order of time."""
    return sorted([*lines, *letters, *announced], key=_when)


def _when(one: Line | Letter | Announced) -> float:
    return one.time if isinstance(one, Announced) else one.received if isinstance(one, Line) else one.created
