"""The outbox against a platform on a real port and a real database."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy import update
from structlog.testing import capture_logs

from bot.channels.custom import Custom
from bot.clock import ManualClock, now
from bot.errors import StoreError
from bot.limits import Limits
from bot.outbox import ATTEMPTS, LEASE, PAUSE, RECLAIM_EVERY, SEND_SECONDS
from bot.store.database import Database
from bot.store.outbox import OutboxRows
from bot.store.tables import outbox
from bot.store.tokens import TokenRows
from bot.wechat.wire import Wire
from tests.bot.processes import PUSH, Away, Elsewhere, build, client, left, receivers, sending, states, usage, wait_for
from tests.bot.wechat.platform import Fault, Platform, finish, hangs, refuses, resets, says

MOMENT = 0.02  # seconds of real time that half a second of the clock may take: seven for what is left of a lease


async def test_what_waits_is_sent_once(database: Database, clock: ManualClock) -> None:
    """Every follower gets their message; a second look finds nothing."""
    platform = Platform(clock=clock)
    await wait_for(database, clock, "oA", "oB", "oC")
    async with sending(platform, database) as process:
        assert await process.run_once() == 3
        assert await process.run_once() == 0
    assert sorted(receivers(platform)) == ["oA", "oB", "oC"]
    assert await states(database) == [("sent", 0, "")] * 3
    assert await left(database) == 4
    assert (await usage(database, clock)).used == 3


async def test_an_empty_outbox_asks_the_platform_nothing(database: Database, clock: ManualClock) -> None:
    """Not even for a token."""
    platform = Platform(clock=clock)
    async with sending(platform, database) as process:
        assert await process.run_once() == 0
    assert platform.calls == []


async def test_one_followers_messages_arrive_in_their_order(database: Database, clock: ManualClock) -> None:
    """Side by side with others, one after the other for one."""
    platform = Platform(clock=clock)
    await wait_for(database, clock, *["oA"] * 5)
    async with database.write() as connection:
        for number in range(5):
            body = f'{{"msgtype": "text", "text": {{"content": "{number}"}}}}'.encode()
            await connection.execute(update(outbox).where(outbox.c.key == f"{number}").values(body=body))
    async with sending(platform, database) as process:
        await process.run_once()
    assert [call.json["text"]["content"] for call in platform.done] == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("fault", "row", "in_window"),
    [
        (refuses(45015), ("skipped", 45015, "window"), 0),
        (refuses(45047), ("skipped", 45047, "window"), 0),
        (refuses(43004), ("skipped", 43004, "gone"), 0),
        (refuses(48002), ("skipped", 48002, "blocked"), 5),
        (refuses(40003), ("skipped", 40003, "unknown"), 0),
        (refuses(45002, "too long"), ("failed", 45002, "too long rid: 6f00-11-22"), 5),
        (refuses(987654), ("failed", 987654, "no rid: 6f00-11-22"), 5),
        (resets, ("unknown", -2, "ServerDisconnectedError"), 4),
        (hangs, ("unknown", -2, "TimeoutError"), 4),
        (says(b"", 502), ("unknown", 502, "HTTP error"), 4),
        (says(b"<html>"), ("unknown", -2, "unreadable answer"), 4),
    ],
)
async def test_a_failed_send_ends_its_row_alone(
    fault: Fault, row: tuple[str, int, str], in_window: int, database: Database, clock: ManualClock
) -> None:
    """The row says why, it is not tried again, and the channel goes on."""
    platform = Platform(clock=clock)
    platform.faults.append(fault)
    await wait_for(database, clock, "oA")
    async with sending(platform, database, seconds=1.0 if fault is hangs else 10.0) as process:
        assert await process.run_once() == 1
        await clock.advance(3600)
        assert await process.run_once() == 0
    assert await states(database) == [row]
    assert await left(database) == in_window
    assert len(platform.api_calls) == 1
    stands = await usage(database, clock)
    assert (stands.halted, stands.paused_until) == (False, 0.0)


async def test_a_busy_platform_gets_the_message_later(database: Database, clock: ManualClock) -> None:
    """After growing delays it arrives, once, and costs the follower's window one message."""
    platform = Platform(clock=clock)
    platform.faults.extend([refuses(-1)] * 3)
    await wait_for(database, clock, "oA")
    async with sending(platform, database) as process:
        for delay in (2.0, 4.0, 8.0):
            assert await process.run_once() == 1
            assert await states(database) == [("waiting", -1, "no rid: 6f00-11-22")]
            assert await left(database) == 5
            await clock.advance(delay - 0.1)
            assert await process.run_once() == 0
            await clock.advance(0.1)
        assert await process.run_once() == 1
    assert await states(database) == [("sent", 0, "")]
    assert receivers(platform) == ["oA"]
    assert await left(database) == 4


async def test_a_platform_that_stays_busy_is_given_up(database: Database, clock: ManualClock) -> None:
    """Attempts are bounded; after the last one the row has failed."""
    platform = Platform(clock=clock, always=refuses(-1))
    await wait_for(database, clock, "oA")
    async with sending(platform, database) as process:
        for _ in range(ATTEMPTS + 5):
            await process.run_once()
            await clock.advance(600)
    assert [state for state, _, _ in await states(database)] == ["failed"]
    assert len(platform.api_calls) == ATTEMPTS


async def test_a_platform_that_is_away_has_been_sent_nothing(database: Database, clock: ManualClock) -> None:
    """Without a connection the message waits, and goes when there is one."""
    platform = Platform(clock=clock)
    await wait_for(database, clock, "oA")
    async with aiohttp.ClientSession() as session:
        nowhere = Wire(session, "http://127.0.0.1:1", clock=clock)
        process = build(database, clock, Custom(client(nowhere, platform, database), PUSH))
        assert await process.run_once() == 1
    assert [state for state, _, _ in await states(database)] == ["waiting"]
    await clock.advance(2)
    async with sending(platform, database) as process:
        await process.run_once()
    assert receivers(platform) == ["oA"]


@pytest.mark.parametrize("fault", [refuses(-1), says(b"", 503), says(b"garbage"), resets, hangs])
async def test_a_token_that_cannot_be_had_leaves_the_message_waiting(
    fault: Fault, database: Database, clock: ManualClock
) -> None:
    """Whatever went wrong there, the message itself has not left: it is sent later, once."""
    platform = Platform(clock=clock)
    platform.token_faults.append(fault)
    await wait_for(database, clock, "oA")
    async with sending(platform, database, seconds=1.0 if fault is hangs else 10.0) as process:
        await process.run_once()
        assert [state for state, _, _ in await states(database)] == ["waiting"]
        await clock.advance(2)
        await process.run_once()
    assert receivers(platform) == ["oA"]


async def test_a_killed_token_costs_no_message(database: Database, clock: ManualClock) -> None:
    """A batch whose token another system has killed arrives whole, with one token more."""
    platform = Platform(clock=clock)
    async with sending(platform, database) as process:
        await wait_for(database, clock, *[f"o{number}" for number in range(10)])
        await TokenRows(database).begin("old", version=0, time=clock.time(), until=clock.time() + 1)
        await TokenRows(database).write("old", value="KILLED", expires=clock.time() + 7200, replacing=0)
        assert await process.run_once() == 10
    assert len(receivers(platform)) == 10
    assert len(platform.token_calls) == 1


async def test_too_fast_pauses_the_channel(database: Database, clock: ManualClock) -> None:
    """For a minute nothing goes; then the same message does, its attempts uncounted."""
    platform = Platform(clock=clock)
    platform.faults.append(refuses(45011))
    await wait_for(database, clock, "oA")
    async with sending(platform, database) as process:
        await process.run_once()
        assert await states(database) == [("waiting", 45011, "no rid: 6f00-11-22")]
        await clock.advance(PAUSE - 1)
        assert await process.run_once() == 0
        await clock.advance(1)
        assert await process.run_once() == 1
    assert receivers(platform) == ["oA"]
    assert await left(database) == 4


async def test_a_spent_quota_pauses_until_midnight_in_shanghai(database: Database, clock: ManualClock) -> None:
    """Also for another process; the message goes the next day."""
    platform = Platform(clock=clock)
    platform.faults.append(refuses(45009, "reach max api daily quota limit"))
    await wait_for(database, clock, "oA")
    async with sending(platform, database) as process:
        await process.run_once()
    stands = await usage(database, clock)
    midnight = now(clock).replace(hour=0, minute=0, second=0).timestamp() + 86_400
    assert stands.paused_until == midnight
    assert stands.paused.startswith("45009 reach max api daily quota limit")
    async with sending(platform, database) as process:
        await clock.advance(midnight - clock.time() - 1)
        assert await process.run_once() == 0
        await clock.advance(1)
        assert await process.run_once() == 1
    assert receivers(platform) == ["oA"]


async def test_a_forbidden_channel_halts_until_a_person_resumes_it(database: Database, clock: ManualClock) -> None:
    """Nothing is lost, nothing is tried again meanwhile, and the reason is kept."""
    platform = Platform(clock=clock)
    platform.faults.append(refuses(48001, "api unauthorized"))
    await wait_for(database, clock, "oA")
    async with sending(platform, database) as process:
        await process.run_once()
        stands = await usage(database, clock)
        assert stands.halted
        assert stands.paused == "48001 api unauthorized rid: 6f00-11-22"
        await clock.advance(7200)
        assert await process.run_once() == 0
        await Limits(database, clock=clock).resume("custom")
        assert await process.run_once() == 1
    assert receivers(platform) == ["oA"]
    assert await left(database) == 4


async def test_a_token_that_stays_rejected_pauses_the_channel(database: Database, clock: ManualClock) -> None:
    """Two calls, then a minute's rest: no loop, and the message waits."""
    platform = Platform(clock=clock, always=refuses(40001))
    await wait_for(database, clock, "oA")
    async with sending(platform, database) as process:
        await process.run_once()
        assert await process.run_once() == 0
        assert [state for state, _, _ in await states(database)] == ["waiting"]
        assert len(platform.api_calls) == 2
        platform.always = None
        await clock.advance(PAUSE)
        await process.run_once()
    assert receivers(platform) == ["oA"]


async def test_one_bad_row_does_not_hold_up_the_others(database: Database, clock: ManualClock) -> None:
    """Each row has its own end."""
    platform = Platform(clock=clock)
    await wait_for(database, clock, "oA", "oB", "oC")
    async with database.write() as connection:
        await connection.execute(update(outbox).where(outbox.c.openid == "oB").values(body=b"not a message"))
    async with sending(platform, database) as process:
        assert await process.run_once() == 3
    assert [state for state, _, _ in await states(database)] == ["sent", "failed", "sent"]


async def test_a_process_killed_in_the_middle_leaves_an_unknown_row(database: Database, clock: ManualClock) -> None:
    """The message may have arrived, so it is not sent again: it waits for a person."""
    platform, arrived = Platform(clock=clock), asyncio.Event()

    async def arrive(request: web.Request) -> web.StreamResponse:
        arrived.set()
        return await hangs(request)

    platform.faults.append(arrive)
    await wait_for(database, clock, "oA")
    async with sending(platform, database) as process:
        killed = asyncio.create_task(process.run_once())
        await arrived.wait()
        killed.cancel()
        await asyncio.gather(killed, return_exceptions=True)
        assert await states(database) == [("sending", 0, "")]
        other = build(database, clock)
        await other.run_once()
        assert await states(database) == [("sending", 0, "")]
        await clock.advance(LEASE + RECLAIM_EVERY)
        await other.run_once()
        assert await process.run_once() == 0
    assert await states(database) == [("unknown", 0, "interrupted")]
    assert len(platform.api_calls) == 1


async def test_two_processes_send_each_message_once(store_url: str, clock: ManualClock) -> None:
    """However they share the work."""
    platform = Platform(clock=clock)
    first, second = await Database.open(store_url), await Database.open(store_url)
    await wait_for(first, clock, *[f"o{number}" for number in range(30)])
    async with sending(platform, first) as one, sending(platform, second) as other:
        done = await finish(clock, asyncio.gather(one.run_once(), other.run_once(), one.run_once()), tick=0.001)
    counts = await OutboxRows(first).counts()
    await first.close()
    await second.close()
    assert sum(done) == 30
    assert counts == {"sent": 30}
    assert len(set(receivers(platform))) == len(receivers(platform)) == 30


async def test_a_channel_keeps_its_pace(database: Database, clock: ManualClock) -> None:
    """A burst, then what drips in; the rest waits its turn."""
    channel = Elsewhere()
    await wait_for(database, clock, *[f"o{number}" for number in range(9)], channel="elsewhere")
    process = build(database, clock, channel)
    assert [await process.run_once(), await process.run_once()] == [4, 0]
    await clock.advance(0.25)
    assert await process.run_once() == 2
    await clock.advance(10)
    assert await process.run_once() == 3


async def test_a_channel_without_windows_asks_for_none(database: Database, clock: ManualClock) -> None:
    """Nor does it spend any."""
    await wait_for(database, clock, "oA", channel="elsewhere")
    await build(database, clock, Elsewhere()).run_once()
    assert await left(database) == 5


async def test_a_fault_of_ours_leaves_the_row_unknown_and_is_logged(database: Database, clock: ManualClock) -> None:
    """Nobody knows how far it came; the others go on."""
    channel = Elsewhere()
    fault = ZeroDivisionError("of our own making")
    channel.fails.append(fault)
    await wait_for(database, clock, "oA", "oB", channel="elsewhere")
    with capture_logs() as logs:
        assert await build(database, clock, channel).run_once() == 2
    assert sorted(await states(database)) == [("sent", 0, ""), ("unknown", 0, "ZeroDivisionError")]
    assert [log["exc_info"] for log in logs if log["log_level"] == "error"] == [fault]


async def test_a_send_without_end_is_ended(database: Database, clock: ManualClock) -> None:
    """What does not come back in time is unknown, and the next batch goes."""
    channel = Elsewhere()
    channel.gate = asyncio.Event()
    await wait_for(database, clock, "oA", channel="elsewhere")
    running = asyncio.create_task(build(database, clock, channel).run_once())
    await channel.began.wait()
    await clock.advance(SEND_SECONDS - 1.0)
    assert await states(database) == [("sending", 0, "")]
    assert await finish(clock, running, tick=0.5, moment=MOMENT) == 1
    assert await states(database) == [("unknown", 0, "no end in time")]


async def test_what_was_sent_is_written_down_when_the_database_comes_back(
    database: Database, clock: ManualClock
) -> None:
    """A short absence does not make a sent message unknown."""
    store, channel = Away(database), Elsewhere()
    channel.gate = asyncio.Event()
    await wait_for(database, clock, "oA", channel="elsewhere")
    running = asyncio.create_task(build(store, clock, channel).run_once())
    await channel.began.wait()
    store.refusals = 3
    channel.gate.set()
    assert await finish(clock, running, tick=0.5, moment=MOMENT) == 1
    assert await states(database) == [("sent", 0, "")]
    assert len(channel.sent) == 1


async def test_a_database_that_stays_away_is_said(database: Database, clock: ManualClock) -> None:
    """The worker hears of it, and the row is unknown in the end."""
    store, channel = Away(database), Elsewhere()
    channel.gate = asyncio.Event()
    await wait_for(database, clock, "oA", channel="elsewhere")
    process = build(store, clock, channel)
    running = asyncio.create_task(process.run_once())
    await channel.began.wait()
    store.refusals = 100
    channel.gate.set()
    with pytest.raises(StoreError):
        await finish(clock, running)
    store.refusals = 0
    await clock.advance(LEASE)
    await process.run_once()
    assert await states(database) == [("unknown", 0, "interrupted")]
