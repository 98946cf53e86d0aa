"""The kinds of parts a corpus is made of, and what the body of each must be."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from bot.dictionary.lexicon import Collection, Entry, Synonym, Words
from bot.errors import CorpusError
from bot.policies import Department, Fact, Hours, Paper, Policy, Record, Topic
from bot.revisions import Body, Encoded, Part


class Edition(Record, frozen=True, kw_only=True):
    """edition.toml: which edition of which compilations the corpus holds; every answer names it.

    cite     what the compilation is called where an item of it is cited, by the part of a policy's id before the number
    undated  the compilations, by the same part, whose items state no period: it is known from another's items alone
    """

    name: str
    sources: tuple[str, ...] = ()
    cite: dict[str, str] = msgspec.field(default_factory=dict)
    undated: tuple[str, ...] = ()


class Menu(Record, frozen=True, kw_only=True):
    """menu.toml, read closer by `bot.menu`."""

    button: tuple[Any, ...]


class Rated(Entry, frozen=True, kw_only=True):
    """A message with what a competent clerk would answer; `acceptable` policies are relevant but not first."""

    id: str
    text: str
    intent: str
    expect: tuple[str, ...] = ()
    acceptable: tuple[str, ...] = ()
    acceptable_intents: tuple[str, ...] = ()
    answer: str = ""


POLICY, PAPER, DEPARTMENT, TOPIC, FACT = "policy", "paper", "department", "topic", "fact"
SYNONYM, COLLECTION, SAYING, RATED = "synonym", "collection", "saying", "rated"
HOURS, EDITION, MENU = "hours", "edition", "menu"
TABLES = ("intents", "districts", "levels", "sources")  # tables of the lexicon, each key a list of words
WORDS = "words"  # its plain lists, by name
LISTS = ("stop", "foreign", "bait", "kin", "trade", "seeking")
PLACES = ("uncovered", "elsewhere", "doubtful", "ours")
ALONE = (HOURS, EDITION, MENU)  # of these there is one, and its key is its kind
KINDS: Mapping[str, type[msgspec.Struct]] = {
    POLICY: Policy, PAPER: Paper, DEPARTMENT: Department, TOPIC: Topic, FACT: Fact, HOURS: Hours, EDITION: Edition,
    SAYING: Words, SYNONYM: Synonym, COLLECTION: Collection, WORDS: Words, MENU: Menu, RATED: Rated,
    **dict.fromkeys(TABLES, Words),
}  # fmt: skip
BESIDE = frozenset({MENU, RATED})  # kept and published with the corpus, and no answer rests on it
NAMED = {POLICY: "id", DEPARTMENT: "name", TOPIC: "name", FACT: "key", RATED: "id"}  # the field that is the key
NUMBERED = frozenset({SYNONYM, COLLECTION})  # the key is only a handle, and nothing of the content
AT = re.compile(r"^(.*) - at `\$\.?(.*)`$", re.DOTALL)


def convert(part: Part | Encoded) -> Any:
    """The value of a part; CorpusError says where it stands and what is wrong with which field."""
    kind = KINDS[part.kind]
    try:
        if isinstance(part, Encoded):
            return msgspec.json.decode(part.body, type=kind)
        return msgspec.convert(part.body, kind)
    except msgspec.ValidationError as error:
        raise wrong(part, str(error)) from error


def wrong(part: Part | Encoded, reason: str, field: str = "") -> CorpusError:
    """What is said of a part that cannot be used."""
    at = AT.match(reason)
    name = "" if part.kind in ALONE or not part.key else f"{part.key}: "
    return CorpusError(
        f"{part.origin}: {name}{reason}", kind=part.kind, key=part.key, field=field or (at[2] if at else "")
    )


def body_of(value: msgspec.Struct) -> Body:
    """The body of a value: what JSON and TOML can hold, without what goes unsaid."""
    body: Body = msgspec.json.decode(msgspec.json.encode(value))
    return body


def canonical(part: Part) -> Part:
    """The part with its body in the one spelling that equal bodies share. CorpusError as by `convert`, and where a
    figure is endless: JSON has none, and would keep nothing in its place."""
    value = convert(part)
    for way in _endless(part.body):
        raise wrong(part, "Expected a figure that has an end", field=way)
    return msgspec.structs.replace(part, body=body_of(value))


def _endless(value: Any, way: str = "") -> Iterator[str]:
    """The ways to figures of a body that are infinite, or none."""
    if isinstance(value, float) and not math.isfinite(value):
        yield way
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _endless(inner, f"{way}.{key}" if way else str(key))
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from _endless(inner, f"{way}[{number}]")


def digest(values: Iterable[tuple[Part | Encoded, msgspec.Struct]]) -> str:
    """The version of a corpus: it changes with anything an answer could rest on, and with nothing else."""
    lines = sorted(
        b"\x1f".join(
            (
                part.kind.encode(),
                b"" if part.kind in NUMBERED else part.key.encode(),
                msgspec.json.encode(value, order="deterministic"),
                part.wording.encode(),
            )
        )
        for part, value in values
        if part.kind not in BESIDE
    )
    return hashlib.blake2b(b"\x1e".join(lines), digest_size=4).hexdigest()


def handle(kind: str, body: Mapping[str, Any]) -> str:
    """The key of a part whose body has no name of its own."""
    if kind == SYNONYM:
        return str(next(iter(body.get("say", ())), ""))
    return str(body.get("paper", "")) if kind == COLLECTION else str(body.get(NAMED.get(kind, ""), ""))
