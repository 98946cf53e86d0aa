"""Followers who talk to an open office, and what is counted of it."""

from __future__ import annotations

import itertools

from bot.chores import build_tally
from bot.clock import ManualClock
from bot.messages import AnyMessage, Text
from bot.replies import Answer, Say
from bot.statistics.tally import LAG
from bot.store.feedback import Remark
from bot.store.inbox import Settlement
from tests.bot.console.client import Office

_keys = (f"{number:040x}" for number in itertools.count(1))


async def say(office: Office, text: str, openid: str = "oA", *, menu_id: str = "") -> str:
    """A follower says something and is answered; the key of the message."""
    key, created = next(_keys), int(office.services.clock.time())
    await hear(office, Text(key=key, openid=openid, account="gh_1", created=created, text=text, menu_id=menu_id))
    return key


async def remark(office: Office, text: str, openid: str = "oA", *, kind: str = "complaint", about: str = "") -> str:
    """A follower complains or asks for staff, which the words of a small corpus do not know; the message's key."""
    key, time, inbox = next(_keys), office.services.clock.time(), office.services.inbox
    message = Text(key=key, openid=openid, account="gh_1", created=int(time), text=text)
    await inbox.claim(message, owner="test", lease=4.0, time=time)
    answer = Answer(reply=Say(text="已经记下。"), intent=kind)
    settlement = Settlement(answer=answer, remarks=(Remark(kind=kind, text=text, about=about),))
    await inbox.settle(message, settlement, owner="test", time=time)
    return key


async def hear(office: Office, message: AnyMessage) -> Answer | None:
    """A message comes and is answered."""
    return await office.services.engine.handle(message)


async def count(office: Office) -> None:
    """Count all that came so far."""
    services = office.services
    assert isinstance(services.clock, ManualClock)
    await services.clock.advance(LAG + 1)
    tally = build_tally(services.database, services.shelf, clock=services.clock)
    while await tally.run():
        pass
