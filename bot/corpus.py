"""The corpus: policies, papers, units and topics, read once, never changed; a new one is built beside the old."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from bot.chinese import Folded, fold_once
from bot.dictionary.index import Index, build_index
from bot.dictionary.kept import kept
from bot.dictionary.lexicon import INTENTS, Lexicon
from bot.dictionary.sayings import FOREIGN, Sayings
from bot.errors import CorpusError
from bot.folder import read_parts
from bot.groups import Groups
from bot.memory import Memory
from bot.pairs import pairs
from bot.parts import (
    COLLECTION,
    DEPARTMENT,
    EDITION,
    FACT,
    HOURS,
    LISTS,
    NAMED,
    PAPER,
    PLACES,
    POLICY,
    SAYING,
    SYNONYM,
    TABLES,
    TOPIC,
    WORDS,
    convert,
    digest,
    wrong,
)
from bot.policies import Department, Fact, Hours, Match, Paper, Policy, Status, Topic, facts_of, period, status_on
from bot.revisions import Encoded, Part

FOUND = 800  # texts of which it is kept what was found, in half a memory: 10 MB when it is full


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """Everything an answer may rest on, with the index to find it by. `version` changes with anything of it.

    wordings  the official wording of policies, where it is known
    """

    edition: str
    version: str
    policies: dict[str, Policy]
    papers: dict[str, Paper]
    departments: dict[str, Department]
    hours: Hours
    topics: dict[str, Topic]
    facts: dict[str, Fact] = field(default_factory=dict)
    sayings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lexicon: Lexicon
    wordings: dict[str, str] = field(default_factory=dict)
    cite: dict[str, str] = field(default_factory=dict)
    undated: tuple[str, ...] = ()

    @cached_property
    def index(self) -> Index:
        """What a question is looked up in."""
        return kept(self.version, self._build) if self.sayings else self._build()

    def _build(self) -> Index:
        return build_index(
            policies=tuple(self.policies.values()),
            papers=self.papers,
            departments=tuple(self.departments.values()),
            topics=tuple(self.topics.values()),
            lexicon=self.lexicon,
            sayings=self.sayings,
        )

    @cached_property
    def found(self) -> Memory[tuple[str, date], Any]:
        """What was found lately for a text on a day."""
        return Memory(FOUND)

    @cached_property
    def groups(self) -> Groups:
        """The policies by what they have in common."""
        return Groups(self.policies, self.papers)

    @cached_property
    def wanted(self) -> dict[str, tuple[Fact, ...]]:
        """The facts that policies may be told by, as they are worked out."""
        return {}

    @cached_property
    def benefit_pairs(self) -> Counter[str]:
        """How many names of benefits have each pair of characters."""
        return Counter(pair for p in self.policies.values() for b in p.benefits for pair in pairs(b.name))

    @cached_property
    def texts(self) -> dict[str, tuple[Folded, ...]]:
        """What each policy says, text by text and folded, to look for a word in."""
        return {policy.id: tuple(map(fold_once, dict.fromkeys(_texts(policy)))) for policy in self.policies.values()}

    @cached_property
    def synonyms(self) -> dict[str, tuple[str, ...]]:
        """What a word means that the corpus calls otherwise, all of it folded."""
        meant: dict[str, tuple[str, ...]] = {}
        for entry in self.lexicon.synonym:
            means = tuple(fold_once(mean).text for mean in entry.mean)
            for word in entry.say:
                said = fold_once(word).text
                meant[said] = (*meant.get(said, ()), *means)
        return meant

    @cached_property
    def shared_titles(self) -> frozenset[str]:
        """The titles that more than one policy has."""
        counts = Counter(policy.title for policy in self.policies.values())
        return frozenset(title for title, count in counts.items() if count > 1)

    def called(self, policy: Policy) -> str:
        """The title; policies that share one are told apart by what people call them."""
        shared = policy.title in self.shared_titles
        return f"{policy.title}·{policy.keywords[0]}" if shared and policy.keywords else policy.title

    @cached_property
    def whole_city(self) -> frozenset[str]:
        """What the city itself is called where a district is asked for."""
        return frozenset(policy.district for policy in self.policies.values() if policy.level == "city")

    def paper(self, policy: Policy) -> Paper:
        """The paper a policy rests on."""
        return self.papers[policy.paper]

    def period(self, policy: Policy) -> tuple[date | None, date | None]:
        """First and last day of a policy."""
        return period(policy, self.paper(policy))

    def status(self, policy: Policy, day: date) -> Status:
        """Where a policy stands on a day."""
        return status_on(day, *self.period(policy))

    def is_over(self, policy: Policy, day: date) -> bool:
        """Whether a policy ended before a day."""
        return self.status(policy, day) is Status.EXPIRED

    def item(self, policy: Policy) -> tuple[str, int]:
        """The compilation a policy is an item of, by its short name, and the item's number."""
        source, number = _order(policy.id)
        return self.cite.get(source, ""), number

    def dated_by(self, policy: Policy) -> str:
        """The compilation that a policy's period is known from where its own states none: another of the same paper."""
        source, _ = _order(policy.id)
        own = policy.start or policy.end
        if source not in self.undated or own or self.period(policy) == (None, None):
            return ""
        sources = (_order(other.id)[0] for other in self.policies.values() if other.paper == policy.paper)
        return next((self.cite.get(other, "") for other in sources if other not in self.undated), "")

    def by_phone(self, number: str) -> tuple[Department, ...]:
        """The units a phone number belongs to."""
        return tuple(d for d in self.departments.values() if any(p.number == number for p in d.phones))


def read_corpus(folder: Path) -> Corpus:
    """The corpus of a folder such as data/; CorpusError says file, record and field."""
    return build_corpus(read_parts(folder))


def build_corpus(parts: Iterable[Part | Encoded]) -> Corpus:
    """The corpus of its parts, wherever they are kept; CorpusError says which part and what is wrong with it."""
    pairs = [(part, convert(part)) for part in parts]
    origins = {part.place: part for part, _ in pairs}
    values: dict[str, dict[str, Any]] = defaultdict(dict)
    for part, value in pairs:
        name = getattr(value, NAMED.get(part.kind, ""), part.key)
        if name != part.key:
            raise wrong(part, f"is called {name} inside", NAMED[part.kind])
        values[part.kind][part.key] = value
    for kind in (EDITION, HOURS):
        if kind not in values[kind]:
            raise CorpusError(f"{kind}: is missing", kind=kind)
    corpus = Corpus(
        edition=values[EDITION][EDITION].name,
        version=digest(pairs),
        policies=dict(sorted(values[POLICY].items(), key=lambda item: _order(item[0]))),
        papers=values[PAPER],
        departments=values[DEPARTMENT],
        hours=values[HOURS][HOURS],
        topics=values[TOPIC],
        sayings=Sayings({key: lines.words for key, lines in values[SAYING].items()}),
        facts=values[FACT],
        lexicon=_lexicon(values),
        wordings={part.key: part.wording for part, _ in pairs if part.kind == POLICY and part.wording},
        cite=values[EDITION][EDITION].cite,
        undated=values[EDITION][EDITION].undated,
    )
    _check_policies(corpus, origins)
    _check_sayings(corpus, origins)
    _check_lexicon(corpus, origins)
    return corpus


def _lexicon(values: dict[str, dict[str, Any]]) -> Lexicon:
    words = values[WORDS]
    document = {
        **{table: {key: value.words for key, value in values[table].items()} for table in TABLES},
        **{name: words[name] for name in LISTS if name in words},
        "places": {name: words[name].words for name in PLACES if name in words},
        SYNONYM: tuple(values[SYNONYM].values()),
        COLLECTION: tuple(values[COLLECTION].values()),
    }
    try:
        return msgspec.convert(document, Lexicon, from_attributes=True)
    except msgspec.ValidationError as error:
        raise CorpusError(f"lexicon: {error}") from error


def _texts(policy: Policy) -> Iterator[str]:
    yield from (policy.title, policy.summary, policy.district, *policy.topics, *policy.keywords)
    yield from (*policy.who, *policy.conditions, *policy.offers)
    for benefit in policy.benefits:
        yield from (benefit.name, benefit.who, benefit.note, getattr(benefit, "by", ""), getattr(benefit, "base", ""))
        yield from (tier.label for tier in getattr(benefit, "tiers", ()))


def _order(policy_id: str) -> tuple[str, int]:
    head, _, tail = policy_id.rpartition("-")
    return head, int(tail) if tail.isdecimal() else 0


Origins = dict[tuple[str, str], Part | Encoded]


def _check_policies(corpus: Corpus, origins: Origins) -> None:
    """Refuse what points nowhere; the finer rules are the lint's."""
    for policy in corpus.policies.values():
        named: dict[str, tuple[tuple[str, ...], Container[str]]] = {
            "paper": ((policy.paper,), corpus.papers),
            "also_papers": (policy.also_papers, corpus.papers),
            "related": (policy.related, corpus.policies),
            "restates": (policy.restates, corpus.policies),
            "contacts": (tuple(contact.unit for contact in policy.contacts), corpus.departments),
            "topics": (policy.topics, corpus.topics),
            "facts": (tuple(facts_of(policy)), corpus.facts),
            "of": (tuple(name for b in policy.benefits if isinstance(b, Match) for name in b.of), corpus.policies),
        }
        for where, (names, known) in named.items():
            for name in names:
                if name not in known:
                    raise wrong(origins[POLICY, policy.id], f"{where}: {name} does not exist", where)


def _check_sayings(corpus: Corpus, origins: Origins) -> None:
    for name in corpus.sayings:
        if name != FOREIGN and name not in corpus.policies:
            raise wrong(origins[SAYING, name], f"is no policy, and not {FOREIGN}")


def _check_lexicon(corpus: Corpus, origins: Origins) -> None:
    for intent in corpus.lexicon.intents:
        if intent not in INTENTS:
            part = origins["intents", intent]
            raise CorpusError(
                f"{part.origin}: intents: {intent}: must be one of {', '.join(INTENTS)}", kind="intents", key=intent
            )
    for (kind, key), part in origins.items():
        if kind == COLLECTION and (paper := convert(part).paper) not in corpus.papers:
            raise CorpusError(
                f"{part.origin}: collection: paper: {paper} does not exist", kind=kind, key=key, field="paper"
            )
