"""The ledger of an old announcement: people go a piece at a time, and what they add up to stays."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from bot.announcements import DRAFT, PREPARING, REACHED, SCHEDULED, Announcement, Criterion
from bot.store.broadcast_tables import broadcasts, criteria, recipient_sums, recipients
from bot.store.broadcasts import BroadcastRows
from bot.store.database import Database
from bot.store.ledgers import Ledgers
from bot.store.sums import PIECE, Sums
from bot.store.tables import outbox
from tests.bot.announcing import plan_of
from tests.bot.engines import rows

BEGAN, ENDED = 1_000_000.0, 1_003_600.0
LATER = ENDED + 1.0


@pytest.fixture
async def number(database: Database) -> int:
    """An announcement that took an hour, ended, and has a ledger."""
    number = await announced(database, began=BEGAN, ended=ENDED, state="finished")
    people = [
        person(n, "failed", channel="custom", reason=f"busy rid: {n}", errcode=45011, changed=BEGAN + n)
        for n in range(9)
    ]
    people += [person(20 + n, "sent", channel="custom", changed=BEGAN + 58.7 + n) for n in range(7)]
    people += [person(40 + n, "sent", channel="mass", carrier=f"a{number}/1", changed=ENDED) for n in range(5)]
    people += [person(50, "skipped", channel="mass", carrier=f"a{number}/1", reason="left", changed=ENDED)]
    people += [person(60 + n, "skipped", reason="declined", changed=BEGAN + n) for n in range(4)]
    people += [person(70, "unknown", channel="custom", reason="x" * 500, changed=ENDED)]
    async with database.write() as connection:
        await connection.execute(insert(recipients), [{"broadcast": number, **one} for one in people])
    return number


async def announced(database: Database, **values: Any) -> int:
    """An announcement as it stands."""
    plain = Announcement(name="说明会", author="zhang", created=1.0, changed=1.0)
    found = await BroadcastRows(database).add(plain)
    async with database.write() as connection:
        await connection.execute(update(broadcasts).where(broadcasts.c.id == found).values(**values))
    return found


def person(number: int, state: str, **values: Any) -> dict[str, Any]:
    """Somebody of its audience."""
    plain = {"channel": "", "reason": "", "errcode": 0, "carrier": "", "changed": 1.0}
    return {"openid": f"o{number}", "state": state, **plain, **values}


async def told(database: Database, number: int) -> tuple[Any, ...]:
    """All that reports read, but for the words of an error that has a code: they are of any one of those who got it."""
    ledgers = Ledgers(database)
    groups = sorted(
        (one.state, one.channel, one.errcode, "" if one.errcode else one.reason[:200], one.count)
        for one in await ledgers.groups(number)
    )
    return (
        await ledgers.counts(number),
        groups,
        await ledgers.pace(number, 5),
        await ledgers.pace(number, 60),
        await ledgers.calls(number),
    )


async def test_reports_say_the_same_at_every_moment(database: Database, number: int) -> None:
    """Before, while people go, and when nobody is left; no openid stays anywhere."""
    call = {"key": f"a{number}/1", "openid": "", "channel": "mass", "body": b"", "state": "sent"}
    async with database.write() as connection:
        report = "success; total 5 filtered 5 sent 5 errors 0"
        values = {**call, "created": 0.0, "due": 0.0, "expires": 9.0, "settled": ENDED, "report": report}
        await connection.execute(insert(outbox), values)
    before = await told(database, number)
    (mass,) = before[4]
    assert (before[0].audience, before[0].failed, mass.ours, mass.unexplained) == (27, 9, 5, 0)
    sums, went = Sums(database), []
    while some := await sums.purge(LATER, time=LATER, many=4):
        went.append(some)
        assert await told(database, number) == before
    assert went == [4] * 6 + [3]
    assert not await rows(database, recipients)
    assert sum(one["count"] for one in await rows(database, recipient_sums)) == 27
    assert not [one for one in await rows(database, recipient_sums) if "o4" in str(one.values())]
    one = await BroadcastRows(database).get(number)
    assert one is not None
    assert one.forgotten == LATER


async def test_what_is_young_or_not_over_is_kept(database: Database, number: int) -> None:
    """Its day has not come, or it goes on."""
    sums = Sums(database)
    assert await sums.purge(ENDED, time=ENDED) == 0
    for state in ("running", "paused", "closing", "cancelling"):
        await set_state(database, number, state)
        assert await sums.purge(LATER, time=LATER) == 0
    await set_state(database, number, "cancelled")
    assert await sums.purge(LATER, time=LATER) == 27


async def set_state(database: Database, number: int, state: str, **values: Any) -> None:
    """Let it be in a state."""
    async with database.write() as connection:
        await connection.execute(update(broadcasts).where(broadcasts.c.id == number).values(state=state, **values))


async def test_whom_an_approved_correction_is_for_stays_until_it_has_begun(database: Database, number: int) -> None:
    """While it waits for its day, while its audience is entered, and where that was interrupted; no draft holds it."""
    sums, wanted = Sums(database), (Criterion(kind=REACHED, value=str(number)),)
    plain = Announcement(name="更正", author="zhang", created=1.0, changed=1.0, criteria=wanted, corrects=number)
    later = await BroadcastRows(database).add(plain)
    assert {row["number"] for row in await rows(database, criteria)} == {number}
    for state in (SCHEDULED, PREPARING, "paused"):
        await set_state(database, later, state)
        assert await sums.purge(LATER, time=LATER) == 0, state
    await set_state(database, later, "paused", audience=12)
    assert await sums.purge(LATER, time=LATER, many=1) == 1
    await set_state(database, later, DRAFT)
    assert await sums.purge(LATER, time=LATER, many=1) == 1


async def test_one_after_the_other_is_forgotten(database: Database, number: int) -> None:
    """Several that are old, each to its own sums."""
    other = await announced(database, began=BEGAN, ended=ENDED, state="finished")
    async with database.write() as connection:
        await connection.execute(insert(recipients), {"broadcast": other, **person(1, "sent")})
    sums = Sums(database)
    assert [await sums.purge(LATER, time=LATER) for _ in range(3)] == [27, 1, 0]
    ledgers = Ledgers(database)
    assert [(await ledgers.counts(one)).audience for one in (number, other)] == [27, 1]


async def test_a_piece_reads_no_more_than_its_rows(database: Database) -> None:
    """However many there are of others: an index has their order."""
    plan = await plan_of(database, PIECE.params(the_id=1, many=9))
    assert "recipients_order" in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


@pytest.mark.parametrize("store_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
async def test_who_leaves_at_this_moment_is_not_waited_for(database: Database, number: int) -> None:
    """Their row goes with a later piece: nobody waits for anybody in a ring."""
    mine = select(recipients.c.id).where(recipients.c.openid == "o3").with_for_update()
    sums = Sums(database)
    async with database.write() as leaving:
        await leaving.execute(mine)
        assert await sums.purge(LATER, time=LATER) == 26
        assert await sums.purge(LATER, time=LATER) == 0
    assert await sums.purge(LATER, time=LATER) == 1
    async with database.read() as connection:
        assert (await connection.execute(select(func.sum(recipient_sums.c.count)))).scalar_one() == 27
