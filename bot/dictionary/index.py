"""What a question is looked up in: every word of the corpus and the lexicon, with what it means and speaks for.

Three kinds of evidence stand in one automaton: curated words (keywords, titles, synonyms), names (units, districts,
numbers, phones, topics) and n-grams mined from the policies' own texts. The value of a word for a policy is
field weight × inverse document frequency × a factor that grows with its length; see `value`.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from bot.chinese import EDGES, Folded, fold, paper_numbers, share
from bot.dictionary.lexicon import Lexicon
from bot.dictionary.sayings import FOREIGN, mine
from bot.dictionary.sounds import Sounds
from bot.dictionary.vocabulary import CURATED, MINED, TELLING, Entry, Meaning, Vocabulary
from bot.matcher import Matcher
from bot.policies import Department, Match, Paper, Policy, Rate, Topic

KEYWORD, TITLE, MATTER, SUMMARY, DETAIL, PAPER = 3.2, 3.0, 1.6, 1.8, 1.2, 0.6  # field weights
MINED_SHARE = 0.65  # a mined n-gram weighs this share of a curated word of the same field
RELATED = 0.7  # what people call one policy is also said, with this share, of those on the same matter elsewhere
SAID = 1.8  # a piece of what people say of a policy
SAID_OTHERWISE = 0.9  # a synonym weighs a little less than the word itself
NGRAMS = range(2, 5)  # lengths of mined n-grams, in characters
NUMERIC = re.compile(r"[\d%]")  # part of a figure is no word
SHARE = re.compile(r"\d+(?:\.\d+)?%")
SHORTEST, LONGER = 0.7, 0.1  # what a word is worth, and what each of its characters adds to that
LETTERS = 3  # Latin letters say as much as one character
FEW, SELDOM = 2, 0.05  # a mined word of so few policies, with a character of so small a share of them, tells by itself


@dataclass(frozen=True)
class Index:
    """The automaton over all words, and the one over their sounds, built when first needed."""

    ids: tuple[str, ...]
    entries: Vocabulary

    @cached_property
    def positions(self) -> dict[str, int]:
        """Where each policy stands in the order of the corpus."""
        return {policy_id: position for position, policy_id in enumerate(self.ids)}

    def position(self, policy_id: str) -> int:
        """Where a policy stands in the order of the corpus."""
        return self.positions[policy_id]

    @property
    def size(self) -> int:
        """How many policies there are."""
        return len(self.ids)

    def warm(self) -> None:
        """Build now what the first question needs, so that it does not wait."""
        assert self.matcher.size

    @cached_property
    def matcher(self) -> Matcher[Entry]:
        """Finds words as written."""
        return Matcher.over(*self.entries.text, self.entries.by_number)

    @cached_property
    def sounds(self) -> Sounds[Entry]:
        """Finds words written with other characters of the same sound, or in Latin letters."""
        return Sounds(self.entries.named(), self.entries.by_number)


def value(weight: float, having: int, total: int, word: str) -> float:
    """What one character of a word is worth that `having` of `total` policies have."""
    rarity = math.log(1 + (total - having + 0.5) / (having + 0.5))
    length = len(word) / LETTERS if word.isascii() else len(word)
    return weight * rarity * (SHORTEST + LONGER * min(length, 8)) / (LETTERS if word.isascii() else 1)


def _rare_characters(fields: list[tuple[tuple[Folded, float], ...]]) -> set[str]:
    """The characters that few policies use: a word with one of them is hardly there by chance."""
    used = Counter(char for texts in fields for char in {char for folded, _ in texts for char in folded.text})
    return {char for char, count in used.items() if count <= SELDOM * len(fields)}


def _strength(word: str, held: Postings, rare: set[str]) -> int:
    if not held:
        return 0
    return TELLING if len(held) <= FEW and not rare.isdisjoint(word) else MINED


def build_index(
    *,
    policies: tuple[Policy, ...],
    papers: dict[str, Paper],
    departments: tuple[Department, ...],
    topics: tuple[Topic, ...],
    lexicon: Lexicon,
    sayings: Mapping[str, tuple[str, ...]] | None = None,
) -> Index:
    """The index of a corpus."""
    meanings: dict[str, set[Meaning]] = defaultdict(set)
    for word, meaning in _names(policies, papers, departments, topics, lexicon):
        meanings[fold(word).text].add(meaning)
    fields = [tuple((fold(text), weight) for text, weight in _fields(p, papers, topics)) for p in policies]
    keywords = [{fold(word).text for word in policy.keywords} for policy in policies]
    places = {policy.id: position for position, policy in enumerate(policies)}
    related = [tuple(places[i] for i in (*p.related, *p.restates)) for p in policies]
    synonyms = {fold(say).text: entry.mean for entry in lexicon.synonym for say in entry.say}
    silent = {fold(word).text for word in lexicon.stop.words} | {
        fold(word).text for words in lexicon.intents.values() for word in words
    }
    shares = {found for texts in fields for folded, _ in texts for found in SHARE.findall(folded.text)}
    curated = (_curated(policies, topics, lexicon) | shares) - silent
    postings = _contained(curated | {fold(m).text for means in synonyms.values() for m in means}, fields, keywords)
    _share(postings, keywords, related)
    for say, means in synonyms.items():
        postings[say] = _joined([postings.get(fold(mean).text, {}) for mean in means], postings.get(say, {}))
    mined = _mined(fields, silent)
    said = mine(
        sayings or {},
        {**places, FOREIGN: len(policies)},
        pieces=_grams,
        silent=silent,
        places=[word for name, words in lexicon.districts.items() for word in (name, *words) if len(word) > 1],
    )
    total = len(policies)
    rare = _rare_characters(fields) - {word for word in silent if len(word) == 1}
    entries = []
    for word in sorted(set(meanings) | curated | set(synonyms) | set(mined) | set(said)):
        own = {**mined.get(word, {}), **postings.get(word, {})}
        known = word in curated or word in synonyms  # by hand: what is said adds nothing to it
        held = own if known else _heard(own, said.get(word, {}))
        listed = tuple(sorted((p, value(w, len(held), total, word)) for p, w in held.items()))
        strength = CURATED if known else _strength(word, own, rare)
        entries.append(Entry(word, tuple(sorted(meanings.get(word, ()), key=repr)), listed, strength))
    return Index(tuple(p.id for p in policies), Vocabulary.of(entries))


def _heard(own: Postings, said: dict[int, float]) -> Postings:
    """What the texts say and what people say, whichever is more."""
    return {p: max(own.get(p, 0.0), SAID * said.get(p, 0.0)) for p in own.keys() | said.keys()}


def _names(
    policies: tuple[Policy, ...],
    papers: dict[str, Paper],
    departments: tuple[Department, ...],
    topics: tuple[Topic, ...],
    lexicon: Lexicon,
) -> Iterator[tuple[str, Meaning]]:
    for intent, words in lexicon.intents.items():
        yield from ((word, Meaning("intent", intent)) for word in words)
    yield from ((word, Meaning("stop", "")) for word in lexicon.stop.words)
    yield from ((word, Meaning("foreign", word)) for word in lexicon.foreign.words)
    yield from ((word, Meaning("bait", word)) for word in lexicon.bait.words)
    yield from ((word, Meaning("seeking", "")) for word in lexicon.seeking.words)
    yield from ((word, Meaning("kin", "")) for word in lexicon.kin.words)
    yield from ((word, Meaning("trade", "")) for word in lexicon.trade.words)
    yield from ((word, Meaning("ours", word)) for word in lexicon.places.ours)
    yield from ((word, Meaning("uncovered", word)) for word in lexicon.places.uncovered)
    yield from ((word, Meaning("elsewhere", word)) for word in lexicon.places.elsewhere)
    yield from ((word, Meaning("doubtful", word)) for word in lexicon.places.doubtful)
    for kind, table in (("district", lexicon.districts), ("level", lexicon.levels)):
        for name, words in table.items():
            yield from ((word, Meaning(kind, name)) for word in (name, *words) if len(word) > 1)
    for unit in departments:
        yield from ((word, Meaning("unit", unit.name)) for word in (unit.name, unit.short, *unit.aliases))
        for phone in unit.phones:
            yield from ((word, Meaning("phone", phone.number)) for word in (phone.number, f"0532{phone.number}"))
    for topic in topics:
        yield from ((word, Meaning("topic", topic.name)) for word in (topic.name, *topic.words))
    for key, paper in papers.items():
        yield from ((word, Meaning("paper", key)) for word in (paper.title, *paper_numbers(paper.number)))
    for prefix, words in lexicon.sources.items():
        yield from ((word, Meaning("source", prefix)) for word in words)
    for collection in lexicon.collection:
        yield from ((word, Meaning("collection", collection.paper)) for word in collection.words)
    for policy in policies:
        yield policy.title, Meaning("title", policy.title)
        yield policy.id, Meaning("id", policy.id)


def _fields(policy: Policy, papers: dict[str, Paper], topics: tuple[Topic, ...]) -> Iterator[tuple[str, float]]:
    yield policy.title, TITLE
    yield policy.summary, SUMMARY
    for benefit in policy.benefits:
        for text in (benefit.name, benefit.who, getattr(benefit, "by", ""), getattr(benefit, "base", "")):
            yield text, MATTER
        yield benefit.note, DETAIL
        if isinstance(benefit, Rate | Match):
            yield share(benefit.percent), DETAIL
        for tier in getattr(benefit, "tiers", ()):
            yield tier.label, DETAIL
    for text in policy.who:
        yield text, MATTER
    for text in (*policy.conditions, *policy.offers, policy.funding):
        yield text, DETAIL
    yield papers[policy.paper].title, PAPER
    for topic in topics:
        if topic.name in policy.topics:
            yield from ((word, DETAIL) for word in (topic.name, *topic.words))


def _curated(policies: tuple[Policy, ...], topics: tuple[Topic, ...], lexicon: Lexicon) -> set[str]:
    words = {fold(word).text for policy in policies for word in (policy.title, *policy.keywords)}
    words |= {fold(word).text for topic in topics for word in (topic.name, *topic.words)}
    words |= {fold(mean).text for entry in lexicon.synonym for mean in entry.mean}
    return {word for word in words if len(word) > 1}


Postings = dict[int, float]


def _contained(
    words: set[str], fields: list[tuple[tuple[Folded, float], ...]], keywords: list[set[str]]
) -> dict[str, Postings]:
    """For each word the policies that have it, with the weight of the best field it stands in."""
    matcher = Matcher((word, word) for word in words)
    held: dict[str, Postings] = defaultdict(dict)
    for position, texts in enumerate(fields):
        for folded, weight in texts:
            for _, _, word in matcher.find_whole(folded):
                held[word][position] = max(weight, held[word].get(position, 0.0))
        for keyword in keywords[position]:
            for _, _, word in matcher.find_whole(Folded(keyword, frozenset())):
                weight = KEYWORD if word == keyword else SUMMARY
                held[word][position] = max(weight, held[word].get(position, 0.0))
    return held


def _share(postings: dict[str, Postings], keywords: list[set[str]], related: list[tuple[int, ...]]) -> None:
    """Let the keywords of a policy speak, more softly, for those on the same matter."""
    for position, words in enumerate(keywords):
        for word in words:
            for other in related[position]:
                held = postings[word]
                held[other] = max(held.get(other, 0.0), KEYWORD * RELATED)


def _joined(parts: list[Postings], own: Postings) -> Postings:
    joined = dict(own)
    for part in parts:
        for position, weight in part.items():
            joined[position] = max(joined.get(position, 0.0), weight * SAID_OTHERWISE)
    return joined


def _mined(fields: list[tuple[tuple[Folded, float], ...]], silent: set[str]) -> dict[str, Postings]:
    """The n-grams of the policies' texts that are not silent words and do not lean on one."""
    held: dict[str, Postings] = defaultdict(dict)
    for position, texts in enumerate(fields):
        for folded, weight in texts:
            for gram in _grams(folded):
                if gram not in silent:
                    held[gram][position] = max(weight * MINED_SHARE, held[gram].get(position, 0.0))
    return held


def _grams(folded: Folded) -> Iterable[str]:
    bounds = [0, *sorted(folded.breaks), len(folded.text)]
    for start, end in pairwise(bounds):
        segment = folded.text[start:end]
        for length in NGRAMS:
            for place in range(len(segment) - length + 1):
                gram = segment[place : place + length]
                if gram[0] in EDGES or gram[-1] in EDGES or NUMERIC.search(gram) or gram.isascii():
                    continue
                yield gram
