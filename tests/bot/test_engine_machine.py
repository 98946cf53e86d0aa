"""The engine as a machine that anything may be done to: messages, retries, departures, deaths, a database that goes.

Where `test_engine_schedules` plays whole conversations with a platform that keeps its rules, here nobody keeps any:
deliveries come when they like, to whichever process, also after a process died or a follower left.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.clock import ManualClock
from bot.conversation import Conversation
from bot.engine import DELIVERIES, Engine, Outcome
from bot.errors import StoreError
from bot.messages import AnyMessage, Left, Text
from bot.replies import Answer, Say
from bot.store.inbox import Inbox
from bot.store.tables import inbox, metadata, outbox
from tests.bot.engines import APOLOGY, SLOWER, rows
from tests.bot.inline import InlineStore

SECONDS = st.sampled_from([0.0, 0.3, 3.0, 4.6, 5.1, 9.0, 40.0])
PROCESSES, FOLLOWERS = 2, 3
AN_END = 200.0  # seconds in which all that is under way comes to an end


@dataclass
class Sent:
    """A message, how long its answers take, and what its deliveries were told."""

    message: Text
    takes: float
    deliveries: list[asyncio.Task[Answer | None]] = field(default_factory=list)

    @property
    def told(self) -> list[Answer]:
        """The answers that its deliveries brought."""
        done = [one for one in self.deliveries if one.done() and not one.cancelled() and not one.exception()]
        return [answer for one in done if (answer := one.result()) is not None]


class Machine(RuleBasedStateMachine):
    """Two processes on one database."""

    template: Path
    messages = Bundle("messages")

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "store.sqlite3"
        shutil.copy(self.template, path)
        self.clock = ManualClock()
        self.store = InlineStore(path)
        self.sent: dict[str, Sent] = {}
        self.left: dict[str, float] = {}
        self.started = self.asked = 0
        self.engines: list[Engine] = []

    def run(self, doing: Coroutine[Any, Any, Any]) -> Any:
        """Do it in the loop of this world."""
        return self.loop.run_until_complete(doing)

    @initialize()
    def open(self) -> None:
        """Start the processes."""
        self.engines = [self.start() for _ in range(PROCESSES)]

    def start(self) -> Engine:
        """One more process."""
        self.started += 1
        inbox = Inbox(self.store)
        return Engine(
            inbox=inbox, answer=self.answer, apology=APOLOGY, slower=SLOWER, clock=self.clock, owner=f"p{self.started}"
        )

    async def answer(self, message: AnyMessage, conversation: Conversation, time: float) -> Outcome:
        """No two answers are alike."""
        self.asked += 1
        text = f"{message.key} {self.asked}"
        await self.clock.sleep(self.sent[message.key].takes)
        return Outcome(
            answer=Answer(reply=Say(text=text)),
            conversation=Conversation(listed=(*conversation.listed, message.key), expires=time + 600),
        )

    @rule(target=messages, who=st.integers(0, FOLLOWERS - 1), takes=SECONDS, process=st.integers(0, PROCESSES - 1))
    def send(self, who: int, takes: float, process: int) -> Any:
        """A follower who is there writes; who left writes nothing more."""
        openid, key = f"o{who}", f"k{len(self.sent)}"
        if openid in self.left:
            return multiple()
        created = int(self.clock.time())
        message = Text(key=key, openid=openid, account="gh_1", created=created, text="?")
        self.sent[key] = Sent(message=message, takes=takes)
        self.deliver(key, process)
        return key

    @rule(key=messages, process=st.integers(0, PROCESSES - 1))
    def retry(self, key: str, process: int) -> None:
        """The platform delivers a message again, wherever, whenever."""
        if len(self.sent[key].deliveries) < DELIVERIES:
            self.deliver(key, process)

    async def ask(self, process: int, message: AnyMessage) -> Answer | None:
        """What one process says."""
        return await self.engines[process].handle(message)

    def deliver(self, key: str, process: int) -> None:
        """One delivery; what it is told is seen when it is told."""
        sent = self.sent[key]
        sent.deliveries.append(self.loop.create_task(self.ask(process, sent.message)))
        self.run(self.clock.advance(0.0))

    @precondition(lambda self: len(self.sent) > 1 and not self.store.away)
    @rule(who=st.integers(0, FOLLOWERS - 1), process=st.integers(0, PROCESSES - 1))
    def leave(self, who: int, process: int) -> None:
        """A follower leaves, and the platform says so until somebody takes it."""
        openid = f"o{who}"
        if openid in self.left:
            return
        self.run(self.clock.advance(1.0))
        message = Left(key=f"left {openid}", openid=openid, account="gh_1", created=int(self.clock.time()))
        assert self.run(self.ask(process, message)) is None
        self.left[openid] = self.clock.time()

    @rule(seconds=SECONDS)
    def wait(self, seconds: float) -> None:
        """Time goes by."""
        self.run(self.clock.advance(seconds))

    @precondition(lambda self: self.sent)
    @rule(process=st.integers(0, PROCESSES - 1))
    def die(self, process: int) -> None:
        """A process stops in the middle of everything, and another one takes its place."""
        self.run(self.engines[process].close(0))
        self.engines[process] = self.start()

    @precondition(lambda self: self.sent)
    @rule()
    def lose_or_find_the_database(self) -> None:
        """It goes, or it comes back."""
        self.store.away = not self.store.away

    @precondition(lambda self: self.sent and not self.store.away)
    @rule(process=st.integers(0, PROCESSES - 1))
    def recover(self, process: int) -> None:
        """What the worker does all the time."""
        recovering = self.loop.create_task(self.engines[process].recover())
        self.run(self.clock.advance(AN_END))
        assert recovering.done()
        recovering.result()

    @invariant()
    def every_delivery_is_told_the_same(self) -> None:
        """Of one message there is one answer, and what is pushed is not said as well."""
        pushed = {row["key"] for row in self.table(outbox)}
        for key, sent in self.sent.items():
            assert len(set(sent.told)) <= 1
            assert not (sent.told and f"late:{key}" in pushed)

    @invariant()
    def what_is_said_is_stored(self) -> None:
        """Nothing is said that another process, or a retry after a restart, would not say too."""
        stored = {row["key"]: row for row in self.table(inbox)}
        for key, sent in self.sent.items():
            for answer in sent.told:
                if sent.message.openid not in self.left:
                    assert isinstance(answer.reply, Say)
                    assert answer.reply.text.encode() in stored[key]["answer"]

    @invariant()
    def who_left_is_nowhere(self) -> None:
        """Once the departure is taken no table names them, whatever is still under way."""
        for table in metadata.sorted_tables if self.left else ():
            for row in self.table(table):
                assert not self.left.keys() & {value for value in row.values() if isinstance(value, str)}, table.name

    def table(self, table: Any) -> list[dict[str, Any]]:
        """Its rows, also while the processes cannot see them."""
        away, self.store.away = self.store.away, False
        found: list[dict[str, Any]] = self.run(rows(self.store, table))
        self.store.away = away
        return found

    def teardown(self) -> None:
        """In the end the database is there, somebody recovers, and every message that was kept has its answer."""
        self.store.away = False
        for process in range(len(self.engines)):
            self.recover(process)
        self.every_delivery_is_told_the_same()
        self.who_left_is_nowhere()
        for sent in self.sent.values():
            assert all(one.done() for one in sent.deliveries)
            errors = [one.exception() for one in sent.deliveries if not one.cancelled()]
            assert all(error is None or isinstance(error, StoreError) for error in errors), errors
        ends = {row["key"]: row["state"] for row in self.table(inbox)}
        assert set(ends.values()) <= {"answered", "erased"}
        kept = [key for key, sent in self.sent.items() if sent.told or any(_kept(one) for one in sent.deliveries)]
        assert set(kept) <= ends.keys()
        for engine in self.engines:
            self.run(engine.close(0))
        self.run(self.store.close())
        self.loop.close()
        self.folder.cleanup()


def _kept(delivery: asyncio.Task[Answer | None]) -> bool:
    """Whether a delivery ended without asking for another one."""
    return not delivery.cancelled() and delivery.exception() is None


@pytest.fixture
def machine(sqlite_template: Path) -> type[Machine]:
    """Such machines, each on a copy of a migrated database."""
    return type("Machine", (Machine,), {"template": sqlite_template})


def test_whatever_is_done_to_the_engine(machine: type[Machine]) -> None:
    """One message has one answer; a departure is final; what was taken is answered in the end."""
    run_state_machine_as_test(machine, settings=settings(max_examples=25, stateful_step_count=20))
