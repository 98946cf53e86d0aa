"""The outbox as a machine that anything may be done to: sends with every end, deaths, pauses, people, erasure.

What must be true is looked at from the platform's side, at each call, and from the database's, after each step, beside
a model of what was called, how it ended, and what each follower's window still holds.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.clock import ManualClock
from bot.errors import StoreError
from bot.messages import Text
from bot.outbox import ATTEMPTS, LEASE, SEND_SECONDS, Outbox
from bot.store.calls import Claimed, Entry, Limit, State
from bot.store.followers import SPOKEN, Followers
from bot.store.limits import ChannelRows
from bot.store.outbox import OutboxRows
from bot.store.tables import channels, followers, metadata, outbox
from tests.bot.ends import BACK, COUNTED, ENDS, ID_LIFE, KNOWN, LINES, STATES, UNHEARD, WINDOWED
from tests.bot.engines import rows
from tests.bot.inline import InlineStore
from tests.bot.processes import build

PROCESSES, FOLLOWERS = 2, 3
SETTLED = {State.SENT, State.FAILED, State.SKIPPED, State.UNKNOWN}
LIFE = 86_400.0


@dataclass(kw_only=True)
class Call:
    """One call at the platform: of which row, by which process, when it was claimed and began, and how it ended."""

    line: Line
    row: Claimed
    process: int
    time: float
    end: str = "lost"  # until it ends, nobody knows
    going: bool = True


class Line:
    """A channel of the platform as one process has it; of the three one knows repeats by their id for a while, and one
    takes calls only within followers' windows, a few a second."""

    def __init__(self, name: str, machine: Machine, process: int) -> None:
        self.name = name
        self.limit = Limit(per_second=100.0, burst=100, per_day=10_000, life=ID_LIFE if name == KNOWN else 0.0)
        if name == WINDOWED:
            self.limit = Limit(per_second=2.0, burst=4, per_day=10_000, windowed=True)
        self._machine = machine
        self._process = process

    async def send(self, row: Claimed) -> str:
        """One call, which ends as the machine says."""
        call = Call(line=self, row=row, process=self._process, time=self._machine.clock.time())
        return await self._machine.call(call)


class Machine(RuleBasedStateMachine):
    """Two processes that send what waits on three channels. `build` makes one of them, `rows_of` what enters rows and
    lets them go again."""

    template: Path
    build = staticmethod(build)
    rows_of: type[OutboxRows] = OutboxRows

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "store.sqlite3"
        shutil.copy(self.template, path)
        self.clock, self.store = ManualClock(), InlineStore(path)
        self.rows = self.rows_of(self.store)
        self.end, self.takes = "taken", 0.0
        self.entered = self.gone = self.started = self.disturbed = 0
        self.calls: dict[str, list[Call]] = {}  # by key and how often a person let it go
        self.settled: set[str] = set()  # the same, of rows that were seen settled
        self.windows: dict[tuple[str, float], int] = {}  # by follower and end: how much was disturbed until it opened
        self.resumed: dict[str, float] = {}  # when a person let a channel go on
        self.again: Counter[str] = Counter()  # how often a person let a row go again
        self.erased: set[str] = set()
        self.wrong: list[str] = []
        self.processes = [self.start() for _ in range(PROCESSES)]
        self.started_as = list(range(1, PROCESSES + 1))
        self.rounds: list[asyncio.Task[int] | None] = [None] * PROCESSES

    def start(self) -> Outbox:
        """One more process."""
        self.started += 1
        return self.build(self.store, self.clock, *(Line(name, self, self.started) for name in LINES))

    def run(self, doing: Coroutine[Any, Any, Any]) -> Any:
        """Do it in the loop of this world."""
        return self.loop.run_until_complete(doing)

    async def call(self, call: Call) -> str:
        """The platform's side: each call has its row, is in its time, and is no repeat that would arrive twice."""
        row, before = call.row, self.calls.setdefault(self.name_of(call.row.key), [])
        self.wrong += [f"{row.key} on {call.line.name}: {why}" for why in await self.wrongs(call, before)]
        before.append(call)
        if self.wrong:  # it is seen after this step; what is broken may never end
            await asyncio.Event().wait()
        await self.clock.sleep(self.takes)
        call.end, call.going = self.end, False
        error = ENDS[call.end]
        if error is not None:
            raise error
        return f"{row.id}"

    def name_of(self, key: str) -> str:
        """A row, with how often a person let it go again."""
        return f"{key} {self.again[key]}"

    async def wrongs(self, call: Call, before: list[Call]) -> list[str]:
        """What is wrong with a call that comes after others. It is kept, for what a channel raises is caught."""
        away, self.store.away = self.store.away, False
        stored = {one["id"]: one["state"] for one in await rows(self.store, outbox)}
        self.store.away = away
        row, now, limit = call.row, self.clock.time(), call.line.limit
        known = {one.end: now < one.time + limit.life for one in before}
        others = [one for made in self.calls.values() for one in made if one.line.name == call.line.name]
        beside = [one for one in others if one.going and one.process == call.process and one.row.openid == row.openid]
        began = [one.row.began for one in others]
        spent = self.spent(row.openid, row.window)
        found = {
            "a call without a row that says so": stored.get(row.id) != State.SENDING,
            "who left is written to": row.openid in {"", *self.erased},
            "it is not worth it any more": row.expires <= now,
            "what was taken is sent again": not known.get("taken", True),
            "it may arrive twice": not all(known.get(end, True) for end in UNHEARD),
            "what was settled is sent again": self.name_of(row.key) in self.settled,
            "two calls to one follower at once": bool(beside),
            "no window is open": limit.windowed and (row.openid, row.window) not in self.windows,
            "the window is over": limit.windowed and row.window <= now,
            "the window held no more": limit.windowed and spent >= SPOKEN.count,
            "too many at once": sum(row.began - 1 <= one for one in began) >= limit.burst + limit.per_second,
        }
        return [why for why, is_so in found.items() if is_so]

    def taken_from(self, openid: str, window: float) -> list[str]:
        """How the calls ended that were taken from a window."""
        calls = [call for made in self.calls.values() for call in made if call.row.window == window]
        return [call.end for call in calls if call.row.openid == openid]

    def spent(self, openid: str, window: float) -> int:
        """How many of them counted, or may yet."""
        return sum(end in COUNTED for end in self.taken_from(openid, window))

    @rule(who=st.integers(0, FOLLOWERS - 1), line=st.sampled_from(LINES), many=st.integers(1, 3))
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
                if not running.cancelled() and running.exception() is None:
                    self.look_after(number)
                elif not running.cancelled():
                    self.disturbed += 1
                    assert isinstance(running.exception(), StoreError)

    def look_after(self, number: int) -> None:
        """A round came to its end: of each row that it called last, and nobody since, is written what became of it."""
        process, states = self.started_as[number], {row["key"]: row for row in self.table()}
        halted = {row["name"]: row["halted"] for row in self.table(channels)}
        for made in self.calls.values():
            call = made[-1]
            row = states.get(call.row.key)
            if self.calls.get(self.name_of(call.row.key)) is not made or call.process != process or call.going:
                continue  # a person let it go again, or it is another process's
            if row is None:
                continue  # its follower left
            if row is None:
                continue  # its follower left
            state, end = row["state"], call.end
            said = f"{call.row.key} on {call.line.name}: {end}, but {state}"
            if end in STATES:
                assert state == STATES[end] or not row["openid"], said
            elif end in BACK:
                assert state not in (State.SENT, *((State.FAILED,) if call.row.attempts < ATTEMPTS else ())), said
                assert state != State.UNKNOWN or call.line.limit.life or self.disturbed, said
            else:
                assert state == State.UNKNOWN or call.line.limit.life, said
            if end == "forbidden" and self.resumed.get(call.line.name, 0.0) <= call.time:
                assert halted[call.line.name], f"{call.line.name} goes on though it is forbidden"

    @precondition(lambda self: any(self.rounds))
    @rule(process=st.integers(0, PROCESSES - 1))
    def die(self, process: int) -> None:
        """A process is killed in the middle of everything."""
        running = self.rounds[process]
        if running is not None:
            running.cancel()
            self.run(_ended(running))
        self.disturbed += 1
        self.rounds[process], self.processes[process] = None, self.start()
        self.started_as[process] = self.started

    @precondition(lambda self: self.entered)
    @rule()
    def lose_or_find_the_database(self) -> None:
        """It goes, or it comes back."""
        self.store.away = not self.store.away
        self.disturbed += 1

    @precondition(lambda self: not self.store.away)
    @rule(who=st.integers(0, FOLLOWERS - 1))
    def speak(self, who: int) -> None:
        """A follower writes, which opens a window; a moment after whatever they did before."""
        openid = f"o{who}"
        if openid in self.erased:
            return
        self.wait(0.25)
        time = self.clock.time()
        message = Text(key=f"m{time}", openid=openid, account="gh_1", created=int(time), text="?")
        self.run(self.store.run(lambda: Followers(self.store).record([(message, time)])))
        self.windows[openid, time + SPOKEN.seconds] = self.disturbed

    @precondition(lambda self: self.entered and not self.store.away)
    @rule(line=st.sampled_from(LINES))
    def resume(self, line: str) -> None:
        """A person lets a channel go on."""
        self.resumed[line] = self.clock.time()
        self.run(self.store.run(lambda: ChannelRows(self.store).resume(line)))

    @precondition(lambda self: self.entered and not self.store.away)
    @rule(data=st.data())
    def let_go_again(self, data: st.DataObject) -> None:
        """A person lets a row go again that failed, or of which nobody knows."""
        names = sorted(row["key"] for row in self.table() if row["state"] in (State.FAILED, State.UNKNOWN))
        if names:
            self.let_go(data.draw(st.sampled_from(names)))

    def let_go(self, key: str) -> None:
        """A person lets this row go again: it waits, as if it had never been tried."""
        number, time = next(row["id"] for row in self.table() if row["key"] == key), self.clock.time()
        assert self.run(self.rows.retry([number], time=time, expires=time + LIFE)) == [number]
        self.again[key] += 1
        found = [(one["state"], one["due"], one["attempts"]) for one in self.table() if one["id"] == number]
        assert found == [(State.WAITING, time, 0)], f"{key} let go again is {found}"

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
            name = self.name_of(row["key"])
            if row["state"] == State.SENT and row["openid"]:
                assert self.calls[name][-1].end == "taken"
            assert row["state"] in SETTLED or name not in self.settled, f"{name} was settled, and is {row['state']}"
            if row["state"] in SETTLED:
                self.settled.add(name)

    @invariant()
    def windows_are_spent_once(self) -> None:
        """A window holds no more than is left after the calls that counted; and no less, where nothing broke off."""
        going = {row["openid"] for row in self.table() if row["state"] == State.SENDING}
        for row in self.table(followers):
            openid, window, left = row["openid"], row["window_until"], row["window_left"]
            spent = self.spent(openid, window)
            assert 0 <= left <= SPOKEN.count - spent, f"{openid} has {left} after {spent}"
            closed = "closed" in self.taken_from(openid, window)
            if openid not in going and not closed and self.windows[openid, window] == self.disturbed:
                assert left == SPOKEN.count - spent, f"{openid} has {left} after {spent}"

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
        try:
            self.come_to_an_end()
        finally:
            self.close()

    def close(self) -> None:
        """Let go of everything."""
        if self.loop.is_closed():
            return
        for process in range(PROCESSES):
            self.die(process)
        self.run(self.store.close())
        self.loop.close()
        self.folder.cleanup()

    def come_to_an_end(self) -> None:
        """Let time pass, with nothing in the way."""
        self.store.away, self.end, self.takes = False, "taken", 0.0
        for line in LINES:
            self.resume(line)
        self.wait(2 * LEASE)
        for _ in range(2 * PROCESSES):
            for process in range(PROCESSES):
                self.send(process, 700.0)
        left = {row["state"] for row in self.table()} - {"sent", "failed", "skipped", "unknown"}
        assert not left, left
        self.looked_at()

    def looked_at(self) -> None:
        """All that must be true after a step."""
        self.no_call_is_wrong()
        self.counts_add_up()
        self.what_is_sent_was_taken()
        self.windows_are_spent_once()
        self.who_left_is_nowhere()


async def _ended(task: asyncio.Task[int]) -> None:
    await asyncio.gather(task, return_exceptions=True)
