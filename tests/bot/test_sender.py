"""The worker's part: step by step, whoever takes the steps and whatever happens between them."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert, select, update

from bot import sender
from bot.announcements import CUSTOM, MASS, NEXT, Content, Criterion, Plan
from bot.clock import SHANGHAI, ManualClock
from bot.config import Push
from bot.errors import Refused, Temporary
from bot.store.audit import Audit, Search
from bot.store.broadcast_tables import broadcasts, criteria
from bot.store.calls import Entry
from bot.store.database import Database
from bot.store.ledgers import Counts
from bot.store.limits import ChannelRows, Stop
from bot.store.notices import Notices
from bot.store.outbox import OutboxRows
from bot.store.recipients import list_key
from bot.store.tables import outbox as calls_table
from bot.store.withdrawals import withdraw
from tests.bot.announcing import SETTINGS, WORDS, Office, names


@pytest.fixture
def office(database: Database, clock: ManualClock) -> Office:
    """An office on a fresh database."""
    return Office(database=database, clock=clock)


async def test_several_workers_send_it_once(office: Office) -> None:
    """Each step is taken by one of them."""
    await office.follow(*names(30), window=5)
    await office.follow(*names(20, 100))
    one = await office.approved()
    workers, outbox = [office.worker() for _ in range(3)], office.outbox()
    for _ in range(30):
        await asyncio.gather(*(worker.run_once() for worker in workers))
        await outbox.run_once()
        if (await office.get(one.id)).state == "finished":
            break
    assert await office.counts(one.id) == Counts(sent=50)
    assert sorted(row.openid for row in office.posts["custom"].sent) == names(30)
    assert [row.openids for row in office.posts["mass"].sent] == [tuple(names(20, 100))]


async def test_nobody_in_it_is_no_error(office: Office) -> None:
    """It ends at once, with an audience of none."""
    one = await office.approved(criteria=(Criterion(kind="topic", value="无人"),))
    one = await office.work(one.id, "finished")
    assert (one.audience, await office.counts(one.id)) == (0, Counts())


async def test_what_is_not_what_was_approved_does_not_begin(office: Office) -> None:
    """Whoever changed it, and be it in the database."""
    await office.follow("oA", window=5)
    one = await office.approved()
    async with office.database.write() as connection:
        other = msgspec.json.encode(Content(text="别的"))
        await connection.execute(update(broadcasts).values(content=other))
    await office.work(one.id, "draft")
    (entry, *_) = await Audit(office.database).read(Search(action="broadcast.voided"), 5)
    assert (entry.who, entry.target) == ("worker", str(one.id))
    assert await office.counts(one.id) == Counts()


async def test_the_audience_is_the_one_that_was_approved(office: Office) -> None:
    """Whatever stands in the table that the audience is read by."""
    await office.follow("oA", window=5)
    one = await office.approved(criteria=(Criterion(kind="topic", value="无人"),))
    async with office.database.write() as connection:
        await connection.execute(insert(criteria), {"broadcast": one.id, "kind": "everyone", "value": ""})
    one = await office.work(one.id, "finished")
    assert (one.audience, office.posts["custom"].sent) == (0, [])


async def test_what_is_late_is_skipped_and_it_ends(office: Office) -> None:
    """Nobody is written to once it is no more worth it, neither by a call nor beneath an answer."""
    await office.follow("oA", window=5)
    await office.follow("oB")
    one = await office.approved(plan=Plan(ways=("custom", "next"), days=1))
    worker = office.worker()
    await office.work(one.id, "running", worker=worker)
    await worker.run_once()
    await office.clock.advance(86_401.0)
    await office.work(one.id, "finished", worker=worker)
    assert await office.counts(one.id) == Counts(skipped=2)
    assert {reason for _, _, reason in (await office.states(one.id)).values()} == {"late", "silent"}
    assert not office.posts["custom"].sent


async def test_it_rests_over_night(office: Office) -> None:
    """What was not sent in the evening goes back, and out in the morning."""
    office.settings = msgspec.structs.replace(SETTINGS, push=Push(pace=1e5, workdays=False))
    evening = datetime.fromtimestamp(office.clock.time(), SHANGHAI).replace(hour=20, minute=29).timestamp()
    await office.clock.advance(evening - office.clock.time())
    await office.follow("oA", window=5)  # the window is open long after the hours end
    await office.follow("oB", "oC")
    one = await office.approved()
    worker, outbox = office.worker(), office.outbox()
    await office.work(one.id, "running", worker=worker)
    await worker.run_once()
    await office.clock.advance(120.0)
    await outbox.run_once()
    await worker.run_once()
    counts = await office.counts(one.id)
    assert not office.posts["custom"].sent
    assert counts.sent == 0
    await office.clock.advance(12 * 3600.0)
    await office.work(one.id, "finished", "closing", worker=worker)
    assert (await office.counts(one.id)).audience == 3
    assert len(office.posts["mass"].sent) == 1


async def test_a_share_of_failures_pauses_it(office: Office) -> None:
    """Counted since it began or went on; what was skipped is none."""
    await office.follow(*names(60), window=5)
    one = await office.approved(plan=Plan(ways=("custom",), stop_at=10))
    office.posts["custom"].fails += [Refused(45002, "too long") for _ in range(7)]
    one = await office.work(one.id, "paused")
    assert one.why == "errors"
    (entry,) = await Audit(office.database).read(Search(action="broadcast.paused"), 5)
    assert entry.after == {"failed": 7, "of": 60}


async def test_few_failures_do_not(office: Office) -> None:
    """Below its share, and before there are enough to speak of a share."""
    await office.follow(*names(19), window=5)
    one = await office.approved(plan=Plan(ways=("custom",), stop_at=10))
    office.posts["custom"].fails += [Refused(45002) for _ in range(9)]
    await office.work(one.id, "finished")
    assert await office.counts(one.id) == Counts(sent=10, failed=9)


async def test_a_full_list_is_sent_and_another_begun(office: Office) -> None:
    """Each within the platform's limit; one who would be left alone is told with the next answer."""
    many = sender.LIST + 2
    await office.follow(*names(many))
    one = await office.approved(plan=Plan(ways=("mass", "next")))
    await office.work(one.id, "finished", "closing", rounds=200)
    lists = [len(row.openids) for row in office.posts["mass"].sent]
    assert sum(lists) in (many, many - 1)
    assert all(2 <= length <= 10_000 for length in lists)
    assert len(lists) > 1


async def test_one_alone_is_reached_another_way(office: Office) -> None:
    """The platform takes no list of one."""
    await office.follow("oA")
    one = await office.approved(plan=Plan(ways=(MASS, "next")))
    await office.work(one.id, "closing")
    assert (await office.states(one.id))["oA"][:2] == ("waiting", "next")
    other = await office.approved(plan=Plan(ways=(MASS,)))
    await office.work(other.id, "finished")
    assert (await office.states(other.id))["oA"] == ("skipped", "", "closed")


async def test_what_comes_while_it_is_handed_on_waits_for_no_one(office: Office) -> None:
    """Another announcement goes beside it."""
    await office.follow(*names(3), window=9)
    first = await office.approved()
    second = await office.approved(content=Content(text=f"又：{WORDS}"))
    worker = office.worker()
    await office.work(first.id, "finished", worker=worker)
    await office.work(second.id, "finished", worker=worker)
    assert await office.counts(first.id) == await office.counts(second.id) == Counts(sent=3)


async def untold(office: Office, openid: str) -> int:
    """How many notices somebody would find beneath an answer now."""
    return len((await office.database.run(lambda: Notices(office.database).waiting([openid]))).get(openid, []))


async def test_what_pauses_is_not_told_beneath_an_answer(office: Office) -> None:
    """Nor what is being cancelled; once it goes on it is told again."""
    await office.follow("oA")
    one = await office.approved(plan=Plan(ways=(NEXT,)))
    await office.work(one.id, "closing")
    assert await untold(office, "oA") == 1
    await office.broadcasts.pause(await office.get(one.id), "wang")
    assert await untold(office, "oA") == 0
    await office.broadcasts.resume(await office.get(one.id), "wang")
    assert await untold(office, "oA") == 1
    await office.broadcasts.cancel(await office.get(one.id), "wang")
    assert await untold(office, "oA") == 0
    await office.work(one.id, "cancelled")
    assert await office.counts(one.id) == Counts(skipped=1)


async def test_a_worker_takes_back_what_a_pause_left(office: Office) -> None:
    """Whoever paused it may have been cut off before all was back."""
    await office.follow(*names(3), window=5)
    await office.follow(*names(3, 10))
    one = await office.approved()
    worker = office.worker()
    await office.work(one.id, "running", worker=worker)
    await worker.run_once()
    assert await office.counts(one.id) == Counts(queued=6)
    one = await office.get(one.id)
    await office.database.run(lambda: office.broadcasts.rows.move(one, "paused", {}))
    while await worker.run_once():
        pass
    assert await office.counts(one.id) == Counts(planned=6)


async def test_calls_are_taken_back_some_at_a_time(office: Office) -> None:
    """First those to one follower, no more than asked for; then the lists, one in a transaction."""
    await office.follow(*names(3), window=5)
    await office.follow(*names(4, 10))
    one = await office.approved()
    worker = office.worker()
    await office.work(one.id, "running", worker=worker)
    await worker.run_once()
    left = []
    for _ in range(4):
        await office.database.run(lambda: withdraw(one.id, 2))
        left.append((await office.counts(one.id)).queued)
    assert left == [5, 4, 0, 0]


async def test_lists_do_not_pile_up(office: Office) -> None:
    """While two wait for a channel that stands still nobody is put on a third; others go their ways."""
    await office.follow("oA", window=5)
    await office.follow(*names(4))
    one = await office.approved(plan=Plan(ways=(CUSTOM, MASS)))
    time = office.clock.time()
    calls = [
        Entry(key=list_key(one.id, batch), openid="", channel=MASS, body=b"", due=time + 60.0, expires=time + 900.0)
        for batch in (1, 2)
    ]
    await office.database.run(lambda: OutboxRows(office.database).add(calls, time=time))
    await office.database.run(lambda: office.broadcasts.rows.step(one.id, batch=3))
    worker = office.worker()
    await office.work(one.id, "running", worker=worker)
    for _ in range(5):
        await worker.run_once()
    assert await office.counts(one.id) == Counts(planned=4, queued=1)
    await office.clock.advance(61.0)  # they go, and so may the next
    await office.work(one.id, "finished", worker=worker)
    assert await office.counts(one.id) == Counts(sent=5)


async def test_cancelling_ends_what_was_never_begun(office: Office) -> None:
    """It has no audience, and is over."""
    one = await office.approved(start=office.clock.time() + 3600.0)
    await office.broadcasts.cancel(one, "wang")
    await office.work(one.id, "cancelled")
    assert await office.counts(one.id) == Counts()


async def halt(office: Office, channel: str, **stop: Any) -> None:
    """A channel stands still."""
    rows = ChannelRows(office.database)
    await office.database.run(lambda: rows.stop(channel, Stop(reason="48001", **stop)))


async def test_a_way_that_is_halted_starves_no_other(office: Office) -> None:
    """Who has another way that is open goes it; who has none waits until the channel goes on."""
    await office.follow("oA", "oB", window=5)
    await office.follow("oC", "oD")
    await halt(office, "custom", halted=True)
    one = await office.approved(plan=Plan(ways=(CUSTOM, MASS)))
    await office.work(one.id, "finished")
    assert [row.openids for row in office.posts["mass"].sent] == [("oA", "oB", "oC", "oD")]
    other = await office.approved(plan=Plan(ways=(CUSTOM,)))
    worker = office.worker()
    await office.work(other.id, "running", worker=worker)
    await worker.run_once()
    assert await office.counts(other.id) == Counts(planned=4)
    await office.database.run(lambda: ChannelRows(office.database).resume("custom"))
    await office.work(other.id, "finished", worker=worker)
    assert await office.counts(other.id) == Counts(sent=2, skipped=2)


async def test_a_way_that_rests_for_a_moment_is_waited_for(office: Office) -> None:
    """Nobody who can be answered for nothing is written to by mass for that; the others go on."""
    await office.follow("oA", window=5)
    await office.follow("oB", "oC")
    await halt(office, "custom", until=office.clock.time() + 60.0)
    one = await office.approved(plan=Plan(ways=(CUSTOM, MASS)))
    worker = office.worker()
    await office.work(one.id, "running", worker=worker)
    for _ in range(4):
        await worker.run_once()
    assert await office.counts(one.id) == Counts(planned=1, queued=2)
    await office.clock.advance(61.0)
    await office.work(one.id, "finished", worker=worker)
    assert {state[:2] for state in (await office.states(one.id)).values()} == {("sent", CUSTOM), ("sent", MASS)}


@pytest.mark.parametrize("halted", [True, False])
async def test_it_is_over_though_a_call_is_in_doubt_on_a_halted_channel(office: Office, halted: bool) -> None:
    """Once its time is over nobody waits for it any more."""
    await office.follow("oA", "oB")
    one = await office.approved(plan=Plan(ways=(MASS,), days=1))
    office.posts["mass"].fails.append(Temporary(-1, "no answer", sent=True))
    worker, outbox = office.worker(), office.outbox()
    await office.work(one.id, "running", worker=worker)
    while await worker.run_once():
        pass
    await outbox.run_once()
    await halt(office, "mass", halted=halted, until=office.clock.time() + 9e6)
    await office.broadcasts.cancel(await office.get(one.id), "wang")
    await office.clock.advance(86_401.0)
    await office.work(one.id, "cancelled", worker=worker)
    assert await office.counts(one.id) == Counts(unknown=2)


async def test_what_is_cancelled_while_people_are_entered_is_for_these(office: Office) -> None:
    """It adds up."""
    await office.follow(*names(3))
    one = await office.approved()
    worker = office.worker()
    await worker.run_once()
    await worker.run_once()
    one = await office.get(one.id)
    assert one.state == "preparing"
    await office.broadcasts.cancel(one, "wang")
    one = await office.work(one.id, "cancelled", worker=worker)
    assert (one.audience, await office.counts(one.id)) == (3, Counts(skipped=3))


@pytest.mark.parametrize(
    ("quiet", "moment", "ends"),
    [
        (("00:30", "08:00"), "2026-11-26 23:50", "2026-11-27 00:30"),
        (("00:30", "08:00"), "2026-11-26 00:10", "2026-11-26 00:30"),
        (("20:30", "08:30"), "2026-11-26 10:00", "2026-11-26 20:30"),
    ],
)
async def test_a_call_waits_no_longer_than_the_quiet_hours(
    office: Office, quiet: tuple[str, str], moment: str, ends: str
) -> None:
    """Though they begin after midnight."""
    push = Push(pace=1e5, workdays=False, quiet_from=quiet[0], quiet_until=quiet[1])
    office.settings = msgspec.structs.replace(SETTINGS, push=push)
    now, end = (datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).timestamp() for text in (moment, ends))
    await office.clock.advance(now - office.clock.time())
    await office.follow("oA", "oB")
    one = await office.approved(plan=Plan(ways=(MASS,)))
    worker = office.worker()
    await office.work(one.id, "running", worker=worker)
    while await worker.run_once():
        pass
    async with office.database.read() as connection:
        assert (await connection.execute(select(calls_table.c.expires))).scalars().all() == [end]
