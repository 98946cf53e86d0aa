"""Is it still in force."""

from __future__ import annotations

import re

import pytest

from bot.chinese import day
from bot.policies import Status
from tests.corpus import the_corpus
from tests.handlers.talk import SUNDAY, Talk, check, everything, said


async def test_every_last_day_is_told() -> None:
    """Each policy's answer names the last day that its papers state, and none where they state none."""
    for policy in everything():
        answer = await Talk().say("还有效吗", policy.id)
        check(answer)
        end = the_corpus().period(policy)[1]
        assert answer.intent == "expiry"
        assert (end is not None and day(end) in said(answer)) or (end is None and "资料未列" in said(answer)), policy.id


@pytest.mark.parametrize(
    "asked",
    [
        "2024年能报吗",
        "2024年能不能报",
        "2024年可以申报吗",
        "2024还能申请吗",
        "2024年还有效吗",
        "２０２４年能报吗",
        "2024年呢",
    ],
)
async def test_a_year_of_the_last_card(asked: str) -> None:
    """A year asked about after a card is told for its policy."""
    answer = await Talk().say(asked, "q91-1")
    assert (answer.intent, answer.policies) == ("expiry", ("q91-1",))
    assert "2024年：" in said(answer)


@pytest.mark.parametrize("asked", ["申报条件", "怎么申请", "2024年怎么申请", "要什么材料"])
async def test_conditions_are_not_periods(asked: str) -> None:
    """How to apply is not whether one may."""
    assert "📌" in said(await Talk().say(asked, "q91-1"))


@pytest.mark.parametrize(
    "asked", ["考驾照2024年能报吗", "英语四级明年还能报吗", "北京2024年能报吗", "2024年报名费能退吗"]
)
async def test_foreign_matters_stay_foreign(asked: str) -> None:
    """A year in a question about something else is no question about the last card."""
    assert (await Talk().say(asked, "q91-1")).intent == "offtopic"


async def test_this_year_is_today() -> None:
    """Asked about this year the answer is today's, without a second line."""
    text = said(await Talk().say("今年还能报吗", "q91-1"))
    assert f"{SUNDAY.year}年：" not in text
    assert "✅ 有效" in text


async def test_a_set_is_told_in_groups() -> None:
    """A paper's, a topic's or a district's periods are told once for all that share them; all add up."""
    for asked in ("青政办发〔2023〕12号还有效吗", "首台套政策还有效吗", "高新区政策到什么时候"):
        answer = await Talk().say(asked)
        check(answer, asked)
        assert answer.intent == "expiry"
        groups = [int(count) for count in re.findall(r"^· (\d+)条：", said(answer), re.MULTILINE)]
        assert sum(groups or [len(answer.policies)]) == len(answer.policies) > 1


async def test_a_set_of_one_state_says_whose_it_is() -> None:
    """What holds for all is said of so many, before their list: a tick alone would stand for nothing."""
    text = said(await Talk().say("哪些政策快到期了"))
    first, heading = text.splitlines()[0], text.splitlines()[2]
    count = heading.removeprefix("快要到期的政策共").removesuffix("条：")
    assert first.startswith(f"{count}条都一样：✅ 有效，还剩"), text


async def test_a_set_is_told_for_another_year() -> None:
    """Where a year is named, the set is told as it stands then."""
    text = said(await Talk().say("技改明年还能报吗"))
    assert "2027年：" in text
    assert "2条：现行有效期只到2026年12月31日" in text


async def test_close_ones_are_told_with_their_own_state() -> None:
    """Beside the best policy each close one stands with its own period."""
    told = 0
    for asked in ("国家级智能工厂还有效吗", "蓝色药库还有效吗", "企业升规还有效吗", "工业设计中心还能报吗"):
        answer = await Talk().say(asked)
        lines = [line for line in said(answer).partition("相近的：")[2].splitlines() if line.startswith("· ")]
        for line, policy_id in zip(lines, answer.policies[1:], strict=False):
            policy = the_corpus().policies[policy_id]
            assert policy.title in line
            assert ("❌" in line) == (the_corpus().status(policy, SUNDAY.date()) is Status.EXPIRED)
            told += 1
    assert told >= 4


async def test_a_close_one_is_told_by_its_period() -> None:
    """Chosen by its number, a close policy is answered with its period."""
    talk = Talk()
    first = await talk.say("国家级智能工厂还有效吗")
    if len(first.policies) > 1:
        second = await talk.say("2")
        assert (second.intent, second.policies) == ("expiry", first.policies[1:2])


@pytest.mark.parametrize(
    ("asked", "moment"),
    [
        ("明年技改还能报吗", "2027年："),
        ("后年技改还能报吗", "2028年："),
        ("前年技改能报吗", "2024年："),
        ("明年算力券还有效吗", "2027年："),
        ("2027年3月1日崂山区的政策还有效吗", "2027年3月1日："),
        ("2050年技改能报吗", "2050年："),
        ("1999年技改能报吗", "1999年："),
        ("9999-12-31技改还有效吗", "9999年12月31日："),
    ],
)
async def test_another_moment_is_told_first(asked: str, moment: str) -> None:
    """What is asked about another day or year is never answered with today's state alone, nor with it first."""
    answer = await Talk().say(asked)
    check(answer, asked)
    text = said(answer)
    assert answer.intent == "expiry"
    assert moment in text
    assert "✅" not in text.partition(moment)[0]


@pytest.mark.parametrize("asked", ["明年技改还能报吗", "2027年3月1日崂山区的政策还有效吗", "2050年技改能报吗"])
async def test_beyond_the_known_end(asked: str) -> None:
    """Nobody knows whether a policy goes on: that is what is said."""
    text = said(await Talk().say(asked))
    assert "现行有效期只到2026年12月31日，" in text
    assert "是否延续资料没有写" in text


async def test_before_its_paper() -> None:
    """A year before the paper's own is one in which there was none."""
    assert "1999年：依据的文件是2024年的，1999年还没有" in said(await Talk().say("1999年能报吗", "q91-1"))


@pytest.mark.parametrize("asked", ["2026年2月30日技改还有效吗", "2月30日技改能报吗", "2027-02-30技改还有效吗"])
async def test_a_day_that_does_not_exist(asked: str) -> None:
    """It is said to be none, before anything else."""
    assert "2月30日这一天不存在。" in said(await Talk().say(asked)).splitlines()[0]


@pytest.mark.parametrize(
    ("words", "head"),
    [
        ("平度规下样本企业奖励还有效吗", "（平度市，最高6万元）"),
        ("三类医疗器械那500万还有效吗", "（市级，最高500万元/项目）"),
        ("二类医疗器械那100万还有效吗", "（市级，最高100万元/项目）"),
    ],
)
async def test_the_head_names_what_was_asked(words: str, head: str) -> None:
    """The largest sum beside a title is one that the benefit in question may reach, of one award and not of a year."""
    assert head in said(await Talk().say(words)).split("\n")[0]


async def test_a_period_that_another_compilation_states_says_so() -> None:
    """An item of the digest has no period of its own: where one is known, it says from where."""
    for policy in everything():
        text = said(await Talk().say("还有效吗", policy.id))
        borrowed = policy.id.startswith("xh49") and the_corpus().period(policy) != (None, None)
        assert ("摘编没写期限，这是汇编里同一份文件的" in text) == borrowed, policy.id
    assert "照这个期限，这一条现在不能再报" in said(await Talk().say("颠覆性技术大赛获奖落户奖励"))


@pytest.mark.parametrize(
    ("asked", "policy"),
    [
        ("平度高企奖励哪年结束", "q91-68"),
        ("新型信息消费50万那个停了没", "q91-33"),
        ("蓝色药库是去年年底就没了吧", "q91-26"),
        ("虚拟现实体验中心补贴啥时候截的", "q91-46"),
        ("院士工作站补助长期有效？", "xh49-32"),
        ("绿色工厂奖励是不是快到头了", "q91-14"),
        ("智算谷政策还剩几天", "q91-49"),
        ("首台套来年还有吗", "q91-10"),
        ("创新券何时终止", "xh49-27"),
        ("平度高企奖励取消了没", "q91-68"),
    ],
)
async def test_the_end_in_other_words(asked: str, policy: str) -> None:
    """However the end is asked about, it is told, and no card has to be read for it."""
    answer = await Talk().say(asked)
    check(answer, asked)
    assert (answer.intent, answer.policies[0]) == ("expiry", policy)


async def test_both_levels_have_their_last_days() -> None:
    """What ended in the city and runs on in a district is told with both days."""
    text = said(await Talk().say("数字领航企业奖励停了没"))
    assert "2025年12月31日" in text
    assert "2026年12月31日" in text


@pytest.mark.parametrize("asked", ["87号文 双跨平台那个 年后还有吗", "87号文双跨平台 过完年还能报吗"])
async def test_after_the_new_year(asked: str) -> None:
    """Past the last day it is said that nothing is known, and 还有吗 asks for no more of a list."""
    answer = await Talk().say(asked)
    check(answer, asked)
    assert (answer.intent, answer.policies[0]) == ("expiry", "q91-37")
    assert "2027年：现行有效期只到2026年12月31日" in said(answer)


async def test_a_month_is_told_as_one() -> None:
    """A month with its year is that one; without a year, asked of ahead, it is the next."""
    past = said(await Talk().say("我们2026年3月落地的仪器仪表园项目 那会儿政策还在不在"))
    assert "2026年3月：\n2条都一样：在截止日之前" in past
    assert "已于2026年4月10日到期" in past
    over = said(await Talk().say("高新区机器人补贴2025年12月那会儿还有效吗"))
    assert "2025年12月：不在有效期内，那时已经到期（2025年4月29日）" in over
    ahead = said(await Talk().say("算力券1月份再报来得及吗"))
    assert "2027年1月：" in ahead
    assert "2026年1月：" in said(await Talk().say("算力券今年1月份那会儿还有效吗"))
    assert "到2026年12月31日为止" not in said(await Talk().say("12月到期的政策有哪些"))


@pytest.mark.parametrize(
    "asked", ["87号文还有效吗", "87号文那几条工业互联网平台的，1月份再报来得及吗", "八十七号文到哪天"]
)
async def test_a_paper_by_its_number_alone(asked: str) -> None:
    """Its policies and no others, where one paper alone has the number."""
    answer = await Talk().say(asked)
    check(answer, asked)
    assert answer.intent == "expiry"
    assert sorted(answer.policies) == ["q91-37", "q91-38", "q91-39", "q91-40", "q91-41"]


@pytest.mark.parametrize("asked", ["鲁政87号文还有效吗", "国发2024年87号文还有效吗", "13号文还有效吗"])
async def test_another_paper_of_the_number(asked: str) -> None:
    """With an office or a year before it, or of several papers, a number alone names none of ours."""
    assert (await Talk().say(asked)).policies == ()


@pytest.mark.parametrize(
    ("asked", "first", "phone"),
    [
        ("平度高企奖励啥时候截止", "q91-68", "87362741"),
        ("高新区技改那个配套奖励现在还给吗", "q91-80", "82020765"),
        ("青政办字〔2023〕19号失效了没", "q91-54", "85911809"),
        ("19号文还有效吗", "q91-54", "85911809"),
    ],
)
async def test_a_set_of_one_is_told_whole(asked: str, first: str, phone: str) -> None:
    """With its paper, its unit and its phone, as a card does."""
    answer = await Talk().say(asked)
    check(answer, asked)
    assert (answer.intent, answer.policies) == ("expiry", (first,))
    assert "📄 依据：" in said(answer)
    assert phone in said(answer)


async def test_a_sum_picks_from_a_set() -> None:
    """绿色工厂那五十万: of all that is green those that give it, the city's first, and what they give beside them."""
    answer = await Talk().say("绿色工厂那五十万过期没")
    assert answer.policies[0] == "q91-14"
    assert len(answer.policies) <= 4
    assert "【打造绿色制造体系】（市级，最高50万元）\n✅ 有效" in said(answer)
    assert "每个产品类别20万元，一家累计最多50万元" in said(await Talk().say("节能装备推荐目录那20万到期没"))


async def test_a_pause_makes_no_bait() -> None:
    """配套，现在 is no 套现: what is asked of a policy by its name is answered."""
    answer = await Talk().say("蓝色药库那个五成配套，现在立项还来得及吗")
    assert (answer.intent, answer.policies[0]) == ("expiry", "q91-26")
    assert "已于2025年12月31日到期" in said(answer)


@pytest.mark.parametrize(
    ("words", "when"),
    [
        ("8月买的设备还能报技改吗", "2026年8月"),
        ("上半年买的设备还能报技改吗", "2026年1月至6月"),
        ("3月份投产的技改还能报吗", "2026年3月"),
        ("10月签的合同，技改还能报吗", "2026年10月"),
        ("5月评上的小巨人还能拿钱吗", "2026年5月"),
        ("12月买的设备还能报技改吗", "2025年12月"),
        ("3月份要投产的，技改还能报吗", "2027年3月"),
        ("3月再申报技改还来得及吗", "2027年3月"),
        ("4月份报的话技改还能报吗", "2027年4月"),
    ],
)
async def test_a_month_in_which_something_was_done_is_past(words: str, when: str) -> None:
    """What was bought, signed or won lies behind; what is to come lies ahead."""
    answer = await Talk().say(words)
    check(answer, words)
    assert f"{when}：" in said(answer)


@pytest.mark.parametrize("words", ["什么时候截止", "啥时候截止", "哪天截止", "截止到几号"])
async def test_when_it_closes_is_asked_of_the_policy_at_hand(words: str) -> None:
    """Its last day, and no comma too many in its heading."""
    talk = Talk()
    await talk.say("平度研发补助能拿多少")
    answer = await talk.say(words)
    check(answer)
    assert answer.policies == ("q91-71",)
    assert "（平度市，一家一年最多30万元）" in said(answer)
