"""How fast one place may ask for pages: so much at once, and so much a second from then on.

What is remembered of places is bounded: of many thousands at a time some are forgotten and begin anew, which gives a
flood from everywhere no more than it has in any case.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.clock import Clock
from bot.memory import Memory

PLACES = 5000  # that are remembered at least; twice as many at most


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """So many at once, and so many a second."""

    burst: float
    rate: float


VISITOR = Pace(burst=60, rate=10.0)  # one address, which phones share
CROWD = Pace(burst=600, rate=100.0)  # a neighbour, perhaps a proxy, who does not say for whom it asks
Place = Callable[[web.Request], tuple[str, Pace]]


class Paces:
    """Who has asked how much lately."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._spent: Memory[str, tuple[float, float]] = Memory(PLACES)  # how much was asked, as it stood at a time

    def wait(self, place: str, pace: Pace) -> float:
        """Seconds until whoever is there may ask; 0 where they may now, which is counted."""
        now = self._clock.monotonic()
        spent, since = self._spent.get(place) or (0.0, now)
        spent = max(0.0, spent - (now - since) * pace.rate)
        if spent > pace.burst - 1:
            return (spent - pace.burst + 1) / pace.rate
        self._spent.put(place, (spent + 1, now))
        return 0.0

    def __len__(self) -> int:
        return len(self._spent)


def paced(
    routes: Iterable[web.RouteDef], *, paces: Paces, place: Place, busy: Callable[[], web.Response]
) -> list[web.RouteDef]:
    """The same routes for whoever keeps the pace; who does not gets `busy`, and when to come again."""

    def guarded(handler: Handler) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            seconds = paces.wait(*place(request))
            if not seconds:
                return await handler(request)
            response = busy()
            response.headers["Retry-After"] = str(math.ceil(seconds))
            return response

        return answer

    return [web.RouteDef(route.method, route.path, guarded(route.handler), route.kwargs) for route in routes]
