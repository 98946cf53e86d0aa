"""Asking for a whole set: by the number of a paper, a sum, a district, a topic, a unit, a state."""

from __future__ import annotations

import pytest

from bot.emulator.phone import Phone
from bot.policies import Status, largest
from bot.replies import visible
from tests.corpus import the_corpus
from tests.handlers.talk import SUNDAY, Talk, everything, said

PAPER = "《青岛市加快先进制造业高质量发展若干政策措施》（青政发〔2024〕11号）政策共25条："


@pytest.mark.parametrize(
    "number",
    [
        "青政发〔2024〕11号",
        "青政发[2024]11号",
        "青政发(2024)11号",
        "青政发（2024）11号",
        "青政发【2024】11号",
        "青政发［2024］11号",
        "青政发「2024」11號",
        "青政发2024-11号",
        "青政发 2024 11",
        "青政发202411号",
        "青政发２０２４１１号",
        "青政發〔2024〕11號",
        "青政发2024年第11号",
        "青政发〔2024〕11号有哪些政策",
    ],
)
async def test_a_paper_is_found_by_its_number(phone: Phone, number: str) -> None:
    """In any brackets or none, in full width, in traditional characters: the same paper, with all its policies."""
    assert (await phone.say(number)).text.startswith(PAPER)


async def test_every_number_of_the_corpus_is_known() -> None:
    """Each paper that has a number and policies is found by it, and named in full; a restatement is not told beside
    the policy it restates."""
    for key, paper in the_corpus().papers.items():
        ids = {policy.id for policy in everything() if policy.paper == key}
        ids -= {i for i in ids if ids & set(the_corpus().policies[i].restates)}
        if not (paper.number and ids):
            continue
        answer = await Talk().say(f"{paper.number}有哪些")
        assert set(answer.policies) == ids, paper.number
        assert f"《{paper.title}》（{paper.number}）" in said(answer)


@pytest.mark.parametrize("number", ["青政发〔2031〕11号", "青政发〔2024〕1号", "国发〔2024〕11号"])
async def test_a_number_of_no_paper(phone: Phone, number: str) -> None:
    """A number that differs in year, serial or sender is not taken for ours."""
    assert PAPER not in (await phone.say(number)).text


@pytest.mark.parametrize("asked", ["600万的", "六百万的", "６００万元的", "600W的"])
async def test_a_sum_finds_who_names_it(phone: Phone, asked: str) -> None:
    """A bare sum, however written, lists the policies that state it."""
    text = visible((await phone.say(asked)).text)
    assert "写明600万元的政策共" in text
    assert "鼓励企业设备更新和技术改造" in text


async def test_a_sum_and_more() -> None:
    """100万以上的 lists exactly the policies whose largest sum is at least that."""
    answer = await Talk().say("100万以上的")
    assert set(answer.policies) == {p.id for p in everything() if (largest(p) or 0) >= 1_000_000}
    assert "最高能给100万元以上的政策共" in said(answer)


@pytest.mark.parametrize(
    ("asked", "district"),
    [
        ("崂山区有哪些政策", "崂山区"),
        ("平度有哪些", "平度市"),
        ("高新区有哪些政策", "高新区"),
        ("西海岸新区有啥政策", "西海岸新区"),
        ("黄岛有哪些政策", "西海岸新区"),
        ("市级有哪些政策", "市"),
    ],
)
async def test_a_district_has_its_policies(asked: str, district: str) -> None:
    """A district, by any of its names, lists exactly its own."""
    answer = await Talk().say(asked)
    assert answer.intent == "list"
    assert set(answer.policies) == {policy.id for policy in everything() if policy.district == district}


@pytest.mark.parametrize("topic", ["首台套", "算力", "生物医药", "绿色低碳", "虚拟现实"])
async def test_a_topic_has_its_policies(topic: str) -> None:
    """A topic lists exactly the policies that carry it."""
    answer = await Talk().say(f"{topic}有哪些政策")
    assert set(answer.policies) == {policy.id for policy in everything() if topic in policy.topics}


@pytest.mark.parametrize(
    ("asked", "unit"),
    [
        ("装备产业处管什么", "市工业和信息化局装备产业处"),
        ("交通装备产业处管什么", "市工业和信息化局交通装备产业处"),
        ("市工业和信息化局绿色发展处负责哪些政策", "市工业和信息化局绿色发展处"),
        ("平度产业发展科有哪些政策", "平度市工业和信息化局产业发展科"),
    ],
)
async def test_a_unit_has_its_policies(asked: str, unit: str) -> None:
    """A unit, in full or shortened, lists exactly the policies it answers for, and not those of one like it."""
    answer = await Talk().say(asked)
    assert set(answer.policies) == {p.id for p in everything() if any(c.unit == unit for c in p.contacts)}


async def test_what_ends_soon() -> None:
    """哪些政策快到期了 lists what ends within ninety days, said once with its day, and nothing that is over."""
    answer = await Talk().say("哪些政策快到期了")
    states = {the_corpus().status(the_corpus().policies[i], SUNDAY.date()) for i in answer.policies}
    assert states == {Status.VALID}
    assert len(answer.policies) == 40
    assert said(answer).startswith("40条都一样：✅ 有效，还剩39天（至2026年12月31日）\n")


async def test_what_is_over() -> None:
    """哪些已经到期 lists exactly what is over, grouped by the day it ended."""
    answer = await Talk().say("哪些政策已经到期")
    over = {p.id for p in everything() if the_corpus().status(p, SUNDAY.date()) is Status.EXPIRED}
    assert set(answer.policies) == over
    assert "❌ 已于2025年12月31日到期" in said(answer)
    assert "✅" not in said(answer)


async def test_an_item_of_the_compendium(phone: Phone) -> None:
    """A policy is found by its number in the printed compendium and by its id."""
    for asked in ("汇编第37条", "汇编第三十七条", "q91-37", "Ｑ９１－３７"):
        assert (await phone.say(asked)).text.startswith("【做强工业互联网平台】")


async def test_what_is_over_comes_last() -> None:
    """In a list those in force come first, the others marked."""
    for asked in ("高新区有哪些政策", "首台套有哪些政策", "装备产业处管什么", "600万的"):
        lines = [line for line in said(await Talk().say(asked)).splitlines() if line.partition(". ")[1]]
        over = ["已到期" in line for line in lines]
        assert over == sorted(over), asked
