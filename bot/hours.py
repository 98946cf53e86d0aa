"""When a desk is open: working days with holidays and make-up days, two spans a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.policies import Hours

SEARCHED = 30  # days: no holiday is longer


@dataclass(frozen=True, kw_only=True)
class Opening:
    """Whether a desk is open now, and when that changes; `changes` is None if no working day was found."""

    open: bool
    changes: datetime | None


def working(day: date) -> bool:
    """Whether a day is worked, by the State Council's calendar; by the week alone where that is not out yet."""
    import chinese_calendar  # only answers that name a desk need it

    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:  # the calendar of a year is published in the November before
        return day.weekday() < 5


def is_published(day: date) -> bool:
    """Whether the holidays of its year are published."""
    import chinese_calendar

    try:
        chinese_calendar.is_workday(day)
    except NotImplementedError:
        return False
    return True


def waking(now: datetime, quiet: tuple[str, str], *, workdays: bool) -> datetime:
    """The first moment from `now` on in which people may be written to: outside the quiet hours, given as HH:MM and
    HH:MM, and, where that is asked for, on a working day."""
    first, last = (time.fromisoformat(one) for one in quiet)
    for ahead in range(SEARCHED):
        day = now.date() + timedelta(days=ahead)
        if workdays and not working(day):
            continue
        begin = datetime.combine(day, time(0), now.tzinfo)
        # A day's waking hours: all of it without the part from `first` until `last`, which may reach over midnight.
        spans = ((last, first),) if last < first else ((time(0), first), (last, time.max))
        for opens, closes in spans:
            start = max(now, datetime.combine(day, opens, now.tzinfo), begin)
            if start < datetime.combine(day, closes, now.tzinfo):
                return start
    return now  # no holiday is as long


def opening(hours: Hours, now: datetime) -> Opening:
    """Whether the desks are open at `now`, and the moment they next close or open."""
    for ahead in range(SEARCHED):
        day = now.date() + timedelta(days=ahead)
        if not working(day):
            continue
        for first, last in (hours.morning, hours.afternoon):
            begins, ends = (datetime.combine(day, time.fromisoformat(t), now.tzinfo) for t in (first, last))
            if begins <= now < ends:
                return Opening(open=True, changes=ends)
            if now < begins:
                return Opening(open=False, changes=begins)
    return Opening(open=False, changes=None)
