"""The platform's own words in Chinese and its field rules, read from words.toml beside this file."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """What a follower sends who was not told what: a place in degrees, an article, a file name."""

    latitude: float
    longitude: float
    label: str
    title: str
    description: str
    url: str
    file: str


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """What the value of one kind of template field may be: characters at most, and a pattern of the whole."""

    limit: int
    pattern: str


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """A template that an account may choose: the kind says which call sends it, `fields` are its labels by key."""

    id: str
    kind: Literal["template", "notice"]
    title: str
    fields: dict[str, str]


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """Lines shown in the chat, default names, samples, and template field rules by key prefix."""

    fault: str
    account: str
    followed: str
    left: str
    stranger: str
    unsupported: str
    unclear: str
    crowded: str
    tags: dict[str, str]
    sample: Sample
    fields: dict[str, Shape]
    templates: tuple[Choice, ...]


def read_words() -> Words:
    """The words, checked."""
    path = Path(__file__).with_name("words.toml")
    return msgspec.toml.decode(path.read_bytes(), type=Words)
