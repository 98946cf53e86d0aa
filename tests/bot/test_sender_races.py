"""Workers, people who leave or decline, and calls that end, at the same instant on PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.announcements import MASS, NEXT, REACHED, Announcement, Content, Criterion, Plan
from bot.broadcasts import Broadcasts
from bot.clock import ManualClock
from bot.errors import NotAllowed, Refused
from bot.messages import Left
from bot.person import DECLINED, Erase, Subscribe
from bot.sender import Sender
from bot.store.audiences import Audience
from bot.store.database import Database
from bot.store.driver import Script
from bot.store.followers import Followers
from bot.store.inbox import Inbox
from bot.store.ledgers import Counts
from bot.store.people import People
from bot.store.tables import audiences, notices, outbox
from tests.bot.announcing import WORDS, Office, Slow, names
from tests.bot.interleaved import Stopping, interleaved, on_postgres

pytestmark = on_postgres
CALLS, LISTS, NOTICES = (
    "INTO outbox",
    "INTO audiences",
    "INTO notices",
)  # what a worker writes last of those it hands on


@pytest.fixture
def office(database: Database, clock: ManualClock) -> Office:
    """An office on a fresh database."""
    return Office(database=database, clock=clock)


async def running(office: Office, *ways: str, **changed: Any) -> Announcement:
    """One whose audience is entered and nobody handed on."""
    one = await office.approved(plan=Plan(ways=ways, **changed), content=Content(text=f"{WORDS}{ways}"))
    worker = office.worker()
    for state in ("preparing", "preparing", "running"):
        await worker.step(await office.get(one.id))
        assert (await office.get(one.id)).state == state
    return await office.get(one.id)


def worker(office: Office, behind: str) -> tuple[Sender, Stopping]:
    """A worker that stops behind what it writes."""
    stop = Stopping(office.database, behind)
    return Sender(stop, config=office.settings, ledgers=office.ledgers, clock=office.clock), stop


async def test_two_workers_keep_the_reserve_of_a_month_together(office: Office) -> None:
    """Two announcements by mass, of which a follower may have one: whoever comes second counts the first."""
    await office.follow(*names(3))
    first, second = [await running(office, MASS, NEXT, reserve=3) for _ in range(2)]
    busy, stop = worker(office, LISTS)
    assert await interleaved(office.database, busy.step(first), stop, lambda: office.worker().step(second))
    assert await office.counts(first.id) == Counts(queued=3)
    assert await office.counts(second.id) == Counts(waiting=3)


async def test_two_workers_leave_the_last_message_of_a_window_alone_together(office: Office) -> None:
    """Two announcements by customer service, and a window of two messages, one of which is spared."""
    await office.follow(*names(3), window=2)
    first, second = [await running(office, "custom", NEXT) for _ in range(2)]
    busy, stop = worker(office, CALLS)
    assert await interleaved(office.database, busy.step(first), stop, lambda: office.worker().step(second))
    assert await office.counts(first.id) == Counts(queued=3)
    assert await office.counts(second.id) == Counts(waiting=3)


async def test_two_workers_hand_on_nobody_twice(office: Office) -> None:
    """Of one announcement the second takes who is left."""
    await office.follow(*names(3), window=5)
    one = await running(office, "custom")
    busy, stop = worker(office, CALLS)
    assert await interleaved(office.database, busy.step(one), stop, lambda: office.worker().step(one))
    assert await office.counts(one.id) == Counts(queued=3)
    assert len(await rows(office, outbox)) == 3


async def rows(office: Office, table: Any) -> list[dict[str, Any]]:
    """What is in a table."""
    async with office.database.read() as connection:
        return [dict(row) for row in (await connection.execute(select(table))).mappings()]


def leave(office: Office, openid: str) -> Script[None]:
    """Somebody stops following."""
    return Followers(office.database).erase(openid, office.clock.time())


def erase(office: Office, openid: str) -> Script[None]:
    """Somebody has all forgotten, and goes on following."""
    return People(office.database).apply([(openid, Erase(but=""), office.clock.time())])


def decline(office: Office, openid: str) -> Script[None]:
    """Somebody wants no announcements any more."""
    return People(office.database).apply([(openid, Subscribe(kind=DECLINED), office.clock.time())])


Goes = Callable[[Office, str], Script[None]]
WRITTEN = pytest.mark.parametrize(("way", "behind"), [("custom", CALLS), (MASS, LISTS), (NEXT, NOTICES)])


async def written_to(office: Office, openid: str) -> list[str]:
    """What would still reach somebody, by table."""
    return [
        table.name
        for table in (outbox, notices, audiences)
        for row in await rows(office, table)
        if row["openid"] == openid and row.get("state", "waiting") == "waiting"
    ]


@WRITTEN
@pytest.mark.parametrize("goes", [leave, erase, decline])
async def test_who_goes_while_they_are_handed_on_is_not_written_to(
    office: Office, way: str, behind: str, goes: Goes
) -> None:
    """What the worker writes for them at this moment is waited for, and then taken back; the others get theirs."""
    await office.follow(*names(3), window=5 if way == "custom" else 0)
    one = await running(office, way)
    busy, stop = worker(office, behind)
    second = lambda: office.database.run(lambda: goes(office, "o00001"))  # noqa: E731
    assert await interleaved(office.database, busy.step(one), stop, second)
    assert await written_to(office, "o00001") == []
    assert len(await written_to(office, "o00000")) == 1
    counts = await office.counts(one.id)
    assert (counts.skipped, counts.audience) == (1, 3)


@WRITTEN
@pytest.mark.parametrize("goes", [leave, erase, decline])
async def test_who_goes_first_is_not_handed_on(office: Office, way: str, behind: str, goes: Goes) -> None:
    """A worker waits for them, and then looks whether they are still there and still want it."""
    await office.follow(*names(3), window=5 if way == "custom" else 0)
    one = await running(office, way)
    stop = Stopping(office.database, "FROM recipients")
    first = stop.run(lambda: goes(office, "o00001"))
    assert await interleaved(office.database, first, stop, lambda: office.worker().step(one))
    await office.worker().step(await office.get(one.id))
    assert await written_to(office, "o00001") == []
    assert len(await written_to(office, "o00000")) == 1


async def test_a_list_and_people_who_leave_together_wait_in_no_ring(office: Office) -> None:
    """Its call ends while several of it leave in one batch, in another order than theirs: both are written, at once."""
    slow = Slow("mass", listed=True, life=86_400.0)
    office.posts = {**office.posts, "mass": slow}
    await office.follow(*names(4))
    one = await running(office, MASS)
    for _ in range(2):
        await office.worker().step(await office.get(one.id))
    stop = Stopping(office.database, "DELETE FROM followers")
    inbox = Inbox(stop)

    async def part() -> None:
        now = int(office.clock.time())
        together = [Left(key=f"k{openid}", openid=openid, account="gh", created=now) for openid in names(4)[2::-1]]
        claims = (inbox.claim(message, owner="me", lease=4.0, time=office.clock.time()) for message in together)
        await asyncio.gather(*claims)

    sending = asyncio.create_task(office.outbox().run_once())
    await slow.begun.wait()

    async def end() -> None:
        slow.let.set()
        await sending

    with capture_logs() as logs:
        assert await interleaved(office.database, part(), stop, end)
    await inbox.close()
    assert [entry["event"] for entry in logs if entry["log_level"] in ("warning", "error")] == []
    states = await office.states(one.id)
    assert sorted(states)[:1] == ["left:1"]
    assert set(states) & set(names(4)) == {"o00003"}
    assert await office.counts(one.id) == Counts(sent=1, skipped=3)


async def corrected(office: Office) -> tuple[Announcement, Announcement]:
    """One that failed for somebody, and its correction, which is about to begin."""
    await office.follow(*names(3), window=9)
    office.posts["custom"].fails.append(Refused(45002))
    plan = Plan(ways=("custom",), stop_at=100)
    wrong = await office.work((await office.approved(plan=plan)).id, "finished")
    reached = (Criterion(kind=REACHED, value=str(wrong.id)),)
    return wrong, await office.approved(plan=plan, criteria=reached, corrects=wrong.id)


async def test_a_retry_while_its_correction_begins_is_refused(office: Office) -> None:
    """It waits for the worker and then looks whether it is still allowed."""
    wrong, right = await corrected(office)
    busy, stop = worker(office, "UPDATE broadcasts")
    with pytest.raises(NotAllowed, match="corrected"):
        await interleaved(
            office.database, busy.step(right), stop, lambda: office.broadcasts.retry(wrong, "wang")
        )  # fmt: skip
    assert ((await office.get(right.id)).state, (await office.get(wrong.id)).state) == ("preparing", "finished")


async def test_a_correction_does_not_begin_while_what_it_corrects_goes_on_again(office: Office) -> None:
    """The worker waits for the retry and then looks whether it is still over."""
    wrong, right = await corrected(office)
    stop = Stopping(office.database, "UPDATE broadcasts")
    audience = Audience(office.database)
    acting = Broadcasts(stop, config=office.settings, audience=audience, ledgers=office.ledgers, clock=office.clock)
    assert await interleaved(
        office.database, acting.retry(wrong, "wang"), stop, lambda: office.worker().step(right)
    )  # fmt: skip
    assert ((await office.get(right.id)).state, (await office.get(wrong.id)).state) == ("scheduled", "running")
