"""Rated questions: what a competent clerk would answer, and how well the bot does on them.

hit1, hit3  of messages that a policy answers: an expected one is the first, or among the first three
list_f1     of questions for a whole set (WHOLE_SET or more are expected): F1 of the policies named against it, where
            further acceptable ones count neither way
reject      of messages that no policy answers: none is named
intent      the intent is the rated one, or one rated acceptable
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

ASK_FOR_POLICIES = frozenset({"policy", "contact", "expiry", "amount", "list"})
WHOLE_SET = 4
FLOORS: Mapping[str, float] = {"hit1": 0.95, "hit3": 0.985, "list_f1": 0.95, "reject": 0.98, "intent": 0.95}


class Expected(Protocol):
    """What a rated question expects."""

    @property
    def intent(self) -> str:
        """What it asks."""

    @property
    def acceptable_intents(self) -> tuple[str, ...]:
        """What it may be taken for as well."""

    @property
    def expect(self) -> tuple[str, ...]:
        """The policies that answer it."""

    @property
    def acceptable(self) -> tuple[str, ...]:
        """Policies that are relevant but not first."""


def judge(rated: Expected, intent: str, named: Sequence[str]) -> Iterator[tuple[str, float]]:
    """The figures of one answer: its intent, and the policies it names, best first."""
    expected = set(rated.expect)
    yield "intent", float(intent in {rated.intent, *rated.acceptable_intents})
    if rated.intent not in ASK_FOR_POLICIES:
        yield "reject", float(not named)
    elif expected:
        yield "hit1", float(not expected.isdisjoint(named[:1]))
        yield "hit3", float(not expected.isdisjoint(named[:3]))
        if len(expected) >= WHOLE_SET:
            yield "list_f1", f1(set(named) - (set(rated.acceptable) - expected), expected)


def f1(named: set[str], expected: set[str]) -> float:
    """How well a set fits another: the harmonic mean of what is right in it and what it has of it."""
    return 2 * len(named & expected) / (len(named) + len(expected))
