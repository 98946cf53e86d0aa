"""Simulations of drafts: how far each is, and what it found."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import bindparam, insert, select, update

from bot.store.driver import Store, once
from bot.store.forgetting import Forgetting
from bot.store.staff_tables import simulations

RUNNING, DONE, STOPPED, FAILED = "running", "done", "stopped", "failed"


class Turned(msgspec.Struct, frozen=True, kw_only=True):
    """A question that turns: `kind` is won, lost or stolen, `key` the message that asked it, `times` how many did,
    before and after the policies that come first."""

    kind: str
    key: str
    times: int
    before: str = ""
    after: str = ""


class Simulation(msgspec.Struct, frozen=True, kw_only=True):
    """One run: of a revision as it had been written `edits` times. `done` of `total` questions were looked at."""

    id: int = 0
    revision: int
    edits: int
    author: str
    created: float
    state: str = RUNNING
    done: int = 0
    total: int = 0
    outcomes: tuple[Turned, ...] = ()
    reason: str = ""


_columns = tuple(simulations.c)
_outcomes = msgspec.json.Decoder(tuple[Turned, ...])
BEGIN = insert(simulations).returning(simulations.c.id)
GET = select(*_columns).where(simulations.c.id == bindparam("the_id"))
_going = (simulations.c.id == bindparam("the_id"), simulations.c.state == RUNNING)
MOVE = update(simulations).where(*_going).returning(simulations.c.id)


class Simulations:
    """The table."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.purge = Forgetting(store, simulations, simulations.c.created).purge

    async def begin(self, simulation: Simulation) -> int:
        """Enter one; its number."""
        row = msgspec.structs.asdict(simulation)
        del row["id"]
        row["outcomes"] = msgspec.json.encode(simulation.outcomes)
        return int((await self._store.run(lambda: once(BEGIN, **row)))[0][0])

    async def get(self, number: int) -> Simulation | None:
        """One by its number."""
        rows = await self._store.run(lambda: once(GET, the_id=number))
        if not rows:
            return None
        values = dict(zip((column.name for column in _columns), rows[0], strict=True))
        return Simulation(**{**values, "outcomes": _outcomes.decode(values["outcomes"])})

    async def note(
        self, number: int, *, state: str, done: int, total: int, outcomes: Sequence[Turned], reason: str = ""
    ) -> None:
        """Write how far one is, and what it found so far, unless it has ended."""
        found = msgspec.json.encode(outcomes)
        values = {"state": state, "done": done, "total": total, "outcomes": found, "reason": reason}
        await self._store.run(lambda: once(MOVE, the_id=number, **values))
