"""Where the bars of a picture stand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.statistics.charts import HEIGHT, LEFT, MARKS, WIDTH, columns, nice, steps

FIRST = date(2026, 11, 1)


def days(*figures: tuple[int | None, int | None]) -> list[tuple[date, int | None, int | None]]:
    """Days in a row with these figures."""
    return [(FIRST + timedelta(days=n), first, second) for n, (first, second) in enumerate(figures)]


@pytest.mark.parametrize(("step", "found"), [(0.0, 1), (1.0, 1), (1.1, 2), (3.0, 5), (22.5, 50), (51.0, 100)])
def test_lines_stand_at_round_numbers(step: float, found: int) -> None:
    """1, 2, 5 and their tenfolds."""
    assert nice(step) == found


def test_a_bar_is_as_high_as_its_figure() -> None:
    """Heights are shares of the topmost line, which is the first at or above the largest figure."""
    chart = columns(days((90, 30), (45, 0)))
    assert [value for _, value in chart.ticks] == [0, 50, 100]
    heights = [(bar.series, round(bar.height / HEIGHT, 3)) for bar in chart.bars]
    assert heights == [(0, 0.9), (1, 0.3), (0, 0.45)]
    assert all(abs(bar.y + bar.height - chart.base) < 1e-6 for bar in chart.bars)


def test_what_is_not_shown_has_a_mark_without_a_height() -> None:
    """A hidden figure has a low bar that says only that there is one, and no day without a figure has any."""
    chart = columns(days((None, None), (0, 0), (10, None)))
    hidden = [bar for bar in chart.bars if bar.hidden]
    assert len(hidden) == 3
    assert len({bar.height for bar in hidden}) == 1
    assert len(chart.bars) == 4


def test_bars_stand_within_each_other_or_side_by_side() -> None:
    """Two figures of which the second is part of the first share a place; else each has half of it."""
    within, beside = columns(days((4, 2))), columns(days((4, 2)), beside=True)
    assert within.bars[0].x == within.bars[1].x
    assert beside.bars[0].x + beside.bars[0].width == pytest.approx(beside.bars[1].x)


def test_all_days_fit() -> None:
    """A year stands within the picture, with a handful of dates below it."""
    chart = columns(days(*[(n % 17, n % 3) for n in range(365)]))
    assert max(bar.x + bar.width for bar in chart.bars) <= LEFT + WIDTH
    assert 1 < len(chart.marks) <= MARKS
    assert chart.marks[0][1] == "11-1"


def test_nothing_has_a_picture_too() -> None:
    """No day, and days without a question, break nothing."""
    assert columns([]).bars == ()
    assert [value for _, value in columns(days((0, 0))).ticks] == [0, 1]


def test_spans_of_any_length_have_their_labels() -> None:
    """A picture of hours is one of days but for what stands below it."""
    chart = steps([("10:00", 5, 1), ("11:00", 0, 0), ("12:00", 8, 8)])
    assert [label for _, label in chart.marks] == ["10:00", "11:00", "12:00"]
    assert chart.bars == columns([(FIRST, 5, 1), (FIRST, 0, 0), (FIRST, 8, 8)]).bars
