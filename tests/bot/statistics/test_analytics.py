"""Pictures of many days: what is added up, and what is not shown."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import pytest

from bot.statistics.analytics import TOP, Picture, picture
from bot.statistics.tally import (
    ASKED,
    COMPLAINED,
    DISTRICT,
    INTENT,
    MORE,
    POLICY,
    TOOK,
    UNIT,
    UNIT_FOUND,
    UNIT_VAIN,
    VAIN,
)
from bot.store.marks import FEW
from bot.store.tallies import Cell
from bot.store.turnover import LOST, WON
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


def told(intent: str, count: int, people: Iterable[int] = CROWD, *, day: int = 0) -> list[Cell]:
    """What is counted of so many questions of one intent."""
    people = list(people)
    kinds = {"offtopic": VAIN, "complaint": COMPLAINED}
    also = [cell(kinds[intent], count, people, day=day)] if intent in kinds else []
    asked = [cell(ASKED, count, people, day=day), cell(INTENT, count, people, value=intent, day=day)]
    return [*asked, *also]


def test_days_are_added_up() -> None:
    """Totals are sums of days; days without a count are there with nothing."""
    found = painted(*told("policy", 10), *told("policy", 26, day=2), *told("offtopic", 4, range(9), day=2))
    assert (found.asked, found.vain, found.share) == (40, 4, 0.1)
    assert [day.asked for day in found.days] == [10, 0, 30]


def test_what_few_people_did_is_not_shown() -> None:
    """Fewer than FEW people hide a figure, however large it is; FEW show it."""
    assert painted(cell(ASKED, 90, range(FEW - 1))).asked is None
    assert painted(cell(ASKED, 90, range(FEW))).asked == 90


def test_people_are_not_counted_twice_over_a_change_of_the_secret() -> None:
    """Four before and four after it hide a figure, for they may be the same; FEW on either side show it."""
    old, new = [(1 << 12) | n for n in range(4)], [(2 << 12) | n for n in range(FEW)]
    hidden = painted(cell(ASKED, 40, old), cell(ASKED, 40, new[:4], day=1))
    assert hidden.asked is None
    assert painted(cell(ASKED, 40, old), cell(ASKED, 40, new, day=1)).asked == 80


def test_people_are_counted_over_all_days() -> None:
    """A figure of many days may be shown where none of its days may; one person on many days stays one."""
    apart = painted(*[cell(ASKED, 2, {day}, day=day) for day in range(5)], days=5)
    assert (apart.asked, [day.asked for day in apart.days]) == (10, [None] * 5)
    assert painted(*[cell(ASKED, 2, {7}, day=day) for day in range(5)], days=5).asked is None


def test_a_figure_cannot_be_told_from_the_rest() -> None:
    """What is hidden stands together, with the next smallest where it would be alone."""
    intents = [cell(INTENT, 50, value="policy"), cell(INTENT, 9, value="amount"), cell(INTENT, 2, {1}, value="list")]
    found = painted(*intents)
    assert [(figure.name, figure.count) for figure in found.intents] == [("policy", 50), ("", 11)]


def test_two_that_are_hidden_are_not_enough() -> None:
    """Of 25 questions 23 are one intent and two others were asked once each: the 2 that are left would tell both."""
    found = painted(*told("policy", 23, range(23)), *told("subscribe", 1, {30}), *told("staff", 1, {31}))
    assert (found.asked, [(figure.name, figure.count) for figure in found.intents]) == (25, [("", 25)])


@pytest.mark.parametrize("intent", ["complaint", "offtopic"])
def test_what_an_intent_hides_is_told_nowhere_else(intent: str) -> None:
    """Hidden beside the one question to staff, complaints and questions in vain are hidden above and by day too."""
    found = painted(*told("policy", 23, range(23)), *told(intent, 6, range(6)), *told("staff", 1, {50}), days=1)
    assert (found.asked, [(figure.name, figure.count) for figure in found.intents]) == (30, [("policy", 23), ("", 7)])
    figures = (found.complained,) if intent == "complaint" else (found.vain, found.share, found.days[0].vain)
    assert set(figures) == {None}


def test_the_few_with_an_answer_are_not_told_by_the_many_without() -> None:
    """Of six people one had an answer: how many had none is hidden, over all days and on each."""
    found = painted(*told("offtopic", 5, range(5)), *told("policy", 1, {7}))
    assert (found.asked, found.vain, found.days[0].vain) == (6, None, None)
    busy = painted(
        *told("offtopic", 5), *told("policy", 1, {7}), *told("policy", 40, day=1), *told("offtopic", 9, day=1)
    )
    assert (busy.asked, [day.asked for day in busy.days]) == (55, [6, 49, 0])
    assert (busy.vain, [day.vain for day in busy.days]) == (14, [None, None, 0])


def test_days_that_are_hidden_are_many_enough() -> None:
    """A day of one person is not what is left of the whole; nor are five such days, each of one question."""
    alone = painted(*told("policy", 9, day=0), *told("policy", 7, day=1), *told("policy", 1, {9}, day=2))
    assert (alone.asked, [day.asked for day in alone.days]) == (17, [9, None, None])
    apart = painted(*[one for n in range(5) for one in told("policy", 1, {n}, day=n)], days=6)
    assert (apart.asked, [day.asked for day in apart.days]) == (5, [None] * 6)


def test_policies_are_called_by_their_titles_and_only_the_most_asked_stand_there() -> None:
    """The largest come first; one that is gone from the corpus is called by its id."""
    found = painted(cell(POLICY, 7, value="q91-1"), cell(POLICY, 9, value="gone-1"))
    assert [(figure.name, figure.count) for figure in found.policies] == [("gone-1", 9), ("鼓励技术改造", 7)]
    many = painted(*[cell(DISTRICT, n + 1, value=f"区{n}") for n in range(TOP + 5)])
    assert len(many.districts) == TOP


def test_units_say_how_much_of_theirs_was_in_vain() -> None:
    """What was answered is told only where both figures it follows from are, and FEW people had the answers."""
    found = painted(cell(UNIT, 20, value="甲处"), cell(UNIT_VAIN, 5, value="甲处"), cell(UNIT_FOUND, 15, value="甲处"),
                    cell(UNIT, 9, value="乙处"), cell(UNIT_VAIN, 3, {1}, value="乙处"),
                    cell(UNIT_FOUND, 6, value="乙处"), cell(UNIT, 6, range(6), value="丙处"),
                    cell(UNIT_VAIN, 5, value="丙处"), cell(UNIT_FOUND, 1, {5}, value="丙处"))  # fmt: skip
    assert [(desk.name, desk.asked, desk.vain, desk.answered) for desk in found.units] == [
        ("甲处", 20, 5, 15),
        ("乙处", 9, None, None),
        ("丙处", 6, None, None),
    ]


def test_of_what_was_counted_before_the_answers_were_nothing_is_told() -> None:
    """Whose the answers of a unit were is not known for days of before: what follows from them is hidden."""
    found = painted(cell(UNIT, 20, value="甲处"), cell(UNIT_VAIN, 5, value="甲处"))
    assert [(desk.asked, desk.vain) for desk in found.units] == [(20, None)]


def test_subscriptions_are_told_as_all_else_is() -> None:
    """What was made and what ended, over all days and on each; of few people not."""
    found = painted(cell(WON, 8), cell(WON, 9, day=1), cell(LOST, 6, {1, 2}))
    assert (found.won, found.lost) == (17, None)
    assert [(day.won, day.lost) for day in found.days] == [(8, None), (9, 0), (0, 0)]


def test_how_fast_answers_came() -> None:
    """Half of the answers, and nearly all, came within a slot; of too few people it is not told."""
    found = painted(cell(TOOK, 60, value="0.1"), cell(TOOK, 30, value="0.25"), cell(TOOK, 10, value=MORE))
    assert (found.median, found.nearly_all) == ("0.1", MORE)
    assert painted(cell(TOOK, 60, {1, 2}, value="0.1")).median == ""
