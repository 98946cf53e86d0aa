"""Somebody who asks for the first time, for a son's small plant, and names no matter."""

from __future__ import annotations

import pytest

from tests.handlers.talk import Talk, check, said

SON = "你好啊我想问一下我儿子在崂山开了个小厂做仪器的听说现在国家有补助不知道能不能申请要找谁啊我年纪大了不会弄电脑"


@pytest.mark.parametrize("asked", ["想问一下我家孩子开厂能不能拿补助", SON])
async def test_a_relatives_enterprise_is_an_enterprise(asked: str) -> None:
    """They are not turned away: a phone to call, and what fits or the first question."""
    answer = await Talk().say(asked)
    check(answer)
    text = said(answer)
    assert "不归这里管" not in text
    assert text.startswith("☎ 想直接打电话问：政务服务便民热线12345。")


async def test_what_was_told_counts() -> None:
    """The place and the trade are taken from the story, and the next question builds on them: no wrong award."""
    talk = Talk()
    assert "按您说的（崂山区、制造业）" in said(await talk.say(SON))
    answer = await talk.say("就是那个评什么专精特新的能给多少钱啊谢谢你")
    check(answer)
    assert "单项冠军" not in said(answer)
    assert "平度市" in said(answer)


@pytest.mark.parametrize("asked", ["我家孩子上学有补助吗", "俺孩子上幼儿园给补贴不", "我儿子结婚有没有补贴"])
async def test_their_other_matters_stay_foreign(asked: str) -> None:
    """A school is no plant."""
    assert "我只回答青岛市惠企政策" in said(await Talk().say(asked))
