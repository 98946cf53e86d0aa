"""Deliveries waiting for one answer."""

from __future__ import annotations

import pytest

from bot.deliveries import COMMIT_LIMIT, Deliveries
from bot.errors import StoreError
from bot.replies import Answer, Say

ANSWER = Answer(reply=Say(text="yes"))


async def test_everyone_waiting_is_told() -> None:
    """All who wait are told the answer; whoever went away is left alone."""
    deliveries = Deliveries()
    first, gone, last = (deliveries.join(until) for until in (10.0, 10.0, 20.0))
    gone.cancel()
    deliveries.tell(ANSWER)
    assert (await first, await last) == (ANSWER, ANSWER)


async def test_failure_is_told() -> None:
    """Those who wait are told that it failed; whoever went away is left alone."""
    deliveries = Deliveries()
    waiting, gone = deliveries.join(10.0), deliveries.join(10.0)
    gone.cancel()
    deliveries.fail(StoreError("away"))
    with pytest.raises(StoreError, match="away"):
        await waiting


async def test_hang_up_at_the_due_time() -> None:
    """Each is sent away with nothing when their time is over, and not before."""
    deliveries = Deliveries()
    first, second = deliveries.join(10.0), deliveries.join(20.0)
    assert deliveries.due() == 10.0
    deliveries.hang_up(9.9)
    assert not first.done()
    deliveries.hang_up(10.0)
    assert await first is None
    assert not second.done()
    assert deliveries.due() == 20.0


async def test_promised_deliveries_wait_for_the_commit() -> None:
    """Once an answer is promised nobody is sent away with nothing; a commit that never ends is an error."""
    deliveries = Deliveries()
    waiting = deliveries.join(10.0)
    assert deliveries.promise()
    deliveries.hang_up(10.0 + COMMIT_LIMIT - 1)
    assert not waiting.done()
    assert deliveries.due() == 10.0 + COMMIT_LIMIT
    deliveries.hang_up(10.0 + COMMIT_LIMIT)
    with pytest.raises(StoreError, match="not stored in time"):
        await waiting


async def test_nobody_waits() -> None:
    """With nobody waiting nothing can be promised, and nothing is due."""
    deliveries = Deliveries()
    assert not deliveries.promise()
    waiting = deliveries.join(10.0)
    deliveries.hang_up(10.0)
    assert await waiting is None
    assert deliveries.due() is None
    assert not deliveries.promise()
