"""What people are told of their own accord."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.differences import Difference
from bot.notices import Criterion, News, Told
from bot.policies import Fixed, Paper, Tier, Tiers
from bot.replies import TEXT_LIMIT, visible
from handlers import notices
from tests.handlers.talk import everything

TODAY, URL = date(2026, 11, 22), "https://huiqi.example.gov.cn"
TOPIC = Criterion(kind="topic", value="技术改造")
SCALE = Tiers(name="上台阶", by="营收", tiers=(Tier(label="1亿元", amount=100_000),))


def news(kind: str = "changed", **fields: Any) -> News:
    """A fact about a policy."""
    known = {"policy": "q91-1", "title": "鼓励技改", "place": "市", "unit": "投资处", "phone": "85911248"}
    lines = ("上限50万元→100万元",)
    return News(**{"kind": kind, "lines": lines, "created": 0.0, "end": date(2026, 12, 31), **known, **fields})


def told(*facts: News, why: Criterion = TOPIC) -> str:
    """What somebody reads of these facts."""
    wording = notices.notice([Told(news=fact, why=why) for fact in facts], TODAY, URL)
    assert len(wording.text.encode()) <= TEXT_LIMIT
    assert len(wording.brief.encode()) <= TEXT_LIMIT // 2
    return visible(wording.text)


@pytest.mark.parametrize(
    ("difference", "line"),
    [
        (Difference(field="cap", of="补助", before=500_000, after=1_000_000), "补助：上限50万元→100万元"),
        (Difference(field="cap", of="补助", after=1_000_000), "补助：上限定为100万元"),
        (Difference(field="cap", of="补助", before=500_000), "补助：上限不再写明（原50万元）"),
        (Difference(field="percent", of="补助", before=12.0, after=15.0), "补助：比例12%→15%"),
        (
            Difference(field="end", before=date(2026, 12, 31), after=date(2027, 12, 31)),
            "有效期：至2026年12月31日→至2027年12月31日",
        ),
        (Difference(field="end", before=date(2026, 12, 31)), "有效期：至2026年12月31日→未列截止日期"),
        (Difference(field="phone", of="投资处", before=("1",), after=("2", "3")), "投资处电话：1→2、3"),
        (Difference(field="phone", of="投资处", before=(), after=("2",)), "投资处电话：资料未列电话→2"),
        (Difference(field="unit", after="装备处"), "责任单位增加：装备处"),
        (Difference(field="condition", before="甲"), "条件去掉：甲"),
        (Difference(field="who", before="甲", after="乙"), "谁能报：甲→乙"),
        (
            Difference(field="paper", before=Paper(title="旧", number="1号"), after=Paper(title="新")),
            "依据：《旧》（1号）→《新》",
        ),
        (Difference(field="benefit", of="奖", after=Fixed(name="奖", amount=100_000)), "新增：奖：10万元"),
        (Difference(field="benefit", of="奖", before=Fixed(name="奖", amount=100_000)), "取消：奖：10万元"),
        (
            Difference(field="tier", of="上台阶", before=(SCALE, SCALE.tiers[0]), after=(SCALE, SCALE.tiers[0])),
            "上台阶：1亿元 10万元→1亿元 10万元",
        ),
        (Difference(field="terms", of="上台阶", before=SCALE, after=SCALE), "上台阶：发放的条件有调整，详情看全文"),
    ],
)
def test_a_difference_is_what_it_was_and_is(difference: Difference, line: str) -> None:
    """Each kind of change in a line."""
    assert notices.changes([difference]) == (line,)


def test_one_fact_in_full() -> None:
    """Which policy, what changed, how long it holds, whom to call, where to look, why they are told, how to stop."""
    text = told(news())
    for words in (
        "政策有变化：【鼓励技改】（市级）",
        "上限50万元→100万元",
        "还剩39天，最后一天是2026年12月31日",
        "85911248",
        "看这条政策 ｜ 全文",
        "您订阅了“技术改造”",
        "退订技术改造",
    ):
        assert words in text


def test_what_is_over_is_said_to_be() -> None:
    """Validity is that of the day on which it is told."""
    assert "❌ 已于2026年11月1日到期" in told(news("new", end=date(2026, 11, 1)))
    assert "已于2026年11月1日到期" in told(news("new", end=date(2026, 11, 1)), news())
    assert "今天（2026年11月22日）是最后一天" in told(news("expiring", end=TODAY, lines=()))


def test_a_wish_and_a_correction() -> None:
    """A wish says that it came true; a correction begs pardon and offers no way out, since nobody asked for it."""
    assert told(news("new"), why=Criterion(kind="word", value="氢能", wish=True)).startswith("🎉 您要的“氢能”有政策了")
    text = told(news("corrected", lines=("电话应为1",)), why=Criterion(kind="answered", value="q91-1"))
    assert "之前答复您的内容有误" in text
    assert "电话应为1" in text
    assert "退订" not in text


def test_a_correction_in_brief() -> None:
    """Beneath an answer with little room it says what was wrong and leads to what is right; its words are never cut."""
    why = Criterion(kind="answered", value="q91-1")
    for note, said in (("电话应为1", True), ("电话应为1，" * 60, False)):
        brief = notices.notice([Told(news=news("corrected", lines=(note,)), why=why)], TODAY, URL).brief
        assert (note in brief) is said
        assert "鼓励技改" in visible(brief)
        assert "有误" in brief
        assert 'msgmenuid=q91-1"' in brief
        assert len(brief.encode()) < TEXT_LIMIT // 4


def test_several_in_a_list() -> None:
    """However many there are, they fit into one message, changes before last days, and the rest is counted."""
    facts = [news("expiring", policy=f"q91-{n}", title=f"政策{n}", lines=()) for n in range(150)]
    text = told(*facts, news(policy="q91-999", title="变了的"))
    assert text.startswith("您订阅的内容有151条消息：\n· 有变化｜变了的")
    assert "……还有" in text


def test_any_new_policy_can_be_told() -> None:
    """Every policy of the corpus, as if it were new, fits and names its unit."""
    for policy in everything():
        lines = notices.gives(policy)
        assert policy.summary in told(news("new", title=policy.title, lines=lines, unit=policy.contacts[0].unit))
