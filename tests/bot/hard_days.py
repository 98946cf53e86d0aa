"""A story of the outbox in which everything happens once to every kind of channel."""

from __future__ import annotations

from collections.abc import Iterator

from bot.outbox import LEASE, SEND_SECONDS
from bot.store.calls import State
from tests.bot.ends import ENDS, LINES, UNKNOWN, WINDOWED
from tests.bot.outboxes import FOLLOWERS, Machine


def a_hard_day(machine: Machine) -> Iterator[None]:
    """The story, a step at a time."""
    for who in range(FOLLOWERS):
        machine.speak(who)
        machine.enter(who, WINDOWED, 3)
    machine.send(0, 12.0)  # more at once than the pace lets go
    yield
    for end in ENDS:
        machine.speak(0)
        machine.become(end, 0.5)
        for line in LINES:
            machine.enter(0, line, 3)
        machine.send(0, 1.0)
        yield
        machine.send(1, 12.0)
        yield
        machine.wait(70.0)
        for line in LINES:
            machine.resume(line)
        yield
    for line in LINES:
        machine.become("taken", SEND_SECONDS - 6)
        machine.speak(1)
        machine.enter(1, line, 2)
        machine.send(0, 1.0)  # on its way while the other process looks
        machine.send(1, 12.0)
        yield
        machine.die(0)
        machine.wait(LEASE + 1)
        yield
        machine.become("taken", 0.0)
        machine.send(1, 80.0)
        yield
    for row in machine.table():
        if row["state"] in (State.FAILED, State.UNKNOWN):
            machine.let_go(row["key"])
            yield
    machine.send(0, 80.0)
    yield
    machine.enter(2, UNKNOWN, 2)
    machine.lose_or_find_the_database()
    machine.send(0, 12.0)
    machine.lose_or_find_the_database()
    machine.leave(2)
    yield
    machine.send(0, 12.0)
    yield
