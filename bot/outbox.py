"""The one door by which anything is sent later: claim, within the limits, send, settle.

A lane for each channel keeps a window of sends under way. Whenever as many have ended as are still out, or a moment
later, one transaction writes down what ended and claims as many rows anew; a claimed row is sent at once. So one slow
send holds up nobody, a commit serves many rows, and what a killed process leaves in doubt is what was on its way. No
database connection is held while the platform is waited for. What a failed send means for its row, its follower's
window and its channel is decided in one place, `judge`.
"""

from __future__ import annotations

import asyncio
import math
import uuid
from collections import Counter, deque
from collections.abc import Sequence
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
from bot.limits import Limits
from bot.store.calls import APART, LIFE_SPARED, Claim, Claimed, Limit, Settlement, State, Window
from bot.store.limits import Stop
from bot.store.outbox import OutboxRows

logger = structlog.get_logger(__name__)

WINDOW = 100  # rows of a channel under way at once; the HTTP session has a connection for each
TICK = 0.5  # seconds between looks at a window in which little ends
SEND_SECONDS = 75.0  # a send is two tries, each with its token: the client ends it after 70 seconds at worst
LEASE = 180.0  # seconds; a send, the one for the same follower before it, and some for writing down what became of it
RECLAIM_EVERY = 10.0  # seconds
ATTEMPTS = 16  # with the delays below a row is tried for an hour and a quarter
LONGEST_DELAY = 600.0  # seconds; the delay is 2, 4, 8 … until then
LONGEST_REPEAT = 60.0  # seconds; where the platform knows a repeat by its id, which it forgets
PAUSE = 60.0  # seconds: "too fast" counts calls by the minute
UNHEARD = 20  # sends without a clear answer in a row, after which the channel pauses: else an outage puts all in doubt
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

    async def send(self, row: Claimed) -> str:
        """Make the row's call; what the platform calls it, empty where it gives no id. A WeChatError says why it did
        not succeed."""


class Ended(msgspec.Struct, frozen=True):
    """A send that came to an end: the platform's id for it, or what went wrong."""

    row: Claimed
    msgid: str = ""
    error: BaseException | None = None


def judge(ended: Ended, *, time: float, life: float = 0.0) -> tuple[Settlement, Stop | None]:
    """What becomes of a row after its send at `time`, and whether its channel must stop. `life` is how many seconds
    the platform knows a repeat of the row by its id."""
    row, error = ended.row, ended.error
    match error:
        case None:
            return Settlement(row=row, state=State.SENT, msgid=ended.msgid), None
        case Unreachable(reason=why):
            # Who left, or is nobody here, cannot be written to until they write: not to count them so is the least.
            window = Window.CLOSED if why in ("window", "refused", "gone", "unknown") else Window.UNTOUCHED
            return _end(row, error, State.SKIPPED, reason=why, window=window), None
        case Refused():
            return _end(row, error, State.FAILED), None
        case Temporary(sent=False) | StoreError():
            return _later(row, error, time=time, life=life), None
        case TooFast() | TokenRejected():
            return _back(row, error), Stop(reason=str(error), until=time + PAUSE)
        case QuotaSpent(until=until):
            return _back(row, error), Stop(reason=str(error), until=until.timestamp() if until else time + QUOTA_PAUSE)
        case Forbidden():
            return _back(row, error), Stop(reason=str(error), halted=True)
    return _in_doubt(row, error, time=time, life=life), None


def _in_doubt(row: Claimed, error: BaseException, *, time: float, life: float) -> Settlement:
    """The platform may have carried it out: it did not answer, or we failed at a point we do not know. Where it knows
    a repeat by its id the row goes again while it does; else it waits for a person."""
    lost = _end(row, error, State.UNKNOWN, window=Window.SPENT)
    since = row.unsure or row.lease - LEASE
    due = time + min(LONGEST_REPEAT, 2.0**row.attempts)
    set_back = row.began > time or since > time + APART  # the clock was: since when nobody knows
    if set_back or due >= since + life - LIFE_SPARED:
        return lost
    return msgspec.structs.replace(lost, state=State.WAITING, due=due, unsure=since)


def _end(
    row: Claimed, error: BaseException, state: State, *, reason: str = "", window: Window = Window.UNTOUCHED
) -> Settlement:
    said, errcode = (error.errmsg, error.errcode) if isinstance(error, WeChatError) else (type(error).__name__, 0)
    reason = reason or said[:REASON_LIMIT]
    return Settlement(row=row, state=state, errcode=errcode, reason=reason, window=window, unsure=row.unsure)


def _later(row: Claimed, error: BaseException, *, time: float, life: float) -> Settlement:
    """Nothing was sent this time: again after a while, if not for ever."""
    if row.unsure:
        due = time + min(LONGEST_REPEAT, 2.0**row.attempts)
        waits = due < row.unsure + life - LIFE_SPARED
        return msgspec.structs.replace(_end(row, error, State.WAITING if waits else State.UNKNOWN), due=due)
    settlement = _end(row, error, State.WAITING if row.attempts < ATTEMPTS else State.FAILED)
    return msgspec.structs.replace(settlement, due=time + min(LONGEST_DELAY, 2.0**row.attempts))


def _back(row: Claimed, error: BaseException) -> Settlement:
    """The channel is to blame: the row keeps its place and its attempts."""
    return msgspec.structs.replace(_end(row, error, State.WAITING), due=row.due, counts=False)


class Outbox:
    """Sends what waits. Any number of processes may run one on the same database."""

    def __init__(self, *, rows: OutboxRows, limits: Limits, channels: Sequence[Channel], clock: Clock) -> None:
        owner = uuid.uuid4().hex
        self.channels = tuple(channels)
        self.lanes = tuple(Lane(channel, rows, limits=limits, clock=clock, owner=owner) for channel in channels)

    async def run_once(self) -> int:
        """Send what is due on every channel, side by side; how many rows were handled. StoreError where the database
        is away: what was sent and could not be written down is in doubt once its lease is over."""
        return sum(await asyncio.gather(*(lane.run_once() for lane in self.lanes)))


class Lane:
    """One channel with its window of sends under way."""

    def __init__(self, channel: Channel, rows: OutboxRows, *, limits: Limits, clock: Clock, owner: str) -> None:
        self.name = channel.name
        self._resting = False
        self._channel = channel
        self._rows = rows
        self._limits = limits
        self._clock = clock
        self._owner = owner
        self._next_reclaim = 0.0  # these two by the monotonic clock
        self._ahead = float("inf")  # by how much the clock of the day was before that one at the last look
        self._next_claim = 0.0  # until when the pace asks to wait, across rounds
        self._unheard = 0  # sends without a clear answer, one after another

    async def run_once(self) -> int:
        """Send what is due, until nothing more may go and all that went has ended; how many rows were handled."""
        await self._reclaim()
        flight = Flight(self._channel, self._clock)
        handled, next_look, ended = 0, 0.0, list[Ended]()
        try:
            while True:
                await self._reclaim_meanwhile()
                most = self._room(flight) if self._clock.monotonic() >= next_look else 0
                if not ended and not most:
                    if not flight.under_way:
                        return handled
                    ended = await flight.landed(TICK)
                    continue
                claim = await self._exchange(ended, most)
                handled += len(claim.rows) + claim.skipped
                flight.start(claim.rows)
                if claim.wait:
                    self._next_claim = self._clock.monotonic() + min(TICK, claim.wait)
                elif len(claim.rows) + claim.skipped < most:
                    next_look = self._clock.monotonic() + TICK
                ended = await flight.landed(min(TICK, claim.wait or TICK)) if flight.under_way else []
        finally:
            await flight.abort()

    def rest(self) -> None:
        """Claim nothing more: what is under way ends, and nothing follows."""
        self._resting = True

    def _room(self, flight: Flight) -> int:
        """How many rows may be claimed now: what is left of the window, or few, to see whether anybody answers."""
        if self._resting or self._clock.monotonic() < self._next_claim:
            return 0
        return max(0, (WINDOW if self._unheard < UNHEARD else 1) - flight.under_way)

    async def _reclaim_meanwhile(self) -> None:
        """Within a round, which may be a broadcast of hours, take up what others left; ours are under way."""
        try:
            await self._reclaim(but=self._owner)
        except StoreError as error:  # what is under way must still be written down
            self._next_reclaim = self._clock.monotonic() + RECLAIM_EVERY
            logger.warning("no look for interrupted sends", channel=self.name, reason=str(error))

    async def _reclaim(self, but: str = "") -> None:
        if self._clock.monotonic() < self._next_reclaim:
            return
        await self._straighten()
        life = self._channel.limit.life
        again, lost = await self._rows.reclaim(self.name, self._clock.time(), life=life, but=but)
        self._next_reclaim = self._clock.monotonic() + RECLAIM_EVERY
        if again:
            logger.warning("sends were interrupted and go again", channel=self.name, rows=again)
        if lost:
            logger.error("sends were interrupted and wait for a person", channel=self.name, rows=lost)

    async def _straighten(self) -> None:
        """Where the clock was set back, or may have been before we began, nothing waits until it is where it was."""
        time = self._clock.time()
        ahead = time - self._clock.monotonic()
        if ahead < self._ahead - APART:
            back = self._ahead - ahead if math.isfinite(self._ahead) else 0.0
            sooner, lost = await self._rows.straighten(self.name, time, back=back, lease=LEASE, delay=LONGEST_DELAY)
            if sooner or lost:
                logger.warning("the clock was set back", channel=self.name, sooner=sooner, unknown=lost)
        self._ahead = ahead

    async def _exchange(self, ended: Sequence[Ended], most: int) -> Claim:
        """Write down what ended and claim as many as `most`, in one transaction."""
        time, life = self._clock.time(), self._channel.limit.life
        settlements, stop = [], None
        for one in ended:
            settlement, asked = judge(one, time=time, life=life)
            settlements.append(settlement)
            stop = _stronger(stop, asked)
            self._unheard = self._unheard + 1 if _is_unclear(one.error) else 0
            if one.error is not None and not isinstance(one.error, WeChatError | StoreError):
                logger.error("send failed", channel=self.name, exc_info=one.error)
        if self._unheard >= UNHEARD and any(_is_unclear(one.error) for one in ended):
            stop = _stronger(stop, Stop(reason=f"{self._unheard} sends without an answer", until=time + PAUSE))
        claim = await self._commit(settlements, stop, most)
        if stop is not None:
            log = logger.error if stop.halted else logger.warning
            log("channel stopped", channel=self.name, halted=stop.halted, until=stop.until)
        if claim.skipped:
            logger.info("rows skipped", channel=self.name, rows=claim.skipped)
        if settlements:
            states = Counter(settlement.state.value for settlement in settlements)
            logger.debug("rows settled", channel=self.name, **states)
        return claim

    async def _commit(self, settlements: Sequence[Settlement], stop: Stop | None, most: int) -> Claim:
        for delay in SETTLE_DELAYS if settlements else ():
            try:
                return await self._try(settlements, stop, most)
            except StoreError as error:  # what was sent must not be forgotten because the database was away
                logger.warning("rows not settled yet", channel=self.name, rows=len(settlements), reason=str(error))
                await self._clock.sleep(delay)
        return await self._try(settlements, stop, most)

    async def _try(self, settlements: Sequence[Settlement], stop: Stop | None, most: int) -> Claim:
        allowance = self._limits.allow(self.name, self._channel.limit, most=most)
        _, claim = await self._rows.exchange(
            settlements, allowance, owner=self._owner, time=self._clock.time(), lease=LEASE, stop=stop
        )
        return claim


class Flight:
    """The sends of a lane that are under way, those of one follower in turn."""

    def __init__(self, channel: Channel, clock: Clock) -> None:
        self._channel = channel
        self._clock = clock
        self._sending: dict[asyncio.Task[str], tuple[Claimed, float]] = {}
        self._behind: dict[str, deque[Claimed]] = {}  # by follower: what waits for the one under way
        self._waiting = 0
        self._ended: list[Ended] = []
        self._woken: asyncio.Future[None] | None = None

    @property
    def under_way(self) -> int:
        """How many rows were started and have not been handed back."""
        return len(self._sending) + self._waiting + len(self._ended)

    def start(self, rows: Sequence[Claimed]) -> None:
        """Send rows side by side, each after what goes to the same follower already."""
        for row in rows:
            if row.openid and row.openid in self._behind:
                self._behind[row.openid].append(row)
                self._waiting += 1
            else:
                self._send(row)

    async def landed(self, seconds: float) -> list[Ended]:
        """What has ended, once that is as much as is still out, or after so many seconds; it may be nothing yet."""
        if not self._is_many():
            woken = self._woken = asyncio.get_running_loop().create_future()
            timer = asyncio.ensure_future(self._clock.sleep(seconds))
            timer.add_done_callback(lambda _: self._wake())
            try:
                await woken
            finally:
                timer.cancel()
            self._give_up()
        ended, self._ended = self._ended, []
        return ended

    async def abort(self) -> None:
        """Break off what is under way."""
        tasks = [*self._sending]
        self._behind.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _is_many(self) -> bool:
        return bool(self._ended) and len(self._ended) >= len(self._sending) + self._waiting

    def _send(self, row: Claimed) -> None:
        if row.openid:
            self._behind.setdefault(row.openid, deque())
        if self._clock.time() > row.lease - SEND_SECONDS:  # it would outlive its lease
            self._end(Ended(row, error=Temporary(0, "no time left")))
            return
        task = asyncio.create_task(self._channel.send(row))
        self._sending[task] = row, self._clock.monotonic()
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[str]) -> None:
        row, _ = self._sending.pop(task)
        if task.cancelled():
            self._end(Ended(row, error=Temporary(0, "no end in time", sent=True)))
        elif (error := task.exception()) is not None:
            self._end(Ended(row, error=error))
        else:
            self._end(Ended(row, task.result()))

    def _end(self, ended: Ended) -> None:
        self._ended.append(ended)
        behind = self._behind.get(ended.row.openid)
        if behind:
            self._waiting -= 1
            self._send(behind.popleft())
        else:
            self._behind.pop(ended.row.openid, None)
        if self._is_many():
            self._wake()

    def _wake(self) -> None:
        if self._woken is not None and not self._woken.done():
            self._woken.set_result(None)

    def _give_up(self) -> None:
        """Cancel sends that have taken too long; they end as such."""
        latest = self._clock.monotonic() - SEND_SECONDS
        for task, (_, since) in self._sending.items():
            if since < latest:
                task.cancel()


def _is_unclear(error: BaseException | None) -> bool:
    """Whether a send got no answer that tells what became of it, or only that the platform is busy."""
    return isinstance(error, Temporary) or (error is not None and not isinstance(error, WeChatError | StoreError))


def _stronger(one: Stop | None, other: Stop | None) -> Stop | None:
    if one is None or other is None:
        return one or other
    return max(one, other, key=lambda stop: (stop.halted, stop.until))
