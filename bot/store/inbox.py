"""The inbox: one row per message, written before anything is said, so that every message gets one answer.

A row is `running` while a process (`owner`) works on it and until its `lease` is over, then `answered`, or `erased`
when its follower left. Whoever finds a running row whose lease is over may take it over; one that ends further ahead
than any process sets it was written before the clock was set back, and is over too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, func, or_, select, update

from bot.conversation import Conversation
from bot.messages import AnyMessage
from bot.notices import Notice
from bot.person import Change, Person
from bot.replies import Answer
from bot.store import conversations, feedback
from bot.store.driver import Row, Script, Statement, Store, once
from bot.store.entries import SEEN, AtOnce, Claiming, Entries, Seen, Settling
from bot.store.feedback import Remark
from bot.store.group import GroupCommit
from bot.store.notices import TOLD, Notices, Settled
from bot.store.people import People
from bot.store.tables import inbox

LATE_CHANNEL = "custom"
FAR = 60.0  # seconds ahead in which a lease may end: more than any lease lasts, with clocks that differ
PURGED_AT_ONCE = 1000  # rows in one transaction, so that messages get in between
PURGES = 1000  # transactions in one purge at most

_encoder = msgspec.json.Encoder()
_messages: msgspec.json.Decoder[AnyMessage] = msgspec.json.Decoder(AnyMessage)
_answers = msgspec.json.Decoder(Answer)

_mine = (inbox.c.key == bindparam("the_key"), inbox.c.state == "running")
_over = or_(inbox.c.lease < bindparam("now"), inbox.c.lease > bindparam("far"))
TAKE_OVER = update(inbox).where(*_mine, _over).returning(inbox.c.key)
RENEW = update(inbox).where(*_mine, inbox.c.owner == bindparam("the_owner")).returning(inbox.c.key)
ABANDONED = (
    select(inbox.c.message).where(inbox.c.state == "running", _over).order_by(inbox.c.received).limit(bindparam("many"))
)
COUNTS = select(inbox.c.state, func.count()).group_by(inbox.c.state)
OLD = select(inbox.c.key).where(inbox.c.received < bindparam("before")).limit(bindparam("many"))
PURGE = delete(inbox).where(inbox.c.key.in_(OLD)).returning(inbox.c.key)


def is_over(lease: float, time: float) -> bool:
    """Whether a process whose lease is until then is to be believed dead at `time`."""
    return lease < time or lease > time + FAR


def _at(time: float) -> dict[str, float]:
    return {"now": time, "far": time + FAR}


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """How a message stands.

    fresh         nobody had seen it before
    state         running, answered or erased
    owner         the process that works on it, or did
    lease         until when that process is believed alive; seconds since 1970
    answer        what was decided, once it is answered
    delivery      passive where deliveries of the message are answered with it, active where the outbox sends it
    conversation  where its follower stood at the claim
    waiting       what its follower is to be told with an answer
    """

    fresh: bool = False
    state: str
    owner: str
    lease: float
    answer: Answer | None = None
    delivery: str = ""
    conversation: Conversation | None = None
    waiting: tuple[Notice, ...] = ()


class Late(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that goes out through the outbox: the body of the call, and until when it may go."""

    body: bytes
    expires: float


class Settlement(msgspec.Struct, frozen=True, kw_only=True):
    """All that an answer changes, written in one transaction. No conversation means that it stays as it is. `told` are
    the notices beneath the answer; where one of them was told elsewhere meanwhile the answer is `without`."""

    answer: Answer
    conversation: Conversation | None = None
    remarks: tuple[Remark, ...] = ()
    changes: tuple[Change, ...] = ()
    late: Late | None = None
    told: tuple[Notice, ...] = ()
    without: Answer | None = None


class Inbox:
    """Messages on their way to their answers. Everything here raises StoreError when the database does."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._past = ""  # how far the purge of conversations is among the followers
        self._people = People(store)
        self._notices = Notices(store)
        self._group: GroupCommit[Claiming | Settling, Seen] = GroupCommit(store, Entries(store).transact)

    async def close(self) -> None:
        """Commit what has been asked for, and take no more."""
        await self._group.close()

    async def claim(self, message: AnyMessage, *, owner: str, lease: float, time: float) -> Claim:
        """Enter a message at `time`, ours for `lease` seconds if it is new; else say how it stands."""
        seen = await self.enter(message, owner=owner, lease=lease, time=time)
        return claimed(seen, owner=owner, lease=time + lease)

    def enter(
        self, message: AnyMessage, *, owner: str, lease: float, time: float, at_once: AtOnce | None = None
    ) -> asyncio.Future[Seen]:
        """Claim a message, and what was found; `claimed` reads it.

        A new message's facts are kept in the same transaction: who followed, who left, who may be written to.
        A message that says its follower left is erased at once, and so is everything else about them. A new one that
        `at_once` has an answer to is entered with it, and is answered.
        """
        row = {
            "key": message.key,
            "openid": message.openid,
            "received": time,
            "state": "running",
            "owner": owner,
            "lease": time + lease,
            "message": _encoder.encode(message),
            "answer": b"",
            "answered": None,
            "delivery": "",
        }
        return self._group.submit(Claiming(message.key, message, row, at_once))

    async def settle(self, message: AnyMessage, settlement: Settlement, *, owner: str, time: float) -> Claim:
        """Write an answer and all it changes, if the message is still ours and running; how it stands after that.

        If another process was first its answer is in the claim, and nothing of ours is written; after an erasure
        there is none.
        """
        key, openid, late = message.key, message.openid, settlement.late
        delivery = "active" if late else "passive"
        talk, without = settlement.conversation, settlement.without or settlement.answer
        row = {
            "the_key": key,
            "the_owner": owner,
            "state": "answered",
            "answer": _encoder.encode(settlement.answer),
            "answered": time,
            "delivery": delivery,
        }
        job = Settling(
            key,
            row,
            conversation=conversations.pack(openid, talk) if talk else None,
            remarks=feedback.pack(key, openid, remarks=settlement.remarks, time=time),
            changes=tuple((openid, change, time) for change in settlement.changes),
            late=_late(message, late, time=time) if late else None,
            told=tuple(Settled(key=notice.key, state=TOLD, reason="answer", due=time) for notice in settlement.told),
            without={**row, "answer": _encoder.encode(without)} if settlement.told else row,
        )
        seen = await self._group.submit(job)
        if seen.row is None:
            answer = without if seen.alone else settlement.answer
            return Claim(state="answered", owner=owner, lease=0.0, answer=answer, delivery=delivery)
        return _claim(seen.row)

    async def look(self, key: str) -> Claim | None:
        """How a message stands; None for one we do not know."""
        rows = await self._once(SEEN, the_key=key)
        return _claim(rows[0]) if rows else None

    async def conversation(self, openid: str) -> Conversation | None:
        """Where a follower stands now."""
        return conversations.unpack(await self._store.run(lambda: conversations.read(openid)))

    async def waiting(self, openid: str) -> tuple[Notice, ...]:
        """What a follower is to be told with their next answer, oldest first."""
        return tuple((await self._store.run(lambda: self._notices.waiting({openid}))).get(openid, ()))

    async def person(self, openid: str) -> Person:
        """What is kept of a follower because they asked for it."""
        return await self._store.run(lambda: self._people.read(openid))

    async def take_over(self, key: str, *, owner: str, lease: float, time: float) -> bool:
        """Whether a running message whose lease is over at `time` is now ours for `lease` seconds."""
        return bool(await self._once(TAKE_OVER, the_key=key, **_at(time), owner=owner, lease=time + lease))

    async def renew(self, keys: Sequence[str], *, owner: str, lease: float, time: float) -> int:
        """How many of these running messages are still ours, and now for `lease` seconds from `time`."""
        rows = [{"the_key": key, "the_owner": owner, "lease": time + lease} for key in keys]

        def script() -> Script[int]:
            return len((yield RENEW, rows))

        return await self._store.run(script)

    async def abandoned(self, time: float, limit: int) -> list[AnyMessage]:
        """Running messages whose lease is over at `time`, oldest first, at most `limit`."""
        return [_messages.decode(row[0]) for row in await self._once(ABANDONED, **_at(time), many=limit)]

    async def purge(self, before: float) -> int:
        """Forget messages received, and conversations that ended, before that time; how many messages went."""
        await self._purge_talks(before)
        gone = 0
        for _ in range(PURGES):
            now_gone = len(await self._once(PURGE, before=before, many=PURGED_AT_ONCE))
            gone += now_gone
            if now_gone < PURGED_AT_ONCE:
                break
        return gone

    async def _purge_talks(self, before: float) -> None:
        """Go past all followers; where there are more than fit into one purge, the next one goes on from there."""
        for _ in range(PURGES):
            self._past = await self._store.run(lambda: conversations.forget(before, self._past, PURGED_AT_ONCE))
            if not self._past:
                break

    async def counts(self) -> dict[str, int]:
        """How many messages are in each state."""
        return {row[0]: row[1] for row in await self._once(COUNTS)}

    async def _once(self, statement: Statement, **values: Any) -> list[Row]:
        return await self._store.run(lambda: once(statement, **values))


def claimed(seen: Seen, *, owner: str, lease: float) -> Claim:
    """How a message stands that was entered for `owner` until `lease`, without an answer at once."""
    talk = conversations.unpack(seen.conversation)
    if seen.row is None:
        return Claim(fresh=True, state="running", owner=owner, lease=lease, conversation=talk, waiting=seen.waiting)
    return _claim(seen.row, fresh=seen.fresh, conversation=talk, waiting=seen.waiting)


def _claim(
    row: Row, *, fresh: bool = False, conversation: Conversation | None = None, waiting: tuple[Notice, ...] = ()
) -> Claim:
    _, state, owner, lease, answer, delivery = row
    decided = _answers.decode(answer) if state == "answered" else None
    return Claim(
        fresh=fresh,
        state=state,
        owner=owner,
        lease=lease,
        answer=decided,
        delivery=delivery,
        conversation=conversation,
        waiting=waiting,
    )


def _late(message: AnyMessage, late: Late, *, time: float) -> dict[str, Any]:
    return {
        "key": f"late:{message.key}",
        "openid": message.openid,
        "channel": LATE_CHANNEL,
        "body": late.body,
        "created": time,
        "due": time,
        "expires": late.expires,
        "state": "waiting",
    }
