"""What people can be interested in, held against the corpus."""

from __future__ import annotations

import pytest

from bot.interests import Interests, concerning, spellings
from bot.notices import Criterion
from tests.small import small_corpus


@pytest.mark.parametrize(
    ("kind", "value", "ids"),
    [
        ("topic", "技术改造", ("q91-1", "q91-10")),
        ("district", "崂山区", ("q91-10",)),
        ("district", "市", ("q91-1", "q91-2")),
        ("unit", "市工信局投资处", ("q91-1", "q91-2")),
        ("all", "", ("q91-1", "q91-2", "q91-10")),
        ("expiring", "", ("q91-1", "q91-2")),
        ("word", "备用电源", ("q91-2",)),
        ("word", "再给一半", ("q91-10",)),
        ("word", "机器换人", ("q91-1", "q91-10")),
        ("word", "氢能", ()),
        ("word", "I芯片", ()),
        ("topic", "氢能", ()),
    ],
)
def test_what_a_subscription_covers(kind: str, value: str, ids: tuple[str, ...]) -> None:
    """By name, by place, by desk, by any word of the texts or what the lexicon says it means; no half of a word."""
    assert concerning(small_corpus(), kind, value) == ids


def test_spellings() -> None:
    """A word is found as it is folded, and as what it means."""
    assert spellings(small_corpus(), "機器換人") == {"机器换人", "技改"}
    assert spellings(small_corpus(), "——") == frozenset()


def test_criteria_of_a_policy() -> None:
    """People's own words first, then topics, units, the district, and those who want everything."""
    interests = Interests(small_corpus(), ["套装", "氢能"])
    assert [(c.kind, c.value) for c in interests.criteria("q91-2")] == [
        ("word", "套装"),
        ("topic", "首台套"),
        ("unit", "市工信局投资处"),
        ("district", "市"),
        ("all", ""),
    ]


def test_wishes_stand_first() -> None:
    """What nothing was there for before is a wish that comes true."""
    interests = Interests(small_corpus(), ["套装"])
    known = interests.of_all(["q91-1", "q91-10"])
    first, second, *rest = interests.criteria("q91-2", known)
    assert (first, second) == (
        Criterion(kind="word", value="套装", wish=True),
        Criterion(kind="topic", value="首台套", wish=True),
    )
    assert not any(criterion.wish for criterion in rest)
