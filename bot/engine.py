"""One inbound message: once, in time, answered, and the same on every retry.

The platform delivers a message up to three times, RETRY_SECONDS apart, and gives up on a delivery after as many. A
reply to any of them reaches the follower; `success` (None here) ends the matter. So each answer leaves by exactly one
of two ways, and which one is decided once, in the moment the answer is ready, and written with it:

passive  a delivery is waiting here, in time: it is answered, and so is every later one, with the stored answer;
         likewise where the answer cannot be pushed at all
active   nobody is waiting: the outbox row is written in the transaction of the answer, and every later delivery is None

A delivery that was promised a passive answer waits for the commit, a few milliseconds, even past its deadline. Where
nothing can be pushed, a late delivery is left without a word until the platform hangs up, so that it delivers again.
"""

from __future__ import annotations

import asyncio
import math
import uuid
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import msgspec
import structlog

from bot.channels.next_message import beneath
from bot.clock import Clock, within
from bot.conversation import Conversation, fresh
from bot.deliveries import Deliveries
from bot.errors import Overloaded, StoreError
from bot.messages import AnyMessage
from bot.notices import Notice, life
from bot.person import Change
from bot.replies import Answer, Silence
from bot.store.departures import leaver
from bot.store.entries import AtOnce, Seen
from bot.store.feedback import Remark
from bot.store.followers import window
from bot.store.inbox import Claim, Inbox, Late, Settlement, claimed, is_over

logger = structlog.get_logger(__name__)

RETRY_SECONDS = 5.0  # the platform hangs up after as many, and delivers again
DELIVERIES = 3
LEASE = 4.0  # seconds, less than until the first retry: it can then take over from a process that died
BEAT = 1.5  # seconds after which a slow answer renews its lease
TICK = 0.1  # seconds between looks at what is running
ANSWER_LIMIT = 30.0  # seconds an answer may take, and as long again may it wait for the one before
MOST_OF_ONE = 20  # messages of one follower that may wait for each other; who sends more is told so at once
MOST = 5000  # messages in work, more than are answered while the platform waits; one more is to be delivered again
POLL = 0.25  # seconds between looks at a message that another process works on


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a message led to; no conversation where it stays as it is."""

    answer: Answer
    conversation: Conversation | None = None
    remarks: tuple[Remark, ...] = ()
    changes: tuple[Change, ...] = ()


class _Work:
    """One message on its way."""

    __slots__ = ("_end", "_ended", "asked", "before", "deliveries", "message", "overdue", "renewed", "task", "too_many")

    def __init__(self, message: AnyMessage, before: Sequence[_Work], *, too_many: bool) -> None:
        self.message = message
        self.too_many = too_many  # the follower is told so, at once
        self.before = before  # what the same follower sent earlier and is not yet answered
        self.task: asyncio.Future[Any]  # what is under way: the entry of a known answer, else whatever seeks one
        self.deliveries = Deliveries()
        self.renewed: float | None = None  # when the message became ours, or was last seen to stay so,
        self.asked: float | None = None  # and since when an answer is being sought: both whatever the clock is set to
        self.overdue = False
        self._ended = False
        self._end: asyncio.Future[None] | None = None  # most have nobody who waits for it

    def over(self) -> asyncio.Future[None]:
        """For those who come after it: done when this message is answered, or will not be."""
        if self._end is None:
            self._end = asyncio.get_running_loop().create_future()
            if self._ended:
                self._end.set_result(None)
        return self._end

    def end(self) -> None:
        """Let them go on."""
        self._ended, self.before = True, ()
        if self._end is not None and not self._end.done():
            self._end.set_result(None)


class Engine:
    """Answers each message once. `answer` is given the message, its follower's conversation and the time."""

    def __init__(
        self,
        *,
        inbox: Inbox,
        answer: Callable[[AnyMessage, Conversation, float], Awaitable[Outcome]],
        apology: Answer,
        slower: Answer,
        clock: Clock,
        deadline: float = 4.5,
        can_push: bool = True,
        heading: str = "",
        owner: str | None = None,
        at_once: Callable[[AnyMessage, float], AtOnce | None] | None = None,
    ) -> None:
        """`deadline` in seconds, below RETRY_SECONDS; `apology` is said where `answer` fails, `slower` to who sends
        more than may wait; `heading` stands over the notices beneath an answer; `owner`: this process; `at_once` has
        the answers that need no work."""
        self._inbox = inbox
        self._answer = answer
        self._apology = apology
        self._slower = slower
        self._clock = clock
        self._deadline = deadline
        self._can_push = can_push
        self._heading = heading
        self._owner = owner or str(uuid.uuid4())
        self._at_once = at_once
        self._running: dict[str, _Work] = {}
        self._unanswered: dict[str, list[_Work]] = {}  # by follower, in the order they came
        self.turned_away = {"follower": 0, "process": 0}  # how often one had sent too much, and all together
        self._renewing: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None

    def handle(self, message: AnyMessage) -> asyncio.Future[Answer | None]:
        """The answer to one delivery of a message; None for `success`: it went, or will go, another way, or not at all.

        StoreError where nothing is stored: the platform must deliver again.
        """
        until = self._clock.monotonic() + self._patience(message)
        work = self._running.get(message.key)
        if work is not None:
            return work.deliveries.join(until)
        if len(self._running) >= MOST and not leaver(message):  # who leaves is heard
            return self._turn_away()
        too_many = len(self._unanswered.get(message.openid, ())) >= MOST_OF_ONE
        self.turned_away["follower"] += too_many
        time = self._clock.time()
        entering = self._enter(message, time)
        work = self._enlist(message, too_many=too_many)
        delivery = work.deliveries.join(until, promised=entering is not None)
        if entering is None:
            self._work_on(work)
        else:
            work.task = entering
            entering.add_done_callback(partial(self._entered, work, time))
        return delivery

    async def recover(self, limit: int = 100) -> int:
        """Answer messages whose process died over them, oldest first; how many are answered now."""
        messages = await self._inbox.abandoned(self._clock.time(), limit)
        tasks = [self._work_on(self._enlist(message)) for message in messages if message.key not in self._running]
        if not tasks:
            return 0
        done, _ = await asyncio.wait(tasks)
        return sum(1 for task in done if not task.cancelled() and task.exception() is None)

    async def close(self, seconds: float) -> None:
        """Let what is running finish for at most `seconds`; the rest is left to whoever recovers it."""
        if self._running:
            ends = [work.over() for work in self._running.values()]
            await within(self._clock, asyncio.gather(*ends), seconds)
        for _ in range(2):  # what was being entered may have begun to seek its answer in the same moment
            await _give_up([work.task for work in self._running.values()])
        await _give_up([task for task in (self._watching, self._renewing) if task is not None])

    def _patience(self, message: AnyMessage) -> float:
        # With nothing to push, only the last delivery is told `success`: the others must end in the next one.
        last = self._clock.time() - message.created > (DELIVERIES - 1) * RETRY_SECONDS - 1
        pushable = self._can_push and window(message) is not None
        return self._deadline if last or pushable else RETRY_SECONDS + 0.5

    def _turn_away(self) -> asyncio.Future[Answer | None]:
        self.turned_away["process"] += 1
        refused: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()
        refused.set_exception(Overloaded("too many messages are in work"))
        return refused

    def _enter(self, message: AnyMessage, time: float) -> asyncio.Future[Seen] | None:
        """Enter a message with an answer that needs no work; None where there is none, or another comes before it."""
        if self._at_once is None or message.openid in self._unanswered:
            return None
        at_once = self._at_once(message, time)
        if at_once is None:
            return None
        return self._inbox.enter(message, owner=self._owner, lease=LEASE, time=time, at_once=at_once)

    def _entered(self, work: _Work, time: float, entering: asyncio.Future[Seen]) -> None:
        """Tell the answer that a message was entered with. Where it was not, since its follower stands elsewhere or the
        message was known, go on as with any other."""
        seen = None if _failure(entering) else entering.result()
        if seen is None:
            self._finished(work, entering)
        elif seen.row is None and seen.ready is not None:
            self._end(work)
            work.deliveries.tell(seen.ready.answer)
        else:
            work.deliveries.release()
            self._work_on(work, partial(claimed, seen, owner=self._owner, lease=time + LEASE))

    def _enlist(self, message: AnyMessage, *, too_many: bool = False) -> _Work:
        unanswered = [] if too_many else self._unanswered.setdefault(message.openid, [])
        work = self._running[message.key] = _Work(message, tuple(unanswered), too_many=too_many)
        unanswered.append(work)
        if self._watching is None or self._watching.done():
            self._watching = asyncio.create_task(self._watch())
            self._watching.add_done_callback(_log_failure)
        return work

    def _work_on(self, work: _Work, entered: Callable[[], Claim] | None = None) -> asyncio.Task[Answer | None]:
        task = work.task = asyncio.create_task(self._work(work, entered))
        task.add_done_callback(partial(self._finished, work))
        return task

    def _finished(self, work: _Work, task: asyncio.Future[Any]) -> None:
        self._end(work)
        error = _failure(task)
        if error is None:
            work.deliveries.tell(task.result())
            return
        key = work.message.key
        if isinstance(error, StoreError) and not task.cancelled():
            logger.error("message not stored", key=key, error=str(error))
        elif not task.cancelled():
            logger.error("message not answered", key=key, exc_info=error)
        work.deliveries.fail(error)

    def _end(self, work: _Work) -> None:
        message = work.message
        del self._running[message.key]
        if not work.too_many:
            unanswered = self._unanswered[message.openid]
            unanswered.remove(work)
            if not unanswered:
                del self._unanswered[message.openid]
        work.end()

    async def _watch(self) -> None:
        """Keep the deadlines of all that is running: one sleeper, since a timer for each message costs more than it."""
        while self._running:
            now = self._clock.monotonic()
            dues = [due for work in self._running.values() if (due := work.deliveries.due()) is not None]
            await self._clock.sleep(min([TICK, *(due - now for due in dues)]))
            now = self._clock.monotonic()
            for work in self._running.values():
                self._look_after(work, now)
            self._renew_what_is_due(now)

    def _look_after(self, work: _Work, time: float) -> None:
        work.deliveries.hang_up(time)
        if work.asked is not None and time - work.asked >= ANSWER_LIMIT:
            work.asked, work.overdue = time, True
            work.task.cancel()

    def _renew_what_is_due(self, now: float) -> None:
        """One transaction for all slow answers, and never a second while that waits: where the database is behind, a
        transaction for each would keep it there."""
        due = [work for work in self._running.values() if work.renewed is not None and now - work.renewed >= BEAT]
        if due and (self._renewing is None or self._renewing.done()):
            for work in due:
                work.renewed = now
            self._renewing = asyncio.create_task(self._renew([work.message.key for work in due]))

    async def _renew(self, keys: Sequence[str]) -> None:
        with suppress(StoreError):  # the next beat may succeed; if none does, the settlement finds out
            await self._inbox.renew(keys, owner=self._owner, lease=LEASE, time=self._clock.time())

    async def _work(self, work: _Work, entered: Callable[[], Claim] | None) -> Answer | None:
        if entered is not None:
            claim = entered()  # here, where it is heard of: what was found may be a later version's, and not to be read
        else:
            time = self._clock.time()
            claim = await self._inbox.claim(work.message, owner=self._owner, lease=LEASE, time=time)
        if claim.state == "running" and claim.owner != self._owner:
            claim = await self._await_other(work.message, claim)
        if claim.state == "running" and claim.owner == self._owner:
            claim = await self._settle(work, claim)
        return claim.answer if claim.delivery == "passive" else None

    async def _await_other(self, message: AnyMessage, claim: Claim) -> Claim:
        """How the message stands when another process has answered it, or when we have taken it over."""
        for _ in range(math.ceil(2 * RETRY_SECONDS / POLL)):
            time = self._clock.time()
            if is_over(claim.lease, time) and await self._take_over(message, time):
                return msgspec.structs.replace(await self._current(message, claim), owner=self._owner)
            await self._clock.sleep(POLL)
            found = await self._inbox.look(message.key)
            if found is None or found.state != "running":
                return found or claim
            claim = found
        return claim

    async def _take_over(self, message: AnyMessage, time: float) -> bool:
        return await self._inbox.take_over(message.key, owner=self._owner, lease=LEASE, time=time)

    async def _current(self, message: AnyMessage, claim: Claim) -> Claim:
        """The claim, with what may have changed since of its follower."""
        conversation, waiting = await self._inbox.conversation(message.openid), claim.waiting
        if window(message) is not None:
            waiting = await self._inbox.waiting(message.openid)
        return msgspec.structs.replace(claim, conversation=conversation, waiting=waiting)

    async def _settle(self, work: _Work, claim: Claim) -> Claim:
        work.renewed = self._clock.monotonic()
        if work.before:
            await within(self._clock, asyncio.gather(*(one.over() for one in work.before)), ANSWER_LIMIT)
            claim = await self._current(work.message, claim)
        outcome = await self._ask(work, claim.conversation)
        promised, time = work.deliveries.promise(), self._clock.time()
        late = None if promised or work.too_many else self._late(work.message, outcome.answer)
        answer, told = outcome.answer, tuple[Notice, ...]()
        in_peace = outcome.changes or work.too_many  # who changes what they are told, or hears nothing of it
        if claim.waiting and late is None and not in_peace:
            news = [notice for notice in claim.waiting if life(notice) > time]
            answer, told = beneath(outcome.answer, news, self._heading)
        settlement = Settlement(
            answer=answer,
            conversation=outcome.conversation,
            remarks=outcome.remarks,
            changes=outcome.changes,
            late=late,
            told=told,
            without=outcome.answer,
        )
        return await self._inbox.settle(work.message, settlement, owner=self._owner, time=time)

    async def _ask(self, work: _Work, conversation: Conversation | None) -> Outcome:
        """What `answer` says; the apology if it fails or does not come to an end."""
        if work.too_many:
            return Outcome(answer=Answer(reply=Silence()) if window(work.message) is None else self._slower)
        key, kind = work.message.key, type(work.message).__name__
        work.asked, time = self._clock.monotonic(), self._clock.time()
        try:
            return await self._answer(work.message, fresh(conversation, time), time)
        except asyncio.CancelledError:
            if not work.overdue:
                raise
            task = asyncio.current_task()
            assert task is not None
            task.uncancel()
            logger.error("answer took too long", key=key, kind=kind)
        except Exception:
            logger.exception("answer failed", key=key, kind=kind)
        finally:
            work.asked = None
        return Outcome(answer=self._apology)

    def _late(self, message: AnyMessage, answer: Answer) -> Late | None:
        """The answer as the outbox is to send it; None where it cannot be pushed, or not any more."""
        allowed, body = window(message), answer.reply.active()
        if not self._can_push or allowed is None or body is None:
            return None
        expires = message.created + allowed.seconds
        if expires <= self._clock.time():
            return None
        return Late(body=msgspec.json.encode({"touser": message.openid, **body}), expires=expires)


async def _give_up(tasks: Sequence[asyncio.Future[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _failure(task: asyncio.Future[Any]) -> BaseException | None:
    """Why there is no result; None where there is one."""
    return StoreError("the engine is closing") if task.cancelled() else task.exception()


def _log_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        logger.error("watch failed", error=repr(error))
