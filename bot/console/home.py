"""The first page: how the day goes, and what waits for whoever looks.

Each panel is a small function that says what its template, console/home_<name>.html, shows, or None for nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from aiohttp import web

from bot.console import broadcasts, drafts, waiting
from bot.console.permissions import Permission
from bot.console.visit import Visit
from bot.policies import SOON, Policy
from bot.statistics.analytics import picture
from bot.store.days import Day
from bot.store.marks import FEW
from bot.store.tickets import MINE, OPEN

EXPIRING = 8  # policies shown
ALARMING = ("failed", "unknown")  # states of outgoing messages that a person should look at

Facts = Mapping[str, Any] | None


@dataclass(frozen=True)
class Panel:
    """A part of the page: its name, who sees it, and what gathers its facts."""

    name: str
    permission: Permission
    gather: Callable[[Visit], Awaitable[Facts]]


async def show(visit: Visit) -> web.Response:
    """The dashboard of this person."""
    found = [(p.name, await p.gather(visit)) for p in PANELS if p.permission <= visit.permission]
    return visit.page("home", panels=[(name, facts) for name, facts in found if facts is not None])


async def today(visit: Visit) -> Facts:
    """What was asked since midnight, and how much of it in vain."""
    midnight = visit.now.replace(hour=0, minute=0, second=0, microsecond=0)
    day = await visit.desk.days.since(midnight.timestamp())
    share = round(100 * day.unanswered / day.asked) if day.asked else 0
    hidden = await _hidden(visit, day)
    return {"day": day, "share": share, "hidden": hidden, "few": FEW, "policies": len(visit.desk.corpus().policies)}


async def _hidden(visit: Visit, day: Day) -> Mapping[str, bool]:
    """Which figures of the day are not shown: those with few people behind them or their rest, and those that are
    hidden among the figures, which count somewhat later."""
    now = visit.now.date()
    cells = await visit.desk.talk.tallies.between(now.isoformat(), now.isoformat())
    counted = picture(cells, first=now, last=now, corpus=visit.desk.corpus())
    few = any(0 < people < FEW for people in (day.in_vain, day.answered))
    return {"asked": 0 < day.people < FEW or counted.asked is None, "vain": few or counted.vain is None}


async def queues(visit: Visit) -> Facts:
    """What waits, what went wrong: the states of messages that came and that go out."""
    counts = {table: await count() for table, count in visit.desk.counts.items()}
    outbox = counts.get("outbox", {})
    return {"counts": counts, "alarming": sum(outbox.get(state, 0) for state in ALARMING)}


async def backups(visit: Visit) -> Facts:
    """A backup that is too old, was never made or failed; nothing where all is well, or others see to it."""
    limit = visit.desk.config.database.backup_hours * 3600.0
    saved = await visit.desk.backups.read()
    late = saved.age(visit.now.timestamp()) >= limit
    if not limit or not (late or saved.failed):
        return None
    return {"saved": saved, "late": late}


async def expiring(visit: Visit) -> Facts:
    """The policies in force that end soonest."""
    corpus, day = visit.desk.corpus(), visit.now.date()
    ends: list[tuple[date, Policy]] = []
    for policy in corpus.policies.values():
        _, end = corpus.period(policy)
        if end is not None and 0 <= (end - day).days <= SOON:
            ends.append((end, policy))
    ends.sort(key=lambda pair: pair[0])
    rows = [{"policy": policy, "end": end, "left": (end - day).days} for end, policy in ends[:EXPIRING]]
    return {"rows": rows, "total": len(ends), "days": SOON}


async def talk(visit: Visit) -> Facts:
    """What followers told staff and nobody has seen to yet."""
    counts = await visit.desk.talk.tickets.counts(visit.who.id)
    return {"open": counts[OPEN], "mine": counts[MINE]}


PANELS = (
    Panel("today", Permission.VIEWER, today),
    Panel("drafts", Permission.EDITOR, drafts.panel),
    Panel("broadcasts", Permission.VIEWER, broadcasts.panel),
    Panel("backups", Permission.VIEWER, backups),
    Panel("pending", Permission.VIEWER, waiting.pending),
    Panel("queues", Permission.VIEWER, queues),
    Panel("talk", Permission.VIEWER, talk),
    Panel("expiring", Permission.VIEWER, expiring),  # the longest comes last
)
