"""What is mined of the ways people speak of policies."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chinese import Folded
from bot.corpus import read_corpus
from bot.dictionary.sayings import FOREIGN, OFTEN, mine
from bot.errors import CorpusError
from tests.corpus import the_corpus
from tests.small import FILES, write_files


def pairs(folded: Folded) -> Iterable[str]:
    """Every two characters that stand together."""
    for place in range(len(folded.text) - 1):
        if place + 1 not in folded.breaks:
            yield folded.text[place : place + 2]


def mined(
    *, silent: Iterable[str] = (), places: Iterable[str] = (), **sayings: tuple[str, ...]
) -> dict[str, dict[int, float]]:
    """What is mined of sayings, positions given in their order."""
    positions = {name: number for number, name in enumerate(sayings)}
    return mine(sayings, positions, pieces=pairs, silent=frozenset(silent), places=places)


def test_a_piece_speaks_for_whose_lines_have_it() -> None:
    """A piece that one policy's lines have speaks for that policy alone, in any spelling."""
    found = mined(a=("船用發動機",), b=("养鱼大棚",))
    assert set(found["发动"]) == {0}
    assert set(found["大棚"]) == {1}


def test_more_lines_say_more_up_to_a_limit() -> None:
    """The weight grows with the lines that have a piece, is 1 from OFTEN lines on, and a line counts once."""
    weights = [mined(a=tuple(f"大棚{n}" for n in range(lines)))["大棚"][0] for lines in range(1, OFTEN + 2)]
    assert weights == sorted(weights)
    assert weights[-2:] == [1.0, 1.0]
    assert mined(a=("大棚大棚",))["大棚"][0] == weights[0]


def test_what_everybody_says_says_nothing() -> None:
    """A piece that the lines of many policies have is left out."""
    many = {f"p{n}": (f"大棚第{n}号",) for n in range(30)}
    assert "大棚" not in mined(**many)


def test_talk_and_places_are_cut_out() -> None:
    """Neither small talk nor the names of districts become pieces, nor what they would join."""
    found = mined(a=("崂山大棚的水",), places=["崂山"])
    assert set(found) == {"大棚"}


def test_silent_words_stay_silent() -> None:
    """What only asks or fills is no piece."""
    assert "大棚" not in mined(a=("大棚",), silent=["大棚"])


def test_a_saying_of_nobody_is_refused(tmp_path: Path) -> None:
    """Lines under an id that no policy has are an error that names it."""
    folder = write_files(tmp_path, {**FILES, "sayings/x.toml": '[say]\nq91-77 = ["大棚"]\n'})
    with pytest.raises(CorpusError, match="q91-77"):
        read_corpus(folder)


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.lists(st.text("大棚养鱼船水厂", max_size=6)).map(tuple), max_size=6)
)
def test_every_weight_is_a_share(sayings: dict[str, tuple[str, ...]]) -> None:
    """Whatever is said: weights lie above 0 and at 1 or below, and speak for those whose lines have the piece."""
    names = list(sayings)
    for piece, held in mined(**sayings).items():
        for position, weight in held.items():
            assert 0 < weight <= 1
            assert any(piece in line for line in sayings[names[position]])


def test_every_policy_has_sayings() -> None:
    """How people speak is known of each policy, and of what is no policy's matter."""
    corpus = the_corpus()
    assert set(corpus.sayings) == {*corpus.policies, FOREIGN}
    assert min(len(lines) for lines in corpus.sayings.values()) >= 30
