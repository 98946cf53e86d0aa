"""What connects where: every connection and every look-up of a name in this process, and a door that waits for one."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from typing import Any

LOCAL = {"127.0.0.1", "::1", "localhost"}


class Connections:
    """Where anything connected to, as the interpreter itself tells, whatever library it was."""

    def __init__(self) -> None:
        self.made: list[tuple[str, int]] = []
        self.asked: list[str] = []  # names that were looked up

    def heard(self, event: str, facts: tuple[Any, ...]) -> None:
        """The interpreter says what happens."""
        if event == "socket.connect" and isinstance(facts[1], tuple):
            self.made.append((str(facts[1][0]), int(facts[1][1])))
        elif event in ("socket.getaddrinfo", "socket.gethostbyname") and facts[0]:
            self.asked.append(facts[0].decode() if isinstance(facts[0], bytes) else str(facts[0]))

    def elsewhere(self, *ports: int) -> list[str]:
        """What went anywhere else than to these ports of this machine."""
        strange = [f"{host}:{port}" for host, port in self.made if host not in LOCAL or port not in ports]
        return [*strange, *(name for name in self.asked if name not in LOCAL)]


_listening: list[Connections] = []


@cache
def _hear() -> None:
    def hook(event: str, facts: tuple[Any, ...]) -> None:
        if event.startswith("socket."):
            for one in _listening:
                one.heard(event, facts)

    sys.addaudithook(hook)  # which cannot be taken away again, so it asks who listens


@contextmanager
def connections() -> Iterator[Connections]:
    """All that connects meanwhile."""
    _hear()
    one = Connections()
    _listening.append(one)
    try:
        yield one
    finally:
        _listening.remove(one)


class Trap:
    """A door of this machine at which nobody has any business."""

    def __init__(self) -> None:
        self.port = 0
        self.visits: list[bytes] = []

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    async def opened(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Somebody came, even if they say nothing."""
        self.visits.append(b"")
        self.visits[-1] = await reader.read(1000)
        writer.close()


@asynccontextmanager
async def trap() -> AsyncIterator[Trap]:
    """A trap that is set."""
    one = Trap()
    server = await asyncio.start_server(one.opened, "127.0.0.1", 0)
    one.port = server.sockets[0].getsockname()[1]
    try:
        yield one
    finally:
        server.close()
