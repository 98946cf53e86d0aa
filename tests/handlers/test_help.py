"""Greetings, and what can be asked."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest

from handlers.help import ASKABLE, OWN
from tests.handlers.talk import Talk, check, said, written


@pytest.mark.parametrize(
    ("words", "reply"),
    [
        ("你好", "您好，请直接说想问的惠企政策"),
        ("在吗", "您好，请直接说想问的惠企政策"),
        ("谢谢", "不客气"),
        ("thanks", "不客气"),
        ("OK", "不客气"),
        ("再见", "再见"),
    ],
)
async def test_small_talk(words: str, reply: str) -> None:
    """A greeting gets a greeting, thanks get a short word, and a parting a parting."""
    answer = await Talk().say(words)
    assert answer.intent == "greeting"
    assert reply in said(answer)


@pytest.mark.parametrize("words", ["怎么用", "你能干什么", "帮助", "help"])
async def test_how_to_ask(words: str) -> None:
    """Each kind of question stands there with an example."""
    answer = await Talk().say(words)
    check(answer)
    assert answer.intent == "help"
    assert all(label in said(answer) for label, _ in (*ASKABLE, *OWN))


async def test_every_example_works() -> None:
    """Each example, tapped, is answered with policies, or does what it says."""
    links = re.findall(r"msgmenucontent=([^&]+)&", written(await Talk().say("怎么用")))
    assert [unquote(words) for words in links] == [example for _, example in (*ASKABLE, *OWN)]
    for _, example in ASKABLE:
        assert (await Talk().say(example)).policies, example
    assert [(await Talk().say(example)).intent for _, example in OWN] == ["subscribe", "unsubscribe", "help"]


async def test_politeness_does_not_hide_a_question() -> None:
    """Words of greeting around a matter leave the matter."""
    assert (await Talk().say("你好，请问技改有补贴吗，谢谢")).policies[0] == "q91-1"
