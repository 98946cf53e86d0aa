"""Names with a slip in them, of which nothing is found as they are typed."""

from __future__ import annotations

import pytest

from tests.handlers.talk import Talk, check, said


@pytest.mark.parametrize(
    ("typed", "name", "policy"),
    [
        ("单贯军", "单项冠军", "q91-2"),
        ("单贯军奖多少", "单项冠军", "q91-2"),
        ("高qi", "高企", "q91-68"),
        ("技盖", "技改", "q91-1"),
        ("技gai找谁", "技改", "q91-1"),
    ],
)
async def test_one_slip_is_understood(typed: str, name: str, policy: str) -> None:
    """What it was taken for is said, and what was asked of it is answered."""
    answer = await Talk().say(typed)
    check(answer)
    assert answer.policies[0] == policy
    assert f"按“{name}”找到的：" in said(answer).split("\n")[0]


async def test_what_was_asked_of_it_is_answered() -> None:
    """The name alone is put right: a sum is a sum, a phone a phone."""
    assert (await Talk().say("单贯军奖多少")).intent == "amount"
    assert (await Talk().say("技gai找谁")).intent == "contact"


async def test_the_talk_goes_on_from_there() -> None:
    """What was understood is at hand for the next question."""
    talk = Talk()
    await talk.say("技gai")
    assert (await talk.say("找谁办")).policies[0] == "q91-1"


@pytest.mark.parametrize(
    "words", ["大桥", "食堂", "海水浴场", "你是谁呀", "房子", "小朋友", "abc", "qqq", "高", "深圳技盖"]
)
async def test_what_is_near_no_name_is_not_bent_to_one(words: str) -> None:
    """Two slips, a foreign matter or another city's are no misspelling."""
    assert (await Talk().say(words)).policies == ()


@pytest.mark.parametrize("words", ["智能公厂", "智能公厂怎么申报", "数字化车监"])
async def test_a_name_that_is_only_pronounced_so_goes_before_pieces_of_other_words(words: str) -> None:
    """智能公 is a piece of 人工智能公司, whose policy is over: the smart factory was meant."""
    answer = await Talk().say(words)
    check(answer)
    assert answer.policies[0] in {"q91-3", "q91-39"}


@pytest.mark.parametrize("words", ["is there any R&D support", "what can I get for R&D", "do you have R&D grants"])
async def test_english_words_that_carry_no_matter_hide_none(words: str) -> None:
    """R&D among them is what is asked of."""
    assert (await Talk().say(words)).policies[:1] == ("q91-71",)


async def test_who_pays_for_computing_is_told_what_is_in_force() -> None:
    """A subsidy for centres is not for whoever rents GPUs."""
    answer = await Talk().say("GPU算力费用 cover 多少")
    assert (answer.intent, answer.policies[0]) == ("amount", "q91-18")


async def test_what_they_just_got_is_one_thing() -> None:
    """海参良种场 is a breeding farm, and no farm beside sea cucumbers; two things in a row are two."""
    assert (await Talk().say("海参良种场刚评上国家级")).policies[0] == "xh49-37"
    assert {"q91-69", "q91-68"} <= set((await Talk().say("高企小巨人都刚评上，各奖多少")).policies)


async def test_tuna_is_not_reckoned_as_the_deep_frozen() -> None:
    """The paper pays 800元 for that alone: of tuna that nobody calls so it is asked."""
    assert "可得" not in said(await Talk().say("金枪鱼运回300吨"))
    assert "300吨×800元=24万元" in said(await Talk().say("超低温金枪鱼运回300吨"))


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("充电宝", "充电桩"), ("租设备", "买设备"), ("修设备", "买设备"), ("买游船", "买渔船"), ("消费者", "消费品"),
        ("联合国", "联合体"), ("电动门", "电动车"), ("三胎奖", "三等奖"), ("购置费", "购置税"),
    ],
)  # fmt: skip
async def test_a_short_word_of_another_sound_is_asked_about(word: str, name: str) -> None:
    """It may be a word of its own: whoever rents equipment is not told what pays for buying it, unless they say so."""
    talk = Talk()
    answer = await talk.say(word)
    assert answer.policies == ()
    assert f"没有“{word}”。您是不是想问：" in said(answer)
    assert (await talk.say(name)).policies != ()


@pytest.mark.parametrize("words", ["科技馆", "科技馆有补贴吗", "绿色蔬菜", "绿色蔬菜有补贴吗"])
async def test_another_word_with_the_same_beginning_is_no_slip(words: str) -> None:
    """科技馆 is not 科技攻关 heard badly: two characters at an end are others."""
    answer = await Talk().say(words)
    check(answer)
    assert answer.policies == ()
    assert "没有叫" not in said(answer)
