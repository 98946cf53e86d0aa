"""Accounts as the command line changes them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from bot.clock import ManualClock
from bot.commands.accounts import Accounts, line, open_accounts
from bot.config import Config
from bot.console.attempts import BY_NAME, attempts_key, pardon_of
from bot.errors import BotError
from bot.store.audit import Audit, Entry, Search
from bot.store.database import Database
from handlers.staff import STAFF
from tests.bot.console.client import PASSWORD, office_settings
from tests.databases import prepare


@pytest.fixture
def settings(tmp_path: Path) -> Config:
    """Settings of a console, with a fresh database."""
    config = office_settings(tmp_path)
    prepare(tmp_path / "store.sqlite3")
    return config


@pytest.fixture
async def accounts(settings: Config, clock: ManualClock) -> AsyncIterator[Accounts]:
    """The accounts, open."""
    async with open_accounts(settings, STAFF, clock=clock) as opened:
        yield opened


async def test_a_closed_console_has_no_accounts(settings: Config) -> None:
    """Where the console is not enabled the command says how to enable it."""
    closed = msgspec.structs.replace(settings, console=msgspec.structs.replace(settings.console, enabled=False))
    with pytest.raises(BotError, match="管理台没有开放"):
        await open_accounts(closed, STAFF).__aenter__()


async def test_the_first_account_is_made(accounts: Accounts, settings: Config) -> None:
    """With a link to give away, whose secret the database has not; the log says it was the command line."""
    member = await accounts.add("Zhang.Wei", "张伟", role="admin")
    said = await accounts.let_in(member, "", sentence="invited")
    assert "zhang.wei（张伟，管理员）" in said
    token = said.rpartition("/console/invitation/")[2]
    assert len(token) == 43
    found = await accounts.staff.invited(accounts.keys.digest("invitation", token), accounts.clock.time())
    assert found is not None
    database = await Database.open(settings.database.url)
    entries = await Audit(database).read(Search(), 9)
    await database.close()
    assert [(e.staff, e.who, e.action) for e in entries] == [(0, "", "staff.link_made"), (0, "", "staff.invited")]


async def test_without_a_public_address_the_link_says_so(accounts: Accounts) -> None:
    """The path is there, and what must be put before it."""
    member = await accounts.add("li", "", role="viewer")
    assert "没有设置 public_url" in await accounts.invite(member)
    assert member.display == "li"


@pytest.mark.parametrize(
    ("name", "password", "said"),
    [
        ("a", "", "不合要求"),
        ("李雷", "", "不合要求"),
        ("-x", "", "不合要求"),
        ("li", "short", "太短"),
        ("li", "li li li li li", "太简单"),
        ("taken", "", "已经有了"),
        ("TAKEN", "", "已经有了"),
        ("worker", "", "已经有了"),
        ("Data", "", "已经有了"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_made(accounts: Accounts, name: str, password: str, said: str) -> None:
    """A name, a password that will not do."""
    await accounts.add("taken", "", role="viewer")
    with pytest.raises(BotError, match=said):
        await accounts.add(name, "", role="viewer", password=password)
    assert len(await accounts.staff.everyone()) == 1


async def test_a_password_can_be_set_here(accounts: Accounts, clock: ManualClock) -> None:
    """It opens the account, and whoever was made to wait need not any more."""
    member = await accounts.add("li", "", role="viewer")
    for what in ("name:li", "known:li:token"):  # also in a browser of their own
        tries, pardon = {attempts_key(accounts.keys, what): BY_NAME}, pardon_of(accounts.keys, "li")
        while await accounts.attempts.count(tries, clock.time(), pardon=pardon) == 0:
            await clock.advance(1)
        assert "密码已设置" in await accounts.let_in(member, PASSWORD, sentence="reset")
        assert await accounts.attempts.count(tries, accounts.clock.time(), pardon=pardon) == 0
    after = await accounts.named("LI")
    assert await accounts.passwords.check(PASSWORD, after.hash)
    with pytest.raises(BotError, match="很常见"):
        await accounts.set_password(after, "password123456")


async def test_a_lost_phone(accounts: Accounts) -> None:
    """The second factor is taken away."""
    member = await accounts.add("li", "", role="viewer")
    entry = Entry(time=1.0, staff=0, who="", action="profile.second_factor")
    await accounts.staff.set_totp(member.id, b"sealed", codes=["a"], entry=entry)
    await accounts.remove_second_factor(await accounts.named("li"))
    assert (await accounts.named("li")).totp == b""


async def test_accounts_are_closed_and_opened(accounts: Accounts) -> None:
    """But never the last admin, and none that there is not."""
    admin = await accounts.add("boss", "", role="admin")
    member = await accounts.add("li", "", role="viewer")
    await accounts.set_disabled(member, True)
    assert (await accounts.named("li")).disabled
    await accounts.set_disabled(member, False)
    assert not (await accounts.named("li")).disabled
    with pytest.raises(BotError, match="最后一个管理员"):
        await accounts.set_disabled(admin, True)
    with pytest.raises(BotError, match="没有账号 x"):
        await accounts.named("x")


async def test_how_an_account_stands(accounts: Accounts) -> None:
    """One line: name, display, role, state, last sign-in."""
    member = await accounts.add("li", "李雷", role="editor")
    assert line(member, STAFF) == "li\t李雷\t编辑\t没有设置密码\t还没登录过"
    full = msgspec.structs.replace(member, hash="h", totp=b"x", signed_in=accounts.clock.time())
    assert line(full, STAFF) == "li\t李雷\t编辑\t正常，两步验证\t2026-11-22 10:00"
    assert "已停用" in line(msgspec.structs.replace(full, disabled=True), STAFF)
