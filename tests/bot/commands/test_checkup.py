"""The doctor: what it finds in good health, and in each of the ailments an operator can bring about."""

from __future__ import annotations

import re
import shutil
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.clock import ManualClock
from bot.commands.checkup import APART, look, run_checkup, why
from bot.config import Config, Console, Corpus, Database, Server
from bot.emulator.platform import Platform
from bot.findings import Finding
from bot.store.database import migrate
from handlers import WORDS
from tests.scenarios.stage import ACCOUNT, Process, Stage, open_stage
from tests.small import FILES, write_files

MENU = '[[button]]\nname = "找政策"\nask = "找政策"\n'


class Patient:
    """A running bot and its platform; `look` is told what differs from its settings."""

    def __init__(self, stage: Stage, process: Process, folder: Path) -> None:
        self.platform: Platform = stage.platform
        self.settings: Config = msgspec.structs.replace(
            stage.settings,
            server=Server(public_url=process.callback.removesuffix("/wechat")),
            corpus=Corpus(path=str(write_files(folder / "data", FILES | {"menu.toml": MENU}))),
        )
        self.platform.menu.create([{"type": "click", "name": "找政策", "key": "ask:找政策"}], 1)

    async def look(self, **sections: Any) -> dict[str, Finding]:
        """The findings, by name."""
        return {finding.name: finding async for finding in look(msgspec.structs.replace(self.settings, **sections))}

    def wechat(self, **changed: Any) -> dict[str, Any]:
        """The account's section, changed."""
        return {"wechat": msgspec.structs.replace(self.settings.wechat, **changed)}


@pytest.fixture
async def patient(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Patient]:
    """A bot that runs as it should."""
    path = tmp_path / "store.sqlite3"
    shutil.copy(sqlite_template, path)
    async with open_stage(path, ManualClock(time.time())) as stage:
        yield Patient(stage, await stage.start(), tmp_path)


async def test_good_health(patient: Patient) -> None:
    """All is well; only the port would not do for the real platform."""
    found = await patient.look()
    assert list(found) == [
        *("corpus", "database", "clock", "token", "account", "quota", "menu", "reached", "queues", "nothing_received"),
        *("disk", "backup_unset", "address_port", "callback", "sealing"),
    ]
    assert [name for name, finding in found.items() if not finding.well] == ["address_port"]
    assert re.fullmatch(r"试用版 [0-9a-f]{8}, 3", found["corpus"].detail)
    assert found["database"].detail == "sqlite"
    assert float(found["clock"].detail) < APART


async def test_every_finding_is_said_in_a_sentence(patient: Patient) -> None:
    """Each line has a mark and a sentence in Chinese; one that is not well makes the whole not well."""
    said: list[str] = []
    assert not await run_checkup(patient.settings, WORDS, said.append)
    assert [line for line in said if line[0] == "❌"] == [said[-3]]
    assert said[1] == "✅ 数据库可用（sqlite），版本正确"
    assert "微信只推送到80或443端口" in said[-3]
    assert [line for line in said if line.startswith("✅ 客服消息今天已用0/500000次")]
    assert not any("{" in line for line in said)


async def test_no_public_address_is_a_hint(patient: Patient) -> None:
    """It is marked as one and does not make the whole unwell."""
    said: list[str] = []
    bare = msgspec.structs.replace(patient.settings, server=Server())
    assert await run_checkup(bare, WORDS, said.append)
    assert {line[0] for line in said} == {"✅", "⚠"}
    assert said[-1].startswith("⚠️ 没有设置 public_url")


async def test_placeholders_are_told(patient: Patient) -> None:
    """What was copied from the example and not replaced is named first."""
    found = await patient.look(**patient.wechat(app_secret="put-the-app-secret-here"))
    assert next(iter(found)) == "placeholders"
    assert (found["placeholders"].well, found["placeholders"].detail) == (False, "app_secret")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (TimeoutError(), "too_slow"),
        (aiohttp.ServerTimeoutError(), "too_slow"),
        (aiohttp.ServerDisconnectedError(), "broken_off"),
        (OSError(), "broken_off"),
    ],
)
def test_why_nobody_answered(error: Exception, reason: str) -> None:
    """Each kind of silence has plain words."""
    assert why(error) == reason
    assert WORDS.checkup[reason]


async def test_a_database_that_is_none(patient: Patient, tmp_path: Path) -> None:
    """A file that is no database, and an address that is none, are told apart from one that is missing."""
    (tmp_path / "text.sqlite3").write_text("no database " * 100)
    assert "database_away" in await patient.look(database=Database(url=f"sqlite:///{tmp_path}/text.sqlite3"))
    assert "database_bad" in await patient.look(database=Database(url="sqlite:///:memory:"))


async def test_an_unfinished_database(patient: Patient, tmp_path: Path) -> None:
    """The target of a copy that broke off is said to be one."""
    path = tmp_path / "half.sqlite3"
    await migrate(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = 'copying'")
    assert not (await patient.look(database=Database(url=f"sqlite:///{path}")))["database_unfinished"].well


async def test_a_broken_corpus(patient: Patient, tmp_path: Path) -> None:
    """A corpus that does not load is said with file and reason."""
    (tmp_path / "data" / "topics.toml").write_text("topic = [", encoding="utf-8")
    found = await patient.look()
    assert not found["corpus_bad"].well
    assert "topics.toml" in found["corpus_bad"].detail


async def test_no_database(patient: Patient, tmp_path: Path) -> None:
    """Without a database the token, which is kept there, is not looked at."""
    found = await patient.look(database=Database(url=f"sqlite:///{tmp_path}/none.sqlite3"))
    assert not found["database_missing"].well
    assert "请先运行 migrate" in WORDS.checkup["database_missing"]
    assert "token" not in found
    assert "callback" in found


@pytest.mark.parametrize(
    ("changed", "name"),
    [({"app_secret": "f" * 32}, "secret_bad"), ({"app_id": "wx9999999999999999"}, "app_id_bad")],
)
async def test_a_wrong_key(patient: Patient, changed: dict[str, str], name: str) -> None:
    """A wrong AppID and a wrong AppSecret are told apart."""
    found = await patient.look(**patient.wechat(**changed))
    assert not found[name].well
    assert "token" not in found


@pytest.mark.parametrize(("fault", "name"), [("address", "address_refused"), ("frozen", "secret_frozen")])
async def test_what_the_platform_refuses(patient: Patient, fault: str, name: str) -> None:
    """An address that is not on the list, with the address, and a frozen secret have names of their own."""
    patient.platform.faults.set(fault, True)
    found = await patient.look()
    assert not found[name].well
    assert found[name].detail.startswith("40243") or found[name].detail == "127.0.0.1"


async def test_a_limit_that_is_reached(patient: Patient) -> None:
    """Any other refusal is told with its code."""
    patient.platform.faults.set("limit", True)
    assert (await patient.look())["token_bad"].detail.startswith("45009")


async def test_nobody_at_the_platforms_address(patient: Patient) -> None:
    """Where the platform cannot be reached no token is asked for."""
    found = await patient.look(**patient.wechat(api_base_url="http://127.0.0.1:9"))
    assert found["platform_away"].detail == "http://127.0.0.1:9"
    assert WORDS.checkup[found["platform_away"].reason] == "连接不上"
    assert "token" not in found
    assert "token_bad" not in found


@pytest.mark.parametrize(
    ("date", "name", "detail"),
    [
        ("Sun, 01 Mar 2020 00:00:00 GMT", "clock_bad", None),
        ("yesterday", "clock_unknown", ""),
    ],
)
async def test_a_clock_that_is_off(patient: Patient, date: str, name: str, detail: str | None) -> None:
    """A difference of minutes is no health; a platform that tells no time is no ailment."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(headers={"Date": date})

    app = web.Application()
    app.router.add_get("/", answer)
    async with TestServer(app) as server:
        found = await patient.look(**patient.wechat(api_base_url=str(server.make_url("")).rstrip("/")))
    assert found[name].well == (name == "clock_unknown")
    assert detail is None or found[name].detail == detail


@pytest.mark.parametrize(
    ("url", "name", "well"),
    [
        ("", "address_missing", True),
        ("https://127.0.0.1", "address", True),
        ("https://127.0.0.1:443", "address", True),
        ("http://127.0.0.1", "address_plain", True),
        ("http://127.0.0.1:80/bot", "address_plain", True),
        ("https://127.0.0.1:80", "address_port", False),
        ("http://127.0.0.1:9", "address_port", False),
        ("http://127.0.0.1:port", "address_port", False),
        ("http://[::1", "address_port", False),
    ],
)
async def test_the_public_address(patient: Patient, url: str, name: str, well: bool) -> None:
    """The platform pushes to 80 and 443 alone; an address that is none is no reason to fail."""
    found = await patient.look(server=Server(public_url=url))
    assert found[name].well is well
    assert ("callback" in " ".join(found)) == bool(url)


@pytest.mark.parametrize(
    ("url", "console", "told"),
    [
        ("https://127.0.0.1", {"enabled": True}, True),
        ("https://127.0.0.1", {"enabled": True, "proxies": 1}, False),
        ("https://127.0.0.1", {"enabled": False}, False),
        ("http://127.0.0.1", {"enabled": True}, False),
    ],
)
async def test_a_proxy_that_is_not_counted(patient: Patient, url: str, console: dict[str, Any], told: bool) -> None:
    """Something else speaks TLS for us, so a console without proxies takes it for every visitor: a hint, no ailment."""
    found = await patient.look(server=Server(public_url=url), console=Console(secret="f" * 64, **console))
    assert ("proxies_unset" in found) is told
    assert not told or (found["proxies_unset"].well and found["proxies_unset"].hint)


async def test_a_callback_that_is_not_ours(patient: Patient) -> None:
    """With another token, or at another path, the address does not verify; where nobody listens it is away."""
    other = await patient.look(**patient.wechat(token="another"))
    assert other["callback_bad"].detail.endswith("/wechat → 403")
    lost = await patient.look(server=Server(public_url=f"{patient.settings.server.public_url}/elsewhere"))
    assert lost["callback_bad"].detail.endswith("/elsewhere/wechat → 404")
    away = await patient.look(server=Server(public_url="http://127.0.0.1:9"))
    assert away["callback_away"].detail == "http://127.0.0.1:9/wechat"


async def test_no_secret_is_told(patient: Patient) -> None:
    """Neither health nor ailment shows token or secret."""
    said: list[str] = []
    wrong = msgspec.structs.replace(patient.settings, **patient.wechat(app_secret="e" * 32))
    for settings in (patient.settings, wrong):
        await run_checkup(settings, WORDS, said.append)
    for secret in (ACCOUNT.token, ACCOUNT.secret, ACCOUNT.aes_key, "e" * 32):
        assert secret not in "".join(said)
