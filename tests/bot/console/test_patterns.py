"""The account's templates, as the console keeps them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from bot.clock import ManualClock
from bot.console.patterns import FRESH, Patterns
from bot.emulator.platform import Platform
from bot.wechat.client import Client
from bot.wechat.wire import Wire
from tests.scenarios.stage import ACCOUNT

BOTH = ("custom", "subscribe", "template", "next")


class Token:
    """Gives the platform's own token."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._token = ""

    async def current(self) -> str:
        """The token."""
        if not self._token:
            query = {"grant_type": "client_credential", "appid": ACCOUNT.app_id, "secret": ACCOUNT.secret}
            self._token = str((await self._wire.exchange("GET", "/cgi-bin/token", query=query))["access_token"])
        return self._token

    async def renew(self, rejected: str) -> str:
        """The same one."""
        return rejected


@pytest.fixture
async def platform(clock: ManualClock) -> AsyncIterator[Platform]:
    """The platform, with a template of each kind and one without a key."""
    async with Platform(ACCOUNT, clock=clock) as opened:
        opened.add_template("T1", {"thing1": "会议"}, title="会议通知")
        opened.add_template("N1", {"phrase1": "状态"}, kind="notice", title="状态变动")
        opened.add_template("T0", title="没有格子")
        yield opened


@pytest.fixture
async def client(platform: Platform, clock: ManualClock) -> AsyncIterator[Client]:
    """What asks it."""
    async with TestServer(platform.app(), shutdown_timeout=0.0) as api, ClientSession() as session:
        wire = Wire(session, str(api.make_url("")).rstrip("/"), clock=clock)
        yield Client(wire, Token(wire), clock=clock)


async def test_templates_are_told_by_way(client: Client, clock: ManualClock) -> None:
    """Of the ways the account has; one that has no key can say nothing and is left out."""
    patterns = Patterns(client, BOTH, clock=clock)
    assert (patterns.asked, patterns.known) == (False, {})
    await patterns.ask()
    assert {name: one.title for name, one in patterns.known.items()} == {
        "subscribe:N1": "状态变动",
        "template:T1": "会议通知",
    }
    only = Patterns(client, ("custom", "template"), clock=clock)
    await only.ask()
    assert list(only.known) == ["template:T1"]


async def test_the_platform_is_asked_again_after_a_while(
    client: Client, platform: Platform, clock: ManualClock
) -> None:
    """Not for each look; what is not known is asked for once in that while."""
    patterns = Patterns(client, BOTH, clock=clock)
    assert await patterns.find("template:T1") is not None
    platform.add_template("T2", {"thing1": "会议"}, title="新的")
    assert await patterns.find("template:T2") is None
    await clock.advance(FRESH)
    assert await patterns.find("template:T2") is not None


async def test_what_was_told_stays_where_the_platform_is_away(
    client: Client, platform: Platform, clock: ManualClock
) -> None:
    """And why it did not tell is said."""
    patterns = Patterns(client, BOTH, clock=clock)
    await patterns.ask()
    platform.faults.fail("/cgi-bin/template/get_all_private_template", 48001)
    await patterns.ask()
    assert "48001" in patterns.fault
    assert set(patterns.known) == {"subscribe:N1", "template:T1"}
    await patterns.ask()
    assert patterns.fault == ""
