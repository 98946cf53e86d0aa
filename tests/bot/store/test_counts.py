"""How many rows are in each state, as the operator's page shows them."""

from __future__ import annotations

from sqlalchemy import insert, update

from bot.clock import ManualClock
from bot.store.counts import FRESH, Counts
from bot.store.database import Database
from bot.store.tables import inbox, outbox

CALL = {"openid": "oA", "channel": "c", "body": b"", "created": 0.0, "due": 0.0, "expires": 9e9}


async def test_rows_are_counted_by_their_state_once_in_a_while(database: Database, clock: ManualClock) -> None:
    """Open and settled ones; a state that no row is in is left out."""
    calls = [("a", "waiting", None), ("b", "waiting", None), ("c", "sending", None), ("d", "sent", 1.0)]
    rows = [{**CALL, "key": key, "state": state, "settled": settled} for key, state, settled in calls]
    message = {"key": "k", "openid": "oA", "received": 1.0, "state": "answered", "owner": "", "lease": 0.0}
    async with database.write() as connection:
        await connection.execute(insert(outbox), rows)
        await connection.execute(insert(inbox), {**message, "message": b""})
    counts = Counts(database, clock)
    before = {"waiting": 2, "sending": 1, "sent": 1}
    assert (await counts.outbox(), await counts.inbox()) == (before, {"answered": 1})
    async with database.write() as connection:
        await connection.execute(update(outbox).values(state="sent", settled=1.0))
    await clock.advance(FRESH - 1)
    assert await counts.outbox() == before
    await clock.advance(1)
    assert await counts.outbox() == {"sent": 4}


async def test_nobody_who_writes_is_waited_for(database: Database, clock: ManualClock) -> None:
    """The page is read beside an open transaction, as it was before that."""
    counts = Counts(database, clock)
    async with database.write() as connection:
        await connection.execute(insert(outbox), {**CALL, "key": "a", "state": "waiting"})
        assert await counts.outbox() == {}


async def test_staff_see_it_as_it_is(database: Database, clock: ManualClock) -> None:
    """What need not stay fresh for any time is counted at every look."""
    counts = Counts(database, clock, fresh=0.0).by_table["outbox"]
    assert await counts() == {}
    async with database.write() as connection:
        await connection.execute(insert(outbox), {**CALL, "key": "a", "state": "waiting"})
    assert await counts() == {"waiting": 1}
