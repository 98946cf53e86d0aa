"""Offices as people call them, and who is really in charge of a matter."""

from __future__ import annotations

import pytest

from tests.handlers.talk import Talk, check, said


@pytest.mark.parametrize(
    ("words", "offices"),
    [
        ("海洋局电话", ("市海洋发展局", "西海岸新区海洋发展局")),
        ("财政局电话", ("市财政局", "西海岸新区财政局")),
        ("工信局电话", ("市工业和信息化局", "崂山区工业和信息化局", "平度市工业和信息化局", "西海岸新区工信局")),
        ("找科技局还是工信局", ("市科技局", "市工业和信息化局")),
    ],
)
async def test_an_office_without_its_place_is_all_of_that_name(words: str, offices: tuple[str, ...]) -> None:
    """Nobody is shown some policy's desk for it: each office stands with its phone, or that none is listed."""
    answer = await Talk().say(words)
    check(answer)
    assert answer.intent == "contact"
    for office in offices:
        assert f"☎ {office}：" in said(answer)


@pytest.mark.parametrize("words", ["海洋局在哪", "工信局地址", "科技局在哪里"])
async def test_where_an_office_is_is_said_not_to_be_written(words: str) -> None:
    """No paper prints an address of it."""
    answer = await Talk().say(words)
    check(answer)
    assert "📍 地址：资料没有给出" in said(answer)


@pytest.mark.parametrize("words", ["工信局几点上班", "工信局什么时候上班"])
async def test_when_an_office_is_open_is_told_by_the_usual_hours(words: str) -> None:
    """The hours are those of the desks."""
    answer = await Talk().say(words)
    check(answer)
    assert "现在不在上班时间" in said(answer)


@pytest.mark.parametrize(
    ("words", "matter", "office", "policy"),
    [
        ("科技局管高企吗", "高企", "市科技局", "q91-68"),
        ("科技局高企谁管", "高企", "市科技局", "q91-68"),
        ("绿色工厂归发改委管吗", "绿色工厂", "市发展改革委", "q91-14"),
    ],
)
async def test_an_office_that_has_not_the_matter_is_told_apart_from_the_one_that_has(
    words: str, matter: str, office: str, policy: str
) -> None:
    """What another office has of its own is no answer: whose it is by the papers is told, under a line that says so."""
    answer = await Talk().say(words)
    check(answer)
    assert said(answer).startswith(f"“{matter}”不在{office}负责的政策里，资料里负责的是：")
    assert answer.policies[0] == policy


async def test_of_two_offices_the_one_that_has_it_is_told() -> None:
    """技改找科技局还是工信局: the desk of the one."""
    answer = await Talk().say("技改找科技局还是工信局")
    check(answer)
    assert answer.policies == ("q91-1",)
    assert "85911248" in said(answer)


@pytest.mark.parametrize(
    ("words", "name"),
    [("商务局电话", "“商务局”"), ("平度科技局电话", "平度市“科技局”"), ("高新区管委会在哪", "高新区“管委会”")],
)
async def test_an_office_of_no_policy_is_said_not_to_be_here(words: str, name: str) -> None:
    """By its name, with its place if one was named, and where to ask."""
    answer = await Talk().say(words)
    check(answer)
    assert answer.policies == ()
    assert f"资料里的政策没有由{name}负责的" in said(answer)


@pytest.mark.parametrize(
    ("words", "policy"),
    [("工信局技改处电话", "q91-1"), ("人社局的人才补贴", "xh49-33"), ("技改该找哪个局", "q91-1")],
)
async def test_a_desk_or_an_office_that_has_it_is_answered_as_before(words: str, policy: str) -> None:
    """Where the office and the matter belong together, the policy is told."""
    assert (await Talk().say(words)).policies[0] == policy


@pytest.mark.parametrize(
    ("words", "line"), [("海洋局管这个吗", "市海洋发展局是这条"), ("发改委管这个吗", "市发展改革委不是这条")]
)
async def test_whether_an_office_has_the_policy_at_hand(words: str, line: str) -> None:
    """Yes or no by the papers, and who it is."""
    talk = Talk()
    await talk.say("渔船更新")
    answer = await talk.say(words)
    check(answer)
    assert answer.policies == ("xh49-39",)
    assert said(answer).startswith(f"{line}的责任单位")


async def test_a_tax_office_has_not_all_of_a_matter() -> None:
    """高企是科技局还是税务局: what the tax offices have of it is said to be that, over all desks of the matter."""
    answer = await Talk().say("高企是科技局还是税务局")
    check(answer)
    assert answer.policies[:1] == ("q91-68",)
    assert said(answer).startswith(
        "开发区税务局、黄岛区税务局负责的是“高企所得税和研发加计扣除等税费优惠”。“高企”的政策各由不同单位负责："
    )


async def test_each_of_two_offices_is_said_to_have_what_it_has() -> None:
    """None is said to be in charge of the other's."""
    text = said(await Talk().say("人才补贴找组织部还是人社局"))
    assert text.startswith(
        "市委组织部负责的是“加强海洋人才激励”；西海岸新区人社局负责的是“订单式人才培养和高技能人才补助”。"
    )


async def test_an_office_of_no_policy_is_no_part_of_the_matter() -> None:
    """绿色工厂是工信局还是生态环境局: of 绿色工厂."""
    answer = await Talk().say("绿色工厂是工信局还是生态环境局")
    check(answer)
    assert "“绿色工厂是" not in said(answer)


@pytest.mark.parametrize("words", ["是工信局还是发改委", "找科技局还是工信局"])
async def test_of_two_offices_the_one_that_has_the_policy_at_hand_is_told(words: str) -> None:
    """No list of offices where a policy stands open."""
    talk = Talk()
    await talk.say("技改")
    answer = await talk.say(words)
    check(answer)
    assert answer.policies == ("q91-1",)
    assert said(answer).startswith("市工业和信息化局是这条的责任单位")


@pytest.mark.parametrize("words", ["高新区管委电话", "高新区管委会电话"])
async def test_the_board_of_the_high_tech_zone_has_desks(words: str) -> None:
    """They are its board's, and one of them has a number."""
    answer = await Talk().say(words)
    check(answer)
    assert "82020765" in said(answer)
