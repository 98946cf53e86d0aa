"""What whoever has just published reads of those who are to be told of it."""

from __future__ import annotations

from sqlalchemy import insert

from bot.clock import ManualClock
from bot.store.tables import notices
from tests.bot.console.client import Office
from tests.bot.console.sheets import send, submitted

SECOND = "/console/edit/policy?key=q91-2"
DAY = 86_400.0


async def test_who_publishes_in_the_hours_reads_that_people_are_told_now(office: Office, clock: ManualClock) -> None:
    """And from the list how many notices still wait, until they have gone."""
    await clock.advance(DAY)
    editor, approver = await office.sign_in("editor", "li"), await office.sign_in("approver", "wang")
    number = await submitted(editor, SECOND, title="奖励首台套")
    board = (await send(approver, f"/console/drafts/{number}", "publish")).location
    said = (await approver.get(board)).text
    assert ("要通知订阅的人的，马上开始发" in said, "等着发给订阅者的通知" in said) == (True, False)
    base = {"openid": "o1", "data": b"", "news": b"", "created": 0.0, "due": clock.time(), "state": "pending"}
    async with office.services.database.write() as connection:
        await connection.execute(insert(notices), {**base, "key": "a", "kind": "changed"})
    assert "等着发给订阅者的通知 ：政策有变化 1 条（现在就发）。" in (await approver.get(board)).text
