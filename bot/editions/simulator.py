"""What a change of words would do to the questions people really asked: won, lost, or stolen by another policy.

Asked of the corpus in force and of the one with the change, question by question, within a limit of questions and of
time. Nothing of it is kept but which questions turned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

import msgspec

from bot.corpus import Corpus
from bot.ranking import find
from bot.store.simulations import Turned

WON, LOST, STOLEN = "won", "lost", "stolen"
TURNS = (WON, LOST, STOLEN)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A question as it came: the key of the first message that asked it, and how many did."""

    key: str
    text: str
    times: int = 1


def simulate(questions: Iterable[Asked], before: Corpus, after: Corpus, today: date) -> Iterator[Turned | None]:
    """One after another, what becomes of each question; None where its first policy stays."""
    for question in questions:
        yield _turn(question, _first(question.text, before, today), _first(question.text, after, today))


def _first(text: str, corpus: Corpus, today: date) -> str:
    return next(iter(find(text, corpus, today).ids), "")


def _turn(question: Asked, before: str, after: str) -> Turned | None:
    if before == after:
        return None
    kind = WON if not before else LOST if not after else STOLEN
    return Turned(kind=kind, key=question.key, times=question.times, before=before, after=after)
