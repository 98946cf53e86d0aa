"""Several matters in one message."""

from __future__ import annotations

import pytest

from bot.context import Context, Office
from bot.messages import Text
from bot.ranking import Finding
from handlers.pieces import JOINED_PARTS, matters_of
from tests.corpus import the_corpus
from tests.handlers.talk import OPENID, PAGES, SUNDAY, Talk, check, said


async def test_each_of_several_numbered_questions_is_answered() -> None:
    """Each by its own number with its sum or card, its phone; the second is then picked by 第二个说说."""
    talk = Talk()
    asked = "帮三个客户问：1、平度技改投了2000万能补多少；2、崂山专精特新小巨人奖多少；3、高企复审有没有钱"
    answer = await talk.say(asked)
    check(answer, asked)
    text = said(answer)
    assert text.startswith("您问了3件事，一件一件说：\n\n1. 【鼓励企业设备更新和技术改造】（市级）")
    assert "可得240万元" in text
    assert "☎ 市工业和信息化局技术改造与投资处 85911248" in text
    assert "2. 资料里没有崂山区自己的" in text
    assert "3. 【鼓励企业加大研发投入·高企】（平度市）" in text
    assert answer.policies == ("q91-1", "q91-69", "q91-68")
    assert said(await talk.say("第二个说说")).startswith("【鼓励企业加大研发投入·小巨人】")
    assert said(await talk.say("3")).startswith("【鼓励企业加大研发投入·高企】")


async def test_two_figures_make_two_sums() -> None:
    """Neither the equipment nor the computing power is dropped, and each keeps its figure when it is picked."""
    talk = Talk()
    asked = "3000万设备和200万算力费能补多少"
    answer = await talk.say(asked)
    check(answer, asked)
    assert "可得360万元" in said(answer)
    assert "最多可得40万元" in said(answer)
    assert "可得360万元" in said(await talk.say("1"))
    assert "最多可得40万元" in said(await talk.say("第二个"))


@pytest.mark.parametrize(
    ("asked", "policies"),
    [
        ("高企和小巨人分别奖多少", ("q91-68", "q91-69")),
        ("平度技改和算力券", ("q91-65", "q91-18")),
        ("技改能补多少？算力券找谁？", ("q91-1", "q91-18")),
        ("技改 绿色工厂 算力券", ("q91-1", "q91-14", "q91-18")),
        ("平度高企小巨人技改", ("q91-68", "q91-69", "q91-65")),
        ("首台套单项冠军绿色工厂都怎么补", ("q91-10", "q91-2", "q91-14")),
        ("两个事 一个平度高企 一个平度小巨人", ("q91-68", "q91-69")),
        (
            "替客户问两件事：即墨一家评了国家绿色工厂，黄岛一家空压机进了工信部节能装备推荐目录，分别走哪条？",
            ("q91-14", "xh49-5"),
        ),
    ],
)
async def test_what_a_phrase_joins_is_answered_apart(asked: str, policies: tuple[str, ...]) -> None:
    """和, 、, two questions, 一家 and 一家: each matter has its answer."""
    answer = await Talk().say(asked)
    check(answer, asked)
    assert answer.policies == policies


@pytest.mark.parametrize(
    "asked",
    [
        "设备更新和技术改造",
        "小巨人和高企一共能拿多少",
        "网箱里装了大模型认病鱼，评上优秀场景有奖金没",
        "我们做软件和信息服务，能报什么",
        "平度规下企业头一回评上高企给几个钱",
        "崂山软件公司拿到中国软件百强",
        "智能工厂数字化车间",
    ],
)
async def test_one_matter_stays_one(asked: str) -> None:
    """A name with 和 in it, a total, a story, a question of what fits them."""
    assert not said(await Talk().say(asked)).startswith("您问了")


async def test_what_is_not_ours_is_said_so_by_its_number() -> None:
    """A matter of another office among ours is not dropped in silence, and has nothing to pick."""
    talk = Talk()
    answer = await talk.say("1、技改 2、社保怎么交 3、绿色工厂奖多少")
    check(answer)
    assert "2. “社保怎么交”：没有找到对得上的惠企政策" in said(answer)
    assert "第2件没有找到" in said(await talk.say("2"))
    assert said(await talk.say("3")).startswith("【打造绿色制造体系】")


async def test_what_does_not_fit_is_named() -> None:
    """Whatever many there are, the message is not cut, and what is left is said with how to ask it."""
    names = ("技改", "算力券", "绿色工厂", "单项冠军", "首台套", "平度高企")
    answer = await Talk().say("".join(f"{n}、{name}能补多少；" for n, name in enumerate(names, 1)))
    check(answer)
    told = said(answer)
    shown = [name for n, name in enumerate(names, 1) if f"\n{n}. " in told]
    assert len(shown) >= 4
    assert shown == list(names) or all(f"“{name}能补多少”" in told for name in names[len(shown) :])


class Counting(Context):
    """Counts how often a text is looked at."""

    looked = 0

    def find(self, text: str) -> Finding:
        """As ever."""
        self.looked += 1
        return super().find(text)


@pytest.mark.parametrize("joint", ["、", "和", "，"])
@pytest.mark.parametrize("many", [JOINED_PARTS - 2, 60])
def test_what_is_joined_costs_no_more_with_each_joint(joint: str, many: int) -> None:
    """A row of names that are no matters is looked through once from each of them, and a long one not at all."""
    text = joint.join(["东一号"] * many + ["技改分别能补多少"])
    message = Text(key="k", openid=OPENID, account="gh_1", created=0, text=text)
    ctx = Counting(message=message, words=text, corpus=the_corpus(), now=SUNDAY, office=Office(public_url=PAGES))
    assert matters_of(ctx) == []
    assert 0 < ctx.looked < JOINED_PARTS**2


@pytest.mark.parametrize(
    ("asked", "policies"),
    [
        ("算力券怎么申请，另外首版次软件有没有奖", ("q91-18", "q91-10")),
        ("我想问技改补多少，顺便问下算力券", ("q91-1", "q91-18")),
        ("技改找谁，还有小巨人呢", ("q91-1", "q91-69")),
        ("我在平度，单项冠军和专精特新分别奖多少", ("q91-2", "q91-69")),
    ],
)
async def test_one_thing_more(asked: str, policies: tuple[str, ...]) -> None:
    """What is asked by 另外, 还有, 顺便问, and what 分别 parts, is answered beside the first."""
    answer = await Talk().say(asked)
    check(answer, asked)
    assert said(answer).startswith("您问了2件事")
    assert answer.policies == policies


async def test_one_thing_more_that_is_none_of_ours() -> None:
    """It is named, and it is said that there is nothing of it."""
    answer = await Talk().say("算力券怎么申请，另外首版次软件有没有奖，还有人才公寓找谁")
    check(answer)
    assert "3. “人才公寓找谁”：没有找到" in said(answer)


@pytest.mark.parametrize(
    "asked", ["算力券怎么申请，还有找谁", "技改补贴还有吗", "技改投了2000万，还有研发费用800万，能补多少"]
)
async def test_no_other_thing(asked: str) -> None:
    """What asks more of one matter, or tells of it, is no matter of its own."""
    assert not said(await Talk().say(asked)).startswith("您问了")


async def test_the_citys_where_the_district_has_none() -> None:
    """Of several matters, too, what is told as the city's is the city's."""
    text = said(await Talk().say("我在平度，单项冠军和专精特新分别奖多少"))
    assert "1. 【培育制造业优质企业】（市级）\n（资料里没有平度市自己的这项，下面是市级的）" in text
    assert "200万元" in text


@pytest.mark.parametrize("asked", ["技改和专精特新怎么申请", "专精特新怎么申请，还有技改能补多少", "专精特新"])
async def test_what_pays_now_leads(asked: str) -> None:
    """Where a topic is named and nothing else, what is over leads neither a list nor one of several matters."""
    talk = Talk()
    answer = await talk.say(asked)
    check(answer, asked)
    assert "q91-69" in answer.policies[:2]
    assert "q91-86" not in answer.policies[:1]
    assert "❌" not in said(answer)


async def test_whose_policy_is_over_is_still_told_so() -> None:
    """Of the district that is named it is answered with what it had, over as it is."""
    answer = await Talk().say("高新区专精特新怎么申请，还有技改能补多少")
    assert answer.policies[0] == "q91-86"
    assert "❌ 已于2025年4月29日到期" in said(answer)


@pytest.mark.parametrize(
    ("words", "policies"),
    [
        ("今年刚过了船级社认可，另外还打算建设现代海洋牧场装备造双燃料船", ("xh49-41", "xh49-42")),
        ("人在黄岛，一是想建院士工作站，二是刚跟石油大学签了检测合同", ("xh49-32", "xh49-28")),
        ("想问三件事：绿色供应链、能效领跑者、首版次软件", ("q91-14", "q91-15", "q91-10")),
    ],
)
async def test_what_is_said_to_be_several_is_several(words: str, policies: tuple[str, ...]) -> None:
    """Matters that are counted out or said to be one more are all answered, although none of them asks."""
    answer = await Talk().say(words)
    check(answer)
    assert answer.policies == policies


@pytest.mark.parametrize(
    ("words", "first", "never"),
    [
        ("不是绿色工厂！我问的是算力券怎么用", "q91-18", "q91-14"),
        ("没问技改，我问的是算力券", "q91-18", "q91-1"),
        ("我问的是算力券不是创新券", "q91-18", "xh49-27"),
    ],
)
async def test_what_is_refused_is_not_answered(words: str, first: str, never: str) -> None:
    """Who says what they did not ask about is answered only what they did."""
    answer = await Talk().say(words)
    check(answer)
    assert answer.policies[0] == first
    assert never not in answer.policies


@pytest.mark.parametrize(
    "words", ["专精特新怎么申请，技改找谁", "技改补多少，专精特新怎么申请", "专精特新怎么申请、高企怎么认定"]
)
async def test_how_to_apply_is_a_question_of_its_own_and_is_not_answered_by_what_is_over(words: str) -> None:
    """怎么申请 beside another question is a matter; none of them leads with what is over, nor names it first."""
    answer = await Talk().say(words)
    check(answer)
    assert said(answer).startswith("您问了2件事")
    assert "q91-69" in answer.policies
    assert not any(the_corpus().is_over(the_corpus().policies[i], SUNDAY.date()) for i in answer.policies)
    near = [line for line in said(answer).split("\n") if line.startswith("也可能是：")]
    assert near
    assert not any("已到期" in line for line in near)
