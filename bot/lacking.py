"""What a named district has nothing of: its policies only stand near the matter, and others' speak of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.corpus import Corpus
from bot.dictionary.vocabulary import CURATED, MINED
from bot.policies import Policy
from bot.question import Hit
from bot.ranking import Finding

FIRST = 0.75  # of the most that a word is worth anywhere; a relative's word is worth less
MADE_UP = 0.75  # of a word's characters
PLACES = 2  # that have a matter of their own: then a relative's word here is another matter, and no other name of it


@dataclass(frozen=True, kw_only=True)
class Lack:
    """A district without the matter.

    district  the one that was named
    matter    the words that no policy of it has
    words     the question without the district
    ids       the policies of other places that have them, best first; none where only the city's came out best
    """

    district: str
    matter: str
    words: str
    ids: tuple[str, ...] = ()


def lacking(finding: Finding, corpus: Corpus, find: Callable[[str], Finding]) -> Lack | None:
    """The district a question names in vain; None where it has the matter, or where that cannot be told."""
    question = finding.question
    named = [name for name in question.named("district") if name not in corpus.whole_city]
    if len(named) != 1 or finding.scope or not finding.ids or question.elsewhere:
        return None
    district = named[0]
    words = [hit for hit in question.chosen if _is_matter(hit)]
    there = [corpus.policies[i] for i in finding.ids if corpus.policies[i].district == district]
    if not words or any(_has(corpus, policy, hit) for policy in there for hit in words):
        return None
    if any(policy.id == finding.ids[0] and _tells(finding, corpus, policy, hit) for policy in there for hit in words):
        return None
    silent = {p for hit in question.chosen for p in range(hit.start, hit.end) if _names(hit, district)}
    gaps = question.folded.breaks  # or Latin words run into one
    spaced = ((f" {char}" if n in gaps else char) for n, char in enumerate(question.folded.text) if n not in silent)
    plain = "".join(spaced).strip()
    others = find(plain)
    ids = tuple(i for i in others.ids if any(is_known_for(corpus, corpus.policies[i], hit) for hit in words))
    if not ids or any(_is_of(corpus, i, district) for i in ids):
        return None
    elsewhere = {corpus.policies[i].district for i in ids} - corpus.whole_city
    if len(elsewhere) < PLACES and any(_is_near(corpus, policy, hit) for policy in there for hit in words):
        return None
    told = next(hit for hit in words if is_known_for(corpus, corpus.policies[ids[0]], hit))
    return Lack(district=district, matter=told.entry.word, words=plain, ids=ids)


def _is_matter(hit: Hit) -> bool:
    silent = {"district", "level", "stop", "intent", "uncovered"}
    kinds = {meaning.kind for meaning in hit.entry.meanings}
    return hit.entry.strength == CURATED and bool(hit.entry.postings) and not kinds & silent


def _names(hit: Hit, district: str) -> bool:
    return any(meaning.kind == "district" and meaning.value == district for meaning in hit.entry.meanings)


def _is_of(corpus: Corpus, policy_id: str, district: str) -> bool:
    """Whether a policy is the district's, or speaks of it."""
    of_it = corpus.policies[policy_id].district == district
    return of_it or any(district in text.text for text in corpus.texts[policy_id])


def _has(corpus: Corpus, policy: Policy, hit: Hit) -> bool:
    """Whether a policy says a word itself, or what it stands for; a relative's word does not make it its own."""
    words = (hit.entry.word, *corpus.synonyms.get(hit.entry.word, ()))
    return any(word in text.text for text in corpus.texts[policy.id] for word in words)


def _tells(finding: Finding, corpus: Corpus, policy: Policy, hit: Hit) -> bool:
    """Whether pieces of a policy's own text make up a word: 纳统第二年, where it says 纳统次年及第三年."""
    position = corpus.index.position(policy.id)
    mined = [
        h for h in finding.question.hits if MINED <= h.entry.strength < CURATED and position in dict(h.entry.postings)
    ]
    told = {place for one in mined for place in range(one.start, one.end)}
    return len(told.intersection(range(hit.start, hit.end))) >= MADE_UP * (hit.end - hit.start)


def is_known_for(corpus: Corpus, policy: Policy, hit: Hit) -> bool:
    """Whether a policy is among those that a word speaks for most."""
    worth = dict(hit.entry.postings)
    return worth.get(corpus.index.position(policy.id), 0.0) >= FIRST * max(worth.values())


def _is_near(corpus: Corpus, policy: Policy, hit: Hit) -> bool:
    """Whether a word speaks for a policy at all, be it by a relative."""
    return corpus.index.position(policy.id) in dict(hit.entry.postings)
