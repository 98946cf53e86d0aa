"""What a follower may write, and what must be true of how it is read."""

from __future__ import annotations

import math
from datetime import date
from functools import cache

from bot import chinese
from bot.person import Facts
from bot.policies import Fact
from bot.question import Question, read
from bot.ranking import find
from bot.reckoning.facts import read_facts
from bot.reckoning.figures import read_figures, says_yes
from bot.reckoning.selection import choose
from tests.corpus import the_corpus
from tests.small import small_corpus

TODAY = date(2026, 6, 1)
LONGEST = 2048  # characters of a message; the platform cuts off the rest


@cache
def vocabulary() -> tuple[Fact, ...]:
    """All facts that can be told."""
    facts = the_corpus().facts
    return tuple(facts.values()) if isinstance(facts, dict) else tuple(facts)


def ask(data: bytes) -> None:
    """A text, read in every way: characters, numerals, days, words, facts, policies."""
    text = data.decode("utf-8", "replace")[:LONGEST]
    folded = chinese.fold(text)
    assert all(0 <= place <= len(folded.text) for place in folded.breaks)
    assert folded.text == folded.text.strip()
    for found in chinese.sums(folded):
        assert 0 <= found.start < found.end <= len(folded.text)
        assert math.isfinite(found.yuan)
    for figure in read_figures(folded):
        assert 0 <= figure.start < figure.end <= len(folded.text)
    assert all(isinstance(day, date) for day in chinese.days(text))
    assert all(start <= end for start, end in chinese.spans(text, TODAY.year))
    chinese.missing_days(text)
    chinese.years(text)
    chinese.ordinal(text)
    chinese.several(text)
    chinese.items(folded.text)
    list(chinese.paper_numbers(text))
    says_yes(text)
    ranked(text)
    told(text)


def ranked(text: str) -> None:
    """What a text asks of a corpus: the same each time, in order, and about what there is."""
    corpus = small_corpus()
    for by_sound in (False, True):
        consistent(read(text, corpus.index, by_sound=by_sound))
    finding = find(text, corpus, TODAY)
    scores = [ranked.score for ranked in finding.ranked]
    assert scores == sorted(scores, reverse=True)
    assert set(finding.ids) <= set(corpus.policies)


def consistent(question: Question) -> None:
    """Every character has one label, and no two chosen words share one."""
    length = len(question.folded.text)
    assert len(question.labels) == length
    taken = [place for hit in question.chosen for place in range(hit.start, hit.end)]
    assert len(taken) == len(set(taken))
    assert all(0 <= place < length for place in taken)


def told(text: str) -> None:
    """Facts that a text tells are figures that can be reckoned with, or what was offered to choose from."""
    wanted = vocabulary()
    asked = wanted[len(text) % len(wanted)].key if len(text) % 2 else ""
    facts: Facts = read_facts(text, wanted, asked=asked).facts
    grows = {fact.key for fact in wanted if fact.grows and fact.kind == "percent"}
    for key, value in facts.items():
        if isinstance(value, float):
            assert math.isfinite(value)
            assert value >= 0 or key in grows, (key, value)
    choose(small_corpus().policies["q91-1"], text, facts)
