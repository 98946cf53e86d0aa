"""Pictures of many days: what is added up, and what is not shown."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from bot.analytics import TOP, Picture, picture
from bot.store.tallies import FEW, Cell
from bot.tally import ASKED, DISTRICT, INTENT, MORE, POLICY, TOOK, UNIT, UNIT_VAIN, VAIN
from tests.small import small_corpus

FIRST = date(2026, 11, 1)
CROWD = frozenset(range(FEW))


def cell(kind: str, count: int, people: Iterable[int] = CROWD, *, value: str = "", day: int = 0) -> Cell:
    """A count of the n-th day."""
    on = (FIRST + timedelta(days=day)).isoformat()
    return Cell(day=on, kind=kind, value=value, count=count, people=frozenset(people))


def painted(*cells: Cell, days: int = 3) -> Picture:
    """The picture of so many days."""
    return picture(cells, first=FIRST, last=FIRST + timedelta(days=days - 1), corpus=small_corpus())


def test_days_are_added_up() -> None:
    """Totals are sums of days; days without a count are there with nothing."""
    found = painted(cell(ASKED, 10), cell(ASKED, 30, day=2), cell(VAIN, 4, day=2))
    assert (found.asked, found.vain, found.share) == (40, 4, 0.1)
    assert [day.asked for day in found.days] == [10, 0, 30]


def test_what_few_people_did_is_not_shown() -> None:
    """Fewer than FEW people hide a figure, however large it is; FEW show it."""
    assert painted(cell(ASKED, 90, range(FEW - 1))).asked is None
    assert painted(cell(ASKED, 90, range(FEW))).asked == 90


def test_people_are_counted_over_all_days() -> None:
    """A figure of many days may be shown where none of its days may; one person on many days stays one."""
    apart = painted(*[cell(ASKED, 2, {day}, day=day) for day in range(5)], days=5)
    assert (apart.asked, [day.asked for day in apart.days]) == (10, [None] * 5)
    assert painted(*[cell(ASKED, 2, {7}, day=day) for day in range(5)], days=5).asked is None


def test_a_figure_cannot_be_told_from_the_rest() -> None:
    """Where one alone would be hidden, the next smallest is hidden with it."""
    intents = [cell(INTENT, 50, value="policy"), cell(INTENT, 9, value="amount"), cell(INTENT, 2, {1}, value="list")]
    found = painted(*intents)
    assert [(figure.name, figure.count) for figure in found.intents] == [
        ("policy", 50),
        ("amount", None),
        ("list", None),
    ]


def test_policies_are_called_by_their_titles_and_only_the_most_asked_stand_there() -> None:
    """The largest come first; one that is gone from the corpus is called by its id."""
    found = painted(cell(POLICY, 7, value="q91-1"), cell(POLICY, 9, value="gone-1"))
    assert [(figure.name, figure.count) for figure in found.policies] == [("gone-1", 9), ("鼓励技术改造", 7)]
    many = painted(*[cell(DISTRICT, n + 1, value=f"区{n}") for n in range(TOP + 5)])
    assert len(many.districts) == TOP


def test_units_say_how_much_of_theirs_was_in_vain() -> None:
    """What was answered is told only where both figures it follows from are."""
    found = painted(cell(UNIT, 20, value="甲处"), cell(UNIT_VAIN, 5, value="甲处"), cell(UNIT, 9, value="乙处"),
                    cell(UNIT_VAIN, 3, {1}, value="乙处"))  # fmt: skip
    assert [(desk.name, desk.asked, desk.vain, desk.answered) for desk in found.units] == [
        ("甲处", 20, 5, 15),
        ("乙处", 9, None, None),
    ]


def test_how_fast_answers_came() -> None:
    """Half of the answers, and nearly all, came within a slot; of too few people it is not told."""
    found = painted(cell(TOOK, 60, value="0.1"), cell(TOOK, 30, value="0.25"), cell(TOOK, 10, value=MORE))
    assert (found.median, found.nearly_all) == ("0.1", MORE)
    assert painted(cell(TOOK, 60, {1, 2}, value="0.1")).median == ""
