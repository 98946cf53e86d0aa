"""The outbox as a person sees it: what waits, what failed and why, and what is to be sent again.

It names nobody: a row is its number, its channel and its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from bot.channels import CHANNELS
from bot.clock import SHANGHAI, Clock, SystemClock, now
from bot.config import Config, Push
from bot.errors import BotError
from bot.limits import Limits
from bot.planner import goes_from
from bot.store.calls import Line, State
from bot.store.database import Database
from bot.store.outbox import OutboxRows
from bot.store.pending import Pending
from bot.words import Words

DAY = 86_400.0  # a row that is sent again may go for so long, in seconds
DEAD = (State.FAILED, State.UNKNOWN)  # what a person is to look at


class Ledger:
    """Says what it finds by `say`, line by line, in the office's words."""

    def __init__(
        self,
        database: Database,
        words: Words,
        *,
        push: Push,
        say: Callable[[str], None],
        clock: Clock | None = None,
    ) -> None:
        self._rows = OutboxRows(database)
        self._pending = Pending(database)
        self._push = push
        self._words = words.outbox
        self._say = say
        self._clock: Clock = clock or SystemClock()
        self._limits = Limits(database, clock=self._clock)
        self._channels = [kind.name for kind in CHANNELS]

    async def show(self, state: str, many: int) -> None:
        """The rows in a state, newest first; without one, all counts, the channels, and what a person must look at."""
        if state:
            await self._list(self._known_state(state), many)
            return
        counts = await self._rows.counts()
        if not counts:
            self._say(self._words["empty"])
        else:
            listed = ", ".join(f"{self._words[f'state {name}']} {count}" for name, count in sorted(counts.items()))
            self._say(self._words["counts"].format(detail=listed))
        await self._show_pending()
        for name in self._channels:
            await self._show_channel(name)
        dead = [one for one in DEAD if counts.get(one.value)]
        for one in dead:
            await self._list(one, many)
        if dead:
            self._say(self._words["advice"])

    async def _show_pending(self) -> None:
        """Notices that are no rows of the outbox yet, by kind, and from when the first may go."""
        said, moment = self._words, now(self._clock)
        found = await self._pending.read()
        for name, batches in (
            ("pending", [batch for batch in found if not batch.follows]),
            ("following", [batch for batch in found if batch.follows]),
        ):
            if batches:
                kinds = said["comma"].join(f"{said[f'notice {batch.kind}']}{batch.count}" for batch in batches)
                first = min(goes_from(batch.due, batch.kind, self._push, moment) for batch in batches)
                when = said["at once"] if first <= moment else f"{first:%m-%d %H:%M}"
                self._say(said[name].format(detail=kinds, when=when))

    async def retry(self, ids: Sequence[int]) -> bool:
        """Let rows go again; whether all of them could."""
        time = self._clock.time()
        done = await self._rows.retry(ids, time=time, expires=time + DAY)
        if done:
            self._say(self._words["retried"].format(many=len(done), ids=", ".join(map(str, sorted(done)))))
        announced = await self._rows.announced(ids)
        if announced:
            self._say(self._words["announced"].format(ids=", ".join(map(str, announced))))
        rest = sorted(set(ids) - set(done) - set(announced))
        if rest:
            self._say(self._words["not_retried"].format(ids=", ".join(map(str, rest))))
        return not rest and not announced

    async def resume(self, channel: str) -> None:
        """Let a channel go on that was paused or halted."""
        if channel not in self._channels:
            raise BotError(self._words["no_channel"].format(name=channel, known=", ".join(self._channels)))
        await self._limits.resume(channel)
        self._say(self._words["resumed"].format(channel=self._named(channel)))

    def _known_state(self, state: str) -> State:
        try:
            return State(state)
        except ValueError as error:
            raise BotError(self._words["no_state"].format(name=state, known=", ".join(State))) from error

    async def _list(self, state: State, many: int) -> None:
        lines = await self._rows.newest(state, many + 1)
        if not lines:
            self._say(self._words["none"].format(state=self._words[f"state {state.value}"]))
        for line in lines[:many]:
            self._say(self._row(line))
        if len(lines) > many:
            self._say(self._words["more"].format(many=many))

    def _row(self, line: Line) -> str:
        reason = self._words.get(f"reason {line.reason}", line.reason)
        code = f"{line.errcode} " if line.errcode else ""
        return self._words["line"].format(
            id=line.id,
            when=datetime.fromtimestamp(line.created, UTC).astimezone(SHANGHAI).strftime("%m-%d %H:%M"),
            channel=self._named(line.channel),
            state=self._words[f"state {line.state}"],
            attempts=line.attempts,
            reason=f"{code}{reason}".strip(),
        )

    async def _show_channel(self, name: str) -> None:
        usage = await self._limits.usage(name)
        state = ""
        if usage.halted:
            state = self._words["halted"].format(reason=usage.paused)
        elif usage.paused_until > self._clock.time():
            until = datetime.fromtimestamp(usage.paused_until, UTC).astimezone(SHANGHAI).strftime("%m-%d %H:%M")
            state = self._words["paused"].format(until=until, reason=usage.paused)
        used = usage.used if usage.day == now(self._clock).date().isoformat() else 0
        self._say(self._words["stands"].format(channel=self._named(name), used=used, state=state))

    def _named(self, channel: str) -> str:
        return self._words.get(f"channel {channel}", channel)


async def run_ledger(
    config: Config,
    words: Words,
    say: Callable[[str], None],
    *,
    state: str = "",
    many: int = 20,
    retry: Sequence[int] = (),
    resume: str = "",
) -> bool:
    """What the command does; whether all that was asked for could be done."""
    database = await Database.open(config.database.url)
    try:
        ledger = Ledger(database, words, push=config.push, say=say)
        well = await ledger.retry(retry) if retry else True
        if resume:
            await ledger.resume(resume)
        if not retry and not resume:
            await ledger.show(state, many)
        return well
    finally:
        await database.close()
