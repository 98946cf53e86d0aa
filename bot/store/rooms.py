"""How many more of an audience may be given each way: what waits at once is what a pause takes back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bot.announcements import MASS, NEXT
from bot.store.broadcasts import BroadcastRows
from bot.store.driver import Script, Store
from bot.store.limits import ChannelRows
from bot.store.outbox import OutboxRows
from bot.store.recipients import Recipients, list_key

FEED = 500  # people handed on in one transaction
AHEAD = 1500  # calls to single followers that may wait at once on a channel
LISTS = 2  # calls to lists that may wait at once
LOOK_BACK = 20  # lists before the one being filled among which those are counted


@dataclass
class Room:
    """How many more may go each way now, and the ways that are out: their channel stands still until a person says so,
    or for longer than may be waited."""

    left: dict[str, int]
    out: frozenset[str]

    @property
    def none(self) -> bool:
        """Whether there is none at all."""
        return not any(self.left.values())

    @property
    def full(self) -> frozenset[str]:
        """The ways that nobody can go now."""
        return frozenset(way for way, many in self.left.items() if not many)

    def take(self, way: str) -> bool:
        """Whether there is room for one more, who then has it."""
        if not self.left.get(way):
            return False
        self.left[way] -= 1
        return True


@dataclass
class Sweep:
    """How far a worker is that passes over people whose ways are full: behind which row it looks next, whether it has
    found anybody since it began in front, and until when it rests. It is forgotten where the full ways change."""

    full: frozenset[str]
    after: int = 0
    found: bool = False
    rest: float = 0.0


class Rooms:
    """The script."""

    def __init__(self, store: Store) -> None:
        self._rows = BroadcastRows(store)
        self._recipients = Recipients(store)
        self._outbox = OutboxRows(store)
        self._channels = ChannelRows(store)

    def look(self, broadcast: int, ways: Collection[str], ends: float, *, time: float) -> Script[Room]:
        """The room of these ways; what is handed on now may wait until `ends`."""
        queued = yield from self._recipients.queued(broadcast)
        stops = yield from self._channels.stops(time)
        left = {way: FEED if way == NEXT else max(0, AHEAD - queued.get(way, 0)) for way in ways}
        if MASS in left:
            left[MASS] = FEED if (yield from self._unsent(broadcast)) < LISTS else 0
        standing = {way: stops[way] for way in left if way in stops}
        out = frozenset(way for way, stop in standing.items() if stop.halted or stop.until >= ends)
        return Room({way: 0 if way in standing else many for way, many in left.items()}, out)

    def _unsent(self, broadcast: int) -> Script[int]:
        marks = yield from self._rows.marks(broadcast)
        batches = range(max(1, marks.batch - LOOK_BACK), marks.batch)
        return (yield from self._outbox.unsent([list_key(broadcast, batch) for batch in batches]))
