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


@pytest.mark.parametrize(
    "asked",
    [
        "我是做制造业的，有什么补贴",
        "我是做机械加工的，有什么补贴",
        "机加工企业有什么补贴",
        "机械厂补贴",
        "铸造厂有补贴吗",
        "做模具的能拿什么补贴",
        "印刷厂有政策吗",
        "五金加工有补贴没",
        "注塑厂补贴",
        "服装厂有什么扶持",
        "家具厂有补助吗",
        "食品厂有什么补贴",
        "化工厂能补多少",
        "饲料厂有什么政策",
        "做汽配的有补贴吗",
        "橡胶企业补贴",
    ],
)
async def test_who_makes_things_is_led_as_a_manufacturer(asked: str) -> None:
    """A trade that no policy pays for by its name is manufacturing: what fits, and the next question."""
    answer = await Talk().say(asked)
    check(answer, asked)
    assert answer.intent == "list"
    text = said(answer)
    assert text.startswith("按您说的（制造业）：")
    assert "企业在哪个区（市）？" in text


@pytest.mark.parametrize(("asked", "policy"), [("新药补贴", "q91-27"), ("机械厂买设备有补贴吗", "q91-1")])
async def test_a_matter_that_is_named_is_answered_itself(asked: str, policy: str) -> None:
    """What they ask of leads, whatever trade they are of."""
    assert (await Talk().say(asked)).policies[0] == policy
