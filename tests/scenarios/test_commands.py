"""The commands as an operator types them: the demo, the questions, the menu, the doctor, the worker."""

from __future__ import annotations

import asyncio
import re
import shutil
import socket
import urllib.request
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest
from aiohttp.test_utils import TestServer

from bot.emulator.platform import Platform
from tests.scenarios.programs import LIMIT, ROOT, command, free_port, run, started, write_settings
from tests.scenarios.stage import ACCOUNT, Stage

NAMING = ("policy", "contact", "expiry", "amount", "list")  # intents whose answers name policies

NOBODY = "Nobody said anything for staff in the days that are kept.\n"


@pytest.fixture(scope="module")
def addresses() -> Iterator[list[str]]:
    """What `python main.py demo` says where to look; it stops with 0 when told to."""
    with started("demo", "--port", "0") as program:
        lines = [program.until(words) for words in ("Chat with the bot", "Public pages", "Readiness, metrics")]
        yield [word for line in lines for word in line.split() if word.startswith("http")]
        assert program.stop() == 0


def test_the_demo_says_where_to_look(addresses: list[str]) -> None:
    """It prints its addresses; each of them answers."""
    assert [urlsplit(address).path for address in addresses] == ["/emulator/", "/policies", "/readyz", "/metrics"]
    for address in addresses:
        with urllib.request.urlopen(address, timeout=LIMIT) as response:  # noqa: S310 - our own server
            assert response.status == 200


def test_a_taken_port_stops_the_demo(addresses: list[str]) -> None:
    """Where another program listens the demo says so in one line that names the option, with exit code 2."""
    port = urlsplit(addresses[0]).port
    ended = run("demo", "--port", str(port))
    assert (ended.returncode, ended.stdout) == (2, b"")
    assert ended.stderr.decode() == (
        f"cannot listen on 127.0.0.1 port {port}: Address already in use; choose another with --port, 0 for any that "
        "is free, or --host, or stop the program that listens there\n"
    )


@pytest.mark.parametrize("spelled", [("--config", "{path}"), ("--config={path}",)])
def test_a_taken_port_stops_the_server(tmp_path: Path, spelled: tuple[str, ...]) -> None:
    """A socket of somebody else: one line that names the setting, exit code 2, whichever way the command is read."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        path = write_settings(tmp_path, ACCOUNT, port=port)
        assert run("migrate", "--config", str(path)).returncode == 0
        ended = run("serve", *(part.format(path=path) for part in spelled))
    assert ended.returncode == 2
    assert ended.stderr.decode() == (
        f"cannot listen on 127.0.0.1 port {port}: Address already in use; choose another with port (or host) under "
        "[server] in the settings, or stop the program that listens there\n"
    )
    assert b"Traceback" not in ended.stdout


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


async def test_menu_and_check_against_the_platform(
    platform: tuple[Platform, str], tmp_path: Path, sqlite_template: Path
) -> None:
    """`menu` sets the menu; `check` tells what is well and what is not, and that something is not by its exit code."""
    emulated, api = platform
    settings = str(write_settings(tmp_path, ACCOUNT, port=free_port(), api=api))
    shutil.copy(sqlite_template, tmp_path / "huiqi.sqlite3")
    code, output = await said("menu", "--config", settings)
    assert (code, [button["name"] for button in emulated.menu.buttons]) == (0, ["查政策", "快到期", "帮助"])
    assert "followers see it" in output
    code, output = await said("check", "--config", settings)
    marks = [line[:1] for line in output.splitlines()]
    assert (code, marks[:4], marks[-2:]) == (1, ["✅"] * 4, ["❌"] * 2)
    assert "❌" not in marks[:-2]
    assert "公众号菜单与本程序的一致" in output
    assert re.search(r"政策资料可用：.+, 140条$", output, re.MULTILINE)
    assert "回调地址打不开" in output


async def test_a_refused_menu_is_told(platform: tuple[Platform, str], tmp_path: Path, sqlite_template: Path) -> None:
    """What the platform refuses ends the command with its code and words, not with a traceback."""
    emulated, api = platform
    settings = str(write_settings(tmp_path, ACCOUNT, port=free_port(), api=api))
    shutil.copy(sqlite_template, tmp_path / "huiqi.sqlite3")
    emulated.faults.fail("/cgi-bin/menu/create", 48001)
    code, output = await said("menu", "--config", settings)
    assert code == 2
    assert output.startswith("48001 ")


async def test_what_followers_said_is_shown(stage: Stage, tmp_path: Path, sqlite_template: Path) -> None:
    """`remarks` shows complaints and calls for staff, newest first, and nobody's name; or that there are none."""
    await stage.start()
    phone = stage.platform.phone()
    await phone.follow()
    for words in ("技改", "答非所问", "转人工"):
        await phone.say(words)
        await stage.clock.advance(1.0)
    settings = write_settings(tmp_path, ACCOUNT, port=free_port())
    text = settings.read_text(encoding="utf-8")
    shutil.copy(sqlite_template, tmp_path / "huiqi.sqlite3")
    assert await said("remarks", "--config", str(settings)) == (0, NOBODY)
    settings.write_text(text.replace(f"{tmp_path}/huiqi.sqlite3", str(stage.path)), encoding="utf-8")
    code, output = await said("remarks", "--config", str(settings))
    told = [msgspec.json.decode(line) for line in output.splitlines()]
    assert code == 0
    assert [(line["kind"], line["text"], line["about"]) for line in told] == [
        ("staff", "转人工", "q91-1"),
        ("complaint", "答非所问", "q91-1"),
    ]
    assert told[1]["when"] == "2026-11-22T10:00:01+08:00"
    assert phone.openid not in output


def test_the_worker_works_alone(tmp_path: Path, sqlite_template: Path) -> None:
    """`worker` needs no port, and stops when told to."""
    settings = str(write_settings(tmp_path, ACCOUNT, port=free_port()))
    shutil.copy(sqlite_template, tmp_path / "huiqi.sqlite3")
    with started("worker", "--config", settings) as program:
        program.until('"working"')
        assert program.stop() == 0
        assert program.logged()[-1] == "stopped"
