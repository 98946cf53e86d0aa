"""One follower's talk with the real handlers and the real corpus: no platform, no database, any day."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time
from functools import cache

import msgspec

from bot.assembly import answering
from bot.chinese import fold, sums
from bot.clock import SHANGHAI, ManualClock
from bot.context import Office, off_duty
from bot.conversation import Conversation
from bot.duty import Duty
from bot.messages import AnyMessage, Text
from bot.person import (
    AT_ONCE,
    DECLINED,
    BindPhone,
    Change,
    Dossier,
    DropFacts,
    Erase,
    KeepFacts,
    Person,
    SetRhythm,
    ShowTest,
    Subscribe,
    Subscription,
    Unsubscribe,
)
from bot.policies import Policy
from bot.replies import TEXT_LIMIT, Answer, HandOver, Say, Silence, visible
from bot.routing import Router
from bot.store.feedback import Remark
from bot.wechat.events import Header
from handlers import ROUTER
from tests.corpus import DATA, the_corpus

PAGES = "https://huiqi.example.gov.cn"
OPENID = "oTalker_00000000000000000001"
NUMBER = re.compile(r"(?<![\dA-Za-z:.])\d{7,12}(?![\dA-Za-z])")  # what somebody might dial


def at(text: str) -> datetime:
    """A moment in Shanghai: 2026-10-01, which is ten in the morning, or 2026-10-01T12:30."""
    moment = datetime.fromisoformat(text) if "T" in text else datetime.combine(date.fromisoformat(text), time(10))
    return moment.replace(tzinfo=SHANGHAI)


SUNDAY = datetime.fromtimestamp(ManualClock().time(), UTC).astimezone(SHANGHAI)  # 22 November 2026, 10:00


class Talk:
    """What they say is answered in turn. `now` may be moved; what is remembered, noted, kept stays to be looked at."""

    def __init__(self, *, now: datetime = SUNDAY, office: Office | None = None, router: Router = ROUTER) -> None:
        self.now = now
        self.conversation: Conversation | None = None
        self.remarks: list[Remark] = []
        self.changes: list[Change] = []
        self.person = Person()
        self.dossier = Dossier()  # what is kept beside
        self.attend: Callable[[str, int], Awaitable[Duty]] = off_duty  # what there is for them as a member of staff
        where = office or Office(public_url=PAGES)
        self._answering = answering(router, the_corpus, where, self._read, self._recall, duty=self._attend)
        self._sent = 0

    async def say(self, text: str, policy: str = "") -> Answer:
        """Type words, or tap the link that speaks them for `policy`."""
        return await self.send(Text(**self.header(), text=text, menu_id=policy))

    async def send(self, message: AnyMessage) -> Answer:
        """Send anything."""
        outcome = await self._answering(message, self.conversation, self.now.timestamp())
        self.conversation = outcome.conversation or self.conversation
        self.remarks += outcome.remarks
        self.changes += outcome.changes
        for change in outcome.changes:
            self.person = changed(self.person, change, self.now.timestamp())
        return outcome.answer

    async def _read(self, _: str) -> Person:
        return self.person

    async def _recall(self, _: str) -> Dossier:
        return msgspec.structs.replace(self.dossier, person=self.person)

    async def _attend(self, _: str, code: str, number: int) -> Duty:
        return await self.attend(code, number)

    def header(self) -> Header:
        """The fields that every message has, for the next one."""
        self._sent += 1
        created = int(self.now.timestamp())
        return Header(key=f"k{self._sent}", openid=OPENID, account="gh_0a1b2c3d4e5f", created=created)


def changed(person: Person, change: Change, time: float) -> Person:
    """What is kept of somebody after a change, as the store would have it."""
    match change:
        case KeepFacts(facts=facts):
            return msgspec.structs.replace(person, facts=facts, consented=time)
        case DropFacts():
            return msgspec.structs.replace(person, facts={}, consented=0.0)
        case SetRhythm(rhythm=rhythm):
            return msgspec.structs.replace(person, rhythm=rhythm)
        case Subscribe(kind=kind, value=value):
            left = [one for one in person.subscriptions if (one.kind, one.value) != (kind, value)]
            held = (*left, Subscription(kind=kind, value=value, since=time))
            return msgspec.structs.replace(person, subscriptions=held)
        case Unsubscribe(kind=kind, value=value):
            ended = [
                o
                for o in person.subscriptions
                if (o.kind, o.value) == (kind, value) or not (kind or o.kind == DECLINED)
            ]
            left = [one for one in person.subscriptions if one not in ended]
            rhythm = person.rhythm if kind else AT_ONCE
            return msgspec.structs.replace(person, subscriptions=tuple(left), rhythm=rhythm)
        case Erase():
            return Person()
        case BindPhone() | ShowTest():
            return person


def said(answer: Answer) -> str:
    """The words of an answer as the follower sees them."""
    assert isinstance(answer.reply, Say)
    return visible(answer.reply.text)


def written(answer: Answer) -> str:
    """The words of an answer as they are sent, links and all."""
    assert isinstance(answer.reply, Say)
    return answer.reply.text


def check(answer: Answer, asked: str = "") -> None:
    """What holds for every answer: it fits into one message whole, and makes up no phone and no sum.

    A sum that no file states stands at the end of a line of arithmetic.
    """
    if isinstance(answer.reply, Silence | HandOver):
        return
    text = said(answer)
    assert text.strip()
    assert len(written(answer).encode()) <= TEXT_LIMIT, "the platform would cut it"
    plain = text.replace(the_corpus().version, "")
    assert set(NUMBER.findall(plain)) <= phones(), "a phone from nowhere"
    lines = plain.replace("＝", "=").split("\n")
    reckoned = figures("，".join(line.rpartition("=")[2] for line in lines if "=" in line))
    assert figures(plain) <= stated() | figures(asked) | reckoned, "a sum from nowhere"


def figures(text: str) -> frozenset[float]:
    """Every sum of money that a text names, in yuan."""
    return frozenset(found.yuan for found in sums(fold(text)))


@cache
def phones() -> frozenset[str]:
    """Every number of the corpus."""
    corpus = the_corpus()
    listed = (phone.number for unit in corpus.departments.values() for phone in unit.phones)
    return frozenset(listed) | {c.phone for p in corpus.policies.values() for c in p.contacts if c.phone}


@cache
def stated() -> frozenset[float]:
    """Every sum that the files of the corpus name, in words or as a figure, examples of its questions too."""
    found: set[float] = set()
    for path in (*(DATA / "policies").glob("*.toml"), DATA / "facts.toml"):
        text = path.read_text(encoding="utf-8")
        found |= figures(text) | {float(n.replace("_", "")) for n in re.findall(r"= ([\d_.]+)", text)}
    return frozenset(found)


def everything() -> tuple[Policy, ...]:
    """All policies of the corpus, in its order."""
    return tuple(the_corpus().policies.values())
