"""What the pages of announcements share: one by its number, its looks on a phone, whom it reaches, when it begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import msgspec
from aiohttp import web

from bot.announcements import (
    CARD,
    CUSTOM,
    DISTRICT,
    NOTICE,
    OVER,
    SUBSCRIBE,
    TEMPLATE,
    TOPIC,
    UNIT,
    Announcement,
)
from bot.broadcasts import Broadcasts, begins
from bot.console.broadcast_forms import Typed, errors
from bot.console.bubbles import Piece, pieces
from bot.console.templates import local
from bot.console.visit import Visit
from bot.hours import working
from bot.spellings import usable
from bot.store.ledgers import Counts

PLACE = "/console/broadcasts"
WORDS, NEWS, FORM = "words", "news", "form"  # what a bubble is: words, a card with a picture, lines of a template


@dataclass(frozen=True, kw_only=True)
class Bubble:
    """How it looks on a phone, by the ways that look so."""

    kind: str
    ways: tuple[str, ...]
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """When it is to begin and when it may: `makeup` where that is a weekend that is worked, `holiday` where the day
    that was wished for is a weekday that is not, `later` where an hour was wished for that is yet to come."""

    wished: datetime
    begins: datetime
    holiday: bool
    makeup: bool
    later: bool

    @property
    def moved(self) -> bool:
        """Whether it begins later than wished."""
        return self.begins.replace(second=0, microsecond=0) > self.wished.replace(second=0, microsecond=0)


def broadcasts(visit: Visit) -> Broadcasts:
    """What is acted with."""
    return visit.desk.broadcasts


async def chosen(visit: Visit) -> Announcement:
    """The announcement that the address names; HTTPNotFound where there is none."""
    found = await broadcasts(visit).rows.get(visit.number("id"))
    if found is None:
        raise web.HTTPNotFound
    return found


async def original(visit: Visit, one: Announcement) -> Announcement | None:
    """What it corrects, where that is not over: the correction waits for its end."""
    found = await broadcasts(visit).rows.get(one.corrects) if one.corrects and not one.began else None
    return found if found and found.began and found.state not in OVER else None


async def counts_of(visit: Visit, one: Announcement) -> Counts:
    """Its people by state: for many viewers and a large audience not at every look, but anew in each state it is in."""
    ask = partial(broadcasts(visit).ledgers.counts, one.id)
    return await broadcasts(visit).sparing.get(("counts", one.id, one.state), ask)


async def corrections(acting: Broadcasts, one: Announcement) -> list[Announcement]:
    """What corrects it, oldest first: none was written before it began."""
    later = await acting.rows.between(one.began, float("inf")) if one.began else []
    return sorted((other for other in later if other.corrects == one.id), key=lambda other: other.id)


async def lacking(visit: Visit, one: Announcement, typed: Typed) -> dict[str, str]:
    """What keeps it from being submitted, by the fields of its form."""
    found = errors(one, typed, broadcasts(visit).ways, time=visit.time)
    if not await broadcasts(visit).knows_receivers(one):
        found.setdefault("audience", "audience.list_gone")
    return found


def page_of(number: int) -> str:
    """Where an announcement has its page."""
    return f"{PLACE}/{number}"


def bubbles(one: Announcement, ways: Sequence[str]) -> list[Bubble]:
    """What arrives on phones, each look once, with its ways; where no way that was chosen fits, by all that could."""
    content = one.content
    going = usable(one.plan, content) or usable(msgspec.structs.replace(one.plan, ways=tuple(ways)), content)
    looks: dict[tuple[str, str], list[str]] = {}
    for way in going:
        form = way in (SUBSCRIBE, TEMPLATE) and content.form == NOTICE
        kind = FORM if form else NEWS if way == CUSTOM and content.form == CARD else WORDS
        looks.setdefault((kind, content.told(way) if kind == WORDS else ""), []).append(way)
    return [Bubble(kind=kind, ways=tuple(found), pieces=tuple(pieces(told))) for (kind, told), found in looks.items()]


def beginning(visit: Visit, one: Announcement) -> Beginning:
    """When it begins, if it is approved by then."""
    wished = max(local(one.start), visit.now) if one.start else visit.now
    at = begins(one, visit.desk.config, visit.now)
    return Beginning(
        wished=wished,
        begins=at,
        holiday=wished.weekday() < 5 and not working(wished.date()),
        later=one.start > visit.time,
        makeup=at.weekday() >= 5 and working(at.date()) and visit.desk.config.push.workdays and not one.plan.urgent,
    )


async def reach(visit: Visit, one: Announcement) -> dict[str, Any]:
    """Whom it would reach now, by way; and how many of a month's mass messages are left alone for its sake."""
    found = await broadcasts(visit).reach(one)
    return {"reach": found, "kept": found.kept}


def options(visit: Visit, tags: dict[str, str], typed: Sequence[str] = ()) -> dict[str, list[tuple[str, str]]]:
    """What an audience can be put together of, by kind: (value, name); what was chosen and is no more is among it."""
    corpus = visit.desk.corpus()
    found = {
        TOPIC: [(f"{TOPIC}:{name}", name) for name in corpus.topics],
        DISTRICT: [(f"{DISTRICT}:{name}", name) for name in sorted({p.district for p in corpus.policies.values()})],
        UNIT: [(f"{UNIT}:{name}", name) for name in corpus.departments],
        "tag": [(f"tag:{number}", name) for number, name in tags.items()],
    }
    known = {value for rows in found.values() for value, _ in rows}
    for one in typed:
        kind, _, value = one.partition(":")
        if kind in found and one not in known:
            found[kind].append((one, value))
    return found
