"""When a desk is open: by the State Council's calendar, with lunch, evenings and weekends."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import SHANGHAI
from bot.hours import SEARCHED, Opening, is_published, opening, waking, working
from bot.policies import Hours

HOURS = Hours(morning=("09:00", "12:00"), afternoon=("13:30", "17:00"))


def at(text: str) -> datetime:
    """A moment in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("now", "is_open", "changes"),
    [
        ("2026-11-23T09:00", True, "2026-11-23T12:00"),  # a Monday, at the minute of opening
        ("2026-11-23T11:59:59", True, "2026-11-23T12:00"),
        ("2026-11-23T12:00", False, "2026-11-23T13:30"),  # lunch, at the minute of closing
        ("2026-11-23T13:29", False, "2026-11-23T13:30"),
        ("2026-11-23T13:30", True, "2026-11-23T17:00"),
        ("2026-11-23T17:00", False, "2026-11-24T09:00"),
        ("2026-11-23T00:00", False, "2026-11-23T09:00"),
        ("2026-11-20T17:30", False, "2026-11-23T09:00"),  # Friday evening
        ("2026-11-22T10:00", False, "2026-11-23T09:00"),  # Sunday
        ("2026-10-01T10:00", False, "2026-10-08T09:00"),  # the national holiday, eight days of it
        ("2026-10-10T10:00", True, "2026-10-10T12:00"),  # a Saturday worked for it
        ("2026-10-09T18:00", False, "2026-10-10T09:00"),
        ("2026-02-14T15:00", True, "2026-02-14T17:00"),  # a Saturday worked for the spring festival
        ("2030-01-05T10:00", False, "2030-01-07T09:00"),  # no calendar reaches there: a Saturday is a Saturday
        ("2030-01-07T10:00", True, "2030-01-07T12:00"),
    ],
)
def test_a_desk_is_open_in_its_hours_on_working_days(now: str, is_open: bool, changes: str) -> None:
    """Open from the first minute of a span to the last before its end; else the next span of a working day."""
    assert opening(HOURS, at(now)) == Opening(open=is_open, changes=at(changes))


def test_working_days_are_the_councils() -> None:
    """Holidays in the week are off, make-up days at weekends are on, and unpublished years go by the week."""
    assert not working(date(2026, 10, 1))
    assert working(date(2026, 9, 20))
    assert [working(date(2030, 1, day)) for day in (4, 5, 6, 7)] == [True, False, False, True]


@given(st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1)))
def test_the_next_change_is_never_far(moment: datetime) -> None:
    """There is always a next change, ahead of now, within the days searched, and it changes what is told."""
    now = moment.replace(tzinfo=SHANGHAI)
    state = opening(HOURS, now)
    assert state.changes is not None
    assert now < state.changes < now + timedelta(days=SEARCHED)
    assert opening(HOURS, state.changes).open is not state.open


NIGHT = ("20:30", "08:30")


@pytest.mark.parametrize(
    ("now", "quiet", "workdays", "first"),
    [
        ("2026-11-23 10:00", NIGHT, True, "2026-11-23 10:00"),
        ("2026-11-23 08:30", NIGHT, True, "2026-11-23 08:30"),
        ("2026-11-23 08:29", NIGHT, True, "2026-11-23 08:30"),
        ("2026-11-23 20:29", NIGHT, True, "2026-11-23 20:29"),
        ("2026-11-23 20:30", NIGHT, True, "2026-11-24 08:30"),
        ("2026-11-27 21:00", NIGHT, True, "2026-11-30 08:30"),  # Friday evening
        ("2026-11-27 21:00", NIGHT, False, "2026-11-28 08:30"),
        ("2026-10-10 10:00", NIGHT, True, "2026-10-10 10:00"),  # a Saturday that is worked
        ("2026-09-30 21:00", NIGHT, True, "2026-10-08 08:30"),  # the National Day's week
        ("2026-11-23 03:00", ("01:00", "05:00"), True, "2026-11-23 05:00"),
        ("2026-11-23 00:30", ("01:00", "05:00"), True, "2026-11-23 00:30"),
        ("2026-11-23 03:00", ("08:00", "08:00"), True, "2026-11-23 03:00"),  # no quiet hours
        ("2026-11-28 03:00", ("08:00", "08:00"), True, "2026-11-30 00:00"),
    ],
)
def test_when_people_may_be_written_to(now: str, quiet: tuple[str, str], workdays: bool, first: str) -> None:
    """The first moment outside the quiet hours, and on a working day where that is asked for."""
    assert waking(at(now), quiet, workdays=workdays) == at(first)


def test_it_is_known_which_holidays_are_published() -> None:
    """Those of this year are; those of a year far ahead are not, and its days go by the week alone."""
    assert is_published(date(2026, 10, 1))
    assert not is_published(date(2050, 10, 1))
    assert [working(date(2050, 10, day)) for day in (1, 3)] == [False, True]  # a Saturday, a Monday
