"""A first line of English for whoever asks in it."""

from __future__ import annotations

import pytest

from tests.handlers.talk import Talk, check, said


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        ("Is there any subsidy for buying new machines for my factory?", "The best match is below"),
        ("phone number for foreign talent policy", "Below, in Chinese: the office in charge. Phone: 85912665"),
        ("what is the weather", "Nothing was found for this."),
    ],
)
async def test_it_says_what_follows(asked: str, line: str) -> None:
    """What stands below and whom to call, and no figure of a policy."""
    answer = await Talk().say(asked)
    check(answer, asked)
    first, _, rest = said(answer).partition("\n")
    assert first.startswith(line)
    assert "%" not in first
    assert rest


@pytest.mark.parametrize("asked", ["jigai butie duoshao", "技改补多少", "DCMM", "AI补贴", "5G工厂 policy"])
async def test_others_are_answered_in_chinese_alone(asked: str) -> None:
    """Pinyin, names and mixed words are no English."""
    assert "in Chinese" not in said(await Talk().say(asked))
