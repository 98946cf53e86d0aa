"""How facts are put into words."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from bot.clock import SHANGHAI
from bot.context import Context, Office
from bot.messages import Text
from bot.policies import (
    AnyBenefit,
    Department,
    Fixed,
    Match,
    Maximum,
    Paper,
    PerUnit,
    Phone,
    Pool,
    Rate,
    Step,
    Tier,
    Tiers,
    figures,
    largest,
)  # fmt: skip
from handlers import wording
from tests.corpus import the_corpus
from tests.handlers.talk import SUNDAY, everything
from tests.handlers.talk import figures as sums_of

SCALE = Tiers(
    name="升规奖励",
    by="营收",
    tiers=(Tier(label="1亿元以上", amount=100_000), Tier(label="10亿元以上", percent=5, cap=2_000_000)),
    base="增量",
)


def context(now: datetime = SUNDAY) -> Context:
    """Somebody asks."""
    message = Text(key="k", openid="o", account="gh_1", created=0, text="")
    return Context(message=message, corpus=the_corpus(), now=now, office=Office())


@pytest.mark.parametrize(
    ("benefit", "said"),
    [
        (Fixed(name="认定奖励", amount=500_000, per="企业", once=True), "认定奖励：50万元，一次性"),
        (Fixed(name="", amount=5000, per="每人"), "5000元/人"),
        (Rate(name="技改", percent=12, base="设备投资", cap_year=6_000_000), "技改：设备投资×12%，一家一年最多600万元"),
        (
            Rate(name="贴息", percent=2.5, base="贷款", upto=True, cap=10**8, per="项目"),
            "贴息：贷款×最高2.5%，最高1亿元/项目",
        ),
        (Maximum(name="平台", cap=3_000_000), "平台：最高300万元"),
        (Maximum(name="平台"), "平台："),
        (Match(name="配套", percent=50, base="市级奖补", cap_total=200_000), "配套：市级奖补的50%，一家累计最多20万元"),
        (Step(name="增长", by="营收", step=100_000_000, amount=500_000), "增长：营收每满1亿元奖50万元"),
        (Step(name="机器人", by="台数", step=10, amount=500_000), "机器人：台数每满10奖50万元"),
        (PerUnit(name="苗种", unit="亩", amount=2000, cap=100_000, per="企业"), "苗种：每亩2000元，最高10万元"),
        (SCALE, "升规奖励：按营收分档，1亿元以上 10万元；10亿元以上 增量×5%、最高200万元"),
    ],
)
def test_a_benefit_in_a_line(benefit: AnyBenefit, said: str) -> None:
    """What for, how much, of what, at most: each kind in its own words, no figure rounded."""
    assert wording.benefit(benefit) == said


def test_a_budget_is_no_award() -> None:
    """The money of a whole scheme is told with that warning."""
    assert "不是给单个企业的数" in wording.benefit(Pool(name="专项", amount=100_000_000, per="年"))


def test_a_long_scale_for_a_card() -> None:
    """From four steps on a card tells what it goes by and how far it goes; shorter ones are told whole."""
    long = Tiers(name="奖", by="级别", tiers=tuple(Tier(label=f"{n}级", amount=n * 10_000) for n in range(1, 5)))
    assert wording.brief(long) == "奖：按级别分4档，最高4万元"
    assert wording.brief(SCALE) == wording.benefit(SCALE)
    unknown = Tiers(name="奖", by="级别", tiers=tuple(Tier(label=f"{n}级", percent=n) for n in range(1, 5)))
    assert wording.brief(unknown) == "奖：按级别分4档"


def test_every_sum_of_the_corpus_survives_its_wording() -> None:
    """Each benefit's words name exactly the sums it has, and no others that its policy's papers lack."""
    for policy in everything():
        told = frozenset[float]().union(*(sums_of(wording.benefit(benefit)) for benefit in policy.benefits))
        assert {float(figure) for figure in figures(policy)} <= told, policy.id


def test_the_largest_sum_tells_policies_apart() -> None:
    """A head names the largest sum of one award, of a year only where no award has a limit, or nothing."""
    for policy in everything():
        said = wording.headline(policy.benefits)
        assert (said == "") == (largest(policy) is None), policy.id
        caps = [b.cap for b in policy.benefits if b.cap and not isinstance(b, Pool)]
        if caps:
            assert max(sums_of(said)) >= max(caps)


@pytest.mark.parametrize(
    ("policy", "day", "status", "mark"),
    [
        ("q91-1", "2026-11-22", "✅ 有效，还剩39天（至2026年12月31日）", "剩39天"),
        ("q91-1", "2026-11-01", "✅ 有效，还剩60天（至2026年12月31日）", "剩60天"),
        ("q91-1", "2026-10-31", "✅ 有效，还剩61天（至2026年12月31日）", "有效"),
        ("q91-1", "2026-12-31", "⏰ 今天是最后一天（2026年12月31日）", "剩0天"),
        ("q91-1", "2027-01-01", "❌ 已于2026年12月31日到期", "已到期"),
        ("q91-65", "2022-12-31", "⏳ 自2023年1月1日起施行", "未施行"),
        ("q91-65", "2023-01-01", "✅ 自2023年1月1日起施行，资料未列截止日期", "施行中"),
        ("xh49-30", "2026-11-22", "❔ 资料未列有效期，以主管单位答复为准", "未列期限"),
    ],
)
def test_the_state_of_a_policy(policy: str, day: str, status: str, mark: str) -> None:
    """Each state in a phrase and in a word, on its day."""
    ctx = context(datetime.combine(date.fromisoformat(day), datetime.min.time(), SHANGHAI))
    assert wording.status(ctx, the_corpus().policies[policy]) == status
    assert wording.mark(ctx, the_corpus().policies[policy]) == mark
    assert wording.status(context(), the_corpus().policies[policy], date.fromisoformat(day)) == status


def test_papers() -> None:
    """Title and number; the title alone where there is no number."""
    assert wording.paper(Paper(title="措施", number="青政发〔2024〕11号")) == "《措施》（青政发〔2024〕11号）"
    assert wording.paper(Paper(title="通知")) == "《通知》"


def test_desks() -> None:
    """Unit, matter and phone in a line; what has no phone says so."""
    assert wording.desk("科技处", "85911216") == "科技处 85911216"
    assert wording.desk("科技处", "85911216", "专利") == "科技处（专利） 85911216"
    assert wording.desk("财政局", "", "拨付") == "财政局（拨付）（资料未列电话）"
    numbers = (Phone(number="1", matter="甲"), Phone(number="2"))
    assert wording.phones(Department(name="处", short="处", district="市", phones=numbers)) == ["1（甲）", "2"]


def test_units_without_a_phone_share_a_line() -> None:
    """However many units have no phone, that is said once."""
    for policy in everything():
        lines = wording.desks(policy)
        assert sum("资料未列电话" in line for line in lines) <= 1
        assert all(any(contact.unit in line for line in lines) for contact in policy.contacts)


@pytest.mark.parametrize(
    ("ahead", "named"), [(0, "今天"), (1, "明天"), (2, "后天"), (3, "11月25日（周三）"), (10, "12月2日（周三）")]
)
def test_when_they_open(ahead: int, named: str) -> None:
    """The next days by their names, later ones by date and weekday."""
    then = SUNDAY + timedelta(days=ahead)
    assert wording._when(SUNDAY.date(), then) == f"{named}10:00"


def test_levels() -> None:
    """A policy of the city is 市级, one of a district carries its name."""
    for policy in everything():
        assert wording.level(policy) == ("市级" if policy.district == "市" else policy.district)
