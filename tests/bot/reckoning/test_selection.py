"""Which benefits of a policy the words mean."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.pairs import pairs
from bot.person import Facts
from bot.policies import Pool
from bot.reckoning.selection import Selection, alike, choose
from tests.corpus import the_corpus

CORPUS = the_corpus()


def meant(policy_id: str, text: str, facts: Facts | None = None) -> Selection:
    """What a text means of a policy; the words of its topics say nothing."""
    policy = CORPUS.policies[policy_id]
    silent = [word for name in policy.topics for word in (name, *CORPUS.topics[name].words)]
    return choose(policy, text, facts or {}, silent=silent)


@pytest.mark.parametrize(
    ("policy", "text", "names"),
    [
        ("q91-1", "设备投了3000万技改能补多少", ["技术改造奖补"]),
        ("q91-1", "非重大技改，投了3000万", ["技术改造奖补"]),
        ("q91-37", "新入选国家级双跨平台给多少", ["国家级“双跨”工业互联网平台奖励"]),
        ("q91-14", "评上国家那个绿色工厂，到底给多少钱啊", ["国家绿色工厂奖励"]),
        ("q91-14", "绿色供应链管理企业评上了，市里奖几个钱", ["绿色供应链管理企业奖励"]),
        ("q91-62", "崂山企业新认定5G工厂", ["“5G工厂”奖励"]),
        ("xh49-39", "远洋捕的鱿鱼运回来500吨，补多少", ["鱿鱼运回奖补"]),
        ("xh49-38", "连片池塘300亩标准化改造总投资400万", ["池塘标准化改造和养殖尾水治理奖补"]),
    ],
)
def test_words_tell_a_benefit_from_its_siblings(policy: str, text: str, names: list[str]) -> None:
    """What sets one apart picks it; what all share, and what is denied, says nothing."""
    assert [benefit.name for benefit in meant(policy, text).benefits] == names


def test_ways_that_exclude_each_other_come_together() -> None:
    """Of a choice the other way is looked at too."""
    found = meant("xh49-38", "工厂化养殖基地改造，配套设备600万，新增总投资1200万")
    assert [benefit.choice for benefit in found.benefits] == ["工厂化养殖奖补方式"] * 2


def test_two_that_are_named_are_meant_together() -> None:
    """Each has words of its own."""
    found = meant("q91-14", "绿色工厂和绿色供应链都评上了")
    assert found.together
    assert len(found.benefits) == 2


def test_facts_rule_out() -> None:
    """What the facts fail is not meant."""
    found = meant("q91-68", "高企认定给多少", {"turn": "再次"})
    assert [benefit.name for benefit in found.benefits] == ["再次通过高新技术企业认定"]
    assert found.told


def test_what_is_named_stays_named() -> None:
    """Facts that fail the benefit the words name do not lead to another one."""
    found = meant("xh49-38", "连片池塘100亩标准化改造", {"mu": 100.0})
    assert [benefit.name for benefit in found.benefits] == ["池塘标准化改造和养殖尾水治理奖补"]


def test_nothing_said_means_what_is_for_everybody() -> None:
    """Without words the narrower ones are left out, and it is said that nothing was told."""
    found = meant("q91-1", "能补多少")
    assert ([benefit.name for benefit in found.benefits], found.told) == (["技术改造奖补"], False)


@given(text=st.text(max_size=60))
def test_something_is_always_meant(text: str) -> None:
    """Whatever is typed, of every policy with benefits some are meant, and budgets only where there is nothing else."""
    for policy in list(CORPUS.policies.values())[::7]:
        found = choose(policy, text, {})
        assert bool(found.benefits) == bool(policy.benefits)
        if not all(isinstance(benefit, Pool) for benefit in policy.benefits):
            assert not any(isinstance(benefit, Pool) for benefit in found.benefits)


def test_names_for_the_same_thing() -> None:
    """What all names have says little."""
    names = ["“5G工厂”奖励", "“5G工厂”（5G全连接工厂）奖励", "国家级智能工厂奖励", "市级智能工厂奖励", "单项冠军奖励"]
    having = Counter(pair for name in names for pair in pairs(name))
    assert alike(names[0], names[1], having)
    assert not alike(names[0], names[2], having)
    assert not alike(names[3], names[4], having)


def test_what_is_given_beside_another() -> None:
    """The second half for a local robot stands beside the first, and the first alone where it is from elsewhere."""
    both = ["购买工业机器人配套奖励", "购买区内机器人再配套"]
    policy = CORPUS.policies["q91-81"]
    assert [b.name for b in choose(policy, "买了区内机器人", {"local_robot": "是"}).benefits] == both
    assert [b.name for b in choose(policy, "买机器人", {"local_robot": "否"}).benefits] == both[:1]
