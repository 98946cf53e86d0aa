"""The first handler that does not return None has answered."""

from __future__ import annotations

from datetime import datetime
from typing import get_args

import pytest

from bot.clock import SHANGHAI
from bot.context import Context, Office
from bot.messages import AnyMessage, Clicked, Left, Link, Message, Text, Viewed, Voice
from bot.replies import Answer, Say, Silence
from bot.routing import Handler, Router, pointed, spoken
from tests.small import small_corpus

WHO = {"key": "k", "openid": "o", "account": "gh_1", "created": 1}
APOLOGY = Answer(reply=Say(text="稍后再试"))


def says(text: str | None, asked: list[str | None]) -> Handler:
    """A handler that answers with a text, or None, and writes down that it was asked."""

    async def handler(ctx: Context) -> Answer | None:
        asked.append(text)
        return None if text is None else Answer(reply=Say(text=text), intent="policy", policies=("q91-1",))

    return handler


def context() -> Context:
    """Somebody says 技改."""
    message = Text(**WHO, text="技改")  # type: ignore[arg-type]
    now = datetime(2026, 11, 22, 10, tzinfo=SHANGHAI)
    return Context(message=message, words="技改", corpus=small_corpus(), now=now, office=Office())


async def test_the_first_answer_stands_and_nobody_else_is_asked() -> None:
    """Handlers are asked in their order until one answers."""
    asked: list[str | None] = []
    router = Router(says(None, asked), says("first", asked), says("second", asked), apology=APOLOGY)
    answer = await router.answer(context())
    assert answer.reply == Say(text="first")
    assert asked == [None, "first"]


async def test_an_answer_names_the_corpus_it_rests_on() -> None:
    """The version is put on it, the rest is as the handler said it."""
    router = Router(says("first", []), apology=APOLOGY)
    expected = Answer(reply=Say(text="first"), intent="policy", policies=("q91-1",), version=small_corpus().version)
    assert await router.answer(context()) == expected


async def test_where_nobody_answers_nothing_is_said() -> None:
    """Without handlers, or with handlers that all decline, the follower sees no line."""
    for router in (Router(apology=APOLOGY), Router(says(None, []), apology=APOLOGY)):
        assert await router.answer(context()) == Answer(reply=Silence(), version=small_corpus().version)


async def test_a_handler_that_breaks_is_not_hidden() -> None:
    """What becomes of an error is decided further out, and the next handler is not asked in its place."""

    async def broken(ctx: Context) -> Answer | None:
        raise ZeroDivisionError(ctx.words)

    asked: list[str | None] = []
    with pytest.raises(ZeroDivisionError):
        await Router(broken, says("next", asked), apology=APOLOGY).answer(context())
    assert asked == []


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        (Text, {"text": "技改"}, "技改"),
        (Voice, {"recognition": "技改。"}, "技改。"),
        (Voice, {}, ""),
        (Clicked, {"button": "ask:有哪些政策"}, "有哪些政策"),
        (Clicked, {"button": "HELP"}, ""),
        (Link, {"title": "技改政策"}, "技改政策"),
        (Viewed, {"url": "https://example.cn"}, ""),
        (Left, {}, ""),
    ],
)
def test_words_are_what_a_message_says(kind: type[Message], fields: dict[str, str], words: str) -> None:
    """Typed, spoken, by a menu key, as a link's title; events say nothing."""
    message = kind(**WHO, **fields)  # type: ignore[arg-type]
    assert isinstance(message, get_args(AnyMessage))
    assert spoken(message) == words


def test_a_tapped_link_points() -> None:
    """Its id tells which policy is meant; typed words point at none."""
    assert pointed(Text(**WHO, text="找谁办", menu_id="q91-1")) == "q91-1"  # type: ignore[arg-type]
    assert pointed(Text(**WHO, text="找谁办")) == ""  # type: ignore[arg-type]
    assert pointed(Left(**WHO)) == ""  # type: ignore[arg-type]
