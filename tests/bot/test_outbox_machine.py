"""Whatever is done to the outbox, and that the machine which does it would notice an outbox that is broken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import bindparam, delete, update
from structlog.testing import capture_logs

from bot.clock import ManualClock
from bot.limits import Limits
from bot.outbox import LEASE, Channel, Lane, Outbox
from bot.store.calls import LIFE_SPARED, Allowance, Claim, Settlement, State, Window
from bot.store.claims import Claims
from bot.store.driver import Script, Store, once
from bot.store.limits import Stop, spend_windows
from bot.store.outbox import OutboxRows
from bot.store.tables import outbox
from tests.bot.ends import ID_LIFE
from tests.bot.hard_days import a_hard_day
from tests.bot.outboxes import Machine


@pytest.fixture(autouse=True)
def unspelled() -> Iterator[None]:
    """What is logged is not spelled: a failure with all its frames takes longer than a whole story."""
    with capture_logs():
        yield


@pytest.fixture
def machine(sqlite_template: Path) -> type[Machine]:
    """Such machines, each on a copy of a migrated database."""
    assert ID_LIFE > LIFE_SPARED
    return type("Machine", (Machine,), {"template": sqlite_template})


def test_whatever_is_done_to_the_outbox(machine: type[Machine]) -> None:
    """No call without a row, none twice where it would arrive twice, none to who left; and the counts add up."""
    run_state_machine_as_test(machine, settings=settings(max_examples=25, stateful_step_count=20))


class Impatient(OutboxRows):
    """Takes a send for interrupted that is still under way."""

    async def reclaim(self, channel: str, time: float, *, life: float = 0.0, but: str = "") -> tuple[int, int]:
        """See OutboxRows."""
        return await super().reclaim(channel, time + LEASE, life=life, but="")


class Trusting(OutboxRows):
    """Lets what was interrupted go again where the platform knows no repeat."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._claims = Repeating(store)


class Repeating(Claims):
    """See Trusting."""

    def claim(self, allowance: Allowance, owner: str, *, time: float, lease: float) -> Script[Claim]:
        """See Claims."""
        limit = msgspec.structs.replace(allowance.limit, life=1e9)
        return super().claim(msgspec.structs.replace(allowance, limit=limit), owner, time=time, lease=lease)

    def reclaim(self, channel: str, *, time: float, life: float, but: str = "") -> Script[tuple[int, int]]:
        """See Claims."""
        return super().reclaim(channel, time=time, life=1e9, but=but)


class Tidy(OutboxRows):
    """Loses a row that a person lets go again."""

    async def retry(self, ids: Sequence[int], *, time: float, expires: float) -> list[int]:
        """See OutboxRows."""
        gone = delete(outbox).where(outbox.c.id == bindparam("the_id")).returning(outbox.c.id)
        (number,) = ids
        return [row[0] for row in await self._store.run(lambda: once(gone, the_id=number))]


class Amnesiac(OutboxRows):
    """Makes what was settled wait again, when it looks for what was interrupted."""

    async def reclaim(self, channel: str, time: float, *, life: float = 0.0, but: str = "") -> tuple[int, int]:
        """See OutboxRows."""
        again = update(outbox).where(outbox.c.state == bindparam("was")).values(state=State.WAITING.value, settled=None)
        await self._store.run(lambda: once(again, was=State.SENT.value))
        return await super().reclaim(channel, time, life=life, but=but)


class Greedy(OutboxRows):
    """Takes a call out of a follower's window twice."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._claims = Spending(store)


class Spending(Claims):
    """See Greedy."""

    def claim(self, allowance: Allowance, owner: str, *, time: float, lease: float) -> Script[Claim]:
        """See Claims."""
        claim = yield from super().claim(allowance, owner, time=time, lease=lease)
        if allowance.limit.windowed:
            yield from spend_windows([row.openid for row in claim.rows], time)
        return claim


class Boundless(OutboxRows):
    """Looks at no window."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._claims = Unlimited(store)


class Unlimited(Claims):
    """See Boundless."""

    def claim(self, allowance: Allowance, owner: str, *, time: float, lease: float) -> Script[Claim]:
        """See Claims."""
        limit = msgspec.structs.replace(allowance.limit, windowed=False)
        return super().claim(msgspec.structs.replace(allowance, limit=limit), owner, time=time, lease=lease)


class Hasty(OutboxRows):
    """Keeps no pace."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._claims = Rushing(store)


class Rushing(Claims):
    """See Hasty."""

    def claim(self, allowance: Allowance, owner: str, *, time: float, lease: float) -> Script[Claim]:
        """See Claims."""
        limit = msgspec.structs.replace(allowance.limit, burst=1000, per_second=1000.0)
        return super().claim(msgspec.structs.replace(allowance, limit=limit), owner, time=time, lease=lease)


class Changed(Lane):
    """A lane that writes something else than what became of its rows."""

    def change(self, settlement: Settlement) -> Settlement | None:
        """What is written instead."""
        return settlement

    async def _commit(self, settlements: Sequence[Settlement], stop: Stop | None, most: int) -> Claim:
        written = [one for settlement in settlements if (one := self.change(settlement)) is not None]
        return await super()._commit(written, stop, most)


class Doubtless(Changed):
    """Lets what is in doubt go again."""

    def change(self, settlement: Settlement) -> Settlement:
        """See Changed."""
        if settlement.state is not State.UNKNOWN:
            return settlement
        return msgspec.structs.replace(settlement, state=State.WAITING, due=settlement.row.due, unsure=0.0)


class Unthankful(Changed):
    """Does not write down that a call was taken."""

    def change(self, settlement: Settlement) -> Settlement | None:
        """See Changed."""
        return settlement if settlement.state is not State.SENT else None


class Discouraged(Changed):
    """Gives up what it is to try again."""

    def change(self, settlement: Settlement) -> Settlement:
        """See Changed."""
        if settlement.state is not State.WAITING:
            return settlement
        return msgspec.structs.replace(settlement, state=State.FAILED)


class Procrastinating(Changed):
    """Tries again when nobody waits for it any more."""

    def change(self, settlement: Settlement) -> Settlement:
        """See Changed."""
        return msgspec.structs.replace(settlement, due=settlement.due + 1e8)


class Generous(Changed):
    """Gives back to the window what was taken from it."""

    def change(self, settlement: Settlement) -> Settlement:
        """See Changed."""
        return msgspec.structs.replace(settlement, window=Window.UNTOUCHED)


class Mean(Changed):
    """Gives nothing back."""

    def change(self, settlement: Settlement) -> Settlement:
        """See Changed."""
        return msgspec.structs.replace(settlement, window=Window.SPENT)


class Optimistic(Changed):
    """Takes what failed for sent."""

    def change(self, settlement: Settlement) -> Settlement:
        """See Changed."""
        return msgspec.structs.replace(settlement, state=State.SENT)


class Deaf(Lane):
    """Goes on although the channel must stop."""

    async def _commit(self, settlements: Sequence[Settlement], stop: Stop | None, most: int) -> Claim:
        return await super()._commit(settlements, None, most)


ROWS: list[type[OutboxRows]] = [Impatient, Trusting, Tidy, Amnesiac, Greedy, Boundless, Hasty]
LANES: list[type[Lane]] = [
    Doubtless, Unthankful, Discouraged, Procrastinating, Generous, Mean, Optimistic, Deaf,
]  # fmt: skip


def broken(machine: type[Machine], rows: type[OutboxRows], lane: type[Lane]) -> type[Machine]:
    """The machine with processes that are made of these parts."""

    def build(store: Store, clock: ManualClock, *channels: Channel) -> Outbox:
        made, limits = rows(store), Limits(store, clock=clock)
        process = Outbox(rows=made, limits=limits, channels=channels, clock=clock)
        owner = f"{id(process)}"
        process.lanes = tuple(lane(one, made, limits=limits, clock=clock, owner=owner) for one in channels)
        return process

    return type("Broken", (machine,), {"build": staticmethod(build), "rows_of": rows})


def complaint(machine: type[Machine]) -> str:
    """What is found to be wrong in a hard day of a machine, or at its end; empty where it is nothing."""
    world = machine()
    try:
        for _ in a_hard_day(world):
            world.looked_at()
        world.teardown()
    except AssertionError as error:
        return str(error) or "something"
    finally:
        world.close()
    return ""


def test_a_hard_day_passes(machine: type[Machine]) -> None:
    """The story in which broken parts are noticed finds nothing wrong with the real ones."""
    assert complaint(broken(machine, OutboxRows, Lane)) == ""


@pytest.mark.parametrize("rows", ROWS)
def test_broken_rows_are_noticed(machine: type[Machine], rows: type[OutboxRows]) -> None:
    """A table that is taken from too early, too late, twice, or without looking at what is allowed."""
    assert complaint(broken(machine, rows, Lane))


@pytest.mark.parametrize("lane", LANES)
def test_a_broken_lane_is_noticed(machine: type[Machine], lane: type[Lane]) -> None:
    """A lane that writes something else than what became of a call."""
    assert complaint(broken(machine, OutboxRows, lane))
