"""Who answers: the handlers are asked in order, and the first that does not return None has answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

import msgspec

from bot.context import Context, Office
from bot.corpus import Corpus
from bot.messages import AnyMessage, Clicked, Link, Text, Voice
from bot.replies import Answer, Silence

Handler = Callable[[Context], Awaitable[Answer | None]]

ASK = "ask:"  # a menu key that begins so speaks for the follower


class Router:
    """The handlers in their order, what is said when something breaks (`apology`) and to who sends more than can be
    answered (`slower`, else the apology too), and the line over news beneath an answer.

    `repeats` promises that an answer rests on nothing but what its context shows, so that it can be given again.
    """

    def __init__(
        self,
        *handlers: Handler,
        apology: Answer,
        slower: Answer | None = None,
        aside: str = "",
        repeats: bool = False,
    ) -> None:
        self.handlers = handlers
        self.apology = apology
        self.slower = slower or apology
        self.aside = aside
        self.repeats = repeats

    async def answer(self, ctx: Context) -> Answer:
        """The first answer, marked with the corpus it rests on."""
        for handler in self.handlers:
            answer = await handler(ctx)
            if answer is not None:
                return msgspec.structs.replace(answer, version=ctx.corpus.version)
        return Answer(reply=Silence(), version=ctx.corpus.version)

    async def speak(self, text: str, corpus: Corpus, now: datetime) -> Answer:
        """What somebody is answered who says only this, without an account and without history."""
        message = Text(key="", openid="", account="", created=int(now.timestamp()), text=text)
        return await self.answer(Context(message=message, words=text, corpus=corpus, now=now, office=Office()))


def spoken(message: AnyMessage) -> str:
    """What the follower said by a message: typed, recognised from speech, by a menu key, as a link's title."""
    match message:
        case Text(text=text):
            return text
        case Voice(recognition=text):
            return text
        case Clicked(button=button) if button.startswith(ASK):
            return button.removeprefix(ASK)
        case Link(title=title):
            return title
        case _:
            return ""


def pointed(message: AnyMessage) -> str:
    """The id that a tapped link carries."""
    return message.menu_id if isinstance(message, Text) else ""
