"""The outbox as a machine that anything may be done to: sends with every end, deaths, pauses, people, erasure."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from bot.clock import ManualClock
from bot.errors import Forbidden, QuotaSpent, Refused, StoreError, Temporary, TooFast, Unreachable
from bot.outbox import LEASE, SEND_SECONDS, Outbox
from bot.store.calls import LIFE_SPARED, Claimed, Entry, Limit, State
from bot.store.followers import Followers
from bot.store.limits import ChannelRows
from bot.store.outbox import OutboxRows
from bot.store.tables import metadata, outbox
from tests.bot.engines import rows
from tests.bot.inline import InlineStore
from tests.bot.processes import build

PROCESSES, FOLLOWERS = 2, 3
ID_LIFE = 600.0  # seconds in which the platform knows a repeat of a call on one of the channels
LIFE = 86_400.0
ENDS: dict[str, Exception | None] = {
    "taken": None,
    "refused": Refused(40003, "invalid"),
    "closed": Unreachable(45015, "out of time", reason="window"),
    "busy": Temporary(-1, "busy"),
    "lost": Temporary(0, "reset", sent=True),
    "fast": TooFast(45011, "too fast"),
    "spent": QuotaSpent(45009, "quota", until=datetime.fromtimestamp(1_795_312_800 + 3600, UTC)),
    "forbidden": Forbidden(48001, "no permission"),
    "broken": LookupError("ours"),
}
UNHEARD = {"lost", "broken"}  # the platform may have carried it out


class Line:
    """A channel of the platform, which knows repeats by their id for `life` seconds, and never two processes apart."""

    def __init__(self, name: str, machine: Machine, life: float) -> None:
        self.name = name
        self.limit = Limit(per_second=100.0, burst=100, per_day=10_000, life=life)
        self._machine = machine

    async def send(self, row: Claimed) -> str:
        """One call, which ends as the machine says."""
        return await self._machine.call(self, row)


class Machine(RuleBasedStateMachine):
    """Two processes that send what waits on two channels."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "store.sqlite3"
        shutil.copy(self.template, path)
        self.clock, self.store = ManualClock(), InlineStore(path)
        self.rows = OutboxRows(self.store)
        self.end, self.takes = "taken", 0.0
        self.entered = self.gone = 0
        self.calls: dict[str, list[tuple[float, str]]] = {}  # by key and how often a person let it go: when, how ended
        self.again: Counter[str] = Counter()  # how often a person let a row go again
        self.erased: set[str] = set()
        self.wrong: list[str] = []
        self.processes = [self.start() for _ in range(PROCESSES)]
        self.rounds: list[asyncio.Task[int] | None] = [None] * PROCESSES

    def start(self) -> Outbox:
        """One more process."""
        return build(self.store, self.clock, Line("known", self, ID_LIFE), Line("unknown", self, 0.0))

    def run(self, doing: Coroutine[Any, Any, Any]) -> Any:
        """Do it in the loop of this world."""
        return self.loop.run_until_complete(doing)

    async def call(self, line: Line, row: Claimed) -> str:
        """The platform's side: each call has its row, is in its time, and is no repeat that would arrive twice."""
        before = self.calls.setdefault(f"{row.key} {self.again[row.key]}", [])
        self.wrong += [f"{row.key}: {why}" for why in await self.wrongs(line, row, before)]
        number = len(before)
        before.append((self.clock.time(), "lost"))  # until it ends, nobody knows
        await self.clock.sleep(self.takes)
        end = self.end
        before[number] = before[number][0], end
        error = ENDS[end]
        if error is not None:
            raise error
        return f"{row.id}"

    async def wrongs(self, line: Line, row: Claimed, before: list[tuple[float, str]]) -> list[str]:
        """What is wrong with a call that comes after others. It is kept, for what a channel raises is caught."""
        away, self.store.away = self.store.away, False
        stored = {one["id"]: one["state"] for one in await rows(self.store, outbox)}
        self.store.away = away
        now = self.clock.time()
        known = {ended: now < time + line.limit.life for time, ended in before}
        found = {
            "a call without a row that says so": stored.get(row.id) != State.SENDING,
            "who left is written to": row.openid in {"", *self.erased},
            "it is not worth it any more": row.expires <= now,
            "what was taken is sent again": not known.get("taken", True),
            "it may arrive twice": not all(known.get(ended, True) for ended in UNHEARD),
        }
        return [why for why, is_so in found.items() if is_so]

    @rule(who=st.integers(0, FOLLOWERS - 1), line=st.sampled_from(["known", "unknown"]), many=st.integers(1, 3))
    def enter(self, who: int, line: str, many: int) -> None:
        """Facts cause calls; each twice, for a fact that is told twice causes one."""
        if self.store.away or f"o{who}" in self.erased:
            return
        time = self.clock.time()
        entries = [
            Entry(key=f"k{self.entered + n}", openid=f"o{who}", channel=line, body=b"{}", due=time, expires=time + LIFE)
            for n in range(many)
        ]
        self.entered += many
        for new in (many, 0):
            assert self.run(self.store.run(lambda: self.rows.add(entries, time=time))) == new

    @rule(end=st.sampled_from(sorted(ENDS)), takes=st.sampled_from([0.0, 0.0, 2.0, SEND_SECONDS - 6]))
    def become(self, end: str, takes: float) -> None:
        """From now on calls take so long and end like that."""
        self.end, self.takes = end, takes

    @precondition(lambda self: self.entered)
    @rule(process=st.integers(0, PROCESSES - 1), seconds=st.sampled_from([0.0, 1.0, 12.0, 80.0]))
    def send(self, process: int, seconds: float) -> None:
        """A process looks what is due, and goes on while time passes."""
        running = self.rounds[process]
        if running is None or running.done():
            self.rounds[process] = self.loop.create_task(self.processes[process].run_once())
        self.wait(seconds)

    @rule(seconds=st.sampled_from([0.5, 11.0, 70.0, LEASE + 1, ID_LIFE, 3700.0]))
    def wait(self, seconds: float) -> None:
        """Time goes by; a round that ended may only have missed the database."""
        self.run(self.clock.advance(seconds))
        for number, running in enumerate(self.rounds):
            if running is not None and running.done():
                self.rounds[number] = None
                if not running.cancelled():
                    assert running.exception() is None or isinstance(running.exception(), StoreError)

    @precondition(lambda self: any(self.rounds))
    @rule(process=st.integers(0, PROCESSES - 1))
    def die(self, process: int) -> None:
        """A process is killed in the middle of everything."""
        running = self.rounds[process]
        if running is not None:
            running.cancel()
            self.run(_ended(running))
        self.rounds[process], self.processes[process] = None, self.start()

    @precondition(lambda self: self.entered)
    @rule()
    def lose_or_find_the_database(self) -> None:
        """It goes, or it comes back."""
        self.store.away = not self.store.away

    @precondition(lambda self: self.entered and not self.store.away)
    @rule(line=st.sampled_from(["known", "unknown"]))
    def resume(self, line: str) -> None:
        """A person lets a channel go on."""
        self.run(self.store.run(lambda: ChannelRows(self.store).resume(line)))

    @precondition(lambda self: self.entered and not self.store.away)
    @rule(data=st.data())
    def let_go_again(self, data: st.DataObject) -> None:
        """A person lets a row go again that failed, or of which nobody knows."""
        waiting = [row for row in self.table() if row["state"] in (State.FAILED, State.UNKNOWN)]
        if waiting:
            row, time = data.draw(st.sampled_from(sorted(waiting, key=lambda one: one["id"]))), self.clock.time()
            self.again[row["key"]] += len(self.run(self.rows.retry([row["id"]], time=time, expires=time + LIFE)))

    @precondition(lambda self: self.entered > 2 and not self.store.away)
    @rule(who=st.integers(0, FOLLOWERS - 1))
    def leave(self, who: int) -> None:
        """A follower leaves: what waits for them is gone, what was sent is still counted."""
        if f"o{who}" in self.erased:
            return
        waiting = sum(row["openid"] == f"o{who}" and row["state"] == State.WAITING for row in self.table())
        self.run(self.store.run(lambda: Followers(self.store).erase(f"o{who}", self.clock.time())))
        self.gone += waiting
        self.erased.add(f"o{who}")

    @invariant()
    def no_call_is_wrong(self) -> None:
        """Each has its row, is in its time, and arrives once."""
        assert self.wrong == []

    @invariant()
    def counts_add_up(self) -> None:
        """Every row that was entered is in one state, or went with its follower; and nothing else is there."""
        found = self.table()
        assert len(found) == self.entered - self.gone
        assert {row["state"] for row in found} <= {state.value for state in State}
        counted: dict[str, int] = self.look(lambda: self.rows.counts())
        assert sum(counted.values()) == len(found)

    @invariant()
    def what_is_sent_was_taken(self) -> None:
        """A row is called sent if and only if its last call was taken and written down; none is sent twice."""
        for row in self.table():
            if row["state"] == State.SENT and row["openid"]:
                ends = self.calls[f"{row['key']} {self.again[row['key']]}"]
                assert ends[-1][1] == "taken"

    @invariant()
    def who_left_is_nowhere(self) -> None:
        """No row of any table names them."""
        for table in metadata.sorted_tables if self.erased else ():
            for row in self.table(table):
                assert not self.erased & {value for value in row.values() if isinstance(value, str)}, table.name

    def table(self, table: Any = outbox) -> list[dict[str, Any]]:
        """Its rows, also while the processes cannot see them."""
        found: list[dict[str, Any]] = self.look(lambda: rows(self.store, table))
        return found

    def look(self, looking: Any) -> Any:
        """Ask the database, also while the processes cannot."""
        away, self.store.away = self.store.away, False
        found = self.run(looking())
        self.store.away = away
        return found

    def teardown(self) -> None:
        """In the end the platform takes everything: what waits is sent, and only a person's matters are left."""
        self.store.away, self.end, self.takes = False, "taken", 0.0
        for line in ("known", "unknown"):
            self.resume(line)
        self.wait(2 * LEASE)
        for _ in range(2 * PROCESSES):
            for process in range(PROCESSES):
                self.send(process, 700.0)
        left = {row["state"] for row in self.table()} - {"sent", "failed", "skipped", "unknown"}
        assert not left, left
        for process in range(PROCESSES):
            self.die(process)
        self.counts_add_up()
        self.no_call_is_wrong()
        self.run(self.store.close())
        self.loop.close()
        self.folder.cleanup()


async def _ended(task: asyncio.Task[int]) -> None:
    await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def machine(sqlite_template: Path) -> type[Machine]:
    """Such machines, each on a copy of a migrated database."""
    assert ID_LIFE > LIFE_SPARED
    return type("Machine", (Machine,), {"template": sqlite_template})


def test_whatever_is_done_to_the_outbox(machine: type[Machine]) -> None:
    """No call without a row, none twice where it would arrive twice, none to who left; and the counts add up."""
    run_state_machine_as_test(machine, settings=settings(max_examples=25, stateful_step_count=20, deadline=None))
