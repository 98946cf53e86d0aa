"""Selling what one has is not buying."""

from __future__ import annotations

import pytest

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
