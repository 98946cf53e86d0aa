"""What we cannot answer."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest

from handlers.fallback import APOLOGY
from tests.handlers.talk import Talk, check, said, written


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("北京有什么技改政策", "“北京”的请问当地主管部门"),
        ("考驾照多少钱", "不归这里管"),
        ("国发〔2024〕11号", "资料里没有收录国发〔2024〕11号"),
        ("85910000是哪", "资料里没有这个号码"),
        ("阿巴阿巴阿巴", "没有找到对得上的惠企政策"),
    ],
)
async def test_the_reason_is_told(words: str, reason: str) -> None:
    """Another place, another office's matter, an unknown paper, an unknown number: each is said for what it is."""
    answer = await Talk().say(words)
    check(answer, words)
    assert (answer.intent, answer.policies) == ("offtopic", ())
    assert reason in said(answer)


async def test_there_is_always_a_way_on() -> None:
    """Below stand examples to tap, each of which has an answer."""
    examples = [unquote(w) for w in re.findall(r"msgmenucontent=([^&]+)&", written(await Talk().say("阿巴阿巴阿巴")))]
    assert len(examples) >= 3
    for example in examples:
        assert (await Talk().say(example)).intent != "offtopic"


def test_the_apology() -> None:
    """When something breaks the follower is asked to try again, and is promised nothing else."""
    assert "抱歉" in said(APOLOGY)
    assert APOLOGY.policies == ()
