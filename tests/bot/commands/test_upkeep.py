"""What the deployment's own data shows: each ailment is brought about and found."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert, select

from bot.clock import ManualClock
from bot.commands.upkeep import FULL, TIGHT, look_at_upkeep
from bot.config import Config, Console, Server, WeChat
from bot.config import Database as Section
from bot.corpus import Corpus
from bot.findings import Finding
from bot.store.backups import write_backup
from bot.store.database import Database
from bot.store.saved import write_down
from bot.store.staff_tables import staff
from bot.store.tables import channels, editions, inbox, news, notices, outbox
from handlers import WORDS
from tests.bot.store.deployments import TODAY, silent
from tests.corpus import the_corpus

Look = Callable[..., Any]


@pytest.fixture
def settings(store_url: str) -> Config:
    """The settings of a deployment."""
    wechat = WeChat(app_id="wx0123456789abcdef", app_secret="s", token="t", original_id="gh_1", mode="plain")
    return Config(wechat=wechat, database=Section(url=store_url))


@pytest.fixture
def look(settings: Config, database: Database) -> Look:
    """Looks, with these settings changed; all that is found has words."""

    async def run(
        corpus: Corpus | None = None, *, time: float = TODAY, room: int = TIGHT, **sections: Any
    ) -> dict[str, Finding]:
        changed = msgspec.structs.replace(settings, **sections)
        looked = look_at_upkeep(changed, database, corpus, clock=ManualClock(time), room=lambda _: room)
        found = {one.name: one async for one in looked}
        for one in found.values():
            reason = WORDS.checkup[one.reason] if one.reason else ""
            assert "{" not in WORDS.checkup[one.name].format(detail=one.detail, reason=reason)
        return found

    return run


async def put(database: Database, table: Any, **given: Any) -> None:
    """Enter a row whose other columns have the least they can hold."""
    least = {
        column.name: column.type.python_type()
        for column in table.c
        if not column.nullable and column.server_default is None and column is not table.autoincrement_column
    }
    async with database.write() as connection:
        await connection.execute(insert(table).values(**{**least, **given}))


def bad(found: dict[str, Finding]) -> set[str]:
    """What is not well."""
    return {name for name, finding in found.items() if not finding.well}


async def test_a_deployment_that_was_just_set_up(look: Look) -> None:
    """Nothing waits; nothing came yet, and no folder of backups is known: hints."""
    found = await look()
    assert bad(found) == set()
    assert {"queues", "nothing_received", "backup_unset"} <= set(found)


@pytest.mark.parametrize(
    ("table", "row", "reason"),
    [
        (inbox, {"state": "running", "received": TODAY - 121, "key": "k"}, "queue_inbox"),
        (notices, {"state": "pending", "due": TODAY - 901, "key": "k"}, "queue_notices"),
        (outbox, {"state": "waiting", "due": TODAY - 1801, "key": "k", "channel": "mass"}, "channel_mass"),
    ],
    ids=["inbox", "notices", "outbox"],
)
async def test_what_waits_too_long(
    look: Look, database: Database, table: Any, row: dict[str, Any], reason: str
) -> None:
    """The oldest row of each queue, in minutes; one that may still wait is none."""
    await put(database, table, **row)
    found = await look()
    assert bad(found) == {"queue_late"}
    assert found["queue_late"].reason == reason
    assert "queue_late" not in await look(time=TODAY - 60)


async def test_channels_that_stand(look: Look, database: Database) -> None:
    """A halted channel waits for a person; a paused one goes on by itself."""
    await put(database, channels, name="custom", halted=True, paused="48001 api unauthorized")
    await put(database, channels, name="mass", paused="45009", paused_until=TODAY + 60)
    found = await look()
    assert bad(found) == {"channel_halted"}
    assert found["channel_halted"].detail == "custom: 48001 api unauthorized"
    assert found["channel_paused"].hint


async def test_what_could_not_be_told(look: Look, database: Database) -> None:
    """Facts that failed, and sends whose outcome nobody knows, are hints with their number."""
    await put(database, news, state="failed", key="k")
    await put(database, outbox, state="unknown", key="k", channel="custom", settled=1.0)
    found = await look()
    assert (found["news_failed"].detail, found["sends_unknown"].detail) == ("1", "1")
    assert bad(found) == set()


async def test_an_edition_that_is_held_back(look: Look, database: Database) -> None:
    """A corpus that was published and replaced since is told to nobody; one that is new, or the last, is no ailment."""
    corpus = the_corpus()
    assert "edition_held_back" not in await look(corpus)
    await put(database, editions, number=1, version=corpus.version, time=1.0)
    assert "edition_held_back" not in await look(corpus)
    await put(database, editions, number=2, version="newer", time=2.0)
    assert (await look(corpus))["edition_held_back"].detail == corpus.version
    assert "edition_held_back" not in await look(None)


async def test_accounts_of_the_console(look: Look, database: Database) -> None:
    """Nobody has one; approvers and admins without a second factor, unless they are disabled; all have theirs."""
    console = {"console": Console(enabled=True, secret="f" * 64)}
    assert "staff_none" in await look(**console)
    row = {"display": "", "hash": "", "totp_step": 0, "disabled": False}
    await put(database, staff, **row, id=1, name="wang", role="approver", totp=b"")
    await put(database, staff, **row, id=2, name="li", role="editor", totp=b"")
    await put(database, staff, **{**row, "disabled": True}, id=3, name="zhao", role="admin", totp=b"")
    found = await look(**console)
    assert (found["staff_bare"].detail, found["staff_bare"].well) == ("wang", True)
    lax = {"console": Console(enabled=True, secret="f" * 64, totp_required=False)}
    assert bad(await look(**lax)) == {"staff_bare"}
    async with database.write() as connection:
        await connection.execute(staff.update().values(totp=b"sealed"))
        assert len((await connection.execute(select(staff))).all()) == 3
    assert (await look(**console))["staff"].detail == "2"
    assert "staff" not in await look()


@pytest.mark.parametrize(
    ("url", "plain"), [("http://bot.example.gov.cn", True), ("http://127.0.0.1:8080", False), ("https://a.cn", False)]
)
async def test_a_console_without_tls(look: Look, url: str, plain: bool) -> None:
    """Passwords would go over the network as they are."""
    found = await look(console=Console(enabled=True, secret="f" * 64), server=Server(public_url=url))
    assert ("console_plain" in bad(found)) is plain


async def test_a_disk_that_fills_up(look: Look, tmp_path: Path) -> None:
    """The room where backups go, and beside a SQLite file, against what is too little and what soon will be."""
    section = {"database": Section(url="sqlite:///" + str(tmp_path / "store.sqlite3"))}
    assert (await look(room=TIGHT, **section))["disk"].detail == f"{tmp_path}: 2.0 GB"
    assert (await look(room=TIGHT - 1, **section))["disk_tight"].hint
    assert bad(await look(room=FULL, **section)) == set()
    assert bad(await look(room=FULL - 1, **section)) == {"disk_full"}


async def test_backups(look: Look, store_url: str, tmp_path: Path) -> None:
    """None, a new one, an old one, one that is none, and a folder that is not there."""
    folder = tmp_path / "backups"
    section = {"database": Section(url=store_url, backups=str(folder))}
    assert bad(await look(**section)) == {"backup_unread"}
    os.mkdir(folder)  # noqa: PTH102
    assert bad(await look(**section)) == {"backup_none"}
    await write_backup(store_url, folder / "a.huiqi", clock=ManualClock(TODAY), tell=silent)
    limit = 36 * 3600.0
    assert (await look(time=TODAY + limit - 1, **section))["backup"].detail == "a.huiqi"
    assert bad(await look(time=TODAY + limit, **section)) == {"backup_old"}
    cut(folder / "a.huiqi")
    assert bad(await look(**section)) == {"backup_bad"}


async def test_backups_as_the_database_knows(look: Look, database: Database, store_url: str) -> None:
    """Without a folder: none yet is a hint while the database is new, then an ailment; a good one grows old; one that
    failed is said with its reason, beside the last good one; and nobody is told where backups are made otherwise."""
    section = {"database": Section(url=store_url, backup_hours=2)}
    await put(database, editions, number=1, version="v", time=TODAY)
    assert (await look(time=TODAY + 7199, **section))["backup_unset"].hint
    assert bad(await look(time=TODAY + 7200, **section)) == {"backup_never"}
    await write_down(store_url, name="x", good=TODAY)
    assert (await look(time=TODAY + 7199, **section))["backup"].detail == "2026-10-21 14:00"
    assert bad(await look(time=TODAY + 7200, **section)) == {"backup_old"}
    await write_down(store_url, name="x", tried=TODAY + 60, reason="/b: cannot be written: No space left on device")
    found = await look(time=TODAY + 61, **section)
    assert bad(found) == {"backup_failed"}
    assert found["backup_failed"].detail == "2026-10-21 14:01, /b: cannot be written: No space left on device"
    elsewhere = await look(time=TODAY + 9e6, database=Section(url=store_url, backup_hours=0))
    assert (bad(elsewhere), "backup_elsewhere" in elsewhere) == (set(), True)


def cut(path: Path) -> None:
    """Lose the end of a file."""
    path.write_bytes(path.read_bytes()[:500])
