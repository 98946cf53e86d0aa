"""The outbox as a person sees it: in plain words, without naming anybody."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import insert, select

from bot.clock import SHANGHAI, ManualClock, now
from bot.commands.ledger import Ledger
from bot.config import Push
from bot.errors import BotError
from bot.limits import Limits
from bot.store.calls import State
from bot.store.database import Database
from bot.store.limits import ChannelRows, Stop
from bot.store.notices import PLANNED, WAITING
from bot.store.tables import channels, concerns, notices, outbox
from handlers import WORDS
from handlers.pushes import CHANNELS as NAMED
from handlers.pushes import REASONS, STATES

WHO = "oSomebody_0000000000000000001"
DAY = 86_400.0


class Heard:
    """A ledger and what it said."""

    def __init__(self, database: Database) -> None:
        self.lines: list[str] = []
        self.clock = ManualClock(datetime(2026, 11, 22, 21, tzinfo=SHANGHAI).timestamp())
        self.ledger = Ledger(database, WORDS, push=Push(), say=self.lines.append, clock=self.clock)


@pytest.fixture
def heard(database: Database) -> Heard:
    """Nothing yet."""
    return Heard(database)


async def enter(database: Database, *rows: dict[str, Any]) -> None:
    """Rows with what matters of them."""
    base = {"openid": WHO, "channel": "custom", "body": b"x", "created": 1_795_312_800.0, "due": 0.0, "expires": 9e9}
    common = {"errcode": 0, "reason": "", "attempts": 1, "settled": 1.0}
    async with database.write() as connection:
        for number, row in enumerate(rows):
            await connection.execute(insert(outbox), {**base, **common, "key": f"{WHO}{number}", **row})


async def test_an_empty_outbox(heard: Heard) -> None:
    """It says so, and how each channel stands."""
    await heard.ledger.show("", 20)
    assert heard.lines == ["发件箱是空的", *(f"{name}：今天已发0次" for name in NAMED.values())]


async def wait(database: Database, key: str, **row: Any) -> None:
    """A notice that is to be told somebody."""
    base = {"key": key, "openid": WHO, "data": b"", "news": b"", "state": "pending", "created": 0.0, "due": 0.0}
    async with database.write() as connection:
        await connection.execute(insert(notices), {**base, **row})


async def test_notices_that_are_no_calls_yet(database: Database, heard: Heard) -> None:
    """An empty outbox is not all: notices stand there by kind, with when the first may go by the quiet hours and days
    of rest, and those that wait for an answer apart; what went is none of them."""
    time = heard.clock.time()
    rows: dict[str, dict[str, Any]] = {
        "a": {"kind": "changed", "due": time},
        "b": {"kind": "changed", "due": time + 7 * DAY},
        "c": {"kind": "new", "due": time + DAY},
        "d": {"kind": "changed", "state": WAITING},
        "e": {"kind": "changed", "state": PLANNED},
    }
    for key, row in rows.items():
        await wait(database, key, **row)
    async with database.write() as connection:
        await connection.execute(
            insert(concerns), [{"openid": WHO, "news": n, "due": time + 2 * DAY} for n in (1, 2)]
        )  # fmt: skip
    await heard.ledger.show("", 20)
    assert heard.lines[:3] == [
        "发件箱是空的",
        "等着排进发件箱的通知：政策有变化2，新政策1，按天按周汇总的（人数）1；"
        "最早11-23 08:30起发（夜里和休息日不打扰，见设置 [push]）",
        "等对方下次来消息时附上的：政策有变化1",
    ]
    await heard.clock.advance(12 * 3600.0)  # a Monday at nine
    heard.lines.clear()
    await heard.ledger.show("", 20)
    assert "最早现在起发" in heard.lines[1]


async def test_counts_dead_letters_and_advice(database: Database, heard: Heard) -> None:
    """What failed and what is unknown is listed with its number and reason, newest first; nobody is named."""
    await enter(
        database,
        {"state": "sent"},
        {"state": "sent"},
        {"state": "skipped", "reason": "window"},
        {"state": "failed", "channel": "template", "errcode": 47003, "reason": "argument invalid! data.thing1.value"},
        {"state": "unknown", "reason": "interrupted"},
        {"state": "unknown", "errcode": -2, "reason": "TimeoutError", "attempts": 3},
    )
    await heard.ledger.show("", 20)
    said = "\n".join(heard.lines)
    assert heard.lines[0] == "发件箱：失败 1, 已发出 2, 跳过 1, 结果不明 2"
    assert "4  11-22 10:00  模板消息  失败  试了1次  47003 argument invalid! data.thing1.value" in heard.lines
    assert heard.lines.index("6  11-22 10:00  客服消息  结果不明  试了3次  -2 TimeoutError") < heard.lines.index(
        "5  11-22 10:00  客服消息  结果不明  试了1次  发送途中程序中断"
    )
    assert "--retry" in heard.lines[-1]
    assert WHO not in said


async def test_one_state_alone(database: Database, heard: Heard) -> None:
    """As many as are asked for, and that there are more."""
    await enter(database, *[{"state": "skipped", "reason": "window"}] * 3)
    await heard.ledger.show("skipped", 2)
    assert len(heard.lines) == 3
    assert "48小时" in heard.lines[0]
    assert "2条" in heard.lines[2]
    heard.lines.clear()
    await heard.ledger.show("failed", 2)
    assert heard.lines == ["没有“失败”的消息"]


async def test_channels_that_do_not_go(database: Database, heard: Heard) -> None:
    """A pause with its end, a halt with its reason, and how much of the day is used."""
    clock = heard.clock
    rows = ChannelRows(database)
    await database.run(lambda: rows.stop("custom", Stop(reason="45011 slower", until=clock.time() + 3600)))
    await database.run(lambda: rows.stop("mass", Stop(reason="48001 api unauthorized", halted=True)))
    day = now(clock).date().isoformat()
    async with database.write() as connection:
        await connection.execute(channels.update().where(channels.c.name == "mass").values(day=day, used=7))
    await heard.ledger.show("", 20)
    custom, _, _, mass = heard.lines[1:]
    assert custom.startswith("客服消息：今天已发0次，暂停到")
    assert custom.endswith("（45011 slower）")
    assert mass == "群发：今天已发7次，已停用，需要处理后恢复（48001 api unauthorized）"
    heard.lines.clear()
    await heard.ledger.resume("mass")
    assert heard.lines == ["群发已恢复发送"]
    assert not (await Limits(database, clock=clock).usage("mass")).halted


async def test_rows_are_sent_again(database: Database, heard: Heard) -> None:
    """Those that failed or are unknown; of the others it says that they are not."""
    await enter(database, {"state": "failed"}, {"state": "sent"}, {"state": "unknown"})
    assert not await heard.ledger.retry([1, 2, 3, 9])
    assert heard.lines[0] == "2条将重新发送：1, 3"
    assert heard.lines[1].endswith("2, 9")
    async with database.read() as connection:
        states = (await connection.execute(select(outbox.c.state).order_by(outbox.c.id))).scalars().all()
    assert states == ["waiting", "sent", "waiting"]
    assert await heard.ledger.retry([])


async def test_what_an_announcement_sends_is_left_to_it(database: Database, heard: Heard) -> None:
    """Its call may have been replaced by another; the command says by which command its people go again."""
    await enter(
        database, {"state": "failed"}, {"state": "failed", "key": "a1.1:oA"}, {"state": "unknown", "key": "a1/1"}
    )
    assert not await heard.ledger.retry([1, 2, 3])
    assert heard.lines[0] == "1条将重新发送：1"
    assert "broadcast retry" in heard.lines[1]
    assert heard.lines[1].endswith("2, 3")
    assert len(heard.lines) == 2
    async with database.read() as connection:
        states = (await connection.execute(select(outbox.c.state).order_by(outbox.c.id))).scalars().all()
    assert states == ["waiting", "failed", "unknown"]


async def test_a_name_that_is_none_is_told_with_those_there_are(heard: Heard) -> None:
    """A state, a channel."""
    with pytest.raises(BotError, match="failed"):
        await heard.ledger.show("broken", 20)
    with pytest.raises(BotError, match="custom, template, subscribe, mass"):
        await heard.ledger.resume("fax")


def test_every_state_channel_and_reason_has_its_words() -> None:
    """None is shown by our name for it."""
    assert STATES.keys() == {state.value for state in State}
    assert {"window", "refused", "blocked", "gone", "unknown", "left", "late", "interrupted"} <= REASONS.keys()
