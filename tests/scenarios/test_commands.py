"""The commands as an operator types them: the demo, the questions, the menu, the doctor, the worker."""

from __future__ import annotations

import asyncio
import urllib.request
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest
from aiohttp.test_utils import TestServer

from bot.emulator.platform import Platform
from tests.scenarios.programs import LIMIT, ROOT, Program, command, free_port, run, started, write_settings
from tests.scenarios.stage import ACCOUNT

NAMING = ("policy", "contact", "expiry", "amount", "list")  # intents whose answers name policies


@pytest.fixture(scope="module")
def demo_program() -> Iterator[Program]:
    """`python main.py demo`, started once."""
    with started("demo", "--port", "0") as program:
        yield program
        assert program.stop() == 0


def test_the_demo_says_where_to_look(demo_program: Program) -> None:
    """It prints its addresses; each of them answers."""
    addresses = []
    for words in ("Chat with the bot", "Public pages", "Readiness, metrics"):
        addresses += [word for word in demo_program.until(words).split() if word.startswith("http")]
    assert [address.partition("/")[2].partition("/")[2].partition("/")[2] for address in addresses] == [
        "emulator/",
        "policies",
        "readyz",
        "metrics",
    ]
    for address in addresses:
        with urllib.request.urlopen(address, timeout=LIMIT) as response:  # noqa: S310 - our own server
            assert response.status == 200


def test_a_taken_port_stops_the_demo() -> None:
    """Where another program listens the demo says so, with exit code 2 and no traceback."""
    with started("demo", "--port", "0") as program:
        port = program.until("Chat with the bot").split(":")[-1].partition("/")[0]
        ended = run("demo", "--port", port)
        assert (ended.returncode, ended.stdout) == (2, b"")
        assert ended.stderr.decode().startswith(f"cannot listen on 127.0.0.1 port {port}: ")
        assert program.stop() == 0


def test_ask() -> None:
    """One question to the real corpus, as of a day."""
    done = run("ask", "--today", "2026-11-22", "技改")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().startswith("【鼓励企业设备更新和技术改造】\n市级 · ✅ 有效，还剩39天")


def test_ask_a_batch() -> None:
    """Many questions: every kind of question has its intent and its policies."""
    asked = {
        "技改": "policy",
        "技改找谁": "contact",
        "青政发〔2024〕11号还有效吗": "expiry",
        "单项冠军奖多少": "amount",
        "崂山区有哪些政策": "list",
        "订阅技改": "subscribe",
        "退订": "unsubscribe",
        "怎么用": "help",
        "你好": "greeting",
        "转人工": "staff",
        "答非所问": "complaint",
        "更多": "more",
        "今天天气怎么样": "offtopic",
    }
    given = b"\n".join(msgspec.json.encode({"id": text, "text": text}) for text in asked)
    done = run("ask", "--batch", "--today", "2026-11-22", given=given)
    told = [msgspec.json.decode(line) for line in done.stdout.splitlines()]
    assert [line["id"] for line in told] == list(asked)
    assert {line["id"]: line["intent"] for line in told} == asked
    assert all(line["reply"] for line in told)
    named = {line["id"] for line in told if line["policies"]}
    assert named == {text for text, intent in asked.items() if intent in NAMING}


async def said(*arguments: str) -> tuple[int, str]:
    """Exit code and output of a command, while this process goes on."""
    process = await asyncio.create_subprocess_exec(*command(*arguments), cwd=ROOT, stdout=PIPE, stderr=STDOUT)
    output, _ = await asyncio.wait_for(process.communicate(), LIMIT)
    return process.returncode or 0, output.decode()


@pytest.fixture
async def platform() -> AsyncIterator[tuple[Platform, str]]:
    """The emulated platform and the address of its API."""
    async with Platform(ACCOUNT) as platform, TestServer(platform.app()) as api:
        yield platform, str(api.make_url("")).rstrip("/")


async def test_menu_and_check_against_the_platform(platform: tuple[Platform, str], tmp_path: Path) -> None:
    """`menu` sets the menu; `check` tells what is well and what is not, and that something is not by its exit code."""
    emulated, api = platform
    settings = str(write_settings(tmp_path, ACCOUNT, port=free_port(), api=api))
    assert await said("migrate", "--config", settings) == (0, "")
    code, output = await said("menu", "--config", settings)
    assert (code, [button["name"] for button in emulated.menu.buttons]) == (0, ["查政策", "快到期", "帮助"])
    assert "followers see it" in output
    code, output = await said("check", "--config", settings)
    marks = [line[:1] for line in output.splitlines()]
    assert (code, marks) == (1, ["✅", "✅", "✅", "✅", "❌", "❌"])
    assert "政策资料可用：140" in output
    assert "回调地址打不开" in output


async def test_a_refused_menu_is_told(platform: tuple[Platform, str], tmp_path: Path) -> None:
    """What the platform refuses ends the command with its code and words, not with a traceback."""
    emulated, api = platform
    settings = str(write_settings(tmp_path, ACCOUNT, port=free_port(), api=api))
    await said("migrate", "--config", settings)
    emulated.faults.fail("/cgi-bin/menu/create", 48001)
    code, output = await said("menu", "--config", settings)
    assert code == 2
    assert output.startswith("48001 ")


def test_the_worker_works_alone(tmp_path: Path) -> None:
    """`worker` needs no port, and stops when told to."""
    settings = str(write_settings(tmp_path, ACCOUNT, port=free_port()))
    assert run("migrate", "--config", settings).returncode == 0
    with started("worker", "--config", settings) as program:
        program.until('"working"')
        assert program.stop() == 0
        assert program.logged()[-1] == "stopped"
