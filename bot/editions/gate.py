"""Whether a new corpus may be published: it loads, its rules hold, and the rated questions are answered as well.

The rated questions are asked of both corpora on the same day. A figure may fall, but not below its floor, or where it
is below that already not at all. Where a change touches the questions themselves, it is judged by those in force as
well: nobody passes by taking away the question that is failed.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import msgspec

from bot.corpus import Corpus
from bot.editions.rated import FLOORS, judge
from bot.parts import Rated
from bot.replies import Answer

Said = tuple[str, tuple[str, ...]]  # the intent and the policies of an answer
Ask = Callable[[str, Corpus, datetime], Awaitable[Answer]]


class Complaint(msgspec.Struct, frozen=True, kw_only=True):
    """Something the lint says of a corpus: where, in which field of it, and what; a hint may be meant so."""

    where: str
    text: str
    hint: bool = False
    at: str = ""

    @property
    def said(self) -> tuple[str, str, bool]:
        """What tells it from another, wherever its field has moved to."""
        return self.where, self.text, self.hint


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


class Gone(msgspec.Struct, frozen=True, kw_only=True):
    """A question in force that would be asked no more, or not as it was, and what the new corpus answers to it.

    now     what takes its place under its number; None where it is taken away
    failed  the answer is not what the question expects as it is in force
    """

    question: Rated
    now: Rated | None
    after: Heard
    failed: bool


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the gate found.

    fault       why the corpus does not load; empty where it does
    at          kind, key and field of what is wrong then
    complaints  what the lint says now and did not say of the corpus in force
    figures     by the questions as they would be
    by_old      the same by the questions in force, where the change touches questions
    gone        the questions that go or change, those that are failed first
    questions   how many rated questions there would be
    """

    fault: str = ""
    at: tuple[str, str, str] = ("", "", "")
    complaints: tuple[Complaint, ...] = ()
    figures: tuple[Figure, ...] = ()
    by_old: tuple[Figure, ...] = ()
    gone: tuple[Gone, ...] = ()
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
        kept = all(figure.kept for figure in (*self.figures, *self.by_old))
        return self.loads and kept and all(c.hint for c in self.complaints) and not any(q.failed for q in self.gone)


class Gate:
    """Asks and compares. What the corpus in force answers is kept, for it is the same for every draft of the day."""

    def __init__(self, ask: Ask, *, lint: Lint | None = None) -> None:
        self._ask = ask
        self._lint = lint or (lambda corpus: ())
        self._known: tuple[object, dict[str, Said]] = (None, {})
        self._linted: tuple[str, frozenset[tuple[str, str, bool]]] = ("", frozenset())

    async def judge(
        self, before: Corpus, after: Corpus, *, old: Sequence[Rated], new: Sequence[Rated], now: datetime
    ) -> Verdict:
        """The verdict on a new corpus against the one in force, by the questions in force and those that would be."""
        texts = list(dict.fromkeys(question.text for question in (*old, *new)))
        was = await self._answers_in_force(before, texts, now)
        said = await asyncio.to_thread(self._answers, after, texts, now)
        turns = [turn for q in new if (turn := _turn(q, _heard(q, was), _heard(q, said)))]
        return Verdict(
            complaints=await self.complaints(before, after),
            figures=_figures(new, was, said),
            by_old=_figures(old, was, said)
            if Counter(map(_expectation, old)) != Counter(map(_expectation, new))
            else (),
            gone=tuple(sorted(_gone(old, new, said), key=lambda one: not one.failed)),
            gained=tuple(turn for turn in turns if _sum(turn.after) > _sum(turn.before)),
            lost=tuple(turn for turn in turns if _sum(turn.after) < _sum(turn.before)),
            questions=len(new),
        )

    async def complaints(self, before: Corpus, after: Corpus) -> tuple[Complaint, ...]:
        """What the lint says of a new corpus and does not say of the one in force."""
        return await asyncio.to_thread(self._complaints, before, after)

    def _complaints(self, before: Corpus, after: Corpus) -> tuple[Complaint, ...]:
        if self._linted[0] != before.version:
            self._linted = before.version, frozenset(complaint.said for complaint in self._lint(before))
        return tuple(complaint for complaint in self._lint(after) if complaint.said not in self._linted[1])

    async def _answers_in_force(self, corpus: Corpus, texts: Iterable[str], now: datetime) -> dict[str, Said]:
        """What is known of the day is not asked again."""
        key = (corpus.version, now.date())
        known = self._known[1] if self._known[0] == key else {}
        missing = [text for text in texts if text not in known]
        if missing:
            known = {**known, **await asyncio.to_thread(self._answers, corpus, missing, now)}
            self._known = (key, known)
        return known

    def _answers(self, corpus: Corpus, texts: Iterable[str], now: datetime) -> dict[str, Said]:
        """In a thread with a loop of its own, so that followers are answered meanwhile."""
        with asyncio.Runner() as runner:
            return {text: runner.run(self._hear(text, corpus, now)) for text in texts}

    async def _hear(self, text: str, corpus: Corpus, now: datetime) -> Said:
        answer = await self._ask(text, corpus, now)
        return answer.intent, answer.policies


def _heard(question: Rated, said: Mapping[str, Said]) -> Heard:
    intent, policies = said[question.text]
    return Heard(intent=intent, policies=policies, values=dict(judge(question, intent, policies)))


def _expectation(question: Rated) -> object:
    """All that a question is judged by: two that share it are one question, whatever their numbers."""
    lists = (question.expect, question.acceptable, question.acceptable_intents)
    return question.text, question.intent, *map(frozenset, lists)


def _gone(old: Iterable[Rated], new: Iterable[Rated], said: Mapping[str, Said]) -> Iterator[Gone]:
    kept, by_id = {_expectation(question) for question in new}, {question.id: question for question in new}
    for question in old:
        if _expectation(question) not in kept:
            heard = _heard(question, said)
            failed = any(value < FLOORS[name] for name, value in heard.values.items())
            yield Gone(question=question, now=by_id.get(question.id), after=heard, failed=failed)


def _turn(question: Rated, before: Heard, after: Heard) -> Turn | None:
    moved = tuple(name for name, value in after.values.items() if value != before.values[name])
    if not moved:
        return None
    return Turn(
        id=question.id, text=question.text, expect=question.expect, before=before, after=after, figures=moved
    )  # fmt: skip


def _sum(heard: Heard) -> float:
    return sum(heard.values.values())


def _figures(rated: Sequence[Rated], was: Mapping[str, Said], said: Mapping[str, Said]) -> tuple[Figure, ...]:
    old, new = (_means(_heard(question, answers) for question in rated) for answers in (was, said))
    return tuple(
        Figure(name=name, before=old[name], after=new[name], floor=FLOORS[name]) for name in FLOORS if name in new
    )


def _means(heard: Iterable[Heard]) -> dict[str, float]:
    values: dict[str, list[float]] = defaultdict(list)
    for one in heard:
        for name, value in one.values.items():
            values[name].append(value)
    return {name: sum(several) / len(several) for name, several in values.items()}
