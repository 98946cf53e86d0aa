"""The signature of a page, and the ticket it is made with."""

from __future__ import annotations

import asyncio

from bot.clock import ManualClock
from bot.errors import StoreError, Temporary
from bot.store.database import Database
from bot.store.tokens import Token, TokenRows
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


async def test_no_page_waits_for_a_platform_that_hangs(database: Database, clock: ManualClock) -> None:
    """A page goes without after half a second, the next ones too, and is signed once the ticket is there."""
    gate, asked = asyncio.Event(), []

    async def fetch() -> tuple[str, float]:
        asked.append(clock.time())
        await gate.wait()
        return "ticket", 7200.0

    one = PageTicket(fetch, TokenRows(database, "jsapi_ticket"), app_id="wx0123456789abcdef", clock=clock)
    for _ in range(2):
        page = asyncio.create_task(one.configure(PAGE))
        while not page.done():
            await clock.advance(0.1)
        assert page.result() is None
        assert clock.time() - ManualClock().time() < 2.0
    gate.set()
    assert await one.configure(PAGE) is not None
    assert len(asked) == 1
    await one.close()


async def test_a_ticket_that_nears_its_end_still_signs(database: Database, clock: ManualClock) -> None:
    """While the next one is fetched pages are signed with the one there is, and do not wait for each other."""
    platform = Platform()
    one = ticket(database, platform, clock)
    await one.configure(PAGE)
    platform.away = True
    await clock.advance(7000.0)
    assert [await one.configure(PAGE) is not None for _ in range(3)] == [True] * 3
    assert platform.asked == 2
    await one.close()


async def test_a_database_that_is_away_breaks_no_page(clock: ManualClock) -> None:
    """The page goes without the button, and it is looked for again after a minute."""

    class Away(TokenRows):
        looks = 0

        def __init__(self) -> None:
            pass

        async def read(self) -> Token:
            Away.looks += 1
            raise StoreError("database is locked")

    one = PageTicket(Platform().fetch, Away(), app_id="wx0123456789abcdef", clock=clock)
    assert [await one.configure(PAGE), await one.configure(PAGE)] == [None, None]
    assert Away.looks == 1
    await clock.advance(60.0)
    await one.configure(PAGE)
    assert Away.looks == 2
