"""The outbox's rows, on each kind of database."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import insert, select, text

from bot.store.calls import Allowance, Claim, Claimed, Entry, Limit, Settlement, State, Window
from bot.store.claims import BRINGING, DOUBTFUL, DUE
from bot.store.database import Database
from bot.store.followers import Followers
from bot.store.limits import Stop
from bot.store.outbox import COUNTS, OLD, OutboxRows
from bot.store.tables import followers, outbox

DAY = "2026-11-22"


def entry(key: str, openid: str = "oA", *, due: float = 0.0, expires: float = 9000.0, channel: str = "free") -> Entry:
    """A call to make."""
    return Entry(key=key, openid=openid, channel=channel, body=b"{}", due=due, expires=expires)


def allowance(
    most: int = 10, *, per_day: int = 100, windowed: bool = False, day: str = DAY, channel: str = "free"
) -> Allowance:
    """What may go."""
    limit = Limit(per_second=1000.0, burst=1000, per_day=per_day, windowed=windowed)
    return Allowance(channel=channel, most=most, day=day, limit=limit)


async def add(database: Database, *entries: Entry) -> int:
    """Enter calls in a transaction of their own."""
    rows = OutboxRows(database)
    return await database.run(lambda: rows.add(entries, time=100.0))


async def claim(database: Database, allowed: Allowance, *, time: float = 100.0, owner: str = "me") -> Claim:
    """Claim for a minute."""
    return await OutboxRows(database).claim(allowed, owner=owner, time=time, lease=60.0)


async def settle(
    database: Database, *settlements: Settlement, owner: str = "me", time: float = 110.0, stop: Stop | None = None
) -> int:
    """Settle rows of the one channel these tests use."""
    return await OutboxRows(database).settle("free", settlements, owner=owner, time=time, stop=stop)


async def follow(database: Database, openid: str, *, left: int, until: float = 5000.0) -> None:
    """A follower with a window."""
    row = {"openid": openid, "followed": 1.0, "window_left": left, "window_until": until}
    async with database.write() as connection:
        await connection.execute(insert(followers), row)


async def left(database: Database, openid: str) -> int:
    """How many messages the follower's window still has."""
    async with database.read() as connection:
        found = await connection.execute(select(followers.c.window_left).where(followers.c.openid == openid))
        return int(found.scalar_one())


async def stored(database: Database, key: str) -> dict[str, object]:
    """A row as it is."""
    async with database.read() as connection:
        return dict((await connection.execute(select(outbox).where(outbox.c.key == key))).mappings().one())


def ids(rows: Sequence[Claimed]) -> list[int]:
    """Which rows."""
    return [row.id for row in rows]


async def test_a_fact_told_twice_adds_one_row(database: Database) -> None:
    """The key decides, within one call and between two."""
    assert await add(database, entry("a"), entry("b"), entry("a")) == 2
    assert await add(database, entry("b", openid="oB"), entry("c")) == 1
    assert (await stored(database, "b"))["openid"] == "oA"
    assert await OutboxRows(database).counts() == {"waiting": 3}


async def test_a_fact_told_by_two_processes_at_once_adds_one_row(store_url: str) -> None:
    """Neither of them fails."""
    first, second = await Database.open(store_url), await Database.open(store_url)
    entries = [entry(f"k{n}") for n in range(20)]
    added = await asyncio.gather(add(first, *entries), add(second, *entries))
    await first.close()
    await second.close()
    assert sum(added) == 20


async def test_what_is_due_first_goes_first(database: Database) -> None:
    """In order, no more than asked for, of this channel, and not what is not due."""
    await add(database, entry("late", due=50.0), entry("early", due=10.0), entry("tie", due=50.0))
    await add(database, entry("tomorrow", due=200.0), entry("elsewhere", channel="other"))
    first = await claim(database, allowance(2))
    second = await claim(database, allowance(2))
    assert [row.due for row in first.rows] == [10.0, 50.0]
    assert [row.due for row in second.rows] == [50.0]
    assert first.rows[1].id < second.rows[0].id
    assert (await claim(database, allowance(2))).rows == ()


async def test_a_claimed_row_says_what_to_send(database: Database) -> None:
    """Its follower, its bytes, and which attempt this is."""
    row = Entry(key="k", openid="oB", channel="free", body='{"text": "你好"}'.encode(), due=1.5, expires=900.25)
    await add(database, row)
    (claimed,) = (await claim(database, allowance())).rows
    assert (claimed.openid, claimed.body, claimed.due, claimed.expires) == ("oB", row.body, 1.5, 900.25)
    assert claimed.attempts == 1
    kept = await stored(database, "k")
    assert (kept["state"], kept["owner"], kept["lease"], kept["created"]) == ("sending", "me", 160.0, 100.0)


async def test_processes_never_claim_the_same_row(store_url: str) -> None:
    """Each row goes to one of them, and none is left."""
    first, second = await Database.open(store_url), await Database.open(store_url)
    await add(first, *[entry(f"k{n}") for n in range(40)])
    claims = [claim(db, allowance(5), owner=name) for db, name in ((first, "a"), (second, "b")) for _ in range(4)]
    claimed = [row_id for one in await asyncio.gather(*claims) for row_id in ids(one.rows)]
    await first.close()
    await second.close()
    assert len(claimed) == len(set(claimed)) == 40


@pytest.mark.parametrize("state", [State.SENT, State.FAILED, State.SKIPPED, State.UNKNOWN])
async def test_a_settled_row_says_what_became_of_it(state: State, database: Database) -> None:
    """It is never claimed again."""
    await add(database, entry("k"))
    (row,) = (await claim(database, allowance())).rows
    assert await settle(database, Settlement(row=row, state=state, errcode=45015, reason="window")) == 1
    kept = await stored(database, "k")
    assert (kept["state"], kept["errcode"], kept["reason"], kept["settled"]) == (state, 45015, "window", 110.0)
    assert (await claim(database, allowance(), time=8000.0)).rows == ()
    assert await OutboxRows(database).counts() == {state.value: 1}


async def test_a_released_row_comes_again_when_it_is_due(database: Database) -> None:
    """An attempt counts where there was one, and does not where there was none."""
    await add(database, entry("k"))
    (row,) = (await claim(database, allowance())).rows
    await settle(database, Settlement(row=row, state=State.WAITING, due=300.0))
    assert (await claim(database, allowance(), time=299.0)).rows == ()
    (row,) = (await claim(database, allowance(), time=300.0)).rows
    assert row.attempts == 2
    await settle(database, Settlement(row=row, state=State.WAITING, due=300.0, counts=False))
    (row,) = (await claim(database, allowance(), time=300.0)).rows
    assert row.attempts == 2


async def test_only_the_owner_of_a_claim_settles_it(database: Database) -> None:
    """Nobody else, nobody twice, and not after the follower was erased."""
    await add(database, entry("k"), entry("gone", openid="oB"))
    row, gone = (await claim(database, allowance())).rows
    assert await settle(database, Settlement(row=row, state=State.SENT), owner="another") == 0
    assert await settle(database, Settlement(row=row, state=State.SENT)) == 1
    assert await settle(database, Settlement(row=row, state=State.FAILED)) == 0
    await database.run(lambda: Followers(database).erase("oB", 100.0))
    assert await settle(database, Settlement(row=gone, state=State.WAITING, due=0.0)) == 0
    assert (await stored(database, "k"))["state"] == "sent"
    assert (await stored(database, f"erased:{gone.id}"))["state"] == "skipped"
    assert await OutboxRows(database).counts() == {"sent": 1, "skipped": 1}
    assert await OutboxRows(database).purge(8000.0) == 2  # in time it is forgotten as any other


async def test_a_row_whose_owner_died_is_unknown_and_waits_for_a_person(database: Database) -> None:
    """It is not sent again, and whoever comes back from the dead does not change that."""
    await add(database, entry("k"), entry("alive"))
    (row,) = (await claim(database, allowance(1), owner="dead", time=100.0)).rows
    await claim(database, allowance(1), owner="alive", time=150.0)
    rows = OutboxRows(database)
    assert await rows.reclaim("free", 159.0) == (0, 0)
    assert await rows.reclaim("free", 160.0) == (0, 1)
    kept = await stored(database, "k")
    assert (kept["state"], kept["reason"], kept["settled"]) == ("unknown", "interrupted", 160.0)
    assert await settle(database, Settlement(row=row, state=State.SENT), owner="dead") == 0
    assert (await claim(database, allowance(), time=8000.0)).rows == ()


async def test_what_is_too_late_is_skipped_not_sent(database: Database) -> None:
    """It costs neither the day nor the window."""
    await follow(database, "oA", left=1)
    await add(database, entry("k", expires=100.0), entry("in time", expires=100.5))
    found = await claim(database, allowance(windowed=True))
    assert len(found.rows) == found.skipped == 1
    kept = await stored(database, "k")
    assert (kept["state"], kept["reason"], kept["attempts"]) == ("skipped", "late", 0)


async def test_a_windowed_row_takes_one_message_from_the_window(database: Database) -> None:
    """As many as the window has go out, the oldest first; the others are skipped at once."""
    await follow(database, "oA", left=2)
    await add(database, *[entry(f"k{n}", due=float(n)) for n in range(3)])
    found = await claim(database, allowance(windowed=True))
    assert [(row.due, row.window) for row in found.rows] == [(0.0, 5000.0), (1.0, 5000.0)]
    assert found.skipped == 1
    assert await left(database, "oA") == 0
    kept = await stored(database, "k2")
    assert (kept["state"], kept["reason"], kept["attempts"]) == ("skipped", "window", 0)


async def test_nobody_is_written_to_outside_a_window(database: Database) -> None:
    """Not after its end, not without one, not where the follower is not known."""
    await follow(database, "ended", left=5, until=100.0)
    await follow(database, "empty", left=0)
    await add(database, entry("1", "ended"), entry("2", "empty"), entry("3", "stranger"))
    found = await claim(database, allowance(windowed=True))
    assert (found.rows, found.skipped) == ((), 3)


async def test_followers_windows_do_not_mix(database: Database) -> None:
    """Each row is matched with its own follower's window."""
    await follow(database, "oA", left=1, until=6000.0)
    await follow(database, "oB", left=5, until=7000.0)
    await add(database, *[entry(f"{who}{n}", who) for n in range(2) for who in ("oB", "oA")])
    found = await claim(database, allowance(windowed=True))
    assert sorted((row.openid, row.window) for row in found.rows) == [("oA", 6000.0), ("oB", 7000.0), ("oB", 7000.0)]
    assert (await left(database, "oA"), await left(database, "oB")) == (0, 3)


async def test_a_message_that_did_not_count_goes_back_to_its_window(database: Database) -> None:
    """One that was sent, or may have been, does not."""
    await follow(database, "oA", left=4)
    await add(database, *[entry(f"k{n}") for n in range(4)])
    rows = (await claim(database, allowance(windowed=True))).rows
    windows = (Window.UNTOUCHED, Window.SPENT, Window.UNTOUCHED, Window.SPENT)
    await settle(
        database, *[Settlement(row=r, state=State.FAILED, window=w) for r, w in zip(rows, windows, strict=True)]
    )
    assert await left(database, "oA") == 2


@pytest.mark.parametrize("window", [Window.UNTOUCHED, Window.CLOSED])
async def test_a_window_opened_since_is_left_alone(window: Window, database: Database) -> None:
    """What we learn of the old window says nothing of the new one."""
    await follow(database, "oA", left=4)
    await add(database, entry("k"))
    (row,) = (await claim(database, allowance(windowed=True))).rows
    async with database.write() as connection:
        await connection.execute(followers.update().values(window_until=6000.0, window_left=5))
    await settle(database, Settlement(row=row, state=State.SKIPPED, window=window))
    assert await left(database, "oA") == 5


async def test_a_closed_window_has_nothing_left(database: Database) -> None:
    """The next row for this follower is skipped without asking the platform."""
    await follow(database, "oA", left=4)
    await add(database, entry("k"))
    (row,) = (await claim(database, allowance(windowed=True))).rows
    await settle(database, Settlement(row=row, state=State.SKIPPED, window=Window.CLOSED))
    assert await left(database, "oA") == 0


async def test_a_lost_claim_gives_nothing_back(database: Database) -> None:
    """Who no longer owns the row does not touch its follower's window."""
    await follow(database, "oA", left=4)
    await add(database, entry("k"))
    (row,) = (await claim(database, allowance(windowed=True))).rows
    await OutboxRows(database).reclaim("free", 160.0)
    await settle(database, Settlement(row=row, state=State.FAILED, window=Window.UNTOUCHED))
    assert await left(database, "oA") == 3


async def test_a_day_has_its_allowance(database: Database) -> None:
    """Calls count once claimed; the next day begins anew."""
    await add(database, *[entry(f"k{n}") for n in range(6)])
    assert len((await claim(database, allowance(3, per_day=4))).rows) == 3
    assert len((await claim(database, allowance(3, per_day=4))).rows) == 1
    assert (await claim(database, allowance(3, per_day=4))).rows == ()
    assert len((await claim(database, allowance(9, per_day=4, day="2026-11-23"))).rows) == 2


async def test_a_skipped_row_costs_no_call(database: Database) -> None:
    """What is not sent does not count against the day."""
    await add(database, *[entry(f"k{n}", "stranger") for n in range(5)])
    await claim(database, allowance(5, per_day=5, windowed=True))
    await add(database, *[entry(f"m{n}") for n in range(5)])
    assert len((await claim(database, allowance(5, per_day=5))).rows) == 5


async def test_a_stop_is_written_with_what_caused_it(database: Database) -> None:
    """A pause ends by itself, and no row of the channel goes before; other channels go on."""
    await add(database, entry("k"), entry("m"), entry("elsewhere", channel="other"))
    (row,) = (await claim(database, allowance(1))).rows
    await settle(database, Settlement(row=row, state=State.SENT), stop=Stop(reason="45011", until=500.0))
    assert (await claim(database, allowance(), time=499.0)).rows == ()
    assert len((await claim(database, allowance(channel="other"), time=499.0)).rows) == 1
    assert len((await claim(database, allowance(), time=500.0)).rows) == 1


async def test_a_halt_does_not_end_by_itself(database: Database) -> None:
    """However long one waits."""
    await add(database, entry("k"))
    await settle(database, stop=Stop(reason="48001", halted=True))
    assert (await claim(database, allowance(), time=8000.0)).rows == ()


async def test_old_rows_are_forgotten(database: Database) -> None:
    """Rows settled before a time go, at most so many at once; rows that wait, or wait for a person, stay."""
    await add(database, *(entry(f"k{n}", due=float(n)) for n in range(4)))
    sent, failed, _ = (await claim(database, allowance(3))).rows
    await settle(database, Settlement(row=sent, state=State.SENT), Settlement(row=failed, state=State.FAILED))
    rows = OutboxRows(database)
    await rows.reclaim("free", 200.0)
    assert await rows.purge(110.0) == 0
    assert await rows.purge(111.0, many=1) == 1
    assert await rows.purge(300.0) == 1
    assert await rows.counts() == {"unknown": 1, "waiting": 1}


LOOKS: dict[str, tuple[Any, ...]] = {
    "outbox_waiting": (DUE, COUNTS[0]),
    "outbox_doubtful": (DOUBTFUL,),
    "outbox_bringing": (BRINGING,),
    "outbox_sending": (COUNTS[1],),
    "outbox_settled": (OLD, COUNTS[2]),
}


@pytest.mark.parametrize(("index", "query"), [(index, query) for index, some in LOOKS.items() for query in some])
async def test_every_look_has_its_index(query: Any, index: str, database: Database) -> None:
    """A look at the whole table would hold every writer up. A claim reads no more rows than it takes, however many are
    due at the same time, so the index holds their order too."""
    values = {"the_channel": "free", "now": 100.0, "most": 9, "asleep": 200.0}
    values |= {"the_state": "sent", "before": 1.0, "many": 9}
    known = query.params({name: value for name, value in values.items() if name in query.compile().params})
    async with database.write() as connection:
        spelled = known.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
        if database.dialect == "postgresql":
            await connection.execute(text("SET enable_seqscan = off"))  # it would read a table this small whole
        explain = "EXPLAIN QUERY PLAN" if database.dialect == "sqlite" else "EXPLAIN"
        found = await connection.exec_driver_sql(f"{explain} {str(spelled).replace('%%', '%')}")
        plan = " ".join(str(row) for row in found)
    assert index in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan


async def test_waiting_rows_are_counted_as_far_as_asked(database: Database) -> None:
    """Of one channel."""
    await add(database, *[entry(f"k{n}") for n in range(5)], entry("other", channel="other"))
    rows = OutboxRows(database)
    assert [await database.run(lambda most=most: rows.waiting("free", most)) for most in (3, 9)] == [3, 5]  # type: ignore[misc]
