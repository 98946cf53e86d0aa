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
    """Whatever character is exchanged for another."""
    made = Passes(SECRET).make(OPENID, 100.0)
    at = place % len(made)
    changed = made[:at] + char + made[at + 1 :]
    assert Passes(SECRET).read(changed, 0.0) == (Pass(OPENID, 100.0) if changed == made else None)


def test_a_pass_has_one_spelling() -> None:
    """What a decoder would take for the same bytes is none: the other alphabet, letters it passes over, idle bits."""
    passes, letters = Passes(SECRET), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for _ in range(20):  # one in a hundred and thirty has neither - nor _
        made = passes.make(OPENID, 100.0)
        idle = made[:-1] + letters[letters.index(made[-1]) ^ 1]
        for other in (made.replace("_", "/").replace("-", "+"), f"!{made}", f"{made}=", f"{made}====", idle):
            assert passes.read(other, 100.0) is None or other == made
