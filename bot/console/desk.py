"""What the pages of the console work with, built once and handed to each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.broadcasts import Broadcasts
from bot.clock import Clock
from bot.config import Config
from bot.console.keys import Keys
from bot.console.passwords import Passwords
from bot.console.patterns import Patterns
from bot.console.publishing import Publishing
from bot.console.talk import Talk
from bot.console.templates import Templates
from bot.corpus import Corpus
from bot.editions.uploads import Uploads
from bot.store.attempts import Attempts
from bot.store.audit import Audit
from bot.store.days import Days
from bot.store.limits import Stops
from bot.store.pending import Pending
from bot.store.phones import Phones
from bot.store.saved import Backups
from bot.store.sessions import Sessions
from bot.store.staff import Staff
from bot.tagging import Tagging

Counts = Callable[[], Awaitable[dict[str, int]]]


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The parts. `counts` are the rows of a table by state, by the table's name; `publishing` and
    `uploads` are None where files are the truth and the corpus is not edited here; `closing` is set once the program
    ends."""

    config: Config
    clock: Clock
    corpus: Callable[[], Corpus]
    counts: dict[str, Counts]
    keys: Keys
    passwords: Passwords
    staff: Staff
    phones: Phones
    sessions: Sessions
    attempts: Attempts
    audit: Audit
    publishing: Publishing | None
    uploads: Uploads | None
    days: Days
    templates: Templates
    talk: Talk
    broadcasts: Broadcasts
    tagging: Tagging
    patterns: Patterns
    stops: Stops
    backups: Backups
    pending: Pending
    closing: asyncio.Event = field(default_factory=asyncio.Event)
