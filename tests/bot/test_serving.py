"""The commands that run: they end when they are told to, and say what stands in their way."""

from __future__ import annotations

import asyncio
import gc
import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import msgspec
import pytest
import structlog
from aiohttp.test_utils import TestServer

from bot.app import open_services
from bot.clock import ManualClock
from bot.commands.errands import put_menu
from bot.config import Corpus, Server
from bot.emulator.platform import Platform
from bot.parts import MENU
from bot.revisions import IN_REVIEW, Revision
from bot.serving import AHEAD, building_ahead, serve
from handlers import ROUTER, WORDS
from tests.bot.test_app import WECHAT, settings
from tests.corpus import DATA
from tests.patience import PATIENCE
from tests.scenarios.programs import free_port
from tests.scenarios.stage import ACCOUNT
from tests.small import small_corpus


@pytest.fixture
def own_logs() -> Iterator[None]:
    """Takes back what a served program sets up for its logs."""
    handlers = list(logging.root.handlers)
    yield
    structlog.reset_defaults()
    logging.root.handlers[:] = handlers


@pytest.mark.usefixtures("own_logs")
async def test_serving_ends_when_it_is_told_to(tmp_path: Path) -> None:
    """While it serves the pages are there, and the collector is at work; told to stop, it stops."""
    port, stop = free_port(), asyncio.Event()
    config = settings(tmp_path, server=Server(port=port))
    async with open_services(config, ROUTER, words=WORDS, corpus=small_corpus(), migrate=True):
        pass  # the database is made
    serving = asyncio.create_task(serve(config, ROUTER, WORDS, stop=stop))
    gc.disable()
    async with asyncio.timeout(PATIENCE), aiohttp.ClientSession() as session:
        assert await answered(session, f"http://127.0.0.1:{port}/healthz", serving) == 200
    stop.set()
    await asyncio.wait_for(serving, PATIENCE)
    assert gc.isenabled()


async def test_what_few_need_is_built_when_there_is_time() -> None:
    """Neither at once nor in the way of an answer, but in a thread of its own, a second after the start."""
    clock, built = ManualClock(), threading.Event()
    where: list[threading.Thread] = []

    def build() -> None:
        where.append(threading.current_thread())
        built.set()

    async with building_ahead(clock, build):
        await clock.advance(AHEAD / 2)
        assert not built.is_set()
        await clock.advance(AHEAD)
        assert await asyncio.to_thread(built.wait, PATIENCE)
    assert where != [threading.current_thread()]


async def test_what_cannot_be_built_is_said_and_holds_nothing_up() -> None:
    """A fault in one of them is in the log while the server runs, and the others are built."""
    clock, built = ManualClock(), threading.Event()

    def broken() -> None:
        raise LookupError("no such template")

    with structlog.testing.capture_logs() as lines:
        async with building_ahead(clock, broken, built.set):
            await clock.advance(2 * AHEAD)
            assert await asyncio.to_thread(built.wait, PATIENCE)
    assert [line["event"] for line in lines] == ["not built ahead"]


async def test_who_stops_before_that_builds_nothing() -> None:
    """A server that ends at once does not wait for what nobody asked for."""
    built: list[str] = []
    async with building_ahead(ManualClock(), lambda: built.append("sounds")):
        await asyncio.sleep(0)
    assert built == []


async def answered(session: aiohttp.ClientSession, url: str, serving: asyncio.Task[None]) -> int:
    """The status of an address once somebody listens there."""
    while not serving.done():
        try:
            async with session.get(url) as response:
                return response.status
        except aiohttp.ClientConnectorError:
            await asyncio.sleep(0)
    raise AssertionError("it stopped")


async def test_the_menu_is_put_in_place(tmp_path: Path) -> None:
    """The menu of the corpus folder, with our public address, becomes the account's."""
    async with Platform(ACCOUNT) as platform, TestServer(platform.app()) as api:
        wechat = msgspec.structs.replace(WECHAT, api_base_url=str(api.make_url("")).rstrip("/"))
        config = settings(tmp_path, wechat=wechat, server=Server(public_url="https://x.cn"))
        config = msgspec.structs.replace(config, corpus=Corpus(path=str(DATA)))
        async with open_services(config, ROUTER, words=WORDS, corpus=small_corpus(), migrate=True):
            pass
        await put_menu(config)
        (page,) = [leaf for b in platform.menu.buttons for leaf in b.get("sub_button", []) if leaf["type"] == "view"]
        assert page["url"] == "https://x.cn/policies"


async def test_the_menu_that_the_database_keeps_comes_first(tmp_path: Path, clock: ManualClock) -> None:
    """Where the menu was changed in the console, the command sets what was published there."""
    async with Platform(ACCOUNT) as platform, TestServer(platform.app()) as api:
        wechat = msgspec.structs.replace(WECHAT, api_base_url=str(api.make_url("")).rstrip("/"))
        config = settings(tmp_path, wechat=wechat)
        async with open_services(config, ROUTER, words=WORDS, clock=clock, migrate=True) as services:
            assert services.publishing
            parts = services.publishing
            body = {"button": [{"name": "新菜单", "ask": "技改"}]}
            draft = Revision(kind=MENU, key=MENU, body=body, author="ann", state=IN_REVIEW)
            await parts.revisions.begin([draft])
            (waiting,) = await parts.revisions.unfinished()
            proof = await parts.prove([waiting])
            await parts.press.publish([waiting], who="bob", proof=proof, override="no rated questions")
        await put_menu(config)
        assert platform.menu.buttons == [{"type": "click", "name": "新菜单", "key": "ask:技改"}]
