"""Live events to whoever watches: bubbles, exchanges and changes of state."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

WAITING = 200  # events kept for a slow listener; the oldest go first

Queue = asyncio.Queue[dict[str, Any]]


class Feed:
    """Hands every event to every listener of its follower."""

    def __init__(self) -> None:
        self._listeners: dict[Queue, str] = {}

    @contextmanager
    def listen(self, openid: str) -> Iterator[Queue]:
        """A queue of the events that concern `openid`, as long as the block runs."""
        queue: Queue = asyncio.Queue(WAITING)
        self._listeners[queue] = openid
        try:
            yield queue
        finally:
            del self._listeners[queue]

    def publish(self, event: dict[str, Any], openid: str = "") -> None:
        """Tell the listeners of `openid`, or all of them. Never waits."""
        for queue, whose in self._listeners.items():
            if openid and whose != openid:
                continue
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(event)
