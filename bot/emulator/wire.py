"""What went over the wire, both ways, for a developer to look at."""

from __future__ import annotations

from collections import deque

import msgspec

from bot.clock import Clock
from bot.emulator.feed import Feed

KEPT = 200  # exchanges
SHOWN = 8000  # characters of each request and reply


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """One request and its reply, decrypted. `direction` is push or api; `time` in seconds since 1970."""

    id: int
    time: float
    direction: str
    what: str
    attempt: int
    ms: int
    outcome: str
    request: str
    reply: str


class Wire:
    """The last exchanges, newest last."""

    def __init__(self, clock: Clock, feed: Feed) -> None:
        self._clock = clock
        self._feed = feed
        self._count = 0
        self.exchanges: deque[Exchange] = deque(maxlen=KEPT)

    def note(
        self, direction: str, what: str, *, started: float, outcome: str, request: str, reply: str, attempt: int = 1
    ) -> None:
        """Keep an exchange that began at `started` (seconds since 1970) and ends now."""
        self._count += 1
        exchange = Exchange(
            id=self._count,
            time=started,
            direction=direction,
            what=what,
            attempt=attempt,
            ms=round((self._clock.time() - started) * 1000),
            outcome=outcome,
            request=request[:SHOWN],
            reply=reply[:SHOWN],
        )
        self.exchanges.append(exchange)
        self._feed.publish({"type": "log", "exchange": exchange})
