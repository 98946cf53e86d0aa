"""What we cannot answer."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest

from bot.statistics.tally import UNFOUND
from handlers import ROUTER
from handlers.fallback import APOLOGY, SLOWER
from handlers.welcome import EXAMPLES
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


async def test_a_second_failure_in_a_row_offers_more() -> None:
    """The first names staff and the hotline; the second goes step by step; a card ends the row."""
    talk = Talk()
    first = said(await talk.say("随便说说天马行空"))
    assert "12345" in first
    second = said(await talk.say("嗯那个那个那个事儿"))
    assert second != first
    assert "我们能报什么" in second
    await talk.say("绿色工厂")
    assert "没说到点上" not in said(await talk.say("天马行空天马行空"))


async def test_only_a_noun_is_quoted() -> None:
    """A scrap of a sentence is no matter; the hotline's number is explained."""
    for asked in ("帮我写一份申请书", "你们靠谱吗", "你几点睡"):
        assert said(await Talk().say(asked)).startswith("这个我答不了。"), asked
    assert said(await Talk().say("社保怎么交")).startswith("“社保”不归这里管。")
    assert said(await Talk().say("12345")).startswith("12345是政务服务便民热线，直接拨打就行")


def test_who_sends_too_much_is_told_so() -> None:
    """They learn that this one was not answered, and when to send it again; staff are not told that it was in vain."""
    assert "没有处理" in said(SLOWER)
    assert "再发一次" in said(SLOWER)
    assert SLOWER.intent not in UNFOUND
    assert ROUTER.slower == SLOWER


async def test_suggestions_stand_one_to_a_line() -> None:
    """However narrow the phone, no suggestion is broken in two."""
    lines = said(await Talk().say("今天天气")).split("\n")
    assert lines[lines.index("可以这样问：") + 1 :] == [f"· {words}" for words in (*EXAMPLES, "都有哪些政策")]
