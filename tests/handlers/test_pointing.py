"""What is asked of the policy or the list at hand without a word of its own."""

from __future__ import annotations

import pytest

from tests.handlers.talk import Talk, check, said


@pytest.mark.parametrize("words", ["这个是区里给还是市里给", "市里出还是区里出", "这钱是市级的还是区级的"])
async def test_who_gives_it(words: str) -> None:
    """The level is said, with the desk, and no list of all the city has."""
    talk = Talk()
    await talk.say("平度高企")
    answer = await talk.say(words)
    check(answer)
    assert answer.policies == ("q91-68",)
    assert "这是平度市自己的政策，只给平度市的企业" in said(answer)
    assert "87362741" in said(answer)


async def test_what_another_level_has_for_it() -> None:
    """A share of the city's and a restatement are named as what they are."""
    talk = Talk()
    await talk.say("技改")
    text = said(await talk.say("市里给还是区里给"))
    assert "这是市级政策，全市企业都能用" in text
    assert "技术改造设备投资奖补（西海岸新区）说的是同一笔钱" in text
    assert "另一级也有：鼓励企业加大研发投入·技改（平度市）" in text


@pytest.mark.parametrize(
    ("named", "policy", "whose"),
    [
        ("精密仪器仪表产业园设备投资奖补", "q91-53", "为产业园定的，不是全市企业都能用"),
        ("支持新药研发", "q91-27", "这是市级政策，由下面的单位负责"),
    ],
)
async def test_not_all_of_the_city_has_what_is_a_parks_or_over(named: str, policy: str, whose: str) -> None:
    """Of the city's policies those of a park are for the park, and those that are over for nobody."""
    talk = Talk()
    await talk.say(named)
    answer = await talk.say("这个是区里给还是市里给")
    assert answer.policies == (policy,)
    assert whose in said(answer)
    assert "政策，全市企业都能用" not in said(answer)


@pytest.mark.parametrize("words", ["给我发个文件号", "文号多少", "是哪个文件"])
async def test_which_paper(words: str) -> None:
    """The paper with its number."""
    talk = Talk()
    await talk.say("技改")
    answer = await talk.say(words)
    check(answer)
    assert answer.policies == ("q91-1",)
    assert "青政发〔2024〕11号" in said(answer)


async def test_the_terms_of_a_whole_list() -> None:
    """The list is shown again with the state of each; a number then tells its period."""
    talk = Talk()
    await talk.say("崂山区有哪些政策")
    answer = await talk.say("这些什么时候到期")
    check(answer)
    assert said(answer).startswith("每条后面括号里是它的期限")
    assert "还剩39天" in said(await talk.say("2"))


async def test_the_conditions_of_it_with_facts_beside() -> None:
    """那个要什么条件啊我们去年营收… is of the policy at hand, whatever the facts speak for."""
    talk = Talk()
    await talk.say("平度技改")
    answer = await talk.say("那个要什么条件啊我们厂子去年才干了一千来万的营业额")
    check(answer)
    assert answer.policies[0] == "q91-65"


@pytest.mark.parametrize("words", ["这个是区里给还是市里给", "给我发个文件号", "这些什么时候到期"])
async def test_nothing_at_hand(words: str) -> None:
    """Without anything to point at no policy is made up."""
    answer = await Talk().say(words)
    assert len(answer.policies) != 1


async def test_the_levels_of_a_whole_list() -> None:
    """Of a list it is said where each stands, and no other list is made."""
    talk = Talk()
    listed = (await talk.say("专精特新")).policies
    answer = await talk.say("这是区里给还是市里给")
    check(answer)
    assert said(answer).startswith("每条后面括号里写着是市级的，还是哪个区（市）的：")
    assert (await talk.say("1")).policies[0] == listed[0]


async def test_the_day_in_other_words() -> None:
    """截止哪天 asks of the policy at hand."""
    talk = Talk()
    await talk.say("技改")
    assert "2026年12月31日" in said(await talk.say("截止哪天"))


@pytest.mark.parametrize(
    "words", ["这个政策是不是已经过期了", "这条过期了没", "这条还有效吗", "这政策今年还有效吗", "那个到期了没有"]
)
async def test_whether_this_one_is_over(words: str) -> None:
    """Of the policy at hand alone; where none is at hand it is asked which is meant, and no whole set is listed."""
    talk = Talk()
    await talk.say("技改")
    answer = await talk.say(words)
    check(answer)
    assert (answer.intent, answer.policies) == ("expiry", ("q91-1",))
    assert "还剩39天" in said(answer)
    assert said(await Talk().say(words)).startswith("您想问哪项政策的有效期？")


async def test_what_is_over_is_still_listed() -> None:
    """那过期的有哪些 asks for a set, whatever is at hand; its groups stand by their size."""
    talk = Talk()
    await talk.say("技改")
    answer = await talk.say("那过期的有哪些")
    assert len(answer.policies) > 1
    counts = [int(line[2:].partition("条")[0]) for line in said(answer).split("\n") if line.startswith("· ")]
    assert counts == sorted(counts, reverse=True)


async def test_the_first_time_and_a_later_one_are_told_of_the_policy_at_hand() -> None:
    """Each is quoted where it is written, and else said not to be."""
    talk = Talk()
    await talk.say("平度高企")
    answer = await talk.say("首次认定和复核都有吗")
    check(answer)
    assert answer.policies == ("q91-68",)
    assert "· 再次通过高新技术企业认定：5万元" in said(answer)
    await talk.say("首台套能补多少")
    text = said(await talk.say("首次认定和复核都有吗"))
    assert "“复核”，这条资料里没有写，请问责任单位。" in text
    await talk.say("高企奖多少")
    assert "对不上" not in said(await talk.say("首次和再次分别多少"))
