"""How the platform says no."""

from __future__ import annotations

from bot.emulator.refusals import TEXTS, Refusal


def test_a_refusal_has_the_platforms_words_unless_told_others() -> None:
    """The text belongs to the code; a call may give a more exact one, and more fields."""
    assert Refusal(45015).errmsg == "response out of time limit or subscription is canceled"
    refusal = Refusal(45065, "exists", msg_id=7)
    assert (refusal.errmsg, refusal.extra, str(refusal)) == ("exists", {"msg_id": 7}, "45065 exists")
    assert all(TEXTS.values())
