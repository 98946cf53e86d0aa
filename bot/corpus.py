"""The corpus: policies, papers, units and topics, read once, never changed; a new one is built beside the old."""

from __future__ import annotations

import hashlib
import tomllib
from collections import Counter
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from bot.chinese import Folded, fold
from bot.errors import CorpusError
from bot.index import Index, build_index
from bot.kept import kept
from bot.lexicon import INTENTS, Lexicon
from bot.policies import (
    Department,
    Fact,
    Hours,
    Match,
    Paper,
    Policy,
    Record,
    Status,
    Topic,
    facts_of,
    period,
    status_on,
)
from bot.sayings import FOREIGN
from bot.selection import pairs

S = TypeVar("S")


class PolicyFile(Record, frozen=True, kw_only=True):
    """A file of policies/; its entries are converted one by one, so that an error can name the record."""

    papers: dict[str, Any] = msgspec.field(default_factory=dict)
    policy: tuple[Any, ...] = ()


class DepartmentFile(Record, frozen=True, kw_only=True):
    """departments.toml."""

    hours: Hours
    department: tuple[Any, ...]


class TopicFile(Record, frozen=True, kw_only=True):
    """topics.toml."""

    topic: tuple[Any, ...]


class FactFile(Record, frozen=True, kw_only=True):
    """facts.toml."""

    fact: tuple[Any, ...] = ()


class SayingFile(Record, frozen=True, kw_only=True):
    """A file of sayings/: lines by the id of the policy they speak of."""

    say: dict[str, tuple[str, ...]]


class EditionFile(Record, frozen=True, kw_only=True):
    """edition.toml: which edition of which compilations the corpus holds; every answer names it.

    cite  what the compilation is called where an item of it is cited, by the part of a policy's id before the number
    """

    name: str
    sources: tuple[str, ...] = ()
    cite: dict[str, str] = msgspec.field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """Everything an answer may rest on, with the index to find it by. `version` changes with any byte of it."""

    edition: str
    version: str
    policies: dict[str, Policy]
    papers: dict[str, Paper]
    departments: dict[str, Department]
    hours: Hours
    topics: dict[str, Topic]
    facts: dict[str, Fact] = field(default_factory=dict)
    sayings: dict[str, tuple[str, ...]] = field(default_factory=dict)
    lexicon: Lexicon
    cite: dict[str, str] = field(default_factory=dict)

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
    def benefit_pairs(self) -> Counter[str]:
        """How many names of benefits have each pair of characters."""
        return Counter(pair for p in self.policies.values() for b in p.benefits for pair in pairs(b.name))

    @cached_property
    def texts(self) -> dict[str, tuple[Folded, ...]]:
        """What each policy says, text by text and folded, to look for a word in."""
        return {policy.id: tuple(map(fold, dict.fromkeys(_texts(policy)))) for policy in self.policies.values()}

    @cached_property
    def synonyms(self) -> dict[str, tuple[str, ...]]:
        """What a word means that the corpus calls otherwise, all of it folded."""
        meant: dict[str, tuple[str, ...]] = {}
        for entry in self.lexicon.synonym:
            means = tuple(fold(mean).text for mean in entry.mean)
            for word in entry.say:
                said = fold(word).text
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

    def by_phone(self, number: str) -> tuple[Department, ...]:
        """The units a phone number belongs to."""
        return tuple(d for d in self.departments.values() if any(p.number == number for p in d.phones))


def read_corpus(folder: Path) -> Corpus:
    """The corpus of a folder such as data/; CorpusError says file, record and field."""
    policies: dict[str, Policy] = {}
    papers: dict[str, Paper] = {}
    places: dict[str, Path] = {}
    digest = hashlib.blake2b(digest_size=4)
    paths = sorted((folder / "policies").glob("*.toml"))
    if not paths:
        raise CorpusError(f"{folder / 'policies'}: has no policies")
    for path in paths:
        file = _read(path, PolicyFile, digest)
        _add_papers(papers, file.papers, path)
        for policy in _policies(file.policy, path):
            if policy.id in policies:
                raise CorpusError(f"{path}: {policy.id}: stands already in {places[policy.id]}")
            policies[policy.id], places[policy.id] = policy, path
    departments = _read(folder / "departments.toml", DepartmentFile, digest)
    topics = _read(folder / "topics.toml", TopicFile, digest)
    facts = _read(folder / "facts.toml", FactFile, digest)
    lexicon = _read(folder / "lexicon.toml", Lexicon, digest)
    edition = _read(folder / "edition.toml", EditionFile, digest)
    corpus = Corpus(
        edition=edition.name,
        version=digest.hexdigest(),
        policies=dict(sorted(policies.items(), key=lambda item: _order(item[0]))),
        papers=papers,
        departments=_named(departments.department, Department, folder / "departments.toml"),
        hours=departments.hours,
        topics=_named(topics.topic, Topic, folder / "topics.toml"),
        sayings=_sayings(folder / "sayings", digest),
        facts=_named(facts.fact, Fact, folder / "facts.toml", by="key"),
        lexicon=lexicon,
        cite=edition.cite,
    )
    _check_policies(corpus, places)
    _check_sayings(corpus, folder / "sayings")
    _check_lexicon(corpus, folder / "lexicon.toml")
    return corpus


def _sayings(folder: Path, digest: Any) -> dict[str, tuple[str, ...]]:
    said: dict[str, tuple[str, ...]] = {}
    for path in sorted(folder.glob("*.toml")):
        for name, lines in _read(path, SayingFile, digest).say.items():
            said[name] = (*said.get(name, ()), *lines)
    return said


def _texts(policy: Policy) -> Iterator[str]:
    yield from (policy.title, policy.summary, policy.district, *policy.topics, *policy.keywords)
    yield from (*policy.who, *policy.conditions, *policy.offers)
    for benefit in policy.benefits:
        yield from (benefit.name, benefit.who, benefit.note, getattr(benefit, "by", ""), getattr(benefit, "base", ""))
        yield from (tier.label for tier in getattr(benefit, "tiers", ()))


def _order(policy_id: str) -> tuple[str, int]:
    head, _, tail = policy_id.rpartition("-")
    return head, int(tail) if tail.isdecimal() else 0


def _read(path: Path, kind: type[S], digest: Any) -> S:
    try:
        data = path.read_bytes()
        document = tomllib.loads(data.decode())
    except OSError as error:
        raise CorpusError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CorpusError(f"{path}: is not valid TOML: {error}") from error
    digest.update(f"{path.name} {len(data)}\n".encode() + data)
    return _convert(document, kind, path)


def _convert(value: Any, kind: type[S], path: Path, name: str = "") -> S:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise CorpusError(f"{path}: {name}{': ' if name else ''}{error}") from error


def _add_papers(papers: dict[str, Paper], entries: dict[str, Any], path: Path) -> None:
    for key, entry in entries.items():
        paper = _convert(entry, Paper, path, key)
        if papers.setdefault(key, paper) != paper:
            raise CorpusError(f"{path}: {key}: another file states this paper otherwise")


def _policies(entries: tuple[Any, ...], path: Path) -> Iterator[Policy]:
    for number, entry in enumerate(entries, 1):
        name = entry.get("id", "") if isinstance(entry, dict) else ""
        yield _convert(entry, Policy, path, str(name) or f"policy {number}")


def _named(entries: tuple[Any, ...], kind: type[S], path: Path, *, by: str = "name") -> dict[str, S]:
    named: dict[str, S] = {}
    for entry in entries:
        value = _convert(entry, kind, path, str(entry.get(by, "")) if isinstance(entry, dict) else "")
        name: str = getattr(value, by)
        if name in named:
            raise CorpusError(f"{path}: {name}: stands twice")
        named[name] = value
    return named


def _check_policies(corpus: Corpus, places: dict[str, Path]) -> None:
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
                    raise CorpusError(f"{places[policy.id]}: {policy.id}: {where}: {name} does not exist")


def _check_sayings(corpus: Corpus, folder: Path) -> None:
    for name in corpus.sayings:
        if name != FOREIGN and name not in corpus.policies:
            raise CorpusError(f"{folder}: {name}: is no policy, and not {FOREIGN}")


def _check_lexicon(corpus: Corpus, path: Path) -> None:
    for intent in corpus.lexicon.intents:
        if intent not in INTENTS:
            raise CorpusError(f"{path}: intents: {intent}: must be one of {', '.join(INTENTS)}")
    for collection in corpus.lexicon.collection:
        if collection.paper not in corpus.papers:
            raise CorpusError(f"{path}: collection: paper: {collection.paper} does not exist")
