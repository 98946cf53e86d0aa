"""Whether a new corpus may be published: it loads, its rules hold, and the rated questions are answered as well.

The rated questions are asked of both corpora on the same day. A figure may fall, but not below its floor, or where it
is below that already not at all.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime

import msgspec

from bot.corpus import Corpus
from bot.parts import Rated
from bot.rated import FLOORS, judge
from bot.replies import Answer

Ask = Callable[[str, Corpus, datetime], Awaitable[Answer]]


class Complaint(msgspec.Struct, frozen=True, kw_only=True):
    """Something the lint says of a corpus: where, and what; a hint may be meant so."""

    where: str
    text: str
    hint: bool = False


Lint = Callable[[Corpus], Iterable[Complaint]]


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What the bot answered to a rated question, and how well that fits, by figure."""

    intent: str
    policies: tuple[str, ...]
    values: dict[str, float]


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """A question that is answered better or worse than before, and in which figures."""

    id: str
    text: str
    expect: tuple[str, ...]
    before: Heard
    after: Heard
    figures: tuple[str, ...]


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One figure over all questions, before and after, and what it must keep."""

    name: str
    before: float
    after: float
    floor: float

    @property
    def kept(self) -> bool:
        """Whether it is where it must be."""
        return self.after >= min(self.floor, self.before)


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the gate found.

    fault       why the corpus does not load; empty where it does
    at          kind, key and field of what is wrong then
    complaints  what the lint says now and did not say of the corpus in force
    questions   how many rated questions were asked
    """

    fault: str = ""
    at: tuple[str, str, str] = ("", "", "")
    complaints: tuple[Complaint, ...] = ()
    figures: tuple[Figure, ...] = ()
    gained: tuple[Turn, ...] = ()
    lost: tuple[Turn, ...] = ()
    questions: int = 0

    @property
    def loads(self) -> bool:
        """Whether there is a corpus at all: what does not load cannot be published, whatever anybody says."""
        return not self.fault

    @property
    def open(self) -> bool:
        """Whether it may be published without a reason being given."""
        return self.loads and all(c.hint for c in self.complaints) and all(figure.kept for figure in self.figures)


class Gate:
    """Asks and compares. What the corpus in force answers is kept, for it is the same for every draft of the day."""

    def __init__(self, ask: Ask, *, lint: Lint | None = None) -> None:
        self._ask = ask
        self._lint = lint or (lambda corpus: ())
        self._known: tuple[object, dict[str, Heard]] = (None, {})

    async def judge(self, before: Corpus, after: Corpus, rated: Sequence[Rated], now: datetime) -> Verdict:
        """The verdict on a new corpus against the one in force."""
        key = (before.version, now.date(), tuple(rated))
        if self._known[0] != key:
            self._known = (key, await asyncio.to_thread(self._answers, before, rated, now))
        old = self._known[1]
        new = await asyncio.to_thread(self._answers, after, rated, now)
        turns = [turn for question in rated if (turn := _turn(question, old[question.id], new[question.id]))]
        return Verdict(
            complaints=await asyncio.to_thread(self._complaints, before, after),
            figures=tuple(_figures(old.values(), new.values())),
            gained=tuple(turn for turn in turns if _sum(turn.after) > _sum(turn.before)),
            lost=tuple(turn for turn in turns if _sum(turn.after) < _sum(turn.before)),
            questions=len(rated),
        )

    def _complaints(self, before: Corpus, after: Corpus) -> tuple[Complaint, ...]:
        known = set(self._lint(before))
        return tuple(complaint for complaint in self._lint(after) if complaint not in known)

    def _answers(self, corpus: Corpus, rated: Iterable[Rated], now: datetime) -> dict[str, Heard]:
        """In a thread with a loop of its own, so that followers are answered meanwhile."""
        with asyncio.Runner() as runner:
            return {question.id: runner.run(self._hear(question, corpus, now)) for question in rated}

    async def _hear(self, question: Rated, corpus: Corpus, now: datetime) -> Heard:
        answer = await self._ask(question.text, corpus, now)
        values = dict(judge(question, answer.intent, answer.policies))
        return Heard(intent=answer.intent, policies=answer.policies, values=values)


def _turn(question: Rated, before: Heard, after: Heard) -> Turn | None:
    moved = tuple(name for name, value in after.values.items() if value != before.values[name])
    if not moved:
        return None
    return Turn(
        id=question.id, text=question.text, expect=question.expect, before=before, after=after, figures=moved
    )  # fmt: skip


def _sum(heard: Heard) -> float:
    return sum(heard.values.values())


def _figures(before: Iterable[Heard], after: Iterable[Heard]) -> Iterable[Figure]:
    old, new = _means(before), _means(after)
    return (Figure(name=name, before=old[name], after=new[name], floor=FLOORS[name]) for name in FLOORS if name in new)


def _means(heard: Iterable[Heard]) -> dict[str, float]:
    values: dict[str, list[float]] = defaultdict(list)
    for one in heard:
        for name, value in one.values.items():
            values[name].append(value)
    return {name: sum(several) / len(several) for name, several in values.items()}
