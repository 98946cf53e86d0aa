"""The audit log: who did what, when, from where, and what it changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from urllib.parse import quote, urlencode

from aiohttp import web

from bot.clock import SHANGHAI
from bot.console.visit import Visit
from bot.corpus import Corpus
from bot.parts import KINDS, POLICY
from bot.store.audit import NEWEST, Search, Written

MANY = 50  # entries of a page
DAY = 86_400.0
YEARS = (1970, 9999)  # days outside have no place among seconds since 1970, or no day after


async def show(visit: Visit) -> web.Response:
    """The entries that the address asks for with `who`, `what`, `day` and `below`, newest first."""
    who, what, day = _number(visit.asked("who")), visit.asked("what"), _day(visit.asked("day"))
    since, until = _bounds(day) if day else (0.0, 1e12)
    search = Search(staff=who, action=what, target=visit.asked("about"), since=since, until=until)
    found = await visit.desk.audit.read(search, MANY + 1, below=_number(visit.asked("below")) or NEWEST)
    older = ""
    if len(found) > MANY:
        kept = {key: value for key, value in visit.request.query.items() if key != "below"}
        older = f"{visit.request.path}?{urlencode({**kept, 'below': found[MANY - 1].id})}"
    return visit.page(
        "audit",
        entries=[(entry, differences(entry), about(entry, visit.desk.corpus())) for entry in found[:MANY]],
        members=await visit.desk.staff.everyone(),
        who=who,
        what=what,
        day=day.isoformat() if day else "",
        about=visit.asked("about"),
        older=older,
        filtered=bool(who or what or day or visit.asked("about") or visit.asked("below")),
    )


def differences(entry: Written) -> list[tuple[str, Any, Any]]:
    """What an entry changed, as (field, before, after); None where it was not there."""
    fields = dict.fromkeys([*entry.before, *entry.after])
    return [(field, entry.before.get(field), entry.after.get(field)) for field in fields]


@dataclass(frozen=True, kw_only=True)
class Target:
    """What an entry is about: `kind` a word of ours for what it is, or empty; `name`; and where its page is, if any."""

    kind: str = ""
    name: str
    path: str = ""


def about(entry: Written, corpus: Corpus) -> Target:
    """What an entry is about, as people know it: a policy by its title, a ticket or announcement by its number."""
    kind, _, key = entry.target.partition(" ")
    if entry.action.startswith("broadcast.") and entry.target.isdigit():
        return Target(kind="broadcast", name=entry.target, path=f"/console/broadcasts/{entry.target}")
    if entry.action.startswith("sample.") and entry.target.isdigit():
        return Target(kind="sample", name=entry.target, path=f"/console/broadcasts/samples/{entry.target}")
    if kind == "ticket" and key:
        return Target(kind=kind, name=key, path=f"/console/tickets/{key}")
    if not entry.action.startswith("corpus.") or not key:
        return Target(name=entry.target)
    if kind == POLICY and key in corpus.policies:
        return Target(kind=kind, name=f"{key} {corpus.policies[key].title}", path=f"/console/policies/{quote(key)}")
    return Target(kind=kind, name=key) if kind in KINDS else Target(name=entry.target)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text) if len(text) == len("2026-11-22") else None
    except ValueError:
        return None
    return day if day and YEARS[0] <= day.year < YEARS[1] else None


def _bounds(day: date) -> tuple[float, float]:
    start = datetime.combine(day, time(), SHANGHAI).timestamp()
    return start, start + DAY  # in seconds: the last day there is has no day after it
