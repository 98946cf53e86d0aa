"""What the pages of talk work with: questions nobody could answer, tickets, letters, counts, codes, the menu."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.console.publishing import Publishing
from bot.corpus import Corpus
from bot.rehearsal import Rehearsal
from bot.revisions import Revision
from bot.store.canned import Canned
from bot.store.correspondence import Correspondence
from bot.store.database import Database
from bot.store.scenes import Scenes
from bot.store.tallies import Tallies
from bot.store.tickets import Tickets
from bot.store.turnover import Turnover
from bot.store.unanswered import Unanswered

TRIED = 2  # corpora with drafts in them that are kept: each takes a moment to build


class Pattern(Protocol):
    """A template of the account, as the client of the platform has it: its lines have gaps such as {{thing1.DATA}}."""

    @property
    def id(self) -> str:
        """What the platform calls it."""

    @property
    def title(self) -> str:
        """What people see above it."""

    @property
    def content(self) -> str:
        """Its lines."""


class Account(Protocol):
    """What the console may ask of the platform: nothing of it reaches a follower. Any WeChatError may come."""

    async def create_menu(self, buttons: Sequence[Mapping[str, Any]]) -> None:
        """Replace the whole menu."""

    async def get_menu(self) -> dict[str, Any]:
        """The menu that was set through the API."""

    async def create_qrcode(self, scene: str) -> str:
        """Make a permanent code of a scene; what is to be drawn."""

    async def get_templates(self) -> Sequence[Pattern]:
        """The templates of messages."""

    async def get_notices(self) -> Sequence[Pattern]:
        """The templates of notices that are subscribed to."""


@dataclass(frozen=True, kw_only=True)
class Talk:
    """The parts. `may_write` is whether the account may write to a follower at all, `has_codes` whether it may make
    codes."""

    rehearsal: Rehearsal
    unanswered: Unanswered
    tickets: Tickets
    correspondence: Correspondence
    canned: Canned
    scenes: Scenes
    tallies: Tallies
    turnover: Turnover
    account: Account
    may_write: bool
    has_codes: bool
    _tried: OrderedDict[object, Corpus] = field(default_factory=OrderedDict)

    async def corpus_with(self, publishing: Publishing, drafts: Sequence[Revision]) -> Corpus:
        """The corpus as it would be with drafts in force. CorpusError where that does not load."""
        key = (await publishing.revisions.newest(), tuple((draft.id, draft.edits) for draft in drafts))
        if key not in self._tried:
            _, corpus = await publishing.press.corpus_with(drafts)
            self._tried[key] = corpus
            while len(self._tried) > TRIED:
                self._tried.popitem(last=False)
        self._tried.move_to_end(key)
        return self._tried[key]


def build_talk(database: Database, rehearsal: Rehearsal, *, account: Account, may_write: bool, has_codes: bool) -> Talk:
    """The parts, on one database."""
    unanswered = Unanswered(database, database)
    return Talk(
        rehearsal=rehearsal,
        unanswered=unanswered,
        tickets=Tickets(database, database),
        correspondence=Correspondence(database, database),
        canned=Canned(database),
        scenes=Scenes(database),
        tallies=Tallies(database, database, unanswered),
        turnover=Turnover(database),
        account=account,
        may_write=may_write,
        has_codes=has_codes,
    )
