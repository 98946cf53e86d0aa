"""The calendar of announcements: a month with its holidays, and on each day what begins, goes on or is over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import combinations

from aiohttp import web

from bot.announcements import (
    CANCELLED,
    DISCARDED,
    DRAFT,
    FINISHED,
    IN_REVIEW,
    LONGEST_DAYS,
    OVER,
    REJECTED,
    SCHEDULED,
    Announcement,
)
from bot.broadcasts import begins
from bot.clock import SHANGHAI
from bot.console.templates import local
from bot.console.visit import Visit
from bot.hours import is_published, working

FIRST, LAST = date(2000, 1, 1), date(2099, 12, 1)
DAY = timedelta(days=1)
NOT_YET = (DRAFT, IN_REVIEW, REJECTED, SCHEDULED)
PAIRS = 12  # of announcements on one day whose audiences are counted: each takes a look at every follower


@dataclass(frozen=True, kw_only=True)
class Mark:
    """An announcement on a day: `at` is when it begins, or may; `goes_on` where it began on a day before."""

    one: Announcement
    at: datetime
    goes_on: bool = False


@dataclass(frozen=True, kw_only=True)
class Clash:
    """Two announcements on one day, and how many followers would get both; None where that was not counted."""

    day: date
    one: Announcement
    other: Announcement
    shared: int | None


@dataclass(frozen=True, kw_only=True)
class Day:
    """A day: `kind` is holiday, makeup, weekend or empty; `inside` the month that is shown."""

    day: date
    kind: str
    inside: bool
    marks: tuple[Mark, ...] = ()
    clashes: tuple[Clash, ...] = ()


async def show(visit: Visit) -> web.Response:
    """The month that the address asks for, else this one."""
    month = _month(visit.asked("month"), visit.now.date())
    days = _days(month)
    marks = await _marks(visit, days)
    clashes = await _clashes(visit, marks)
    shown = [replace(day, marks=tuple(marks[day.day]), clashes=tuple(clashes.get(day.day, ()))) for day in days]
    return visit.page(
        "calendar",
        month=month,
        weeks=[shown[start : start + 7] for start in range(0, len(shown), 7)],
        before=month - DAY if month > FIRST else None,
        after=_next(month) if month < LAST else None,
        clashes=[clash for day in shown if day.inside for clash in day.clashes],
        published=is_published(month),
    )


def _month(text: str, today: date) -> date:
    try:
        found = date.fromisoformat(f"{text}-01") if len(text) == len("2026-11") else today.replace(day=1)
    except ValueError:
        found = today.replace(day=1)
    return min(max(found, FIRST), LAST)


def _next(month: date) -> date:
    return (month + 31 * DAY).replace(day=1)


def _days(month: date) -> list[Day]:
    """The days of whole weeks, from Monday on, that a month touches."""
    first, following = month - month.weekday() * DAY, _next(month)
    last = following + (-following.weekday() % 7) * DAY
    return [
        Day(day=day, kind=_kind(day), inside=month <= day < following)
        for day in (first + number * DAY for number in range((last - first).days))
    ]


def _kind(day: date) -> str:
    weekend = day.weekday() >= 5
    if working(day):
        return "makeup" if weekend else ""
    return "weekend" if weekend else "holiday"


async def _marks(visit: Visit, days: Sequence[Day]) -> dict[date, list[Mark]]:
    """What stands on which day. What is not begun stands where it may begin, which may be later than was asked."""
    found: dict[date, list[Mark]] = {day.day: [] for day in days}
    rows, first = visit.desk.broadcasts.rows, _moment(days[0].day) - LONGEST_DAYS * DAY
    known = await rows.between(first.timestamp(), _moment(days[-1].day + DAY).timestamp())
    for one in {one.id: one for one in (*known, *await rows.unfinished())}.values():
        if one.state == DISCARDED or (one.state not in NOT_YET and not one.began):  # cancelled before it began
            continue
        if one.state in (DRAFT, REJECTED) and not one.start:  # nobody has said when
            continue
        if one.state in NOT_YET:
            at = begins(one, visit.desk.config, visit.now)
            last = at.date()
        else:
            at = local(one.began)
            last = local(one.ended).date() if one.state in OVER else max(at.date(), visit.now.date())
        day = at.date()
        while day <= last:
            if day in found:
                found[day].append(Mark(one=one, at=at, goes_on=day > at.date()))
            day += DAY
    for marks in found.values():
        marks.sort(key=lambda mark: (mark.goes_on, mark.at, mark.one.id))
    return found


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def _counts(mark: Mark) -> bool:
    return not mark.goes_on and mark.one.state != REJECTED and bool(mark.one.criteria)


async def _clashes(visit: Visit, marks: dict[date, list[Mark]]) -> dict[date, list[Clash]]:
    """Where followers would get two on one day that is not over. What nobody would get twice is left out."""
    found: dict[date, list[Clash]] = {}
    counted: dict[tuple[int, int], int] = {}
    for day in sorted(day for day in marks if day >= visit.now.date()):
        for one, other in combinations([mark.one for mark in marks[day] if _counts(mark)], 2):
            if one.state in (CANCELLED, FINISHED) and other.state in (CANCELLED, FINISHED):
                continue
            key = (one.id, other.id)
            if key not in counted and len(counted) < PAIRS:
                counted[key] = await visit.desk.broadcasts.shared(one, other)
            if counted.get(key) != 0:
                clash = Clash(day=day, one=one, other=other, shared=counted.get(key))
                found.setdefault(day, []).append(clash)
    return found
