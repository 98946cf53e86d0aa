"""Announcements as the tests of their pages write and move them."""

from __future__ import annotations

import re

from bot.announcements import Announcement
from tests.bot.console.client import Office, Page, Visitor
from tests.bot.console.talking import say

HERE = "/console/broadcasts"
WORDS = "十二月三日下午两点，办事大厅举办技改政策说明会。"
FORM: dict[str, str | list[str]] = {
    "name": "说明会", "form": "text", "text": WORDS, "to": "everyone", "way": ["custom", "next"],
    "reserve": "1", "stop_at": "5", "days": "3", "start": "", "edits": "0",
}  # fmt: skip


def sent(**changed: str | list[str]) -> list[tuple[str, str]]:
    """A form as a browser sends it: one pair for each value."""
    pairs: list[tuple[str, str]] = []
    for name, value in {**FORM, **changed}.items():
        pairs += [(name, one) for one in ([value] if isinstance(value, str) else value)]
    return pairs


async def kept(visitor: Visitor, **changed: str | list[str]) -> int:
    """The number of a draft that a form makes."""
    page = await visitor.post(f"{HERE}/new", sent(**changed))
    found = re.search(r"/broadcasts/(\d+)", page.location)
    assert page.status == 303, page.text
    assert found
    return int(found[1])


async def get(office: Office, number: int) -> Announcement:
    """How an announcement stands."""
    one = await office.services.broadcasts.rows.get(number)
    assert one is not None
    return one


async def act(visitor: Visitor, number: int, what: str, **fields: str) -> Page:
    """Press a button of the page of one, with what the page shows of it."""
    source = (await visitor.get(f"{HERE}/{number}")).source
    shown = dict(re.findall(r'name="(digest|counted)" value="([^"]+)"', source))
    return await visitor.post(f"{HERE}/{number}/{what}", {**shown, "people": shown.get("counted", ""), **fields})


async def approved(office: Office, **changed: str | list[str]) -> int:
    """One that an editor wrote and submitted and an approver approved."""
    editor, approver = await office.sign_in("editor"), await office.sign_in("approver")
    number = await kept(editor, **changed)
    for visitor, what in ((editor, "submit"), (approver, "approve")):
        page = await act(visitor, number, what)
        assert page.status == 303, page.text
    return number


async def followers(office: Office, many: int) -> list[str]:
    """People who follow and wrote a moment ago."""
    found = [f"oFollower{number}" for number in range(many)]
    for openid in found:
        await say(office, "技改", openid)
    return found


async def work(office: Office, rounds: int = 3) -> None:
    """Let the worker take announcements some steps further; nothing is sent."""
    for job in office.services.worker.jobs:
        for _ in range(rounds):
            if job.name == "broadcasts":
                await job.run()
