"""Asks one server: as fast as it answers over some connections, or at a steady rate; keeps what it answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

CONNECTIONS = 50
LONGEST = 60.0  # seconds of one burst
END = b"\r\n\r\n"
LENGTH = b"content-length:"


@dataclass(frozen=True, kw_only=True)
class Burst:
    """What came of it: how long all took, when each was answered after it was due, and the answers in their order."""

    seconds: float
    waits: list[float]
    bodies: list[bytes]


class Asker(asyncio.Protocol):
    """One connection: a request, its answer, then the next that there is."""

    def __init__(self, answered: Callable[[Asker, bytes], None], ended: Callable[[Exception | None], None]) -> None:
        self._answered, self._ended = answered, ended
        self._data = b""
        self.number = -1  # of the request that is under way
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to ask."""
        self.transport = cast(asyncio.Transport, transport)

    def ask(self, number: int, request: bytes) -> None:
        """Send a request."""
        self.number = number
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Hand over an answer that is complete; anything but 200 ends the burst."""
        self._data = data = self._data + data if self._data else data
        end = data.find(END)
        if end < 0:
            return
        head = data[:end].lower()
        at = head.find(LENGTH)
        if at < 0 or not head.startswith((b"http/1.1 200", b"http/1.0 200")):
            self._ended(AssertionError(data[:300]))
            return
        length = int(head[at + len(LENGTH) :].split(b"\r\n", 1)[0])
        if len(data) >= end + 4 + length:
            self._data = b""
            self._answered(self, data[end + 4 :])

    def connection_lost(self, _: Exception | None) -> None:
        """A server that hangs up has not answered."""
        if self.number >= 0:
            self._ended(ConnectionError("the server hung up"))


class Load:
    """The connections to one server."""

    def __init__(self, askers: list[Asker], state: _State) -> None:
        self._askers, self._state = askers, state

    @classmethod
    async def open(cls, port: int, connections: int = CONNECTIONS) -> Load:
        """Connect."""
        loop, state = asyncio.get_running_loop(), _State()
        made = [
            await loop.create_connection(lambda: Asker(state.answered, state.ended), "127.0.0.1", port)
            for _ in range(connections)
        ]
        return cls([asker for _, asker in made], state)

    async def burst(self, requests: Sequence[bytes]) -> Burst:
        """All requests as fast as they are answered."""
        state = self._state
        state.begin(requests, [])
        for asker in self._askers[: len(requests)]:
            state.go_on(asker)
        await asyncio.wait_for(state.done, LONGEST)
        return Burst(seconds=time.perf_counter() - state.start, waits=state.waits, bodies=state.bodies)

    async def steady(self, requests: Sequence[bytes], rate: float) -> Burst:
        """So many a second, whatever is still open; a wait counts from when its request was due."""
        state = self._state
        state.begin(requests, list(self._askers))
        for number in range(len(requests)):
            ahead = state.start + number / rate - time.perf_counter()
            if ahead > 0:
                await asyncio.sleep(ahead)
            state.due(number, state.start + number / rate)
        await asyncio.wait_for(state.done, LONGEST)
        return Burst(seconds=time.perf_counter() - state.start, waits=state.waits, bodies=state.bodies)

    def close(self) -> None:
        """Hang up."""
        for asker in self._askers:
            asker.number = -1
            asker.transport.close()


class _State:
    """One burst on its way."""

    def __init__(self) -> None:
        self.done: asyncio.Future[None]
        self._requests: Sequence[bytes] = ()

    def begin(self, requests: Sequence[bytes], idle: list[Asker]) -> None:
        self._requests, self._idle, self._steady = requests, idle, bool(idle)
        self._late: list[int] = []  # due and without a connection
        self.done = asyncio.get_running_loop().create_future()
        self.bodies = [b""] * len(requests)
        self.waits = [0.0] * len(requests)
        self._left, self._next = len(requests), 0
        self.start = time.perf_counter()

    def due(self, number: int, when: float) -> None:
        self.waits[number] = when
        if self._idle:
            self._idle.pop().ask(number, self._requests[number])
        else:
            self._late.append(number)

    def go_on(self, asker: Asker) -> None:
        if self._steady:
            if self._late:
                number = self._late.pop(0)
                asker.ask(number, self._requests[number])
            else:
                asker.number = -1
                self._idle.append(asker)
        elif self._next < len(self._requests):
            number, self._next = self._next, self._next + 1
            self.waits[number] = time.perf_counter()
            asker.ask(number, self._requests[number])
        else:
            asker.number = -1

    def answered(self, asker: Asker, body: bytes) -> None:
        self.bodies[asker.number] = body
        self.waits[asker.number] = time.perf_counter() - self.waits[asker.number]
        self._left -= 1
        self.go_on(asker)
        if not self._left and not self.done.done():
            self.done.set_result(None)

    def ended(self, error: Exception | None) -> None:
        if error is not None and not self.done.done():
            self.done.set_exception(error)
