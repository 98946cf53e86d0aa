"""News and notices: a fact that people are to be told of, and what one of them is told, in the words of every way."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import msgspec

from bot.clock import SHANGHAI

KINDS = NEW, CHANGED, EXPIRING, CORRECTED, WISH, DIGEST, ANNOUNCED = (
    "new", "changed", "expiring", "corrected", "wish", "digest", "announced",
)  # fmt: skip
LONGEST_KEY = 80  # characters
LIFE = 14 * 86_400.0  # seconds; a notice is no news after that


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What one follower is to be told.

    key      the fact and the person; the same one twice is one notice. At most LONGEST_KEY characters
    openid   who is told
    kind     one of KINDS
    text     the words of a customer-service message, at most 2048 bytes
    brief    the same in a line or two, to stand beneath an answer; empty where the text is all there is
    title    what it is about, in a few words
    url      the page that says more; empty where there is none
    fields   named values for templates, such as title, change, date, unit
    urgent   it does not wait for a gap between other messages, only for waking hours
    created  seconds since 1970
    """

    key: str
    openid: str
    kind: str
    text: str
    brief: str = ""
    title: str
    url: str = ""
    fields: dict[str, str] = {}
    urgent: bool = False
    created: float


class Criterion(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whom a fact concerns: those who subscribed to this, or, of kind answered, who had that policy in an answer.

    wish  nothing was there for it before
    """

    kind: str
    value: str = ""
    wish: bool = False


class News(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A fact that people are to be told of: all that is said of it, whatever the corpus says later.

    kind      new, changed, expiring or corrected
    policy    its id, with its title and the place it holds for, as people read them
    lines     what it gives, what has changed, or what was wrong, in words
    unit      the first responsible unit, with its phone
    end       the last day, where one is stated
    step      of a reminder, how many days before that day it is due
    criteria  whom it concerns, the most telling first
    created   seconds since 1970
    before    what had been published of the policy, of a change, and `after` what is published with it
    replaces  older news of the policy that is not to be told any more as it stands, by number
    also      whom that concerned besides
    """

    kind: str
    policy: str
    title: str
    place: str
    lines: tuple[str, ...] = ()
    unit: str = ""
    phone: str = ""
    end: date | None = None
    step: int = 0
    criteria: tuple[Criterion, ...] = ()
    created: float
    before: bytes = b""
    after: bytes = b""
    replaces: tuple[int, ...] = ()
    also: tuple[Criterion, ...] = ()


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A fact for one person, and why it is theirs."""

    news: News
    why: Criterion


class Wording(msgspec.Struct, frozen=True, kw_only=True):
    """A notice's words: its text, the same in brief, its title, and its named values for templates."""

    text: str
    brief: str = ""
    title: str
    fields: dict[str, str] = {}


def life(notice: Notice) -> float:
    """Until when it is true and news. What counts the days to a date is wrong the next day."""
    if notice.kind != EXPIRING:
        return notice.created + LIFE
    day = datetime.fromtimestamp(notice.created, UTC).astimezone(SHANGHAI).date()
    return datetime.combine(day + timedelta(days=1), time(0), SHANGHAI).timestamp()
