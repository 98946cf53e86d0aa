"""The deliveries of one message: each waits for the answer until its own time is over."""

from __future__ import annotations

import asyncio

from bot.errors import StoreError
from bot.replies import Answer

COMMIT_LIMIT = 10.0  # seconds a promised answer may take to be stored


class Deliveries:
    """Who waits for one answer. Once it is `promised`, nobody is sent away before it is stored."""

    __slots__ = ("_grace", "_waiting")

    def __init__(self) -> None:
        self._waiting: list[tuple[float, asyncio.Future[Answer | None]]] = []
        self._grace = 0.0  # seconds

    def join(self, until: float, *, promised: bool = False) -> asyncio.Future[Answer | None]:
        """What one more delivery is told: the answer, or None if that takes longer than `until`. Where it is `promised`
        at once, all wait until it is stored."""
        if promised:
            self._grace = COMMIT_LIMIT
        delivery: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((until, delivery))
        return delivery

    def promise(self) -> bool:
        """Whether anybody waits; if so they will, from now on, until the answer is stored."""
        waits = any(not delivery.done() for _, delivery in self._waiting)
        self._grace = COMMIT_LIMIT if waits else 0.0
        return waits

    def release(self) -> None:
        """Nothing is promised any more: whoever waits does so until their own time is over."""
        self._grace = 0.0

    def due(self) -> float | None:
        """When the next of them is to be sent away; None if nobody waits."""
        return min((until + self._grace for until, delivery in self._waiting if not delivery.done()), default=None)

    def hang_up(self, time: float) -> None:
        """Send away whoever has waited long enough: with None, or with an error if they were promised an answer."""
        for until, delivery in self._waiting:
            if delivery.done() or until + self._grace > time:
                continue
            if self._grace:
                delivery.set_exception(StoreError("the answer was not stored in time"))
            else:
                delivery.set_result(None)

    def tell(self, answer: Answer | None) -> None:
        """Tell whoever still waits the answer."""
        for _, delivery in self._waiting:
            if not delivery.done():
                delivery.set_result(answer)

    def fail(self, error: BaseException) -> None:
        """Tell whoever still waits that there is none."""
        for _, delivery in self._waiting:
            if not delivery.done():
                delivery.set_exception(error)
