"""What people asked, as staff read it."""

from __future__ import annotations

from bot.clock import ManualClock
from bot.messages import Left, Text
from bot.replies import Answer, Silence
from bot.store.database import Database
from bot.store.inbox import Inbox, Settlement
from bot.store.questions import Questions


async def test_answered_messages_are_read_newest_first(database: Database, clock: ManualClock) -> None:
    """Those since a time, at most so many; running and erased ones are not there, by key either."""
    inbox, questions = Inbox(database), Questions(database)
    for number in range(5):
        message = Text(key=f"m{number}", openid=f"o{number}", account="gh", created=number, text=f"问{number}")
        await inbox.claim(message, owner="p", lease=60.0, time=float(number))
        if number != 3:
            await inbox.settle(message, Settlement(answer=Answer(reply=Silence())), owner="p", time=9.0)
    await inbox.claim(
        Left(key="bye", openid="o2", account="gh", created=10), owner="p", lease=60.0, time=10.0
    )  # fmt: skip
    await inbox.close()
    assert [key for key, _ in await questions.recent(0.0, 10)] == ["m4", "m1", "m0"]
    assert [key for key, _ in await questions.recent(1.0, 10)] == ["m4", "m1"]
    assert [key for key, _ in await questions.recent(0.0, 1)] == ["m4"]
    found = await questions.by_key(["m0", "m2", "m3", "m0", "nothing"])
    assert {key: message.text for key, message in found.items() if isinstance(message, Text)} == {"m0": "问0"}
    assert await questions.by_key([]) == {}
