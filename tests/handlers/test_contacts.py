"""Who to ask."""

from __future__ import annotations

import pytest

from bot.policies import Department
from tests.corpus import the_corpus
from tests.handlers.talk import Talk, at, check, everything, said, written


def units() -> list[Department]:
    """Every unit."""
    return list(the_corpus().departments.values())


async def test_every_unit_is_known_by_its_name() -> None:
    """Each unit's full name with 电话 gets that unit and every number it has, and nobody else's."""
    for unit in units():
        answer = await Talk().say(f"{unit.name}电话")
        check(answer)
        text = said(answer)
        assert answer.intent == "contact", unit.name
        assert f"☎ {unit.name}：" in text, unit.name
        assert all(phone.number in text for phone in unit.phones), unit.name
        inside = [d for d in units() if d.parent == unit.name and d.phones]
        assert ("资料未列电话" in text) == (not unit.phones and not inside), unit.name
        assert unit.phones or all(phone.number in text for d in inside for phone in d.phones), unit.name


async def test_every_number_is_known() -> None:
    """Each number gets its unit, with what the number is for."""
    for unit in units():
        for phone in unit.phones:
            text = said(await Talk().say(f"{phone.number}是哪"))
            assert f"☎ {unit.name}" in text, phone.number
            assert phone.matter in text


async def test_every_policy_has_a_desk() -> None:
    """Asked by id, each policy gets exactly its own units and numbers."""
    for policy in everything():
        text = said(await Talk().say("找谁办", policy.id))
        assert all(contact.unit in text for contact in policy.contacts)
        told = {number for number in the_corpus_phones() if number in text}
        assert told == {contact.phone for contact in policy.contacts if contact.phone}, policy.id


def the_corpus_phones() -> set[str]:
    """Every number."""
    return {phone.number for unit in units() for phone in unit.phones}


async def test_hours_are_for_phones() -> None:
    """When to call is told where there is something to call."""
    for policy in everything():
        text = said(await Talk().say("找谁办", policy.id))
        assert ("🕘" in text) == any(contact.phone for contact in policy.contacts), policy.id
    for unit in units():
        reached = unit.phones or any(d.phones for d in units() if d.parent == unit.name)
        assert ("🕘" in said(await Talk().say(f"{unit.name}电话"))) == bool(reached), unit.name


async def test_what_a_unit_holds_is_a_list() -> None:
    """Below a unit stand its policies by number, six at most; the rest comes with 更多."""
    talk = Talk()
    answer = await talk.say("市财政局电话")
    assert "负责的政策共13条：" in said(answer)
    assert talk.conversation is not None
    assert talk.conversation.shown == 6
    assert "7. " in said(await talk.say("更多"))


async def test_the_tap_leads_to_the_card() -> None:
    """From the desk 看这条政策 carries title and id, so that it works on every kind of account."""
    text = written(await Talk().say("找谁办", "q91-2"))
    assert 'msgmenuid=q91-2">看这条政策</a>' in text
    talk = Talk()
    await talk.say("找谁办", "q91-2")
    assert said(await talk.say("培育制造业优质企业", "q91-2")).startswith("【培育制造业优质企业】\n市级 · ")
    assert said(await talk.say("培育制造业优质企业")).startswith("【培育制造业优质企业】\n市级 · ")


async def test_open_and_shut() -> None:
    """By day and by night the same desk is told with when to call it."""
    assert "现在是上班时间，电话可打到12:00" in said(await Talk(now=at("2026-11-23T10:00")).say("技改找谁"))
    assert "现在不在上班时间，明天09:00上班再打" in said(await Talk(now=at("2026-11-23T20:00")).say("技改找谁"))


async def test_which_desk() -> None:
    """Without a matter the follower is asked for one."""
    answer = await Talk().say("电话多少")
    assert (answer.intent, answer.policies) == ("contact", ())
    assert "您想问哪项政策或哪个处室的电话" in said(answer)


async def test_who_wants_to_call_is_given_the_phone_of_the_policy_at_hand() -> None:
    """However they say it, after a card: the desk, and whether somebody picks up now."""
    for asked in ("电话多少啊我打电话问", "现在打有人接吗", "打电话给谁", "去哪申请", "在哪里申报"):
        talk = Talk(now=at("2026-11-26"))
        await talk.say("技改补贴")
        answer = await talk.say(asked)
        check(answer)
        assert "☎ 市工业和信息化局技术改造与投资处 85911248" in said(answer), asked
        assert "👤 谁能报" not in said(answer)
        assert "现在是上班时间" in said(answer)


async def test_another_matter_is_no_call() -> None:
    """A phone of a foreign matter is not answered with the desk of the policy at hand."""
    talk = Talk()
    await talk.say("技改补贴")
    assert "85911248" not in said(await talk.say("社保电话打不通"))


@pytest.mark.parametrize("words", ["周六他们上班吗", "还有别的电话没", "contact person?"])
async def test_desks_in_other_words(words: str) -> None:
    """Hours, another number, and English ask for the desk of the policy at hand."""
    talk = Talk()
    await talk.say("技改")
    answer = await talk.say(words)
    check(answer)
    assert answer.intent == "contact"
    assert "85911248" in said(answer)


async def test_an_address_that_no_paper_gives_is_said_not_given() -> None:
    """Who asks where a unit sits is told that the papers do not say, and where they do, what they say."""
    for asked in ("装备产业处在几楼", "技改处办公地址在哪", "崂山区无线电服务中心怎么走", "技改找谁 办公室在哪栋楼"):
        answer = await Talk().say(asked)
        check(answer)
        assert "📍 地址：资料没有给出" in said(answer), asked
    assert "地址" not in said(await Talk().say("装备产业处电话"))
    for asked in ("古镇口管委会怎么去", "不公开的那部分政策到哪查", "涉密条款去哪看"):
        text = said(await Talk().say(asked))
        assert "13210876217" in text, asked
        assert "地址：融合路681号" in text
        assert "资料没有给出" not in text


async def test_a_bureau_without_a_number_is_told_with_its_rooms() -> None:
    """That no number is listed is said of a unit only if none of its rooms has one."""
    text = said(await Talk().say("平度市工信局电话多少"))
    assert "资料没有列总机，列了5个处室（科室）的：" in text
    assert "· 产业发展科 87360199" in text
    assert "资料未列电话" not in text


@pytest.mark.parametrize(
    ("words", "unit", "policies"),
    [
        ("68686931是不是高新区的", "高新区经济发展部民营经济和能源办公室", {"q91-85", "q91-86"}),
        ("85911248是崂山的吗", "市工业和信息化局技术改造与投资处", {"q91-1"}),
        ("88999176都管啥", "崂山区工业和信息化局信息产业发展科", {f"q91-{n}" for n in range(55, 61)}),
    ],
)
async def test_a_number_names_its_unit_first(words: str, unit: str, policies: set[str]) -> None:
    """Whatever is asked of a number, whose it is stands first and what they hold below; a district picks nothing."""
    answer = await Talk().say(words)
    check(answer)
    number = words[:8]
    assert said(answer).startswith(f"{number} 是：\n☎ {unit}")
    assert set(answer.policies) == policies


async def test_a_room_of_a_unit_is_that_room() -> None:
    """A room is told by its own policies; two that are named by number after one another are both told."""
    assert len((await Talk().say("高新区经发部一室负责哪些政策")).policies) == 8
    text = said(await Talk().say("高新区工信一室和二室电话"))
    assert "68686559" in text
    assert "82020765" in text
    assert (await Talk().say("消费品产业处有几个电话")).intent == "contact"


async def test_an_office_that_does_not_have_it() -> None:
    """Where a matter is named beside an office that does not have it, whose it is is told."""
    answer = await Talk().say("高企找科技局的谁")
    check(answer)
    assert answer.policies[0] == "q91-68"
    assert said(answer).startswith("“高企”不在市科技局负责的政策里")


@pytest.mark.parametrize("asked", ["涉密的先进技术产品清单去哪里查", "先进技术产品目录在哪看", "涉密产品找谁查"])
async def test_what_is_secret_is_looked_up_there(asked: str) -> None:
    """The closing note of the digest: who, where, and by which phone."""
    answer = await Talk().say(asked)
    check(answer)
    assert answer.intent == "contact"
    assert all(part in said(answer) for part in ("青岛古镇口核心区管委", "融合路681号", "13210876217"))


async def test_the_desk_of_what_is_in_force_comes_before_one_of_what_is_over() -> None:
    """Where a topic is all that is named, nobody is sent to a desk whose policy is over."""
    answer = await Talk().say("专精特新找谁")
    check(answer)
    assert answer.policies[0] == "q91-69"
    assert "到期" not in said(answer).split("\n")[1]
