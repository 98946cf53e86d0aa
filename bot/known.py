"""Answers that were worked out once and are given again: to the same words, where all they rest on is still the same.

Most followers ask what others asked before. An answer is worked out in a context that notes what is looked at: which
fields of the conversation, whether the desks are open, whether anything is kept of the follower. It is given again
under the same edition, on the same day, until the desks next open or close, where those fields are as they were; what
looks at anything else (who asks, the exact time, all that is kept of somebody) is never kept.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from bot.clock import SHANGHAI
from bot.context import Context, Office
from bot.conversation import REMEMBERED, Conversation
from bot.corpus import Corpus
from bot.engine import Outcome
from bot.hours import Opening
from bot.messages import AnyMessage, Text
from bot.person import Dossier, Person
from bot.replies import Answer
from bot.routing import Router
from bot.store.entries import STRANGER, Ready

KEPT = 1_000  # answers in each of the two halves of the memory: 5 MB when both are full
LONGEST = 200  # characters of words whose answer is kept
WAYS = 8  # answers to the same words, each in another state of the conversation

GIVEN, RENEWED = -1.0, -2.0  # instead of a time: a conversation ends when it would have, or half an hour from now
_FIELDS = frozenset(Conversation.__struct_fields__) - {"expires"}
_PERSONAL = frozenset({"key", "openid", "account", "created"})
_encoder = msgspec.json.Encoder()


class Personal(Exception):
    """An answer looked at what is not the same for everybody."""


class _Seen(Conversation, frozen=True, kw_only=True):
    """A conversation that notes which of its fields are looked at; what is made of it notes them in the same place."""

    looked: set[str]

    def __getattribute__(self, name: str) -> Any:
        if name in _FIELDS:
            super().__getattribute__("looked").add(name)
        elif name == "expires":
            raise Personal
        return super().__getattribute__(name)


class _Faceless(Text, frozen=True, kw_only=True, tag="faceless"):
    """Words without whoever says them."""

    def __getattribute__(self, name: str) -> Any:
        if name in _PERSONAL:
            raise Personal
        return super().__getattribute__(name)


class _Watched(Context):
    """A context that notes what an answer rests on, and refuses what is not the same for everybody."""

    @property
    def now(self) -> datetime:
        """Nobody may look at the exact time."""
        raise Personal

    @now.setter
    def now(self, now: datetime) -> None:
        self._now = now
        self._rests = _Rests(datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), now.tzinfo))

    @property
    def today(self) -> date:
        """The day every validity is told for."""
        return self._now.date()

    @property
    def opening(self) -> Opening:
        """Whether the desks are open now: what rests on it holds until that changes."""
        found = Context(
            message=self.message, corpus=self.corpus, now=self._now, office=self.office, words=self.words
        ).opening
        if found.changes is not None:
            self._rests.until = min(self._rests.until, found.changes)
        return found

    async def person(self) -> Person:
        """Nothing is kept of most; whether that is so is looked at afterwards."""
        self._rests.stranger = True
        return STRANGER

    async def dossier(self) -> Dossier:
        """All that is kept of one is theirs alone."""
        raise Personal

    def look_at(self, policy: str, others: tuple[str, ...] = (), wanted: str = "") -> None:
        """Keep the policy that was shown; where that is all that changes, whatever else there is stays."""
        alone = type(self.conversation) is _Seen and self.conversation is self._rests.given and not others
        super().look_at(policy, others, wanted)
        if alone:
            self._rests.moved = self.conversation, policy

    def _renewed(self) -> float:
        return RENEWED


class _Rests:
    """What an answer rests on, as it is noted."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        self.stranger = False
        self.given: Conversation | None = None
        self.moved: tuple[Conversation, str] | None = None


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """An answer with what it rests on.

    state     fields of the conversation, each as it must be
    stranger  nothing may be kept of the follower
    until     when it is over, in seconds since 1970
    leaves    the conversation after it; None where it stays as it is
    focus     the policy at hand after it, where no more of the conversation changes
    """

    state: tuple[tuple[str, Any], ...]
    stranger: bool
    until: float
    answer: Answer
    encoded: bytes
    leaves: Conversation | None = None
    focus: str | None = None

    def fits(self, conversation: Conversation) -> bool:
        """Whether it may be given where the follower stands."""
        return all(getattr(conversation, name) == value for name, value in self.state)

    def after(self, conversation: Conversation, time: float) -> Conversation | None:
        """The conversation that it leads to; None where it stays as it is."""
        if self.focus is not None:
            renewed = _renewed(time)
            moved = msgspec.structs.replace(conversation, focus=self.focus, asked="", expires=renewed)
        elif self.leaves is not None:
            ends = {GIVEN: conversation.expires, RENEWED: _renewed(time)}.get(self.leaves.expires, self.leaves.expires)
            moved = msgspec.structs.replace(self.leaves, expires=ends)
        else:
            return None
        return moved if moved != conversation else None


class Known:
    """The answers that can be given again, and what works out the others: `plain` where nothing may be noted."""

    def __init__(
        self,
        router: Router,
        corpus: Callable[[], Corpus],
        office: Office,
        *,
        plain: Callable[[AnyMessage, Conversation, float], Awaitable[Outcome]],
        person: Callable[[str], Awaitable[Person]],
    ) -> None:
        self._router, self._corpus, self._office = router, corpus, office
        self._plain, self._person = plain, person
        self._of: Corpus | None = None  # whose answers are kept
        self._until = 0.0  # the end of the day they are for
        self._recent: dict[tuple[str, str], list[Entry]] = {}
        self._older: dict[tuple[str, str], list[Entry]] = {}
        self._many = 0  # in the newer half

    async def answer(self, message: AnyMessage, conversation: Conversation, time: float) -> Outcome:
        """What is answered, worked out only where it is not known."""
        if type(message) is not Text or len(message.text) > LONGEST:
            return await self._plain(message, conversation, time)
        entry = next((one for one in self._find(message, time) if one.fits(conversation)), None)
        if entry is None:
            entry = await self._work_out(message, conversation, time)
        if entry is None or (entry.stranger and await self._person(message.openid) != STRANGER):
            return await self._plain(message, conversation, time)
        return Outcome(answer=entry.answer, conversation=entry.after(conversation, time))

    def at_once(self, message: AnyMessage, time: float) -> Callable[[Conversation], Ready | None] | None:
        """What gives the answer once it is known where the follower stands; None where it must be worked out."""
        entries = self._find(message, time) if type(message) is Text else ()
        if not entries:
            return None

        def ready(conversation: Conversation) -> Ready | None:
            for one in entries:
                if one.fits(conversation):
                    moved = one.after(conversation, time)
                    return Ready(answer=one.answer, encoded=one.encoded, conversation=moved, stranger=one.stranger)
            return None

        return ready

    def __len__(self) -> int:
        return sum(len(entries) for half in (self._recent, self._older) for entries in half.values())

    def _find(self, message: Text, time: float) -> tuple[Entry, ...]:
        """What is known to these words, now."""
        if self._of is not self._corpus() or time >= self._until:
            self._begin(time)
            return ()
        key = (message.text, message.menu_id)
        entries = self._recent.get(key)
        if entries is None:
            entries = self._older.pop(key, None)
            if entries is None:
                return ()
            self._keep(key, entries)
        return tuple(one for one in entries if time < one.until)

    def _begin(self, time: float) -> None:
        """Another edition, or another day: forget everything."""
        self._of, self._recent, self._older, self._many = self._corpus(), {}, {}, 0
        self._until = _end_of_day(_local(time)).timestamp()

    def _keep(self, key: tuple[str, str], entries: list[Entry]) -> None:
        if self._many >= KEPT:
            self._recent, self._older, self._many = {}, self._recent, 0
        before = self._recent.get(key, [])
        self._recent[key] = kept = [*entries, *before][:WAYS]
        self._many += len(kept) - len(before)

    async def _work_out(self, message: Text, conversation: Conversation, time: float) -> Entry | None:
        """The answer with what it rests on, kept; None where it is one person's."""
        corpus, looked = self._corpus(), set[str]()
        given = _Seen(**{**msgspec.structs.asdict(conversation), "expires": GIVEN}, looked=looked)
        faceless = _Faceless(key="", openid="", account="", created=0, text=message.text, menu_id=message.menu_id)
        ctx = _Watched(
            message=faceless,
            words=message.text,
            pointed=message.menu_id,
            corpus=corpus,
            now=_local(time),
            office=self._office,
            conversation=given,
        )
        ctx._rests.given = given
        try:
            said = await self._router.answer(ctx)
        except Personal:
            return None
        if ctx.notes or ctx.changes:
            return None
        entry = _entry(ctx, said, conversation, looked)
        if self._of is corpus and time < self._until:
            self._keep((message.text, message.menu_id), [entry])
        return entry


def _entry(ctx: _Watched, said: Answer, conversation: Conversation, looked: set[str]) -> Entry:
    rests, left = ctx._rests, ctx.conversation
    leaves, focus = None, None
    if rests.moved is not None and left is rests.moved[0]:
        focus = rests.moved[1]
    elif left is not rests.given:
        leaves = Conversation(**dict(_fields(left)))
    # Of one that is made of what was given nobody can tell what stayed: it holds for the very same alone.
    fields = _FIELDS if leaves is not None and type(left) is _Seen else frozenset(looked)
    return Entry(
        state=tuple((name, getattr(conversation, name)) for name in sorted(fields)),
        stranger=rests.stranger,
        until=rests.until.timestamp(),
        answer=said,
        encoded=_encoder.encode(said),
        leaves=leaves,
        focus=focus,
    )


def _fields(conversation: Conversation) -> Iterator[tuple[str, Any]]:
    found = msgspec.structs.asdict(conversation)
    yield from ((name, found[name]) for name in Conversation.__struct_fields__)


def _local(time: float) -> datetime:
    return datetime.fromtimestamp(time, UTC).astimezone(SHANGHAI)


def _end_of_day(now: datetime) -> datetime:
    return datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), now.tzinfo)


def _renewed(time: float) -> float:
    return _local(time).timestamp() + REMEMBERED
