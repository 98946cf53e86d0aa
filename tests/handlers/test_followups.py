"""The matter at hand once more, for another place or with a fact more."""

from __future__ import annotations

import pytest

from tests.handlers.talk import Talk, check, said


async def after(*words: str) -> Talk:
    """A talk after these words."""
    talk = Talk()
    for text in words:
        await talk.say(text)
    return talk


@pytest.mark.parametrize(
    ("words", "policy"),
    [("平度的呢", "q91-65"), ("高新区呢", "q91-80"), ("那西海岸有吗", "xh49-22"), ("市里的呢", "q91-1")],
)
async def test_the_same_elsewhere(words: str, policy: str) -> None:
    """After a card the name of a place means the same matter there."""
    talk = await after("技改")
    answer = await talk.say(words)
    check(answer)
    assert answer.policies[0] == policy


async def test_back_to_the_city() -> None:
    """From place to place and back, the matter is kept."""
    talk = await after("技改", "平度的呢")
    assert (await talk.say("市里的呢")).policies[0] == "q91-1"
    assert (await talk.say("高新区的呢")).policies[0] == "q91-80"


async def test_nothing_of_that_place() -> None:
    """It is said that there is none, and that the city's holds there."""
    talk = await after("技改")
    answer = await talk.say("崂山的呢")
    check(answer)
    assert "没有崂山区和“鼓励企业设备更新和技术改造”同一件事的政策" in said(answer)
    assert "市级的全市企业都能用" in said(answer)
    assert (await talk.say("平度的呢")).policies[0] == "q91-65"


async def test_what_was_asked_is_kept() -> None:
    """After the desk of one place the desk of the other is told."""
    talk = await after("技改找谁")
    assert "87361949" in said(await talk.say("平度的呢"))


async def test_may_we_there() -> None:
    """我们在平度能拿吗: the conditions of the policy there, with the place told, which only 我们 tells."""
    talk = await after("技改")
    answer = await talk.say("我们在平度能拿吗")
    check(answer)
    assert answer.policies[0] == "q91-65"
    assert "✅ 所在区（市）：平度市" in said(answer)
    assert talk.conversation
    assert talk.conversation.facts["district"] == "平度市"
    asking = await after("技改", "平度的呢")
    assert asking.conversation
    assert asking.conversation.facts == {}


async def test_a_fact_more() -> None:
    """规上的呢 is the policy at hand for those."""
    talk = await after("平度技改我们能报吗")
    assert "✅ 规上\n" in said(await talk.say("规上的呢"))
    answer = await talk.say("规下的呢")
    assert "❌ 规上（您：规下）" in said(answer)
    assert answer.policies[0] == "q91-65"


@pytest.mark.parametrize("words", ["崂山的呢", "平度有吗", "我们在平度能拿吗"])
async def test_without_a_matter(words: str) -> None:
    """Where no policy is at hand a place means its policies."""
    answer = await Talk().say(words)
    assert len(answer.policies) >= 10


@pytest.mark.parametrize("words", ["平度的绿色工厂呢", "平度市有哪些政策", "崂山的软件名园呢"])
async def test_a_matter_of_their_own(words: str) -> None:
    """What names more than a place is asked anew."""
    fresh, talk = Talk(), await after("技改")
    assert (await talk.say(words)).policies == (await fresh.say(words)).policies


async def test_another_figure_of_the_same_needs_no_word() -> None:
    """After a sum: 那如果投了6000万呢 is worked out anew, 把算法给我看看 shows the arithmetic, a nod is answered."""
    talk = Talk()
    await talk.say("设备投了3000万技改能补多少")
    assert "6000万×12%=720万元" in said(await talk.say("那如果投了6000万呢"))
    assert "6000万×12%=720万元" in said(await talk.say("把算法给我看看"))
    assert said(await talk.say("是")).startswith("好的。关于“鼓励企业设备更新和技术改造”")


async def test_where_they_are_is_said_of_the_policy_at_hand() -> None:
    """我厂在平度 after a card asks for the same matter there, and a figure then makes both levels' sums."""
    talk = Talk()
    await talk.say("技改补贴")
    assert "和“鼓励企业设备更新和技术改造”相关的平度市政策" in said(await talk.say("我厂在平度"))
    assert "800万×12%=96万元" in said(await talk.say("那我买了800万的设备呢"))


async def test_a_fishing_boat_is_worked_out() -> None:
    """Whoever fishes and wants a large boat is told of the distant-water fleet; the price then makes the sum."""
    talk = Talk()
    assert said(await talk.say("俺是打渔的，想整条大船去远洋，恁给补钱不")).startswith("【支持远洋渔业发展】")
    assert "1500万×30%=450万元" in said(await talk.say("俺那船一千五百万买的"))


@pytest.mark.parametrize("words", ["那要是明年再上呢", "那明年再买呢", "要是后年再上呢"])
async def test_a_later_year(words: str) -> None:
    """The matter at hand put off is told for that year, and nothing is promised."""
    talk = await after("技改3000万能补多少")
    answer = await talk.say(words)
    check(answer)
    assert (answer.intent, answer.policies) == ("expiry", ("q91-1",))
    assert "是否延续资料没有写" in said(answer)
    assert "360万" not in said(answer)
