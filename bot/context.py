"""The few things a handler may see and do.

A handler reads the message, the question and the corpus, and returns an Answer. What it wants remembered it says by
`remember` and `note`; the engine writes that in the same transaction as the answer, so that a retry changes nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, TypeVar, cast

import msgspec

from bot.conversation import REMEMBERED, Conversation
from bot.corpus import Corpus
from bot.duty import Duty
from bot.hours import Opening, opening
from bot.interests import concerning
from bot.messages import AnyMessage
from bot.person import Change, Dossier, Person
from bot.question import Hit, every_word
from bot.ranking import Finding, find

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Office:
    """What handlers need to know of the deployment: where its pages are and what its account may do.

    public_url    the address of the public pages, empty where there are none
    can_push      the account may write first, so that a late answer can follow
    can_transfer  customer-service seats are manned, so that a message can be handed to them
    export_link   makes, at a time, the address where a follower reads all that is kept of them, good for half an hour;
                  None where there are no public pages
    """

    public_url: str = ""
    can_push: bool = True
    can_transfer: bool = False
    export_link: Callable[[str, float], str] | None = None


@dataclass(frozen=True, kw_only=True)
class Note:
    """Something a follower said for staff to read; `kind` is complaint or staff."""

    kind: str
    text: str
    about: str = ""


async def nobody() -> Person:
    """What is kept of somebody of whom nothing is kept."""
    return Person()


async def nothing() -> Dossier:
    """Everything that is kept of somebody of whom nothing is kept."""
    return Dossier()


async def off_duty(code: str, number: int) -> Duty:
    """What there is in the chat for staff where nobody of them has a phone bound."""
    return Duty()


@dataclass(kw_only=True)
class Context:
    """One message on its way to an answer.

    words     what the follower said, in whatever way: typed, spoken, by a menu button; empty where they said nothing
    pointed   the policy a tapped link belongs to
    load      reads what is kept of the follower; `person` asks it once
    recall    reads everything that is kept of them
    attend    reads what there is for them as a member of staff, by the code they sent or the announcement they ask for
    changes   what the answer changes of that, written with it
    """

    message: AnyMessage
    words: str = ""
    pointed: str = ""
    corpus: Corpus
    now: datetime
    office: Office
    conversation: Conversation = field(default_factory=Conversation)
    load: Callable[[], Awaitable[Person]] = nobody
    recall: Callable[[], Awaitable[Dossier]] = nothing
    attend: Callable[[str, int], Awaitable[Duty]] = off_duty
    notes: list[Note] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    _person: Person | None = None
    _findings: dict[str, Finding] = field(default_factory=dict)
    _known: dict[Hashable, object] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The day every validity is told for."""
        return self.now.date()

    def is_over(self, policy_id: str) -> bool:
        """Whether a policy ended before today."""
        return self.corpus.is_over(self.corpus.policies[policy_id], self.today)

    @property
    def opening(self) -> Opening:
        """Whether the desks are open now, and when that changes."""
        return opening(self.corpus.hours, self.now)

    @property
    def finding(self) -> Finding:
        """What the words ask for and which policies fit."""
        return self.find(self.words)

    @property
    def focus(self) -> str:
        """The policy that words such as 找谁办 refer to: of the tapped link, else of the last card."""
        return self.pointed if self.pointed in self.corpus.policies else self.conversation.focus

    async def person(self) -> Person:
        """What is kept of the follower because they asked for it, as it was before this message."""
        if self._person is None:
            self._person = await self.load()
        return self._person

    def once(self, key: Hashable, work: Callable[[], T]) -> T:
        """What `work` gives, worked out once per message: handlers that pass a message on ask the same of it."""
        if key not in self._known:
            self._known[key] = work()
        return cast(T, self._known[key])

    def find(self, text: str) -> Finding:
        """What a text asks for and which policies fit; worked out once per message."""
        if text not in self._findings:
            self._findings[text] = find(text, self.corpus, self.today)
        return self._findings[text]

    def words_of(self, text: str) -> tuple[Hit, ...]:
        """Every word that a text has, as written or by its sound."""
        return every_word(self.find(text).question, self.corpus.index)

    def aside(self, words: str, *, first: Sequence[str] = ()) -> Context:
        """The same follower with other words; policies that are `first` lead what is found for them."""
        found = self.find(words)
        ranked = tuple(sorted(found.ranked, key=lambda one: one.id not in first))
        aside = copy(self)
        aside.words = words
        aside._findings = {**self._findings, words: replace(found, ranked=ranked)}
        aside._known = {}
        return aside

    def concerning(self, kind: str, value: str) -> tuple[str, ...]:
        """The ids of the policies that somebody who subscribed to this is told of."""
        return concerning(self.corpus, kind, value)

    async def dossier(self) -> Dossier:
        """Everything that is kept of the follower, as it was before this message."""
        return await self.recall()

    async def duty(self, number: int = 0, *, code: str = "") -> Duty:
        """What there is for the follower as a member of staff: of announcement `number`, of a code, or of all."""
        return await self.attend(code, number)

    def remember(self, conversation: Conversation) -> None:
        """Keep where we are for the next message, and what was told so far."""
        before = self.conversation
        self.conversation = msgspec.structs.replace(
            conversation,
            facts=conversation.facts or before.facts,
            years=conversation.years or before.years,
            skipped=conversation.skipped or before.skipped,
            offered=conversation.offered or before.offered,
            expires=self._renewed(),
        )

    def move(self, **fields: Any) -> None:
        """Keep where we are for the next message, with some fields of it changed."""
        self.remember(msgspec.structs.replace(self.conversation, **fields))

    def _renewed(self) -> float:
        return self.now.timestamp() + REMEMBERED

    def forget(self) -> None:
        """Forget where we are, and what was told."""
        self.conversation = Conversation()

    def look_at(self, policy: str, others: tuple[str, ...] = (), wanted: str = "") -> None:
        """Keep the policy that was shown, with the close ones offered beside it; without any, the last list stays."""
        if others:
            self.remember(Conversation(listed=(policy, *others), shown=1 + len(others), wanted=wanted, focus=policy))
        else:
            self.move(focus=policy, asked="")

    def note(self, note: Note) -> None:
        """Leave something for staff."""
        self.notes.append(note)

    def change(self, change: Change) -> None:
        """Change what is kept of the follower, in the transaction of the answer."""
        self.changes.append(change)
