"""What staff announce to many: its words, whom it is for, by which ways it may go, and the rules of its life.

Nothing goes out that a second person has not approved, and what they approved is a digest of words, audience, ways and
day: whoever changes any of it takes the approval away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import blake2b
from html import escape

import msgspec

from bot.errors import NotAllowed

FORMS = TEXT, CARD, NOTICE = ("text", "card", "notice")
WAYS = CUSTOM, SUBSCRIBE, TEMPLATE, MASS, NEXT = ("custom", "subscribe", "template", "mass", "next")  # cheapest first
KINDS = EVERYONE, TOPIC, DISTRICT, UNIT, TAG, REACHED = ("everyone", "topic", "district", "unit", "tag", "reached")
DRAFT, IN_REVIEW, REJECTED, SCHEDULED = "draft", "in_review", "rejected", "scheduled"
PREPARING, RUNNING, PAUSED, CLOSING = "preparing", "running", "paused", "closing"
CANCELLING, CANCELLED, FINISHED, DISCARDED = "cancelling", "cancelled", "finished", "discarded"
WRITABLE = (DRAFT, REJECTED, IN_REVIEW, SCHEDULED)  # to write on the last two takes the approval away
ACTIVE = (SCHEDULED, PREPARING, RUNNING, PAUSED, CLOSING, CANCELLING)  # what a worker looks after
ERRORS = "errors"  # why an announcement is paused that stopped by itself
OVER = (CANCELLED, FINISHED, DISCARDED)
# What may be done with an announcement, from which states, and what it becomes.
ACTS: dict[str, tuple[tuple[str, ...], str]] = {
    "submit": ((DRAFT, REJECTED), IN_REVIEW),
    "reopen": ((IN_REVIEW, SCHEDULED), DRAFT),
    "reject": ((IN_REVIEW,), REJECTED),
    "approve": ((IN_REVIEW,), SCHEDULED),
    "discard": ((DRAFT, REJECTED), DISCARDED),
    "pause": ((PREPARING, RUNNING, CLOSING), PAUSED),
    "resume": ((PAUSED,), RUNNING),
    "cancel": ((SCHEDULED, PREPARING, RUNNING, PAUSED, CLOSING), CANCELLING),
    "retry": ((RUNNING, PAUSED, CLOSING, FINISHED), RUNNING),
}
NAME_LIMIT, TITLE_LIMIT, WORDS_LIMIT, URL_LIMIT = 60, 64, 600, 500  # characters; a text's own limit is in bytes
LONGEST_DAYS = 14  # that an announcement may be worth sending
FINEST, MINUTE, LONG = 5, 60, 3 * 3600.0  # seconds: of a course by spans, and of one that is long
MONTHLY = 4  # mass messages that reach a follower of a service account in a month
KEY = re.compile(r"\{\{\s*([A-Za-z_]+[0-9]*)\.DATA\s*\}\}")  # where a template of the platform shows a value
UNSEEN = ("first", "remark")  # keys of old templates that the platform takes and shows to nobody
JOINT = re.compile(r"\W+\Z")  # what stands between a label and its value
GAP = re.compile(r"\(\(([^()\s]{1,20})\)\)")  # where a saved text has a gap to fill


class Content(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is said.

    form      one of FORMS
    title     of a card or, of a notice, the template's as the platform has it
    text      the words; of a card what stands below its title
    url       the page that says more, picture the card's
    channel   of a notice the way it has a template for: subscribe or template
    template  its id at the platform
    pattern   its lines as the platform has them, such as 事项：{{thing1.DATA}}
    values    what each key of it shows
    ending    how to end announcements, below the words of a call; empty where that is not said
    """

    form: str = TEXT
    title: str = ""
    text: str = ""
    url: str = ""
    picture: str = ""
    channel: str = ""
    template: str = ""
    pattern: str = ""
    values: dict[str, str] = {}
    ending: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the platform's template, in their order."""
        return tuple(key for key in dict.fromkeys(KEY.findall(self.pattern)) if key not in UNSEEN)

    def lines(self) -> Iterator[tuple[str, str]]:
        """Of a notice what stands before each value, and the value."""
        for line in self.pattern.splitlines():
            found = KEY.search(line)
            if found and found[1] not in UNSEEN:
                yield JOINT.sub("", line[: found.start()]), self.values.get(found[1], "")

    def words(self) -> str:
        """What is said where only words go: links included, as the chat takes them."""
        if self.form == TEXT:
            return self.text
        title = f'<a href="{escape(self.url)}">{escape(self.title)}</a>' if self.url else self.title
        if self.form == CARD:
            return f"{title}\n\n{self.text}" if self.text else title
        shown = (line for line in self.pattern.splitlines() if (found := KEY.search(line)) and found[1] not in UNSEEN)
        filled = (KEY.sub(lambda found: self.values.get(found[1], ""), line) for line in shown)
        return "\n".join((title, "", *filled) if title else filled)

    def told(self, way: str) -> str:
        """The words as they go one way: those of a call end with how to end announcements. A card has no room for that,
        and beneath an answer it stands above."""
        words = self.words()
        says = bool(self.ending and words) and (way == MASS or (way == CUSTOM and self.form != CARD))
        return f"{words}\n\n{self.ending}" if says else words


class Criterion(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whom it is for: everybody, who subscribed to a topic, district or unit, who has a tag of the account (its id), or
    whom an earlier announcement reached (its number)."""

    kind: str
    value: str = ""


class Plan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How it may go.

    ways     which of WAYS may be used: of those that are open for somebody the cheapest is
    reserve  mass messages of a month that are left to each follower for emergencies
    urgent   an emergency: at any hour, to those too who want no announcements, out of the reserve; `reason` says why
    stop_at  the share of failures, in percent, at which it pauses by itself
    days     how many days it is worth sending
    """

    ways: tuple[str, ...] = (CUSTOM, SUBSCRIBE, TEMPLATE, NEXT)
    reserve: int = 1
    urgent: bool = False
    reason: str = ""
    stop_at: int = 5
    days: int = 3


class Announcement(msgspec.Struct, frozen=True, kw_only=True):
    """All of it. Times are seconds since 1970, people the names they sign in with.

    start     when it is to begin; 0 for as soon as it is approved
    hands     everybody who wrote on it: none of them may approve it
    edits     how often it was written, so that nobody writes over what they have not seen
    approved  the digest that was approved; empty before
    until     when it is no more worth sending, once it has begun
    audience  how many people it is for, counted when it began
    why       why it pauses, or what the reviewer said
    foreseen  how many it would have reached when it was approved, by way, `declined` and `closed`; empty before
    corrects  the number of the announcement it corrects
    sample    the saved text it was made of, and `version` which version of it
    forgotten when its recipients began to be forgotten, all but their sums; 0 before
    """

    id: int = 0
    name: str
    content: Content = Content()
    criteria: tuple[Criterion, ...] = ()
    plan: Plan = Plan()
    start: float = 0.0
    state: str = DRAFT
    author: str
    hands: tuple[str, ...] = ()
    created: float
    changed: float
    edits: int = 0
    submitter: str = ""
    submitted: float = 0.0
    reviewer: str = ""
    reviewed: float = 0.0
    approved: str = ""
    began: float = 0.0
    until: float = 0.0
    ended: float = 0.0
    audience: int = 0
    why: str = ""
    foreseen: dict[str, int] = {}
    corrects: int = 0
    sample: int = 0
    version: int = 0
    forgotten: float = 0.0

    @property
    def digest(self) -> str:
        """What an approval is bound to."""
        bound = (self.content, self.criteria, self.plan, self.start, self.corrects)
        return blake2b(msgspec.json.encode(bound, order="deterministic"), digest_size=16).hexdigest()

    @property
    def reached(self) -> tuple[int, ...]:
        """The announcements whose receivers it is for."""
        return tuple(int(one.value) for one in self.criteria if one.kind == REACHED and one.value.isdigit())

    @property
    def to_everyone(self) -> bool:
        """Whether it is for every follower."""
        return any(criterion.kind == EVERYONE for criterion in self.criteria)

    def grain(self, time: float) -> int:
        """Into spans of how many seconds its course is parted, at `time`."""
        return FINEST if (self.ended or time) - self.began < LONG else MINUTE


def may(act: str, one: Announcement) -> bool:
    """Whether its state allows an act."""
    return one.state in ACTS[act][0]


def check(act: str, one: Announcement, who: str) -> None:
    """Refuse by NotAllowed what the rules forbid: its state, that it would be approved by whoever wrote on it, or that
    nobody knows any more with whom it failed."""
    if not may(act, one):
        raise NotAllowed("wrong_state")
    if act in ("approve", "reject") and who in (one.author, one.submitter, *one.hands):
        raise NotAllowed("own_work")
    if act == "retry" and one.forgotten:
        raise NotAllowed("forgotten")


def gaps(text: str) -> tuple[str, ...]:
    """The gaps of a saved text, each once, in their order."""
    return tuple(dict.fromkeys(GAP.findall(text)))


def fill(text: str, values: dict[str, str]) -> str:
    """A saved text with its gaps filled; a gap without a value stays, and is a fault of what is submitted."""
    return GAP.sub(lambda found: values.get(found[1]) or found[0], text)
