"""An address that leads nowhere shows a person the way on, and tells a program or an attacker no more than 404."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.app import build_app, open_services
from bot.clock import ManualClock
from bot.paces import CROWD
from handlers import ROUTER, WORDS
from tests.bot.console.client import office_settings
from tests.bot.test_app import settings
from tests.corpus import the_corpus
from tests.databases import prepare

Client = TestClient[web.Request, web.Application]
READER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
BARE = "404: Not Found"


@pytest.fixture(params=[True, False], ids=["console", "no console"])
async def client(
    tmp_path_factory: pytest.TempPathFactory, clock: ManualClock, request: pytest.FixtureRequest
) -> AsyncIterator[Client]:
    """The whole bot, with and without its console."""
    folder = tmp_path_factory.mktemp("lost")
    config = office_settings(folder) if request.param else settings(folder)
    prepare(folder / "store.sqlite3")
    async with (
        open_services(config, ROUTER, words=WORDS, clock=clock, corpus=the_corpus()) as services,
        TestClient(TestServer(build_app(services, WORDS), shutdown_timeout=0.0)) as client,
    ):
        yield client


async def ask(client: Client, path: str, method: str = "GET", **headers: str) -> tuple[int, str]:
    """The status and the text of an address."""
    async with client.request(method, path, headers=headers, allow_redirects=False) as response:
        return response.status, await response.text()


@pytest.mark.parametrize("path", ["/foo", "/policy", "/p", "/p/q91-1/more", "/foo/%3Cscript%3E", "/Console", "/.env"])
async def test_a_browser_is_shown_the_way_on(client: Client, path: str) -> None:
    """A page of the house with a search and the list, with 404 and the pages' headers; of the console it says nothing,
    and of the address nothing comes back."""
    async with client.get(path, headers=READER) as response:
        page = await response.text()
        assert (response.status, response.content_type) == (404, "text/html")
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert "没有这一页" in page
    assert '<form class="search" action="/policies"' in page
    assert re.search(r'class="button" href="/policies">看全部\d+条政策', page)
    assert not re.search(r"console(?!_)|管理台|登录|<script|\.env|\bfoo\b", page)


async def test_a_browser_at_a_door_that_is_shut_sees_what_is_anywhere(client: Client) -> None:
    """Where there is no console its address has the page of any other; where there is one the door is its own."""
    status, page = await ask(client, "/console/nowhere", **READER)
    has_console = (await ask(client, "/console"))[0] != 404
    assert ("看全部" in page) is not has_console
    assert has_console or (status, page) == await ask(client, "/foo", **READER)


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/foo", {}),
        ("GET", "/foo", {"Accept": "application/json"}),
        ("GET", "/favicon.ico", {"Accept": "image/avif,image/webp,*/*"}),
        ("POST", "/foo", READER),
        ("GET", "/wechat/more", READER),
        ("GET", "/metrics/more", READER),
        ("GET", "/readyz/", READER),
    ],
)
async def test_a_program_gets_the_bare_404(client: Client, method: str, path: str, headers: dict[str, str]) -> None:
    """Whoever does not ask for a page, sends something, or asks beneath an address of programs."""
    assert await ask(client, path, method, **headers) == (404, BARE)


async def test_what_is_there_is_not_touched(client: Client) -> None:
    """The callback still answers 403, a method that is not there 405, a policy that is not there with its own page."""
    assert (await ask(client, "/wechat", **READER))[0] == 403
    assert (await ask(client, "/policies", "POST", **READER))[0] == 405
    assert "编号为“<span" in (await ask(client, "/p/none", **READER))[1]


async def test_who_tries_address_after_address_is_slowed(client: Client) -> None:
    """Each page costs as much as another; a scanner is told to wait, as any visitor."""
    asked = [(await ask(client, f"/try-{number}", **READER))[0] for number in range(int(CROWD.burst) + 1)]
    assert asked == [404] * int(CROWD.burst) + [429]
