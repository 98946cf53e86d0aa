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
from bot.duty import Duty
from bot.engine import Outcome
from bot.hours import Opening
from bot.memory import Memory
from bot.messages import AnyMessage, Text
from bot.person import Change, Dossier, Person
from bot.replies import Answer
from bot.routing import Router
from bot.store.entries import STRANGER, Ready
from bot.store.feedback import Remark

KEPT = 1_500  # answers to first questions, and as many to later ones, in half a memory: 20 MB when all is full
LONGEST = 200  # characters of words whose answer is kept
WAYS = 12  # sets of fields that answers to the same words look at

LASTING = frozenset({"facts", "skipped", "offered"})  # of a conversation: not ended by nothing
GIVEN, RENEWED = -1.0, -2.0  # instead of a time: a conversation ends when it would have, or half an hour from now
Words = tuple[str, str]  # as typed, and the link that spoke them
Key = tuple[Words, tuple[str, ...], tuple[Any, ...]]
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

    async def duty(self, number: int = 0, *, code: str = "") -> Duty:
        """What there is for staff is not for everybody."""
        raise Personal

    def move(self, **fields: Any) -> None:
        """Keep where we are with some fields changed: whatever the others are, they stay."""
        before, rests = self.conversation, self._rests
        super().move(**fields)
        if before is rests.given or before is rests.moved:
            told = {name: value for name, value in fields.items() if value or name not in LASTING}
            rests.moved, rests.fields = self.conversation, {**rests.fields, **told}

    def _renewed(self) -> float:
        return RENEWED


class _Rests:
    """What an answer rests on, as it is noted."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        self.stranger = False
        self.given: Conversation | None = None
        self.moved: Conversation | None = None
        self.fields: dict[str, Any] = {}  # in which it differs from what was given


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """An answer with what it rests on.

    fields    those of the conversation that it looks at, and `state` what stands in them
    stranger  nothing may be kept of the follower
    until     when it is over, in seconds since 1970
    remarks   what is left for staff, and `changes` what changes of what is kept of the follower
    leaves    the conversation after it; None where it stays as it is
    moves     the fields of the conversation that it changes, where the others stay whatever they are
    """

    fields: tuple[str, ...]
    state: tuple[Any, ...]
    stranger: bool
    until: float
    answer: Answer
    encoded: bytes
    remarks: tuple[Remark, ...] = ()
    changes: tuple[Change, ...] = ()
    leaves: Conversation | None = None
    moves: dict[str, Any] | None = None

    def after(self, conversation: Conversation, time: float) -> Conversation | None:
        """The conversation that it leads to; None where it stays as it is."""
        if self.moves is not None:
            moved = msgspec.structs.replace(conversation, **self.moves, expires=_renewed(time))
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
        self._ways: Memory[Words, tuple[tuple[str, ...], ...]] = Memory(KEPT)
        self._first: Memory[Key, Entry] = Memory(KEPT)  # of those with whom a conversation begins
        self._later: Memory[Key, Entry] = Memory(KEPT)

    async def answer(self, message: AnyMessage, conversation: Conversation, time: float) -> Outcome:
        """What is answered, worked out only where it is not known."""
        if type(message) is not Text or len(message.text) > LONGEST:
            return await self._plain(message, conversation, time)
        self._turn_over(time)
        entry = self._find(message, conversation, time)
        if entry is None:
            entry = await self._work_out(message, conversation, time)
        if entry is None or (entry.stranger and await self._person(message.openid) != STRANGER):
            return await self._plain(message, conversation, time)
        return Outcome(
            answer=entry.answer,
            conversation=entry.after(conversation, time),
            remarks=entry.remarks,
            changes=entry.changes,
        )

    def at_once(self, message: AnyMessage, time: float) -> Callable[[Conversation], Ready | None] | None:
        """What gives the answer once it is known where the follower stands; None where it must be worked out."""
        if type(message) is not Text or not self._turn_over(time):
            return None
        words = message
        if self._ways.get((words.text, words.menu_id)) is None:
            return None

        def ready(conversation: Conversation) -> Ready | None:
            one = self._find(words, conversation, time)
            if one is None:
                return None
            return Ready(
                answer=one.answer,
                encoded=one.encoded,
                conversation=one.after(conversation, time),
                remarks=one.remarks,
                changes=one.changes,
                stranger=one.stranger,
            )

        return ready

    def __len__(self) -> int:
        return len(self._first) + len(self._later)

    def _find(self, message: Text, conversation: Conversation, time: float) -> Entry | None:
        """What is known to these words, where the follower stands. The database's thread asks too."""
        words = (message.text, message.menu_id)
        for fields in self._ways.get(words) or ():
            key = (words, fields, _state(conversation, fields))
            entry = self._first.get(key) or (self._later.get(key) if conversation.expires else None)
            if entry is not None and time < entry.until:
                return entry
        return None

    def _turn_over(self, time: float) -> bool:
        """Forget everything where another edition stands or another day has come; whether all is as it was."""
        if self._of is self._corpus() and time < self._until:
            return True
        self._of, self._until = self._corpus(), _end_of_day(_local(time)).timestamp()
        self._ways, self._first, self._later = Memory(KEPT), Memory(KEPT), Memory(KEPT)
        return False

    def _keep(self, message: Text, conversation: Conversation, entry: Entry) -> None:
        words = (message.text, message.menu_id)
        ways = self._ways.get(words) or ()
        if entry.fields not in ways:
            ways = (*ways, entry.fields) if len(ways) < WAYS else ways
            self._ways.put(words, ways)
        memory = self._later if conversation.expires else self._first
        memory.put((words, entry.fields, entry.state), entry)

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
        entry = _entry(ctx, said, conversation, looked)
        if self._of is corpus and time < self._until:
            self._keep(message, conversation, entry)
        return entry


def _entry(ctx: _Watched, said: Answer, conversation: Conversation, looked: set[str]) -> Entry:
    rests, left = ctx._rests, ctx.conversation
    leaves, moves = None, None
    if left is rests.moved:
        moves = rests.fields
    elif left is not rests.given:
        leaves = Conversation(**dict(_fields(left)))
    # Of one that is made of what was given nobody can tell what stayed: it holds for the very same alone.
    fields = tuple(sorted(_FIELDS if leaves is not None and type(left) is _Seen else looked))
    return Entry(
        fields=fields,
        state=_state(conversation, fields),
        stranger=rests.stranger,
        until=rests.until.timestamp(),
        answer=said,
        encoded=_encoder.encode(said),
        remarks=tuple(Remark(kind=n.kind, text=n.text, about=n.about) for n in ctx.notes),
        changes=tuple(ctx.changes),
        leaves=leaves,
        moves=moves,
    )


def _state(conversation: Conversation, fields: tuple[str, ...]) -> tuple[Any, ...]:
    """What stands in fields of a conversation, to look it up by."""
    found = (getattr(conversation, name) for name in fields)
    return tuple([tuple(sorted(value.items())) if isinstance(value, dict) else value for value in found])


def _fields(conversation: Conversation) -> Iterator[tuple[str, Any]]:
    found = msgspec.structs.asdict(conversation)
    yield from ((name, found[name]) for name in Conversation.__struct_fields__)


def _local(time: float) -> datetime:
    return datetime.fromtimestamp(time, UTC).astimezone(SHANGHAI)


def _end_of_day(now: datetime) -> datetime:
    return datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), now.tzinfo)


def _renewed(time: float) -> float:
    return round(time, 6) + REMEMBERED  # as a datetime has it
