"""How people say things: the curated words of data/lexicon.toml."""

from __future__ import annotations

import msgspec

INTENTS = (
    "contact", "expiry", "amount", "list", "subscribe", "unsubscribe", "subscriptions", "help", "greeting", "staff",
    "complaint", "more", "conditions", "expired", "expiring", "current", "at_least",
)  # fmt: skip


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A table of the file."""


class Words(Entry, frozen=True, kw_only=True):
    """A plain list."""

    words: tuple[str, ...]


class Places(Entry, frozen=True, kw_only=True):
    """Where the corpus does not reach: parts of the city it has nothing of, and everywhere else.

    doubtful  names of other places that also stand inside common words
    ours      names that mean here and nowhere else
    """

    uncovered: tuple[str, ...]
    elsewhere: tuple[str, ...]
    doubtful: tuple[str, ...] = ()
    ours: tuple[str, ...] = ()


class Synonym(Entry, frozen=True, kw_only=True):
    """What people say for what the corpus calls otherwise."""

    say: tuple[str, ...]
    mean: tuple[str, ...]


class Collection(Entry, frozen=True, kw_only=True):
    """What people call a whole paper."""

    paper: str
    words: tuple[str, ...]


class Lexicon(Entry, frozen=True, kw_only=True):
    """All of it.

    foreign  matters that are not ours, although policy words may stand beside them
    bait     words of advertisements: whatever else is said, nothing is asked
    seeking  words of somebody who is after support, rules or an office
    kin      relatives, who are foreign unless their enterprise is meant
    trade    words that say that an enterprise is meant
    """

    intents: dict[str, tuple[str, ...]]
    stop: Words
    districts: dict[str, tuple[str, ...]]
    places: Places
    levels: dict[str, tuple[str, ...]]
    foreign: Words
    bait: Words = Words(words=())
    seeking: Words = Words(words=())
    kin: Words = Words(words=())
    trade: Words = Words(words=())
    sources: dict[str, tuple[str, ...]] = {}
    synonym: tuple[Synonym, ...] = ()
    collection: tuple[Collection, ...] = ()
