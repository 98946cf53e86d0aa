"""Several processes on one PostgreSQL: one is killed under load, and nothing is lost or answered twice."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.emulator.chats import Bubble
from bot.emulator.phone import Seen
from bot.emulator.platform import Platform
from bot.store.database import Database
from bot.store.tables import inbox, tokens
from tests.scenarios.programs import Program, free_port, started, write_settings
from tests.scenarios.stage import ACCOUNT

PHONES, ROUNDS = 24, 8  # each phone asks so often, one question after another
KILLED_AFTER = 40  # answers
QUESTIONS = ("技改", "首台套", "企业技术中心", "崂山区有哪些", "技改找谁", "85911248", "还有效吗", "你好")
PATIENCE = 300.0  # seconds for all of it, on a machine that does much else


class Gateway:
    """What stands before the instances, as nginx would: one after another, and past those that do not answer."""

    def __init__(self, ports: list[int], session: aiohttp.ClientSession) -> None:
        self._ports = ports
        self._session = session
        self._next = itertools.count()
        self.answered: Counter[int] = Counter()
        self.busy = asyncio.Event()  # it has passed on so many that somebody is in the midst of something

    async def pass_on(self, request: web.Request) -> web.Response:
        """Ask the next instance; 502 where it is gone, and the platform comes again."""
        body = await request.read()
        for _ in self._ports:
            port = self._ports[next(self._next) % len(self._ports)]
            try:
                return await self._ask(request, body, port)
            except aiohttp.ClientConnectorError:  # nobody is there: the next one
                continue
            except aiohttp.ClientError:  # it died over it: the platform comes again
                return web.Response(status=502)
        return web.Response(status=502)

    async def _ask(self, request: web.Request, body: bytes, port: int) -> web.Response:
        address, headers = f"http://127.0.0.1:{port}{request.rel_url}", {"Content-Type": "text/xml"}
        async with self._session.request(request.method, address, data=body, headers=headers) as answer:
            self.answered[port] += answer.status == 200
            if self.answered.total() >= KILLED_AFTER:
                self.busy.set()
            return web.Response(status=answer.status, body=await answer.read())


@asynccontextmanager
async def instances(folder: Path, url: str, api: str, many: int) -> AsyncIterator[list[tuple[int, Program]]]:
    """So many of `serve`, each with its port, once they listen."""
    async with AsyncExitStack() as stack:
        programs = []
        for number in range(many):
            place = folder / f"{number}"
            place.mkdir()
            port = free_port()
            config = write_settings(place, ACCOUNT, port=port, api=api)
            text = config.read_text(encoding="utf-8").replace(f"sqlite:///{place}/huiqi.sqlite3", url)
            config.write_text(text, encoding="utf-8")
            programs.append((port, stack.enter_context(started("serve", "--config", str(config)))))
        loop = asyncio.get_running_loop()
        for _, program in programs:
            await loop.run_in_executor(None, program.until, '"serving"')
        yield programs


@pytest.mark.postgres
@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
async def test_one_of_three_is_killed_under_load(tmp_path: Path, store_url: str) -> None:
    """Every question gets exactly one answer, though retries land on another instance; one token serves them all."""
    async with AsyncExitStack() as stack:
        platform = await stack.enter_async_context(Platform(ACCOUNT, seed=1))
        api = await stack.enter_async_context(TestServer(platform.app(), shutdown_timeout=0.0))
        address = str(api.make_url("")).rstrip("/")
        programs = await stack.enter_async_context(instances(tmp_path, store_url, address, 3))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        gateway = Gateway([port for port, _ in programs], session)
        app = web.Application()
        app.router.add_route("*", "/wechat", gateway.pass_on)
        front = await stack.enter_async_context(TestServer(app, shutdown_timeout=0.0))
        platform.callback_url = str(front.make_url("/wechat"))
        async with asyncio.timeout(PATIENCE):
            talk = asyncio.gather(*(ask(platform, number) for number in range(PHONES)))
            await gateway.busy.wait()
            programs[0][1].process.kill()
            seen = [one for several in await talk for one in several]
            await everything_said(platform)
        check_the_phones(platform, seen)
        await check_the_rows(store_url)
        assert all(gateway.answered[port] for port, _ in programs)


async def ask(platform: Platform, number: int) -> list[Seen]:
    """Somebody follows and asks, one question after another."""
    phone = platform.phone(openid(number))
    seen = [await phone.follow()]
    seen += [await phone.say(QUESTIONS[(number + turn) % len(QUESTIONS)]) for turn in range(ROUNDS)]
    return seen


async def everything_said(platform: Platform) -> None:
    """Return once each has all answers: what was late on a busy machine follows as a message of its own."""
    for number in range(PHONES):
        while len(said(platform, number)) < ROUNDS + 1:  # noqa: ASYNC110 - the bot is another process
            await asyncio.sleep(0.05)


def said(platform: Platform, number: int) -> list[Bubble]:
    """What the bot said to one of them."""
    bubbles = platform.phone(openid(number)).bubbles
    return [bubble for bubble in bubbles if bubble.sender == "account"]


def openid(number: int) -> str:
    """A follower's."""
    return f"oInstance_{number:018d}"


def check_the_phones(platform: Platform, seen: list[Seen]) -> None:
    """One answer to each, no fault line; some came only to a later attempt."""
    assert [one.fault for one in seen if one.fault] == []
    assert [len(said(platform, number)) for number in range(PHONES)] == [ROUNDS + 1] * PHONES
    assert max(one.attempts for one in seen) > 1


async def check_the_rows(url: str) -> None:
    """Each message has one row, answered once; and the database holds one token."""
    database = await Database.open(url)
    async with database.read() as connection:
        rows: Any = (await connection.execute(inbox.select())).mappings().all()
        held = (await connection.execute(tokens.select())).mappings().all()
    await database.close()
    assert len(rows) == PHONES * (ROUNDS + 1)
    assert {row["state"] for row in rows} == {"answered"}
    assert {row["delivery"] for row in rows} <= {"passive", "active"}
    assert len([one for one in held if one["name"] == "access_token"]) <= 1
