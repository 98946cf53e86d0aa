"""The signature of a page, and the ticket it is made with."""

from __future__ import annotations

import asyncio

from bot.clock import ManualClock
from bot.errors import Temporary
from bot.store.database import Database
from bot.store.tokens import TokenRows
from bot.wechat.jssdk import PageTicket, sign_page

TICKET = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"
PAGE = "https://huiqi.example.gov.cn/p/q91-1"


class Platform:
    """Gives tickets that are good for two hours, one after another, while it is there."""

    def __init__(self) -> None:
        self.asked = 0
        self.away = False

    async def fetch(self) -> tuple[str, float]:
        """The next one."""
        self.asked += 1
        await asyncio.sleep(0)
        if self.away:
            raise Temporary(-1, "system error")
        return f"ticket-{self.asked}", 7200.0


def ticket(database: Database, platform: Platform, clock: ManualClock) -> PageTicket:
    """One process's."""
    return PageTicket(platform.fetch, TokenRows(database, "jsapi_ticket"), app_id="wx0123456789abcdef", clock=clock)


def test_the_official_vector() -> None:
    """The example of the platform's page on the JS-SDK."""
    signed = sign_page(
        ticket=TICKET, nonce="Wm3WZYTPz0wzccnW", timestamp=1414587457, url="http://mp.weixin.qq.com?params=value#top"
    )
    assert signed == "0f9de62fce790f9a083d5c99e95740ceb90c27ed"


async def test_a_page_is_signed(database: Database, clock: ManualClock) -> None:
    """What the script is given is the signature over just that address."""
    config = await ticket(database, Platform(), clock).configure(PAGE)
    assert config is not None
    expected = sign_page(
        ticket="ticket-1", nonce=config["nonce"], timestamp=int(config["timestamp"]), url=PAGE + "#desks"
    )
    assert (config["app_id"], config["signature"]) == ("wx0123456789abcdef", expected)


async def test_one_ticket_for_all(database: Database, clock: ManualClock) -> None:
    """Many pages of two processes are signed with one ticket, until it nears its end."""
    platform = Platform()
    first, second = ticket(database, platform, clock), ticket(database, platform, clock)
    await asyncio.gather(*(one.configure(PAGE) for one in (first, first, first)))
    await second.configure(PAGE)
    assert platform.asked == 1
    await clock.advance(7000.0)
    await first.configure(PAGE)
    await second.configure(PAGE)
    assert platform.asked == 2


async def test_without_a_ticket_no_signature(database: Database, clock: ManualClock) -> None:
    """While the platform is away pages go without; it is asked again after a minute, not for every page."""
    platform = Platform()
    platform.away = True
    one = ticket(database, platform, clock)
    assert [await one.configure(PAGE), await one.configure(PAGE)] == [None, None]
    assert platform.asked == 1
    platform.away = False
    await clock.advance(60.0)
    assert await one.configure(PAGE) is not None
