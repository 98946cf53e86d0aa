"""Engines, what they ask and where they keep it, for tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from bot.clock import ManualClock
from bot.conversation import Conversation
from bot.engine import Engine, Outcome
from bot.messages import AnyMessage, Text
from bot.replies import Answer, Say, Silence
from bot.store.driver import once
from bot.store.feedback import Remark
from bot.store.inbox import Inbox

APOLOGY = Answer(reply=Say(text="抱歉，请稍后再试"))
SLOWER = Answer(reply=Say(text="一条一条来"))


@dataclass
class Handlers:
    """Answers in `seconds`; no two answers are alike, and each adds its message to the conversation."""

    clock: ManualClock
    seconds: dict[str, float] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    failing: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)

    async def answer(self, message: AnyMessage, conversation: Conversation, time: float) -> Outcome:
        """The n-th answer."""
        self.asked.append(message.key)
        text = f"{message.key} answer {len(self.asked)}"
        await self.clock.sleep(self.seconds.get(message.key, 0.0))
        if message.key in self.failing:
            raise LookupError("out of order")
        return Outcome(
            answer=Answer(reply=Silence() if message.key in self.silent else Say(text=text)),
            conversation=Conversation(listed=(*conversation.listed, message.key), expires=time + 60),
            remarks=(Remark(kind="staff", text=text),),
        )


def build(
    store: Any, handlers: Handlers, clock: ManualClock, *, can_push: bool = True, owner: str = "p0", at_once: Any = None
) -> Engine:
    """One process's engine; `at_once` has the answers that it knows."""
    return Engine(
        inbox=Inbox(store),
        answer=handlers.answer,
        apology=APOLOGY,
        slower=SLOWER,
        clock=clock,
        can_push=can_push,
        owner=owner,
        at_once=at_once,
    )


def text(clock: ManualClock, key: str = "k1", openid: str = "o1") -> Text:
    """A message sent now."""
    return Text(key=key, openid=openid, account="gh_1", created=int(clock.time()), text="技改补贴")


def said(answer: Answer | None) -> str:
    """The words of an answer."""
    assert answer is not None
    assert isinstance(answer.reply, Say)
    return answer.reply.text


async def rows(store: Any, table: Any) -> list[dict[str, Any]]:
    """All rows of a table."""
    found = await store.run(lambda: once(select(table)))
    return [dict(zip(table.c.keys(), row, strict=True)) for row in found]
