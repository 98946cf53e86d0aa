"""WeChat in a box: the platform, its API and as many followers' phones as wanted."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Literal

from aiohttp import web

from bot.clock import Clock, SystemClock
from bot.emulator.account import Account
from bot.emulator.api import Api
from bot.emulator.phone import Phone
from bot.emulator.templates import Template
from bot.emulator.world import World

SOMEONE = "oEmulatedFollower_0000000001"  # openids have 28 characters and begin with o


class Platform:
    """One account on the platform. Pushes go to `callback_url`, which may be set until the first push.

    `async with` starts and closes it. The parts a test looks into or turns are attributes: account, clock,
    followers, tokens, quotas, faults, jobs, menu, console, media, templates, wire, sent.
    """

    def __init__(
        self, account: Account, callback_url: str = "", *, clock: Clock | None = None, seed: int | None = None
    ) -> None:
        self.world = World(account, clock or SystemClock(), callback_url=callback_url, seed=seed)
        self.account = account
        self.clock = self.world.clock
        self.followers = self.world.followers
        self.tokens = self.world.tokens
        self.quotas = self.world.quotas
        self.faults = self.world.faults
        self.jobs = self.world.jobs
        self.menu = self.world.menu
        self.console = self.world.console
        self.media = self.world.media
        self.templates = self.world.templates
        self.wire = self.world.wire
        self.sent = self.world.sent

    @property
    def callback_url(self) -> str:
        """Where pushes go."""
        return self.world.courier.callback_url

    @callback_url.setter
    def callback_url(self, url: str) -> None:
        self.world.courier.callback_url = url

    def app(self) -> web.Application:
        """The API, to be served at the root of an address of its own."""
        return Api(self.world).app()

    def phone(self, openid: str = SOMEONE) -> Phone:
        """A person's phone; the same openid is the same person."""
        return Phone(self.world, openid)

    def choose_templates(self) -> None:
        """Give the account those of the platform's library."""
        for one in self.world.words.templates:
            self.add_template(one.id, one.fields, kind=one.kind, title=one.title)

    def add_template(
        self,
        template_id: str,
        fields: Mapping[str, str] | None = None,
        *,
        kind: Literal["template", "notice"] = "template",
        title: str = "",
        long_term: bool = False,
    ) -> None:
        """Give the account a template for template/send, or a notice for bizsend. `fields`: key such as thing1 → label.

        Without `fields` any keys are taken; `long_term` notices may be sent many times for one grant.
        """
        template = Template(
            template_id=template_id, kind=kind, title=title, fields=dict(fields or {}), long_term=long_term
        )
        self.templates.add(template)

    async def start(self) -> None:
        """Make ready to push."""
        await self.world.courier.open()

    async def close(self) -> None:
        """Drop jobs under way and close connections."""
        await self.world.jobs.close()
        await self.world.courier.close()

    async def verify(self) -> bool:
        """Whether the account's server answers as it must when its address is saved in the console."""
        return await self.world.courier.verify()

    async def reset(self) -> None:
        """Nobody follows, nothing was said, nothing is broken. Tokens, menu, templates and media stay."""
        await self.world.jobs.close()
        self.world.reset()

    async def __aenter__(self) -> Platform:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
