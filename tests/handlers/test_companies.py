"""The name of an enterprise and nothing else."""

from __future__ import annotations

import pytest

from tests.handlers.talk import Talk, check, said, written

NAMES = (
    "青岛鑫盛达精密机械有限公司",
    "青岛云图智能科技有限公司",
    "青岛啤酒股份有限公司",
    "青岛德诚会计师事务所",
    "平度市恒泰橡胶制品厂",
    "我们公司叫青岛远航船舶配件有限公司",
)


@pytest.mark.parametrize("name", NAMES)
async def test_a_name_is_no_question(name: str) -> None:
    """No policy is guessed from the words of a name; what can be asked is said."""
    answer = await Talk().say(name)
    check(answer)
    assert answer.policies == ()
    assert "只答政策" in said(answer)
    assert "我们能报什么" in written(answer)


async def test_the_district_of_a_name_is_heard() -> None:
    """What the name says of place and trade can be tapped, and where they are is known from then on."""
    talk = Talk()
    text = said(await talk.say("崂山区的青岛深蓝软件有限公司"))
    assert "崂山区有哪些政策" in text
    assert "软件信息有哪些政策" in text
    assert talk.conversation is not None
    assert talk.conversation.facts["district"] == "崂山区"


@pytest.mark.parametrize("words", ["智能工厂", "绿色工厂", "中试基地", "小巨人企业", "平度市工业和信息化局"])
async def test_what_policies_are_about_is_no_name(words: str) -> None:
    """Factories that are titles, and the city's own units, are what they were."""
    assert "只答政策" not in said(await Talk().say(words))


async def test_who_asks_beside_the_name_is_answered() -> None:
    """A question is a question, whoever asks it."""
    assert (await Talk().say("青岛鑫盛达精密机械有限公司，技改能补多少")).policies[0] == "q91-1"
