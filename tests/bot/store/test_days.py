"""How a day goes."""

from __future__ import annotations

from sqlalchemy import insert

from bot.messages import Followed, Text
from bot.replies import Answer, Say
from bot.store import days
from bot.store.database import Database
from bot.store.days import Day, Days
from bot.store.inbox import Inbox, Settlement
from bot.store.tables import inbox


async def ask(database: Database, text: str, *, time: float, intent: str = "policy") -> None:
    """A message that came and was answered at a time."""
    kept = Inbox(database)
    message = Text(key=f"{text}-{time}", openid="o1", account="gh_1", created=int(time), text=text)
    await kept.claim(message, owner="x", lease=9.0, time=time)
    settlement = Settlement(answer=Answer(reply=Say(text="好"), intent=intent))
    await kept.settle(message, settlement, owner="x", time=time)
    await kept.close()


async def test_what_was_typed_is_counted(database: Database) -> None:
    """Since the moment, with how many found no answer; what is not answered yet, and what nobody typed, is left out."""
    counted = Days(database)
    assert await counted.since(0.0) == Day()
    await ask(database, "a", time=1.0)
    await ask(database, "b", time=2.0, intent="offtopic")
    await ask(database, "c", time=3.0)
    kept = Inbox(database)
    await kept.claim(Text(key="k", openid="o1", account="gh_1", created=4, text="d"), owner="x", lease=9.0, time=4.0)
    followed = Followed(key="f", openid="o2", account="gh_1", created=4)
    await kept.claim(followed, owner="x", lease=9.0, time=4.0)
    silence = Settlement(answer=Answer(reply=Say(text="欢迎"), intent="greeting"))
    await kept.settle(followed, silence, owner="x", time=4.0)
    await kept.close()
    assert await counted.since(0.0) == Day(asked=3, unanswered=1, people=1, in_vain=1, answered=1)
    assert await counted.since(2.5) == Day(asked=1, people=1, answered=1)


async def test_of_very_many_the_newest_are_looked_at(database: Database) -> None:
    """So that the page does not take longer the more people ask; and it says so."""
    await ask(database, "a", time=1.0, intent="offtopic")
    row = {"openid": "o", "state": "answered", "owner": "x", "lease": 0.0}
    body = {"message": b'{"type":"Text"}', "answer": b'{"intent":"policy"}'}
    rows = [{"key": str(number), "received": 2.0, **row, **body} for number in range(days.MANY)]
    async with database.write() as connection:
        await connection.execute(insert(inbox), rows)
    assert await Days(database).since(0.0) == Day(asked=days.MANY, unanswered=0, full=True, people=1, answered=1)
