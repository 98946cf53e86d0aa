"""What refers to what in a corpus: before a part is changed or taken away, who is concerned."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from bot.corpus import Corpus
from bot.parts import COLLECTION, DEPARTMENT, FACT, PAPER, POLICY, SAYING, SYNONYM, TOPIC
from bot.policies import Match, Policy, facts_of


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A part that refers to another: its kind and key, and by which field."""

    kind: str
    key: str
    field: str


def links_to(corpus: Corpus, kind: str, key: str) -> tuple[Link, ...]:
    """Everything that refers to a part."""
    found: list[Link] = []
    for policy in corpus.policies.values():
        found += [Link(kind=POLICY, key=policy.id, field=field) for field in _fields(policy, kind, key)]
    if kind == POLICY and key in corpus.sayings:
        found.append(Link(kind=SAYING, key=key, field="words"))
    if kind == POLICY and key in corpus.policies:
        found += _synonyms(corpus, corpus.policies[key])
    if kind == PAPER:
        found += [
            Link(kind=COLLECTION, key=c.paper, field="paper") for c in corpus.lexicon.collection if c.paper == key
        ]
    if kind == DEPARTMENT:
        below = (unit for unit in corpus.departments.values() if unit.parent == key)
        found += [Link(kind=DEPARTMENT, key=unit.name, field="parent") for unit in below]
    return tuple(found)


def _fields(policy: Policy, kind: str, key: str) -> Iterator[str]:
    """The fields by which a policy refers to a part."""
    held: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
        PAPER: (("paper", (policy.paper,)), ("also_papers", policy.also_papers)),
        DEPARTMENT: (("contacts", tuple(contact.unit for contact in policy.contacts)),),
        TOPIC: (("topics", policy.topics),),
        FACT: (("facts", tuple(facts_of(policy))),),
        POLICY: (
            ("related", policy.related),
            ("restates", policy.restates),
            ("of", tuple(name for b in policy.benefits if isinstance(b, Match) for name in b.of)),
        ),
    }
    return (field for field, names in held.get(kind, ()) if key in names)


def _synonyms(corpus: Corpus, policy: Policy) -> Iterator[Link]:
    words = {policy.title, *policy.keywords}
    for entry in corpus.lexicon.synonym:
        if words & set(entry.mean):
            yield Link(kind=SYNONYM, key=entry.say[0], field="mean")


class Impact(msgspec.Struct, frozen=True, kw_only=True):
    """What a change of one part reaches: keywords that come and go, and everything that refers to it."""

    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()


def impact(corpus: Corpus, kind: str, key: str, *, keywords: tuple[str, ...] | None) -> Impact:
    """The reach of a change, seen from the corpus in force; `keywords` are a policy's new ones."""
    before = corpus.policies[key].keywords if kind == POLICY and key in corpus.policies else ()
    after = before if keywords is None else keywords
    return Impact(
        gained=tuple(word for word in after if word not in before),
        lost=tuple(word for word in before if word not in after),
        links=links_to(corpus, kind, key),
    )
