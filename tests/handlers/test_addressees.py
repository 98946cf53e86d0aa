"""Whether what was told says all that a policy's text asks."""

from __future__ import annotations

import msgspec
import pytest

from bot.context import Context, Office
from bot.messages import Text
from bot.person import Facts
from bot.policies import Policy, facts_of
from bot.reckoning.eligibility import judge
from handlers.addressees import is_whole
from tests.corpus import the_corpus
from tests.handlers.talk import SUNDAY, Talk, said, written

MAKER: Facts = {"district": "平度市", "sector": "制造业", "scale": "规上"}


def whole(policy: Policy, facts: Facts) -> bool:
    """Whether the policy would stand as one that fits."""
    message = Text(key="", openid="", account="", created=0, text="")
    ctx = Context(message=message, words="", corpus=the_corpus(), now=SUNDAY, office=Office())
    return is_whole(ctx, judge(policy, facts, about=frozenset(facts_of(policy))), facts)


def plain(*who: str, conditions: tuple[str, ...] = ()) -> Policy:
    """A policy of Pingdu for large makers, with this text."""
    policy = the_corpus().policies["q91-65"]
    return msgspec.structs.replace(policy, who=who, conditions=conditions, benefits=())


def test_every_word_of_the_text_is_told() -> None:
    """Who is told to be a large maker of Pingdu is all that the text asks for."""
    assert whole(plain("规模以上制造业企业"), MAKER)
    assert whole(plain("平度市的规上制造业企业"), MAKER)


@pytest.mark.parametrize("who", ["本市船舶海工配套产品的企业", "未纳入倍增计划的制造业企业", "新认定的国家级智能工厂"])
def test_a_word_that_nobody_told(who: str) -> None:
    """Ships, a scheme, a title: none of the facts says so."""
    assert not whole(plain(who), MAKER)


def test_a_condition_is_no_fact() -> None:
    """A condition in words is left to the desk."""
    assert not whole(plain("规模以上制造业企业", conditions=("须经评审",)), MAKER)


def test_a_place_alone_speaks_for_nothing() -> None:
    """Something beside the district has to be told."""
    nowhere_else = msgspec.structs.replace(plain("企业"), needs=the_corpus().policies["q91-66"].needs)
    assert not whole(nowhere_else, {"district": "平度市"})


async def test_a_district_alone_makes_no_policy_fit() -> None:
    """Of the West Coast's policies none is said to fit who told nothing but that: each says whom it is for."""
    talk = Talk()
    await talk.say("我能报什么")
    answer = await talk.say("西海岸新区")
    pages = [said(answer)]
    while "更多" in written(answer):
        answer = await talk.say("更多")
        pages.append(said(answer))
    assert not any("✅" in page for page in pages)
    assert "❓ 说过的对得上、还要看对象和事项的20条" in pages[0]
    assert "要看是不是挑战赛三等奖及以上的获奖项目" in "".join(pages)


async def test_a_maker_is_no_maker_of_ships() -> None:
    """A policy for parts of ships, whose paper names no trade, is not theirs by their trade."""
    talk = Talk()
    answer = await talk.say("我们是平度的规上制造企业，营收3亿，能报什么")
    text = said(answer) + said(await talk.say("更多"))
    assert not [line for line in text.splitlines() if "提升海洋装备配套能力" in line and "✅" in line]
