"""How fast one place may open pages, over real HTTP, and that what is remembered of places is bounded."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.app import build_app, open_services
from bot.clock import ManualClock
from bot.paces import CROWD, PLACES, VISITOR, Pace, Paces
from handlers import ROUTER, WORDS
from tests.bot.console.client import office_settings
from tests.corpus import the_corpus
from tests.databases import prepare

Client = TestClient[web.Request, web.Application]
ONE, OTHER = {"X-Forwarded-For": "203.0.113.9"}, {"X-Forwarded-For": "198.51.100.7"}


@pytest.fixture
async def client(tmp_path_factory: pytest.TempPathFactory, clock: ManualClock) -> AsyncIterator[Client]:
    """The whole bot, behind one proxy of its own."""
    folder = tmp_path_factory.mktemp("paces")
    settings = office_settings(folder, proxies=1)
    prepare(folder / "store.sqlite3")
    async with (
        open_services(settings, ROUTER, words=WORDS, clock=clock, corpus=the_corpus()) as services,
        TestClient(TestServer(build_app(services, WORDS), shutdown_timeout=0.0)) as client,
    ):
        yield client


async def ask(client: Client, path: str, **headers: str) -> tuple[int, str]:
    """The status of a page, and when to come again."""
    async with client.get(path, headers=headers, allow_redirects=False) as response:
        await response.read()
        return response.status, response.headers.get("Retry-After", "")


async def test_who_opens_too_much_is_told_when_to_come_again(client: Client, clock: ManualClock) -> None:
    """After the sixtieth page at once an address gets a page that says so, with 429 and Retry-After, whatever page it
    asks for; others get theirs; and after that time it does too."""
    for number in range(int(VISITOR.burst)):
        assert (await ask(client, ("/p/q91-1", "/policies", "/mine/nothing")[number % 3], **ONE))[0] in (200, 404)
    for path in ("/p/q91-1", "/policies?q=技改", "/mine/nothing", "/mine/nothing/data.json", "/p/none"):
        assert await ask(client, path, **ONE) == (429, "1"), path
    async with client.get("/policies", headers=ONE) as response:
        page = await response.text()
        assert "打开得太快" in page
        assert "请等几秒" in page
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert (await ask(client, "/policies", **OTHER))[0] == 200
    await clock.advance(1.0)
    asked = [(await ask(client, "/policies", **ONE))[0] for _ in range(int(VISITOR.rate) + 1)]
    assert asked == [200] * int(VISITOR.rate) + [429]


async def test_what_is_not_a_page_has_no_pace(client: Client) -> None:
    """Probes, metrics, files of the pages, the callback and the console answer an address that has spent its pace."""
    while (await ask(client, "/policies", **ONE))[0] == 200:
        pass
    for path, status in (
        ("/healthz", 200), ("/metrics", 200), ("/static/pages.css", 200), ("/wechat", 403), ("/console/sign-in", 200),
    ):  # fmt: skip
        assert (await ask(client, path, **ONE))[0] == status, path
    assert (await ask(client, "/readyz", **ONE))[0] in (200, 503)


async def test_an_address_cannot_be_made_up(client: Client) -> None:
    """What a visitor writes into the header before our proxy adds to it gives them no pace of their own."""
    asked = [
        (await ask(client, "/policies", **{"X-Forwarded-For": f"192.0.2.{number}, 203.0.113.9"}))[0]
        for number in range(int(VISITOR.burst) + 5)
    ]
    assert asked == [200] * int(VISITOR.burst) + [429] * 5


async def test_one_line_has_one_pace(client: Client) -> None:
    """Of IPv6 a network is one place, however many addresses it has."""
    asked = [
        (await ask(client, "/policies", **{"X-Forwarded-For": f"2001:db8::{number:x}"}))[0]
        for number in range(1, int(VISITOR.burst) + 2)
    ]
    assert asked[-1] == 429


async def test_a_neighbour_who_names_nobody_may_be_many(client: Client) -> None:
    """A proxy that does not say for whom it asks gets ten times as much, and no more."""
    asked = [(await ask(client, "/p/none"))[0] for _ in range(int(CROWD.burst) + 1)]
    assert asked[:-1] == [404] * int(CROWD.burst)
    assert asked[-1] == 429


async def test_what_is_spent_comes_back_in_time(clock: ManualClock) -> None:
    """So much at once, then so much a second, never more; who waits as long as they are told may ask."""
    paces, pace = Paces(clock), Pace(burst=3, rate=2.0)
    assert [paces.wait("a", pace) for _ in range(4)] == [0.0, 0.0, 0.0, 0.5]
    assert paces.wait("a", pace) == 0.5, "being refused costs nothing"
    await clock.advance(0.5)
    assert [paces.wait("a", pace) for _ in range(2)] == [0.0, 0.5]
    await clock.advance(3600.0)
    assert [bool(paces.wait("a", pace)) for _ in range(4)] == [False, False, False, True]


def test_places_are_forgotten(clock: ManualClock) -> None:
    """A flood from everywhere fills no memory."""
    paces = Paces(clock)
    for number in range(5 * PLACES):
        assert paces.wait(str(number), VISITOR) == 0.0
    assert len(paces) <= 2 * PLACES
