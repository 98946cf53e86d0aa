"""Answers that are given again are the ones that would be worked out."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

import msgspec
import pytest

from bot.assembly import answering
from bot.context import Context, Note, Office
from bot.conversation import Conversation, fresh
from bot.corpus import Corpus
from bot.engine import Outcome
from bot.known import KEPT, LONGEST, Known
from bot.messages import Image, Text
from bot.person import Person
from bot.ranking import find, look_up
from bot.replies import Answer, Say
from bot.routing import Router
from handlers import ROUTER
from tests.corpus import the_corpus
from tests.handlers.talk import SUNDAY
from tests.scoring import every_file, read_rated
from tests.small import small_corpus

SORRY = Answer(reply=Say(text="抱歉"))
OFFICE = Office(public_url="https://huiqi.example.gov.cn")
FURTHER = (
    "找谁",
    "1",
    "2",
    "更多",
    "能补多少",
    "要什么条件",
    "技改",
    "小巨人",
    "平度",
    "投了2000万",
    "是",
    "没有",
    "不知道",
)
TAPS = ("q91-1", "q91-3", "1", "q91-999")


@dataclass
class Bureau:
    """One memory for many followers beside what works everything out, with the same people."""

    corpus: Corpus = field(default_factory=lambda: the_corpus())
    router: Router = ROUTER
    people: dict[str, Person] = field(default_factory=dict)
    read: int = 0

    def __post_init__(self) -> None:
        self.plain = answering(self.router, lambda: self.corpus, OFFICE, self.person)
        self.known = Known(self.router, lambda: self.corpus, OFFICE, plain=self.plain, person=self.person)

    async def person(self, openid: str) -> Person:
        """What is kept of somebody."""
        self.read += 1
        return self.people.get(openid, Person())

    async def ask(
        self, text: str, when: datetime = SUNDAY, talk: Conversation | None = None, who: str = "o1"
    ) -> Outcome:
        """The outcome, the same from the memory, worked out, and where it is there at once."""
        message = Text(key=f"{who}{when}", openid=who, account="gh_1", created=int(when.timestamp()), text=text)
        return await self.send(message, when, talk)

    async def send(self, message: Text, when: datetime, talk: Conversation | None) -> Outcome:
        """What a message leads to in every way."""
        time = when.timestamp()
        before = fresh(talk, time)
        expected = await self.plain(message, before, time)
        for _ in range(2):
            found = await self.known.answer(message, before, time)
            assert msgspec.json.encode(found) == msgspec.json.encode(expected), message
            assert found == expected
        at_once = self.known.at_once(message, time)
        ready = at_once(before) if at_once else None
        if ready is not None and not (ready.stranger and self.people.get(message.openid)):
            told = Outcome(
                answer=ready.answer,
                conversation=ready.conversation,
                remarks=ready.remarks,
                changes=ready.changes,
            )
            assert told == expected
            assert ready.encoded == msgspec.json.encode(expected.answer)
        return expected


@cache
def texts() -> tuple[str, ...]:
    """What people asked."""
    return tuple(message.text for message in read_rated(*every_file()))


@pytest.mark.parametrize("seed", range(4))
async def test_an_answer_is_the_same_whether_it_was_known_or_not(seed: int) -> None:
    """Whoever asks what, in which state of their conversation and at whatever time: words, conversation and bytes."""
    chance, bureau = random.Random(seed), Bureau()
    asked = chance.sample(texts(), 12)
    bureau.people = {"o0": Person(facts={"district": "平度市"}, consented=1.0)}
    talks: dict[str, Conversation | None] = {}
    for moment in range(160):
        when = SUNDAY + timedelta(minutes=5 * moment + 60 * 9 * (moment // 60))
        who = f"o{chance.randrange(6)}"
        text = chance.choice(asked) if chance.random() < 0.5 else chance.choice(FURTHER)
        menu = chance.choice(TAPS) if chance.random() < 0.15 else ""
        message = Text(
            key=str(moment), openid=who, account="gh_1", created=int(when.timestamp()), text=text, menu_id=menu
        )
        outcome = await bureau.send(message, when, talks.get(who))
        talks[who] = outcome.conversation or talks.get(who)
    assert len(bureau.known) > 20


async def counted(ctx: Context) -> Answer | None:
    """Says how often it was asked, and what it looks at on the way."""
    words = ctx.words
    CALLS.append(words)
    if words == "谁":
        return Answer(reply=Say(text=ctx.message.openid))
    if words == "几点":
        return Answer(reply=Say(text=f"{ctx.now:%H:%M}"))
    if words == "开门吗":
        return Answer(reply=Say(text=f"{ctx.opening.open}"))
    if words == "哪一天":
        return Answer(reply=Say(text=f"{ctx.today}"))
    if words == "我的":
        return Answer(reply=Say(text=str((await ctx.person()).consented)))
    if words == "全部":
        return Answer(reply=Say(text=str(await ctx.dossier())))
    if words == "记下":
        ctx.note(Note(kind="staff", text=words))
    if words == "接着":
        ctx.remember(msgspec.structs.replace(ctx.conversation, heading="接着"))
    if words == "看":
        ctx.look_at("q91-1")
    return Answer(reply=Say(text=f"{words} {ctx.conversation.asked}"))


CALLS: list[str] = []


@pytest.fixture
def bureau() -> Bureau:
    """One with small things to say."""
    CALLS.clear()
    return Bureau(corpus=small_corpus(), router=Router(counted, apology=SORRY, repeats=True))


@pytest.mark.parametrize("text", ["谁", "几点", "全部"])
async def test_what_is_one_persons_is_never_kept(bureau: Bureau, text: str) -> None:
    """Who asks, the exact time, and all that is kept of them."""
    await bureau.ask(text, who="o1")
    await bureau.ask(text, SUNDAY + timedelta(minutes=1), who="o2")
    assert len(bureau.known) == 0


async def test_what_is_known_is_not_worked_out(bureau: Bureau) -> None:
    """The second follower is answered without any handler; the words as they are typed tell."""
    await bureau.ask("你好")
    CALLS.clear()
    message = Text(key="k", openid="o2", account="gh_1", created=0, text="你好")
    await bureau.known.answer(message, Conversation(), SUNDAY.timestamp())
    assert CALLS == []
    await bureau.known.answer(msgspec.structs.replace(message, text="你好!"), Conversation(), SUNDAY.timestamp())
    assert CALLS == ["你好!"]


async def test_another_day_is_another_answer(bureau: Bureau) -> None:
    """Midnight in Shanghai ends all of them, and opening and closing those that rest on it."""
    for text in ("哪一天", "开门吗"):
        for hours in range(0, 72, 3):
            await bureau.ask(text, SUNDAY + timedelta(hours=hours))


async def test_another_edition_is_another_answer(bureau: Bureau) -> None:
    """As soon as it stands, nothing of the old one is said."""
    await bureau.ask("你好")
    assert len(bureau.known) == 1
    bureau.corpus = the_corpus()
    outcome = await bureau.ask("你好")
    assert outcome.answer.version == the_corpus().version


async def test_somebody_of_whom_something_is_kept_has_their_own(bureau: Bureau) -> None:
    """An answer that asked for it is for strangers alone."""
    bureau.people["o2"] = Person(consented=7.0)
    await bureau.ask("我的", who="o1")
    assert len(bureau.known) == 1
    outcome = await bureau.ask("我的", who="o2")
    assert outcome.answer.reply == Say(text="7.0")


async def test_the_state_of_the_conversation_tells(bureau: Bureau) -> None:
    """What an answer looks at must be the same; what it leaves alone stays as the follower has it."""
    until = SUNDAY.timestamp() + 60
    talks = [
        Conversation(asked="staff", listed=("q91-2",), expires=until),
        Conversation(asked="", listed=("q91-1", "q91-2"), shown=2, expires=until + 5),
        Conversation(heading="崂山", facts={"staff": 3.0}, expires=until),
    ]
    for text in ("看", "接着", "你好", "记下"):
        for talk in (*talks, None):
            await bureau.ask(text, talk=talk)


async def test_the_memory_is_bounded(bureau: Bureau) -> None:
    """However many different things are asked, and however long they are."""
    time = SUNDAY.timestamp()
    for number in range(3 * KEPT):
        message = Text(key="k", openid="o", account="gh_1", created=0, text=f"问{number}")
        await bureau.known.answer(message, Conversation(), time)
    assert KEPT <= len(bureau.known) <= 2 * KEPT
    before = len(bureau.known)
    await bureau.ask("长" * (LONGEST + 1))
    assert len(bureau.known) == before
    for number in range(3 * KEPT):
        message = Text(key="k", openid="o", account="gh_1", created=0, text="你好")
        await bureau.known.answer(message, Conversation(asked=str(number), expires=time + 60), time)
    assert len(bureau.known) <= 4 * KEPT


async def test_a_picture_is_worked_out(bureau: Bureau) -> None:
    """Only words are known."""
    picture = Image(key="k", openid="o", account="gh_1", created=0)
    assert bureau.known.at_once(picture, SUNDAY.timestamp()) is None
    await bureau.known.answer(picture, Conversation(), SUNDAY.timestamp())
    assert len(bureau.known) == 0


def test_what_was_found_is_found_again() -> None:
    """The same text, corpus and day give the same finding, however often; another day its own."""
    for day in (SUNDAY.date(), SUNDAY.date() + timedelta(days=400)):
        for text in texts()[:40]:
            assert find(text, the_corpus(), day) == find(text, the_corpus(), day) == look_up(text, the_corpus(), day)
