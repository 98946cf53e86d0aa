"""How facts of the corpus are put into words: periods, benefits, papers, desks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from bot.chinese import day, money, share, years
from bot.context import Context
from bot.policies import (
    SOON,
    AnyBenefit,
    Department,
    Fact,
    Fixed,
    Match,
    Maximum,
    Paper,
    PerUnit,
    Policy,
    Pool,
    Rate,
    Status,
    Step,
    Tier,
    Tiers,
)  # fmt: skip
from bot.replies import say_link

LEVELS = {"city": "市级", "district": "区级"}
LONG_SCALE = 4  # tiers
SHORT_NAME = 2  # characters: 新区
CAUTION = "⚠️ 这是{district}的政策，只给{district}的企业。"
RESTS_ABOVE = "⚠️ 摘自{district}的政策摘编，依据的不是区里自己的文件；别的区（市）能不能报资料没有写，请问责任单位。"
# How the numbers of papers begin that the city, the province or the state issued, and no district.
ABOVE = re.compile("青(?:政|发|科|财|工信)|鲁|国|工信部")
OURS = "📍 您在{district}，这是{district}自己的政策。"
NO_PHONE = "资料未列电话"


def level(policy: Policy) -> str:
    """市级, or the district."""
    return LEVELS["city"] if policy.level == "city" else policy.district


def title(ctx: Context, policy: Policy) -> str:
    """The title; policies that share one are told apart by what people call them."""
    return ctx.corpus.called(policy)


def heading(ctx: Context, policy: Policy) -> str:
    """The head of an answer about one policy."""
    return f"【{title(ctx, policy)}】（{level(policy)}）"


def beside(ctx: Context, policy: Policy) -> str:
    """A policy named beside another: title, level, and that it is over, if it is."""
    return f"{title(ctx, policy)}（{where(ctx, policy)}）"


def linked(ctx: Context, policy: Policy) -> str:
    """The same, to be tapped."""
    return say_link(beside(ctx, policy), policy.title, policy.id)


def where(ctx: Context, policy: Policy) -> str:
    """The level of a policy named beside another, and that it is over, if it is."""
    return f"{level(policy)}·{mark(ctx, policy)}" if ctx.corpus.is_over(policy, ctx.today) else level(policy)


def headline(benefits: Iterable[AnyBenefit]) -> str:
    """The largest sum that one award of these reaches, to tell them by; nothing where none is named.

    What an enterprise may have of a year, or in all, is no award: it stands only where the award has no limit itself.
    """
    found = [value for value in benefits if not isinstance(value, Pool)]
    awards = [(figure, value) for value in found for figure in _awarded(value)]
    if awards:
        most, value = max(awards, key=lambda award: award[0])
        return f"，最高{money(most)}{_per(value.per)}"
    rules = (f"{_sum(b) if isinstance(b, PerUnit) else ''}{limits(b)}".removeprefix("，") for b in found)
    return next((f"，{said}" for said in rules if said), "")


def _awarded(value: AnyBenefit) -> list[int]:
    tiers = [figure for tier in value.tiers for figure in (tier.amount, tier.cap)] if isinstance(value, Tiers) else []
    stated = [value.amount] if isinstance(value, Fixed) else []
    return [figure for figure in (*stated, value.cap, *tiers) if figure is not None]


def caution(ctx: Context, policy: Policy, here: str = "") -> list[str]:
    """Where a district's policy answers somebody who named no district: that it is for that district alone, or, if
    they are known to be `here`, that it is theirs."""
    asked = ctx.words and policy.district in ctx.finding.question.named("district")
    if policy.level == "city" or asked:
        return []
    words = OURS if policy.district == here else CAUTION if is_own(ctx, policy) else RESTS_ABOVE
    return [words.format(district=policy.district)]


def is_own(ctx: Context, policy: Policy) -> bool:
    """Whether a district's policy is for its own enterprises by its paper or its words, and not by where it is told."""
    texts = (*policy.who, *policy.conditions, *(part for b in policy.benefits for part in (b.name, b.who)))
    names = (policy.district, policy.district[-SHORT_NAME:])
    named = any(name in text for name in names for text in texts)
    return named or ABOVE.match(ctx.corpus.paper(policy).number) is None


def status(ctx: Context, policy: Policy, on: date | None = None) -> str:
    """One short phrase: where the policy stands on the day."""
    return _state(ctx, policy, on or ctx.today) + (_borrowed(ctx, policy) if on is None else "")


def _borrowed(ctx: Context, policy: Policy) -> str:
    """Where the item states no period of its own: from whose item of the same paper it is known."""
    known = ctx.corpus.dated_by(policy)
    own, _ = ctx.corpus.item(policy)
    return f"（{own}没写期限，这是{known}里同一份文件的）" if known else ""


def _state(ctx: Context, policy: Policy, when: date) -> str:
    start, end = ctx.corpus.period(policy)
    match ctx.corpus.status(policy, when):
        case Status.EXPIRED:
            return f"❌ 已于{day(_known(end))}到期"
        case Status.VALID:
            left = (_known(end) - when).days
            return (
                f"✅ 有效，还剩{left}天（至{day(_known(end))}）" if left else f"⏰ 今天是最后一天（{day(_known(end))}）"
            )
        case Status.UPCOMING:
            return f"⏳ 自{day(_known(start))}起施行"
        case Status.OPEN:
            return f"✅ 自{day(_known(start))}起施行，资料未列截止日期"
        case _:
            return "❔ 资料未列有效期，以主管单位答复为准"


def unstarted(ctx: Context, policy: Policy) -> str:
    """What is known of a past day of a policy that states only its end: not that it was in force."""
    issued = next(iter(years(ctx.corpus.paper(policy).number)), 0)
    of = f"依据的文件是{issued}年的，" if issued else ""
    return f"在截止日之前；{of}什么时候开始施行，资料没有写"


def mark(ctx: Context, policy: Policy) -> str:
    """The status in one or two words, for a list."""
    match ctx.corpus.status(policy, ctx.today):
        case Status.EXPIRED:
            return "已到期"
        case Status.VALID:
            left = (_known(ctx.corpus.period(policy)[1]) - ctx.today).days
            return f"剩{left}天" if left <= SOON else "有效"
        case Status.UPCOMING:
            return "未施行"
        case Status.OPEN:
            return "施行中"
        case _:
            return "未列期限"


def _known(value: date | None) -> date:
    assert value is not None  # the status says that this end of the period is stated
    return value


def paper(value: Paper) -> str:
    """《title》（number）."""
    return f"《{value.title}》（{value.number}）" if value.number else f"《{value.title}》"


def benefit(value: AnyBenefit) -> str:
    """One benefit in one line: what for, how much, at most."""
    return "".join((_head(value), _sum(value), limits(value), "，一次性" if value.once else ""))


def brief(value: AnyBenefit) -> str:
    """One benefit for a card: a long scale only by what it goes by and how far it goes."""
    if not isinstance(value, Tiers) or len(value.tiers) < LONG_SCALE:
        return benefit(value)
    figures = [figure for tier in value.tiers for figure in (tier.amount, tier.cap) if figure is not None]
    top = f"，最高{money(max(figures))}" if figures else ""
    return f"{_head(value)}按{value.by}分{len(value.tiers)}档{top}{limits(value)}"


def _head(value: AnyBenefit) -> str:
    return f"{value.name}：" if value.name else ""


def _sum(value: AnyBenefit) -> str:
    match value:
        case Fixed(amount=amount):
            return f"{money(amount)}{_per(value.per)}"
        case Rate():
            return f"{value.base}×{'最高' if value.upto else ''}{share(value.percent)}"
        case Match():
            return f"{value.base}的{share(value.percent)}"
        case Tiers():
            return f"按{value.by}分档，" + "；".join(tier(value, step) for step in value.tiers)
        case Step():
            return f"{value.by}每满{_amount(value.step)}奖{money(value.amount)}"
        case PerUnit():
            return f"每{value.unit}{money(value.amount)}"
        case Pool():
            return f"总额{money(value.amount)}{_per(value.per)}（不是给单个企业的数）"
        case Maximum():
            return ""


def _amount(step: float) -> str:
    return money(step) if step >= 1000 else f"{step:g}"


def tier(value: Tiers, step: Tier) -> str:
    """One step of a scale."""
    parts = []
    if step.percent is not None:
        parts.append(f"{value.base}×{share(step.percent)}" if value.base else share(step.percent))
    if step.amount is not None:
        parts.append(money(step.amount))
    if step.cap is not None:
        parts.append(f"最高{money(step.cap)}")
    return f"{step.label} {'、'.join(parts)}"


def _per(per: str) -> str:
    return f"/{per.removeprefix('每')}" if per and per != "企业" else ""


def limits(value: AnyBenefit) -> str:
    """What an award is limited to, as it follows the sum."""
    found = []
    if value.cap is not None:
        found.append(f"最高{money(value.cap)}{_per(value.per) if not isinstance(value, Fixed | PerUnit) else ''}")
    if value.cap_year is not None:
        found.append(f"一家一年最多{money(value.cap_year)}")
    if value.cap_total is not None:
        found.append(f"一家累计最多{money(value.cap_total)}")
    if not found:
        return ""
    return ("" if isinstance(value, Maximum) else "，") + "，".join(found)


def each(facts: Mapping[str, Fact], value: AnyBenefit) -> str:
    """A limit that grows with what is counted: 每亩最多6000元."""
    if not isinstance(value, Rate) or value.cap_each is None or not value.each:
        return ""
    return f"每{facts[value.each].unit}最多{money(value.cap_each)}"


def desk(unit: str, phone: str, matter: str = "") -> str:
    """A unit with its phone, as one line."""
    note = f"（{matter}）" if matter else ""
    return f"{unit}{note} {phone}" if phone else f"{unit}{note}（{NO_PHONE}）"


def desks(policy: Policy) -> list[str]:
    """The responsible units of a policy, one line each; units without a phone share one."""
    with_phone = [desk(c.unit, c.phone, c.matter) for c in policy.contacts if c.phone]
    without = [c.unit for c in policy.contacts if not c.phone]
    return [*with_phone, *([f"{'、'.join(without)}（{NO_PHONE}）"] if without else [])]


def phones(unit: Department) -> list[str]:
    """The numbers of a unit, each with its matter."""
    return [f"{p.number}（{p.matter}）" if p.matter else p.number for p in unit.phones]


def hours(ctx: Context) -> str:
    """Whether somebody picks up the phone now, by the usual hours."""
    state = ctx.opening
    if state.changes is None:
        return ""
    if state.open:
        return f"🕘 现在是上班时间，电话可打到{state.changes:%H:%M}。"
    return f"🕘 现在不在上班时间，{_when(ctx.today, state.changes)}上班再打。"


def _when(today: date, then: datetime) -> str:
    ahead = (then.date() - today).days
    names = {0: "今天", 1: "明天", 2: "后天"}
    week = "一二三四五六日"[then.weekday()]
    return f"{names.get(ahead, f'{then.month}月{then.day}日（周{week}）')}{then:%H:%M}"


def entry(ctx: Context, number: int, policy: Policy) -> str:
    """One line of a list: number, title, level, state."""
    return f"{number}. {say_link(title(ctx, policy), str(number), policy.id)}（{level(policy)}·{mark(ctx, policy)}）"


def alive_beside(ctx: Context, policy: Policy) -> list[Policy]:
    """What is in force on the matter of a policy that is over; of a district's, what those there can use, if any."""
    related = [ctx.corpus.policies[i] for i in policy.related]
    alive = [other for other in related if not ctx.corpus.is_over(other, ctx.today)]
    theirs = [other for other in alive if other.level == "city" or other.district == policy.district]
    return theirs if theirs and policy.level == "district" else alive
