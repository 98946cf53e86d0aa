"""How much a policy gives."""

from __future__ import annotations

import pytest

from bot.context import Office
from bot.policies import Pool, Status, figures
from tests.corpus import the_corpus
from tests.handlers.talk import SUNDAY, Talk, check, everything, said, written
from tests.handlers.talk import figures as sums_of


async def test_every_sum_of_a_policy_is_told() -> None:
    """Where the rules fit into one message, each sum that the policy states stands in the answer, and who decides."""
    cut = 0
    for policy in everything():
        text = said(await Talk().say("能补多少", policy.id))
        assert "能不能报、给多少，由责任单位审核决定。" in text
        if "……其余" in text:
            cut += 1
        else:
            assert {float(figure) for figure in figures(policy)} <= sums_of(text), policy.id
    assert cut < 5


async def test_what_is_over_is_told_as_it_was() -> None:
    """The sums of a policy that is over are said to be those of before."""
    for policy in everything():
        over = the_corpus().status(policy, SUNDAY.date()) is Status.EXPIRED
        text = said(await Talk().say("能补多少", policy.id))
        assert ("下面是到期前的标准，现在不能再报：" in text) == over, policy.id


async def test_a_policy_without_sums() -> None:
    """Where no sum is written that is what is said, with what is offered otherwise."""
    bare = next(policy for policy in everything() if not policy.benefits and policy.offers)
    text = said(await Talk().say("能补多少", bare.id))
    assert "这项政策在资料里没有写具体金额。" in text
    assert all(f"· {offer}" in text for offer in bare.offers)


async def test_a_budget_is_nobodys_award() -> None:
    """The money of a whole scheme is said not to be one enterprise's."""
    pools = [policy for policy in everything() if any(isinstance(b, Pool) for b in policy.benefits)]
    assert pools
    for policy in pools:
        assert "不是给单个企业的数" in said(await Talk().say("能补多少", policy.id))


async def test_each_tier_has_a_line() -> None:
    """A scale of three steps and more is told step by step."""
    text = said(await Talk().say("能补多少", "q91-73"))
    assert text.count("　· ") >= 3


async def test_asked_with_the_matter() -> None:
    """单项冠军奖多少 is answered for the best policy, with close ones to tap by their numbers."""
    answer = await Talk().say("单项冠军奖多少")
    assert (answer.intent, answer.policies[0]) == ("amount", "q91-2")
    assert "国家制造业单项冠军企业奖励：200万元，一次性" in said(answer)
    if len(answer.policies) > 1:
        assert f'msgmenucontent=2&msgmenuid={answer.policies[1]}">2. ' in written(answer)


async def test_a_close_one_is_told_by_its_sums() -> None:
    """Chosen by its number, a close policy is answered with its sums too."""
    talk = Talk()
    first = await talk.say("技改能补多少")
    second = await talk.say("2")
    assert (second.intent, second.policies) == ("amount", first.policies[1:2])


async def test_which_policy() -> None:
    """Without a matter the follower is asked for one."""
    answer = await Talk().say("能补多少")
    assert (answer.intent, answer.policies) == ("amount", ())
    assert "您想问哪项政策的金额" in said(answer)


@pytest.mark.parametrize(("url", "rest"), [("https://x.cn", "……其余见全文。"), ("", "……其余请问责任单位。")])
async def test_what_does_not_fit_is_said_to_be_elsewhere(url: str, rest: str) -> None:
    """A cut answer says where the rest is, and never names a page that is not there."""
    answers = [said(await Talk(office=Office(public_url=url)).say("能补多少", policy.id)) for policy in everything()]
    cut = [text for text in answers if "……其余" in text]
    assert all(rest in text for text in cut)
    assert ("全文" in "".join(answers)) == bool(url)


async def test_a_sum_of_ones_own() -> None:
    """Where somebody names what they spent, it is said that their own figure is not worked out yet."""
    told = "还不能替您算具体数，请按上面的比例和上限估算。"
    answer = await Talk().say("技改投了800万能补多少")
    check(answer, "800万")
    assert told in said(answer)
    assert told not in said(await Talk().say("技改能补多少"))
