"""Who to ask: the desk of a policy, a unit by name, a unit by its phone, and whether somebody is there now."""

from __future__ import annotations

import pytest

from bot.clock import ManualClock
from bot.emulator.phone import Phone
from bot.replies import visible
from tests.handlers.talk import at

DESK = "☎ 市工业和信息化局技术改造与投资处 85911248"


async def move(clock: ManualClock, moment: str) -> None:
    """Set the clock to a moment in Shanghai."""
    await clock.advance(at(moment).timestamp() - clock.time())


async def test_the_desk_of_a_policy(phone: Phone) -> None:
    """技改找谁 names unit and phone, the paper the policy rests on and its state, and the desks of close policies."""
    text = visible((await phone.say("技改找谁")).text)
    assert DESK in text.splitlines()
    assert "✅ 有效，还剩39天（至2026年12月31日）" in text
    assert "（青政发〔2024〕11号）" in text
    assert "（平度市）：平度市工业和信息化局工业信息化科 87361949" in text
    assert "技术改造设备投资奖补（西海岸新区）：西海岸新区工信局（资料未列电话）" in text


async def test_a_unit_with_two_phones(phone: Phone) -> None:
    """消费品产业处电话 names each number with what it is for, and what the unit is responsible for."""
    text = visible((await phone.say("消费品产业处电话")).text)
    line = "☎ 市工业和信息化局消费品产业处：85913536（现代轻工、消费品“三品”）、85912656（生物医药）"
    assert line in text.splitlines()
    assert "负责的政策共8条：" in text
    assert "【促进现代轻工产业提质升级】" in (await phone.say("1")).text


async def test_each_of_several_desks_with_its_matter(phone: Phone) -> None:
    """Where several desks share a policy, each stands with its part of it."""
    text = (await phone.say("首台套找谁")).text
    assert "☎ 市工业和信息化局装备产业处（首台（套）技术装备） 85912660" in text
    assert "☎ 市工业和信息化局原材料产业处（首批次新材料） 85911809" in text
    assert "☎ 市工业和信息化局数字经济产业处（首版次软件） 85913072" in text


@pytest.mark.parametrize("asked", ["85911248是哪", "85911248", "0532-85911248", "０５３２８５９１１２４８是谁的电话"])
async def test_a_phone_names_its_unit(phone: Phone, asked: str) -> None:
    """A number, with or without the area code, is answered with the unit and its policies."""
    text = (await phone.say(asked)).text
    assert "85911248 是：\n☎ 市工业和信息化局技术改造与投资处" in text
    assert "鼓励企业设备更新和技术改造" in text


async def test_a_phone_of_a_unit_with_two(phone: Phone) -> None:
    """A number of a unit that has several is answered with what it is for, and with that part of its policies."""
    text = (await phone.say("85912656是哪")).text
    assert "☎ 市工业和信息化局消费品产业处（生物医药）" in text
    assert "促进现代轻工产业提质升级" not in text


async def test_a_number_that_is_nobodys(phone: Phone) -> None:
    """For a number that is not in the papers no unit is named."""
    text = (await phone.say("85910000是哪")).text
    assert "☎" not in text
    assert "资料里没有这个号码" in text


async def test_a_unit_without_a_phone(phone: Phone) -> None:
    """Where the papers print no number, that is what is said, and nobody is told when to call it."""
    text = (await phone.say("市财政局电话")).text
    assert "☎ 市财政局：资料未列电话" in text
    assert "上班" not in text


async def test_where_a_unit_sits(phone: Phone) -> None:
    """Address and page stand beside the phone where the papers give them."""
    text = (await phone.say("古镇口核心区管委电话")).text
    assert "13210876217" in text
    assert "地址：融合路681号" in text


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        ("2026-11-23T10:30", "现在是上班时间，电话可打到12:00。"),
        ("2026-11-23T14:00", "现在是上班时间，电话可打到17:00。"),
        ("2026-11-23T12:15", "现在不在上班时间，今天13:30上班再打。"),  # lunch
        ("2026-11-23T07:00", "现在不在上班时间，今天09:00上班再打。"),
        ("2026-11-23T18:00", "现在不在上班时间，明天09:00上班再打。"),
        ("2026-11-22T10:00", "现在不在上班时间，明天09:00上班再打。"),  # a Sunday
        ("2026-11-21T10:00", "现在不在上班时间，后天09:00上班再打。"),  # a Saturday
        ("2026-10-01T10:00", "现在不在上班时间，10月8日（周四）09:00上班再打。"),  # the national holiday
        ("2026-10-10T10:00", "现在是上班时间，电话可打到12:00。"),  # a Saturday worked for it
    ],
)
async def test_whether_somebody_is_there_now(phone: Phone, clock: ManualClock, moment: str, state: str) -> None:
    """Beside a phone stands until when it can be called, or from when: lunch, weekends and holidays are known."""
    await move(clock, moment)
    for question in ("技改找谁", "消费品产业处电话", "85911248是哪"):
        assert f"🕘 {state}" in (await phone.say(question)).text


async def test_the_desk_of_what_was_just_shown(phone: Phone) -> None:
    """找谁办 after a card means that policy; without one it asks which."""
    assert "您想问哪项政策" in (await phone.say("找谁办")).text
    await phone.say("单项冠军")
    assert "市工业和信息化局产业政策处 85911315" in (await phone.say("找谁办")).text
