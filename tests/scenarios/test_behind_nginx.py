"""nginx with the configuration of deploy/ before two instances on one PostgreSQL: one is killed and started, then the
other stops, while pushes come at a steady rate."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from bot.emulator.phone import Seen
from bot.emulator.platform import Platform
from bot.store.database import Database
from bot.store.tables import inbox
from tests.corpus import DATA
from tests.deployed import HOST, needed, nginx, write_nginx
from tests.scenarios.programs import Program, free_port, started, write_settings
from tests.scenarios.stage import ACCOUNT
from tests.small import write_files

PHONES = 24
RATE = 20.0  # pushes a second
BEFORE, AFTER = 0.8, 1.2  # seconds of traffic before the first blow, and after the last
QUESTIONS = ("技改", "首台套", "崂山区有哪些", "技改找谁", "85911248", "还有效吗", "你好", "转人工")
PATIENCE = 300.0  # seconds for all of it, on a machine that does much else
TRIED = re.compile(r"POST /wechat (\d+) \d+ \S+ (\S+), (\S+) (\S+), (\S+)$", re.MULTILINE)


@contextmanager
def instance(config: Path) -> Iterator[Program]:
    """One of `serve`, from when it listens."""
    with started("serve", "--config", str(config)) as program:
        program.until('"serving"')
        yield program


@dataclass(frozen=True)
class Office:
    """Both instances with their settings, the platform that writes to them, and nginx's log."""

    programs: tuple[Program, Program]
    configs: tuple[Path, Path]
    ports: tuple[int, int]
    platform: Platform
    log: Path


@asynccontextmanager
async def sealing(port: int, trust: ssl.SSLContext) -> AsyncIterator[int]:
    """A way to nginx's `port` for who knows no certificate of ours: byte for byte, and cut where it is cut."""

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port, ssl=trust, server_hostname=HOST)
            ways = [asyncio.create_task(copy(reader, far_writer)), asyncio.create_task(copy(far_reader, writer))]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            far_writer.close()
        writer.close()

    async with await asyncio.start_server(pass_on, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


@pytest.fixture
async def office(tmp_path: Path, store_url: str, capfd: pytest.CaptureFixture[str]) -> AsyncIterator[Office]:
    """All of it, running."""
    program = needed("nginx", capfd)
    async with AsyncExitStack() as stack:
        platform = await stack.enter_async_context(Platform(ACCOUNT, seed=1))
        api = await stack.enter_async_context(TestServer(platform.app(), shutdown_timeout=0.0))
        ports, configs, corpus = (free_port(), free_port()), list[Path](), write_files(tmp_path / "corpus")
        for port in ports:
            (tmp_path / f"{port}").mkdir()
            config = write_settings(tmp_path / f"{port}", ACCOUNT, port=port, api=str(api.make_url("")).rstrip("/"))
            text = config.read_text(encoding="utf-8").replace(f"sqlite:///{config.parent}/huiqi.sqlite3", store_url)
            config.write_text(text.replace(f'"{DATA}"', f'"{corpus}"'), encoding="utf-8")
            configs.append(config)
        opening = [instance(config) for config in configs]
        programs = await asyncio.gather(*(asyncio.to_thread(stack.enter_context, one) for one in opening))
        sealed = free_port()
        path = write_nginx(tmp_path, ports=ports, plain=free_port(), sealed=sealed)
        trust = stack.enter_context(nginx(program, path, sealed))
        way = await stack.enter_async_context(sealing(sealed, trust))
        platform.callback_url = f"http://127.0.0.1:{way}/wechat"
        one, two = configs
        yield Office((programs[0], programs[1]), (one, two), ports, platform, tmp_path / "access.log")


@pytest.mark.postgres
@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
async def test_one_dies_and_comes_back_and_the_other_stops(office: Office, store_url: str) -> None:
    """Nobody is left without an answer, nobody gets two, and what an instance did not answer nginx handed on."""
    phones = [office.platform.phone(f"oBehind_{number:020d}") for number in range(PHONES)]
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*(phone.follow() for phone in phones))
        over = asyncio.Event()
        talk = asyncio.create_task(talking(office.platform, over))
        await asyncio.sleep(BEFORE)
        office.programs[0].process.kill()
        await asyncio.to_thread(office.programs[0].process.wait)
        with started("serve", "--config", str(office.configs[0])) as again:
            await asyncio.to_thread(again.until, '"serving"')
            assert await asyncio.to_thread(office.programs[1].stop) == 0
            await asyncio.sleep(AFTER)
            over.set()
            seen = await talk
            await all_said(office.platform, PHONES + len(seen))
            assert await asyncio.to_thread(again.stop) == 0
    check_the_phones(office.platform, seen)
    check_the_log(office)
    await check_the_rows(store_url, PHONES + len(seen))


async def talking(platform: Platform, over: asyncio.Event) -> list[Seen]:
    """Followers ask at a steady rate, each whoever's turn it is, until it is over; what each saw of it at once."""
    asked, loop = list[asyncio.Task[Seen]](), asyncio.get_running_loop()
    began = loop.time()
    while not over.is_set():
        number = len(asked)
        phone = platform.phone(f"oBehind_{number % PHONES:020d}")
        asked.append(asyncio.create_task(phone.say(QUESTIONS[number % len(QUESTIONS)])))
        await asyncio.sleep(max(0.0, began + len(asked) / RATE - loop.time()))
    return list(await asyncio.gather(*asked))


async def all_said(platform: Platform, messages: int) -> None:
    """Return once so many answers have come: what was late on a busy machine follows as a message of its own."""
    while sum(answers(platform)) < messages:  # noqa: ASYNC110 - the bot is another process
        await asyncio.sleep(0.05)


def answers(platform: Platform) -> list[int]:
    """How much the bot said to each."""
    phones = [platform.phone(f"oBehind_{number:020d}") for number in range(PHONES)]
    return [sum(bubble.sender == "account" for bubble in phone.bubbles) for phone in phones]


def check_the_phones(platform: Platform, seen: list[Seen]) -> None:
    """One answer to each message and to each new follower, and no line that says that the service is out of order."""
    assert [one.fault for one in seen if one.fault] == []
    assert answers(platform) == [1 + len(range(number, len(seen), PHONES)) for number in range(PHONES)]
    assert sum(platform.sent.values()) == sum(not one.bubbles for one in seen)  # pushed is what was not replied


def check_the_log(office: Office) -> None:
    """Both have answered, and some of what the one that died had was answered by the other within the same delivery."""
    log = office.log.read_text(encoding="utf-8")
    for port in office.ports:
        assert f"127.0.0.1:{port} 200\n" in log
    handed = [found for found in TRIED.findall(log) if found[0] == "200"]
    assert f"127.0.0.1:{office.ports[0]}" in {first for _, first, _, _, _ in handed}
    assert {statuses for *_, statuses in handed} == {"200"}


async def check_the_rows(url: str, messages: int) -> None:
    """Each message has one row, answered."""
    database = await Database.open(url)
    async with database.read() as connection:
        rows: Any = (await connection.execute(inbox.select())).mappings().all()
    await database.close()
    assert len(rows) == messages
    assert {row["state"] for row in rows} == {"answered"}
