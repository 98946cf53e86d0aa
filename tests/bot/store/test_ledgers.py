"""What an announcement came to: counts, people, calls to lists, its course."""

from __future__ import annotations

import pytest

from bot.clock import ManualClock
from bot.errors import Refused
from bot.messages import MassReport
from bot.store.database import Database
from bot.store.ledgers import Counts, MassCall
from bot.store.reports import Reports
from tests.bot.announcing import Office, names


@pytest.fixture
async def office(database: Database, clock: ManualClock) -> Office:
    """An office that announced to three with an open window, one of whom it failed to reach, and four by a list."""
    office = Office(database=database, clock=clock)
    await office.follow(*names(3), window=5)
    await office.follow(*names(4, 10))
    one = await office.approved()
    office.posts["custom"].fails.append(Refused(45002, "content size out of limit"))
    await office.work(one.id, "finished")
    return office


async def told(office: Office, status: str, **counts: int) -> None:
    """The platform reports the call."""
    report = MassReport(
        key="k", account="gh_0", openid="mphelper", created=1, msgid=7001, status=status, **counts
    )  # fmt: skip
    await office.database.run(lambda: Reports(office.database).record([(report, 5.0)]))


def test_counts_add_up() -> None:
    """Each is somewhere."""
    counts = Counts(planned=1, queued=2, waiting=3, sent=4, arrived=5, failed=6, skipped=7, unknown=8)
    assert (counts.audience, counts.settled, counts.reached, counts.bad, counts.tried) == (36, 30, 9, 14, 23)


async def test_counts_and_groups(office: Office) -> None:
    """By state; and by state, way and reason, the largest first."""
    assert await office.ledgers.counts(1) == Counts(sent=6, failed=1)
    assert await office.ledgers.counts(2) == Counts()
    groups = await office.ledgers.groups(1)
    assert [(g.state, g.channel, g.errcode, g.count) for g in groups] == [
        ("sent", "mass", 0, 4),
        ("sent", "custom", 0, 2),
        ("failed", "custom", 45002, 1),
    ]


async def test_people_are_read_a_page_at_a_time(office: Office) -> None:
    """Behind a row, and only those who are asked for."""
    first = await office.ledgers.people(1, many=5)
    rest = await office.ledgers.people(1, after=first[-1].id, many=5)
    assert [one.openid for one in (*first, *rest)] == [*names(3), *names(4, 10)]
    assert len(await office.ledgers.people(1, state="sent", channel="mass")) == 4
    (failed,) = await office.ledgers.people(1, state="failed")
    assert (failed.errcode, failed.tries, failed.changed) == (45002, 1, office.clock.time())
    assert await office.ledgers.people(1, reason="left") == []


async def test_its_course(office: Office) -> None:
    """How many were settled in each hour, by state."""
    hour = office.clock.time() // 3600 * 3600
    assert await office.ledgers.pace(1, 3600) == [(hour, "failed", 1), (hour, "sent", 6)]


async def test_the_platforms_figures_stand_beside_ours(office: Office) -> None:
    """Unknown until it tells; and what it does not explain is a figure."""
    (call,) = await office.ledgers.calls(1)
    assert (call.ours, call.total, call.unexplained, call.msgid) == (4, None, None, "7001")
    await told(office, "send success", total=4, filtered=3, sent=1, errors=1)
    (call,) = await office.ledgers.calls(1)
    assert (call.total, call.filtered, call.sent, call.errors) == (4, 3, 1, 1)
    assert call.unexplained == 1
    assert await office.ledgers.counts(1) == Counts(sent=6, failed=1)


async def test_a_list_that_failed_failed_for_all_on_it(office: Office) -> None:
    """The platform says so of the whole call."""
    await told(office, "err(10001)", total=4, filtered=4, sent=0, errors=4)
    assert await office.ledgers.counts(1) == Counts(sent=2, failed=5)
    (failed, *_) = await office.ledgers.people(1, state="failed", channel="mass")
    assert "err(10001)" in failed.reason


def test_a_call_that_nobody_reported_is_not_explained() -> None:
    """There is nothing to hold against it."""
    assert MassCall(id=1, state="sent", reason="", msgid="", settled=1.0, ours=3).unexplained is None
