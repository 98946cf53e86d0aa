"""How long data is kept: what docs/operations.md promises, held against what the worker does, by its clock."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import Float, Integer, LargeBinary, Table, func, insert, select

from bot.announcements import Content, Plan
from bot.app import Services, open_services
from bot.clock import SHANGHAI, ManualClock
from bot.config import Config, Replies
from bot.conversation import Conversation
from bot.store.broadcast_tables import broadcasts
from bot.store.conversations import columns, unpack
from bot.store.tables import metadata
from handlers import ROUTER, WORDS
from tests.bot.console.client import office_settings
from tests.corpus import the_corpus
from tests.databases import prepare

DOCUMENT = (Path(__file__).parents[1] / "docs" / "operations.md").read_text(encoding="utf-8")
HOUR, DAY = 3600.0, 86_400.0
NUMBERS = {"one": 1, "two": 2, "four": 4, "five": 5, "ten": 10}
LENGTHS = {"minutes": 60.0, "day": DAY, "days": DAY, "weeks": 7 * DAY}
# By which column a row grows old, where it does, and what else it must hold to be one that may go.
AGING: dict[str, tuple[str, dict[str, Any]]] = {
    "inbox": ("received", {"state": "answered"}),
    "outbox": ("settled", {"state": "sent", "channel": "custom"}),
    "feedback": ("created", {}),
    "unanswered": ("received", {}),
    "grants": ("changed", {"openid": "oNobody"}),
    "notices": ("created", {"state": "told"}),
    "news": ("created", {"state": "spread"}),
    "reminders": ("time", {}),
    "reports": ("time", {}),
    "letters": ("expires", {}),
    "departures": ("time", {}),
    "tallies": ("day", {}),
    "turnover": ("day", {}),
    "signatures": ("time", {}),
    "sessions": ("created", {}),
    "attempts": ("seen", {}),
    "simulations": ("created", {"state": "done"}),
    "imports": ("created", {"state": "read"}),
    "audit": ("time", {}),
    "recipients": ("changed", {"broadcast": 1, "openid": "", "state": "sent"}),
}
# An announcement whose people grow old: they do from its end on.
OVER: dict[str, Any] = {
    "id": 1, "name": "x", "state": "finished", "author": "x", "created": 0.0, "changed": 0.0, "hands": "[]",
    "content": msgspec.json.encode(Content(text="x")), "criteria": b"[]", "plan": msgspec.json.encode(Plan()),
}  # fmt: skip


def promises() -> dict[str, str]:
    """What the document says of each table."""
    part = DOCUMENT.partition("### How long")[2].partition("\n## ")[0]
    found: dict[str, str] = {}
    for names, until in re.findall(r"^\| (`.*?) \| (.*?) \|$", part, re.MULTILINE):
        found |= dict.fromkeys(re.findall(r"`(\w+)`", names), until)
    return found


def period(said: str, config: Config) -> float:
    """The seconds of the first promise in a cell; 0 where it promises no time."""
    first = said.partition(";")[0]
    settings = {
        "keep_days": config.replies.keep_days * DAY,
        "audit_days": config.console.audit_days * DAY,
        "session_hours": config.console.session_hours * HOUR,
    }
    named = [settings[name] for name in re.findall(r"`(\w+)`", first)]
    counted = [
        (int(many) if many.isdecimal() else NUMBERS[many]) * LENGTHS[unit]
        for many, unit in re.findall(r"\b(\d+|one|two|four|five|ten) (minutes|days?|weeks)\b", first)
    ]
    if named and counted and "at least" not in first:
        return named[0]  # how long something holds, and then its row
    return max([*named, *counted], default=0.0)


def test_every_table_that_grows_old_is_promised() -> None:
    """The document promises a time for exactly the tables from which the worker takes rows by their age."""
    config = office_settings_of()
    promised = {name for name, said in promises().items() if period(said, config)}
    assert promised == set(AGING)
    assert {table.name for table in metadata.sorted_tables} == set(promises())


def office_settings_of() -> Config:
    """Settings without a file: the defaults, as far as times go."""
    wechat = {"app_id": "wx0000000001", "app_secret": "s", "token": "abc", "original_id": "gh_1"}
    return msgspec.convert({"wechat": wechat}, Config)


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("`keep_days`; until the follower leaves", 90),
        ("`keep_days`, two weeks at least", 90),
        ("366 days", 366),
        ("one day; until the follower leaves", 1),
        ("ten minutes", 1 / 144),
        ("`session_hours`", 0.5),
        ("`audit_days`", 1095),
        ("kept: they name nobody", 0),
    ],
)
def test_the_document_is_understood(said: str, days: float) -> None:
    """Times as they are written there."""
    assert period(said, office_settings_of()) == pytest.approx(days * DAY)


def row(table: Table, number: int, time: float, config: Config) -> dict[str, Any]:
    """A row of that age, of values that mean nothing."""
    column, given = AGING[table.name]
    values: dict[str, Any] = {}
    for one in table.columns:
        if one.nullable or one.server_default is not None:
            continue
        if isinstance(one.type, LargeBinary):
            values[one.name] = b"{}"
        elif isinstance(one.type, Float):
            values[one.name] = time
        elif isinstance(one.type, Integer):
            values[one.name] = number
        else:
            values[one.name] = f"x{number}"
    if column == "day":
        values["day"] = datetime.fromtimestamp(time, UTC).astimezone(SHANGHAI).date().isoformat()
    else:
        values[column] = time
    if table.name == "sessions":
        values["expires"] = time + config.console.session_hours * HOUR
    return {**values, **given}


async def there(services: Services, table: Table) -> int:
    """How many rows a table has."""
    async with services.database.read() as connection:
        return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())


async def tidy(services: Services) -> None:
    """What the worker does once an hour."""
    jobs = [job for job in services.worker.jobs if "purge" in job.name]
    assert len(jobs) == 2
    for job in jobs:
        await job.run()


@pytest.mark.parametrize("keep_days", [7, 90])
async def test_what_is_promised_is_kept_so_long_and_then_gone(tmp_path: Path, keep_days: int) -> None:
    """A row of each kind is there shortly before its time is over, and gone at the first purge after it; the shorter
    times of `keep_days` end no sooner than the least that is promised."""
    settings = msgspec.structs.replace(office_settings(tmp_path), replies=Replies(keep_days=keep_days))
    prepare(tmp_path / "store.sqlite3")
    tables = {table.name: table for table in metadata.sorted_tables}
    clock = ManualClock()
    wrong = []
    async with open_services(settings, ROUTER, words=WORDS, clock=clock, corpus=the_corpus()) as services:
        for number, name in enumerate(AGING, 100):
            table, lasts = tables[name], period(promises()[name], settings)
            slack = DAY if AGING[name][0] == "day" else min(HOUR, lasts / 2)
            for age, expected in ((lasts - slack, 1), (lasts + slack, 0)):
                async with services.database.write() as connection:
                    await connection.execute(table.delete())
                    if name == "recipients":
                        await connection.execute(broadcasts.delete())
                        await connection.execute(insert(broadcasts), {**OVER, "ended": clock.time() - age})
                    await connection.execute(insert(table), row(table, number, clock.time() - age, settings))
                await tidy(services)
                if await there(services, table) != expected:
                    wrong.append(f"{name} after {timedelta(seconds=age)}: {'gone' if expected else 'still there'}")
    assert wrong == []


async def test_a_conversation_is_emptied_and_its_follower_stays(tmp_path: Path) -> None:
    """It goes as long after its end as is promised of it; the row it stands in does not grow old."""
    settings = office_settings(tmp_path)
    prepare(tmp_path / "store.sqlite3")
    clock = ManualClock()
    lasts = period(promises()["followers"].partition(";")[2], settings)
    assert lasts == settings.replies.keep_days * DAY
    followers = metadata.tables["followers"]
    ended = {"oSooner": clock.time() - lasts - HOUR, "oLater": clock.time() - lasts + HOUR}
    rows = [
        {"openid": openid, "followed": time, **columns(Conversation(heading="技改", expires=time))}
        for openid, time in ended.items()
    ]
    async with open_services(settings, ROUTER, words=WORDS, clock=clock, corpus=the_corpus()) as services:
        async with services.database.write() as connection:
            await connection.execute(insert(followers), rows)
        await tidy(services)
        async with services.database.read() as connection:
            kept = await connection.execute(select(followers.c.openid, followers.c.talk, followers.c.talk_until))
            found = {openid: (unpack(talk), until) for openid, talk, until in kept}
    later = ended["oLater"]
    assert found == {"oSooner": (None, 0.0), "oLater": (Conversation(heading="技改", expires=later), later)}


async def test_what_is_in_use_does_not_grow_old(tmp_path: Path) -> None:
    """A call that waits for a person, and what somebody who follows allowed, stay, however old they are."""
    settings = office_settings(tmp_path)
    prepare(tmp_path / "store.sqlite3")
    clock = ManualClock()
    tables = {table.name: table for table in metadata.sorted_tables}
    async with open_services(settings, ROUTER, words=WORDS, clock=clock, corpus=the_corpus()) as services:
        long_ago = clock.time() - 5000 * DAY
        doubtful = {**row(tables["outbox"], 1, long_ago, settings), "state": "unknown"}
        allowed = {**row(tables["grants"], 1, long_ago, settings), "openid": "oFollows"}
        async with services.database.write() as connection:
            await connection.execute(insert(tables["outbox"]), doubtful)
            await connection.execute(insert(tables["grants"]), allowed)
            await connection.execute(insert(tables["followers"]), {"openid": "oFollows", "followed": long_ago})
        await tidy(services)
        for name in ("outbox", "grants", "followers"):
            assert await there(services, tables[name]) == 1, name
