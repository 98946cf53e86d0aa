"""What an announcement came to: its course in spans that a picture can show."""

from __future__ import annotations

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.announcements import MINUTE
from bot.clock import SHANGHAI
from bot.console.results import BARS, DAY, HOUR, course

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=SHANGHAI).timestamp()


def test_a_course_is_put_together_so_that_it_can_be_shown() -> None:
    """Two hours by minutes become bars of five; what is in a bar is what came in it, bad ones told apart."""
    minutes = [(NOON + MINUTE * n, "sent", 10) for n in range(120)] + [(NOON + MINUTE * 119, "failed", 3)]
    found = course(minutes, MINUTE)
    assert found.span == 300
    assert found.points[0] == (NOON, 50, 0)
    assert found.points[-1] == (NOON + 115 * MINUTE, 53, 3)
    assert found.busiest == 13
    assert found.last == NOON + 120 * MINUTE


def test_a_short_course_is_shown_by_seconds() -> None:
    """It has few bars, and a picture that has room beside them."""
    found = course([(NOON, "arrived", 7), (NOON + 10, "unknown", 2)], 5)
    assert found.span == 5
    assert found.points == ((NOON, 7, 0), (NOON + 5, 0, 0), (NOON + 10, 2, 2))
    assert found.busiest == 9
    assert len(found.chart.bars) == 3
    assert max(bar.x + bar.width for bar in found.chart.bars) < found.chart.width / 3
    assert found.chart.marks[0][1] == "12:00:00"


def test_a_course_of_days_names_the_days() -> None:
    """Its bars begin at midnight in Shanghai."""
    found = course([(NOON, "sent", 1), (NOON + 13 * DAY, "sent", 1)], MINUTE)
    assert found.span == 6 * HOUR
    assert found.chart.marks[0][1] == "11-23 12:00"


def test_nothing_has_no_course() -> None:
    """There is nothing to show."""
    assert course([], MINUTE).points == ()


@given(
    st.lists(
        st.tuples(st.integers(0, 14 * DAY // MINUTE), st.sampled_from(["sent", "failed"]), st.integers(1, 1000)),
        min_size=1,
    )
)
def test_nothing_is_lost_in_a_course(found: list[tuple[int, str, int]]) -> None:
    """However the minutes fall: the bars are few, in their order, and hold all of it."""
    minutes = sorted((NOON + MINUTE * at, state, count) for at, state, count in found)
    shown = course(minutes, MINUTE)
    assert len(shown.points) <= BARS + 1
    assert sum(settled for _, settled, _ in shown.points) == sum(count for _, _, count in minutes)
    assert sum(bad for *_, bad in shown.points) == sum(count for _, state, count in minutes if state == "failed")
    assert [at for at, *_ in shown.points] == sorted(at for at, *_ in shown.points)
