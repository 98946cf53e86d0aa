"""Everything the platform remembers and does for one account, built in one place."""

from __future__ import annotations

from collections import Counter

from bot.clock import Clock
from bot.emulator.account import Account
from bot.emulator.answers import Judge
from bot.emulator.chats import Chats
from bot.emulator.codes import Codes
from bot.emulator.console import Console
from bot.emulator.courier import Courier
from bot.emulator.envelope import Envelope
from bot.emulator.faults import Faults
from bot.emulator.feed import Feed
from bot.emulator.followers import Followers
from bot.emulator.jobs import Jobs
from bot.emulator.media import Media
from bot.emulator.menus import Menu
from bot.emulator.quotas import Quotas
from bot.emulator.serials import Serials
from bot.emulator.tags import Tags
from bot.emulator.templates import Templates
from bot.emulator.tokens import Tokens
from bot.emulator.wire import Wire
from bot.emulator.words import read_words


class World:
    """The parts, each the only one of its kind. `strict` refuses JSON bodies with escaped characters (40033)."""

    def __init__(self, account: Account, clock: Clock, *, callback_url: str = "", seed: int | None = None) -> None:
        self.account = account
        self.clock = clock
        self.strict = True
        self.words = read_words()
        self.serials = Serials(clock, seed)
        self.feed = Feed()
        self.wire = Wire(clock, self.feed)
        self.faults = Faults()
        self.followers = Followers(clock)
        self.tags = Tags(self.words)
        self.chats = Chats(clock, self.feed)
        self.sent: Counter[tuple[str, str]] = Counter()  # (custom, template or notice; openid) -> messages taken in
        self.media = Media(clock, self.serials)
        self.menu = Menu()
        self.console = Console()
        self.codes = Codes(clock, self.serials)
        self.templates = Templates(self.words)
        self.tokens = Tokens(account, clock, serials=self.serials)
        self.quotas = Quotas(clock, is_test=account.is_test)
        envelope = Envelope(account)
        self.courier = Courier(
            account,
            clock,
            serials=self.serials,
            envelope=envelope,
            judge=Judge(account, envelope, self.media),
            faults=self.faults,
            wire=self.wire,
            callback_url=callback_url,
        )
        self.jobs = Jobs(clock, courier=self.courier, chats=self.chats, followers=self.followers, faults=self.faults)

    @property
    def name(self) -> str:
        """What the account is called in the chat."""
        return self.account.name or self.words.account

    def reset(self) -> None:
        """Nobody follows, nothing was said, nothing is broken. Tokens, menu, templates and media stay."""
        self.followers.clear()
        self.chats.clear()
        self.sent.clear()
        self.faults.clear()
        self.wire.exchanges.clear()
