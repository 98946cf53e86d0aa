"""How the account stands at the platform: each fault is switched on there, or in the settings, and found."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from bot.assembly import build_client
from bot.clock import ManualClock
from bot.commands.standing import PATHS, look_at_account
from bot.config import Config, Corpus, Push
from bot.emulator.account import Account
from bot.findings import Finding
from bot.store.database import Database
from handlers import WORDS
from tests.scenarios.stage import ACCOUNT, SILENT_ACCOUNT, TEST_ACCOUNT, Stage, open_stage
from tests.small import FILES, write_files

MENU = '[[button]]\nname = "找政策"\nask = "找政策"\n'
BUTTON = {"type": "click", "name": "找政策", "key": "ask:找政策"}
SUBSCRIPTION = msgspec.structs.replace(ACCOUNT, kind="subscription")
UNCERTIFIED = msgspec.structs.replace(ACCOUNT, certified=False)
LISTS = "/cgi-bin/template/get_all_private_template"


class Asking:
    """Looks at an account that has a menu; `look` is told what differs in the settings."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        self.platform = stage.platform
        files = write_files(folder / "data", FILES | {"menu.toml": MENU})
        self.settings: Config = msgspec.structs.replace(stage.settings, corpus=Corpus(path=str(files)))
        self.clock = stage.clock

    async def look(self, *, certified: bool | None = None, account: str = "", **sections: Any) -> dict[str, Finding]:
        """The findings by name, all of them with words."""
        settings = msgspec.structs.replace(self.settings, **sections)
        wechat = settings.wechat
        changed = {"certified": wechat.certified if certified is None else certified}
        wechat = msgspec.structs.replace(wechat, account=account or wechat.account, **changed)
        settings = msgspec.structs.replace(settings, wechat=wechat)
        database = await Database.open(settings.database.url)
        async with aiohttp.ClientSession() as session:
            client = build_client(settings, session, database, self.clock)
            found = {one.name: one async for one in look_at_account(settings, client, database)}
        await database.close()
        for one in found.values():
            reason = WORDS.checkup[one.reason] if one.reason else ""
            assert "{" not in WORDS.checkup[one.name].format(detail=one.detail, reason=reason)
        return found


@pytest.fixture
def account() -> Account:
    """A certified service account."""
    return ACCOUNT


@pytest.fixture
async def asking(account: Account, tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Asking]:
    """An account on the platform."""
    path = tmp_path / "store.sqlite3"
    shutil.copy(sqlite_template, path)
    async with open_stage(path, ManualClock(), account=account) as stage:
        stage.platform.menu.create([BUTTON], 1)
        yield Asking(stage, tmp_path)


def bad(found: dict[str, Finding]) -> set[str]:
    """What is not well."""
    return {name for name, finding in found.items() if not finding.well}


async def test_an_account_in_good_standing(asking: Asking) -> None:
    """Kind, quotas, menu and the way to the server."""
    found = await asking.look()
    assert list(found) == ["account", "quota", "menu", "reached"]
    assert bad(found) == set()
    assert (found["account"].reason, found["reached"].detail) == ("kind_service", "192.0.2.1")


@pytest.mark.parametrize(
    ("account", "settings", "name", "well"),
    [
        (UNCERTIFIED, {"certified": True}, "account_uncertified", False),
        (ACCOUNT, {"certified": False}, "account_certified", True),
        (SUBSCRIPTION, {"account": "service"}, "account_without_templates", True),
        (ACCOUNT, {"account": "subscription"}, "account_service", True),
        (SUBSCRIPTION, {}, "account", True),
        (SILENT_ACCOUNT, {}, "account", True),
        (TEST_ACCOUNT, {}, "account", True),
    ],
)
async def test_what_kind_it_is(asking: Asking, settings: dict[str, Any], name: str, well: bool) -> None:
    """What the settings say of the account is held against what the platform lets it do."""
    found = await asking.look(**settings)
    assert found[name].well is well


@pytest.mark.parametrize("account", [SUBSCRIPTION])
async def test_templates_that_the_account_cannot_have(asking: Asking) -> None:
    """Where a template is set, an account without them is an ailment and no hint."""
    push = Push(template_id="tmpl", template_fields={"thing1": "title"})
    found = await asking.look(account="service", push=push)
    assert {"account_without_templates", "template_unsure"} <= bad(found)


@pytest.mark.parametrize("kind", ["template", "notice"])
async def test_templates(asking: Asking, kind: str) -> None:
    """One that the account has not, fields too many and too few, and one that fits."""

    def push(fields: dict[str, str]) -> Push:
        return msgspec.structs.replace(Push(), **{f"{kind}_id": "tmpl", f"{kind}_fields": fields})

    right = {"thing1": "title", "date2": "date"}
    assert (await asking.look(push=push(right)))[f"{kind}_missing"].detail == "tmpl"
    asking.platform.add_template("tmpl", {"thing1": "名称", "date2": "日期"}, kind=kind, title="提醒")  # type: ignore[arg-type]
    found = await asking.look(push=push(right))
    assert found[kind].detail == "提醒"
    assert bad(found) == set()
    found = await asking.look(push=push({"thing1": "title", "phrase3": "change"}))
    assert (bad(found), found[f"{kind}_fields"].detail) == ({f"{kind}_fields"}, "-date2 +phrase3")


async def test_a_lasting_notice(asking: Asking) -> None:
    """Whether one consent allows many sends is read from the platform."""
    asking.platform.add_template("tmpl", {"thing1": "名称"}, kind="notice", long_term=True)
    fields = {"thing1": "title"}
    found = await asking.look(push=Push(notice_id="tmpl", notice_fields=fields))
    assert found["notice_lasting"].detail == "true"
    assert bad(await asking.look(push=Push(notice_id="tmpl", notice_fields=fields, notice_lasting=True))) == set()


async def test_a_platform_that_does_not_say(asking: Asking) -> None:
    """What could not be asked is told as that, with the code, and is not taken for well."""
    asking.platform.faults.fail(LISTS, -1, calls=9)
    asking.platform.faults.fail("/cgi-bin/menu/get", 45009, calls=9)
    push = Push(template_id="tmpl", template_fields={"thing1": "title"})
    looking = asking.look(push=push)
    found = await patient(asking, looking)
    assert {"account_unsure", "template_unsure", "menu_unsure"} <= bad(found)
    assert found["menu_unsure"].detail.startswith("45009")


async def patient(asking: Asking, looking: Awaitable[dict[str, Finding]]) -> dict[str, Finding]:
    """The findings, the clock moved on while calls are repeated."""
    task = asyncio.ensure_future(looking)
    while not task.done():
        await asyncio.wait([task], timeout=0.01)
        await asking.clock.advance(1.0)
    return await task


async def test_quotas(asking: Asking) -> None:
    """What is nearly and what is quite used up, by channel; a call that is not counted is left out."""
    asking.platform.quotas.limit(PATHS["custom"], 0)
    asking.platform.quotas.limit(PATHS["mass"], 10)
    for _ in range(9):
        asking.platform.quotas.spend(PATHS["mass"])
    found = await asking.look()
    assert bad(found) == {"quota_spent"}
    assert (found["quota_spent"].reason, found["quota_spent"].detail) == ("channel_custom", "0/0")
    assert (found["quota_low"].reason, found["quota_low"].hint) == ("channel_mass", True)


async def test_menus(asking: Asking, tmp_path: Path) -> None:
    """None on the account, another than ours, and one of ours that cannot be read."""
    asking.platform.menu.delete()
    assert bad(await asking.look()) == {"menu_missing"}
    asking.platform.menu.create([{"type": "view", "name": "官网", "url": "https://e.cn"}], 1)
    found = await asking.look()
    assert (found["menu_differs"].hint, set(found["menu_differs"].detail.split(", "))) == (True, {"官网", "找政策"})
    (tmp_path / "data" / "menu.toml").write_text("button = [", encoding="utf-8")
    assert bad(await asking.look()) == {"menu_bad"}


async def test_seats(asking: Asking) -> None:
    """Followers are handed over only where somebody sits."""
    handing = msgspec.structs.replace(asking.settings.replies, transfer=True)
    assert bad(await asking.look(replies=handing)) == {"seats_none"}
    asking.platform.console.seats.append("kf@gh")
    assert (await asking.look(replies=handing))["seats"].detail == "1"
    asking.platform.console.has_seats = False
    assert bad(await asking.look(replies=handing)) == {"seats_off"}


@pytest.mark.parametrize("account", [SILENT_ACCOUNT])
async def test_seats_of_an_account_that_has_none(asking: Asking) -> None:
    """An account that may not push hands nobody over."""
    handing = msgspec.structs.replace(asking.settings.replies, transfer=True)
    assert bad(await asking.look(replies=handing)) == {"transfer_idle"}


async def test_a_server_that_is_not_reached(asking: Asking) -> None:
    """The platform's own look at name and way; a firewall may be what answers no ping, so it is a hint."""
    asking.platform.console.reachable = False
    found = await asking.look()
    assert found["unreached"].hint
    asking.platform.console.resolves = False
    assert (await asking.look())["unresolved"].hint
