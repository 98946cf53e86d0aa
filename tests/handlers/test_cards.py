"""The card of one policy."""

from __future__ import annotations

import pytest

from bot.context import Office
from bot.policies import Status, Tiers
from bot.replies import TEXT_LIMIT
from tests.corpus import the_corpus
from tests.handlers.talk import SUNDAY, Talk, at, everything, said, written


async def test_every_part_is_there() -> None:
    """Title, level, state, summary, benefits, who, paper, desk, steps and edition, in this order."""
    text = said(await Talk().say("1", "q91-1"))
    marks = ("【", "市级 · ✅", "按当年设备投资额的12%", "💰 能拿什么", "👤 谁能报", "📄 依据", "☎", "👉", "资料：")
    places = [text.index(mark) for mark in marks]
    assert places == sorted(places)


async def test_a_policy_without_sums_has_no_money() -> None:
    """Where the papers name no benefit the card names none."""
    bare = [policy for policy in everything() if not policy.benefits]
    assert bare
    for policy in bare:
        assert "💰" not in said(await Talk().say("1", policy.id))


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("瞪羚企业奖励", "· 省工信厅首次认定的瞪羚、独角兽企业也有一定支持，金额没有写明"),
        ("远洋鱿钓船补贴", "· 其他远洋渔船奖补：经审核确定的购置或建造价格×30%，最高200万元"),
    ],
)
async def test_what_the_words_name_comes_first(words: str, first: str) -> None:
    """A benefit that was named, be it without an amount, is not hidden behind the others."""
    lines = said(await Talk().say(words)).splitlines()
    assert lines[lines.index("💰 能拿什么") + 1] == first


async def test_no_count_stands_for_a_list() -> None:
    """Under 能拿什么 stands at least one benefit before how many there are; with no room there is the count alone."""
    for policy in everything():
        lines = said(await Talk().say("1", policy.id)).splitlines()
        if "💰 能拿什么" in lines:
            assert not lines[lines.index("💰 能拿什么") + 1].startswith("· ……"), policy.id


async def test_a_long_scale_is_told_in_a_line() -> None:
    """A card names the steps and the top of a long scale, and leaves its lines to 能补多少."""
    long = next(p for p in everything() if any(isinstance(b, Tiers) and len(b.tiers) > 3 for b in p.benefits))
    text = said(await Talk().say("1", long.id))
    (scale,) = (b for b in long.benefits if isinstance(b, Tiers) and len(b.tiers) > 3)
    assert f"{scale.name}：按{scale.by}分{len(scale.tiers)}档，最高" in text
    assert scale.tiers[0].label not in text.partition("💰")[2]


async def test_the_link_to_the_page_needs_a_page() -> None:
    """Without public pages there is no link to them, and no other link is lost."""
    with_page = written(await Talk(office=Office(public_url="https://x.cn")).say("1", "q91-1"))
    without = written(await Talk(office=Office(public_url="")).say("1", "q91-1"))
    assert 'href="https://x.cn/p/q91-1"' in with_page
    assert "全文" not in without
    assert without.count("weixin://bizmsgmenu") == with_page.count("weixin://bizmsgmenu") == 5


async def test_related_ones_are_offered_where_there_are_any() -> None:
    """相关政策 stands below a card exactly where it leads somewhere."""
    for policy in everything():
        assert (">相关政策</a>" in written(await Talk().say("1", policy.id))) == bool(policy.related)


async def test_what_is_over_says_what_instead() -> None:
    """A card of a policy that is over offers one in force, or says that there is none."""
    for policy in everything():
        text = said(await Talk().say("1", policy.id))
        over = the_corpus().status(policy, SUNDAY.date()) is Status.EXPIRED
        assert ("这一条现在不能再报" in text) == over, policy.id
        if over:
            assert "还可以看：" in text or "资料里没有接续的政策" in text


async def test_close_ones_stand_below_with_their_state() -> None:
    """What may be meant instead is numbered from two, and marked where it is over."""
    for asked, first, marked in (
        ("技改", "鼓励企业加大研发投入·技改（平度市）", ""),
        ("算力券", "算力券购买算力服务补贴（西海岸新区）", "强化算力要素保障·算力中心（市级·已到期）"),
    ):
        answer = await Talk().say(asked)
        line = next(line for line in said(answer).splitlines() if line.startswith("也可能是："))
        assert f"2. {first}" in line
        assert marked in line if marked else "已到期" not in line


async def test_close_ones_in_force_stand_before_those_that_are_over() -> None:
    """Where what is in force fits hardly worse, what is over is offered only behind it."""
    for asked in ("技改", "首台套"):
        answer = await Talk().say(asked)
        over = [the_corpus().is_over(the_corpus().policies[i], SUNDAY.date()) for i in answer.policies[1:]]
        assert over == sorted(over), asked


@pytest.mark.parametrize(
    "url", ["", "https://huiqi.example.gov.cn", "https://a-rather-long-name.of-a-bureau.example.gov.cn/bot"]
)
async def test_a_card_is_never_cut(url: str) -> None:
    """With close ones beside it and with a long public address each card fits whole, down to its edition."""
    for policy in everything():
        for keyword in (policy.title, *policy.keywords[:2]):
            answer = await Talk(office=Office(public_url=url), now=at("2028-01-01")).say(keyword)
            text = written(answer)
            assert len(text.encode()) <= TEXT_LIMIT
            assert text.endswith(f"（{the_corpus().version}）") or answer.intent not in ("policy", "list"), keyword


async def test_a_share_with_a_limit_for_each_unit() -> None:
    """The ponds' share stands with what one mu gets at most, and from how many on."""
    reply = said(await Talk().say("俺还养海参，池塘改造能补啵"))
    assert "总投资×60%，每亩最多6000元（集中连片200亩以上）" in reply
