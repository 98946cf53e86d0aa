"""The messages nobody could answer, and what staff said of the questions in them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, select

from bot.messages import AnyMessage
from bot.store.audit import Audit, Entry
from bot.store.days import Reader
from bot.store.driver import Script, Store, Values
from bot.store.forgetting import Forgetting
from bot.store.staff_tables import rulings, unanswered
from bot.store.tables import followers, inbox

NOTHING, COMPLAINT = "nothing", "complaint"  # why a message is among them
DONE, NOT_OURS = "done", "not_ours"  # what staff can say of a question
MOST = 10_000  # messages that are read, the newest

_messages: msgspec.json.Decoder[AnyMessage] = msgspec.json.Decoder(AnyMessage)
SINCE = (
    select(
        inbox.c.key,
        inbox.c.openid,
        inbox.c.received,
        inbox.c.message,
        unanswered.c.why,
        followers.c.window_until,
        followers.c.window_left,
    )
    .select_from(
        unanswered.join(inbox, inbox.c.key == unanswered.c.key).outerjoin(
            followers, followers.c.openid == inbox.c.openid
        )
    )
    .where(unanswered.c.received >= bindparam("since"), inbox.c.state == "answered")
    .order_by(unanswered.c.received.desc(), inbox.c.key)
    .limit(MOST)
)
RULINGS = select(rulings.c.digest, rulings.c.state, rulings.c.who, rulings.c.time)
LIFT = delete(rulings).where(rulings.c.digest == bindparam("the_digest"))


class Open(msgspec.Struct, frozen=True, kw_only=True):
    """A message without an answer: whose it is, and until when and how often they may be written to."""

    key: str
    openid: str
    received: float
    message: AnyMessage
    why: str
    window_until: float = 0.0
    window_left: int = 0


class Ruling(msgspec.Struct, frozen=True, kw_only=True):
    """What was said of a question, by whom, when."""

    state: str
    who: str
    time: float


class Unanswered:
    """Reads them, and keeps what is said of them. Raises StoreError when the database does."""

    def __init__(self, store: Store, reader: Reader) -> None:
        self._store = store
        self._reader = reader
        self._audit = Audit(store)
        self._add = store.insert(unanswered).on_conflict_do_nothing(index_elements=["key"])
        upsert = store.insert(rulings)
        new = {name: upsert.excluded[name] for name in ("state", "who", "time")}
        self._rule = upsert.on_conflict_do_update(index_elements=["digest"], set_=new)
        self.purge = Forgetting(store, unanswered, unanswered.c.received).purge

    def add(self, rows: Sequence[Values]) -> Script[None]:
        """Enter messages by key, when they were received, and why; each once."""
        yield self._add, rows

    async def since(self, time: float) -> list[Open]:
        """The newest since a time, at most MOST, newest first."""
        async with self._reader.read() as connection:
            rows = (await connection.execute(SINCE, {"since": time})).all()
        return await asyncio.to_thread(lambda: [_open(row) for row in rows])

    async def rulings(self) -> dict[str, Ruling]:
        """What was said of questions, by their digests."""
        async with self._reader.read() as connection:
            rows = (await connection.execute(RULINGS)).all()
        return {row[0]: Ruling(state=row[1], who=row[2], time=row[3]) for row in rows}

    async def rule(self, digests: Iterable[str], ruling: Ruling | None, *, told: Entry) -> None:
        """Say something of questions; None takes back what was said."""
        found = sorted(set(digests))

        def script() -> Script[None]:
            if ruling is None:
                yield LIFT, [{"the_digest": digest} for digest in found]
            else:
                yield self._rule, [{"digest": digest, **msgspec.structs.asdict(ruling)} for digest in found]
            yield from self._audit.record(told)

        await self._store.run(script)


def _open(row: Sequence[Any]) -> Open:
    key, openid, received, message, why, until, left = row
    return Open(
        key=key,
        openid=openid,
        received=received,
        message=_messages.decode(bytes(message)),
        why=why,
        window_until=until or 0.0,
        window_left=left or 0,
    )
