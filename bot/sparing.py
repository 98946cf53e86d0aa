"""What is dear to find out and may be a little old: asked so seldom that it takes no more than a tenth of the time,
however many want to know. What is cheap is asked anew each time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bot.clock import Clock

T = TypeVar("T")

SHARE = 10  # times as long as it took to find out, it is told as it was


@dataclass
class _Known:
    """One thing: until when it may be told, and whoever asks for it now keeps others waiting for the answer."""

    until: float = 0.0
    value: Any = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Sparing:
    """Remembers in this process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[Hashable, _Known] = {}

    async def get(self, key: Hashable, ask: Callable[[], Awaitable[T]]) -> T:
        """What `ask` finds out, or found out lately for the same key."""
        known = self._known.setdefault(key, _Known())
        async with known.lock:
            began = self._clock.monotonic()
            if began >= known.until:
                known.value = await ask()
                ended = self._clock.monotonic()
                known.until = ended + SHARE * (ended - began)
            value: T = known.value
        self._forget()
        return value

    def _forget(self) -> None:
        time = self._clock.monotonic()
        for key in [key for key, known in self._known.items() if known.until <= time and not known.lock.locked()]:
            del self._known[key]
