"""Simulations at rest."""

from __future__ import annotations

from bot.store.database import Database
from bot.store.simulations import DONE, RUNNING, STOPPED, Simulation, Simulations, Turned


async def test_a_simulation_is_noted_as_it_goes(database: Database) -> None:
    """How far it is and what it found can be read at any time; forgotten, it is gone."""
    kept = Simulations(database)
    number = await kept.begin(Simulation(revision=7, edits=2, author="li", created=5.0))
    found = await kept.get(number)
    assert found is not None
    assert (found.state, found.done, found.revision, found.edits) == (RUNNING, 0, 7, 2)
    turned = Turned(kind="won", key="m1", times=3, after="q91-1")
    await kept.note(number, state=DONE, done=9, total=9, outcomes=[turned])
    found = await kept.get(number)
    assert found is not None
    assert (found.state, found.done, found.total, found.outcomes) == (DONE, 9, 9, (turned,))
    await kept.note(number, state=STOPPED, done=1, total=9, outcomes=[])
    assert await kept.get(number) == found, "what has ended stays as it ended"
    assert await kept.get(number + 1) is None
    assert await kept.purge(6.0) == 1
    assert await kept.get(number) is None
