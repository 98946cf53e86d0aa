"""The account's templates, asked of the platform when somebody wants to choose one, and remembered for a while."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from bot.announcements import NOTICE, SUBSCRIBE, TEMPLATE, Content
from bot.clock import Clock
from bot.console.talk import Account
from bot.errors import WeChatError

FRESH = 300.0  # seconds


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A template that an announcement may go by: `channel` is the way it is for."""

    channel: str
    id: str
    title: str
    pattern: str

    @property
    def name(self) -> str:
        """What a form calls it."""
        return f"{self.channel}:{self.id}"

    @property
    def content(self) -> Content:
        """An announcement of it that says nothing yet."""
        return Content(
            form=NOTICE, title=self.title, channel=self.channel, template=self.id, pattern=self.pattern
        )  # fmt: skip


class Patterns:
    """What the platform told last. `fault` is why it did not tell all the last time; `asked` whether it was asked."""

    def __init__(self, account: Account, ways: Sequence[str], *, clock: Clock) -> None:
        self._account = account
        self._clock = clock
        self._asked = 0.0
        self.ways = tuple(way for way in (SUBSCRIBE, TEMPLATE) if way in ways)
        self.known: dict[str, Known] = {}
        self.fault = ""

    @property
    def asked(self) -> bool:
        """Whether the platform was asked a moment ago."""
        return bool(self._asked) and self._clock.time() - self._asked < FRESH

    async def ask(self) -> None:
        """Ask the platform anew; what it does not tell now stays as it was told before."""
        self.fault, self._asked = "", self._clock.time()
        for channel in self.ways:
            try:
                if channel == TEMPLATE:
                    listed = await self._account.get_templates()
                else:
                    listed = await self._account.get_notices()
            except WeChatError as error:
                self.fault = str(error)
                continue
            found = [Known(channel=channel, id=one.id, title=one.title, pattern=one.content) for one in listed]
            kept = {name: one for name, one in self.known.items() if one.channel != channel}
            self.known = {**kept, **{one.name: one for one in found if one.content.keys}}

    async def find(self, name: str) -> Known | None:
        """The template of this name, asked for where it was not told yet."""
        if name and name not in self.known and not self.asked:
            await self.ask()
        return self.known.get(name)
