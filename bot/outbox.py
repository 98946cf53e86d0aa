"""The one door by which anything is sent later: claim, within the limits, send, settle.

No database connection is held while the platform is waited for. What a failed send means for its row, its follower's
window and its channel is decided in one place, `judge`.
"""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Protocol

import msgspec
import structlog

from bot.clock import Clock
from bot.errors import (
    Forbidden,
    QuotaSpent,
    Refused,
    StoreError,
    Temporary,
    TokenRejected,
    TooFast,
    Unreachable,
    WeChatError,
)
from bot.limits import Limit, Limits
from bot.store.limits import Stop
from bot.store.outbox import Claimed, OutboxRows, Settlement, State, Window

logger = structlog.get_logger(__name__)

BATCH = 50  # rows of a channel sent at once; below the HTTP session's 100 connections
BATCH_SECONDS = 300.0  # a send is two tries, each with its token: the client ends it after 70 seconds at worst
LEASE = 600.0  # seconds; the batch, and some for writing down what became of it
RECLAIM_EVERY = 60.0  # seconds
ATTEMPTS = 16  # with the delays below a row is tried for an hour and a quarter
LONGEST_DELAY = 600.0  # seconds; the delay is 2, 4, 8 … until then
PAUSE = 60.0  # seconds: "too fast" counts calls by the minute
QUOTA_PAUSE = 3600.0  # seconds, where the platform does not say until when
SETTLE_DELAYS = (1.0, 2.0, 4.0, 8.0)  # seconds between tries to write down what was sent
REASON_LIMIT = 200  # characters kept of the platform's words


class Channel(Protocol):
    """A way to push."""

    @property
    def name(self) -> str:
        """What rows call it."""

    @property
    def limit(self) -> Limit:
        """What it may do."""

    async def send(self, row: Claimed) -> None:
        """Make the row's call; a WeChatError says why it did not succeed."""


def judge(row: Claimed, error: BaseException | None, *, time: float) -> tuple[Settlement, Stop | None]:
    """What becomes of a row after its send at `time`, and whether its channel must stop."""
    match error:
        case None:
            return Settlement(row=row, state=State.SENT), None
        case Unreachable(reason=why):
            window = Window.CLOSED if why == "window" else Window.UNTOUCHED
            return _end(row, error, State.SKIPPED, reason=why, window=window), None
        case Refused():
            return _end(row, error, State.FAILED), None
        case Temporary(sent=False) | StoreError():
            return _later(row, error, due=time + min(LONGEST_DELAY, 2.0**row.attempts)), None
        case TooFast() | TokenRejected():
            return _back(row, error), Stop(reason=str(error), until=time + PAUSE)
        case QuotaSpent(until=until):
            return _back(row, error), Stop(reason=str(error), until=until.timestamp() if until else time + QUOTA_PAUSE)
        case Forbidden():
            return _back(row, error), Stop(reason=str(error), halted=True)
    # The platform may have carried it out: it did not answer, or we failed at a point we do not know.
    return _end(row, error, State.UNKNOWN, window=Window.SPENT), None


def _end(
    row: Claimed, error: BaseException, state: State, *, reason: str = "", window: Window = Window.UNTOUCHED
) -> Settlement:
    said, errcode = (error.errmsg, error.errcode) if isinstance(error, WeChatError) else (type(error).__name__, 0)
    reason = reason or said[:REASON_LIMIT]
    return Settlement(row=row, state=state, errcode=errcode, reason=reason, window=window)


def _later(row: Claimed, error: BaseException, *, due: float) -> Settlement:
    """Nothing was sent: again after a while, if not for ever."""
    settlement = _end(row, error, State.WAITING if row.attempts < ATTEMPTS else State.FAILED)
    return msgspec.structs.replace(settlement, due=due)


def _back(row: Claimed, error: BaseException) -> Settlement:
    """The channel is to blame: the row keeps its place and its attempts."""
    return msgspec.structs.replace(_end(row, error, State.WAITING), due=row.due, counts=False)


class Outbox:
    """Sends what waits. Any number of processes may run one on the same database."""

    def __init__(self, *, rows: OutboxRows, limits: Limits, channels: Sequence[Channel], clock: Clock) -> None:
        self._rows = rows
        self._limits = limits
        self._channels = channels
        self._clock = clock
        self._owner = uuid.uuid4().hex
        self._next_reclaim = 0.0

    async def run_once(self) -> int:
        """Send a batch of what is due on each channel; how many rows were handled. StoreError where the database is
        away: what was sent and could not be written down is unknown once its lease is over."""
        await self._reclaim()
        return sum([await self._work(channel) for channel in self._channels])

    async def _reclaim(self) -> None:
        time = self._clock.time()
        if time < self._next_reclaim:
            return
        self._next_reclaim = time + RECLAIM_EVERY
        lost = await self._rows.reclaim(time)
        if lost:
            logger.error("sends were interrupted and wait for a person", rows=lost)

    async def _work(self, channel: Channel) -> int:
        allowance = self._limits.allow(channel.name, channel.limit, most=BATCH)
        if not allowance.most:
            return 0
        claim = await self._rows.claim(allowance, owner=self._owner, time=self._clock.time(), lease=LEASE)
        self._limits.take(channel.name, channel.limit, count=len(claim.rows))
        if claim.skipped:
            logger.info("rows skipped", channel=channel.name, rows=claim.skipped)
        await self._send_all(channel, claim.rows)
        return len(claim.rows) + claim.skipped

    async def _send_all(self, channel: Channel, rows: Sequence[Claimed]) -> None:
        """Send rows side by side, those of one follower in turn; each is settled soon after its send, those that end
        while others are being written down together."""
        ended: asyncio.Queue[asyncio.Task[None]] = asyncio.Queue()
        sending: dict[asyncio.Task[None], Claimed] = {}
        last: dict[str, asyncio.Task[None]] = {}
        for row in rows:
            task = asyncio.create_task(_send(channel, row, after=last.get(row.openid)))
            task.add_done_callback(ended.put_nowait)
            sending[task] = row
            last[row.openid] = task
        alarm = asyncio.create_task(self._end(sending))
        try:
            while sending:
                done = [await ended.get(), *(ended.get_nowait() for _ in range(ended.qsize()))]
                await self._settle(channel, [(sending.pop(task), _failure(task)) for task in done])
        finally:
            for task in (alarm, *sending):
                task.cancel()
            await asyncio.gather(alarm, *sending, return_exceptions=True)

    async def _end(self, sending: Iterable[asyncio.Task[None]]) -> None:
        await self._clock.sleep(BATCH_SECONDS)
        for task in sending:
            task.cancel()

    async def _settle(self, channel: Channel, sent: Sequence[tuple[Claimed, BaseException | None]]) -> None:
        time = self._clock.time()
        settlements, stop = [], None
        for row, error in sent:
            settlement, asked = judge(row, error, time=time)
            settlements.append(settlement)
            stop = _stronger(stop, asked)
            if error is not None and not isinstance(error, WeChatError | StoreError):
                logger.error("send failed", channel=channel.name, exc_info=error)
        ours = await self._write(channel, settlements, stop=stop)
        if stop is not None:
            log = logger.error if stop.halted else logger.warning
            log("channel stopped", channel=channel.name, halted=stop.halted, until=stop.until)
        states = Counter(settlement.state.value for settlement in settlements)
        logger.debug("rows settled", channel=channel.name, ours=ours, **states)

    async def _write(self, channel: Channel, settlements: Sequence[Settlement], *, stop: Stop | None) -> int:
        for delay in SETTLE_DELAYS:
            try:
                return await self._rows.settle(
                    channel.name, settlements, owner=self._owner, time=self._clock.time(), stop=stop
                )
            except StoreError as error:  # what was sent must not be forgotten because the database was away
                logger.warning("rows not settled yet", channel=channel.name, rows=len(settlements), reason=str(error))
                await self._clock.sleep(delay)
        return await self._rows.settle(channel.name, settlements, owner=self._owner, time=self._clock.time(), stop=stop)


async def _send(channel: Channel, row: Claimed, *, after: asyncio.Task[None] | None) -> None:
    if after is not None:
        await asyncio.wait({after})
    await channel.send(row)


def _failure(task: asyncio.Task[None]) -> BaseException | None:
    return Temporary(0, "no end in time", sent=True) if task.cancelled() else task.exception()


def _stronger(one: Stop | None, other: Stop | None) -> Stop | None:
    if one is None or other is None:
        return one or other
    return max(one, other, key=lambda stop: (stop.halted, stop.until))
