"""What people can be interested in, held against the corpus: topics, districts, units, words of their own."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from bot.chinese import fold
from bot.corpus import Corpus
from bot.matcher import Matcher
from bot.notices import Criterion
from bot.policies import Policy

TOPIC, DISTRICT, UNIT, WORD, ALL, EXPIRING = "topic", "district", "unit", "word", "all", "expiring"


Interest = tuple[str, str]  # kind and value


def concerning(corpus: Corpus, kind: str, value: str) -> tuple[str, ...]:
    """The ids of the policies that somebody who subscribed to this is told of."""
    if kind == WORD:
        interests = Interests(corpus, (value,))
        return tuple(policy_id for policy_id in corpus.policies if (WORD, value) in interests.of(policy_id))
    if kind == ALL:
        return tuple(corpus.policies)
    if kind == EXPIRING:
        return tuple(policy.id for policy in corpus.policies.values() if corpus.period(policy)[1] is not None)
    return tuple(policy.id for policy in corpus.policies.values() if (kind, value) in _named(policy, corpus))


def spellings(corpus: Corpus, word: str) -> frozenset[str]:
    """How a word is found in texts: itself, and what the lexicon says it means."""
    folded = fold(word).text
    return frozenset((folded, *corpus.synonyms.get(folded, ()))) - {""}


class Interests:
    """What people are interested in, ready to be held against many policies: `words` are their own."""

    def __init__(self, corpus: Corpus, words: Iterable[str]) -> None:
        self._corpus = corpus
        by_spelling: dict[str, list[str]] = {}
        for word in words:
            for spelling in spellings(corpus, word):
                by_spelling.setdefault(spelling, []).append(word)
        self._matcher = Matcher(by_spelling.items())

    def of(self, policy_id: str) -> tuple[Interest, ...]:
        """What a policy is about, the most telling first: people's own words, topics, units, district."""
        words = {
            word
            for text in self._corpus.texts[policy_id]
            for _, _, several in self._matcher.find_whole(text)
            for word in several
        }
        return (*((WORD, word) for word in sorted(words)), *_named(self._corpus.policies[policy_id], self._corpus))

    def of_all(self, policy_ids: Iterable[str]) -> frozenset[Interest]:
        """What any of these policies is about."""
        return frozenset(interest for policy_id in policy_ids for interest in self.of(policy_id))

    def criteria(self, policy_id: str, known: Collection[Interest] | None = None) -> tuple[Criterion, ...]:
        """By what a policy concerns people. What none of the `known` interests covered is a wish that comes true, and
        stands first; without any `known` there are no wishes."""
        found = [
            Criterion(kind=kind, value=value, wish=known is not None and (kind, value) not in known)
            for kind, value in self.of(policy_id)
        ]
        found.sort(key=lambda criterion: not criterion.wish)
        return (*found, Criterion(kind=ALL))


def _named(policy: Policy, corpus: Corpus) -> tuple[Interest, ...]:
    """What a policy is about, by the names of the corpus; who subscribed to an office hears of its parts."""
    units = [contact.unit for contact in policy.contacts]
    units += [corpus.departments[unit].parent for unit in units]
    named = [*((TOPIC, topic) for topic in policy.topics), *((UNIT, unit) for unit in units if unit)]
    return tuple(dict.fromkeys((*named, (DISTRICT, policy.district))))
