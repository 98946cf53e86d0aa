"""Remarks as staff see to them."""

from __future__ import annotations

import pytest

from bot.store.audit import Audit, Entry, Search
from bot.store.database import Database
from bot.store.feedback import Feedback, Remark, pack
from bot.store.tickets import CLOSED, MINE, OPEN, Tickets

TOLD = Entry(time=1.0, staff=1, who="ann", action="ticket.closed")


@pytest.fixture
async def tickets(database: Database) -> Tickets:
    """Three remarks of two followers."""
    kept = Feedback(database)
    for number, openid in enumerate(("oA", "oB", "oA")):
        remark = Remark(kind="complaint", text=f"no {number}", about="q91-1")
        rows = pack(f"k{number}", openid, remarks=[remark], time=10.0 * number)
        await database.run(lambda rows=rows: kept.keep(rows))  # type: ignore[misc]
    return Tickets(database, database)


async def texts(tickets: Tickets, name: str, staff: int = 7) -> list[str]:
    """What the remarks of a list say."""
    return [ticket.text for ticket in await tickets.page(name, staff=staff, start=0, many=10)]


async def test_lists(tickets: Tickets) -> None:
    """Open ones newest first, those of one of the staff, closed ones; the counts say the same."""
    first = (await tickets.page(OPEN, staff=7, start=2, many=10))[0]
    await tickets.assign(first.id, 7, told=TOLD)
    assert (await texts(tickets, OPEN), await texts(tickets, MINE)) == (["no 2", "no 1", "no 0"], ["no 0"])
    assert await texts(tickets, MINE, staff=8) == []
    await tickets.close(first.id, 99.0, told=TOLD)
    assert (await texts(tickets, OPEN), await texts(tickets, MINE)) == (["no 2", "no 1"], [])
    assert await texts(tickets, CLOSED) == ["no 0"]
    assert await tickets.counts(7) == {OPEN: 2, MINE: 0, CLOSED: 1}


async def test_a_closed_one_is_opened_again(tickets: Tickets, database: Database) -> None:
    """It keeps who sees to it, and when it was closed first; each change has an entry of the log."""
    (ticket, *_) = await tickets.page(OPEN, staff=7, start=0, many=1)
    await tickets.assign(ticket.id, 7, told=TOLD)
    assert [await tickets.close(ticket.id, time, told=TOLD) for time in (99.0, 100.0)] == [True, False]
    closed = await tickets.get(ticket.id)
    assert closed is not None
    assert closed.closed == 99.0
    assert [await tickets.reopen(ticket.id, told=TOLD) for _ in range(2)] == [True, False]
    assert len(await Audit(database).read(Search(), 10)) == 3
    opened = await tickets.get(ticket.id)
    assert opened is not None
    assert (opened.closed, opened.assignee) == (None, 7)


async def test_one_that_is_not_there(tickets: Tickets, database: Database) -> None:
    """Nothing is changed and nothing told."""
    assert await tickets.get(99) is None
    assert not await tickets.close(99, 1.0, told=TOLD)
    assert await Audit(database).read(Search(), 10) == []


async def test_those_of_one_follower(tickets: Tickets) -> None:
    """Newest first; of nobody, none."""
    assert [ticket.text for ticket in await tickets.of_follower("oA")] == ["no 2", "no 0"]
    assert await tickets.of_follower("") == []
