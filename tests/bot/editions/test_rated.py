"""The rated questions that ship with the corpus, and how an answer is judged."""

from __future__ import annotations

import msgspec

from bot.editions.rated import FLOORS, judge
from bot.parts import Rated
from tests.corpus import DATA
from tests.scoring import FOLDER


def test_the_set_that_ships_is_the_one_the_bot_is_built_with() -> None:
    """data/rated.jsonl holds every question of the development set with what it expects."""
    shipped = [msgspec.json.decode(line, type=Rated) for line in (DATA / "rated.jsonl").read_bytes().splitlines()]
    lines = (FOLDER / "dev.jsonl").read_bytes().splitlines()
    fields = ("id", "text", "intent", "expect", "acceptable", "acceptable_intents")
    built = [msgspec.json.decode(line) for line in lines]
    assert len(shipped) == len(built) >= 260
    for one, other in zip(shipped, built, strict=True):
        assert [getattr(one, f) for f in fields] == [_plain(other.get(f, ())) for f in fields]


def _plain(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def judged(answered: str, *named: str, **rated: object) -> dict[str, float]:
    """The figures of an answer."""
    question = msgspec.convert({"id": "m", "text": "", "intent": "policy", **rated}, Rated)
    return dict(judge(question, answered, named))


def test_an_answer_is_judged() -> None:
    """By its first policy, its first three, its whole set, or by naming none."""
    assert judged("policy", "b", "a", expect=("a",)) == {"intent": 1, "hit1": 0, "hit3": 1}
    assert judged("policy", "b", "c", "d", "a", expect=("a",))["hit3"] == 0
    assert judged("list", *"abcde", intent="list", expect=tuple("abcd"), acceptable=("e",))["list_f1"] == 1
    assert judged("offtopic", "a", intent="offtopic") == {"intent": 1, "reject": 0}
    assert judged("list", intent="offtopic", acceptable_intents=("list",)) == {"intent": 1, "reject": 1}


def test_every_figure_has_a_floor() -> None:
    """None can be lost without limit."""
    whole = judged("list", *"abcd", intent="list", expect=tuple("abcd"))
    assert set(FLOORS) == {*whole, "reject"}
