"""The simulation that docs/scale.md counts with: the same numbers give the same table, and it does what queues do."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from benchmarks.scale import FULL_ENOUGH, PEAK, SERVICE, Model, Outcome, Play, needed, scale

DOCUMENT = (Path(__file__).parent.parent / "docs" / "scale.md").read_text(encoding="utf-8")


def played(**values: float) -> Outcome:
    """A peak of two instances at one millisecond a message, unless it is said otherwise."""
    usual = {"rate": 600.0, "instances": 2, "service": 0.001, "seconds": 20.0}
    return Play(Model(**{**usual, **values})).run()  # type: ignore[arg-type]


def test_it_is_the_same_every_time() -> None:
    """Equal numbers give an equal outcome; another seed another one."""
    assert played() == played()
    assert played() != played(seed=9)


def test_one_message_waits_for_its_own_work_alone() -> None:
    """With nobody else there: the processor time and two commits."""
    outcome = played(rate=0.2, seconds=30.0)
    assert outcome.late == 0
    assert outcome.wait(0.0) == pytest.approx(0.001 + 2 * (0.005 + 0.0001))


def test_load_is_work_by_what_there_is() -> None:
    """600 messages a second at one millisecond on two cores are three tenths."""
    assert played().load == pytest.approx(0.3, rel=0.03)
    assert played(instances=4).load == pytest.approx(0.15, rel=0.03)


def test_more_load_is_more_waiting() -> None:
    """The nearer to what the cores can do, the longer the slowest hundredth waits; beyond that nearly all wait long."""
    waits = [played(rate=rate).wait(0.99) for rate in (200.0, 1000.0, 1700.0, 2400.0)]
    assert waits == sorted(waits)
    assert waits[1] < 0.1
    assert waits[3] > 1.0


def test_the_queue_is_the_one_of_theory() -> None:
    """Where commits take no time and all work is in the reading, one core has the mean wait of Pollaczek and Khinchine,
    and, the answer going through the queue once more, what Little's law says stands in it."""
    outcome = played(rate=700.0, instances=1, commit=0.0, row=0.0, claiming=1.0, seconds=60.0)
    work, load = 0.001, 0.7
    wait = load * work / (2 * (1 - load))
    expected = work + wait + load * (wait + work)
    assert sum(outcome.waits) / len(outcome.waits) == pytest.approx(expected, rel=0.1)


def test_too_few_instances_lose_messages() -> None:
    """Where work comes twice as fast as it can be done, deliveries are repeated and some messages never answered."""
    outcome = played(rate=4000.0, seconds=30.0)
    assert outcome.repeats > 1000
    assert 0.05 < outcome.lost < 1.0
    assert len(outcome.waits) + outcome.late == pytest.approx(4000 * 30, rel=0.02)


def test_an_instance_dies() -> None:
    """What it had in hand is taken over when its lease ends; with room to spare nobody is lost."""
    outcome = played(rate=600.0, dies=10.0)
    assert outcome.lost == 0
    assert 3.0 < outcome.wait(1.0) <= 5.0
    assert outcome.wait(0.99) < 0.1


def test_the_only_instance_dies() -> None:
    """Then all that comes afterwards is lost."""
    outcome = played(rate=100.0, instances=1, dies=10.0)
    assert outcome.lost == pytest.approx(0.5, abs=0.05)


def test_nobody_was_answered() -> None:
    """A wait of nobody is no number."""
    assert math.isnan(played(instances=1, dies=0.0).wait(0.5))


def test_how_many_are_needed() -> None:
    """So many that no core is busier than is meant."""
    assert needed(600.0, 0.001) == 1
    assert needed(601.0, 0.001) == 2
    assert FULL_ENOUGH == 0.6


def test_the_page_has_what_is_simulated() -> None:
    """The lines of docs/scale.md are those the program prints, figure for figure, with what was put in."""
    table = scale(monthly=(3,))
    printed = [line.split() for line in list(table.lines())[2:5]]
    assert len(printed) == 3
    shown = [line.split() for line in DOCUMENT.splitlines()]
    assert [line for line in printed if line not in shown] == []
    assert f"{SERVICE * 1e6:.0f} µs" in DOCUMENT
    assert re.search(rf"\b{PEAK:.0f} times\b", DOCUMENT)
