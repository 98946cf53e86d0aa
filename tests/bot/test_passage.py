"""By which proxies requests come in: the server tells whoever can sign, the doctor says what is wrong with it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.app import build_app
from bot.clock import ManualClock
from bot.commands.checkup import _signed, look, run_checkup
from bot.config import Config, Console, Server
from bot.findings import Finding
from bot.passage import SEEN, SILENT, look_at_passage
from handlers import WORDS
from tests.bot.test_app import opened, settings

NAMES = ("proxy_distrusted", "proxy_silent", "proxy_doubtful")


def configured(folder: Path, *, many: int, trusted: list[str], host: str = "127.0.0.1", url: str = "") -> Config:
    """Settings with so many proxies, these trusted."""
    server = Server(host=host, public_url=url, trusted_proxies=trusted)
    return settings(folder, server=server, console=Console(secret="f" * 64, proxies=many))


@asynccontextmanager
async def proxied(target: str, headers: Mapping[str, str]) -> AsyncIterator[str]:
    """The address of a proxy that asks a target, with these headers beside."""
    async with aiohttp.ClientSession() as session:

        async def ask(request: web.Request) -> web.StreamResponse:
            url = f"{target}{request.path_qs}"
            async with session.request(request.method, url, headers=headers, data=await request.read()) as answer:
                kept = {SEEN: answer.headers[SEEN]} if SEEN in answer.headers else {}
                return web.Response(status=answer.status, body=await answer.read(), headers=kept)

        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", ask)
        async with TestServer(app) as server:
            yield str(server.make_url("")).rstrip("/")


@pytest.mark.parametrize(
    ("many", "trusted", "headers", "told"),
    [
        (1, ["10.0.0.5"], {"X-Forwarded-For": "9.9.9.9"}, "proxy_distrusted"),
        (0, ["10.0.0.5"], {"X-Forwarded-For": "9.9.9.9"}, "proxy_distrusted"),
        (1, ["127.0.0.0/8"], {"X-Forwarded-For": "9.9.9.9"}, ""),
        (1, ["127.0.0.0/8"], {}, "proxy_silent"),
        (0, ["127.0.0.0/8"], {}, ""),
    ],
)
async def test_the_doctor_sees_what_the_server_saw(
    tmp_path: Path, many: int, trusted: list[str], headers: dict[str, str], told: str
) -> None:
    """Through a real proxy: one that is not trusted is named with its address, one that passes on nothing is told of,
    one that is as it should be is not."""
    config = configured(tmp_path, many=many, trusted=trusted)
    clock = ManualClock(time.time())
    async with (
        opened(config, clock) as services,
        TestServer(build_app(services, WORDS)) as server,
        proxied(str(server.make_url("")).rstrip("/"), headers) as url,
    ):
        asking = msgspec.structs.replace(config, server=msgspec.structs.replace(config.server, public_url=url))
        found = {finding.name: finding async for finding in look(asking)}
        said: list[str] = []
        await run_checkup(asking, WORDS, said.append)
    assert found["callback"].well
    assert [name for name in NAMES if name in found] == ([told] if told else [])
    if told == "proxy_distrusted":
        assert found[told] == Finding(name=told, well=False, detail="127.0.0.1")
        assert any(line.startswith("❌ 请求是经代理 127.0.0.1 来的") for line in said)


async def test_nobody_else_is_told(tmp_path: Path, clock: ManualClock) -> None:
    """Without the token, or of anything but the callback, no header says which proxy stands in front."""
    config = configured(tmp_path, many=1, trusted=["10.0.0.5"])
    async with (
        opened(config, clock) as services,
        TestServer(build_app(services, WORDS)) as server,
        aiohttp.ClientSession(headers={"X-Forwarded-For": "9.9.9.9"}) as session,
    ):
        wrong = {**_signed(config), "signature": "0" * 40, "echostr": "x"}
        for path, query in (("/wechat", wrong), ("/policies", {}), ("/readyz", {})):
            async with session.get(server.make_url(path), params=query) as response:
                assert SEEN not in response.headers, path


@pytest.mark.parametrize(
    ("host", "trusted", "url", "many", "told"),
    [
        ("0.0.0.0", ["127.0.0.0/8", "::1/128"], "https://a.cn", 0, True),  # noqa: S104 - it is read, not bound
        ("10.0.0.7", ["127.0.0.0/8"], "", 1, True),
        ("::", [], "https://a.cn", 1, True),
        ("127.0.0.1", ["127.0.0.0/8"], "https://a.cn", 1, False),
        ("localhost", [], "https://a.cn", 1, False),
        ("10.0.0.7", ["127.0.0.0/8", "10.0.0.5"], "https://a.cn", 1, False),
        ("10.0.0.7", ["127.0.0.0/8"], "http://a.cn", 0, False),
    ],
)
def test_what_the_settings_let_fear(
    tmp_path: Path, host: str, trusted: list[str], url: str, *, many: int, told: bool
) -> None:
    """Where no answer came: it listens for other machines, something speaks TLS for it, and none of another machine is
    trusted. Where an answer came, that counts."""
    config = configured(tmp_path, many=many, trusted=trusted, host=host, url=url)
    (*found,) = look_at_passage(config, None)
    assert [finding.name for finding in found] == (["proxy_doubtful"] if told else [])
    assert all(finding.well and finding.hint for finding in found)
    assert list(look_at_passage(config, "")) == []
    assert [finding.name for finding in look_at_passage(config, SILENT)] == ["proxy_silent"]
