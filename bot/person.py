"""What is kept of one follower because they asked for it: their enterprise, and what they want to be told of."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import msgspec

from bot.clock import SHANGHAI

AT_ONCE, DAILY, WEEKLY = RHYTHMS = ("at_once", "daily", "weekly")
MORNING = time(9)  # when those are told who do not want it at once
MONDAY = 0
DECLINED = "declined"  # the kind of subscription by which somebody wants no announcements

FactValue = float | str  # a money, number or percent fact is counted; a choice is its option's name, a yes is 是 or 否
Facts = dict[str, FactValue]


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """Something a follower wants to be told of.

    kind   topic, district, unit, word, all, expiring; or DECLINED, a wish not to be told
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
    rhythm         one of RHYTHMS
    """

    facts: Facts = {}
    consented: float = 0.0
    subscriptions: tuple[Subscription, ...] = ()
    rhythm: str = AT_ONCE

    @property
    def wanted(self) -> tuple[Subscription, ...]:
        """What they want to be told of."""
        return tuple(one for one in self.subscriptions if one.kind != DECLINED)

    @property
    def declines(self) -> bool:
        """Whether they want no announcements."""
        return any(one.kind == DECLINED for one in self.subscriptions)


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
    """Tell them of this no more, of nothing they subscribed to where `kind` is empty; `reason` is kept without their
    name."""

    kind: str = ""
    value: str = ""
    reason: str = "asked"


class SetRhythm(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Tell them in one of RHYTHMS."""

    rhythm: str


class Erase(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Forget all that is kept of them but that they follow, and the message whose key is `but`: the one that asked for
    it, so that a retry of it finds its answer."""

    but: str = ""


class Spelled(msgspec.Struct, frozen=True, kw_only=True):
    """A call as a channel takes it, without its receiver; `template` is the platform's template it uses."""

    channel: str
    body: bytes
    template: str = ""


class BindPhone(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """They are the phone of the member of staff to whom the code of this digest was shown, if it still is good."""

    digest: str


class ShowTest(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Send them an announcement as a test: they are the phone of a member of staff."""

    announcement: int
    staff: int
    who: str
    calls: tuple[Spelled, ...]


Change = KeepFacts | DropFacts | Subscribe | Unsubscribe | SetRhythm | Erase | BindPhone | ShowTest


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A message of theirs that is kept, of a kind of `bot.messages`, with what was answered. Times are seconds since
    1970."""

    time: float
    kind: str = "Text"
    text: str
    answer: str = ""
    policies: tuple[str, ...] = ()


class Dossier(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is kept of one follower, for their own eyes.

    followed  since when they follow; 0 where that is not known
    scene     the code they came by
    said      their messages, newest first
    remarks   what they told staff, newest first, as (time, text)
    pending   how many notices are on their way to them
    sent      how many messages were sent to them of our own accord, of those that are kept
    grants    how many subscription notices they allowed that are not used yet
    announced the announcements that reached them, newest first, as (time, title or how it begins)
    """

    person: Person = Person()
    followed: float = 0.0
    scene: str = ""
    said: tuple[Said, ...] = ()
    remarks: tuple[tuple[float, str], ...] = ()
    pending: int = 0
    sent: int = 0
    grants: int = 0
    announced: tuple[tuple[float, str], ...] = ()


def due(rhythm: str, now: float) -> float:
    """When somebody with this rhythm is told of what is known at `now`: at once, or on the next morning of theirs."""
    if rhythm == AT_ONCE:
        return now
    moment = datetime.fromtimestamp(now, UTC).astimezone(SHANGHAI)
    morning = datetime.combine(moment.date(), MORNING, SHANGHAI)
    if morning < moment:
        morning += timedelta(days=1)
    if rhythm == WEEKLY:
        morning += timedelta(days=(MONDAY - morning.weekday()) % 7)
    return morning.timestamp()
