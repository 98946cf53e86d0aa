"""Is it still in force: today, on another day, in another year; and never the wrong way round."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clock import SHANGHAI
from bot.emulator.phone import Phone
from bot.policies import Policy, Status
from tests.corpus import the_corpus
from tests.handlers.talk import Talk, everything, said, written

WHICH = "您想问哪项政策的有效期？"
ABOUT = ("1", "能补多少", "申报条件", "找谁办", "还有效吗")
SETS = ("崂山区有哪些政策", "高新区有哪些", "首台套有哪些政策", "100万以上的", "装备产业处管什么")
LINE = re.compile(r"^\d+\. .*（.*·(.*)）$", re.MULTILINE)


def ends() -> list[date]:
    """The days on which policies end."""
    found = {the_corpus().period(policy)[1] for policy in everything()}
    return sorted(end for end in found if end is not None)


# Days near the ends of periods are drawn as often as all others together.
DAYS = st.dates(date(2022, 1, 1), date(2029, 12, 31)) | st.builds(
    lambda end, days: end + timedelta(days=days), st.sampled_from(ends()), st.integers(-1, 2)
)


def noon(day: date) -> datetime:
    """The middle of a day in Shanghai."""
    return datetime.combine(day, time(12), SHANGHAI)


async def test_asked_without_a_matter(phone: Phone) -> None:
    """还有效吗 and 2024年能报吗 out of the blue are answered with the question which policy is meant."""
    for asked in ("还有效吗", "2024年能报吗", "2024年能不能报", "明年还能报吗", "到2027年3月1日还有效吗"):
        assert WHICH in (await phone.say(asked)).text


async def test_asked_of_a_policy(phone: Phone) -> None:
    """The answer gives state, last day and days left, the paper and the desk."""
    text = (await phone.say("国家级智能工厂还有效吗")).text
    assert "【推进智能工厂梯度培育】（市级，最高50万元）\n✅ 有效，还剩39天（至2026年12月31日）" in text
    assert "（青政发〔2024〕11号）" in text
    assert "85912660" in text


async def test_asked_of_a_topic(phone: Phone) -> None:
    """Where several policies share the matter, their periods are told in groups, and each can be chosen."""
    text = (await phone.say("单项冠军还有效吗")).text
    assert text.startswith("· 1条：✅ 有效，还剩39天（至2026年12月31日）\n· 1条：❌ 已于2025年4月29日到期\n")
    assert "【培育制造业优质企业】" in (await phone.say("1")).text


async def test_asked_of_what_is_over(phone: Phone) -> None:
    """A policy that is over is said to be, with its last day and what may be looked at instead."""
    text = (await phone.say("蓝色药库还有效吗")).text
    assert "❌ 已于2025年12月31日到期" in text
    assert "还可以看：" in text or "没有接续的政策" in text


async def test_asked_of_the_last_card(phone: Phone) -> None:
    """After a card 还有效吗 means its policy."""
    await phone.say("技改")
    text = (await phone.say("还有效吗")).text
    assert text.startswith("【鼓励企业设备更新和技术改造】")
    assert "✅ 有效，还剩39天（至2026年12月31日）" in text


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("2024年能报吗", "2024年：在截止日之前"),
        ("2024年能不能报", "2024年：在截止日之前"),
        ("明年还能报吗", "2027年：现行有效期只到2026年12月31日，2027年是否延续资料没有写"),
        ("明年呢", "2027年：现行有效期只到2026年12月31日"),
        ("2028年还有效吗", "2028年：现行有效期只到2026年12月31日，2028年是否延续资料没有写"),
        ("2027年3月1日还有效吗", "2027年3月1日：现行有效期只到2026年12月31日"),
        ("2027-03-01还能报吗", "2027年3月1日：现行有效期只到2026年12月31日"),
        ("2026/12/31还有效吗", "2026年12月31日：在截止日之前"),
    ],
)
async def test_another_day_or_year(phone: Phone, asked: str, told: str) -> None:
    """For a day or a year the answer says how it stands then, and beside it how it stands today."""
    await phone.say("技改")
    lines = (await phone.say(asked)).text.splitlines()
    assert lines[1].startswith(told)
    assert lines[2].endswith("✅ 有效，还剩39天（至2026年12月31日）")


async def test_a_year_asked_with_the_matter(phone: Phone) -> None:
    """技改2024年能不能报 needs no card before it."""
    text = (await phone.say("技改2024年能不能报")).text
    assert "2024年：在截止日之前" in text


@pytest.mark.parametrize(
    ("policy", "asked", "told"),
    [
        ("q91-65", "2022年能报吗", "自2023年1月1日起施行，2022年还没有这项政策"),
        ("q91-65", "2030年能报吗", "在有效期内"),
        ("q91-86", "2025年能报吗", "到2025年4月29日为止"),
        ("q91-86", "2025年4月29日还有效吗", "在截止日之前"),
        ("q91-86", "2025年4月30日还有效吗", "不在有效期内"),
        ("xh49-30", "明年能报吗", "资料未列有效期，无法判断"),
        ("xh49-30", "2027年1月1日还有效吗", "资料未列有效期，无法判断"),
    ],
)
async def test_periods_of_every_kind(policy: str, asked: str, told: str) -> None:
    """A policy may have a first day alone, a last day alone or neither, and nothing is made of what is not stated."""
    assert told in said(await Talk().say(asked, policy)).splitlines()[1]


async def test_a_number_of_a_paper_is_no_year(phone: Phone) -> None:
    """The year in a paper's number is not one that is asked about."""
    text = (await phone.say("青政发〔2024〕11号的技改还有效吗")).text
    assert "2024年：" not in text


@settings(max_examples=150)
@given(st.sampled_from(everything()), DAYS)
async def test_what_is_over_is_never_shown_as_in_force(policy: Policy, day: date) -> None:
    """On every day, in every kind of answer about a policy, its state is the one it has on that day."""
    status = the_corpus().status(policy, day)
    for words in ABOUT:
        text = said(await Talk(now=noon(day)).say(words, policy.id))
        assert ("❌ 已于" in text) == (status is Status.EXPIRED), words
        assert ("✅" in text or "⏰" in text) == (status in (Status.VALID, Status.OPEN)), words
        assert ("⏳" in text) == (status is Status.UPCOMING), words


@settings(max_examples=60)
@given(st.sampled_from(SETS), DAYS)
async def test_lists_mark_what_is_over(asked: str, day: date) -> None:
    """In a list, on every day, exactly the policies that are over are marked so."""
    talk = Talk(now=noon(day))
    answer = await talk.say(asked)
    assert talk.conversation is not None
    shown = answer.policies and talk.conversation.listed[: talk.conversation.shown]
    over = [the_corpus().status(the_corpus().policies[i], day) is Status.EXPIRED for i in shown]
    assert [mark == "已到期" for mark in LINE.findall(said(answer))] == over


@settings(max_examples=60)
@given(st.sampled_from(everything()), DAYS)
async def test_days_left_are_right(policy: Policy, day: date) -> None:
    """The number of days left leads from today to the last day."""
    end = the_corpus().period(policy)[1]
    text = said(await Talk(now=noon(day)).say("还有效吗", policy.id))
    found = re.search(r"还剩(\d+)天", text)
    if found:
        assert end == day + timedelta(days=int(found[1]))
    assert bool(found) == (the_corpus().status(policy, day) is Status.VALID and day != end)


@settings(max_examples=40)
@given(st.sampled_from(everything()), DAYS)
async def test_what_is_offered_instead_is_in_force(policy: Policy, day: date) -> None:
    """What is offered in place of a policy that is over is not over itself."""
    for words in ("1", "还有效吗"):
        text = written(await Talk(now=noon(day)).say(words, policy.id))
        for line in re.findall(r"还可以看：(.*)$", text, re.MULTILINE):
            offered = re.findall(r'msgmenuid=([^"]+)"', line)
            assert offered
            assert all(the_corpus().status(the_corpus().policies[i], day) is not Status.EXPIRED for i in offered)


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("2026年上半年到期的都有哪几条", date(2026, 1, 1), date(2026, 6, 30)),
        ("今年12月到期的有哪些", date(2026, 12, 1), date(2026, 12, 31)),
        ("2025年到期的有哪些", date(2025, 1, 1), date(2025, 12, 31)),
    ],
)
async def test_what_ends_within_a_part_of_a_year(asked: str, first: date, last: date) -> None:
    """Exactly the policies whose last day lies in it, restatements not told beside what they restate."""
    corpus = the_corpus()
    ends = {policy.id: corpus.period(policy)[1] for policy in corpus.policies.values()}
    within = {policy_id for policy_id, end in ends.items() if end and first <= end <= last}
    once = {policy_id for policy_id in within if not within & set(corpus.policies[policy_id].restates)}
    answer = await Talk().say(asked)
    assert set(answer.policies) == once
