"""Why a text gets its answer: what was read, what each word means, how policies were scored; as values and as lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from bot.corpus import Corpus
from bot.evidence import words_for
from bot.question import FILLER, Hit, Question
from bot.ranking import Finding, Ranked

BEST = 8
MOST_WORDS, MOST_NAMED = 40, 4  # words shown, and policies named with each
RESTATED = "restated by "
SUM, DATE, MATTER, UNKNOWN = "sum", "date", "matter", "unknown"


@dataclass(frozen=True, kw_only=True)
class Span:
    """A piece of the folded text from `start` on, and the kind of what it was taken for."""

    start: int
    text: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class Word:
    """A word that was found: where, what it means, how many policies it speaks for, and the first of these.

    chosen  whether it labels its place, or only speaks beside a longer one
    factor  below 1 where only its sound fits, or something stands in it
    """

    start: int
    end: int
    text: str
    meanings: tuple[tuple[str, str], ...]
    policies: int
    named: tuple[str, ...]
    chosen: bool
    factor: float


@dataclass(frozen=True, kw_only=True)
class Reason:
    """What made a score: a word with what it gave, or a rule with its factor."""

    kind: str
    text: str
    value: float


@dataclass(frozen=True, kw_only=True)
class Score:
    """A policy with its score and what made it; `share` is of the best one's."""

    id: str
    title: str
    score: float
    share: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A text as it was read."""

    spans: tuple[Span, ...]
    words: tuple[Word, ...]
    scores: tuple[Score, ...]
    found: int


def reading(finding: Finding, corpus: Corpus) -> Reading:
    """How a text was read, to be shown."""
    return Reading(
        spans=tuple(_spans(finding.question)),
        words=tuple(_words(finding.question, corpus)),
        scores=tuple(_scores(finding, corpus)),
        found=len(finding.ranked),
    )


def _spans(question: Question) -> Iterator[Span]:
    text, known = question.folded.text, {}
    for number, hit in enumerate(question.chosen):
        known.update(dict.fromkeys(range(hit.start, hit.end), number))
    places = [(known.get(place, -1), _kind(question.labels[place], place in known)) for place in range(len(text))]
    place = 0
    for (_, kind), run in groupby(places):
        size = len(list(run))
        yield Span(start=place, text=text[place : place + size], kind=kind)
        place += size


def _kind(label: str, is_known: bool) -> str:
    if label == FILLER:
        return "stop"
    return label or (MATTER if is_known else UNKNOWN)


def _words(question: Question, corpus: Corpus) -> Iterator[Word]:
    hits = {(hit.start, hit.end, hit.entry.word): hit for hit in (*question.hits, *question.chosen)}
    chosen = set(question.chosen)
    ordered = sorted(hits.values(), key=lambda hit: (hit not in chosen, hit.start, -hit.end))
    for hit in ordered[:MOST_WORDS]:
        yield _word(hit, corpus, chosen=hit in chosen)


def _word(hit: Hit, corpus: Corpus, *, chosen: bool) -> Word:
    best = sorted(hit.entry.postings, key=lambda posting: -posting[1])
    ids = [corpus.index.ids[position] for position, _ in best if position < corpus.index.size]
    return Word(
        start=hit.start,
        end=hit.end,
        text=hit.entry.word,
        meanings=tuple((meaning.kind, meaning.value) for meaning in hit.entry.meanings),
        policies=len(ids),
        named=tuple(corpus.policies[i].title for i in ids[:MOST_NAMED]),
        chosen=chosen,
        factor=hit.factor,
    )


def _scores(finding: Finding, corpus: Corpus) -> Iterator[Score]:
    most = finding.ranked[0].score if finding.ranked else 0.0
    for ranked in finding.ranked[:BEST]:
        yield Score(
            id=ranked.id,
            title=corpus.policies[ranked.id].title,
            score=ranked.score,
            share=ranked.score / most if most else 0.0,
            reasons=tuple(_reasons(finding, ranked, corpus)),
        )


def _reasons(finding: Finding, ranked: Ranked, corpus: Corpus) -> Iterator[Reason]:
    for word, worth in _words_of(finding, ranked, corpus):
        yield Reason(kind="word", text=word, value=round(worth, 1))
    for factor, why in ranked.moves:
        yield Reason(kind="moved", text=why, value=factor)
    for said in ranked.asides:
        if said.startswith(RESTATED):
            yield Reason(kind="restated", text=said.removeprefix(RESTATED), value=0.0)


def _words_of(finding: Finding, ranked: Ranked, corpus: Corpus) -> list[tuple[str, float]]:
    """The words that speak for a policy; none for a member of a set of which nothing was said."""
    return words_for(finding.question, corpus.index.position(ranked.id)) if ranked.score else []


def _line(finding: Finding, ranked: Ranked, corpus: Corpus) -> str:
    words = (f"{word} {worth:.1f}" for word, worth in _words_of(finding, ranked, corpus))
    moves = (f"{why} ×{factor}" for factor, why in ranked.moves)
    return "; ".join((*words, *moves, *ranked.asides)) or "of the set"


def explain(finding: Finding, corpus: Corpus) -> Iterator[str]:
    """The reading of a text, line by line."""
    question = finding.question
    yield f"folded   {question.folded.text}"
    yield "words"
    for hit in question.chosen:
        meanings = ", ".join(f"{m.kind}:{m.value}" if m.value else m.kind for m in hit.entry.meanings) or "matter"
        policies = f", speaks for {len(hit.entry.postings)}" if hit.entry.postings else ""
        sound = f", by sound ×{hit.factor}" if hit.factor < 1 else ""
        yield f"  {hit.start:>3}–{hit.end:<3} {hit.entry.word}  ({meanings}{policies}{sound})"
    yield f"matter   {''.join(question.folded.text[place] for place in question.matter) or '—'}"
    if question.sums:
        yield f"sums     {', '.join(f'{s.yuan:.0f}' for s in question.sums)}"
    if finding.scope:
        yield f"scope    {', '.join(f'{kind}:{name}' for kind, name in finding.scope)}"
    yield f"intent   {finding.intent}   (asked: {', '.join(sorted(question.intents)) or '—'})"
    yield f"policies {len(finding.ranked)}{', a whole set' if finding.whole else ''}, covered {finding.covered:.0%}"
    for place, ranked in enumerate(finding.ranked[:BEST], 1):
        title = corpus.policies[ranked.id].title
        yield f"  {place}. {ranked.id} {title}  {ranked.score:.2f}  = {_line(finding, ranked, corpus)}"


def near(question: Question, corpus: Corpus, many: int = 5) -> tuple[str, ...]:
    """The policies that the words of a question point at, however weakly; best first."""
    worth: dict[int, float] = {}
    for hit in question.hits:
        for position, value in hit.entry.postings:
            if position < corpus.index.size:
                worth[position] = worth.get(position, 0.0) + value * (hit.end - hit.start)
    best = sorted(worth, key=lambda position: (-worth[position], position))
    return tuple(corpus.index.ids[position] for position in best[:many])
