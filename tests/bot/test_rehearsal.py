"""Conversations played from their beginning."""

from __future__ import annotations

from datetime import datetime

from bot.clock import SHANGHAI
from bot.context import Context, Office
from bot.person import DropFacts, Erase, KeepFacts, Person
from bot.rehearsal import Rehearsal, Said
from bot.replies import Answer, Say
from bot.routing import Router
from handlers import ROUTER
from tests.small import small_corpus

NOON = datetime(2026, 11, 22, 12, tzinfo=SHANGHAI)


def said(*words: str) -> list[Said]:
    """What is typed."""
    return [Said(words=text) for text in words]


async def texts(*words: Said, person: Person | None = None, router: Router = ROUTER) -> list[str]:
    """The answers."""
    turns = await Rehearsal(router, Office()).play(words, small_corpus(), now=NOON, person=person)
    return [turn.answer.reply.text for turn in turns if isinstance(turn.answer.reply, Say)]


async def test_what_was_said_before_counts() -> None:
    """A follow-up is answered of the policy that was shown before it, and of nothing where none was."""
    _, contact = await texts(*said("首台套", "找谁"))
    assert "85911248" in contact
    assert await texts(*said("找谁")) != [contact]


async def test_a_tapped_link_speaks_of_its_policy() -> None:
    """The id of a link decides, whatever was shown last."""
    _, contact = await texts(Said(words="首台套"), Said(words="找谁", menu_id="q91-10"))
    assert "崂山区工信局" in contact


async def test_the_same_words_get_the_same_answers() -> None:
    """A conversation played twice is the same, and a longer one begins as the shorter one."""
    once, again = await texts(*said("技改", "能补多少")), await texts(*said("技改", "能补多少", "首台套"))
    assert again[:2] == once


async def test_what_is_known_of_the_person_is_handed_on() -> None:
    """A handler finds the person it is played for, and what it changes holds for the turns that follow."""
    known: list[dict[str, object]] = []

    async def answer(ctx: Context) -> Answer:
        person = await ctx.person()
        known.append({"facts": dict(person.facts), "agreed": bool(person.consented)})
        match ctx.words:
            case "keep":
                ctx.change(KeepFacts(facts={"district": "崂山区"}))
            case "drop":
                ctx.change(DropFacts())
            case "erase":
                ctx.change(Erase())
        return Answer(reply=Say(text=ctx.words))

    router = Router(answer, apology=Answer(reply=Say(text="sorry")))
    person = Person(facts={"district": "平度市"}, consented=1.0)
    await texts(*said("keep", "drop", "erase", "end"), person=person, router=router)
    assert [one["facts"] for one in known] == [{"district": "平度市"}, {"district": "崂山区"}, {}, {}]
    assert [one["agreed"] for one in known] == [True, True, False, False]


async def test_each_turn_says_what_was_found_for_it() -> None:
    """The finding belongs to the words of the turn."""
    turns = await Rehearsal(ROUTER, Office()).play(said("首台套", "天气"), small_corpus(), now=NOON)
    assert [turn.finding.text for turn in turns] == ["首台套", "天气"]
    assert turns[0].finding.ids
