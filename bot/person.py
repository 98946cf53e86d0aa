"""What is kept of one follower because they asked for it: their enterprise, and what they want to be told of."""

from __future__ import annotations

import msgspec

FactValue = float | str  # a money, number or percent fact is counted; a choice is its option's name, a yes is 是 or 否
Facts = dict[str, FactValue]


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """Something a follower wants to be told of.

    kind   topic, district, unit, word, all, expiring
    value  the topic, district, unit or word; empty for the others
    since  seconds since 1970
    """

    kind: str
    value: str = ""
    since: float = 0.0


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept.

    facts          of the enterprise, by the keys of data/facts.toml
    consented      when they agreed to that, seconds since 1970; 0 where they did not
    subscriptions  oldest first
    rhythm         at_once, daily, weekly
    """

    facts: Facts = {}
    consented: float = 0.0
    subscriptions: tuple[Subscription, ...] = ()
    rhythm: str = "at_once"


class KeepFacts(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Keep these facts of the enterprise, and no others: the follower consented."""

    facts: Facts


class DropFacts(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Forget the enterprise, and that there was a consent."""


class Subscribe(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Tell them of this from now on."""

    kind: str
    value: str = ""


class Unsubscribe(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Tell them of this no more, of nothing at all where `kind` is empty; `reason` is kept without their name."""

    kind: str = ""
    value: str = ""
    reason: str = "asked"


class SetRhythm(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Tell them at_once, daily or weekly."""

    rhythm: str


class Erase(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Forget all that is kept of them but that they follow."""


Change = KeepFacts | DropFacts | Subscribe | Unsubscribe | SetRhythm | Erase
