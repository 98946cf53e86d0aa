"""Passes: sealed, good for a while, for one follower."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.passes import LASTS, Pass, Passes

OPENID, SECRET = "oFollower_0000000000000000001", "0123456789abcdef0123456789abcdef"


def test_it_opens_until_its_end() -> None:
    """For the follower and the time it was made for, in every process with the same secret, and not a moment longer."""
    made = Passes(SECRET).make(OPENID, 100.0)
    assert OPENID not in made
    assert Passes(SECRET).read(made, 99.9 + LASTS) == Pass(OPENID, 100.0)
    assert Passes(SECRET).read(made, 100.0 + LASTS) is None
    assert Passes("another secret").read(made, 100.0) is None


def test_two_are_never_alike() -> None:
    """Whoever sees one cannot guess the next."""
    passes = Passes(SECRET)
    assert passes.make(OPENID, 100.0) != passes.make(OPENID, 100.0)


@given(st.text(max_size=600))
def test_nonsense_opens_nothing(text: str) -> None:
    """Any text but a pass is none, and no error."""
    assert Passes(SECRET).read(text, 0.0) is None


@given(st.integers(min_value=0), st.characters(codec="ascii"))
def test_a_changed_pass_opens_nothing(place: int, char: str) -> None:
    """Whatever character is exchanged for another that means something else."""
    made = Passes(SECRET).make(OPENID, 100.0)
    at = place % (len(made) - 1)  # the last one may hold bits that mean nothing
    changed = made[:at] + char + made[at + 1 :]
    assert Passes(SECRET).read(changed, 0.0) == (Pass(OPENID, 100.0) if changed == made else None)
