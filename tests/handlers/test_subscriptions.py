"""订阅, 退订: honest about what there is not."""

from __future__ import annotations

import pytest

from tests.handlers.talk import Talk, check, said


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        ("订阅技改", "subscribe"),
        ("有新政策通知我", "subscribe"),
        ("我的订阅", "subscribe"),
        ("退订", "unsubscribe"),
        ("别再给我发了", "unsubscribe"),
    ],
)
async def test_nothing_is_promised(words: str, intent: str) -> None:
    """Who wants to be told of news, or no more, is told that nothing is sent."""
    answer = await Talk().say(words)
    check(answer)
    assert (answer.intent, answer.policies) == (intent, ())
    assert "不会" in said(answer)
