"""A bounded memory: what was asked for lately is kept, what was not is forgotten."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Memory(Generic[K, V]):
    """Two halves: when the newer is full it becomes the older, and what was not asked for since then is gone.

    So a look-up costs one step and nothing has to be put in order. Several threads may share one: the worst that can
    happen is that something is forgotten early.
    """

    def __init__(self, half: int) -> None:
        """At least `half` of the values that were used last are kept, and at most twice as many."""
        self._half = half
        self._recent: dict[K, V] = {}
        self._older: dict[K, V] = {}

    def get(self, key: K) -> V | None:
        """What is kept under a key."""
        value = self._recent.get(key)
        if value is None:
            value = self._older.get(key)
            if value is not None:
                self.put(key, value)
        return value

    def put(self, key: K, value: V) -> None:
        """Keep a value that is not None."""
        if len(self._recent) >= self._half:
            self._recent, self._older = {}, self._recent
        self._recent[key] = value

    def __len__(self) -> int:
        return len(self._recent.keys() | self._older.keys())
