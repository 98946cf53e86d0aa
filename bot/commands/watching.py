"""An announcement on its way, drawn as a bar until it is over, pauses, or nobody wants to look any longer."""

from __future__ import annotations

from collections.abc import Callable

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from bot.announcements import CLOSING, OVER, PAUSED, WRITABLE, Announcement
from bot.broadcasts import Broadcasts
from bot.clock import Clock
from bot.commands.recounting import Said, row, state_of
from bot.store.ledgers import Counts

LOOK = 2.0  # seconds between looks
RESTING = (*OVER, PAUSED, CLOSING)  # nothing moves by itself, or not today


class Watch:
    """Looks, and says by `say` what it came to."""

    def __init__(self, broadcasts: Broadcasts, said: Said, *, say: Callable[[str], None], clock: Clock) -> None:
        self._broadcasts = broadcasts
        self._said = said
        self._say = say
        self._clock = clock

    async def run(self, one: Announcement, minutes: int, screen: Console) -> None:
        """Draw it on `screen` until it rests, for so many minutes at most."""
        if one.state in WRITABLE:
            self._say(self._said["not_begun"].format(id=one.id, state=state_of(one, self._said)))
            return
        ends = self._clock.time() + minutes * 60.0
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=screen, transient=True) as bar:
            task = bar.add_task(self._said["watch"].format(id=one.id), total=None)
            counts = await self._look(one, bar, task)
            while one.state not in RESTING and self._clock.time() < ends:
                await self._clock.sleep(LOOK)
                one = await self._broadcasts.rows.get(one.id) or one
                counts = await self._look(one, bar, task)
        self._say(row(one, counts, self._said))
        if one.state not in RESTING:
            self._say(self._said["long"].format(id=one.id, minutes=minutes))

    async def _look(self, one: Announcement, bar: Progress, task: TaskID) -> Counts:
        counts = await self._broadcasts.ledgers.counts(one.id)
        total = one.audience or None  # not before all of it is entered
        named = f"{self._said['watch'].format(id=one.id)} {state_of(one, self._said)}"
        bar.update(task, completed=counts.settled, total=total, description=named)
        return counts
