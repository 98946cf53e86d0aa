"""Selling what one has is not buying."""

from __future__ import annotations

from time import process_time

import pytest

from handlers.selling import SOLD
from tests.handlers.talk import Talk, check, said


@pytest.mark.parametrize(
    ("words", "thing"),
    [
        ("卖设备", "设备"),
        ("卖渔船", "渔船"),
        ("我想卖渔船有补贴吗", "渔船"),
        ("旧设备卖了能补吗", "设备"),
        ("厂里有两台旧机床想转让有没有补贴", "机床"),
        ("处理旧设备有补贴吗", "设备"),
        ("设备想卖掉", "设备"),
    ],
)
async def test_selling_is_told_that_there_is_nothing(words: str, thing: str) -> None:
    """No policy that pays for buying is shown for it; what there is for buying is offered to be tapped."""
    answer = await Talk().say(words)
    check(answer)
    assert answer.policies == ()
    assert said(answer).startswith(f"资料里没有卖{thing}给补贴的政策")
    assert f"买{thing}" in said(answer)


@pytest.mark.parametrize(
    ("words", "policy"),
    [
        ("旧设备卖了换新的能补吗", "q91-1"),
        ("光卖机器不挣钱想连修带保养有支持吗", "q91-13"),
        ("鱿鱼拉回来卖给青岛加工厂有补贴吗", "xh49-39"),
        ("买设备", "q91-1"),
        ("买渔船", "xh49-39"),
    ],
)
async def test_who_renews_or_sells_services_is_answered(words: str, policy: str) -> None:
    """Whoever buys new for old, sells with service, or sells a catch, has policies."""
    assert (await Talk().say(words)).policies[0] == policy


@pytest.mark.parametrize(
    ("words", "policy"),
    [
        ("拿过补贴的船卖了要还钱吗", "xh49-39"),
        ("渔船补贴拿了，船卖了补贴要退吗", "xh49-39"),
        ("旧设备卖了补贴要不要退回", "q91-1"),
        ("拿了技改补贴的设备能卖吗", "q91-1"),
    ],
)
async def test_whether_money_has_to_be_given_back_is_told_by_the_papers(words: str, policy: str) -> None:
    """No text of what paid for it says so: that is said, and who knows."""
    answer = await Talk().say(words)
    check(answer)
    assert answer.policies == (policy,)
    assert "卖掉要不要退钱，资料里没有写，请问责任单位" in said(answer)


@pytest.mark.parametrize(
    "words", ["卖机器人", "卖机器狗", "卖船舶配件", "卖船用发动机", "船厂卖船", "卖仪器仪表有补贴吗"]
)
async def test_part_of_another_word_is_nothing_that_is_sold(words: str) -> None:
    """A robot is no machine of theirs, and a ship's engine no ship."""
    text = said(await Talk().say(words))
    assert "给补贴的政策，卖旧的" not in text


async def test_a_line_of_production_may_be_sold() -> None:
    """生产线 is no word of producing."""
    assert "资料里没有卖生产线给补贴的政策" in said(await Talk().say("想转让生产线"))


@pytest.mark.parametrize("char", ["旧", "卖", "船", "处理旧"])
def test_a_long_message_takes_no_long_time(char: str) -> None:
    """However often a word stands there, from each place only a few words on are tried: fifty of the longest messages
    take a fraction of a second, and took four while each was tried to its end."""
    began = process_time()
    assert not any(SOLD.search(char * (2047 // len(char))) for _ in range(50))
    assert process_time() - began < 1.0
