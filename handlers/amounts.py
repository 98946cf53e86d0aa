"""How much: somebody's own case worked out with its arithmetic, else every rule of a policy that names a figure."""

from __future__ import annotations

import re
from collections.abc import Container

import msgspec

from bot.chinese import ordinal, several
from bot.context import Context
from bot.conversation import Conversation
from bot.person import Facts
from bot.policies import AnyBenefit, Policy, Tiers
from bot.ranking import Finding
from bot.reckoning.awards import Award, companions
from bot.reckoning.benefits import State, deciding
from bot.replies import Answer, Say, fitting, say_link, web_link
from handlers import arithmetic, enterprise, hedges, named, pointing, policies, sums, wording
from handlers.cards import edition
from handlers.districts import by_district
from handlers.estimates import Estimate, best_estimate, estimate, positions
from handlers.readings import DISTRICT, read

FIGURE = re.compile("[0-9〇零一二两三四五六七八九十百千壹贰叁肆伍陆柒捌玖拾佰仟半]")
COUNTED = ("money", "number", "percent")
HOW = re.compile("算法|怎么算|咋算|怎么来的|算式|算给我|计算过程")
THING = re.compile("(?:那|那么)*([^0-9一二三四五六七八九十百千万]{2,8}?)呢")  # what is asked of as well
# Nothing but a sum: 大概一百五六十万.
BARE = re.compile(
    "(?:大概|大约|差不多|估计|也就|就|那个|约|是|要|得|花|投|了|个|总共|一共|有|在)*[0-9.〇零一二两三四五六七八九十百千多来几到至]+[万亿w](?:元|块|钱|多|左右|出头|吧|的|了|上下|之间)*"
)
SCALE = 3  # tiers that get a line each
DECIDES = "能不能报、给多少，由责任单位审核决定。"
# What people say of their own case where they ask for a sum without a word of how much.
SEEKING = re.compile(
    "[补奖给返配拿领报](?:到|回|上|点|些|我|俺|咱|得)?(?:吗|不|么|没|啥|几)|能[^，。？]{0,4}[补奖返配拿领]|有没有[补奖]|(?<=[%0-9元万亿])[补奖]$|[帮给][我俺咱]?(?:们|家)?算|算一?[算下]"
)
DONE = re.compile(
    "[换买购投花建造付评拿]了|[新添评拿]上|拿[到下]|运回|拉回|做完|完成|认定|通过|(?:今年|去年|上半年)[^，。]{0,4}[换买购投花建付]"
)  # of their own
# Who asks, or has not done it yet, is told what there is.
WISHES = re.compile(
    "[吗么嘛呢？?]|不$|没有?$|哪|啥|谁|几|多少|想|准备|打算|计划|要是|如果|假如|请|问|查|有无|是否|可否|能|听说|对应|适用|依据|奖|补"
)
LONG_AGO = re.compile("前年|[两二三四五六七八九十几多]年前|早几年|前几年|以前")  # no rule is known to reach back so far
AT_HAND = frozenset({"", "amount", "contact", "conditions", "expiry"})  # after these a figure is of the policy shown
OTHERS = frozenset({
    "contact", "expiry", "expired", "expiring", "current", "list", "conditions", "subscribe", "unsubscribe",
    "subscriptions", "staff", "complaint", "more",
})  # fmt: skip


async def answer(ctx: Context) -> Answer | None:
    """能补多少."""
    if not ctx.words:
        return None
    finding = ctx.finding
    asks = finding.intent == "amount" or _is_own_case(finding)
    story = not asks and _is_story(ctx)
    if not asks and not story and not (finding.intent == "policy" and finding.ids and finding.question.sums):
        return None
    ids = finding.ids
    here = await enterprise.place(ctx) if ids else ""
    if ids and asks and (each := by_district(ctx, known=here)):
        return each
    if here and not finding.question.named(DISTRICT):
        ids = policies.own_first(ctx, finding, here)
    if ids:
        found = await best_estimate(ctx, ids)
        if not asks and found.own.over and found.hanging:
            return None  # a sum of what is over, and only perhaps of their trade
        if not asks and not (found.told.whole and found.is_claimed):
            return await _of_story(ctx, found, ids) if story else None
        return _of_estimate(ctx, found, tuple(i for i in ids if i != found.policy.id))
    focus = ctx.corpus.policies.get(ctx.focus)
    if focus:
        return _of_estimate(ctx, await estimate(ctx, focus, meant=ctx.conversation.meant))
    return Answer(reply=Say(text="您想问哪项政策的金额？比如：技改能补多少、单项冠军奖多少。"), intent="amount")


def _is_story(ctx: Context) -> bool:
    """Whether they tell what they have done or got, and ask for nothing: what it comes to is what they are after."""
    finding, question = ctx.finding, ctx.finding.question
    text = question.folded.text
    if finding.intent != "policy" or finding.undecided or question.intents - {"greeting"} or question.sum_is_named:
        return False
    told = enterprise.is_own(ctx) or DONE.search(text) is not None
    return bool(finding.ids) and told and not (WISHES.search(text) or LONG_AGO.search(text))


async def _of_story(ctx: Context, found: Estimate, ids: tuple[str, ...]) -> Answer | None:
    """What a case that was told comes to by the policy that fits it best, where its rules take what was told."""
    found = await _claimed_of(ctx, found, ids[0])
    takes = set(found.used) & found.named and not (found.own.unmet or found.odd)  # itself, or what it comes on top of
    lacks = (
        bool(found.missing and set(found.told.facts) - {DISTRICT}) and not found.own.over
    )  # one fact more makes the sum
    if not (found.is_claimed or found.is_settled or takes or lacks):
        return None
    answer = _of_estimate(ctx, found, tuple(i for i in ids if i != found.policy.id))
    return msgspec.structs.replace(answer, intent=ctx.finding.intent)


async def _claimed_of(ctx: Context, found: Estimate, first: str) -> Estimate:
    """The policy that fits a story best; where what was told fails it, the city's that it would have come on top of."""
    own = found if found.policy.id == first else await estimate(ctx, ctx.corpus.policies[first])
    if not (own.own.unmet or _fails(own.own)):
        return own
    for companion in companions(ctx.corpus, own.policy, own.policy.benefits):
        other = companion.policy
        if other.level == "city" and not ctx.corpus.is_over(other, ctx.today):
            above = await estimate(ctx, other)
            if above.is_claimed:
                return above
    return own


def _is_own_case(finding: Finding) -> bool:
    """Whether figures of their own stand beside words of getting something, whatever else is asked."""
    if not finding.ids or not finding.question.sums or finding.undecided:
        return False
    if finding.intent == "expiry":  # 那100万还能领吗 names a sum they heard of
        return "amount" in finding.wants
    return finding.intent == "policy" and SEEKING.search(finding.question.folded.text) is not None


async def told(ctx: Context) -> Answer | None:
    """3000万, 平度的, 第一次评上: the answer to what was asked, or a fact more of the case at hand."""
    here = ctx.conversation
    tapped = ctx.pointed in ctx.corpus.policies
    if not ctx.words or not (here.wanted in AT_HAND or tapped):
        return None
    if here.wanted != "amount" and not (tapped or here.asked or FIGURE.search(ctx.finding.question.folded.text)):
        return None  # nothing that counts is told
    if ctx.finding.wants & OTHERS and (ctx.finding.ids or not (HOW.search(ctx.words) or _is_dated(ctx))):
        return None  # something else is asked
    if pointing.is_of_both(ctx):
        return None
    policy, number = ctx.corpus.policies.get(ctx.focus), ordinal(ctx.words)
    picks = len(here.listed) > 1 and several(ctx.words)  # 1 2: of a list, one at a time
    if policy is None or picks or (tapped and number is not None):
        return None
    if here.wanted == "amount" and _is_of_another(ctx, policy):
        return await _anew(ctx, policy)
    asked = here.asked or _told_before(ctx) or _counted_for(ctx, policy)
    if _seeks_another(ctx, policy):
        return None
    said = read(ctx, policy, asked=asked)
    bare = BARE.fullmatch(ctx.finding.question.folded.text) is not None
    if not (said.facts or asked) and bare:
        return await _of_bare(ctx, policy)
    if _turns(ctx, policy, said.named):
        here = ctx.conversation
    counted = [key for key in said.facts if ctx.corpus.facts[key].kind in COUNTED]
    is_named = here.wanted == "amount" or bool(said.named & set(counted))
    best = next(iter(ctx.finding.ids), policy.id)
    more = bool(counted) and is_named and best in (policy.id, *policy.related)
    if here.wanted == "amount" and not ctx.finding.ids and HOW.search(ctx.words):
        return await of_policy(ctx, policy)
    if _of_year(ctx):
        return await of_policy(ctx, policy)
    if ctx.finding.wants & OTHERS or not (said.whole or more or bare):
        return None
    if not (counted or tapped or here.wanted == "amount"):
        return None
    if any(odd.kind == "bare" for odd in said.odd) and number is not None and number <= len(here.listed):
        return None  # a number of the list
    if (
        more and best != policy.id and not said.whole
    ):  # 那我买了800万的设备呢, of the district's share: the city's with it
        return await of_policy(ctx, ctx.corpus.policies[best])
    found = await estimate(ctx, policy, asked=asked, meant=here.meant)
    return _of_estimate(ctx, found)


def _seeks_another(ctx: Context, policy: Policy) -> bool:
    """Whether it is asked if there is anything for a matter of another policy: 科技型中小企业入库有奖吗."""
    finding, related = ctx.finding, (policy.id, *policy.related)
    asks = enterprise.ASKING.search(finding.question.folded.text) is not None
    return asks and bool(finding.question.naming) and bool(finding.ids) and not set(finding.ids) & set(related)


async def _of_bare(ctx: Context, policy: Policy) -> Answer | None:
    """A sum without a word, and a policy at hand that takes it for nothing: what is wrong with it, or what is asked."""
    keys = dict.fromkeys(key for benefit in policy.benefits for key in deciding(benefit))
    bases = [key for key in keys if ctx.corpus.facts[key].kind == "money"]
    if not bases:
        return None
    alone = len(bases) == 1 and not ctx.corpus.facts[bases[0]].given  # else it may be any of them, or none
    return _of_estimate(ctx, await estimate(ctx, policy, asked=bases[0] if alone else ""))


def _is_of_another(ctx: Context, policy: Policy) -> bool:
    """Whether a figure is told of a thing that nothing here is known of: 秋刀鱼呢 800吨, after a sum for squid."""
    question = ctx.finding.question
    match = THING.match(question.folded.text)
    if match is None or ctx.finding.ids or not (ctx.conversation.meant or ctx.conversation.asked):
        return False
    known = read(ctx, policy).places
    places = range(*match.span(1))
    return all(place in question.unexplained and place not in known for place in places)


async def _anew(ctx: Context, policy: Policy) -> Answer:
    """All rules of a policy, and nothing that was told before: none of it was told of this."""
    _let_go(ctx, ctx.conversation.facts)
    return _rules_of(ctx, await estimate(ctx, policy), ())


def _let_go(ctx: Context, keys: Container[str]) -> None:
    """Forget what was meant, and these facts: none of them is of what is asked now."""
    here = ctx.conversation
    left = {key: value for key, value in here.facts.items() if key not in keys or ctx.corpus.facts[key].lasting}
    ctx.conversation = msgspec.structs.replace(here, facts=left, meant=(), asked="")


def _turns(ctx: Context, policy: Policy, told: frozenset[str]) -> bool:
    """Whether a figure is told of something else than what was meant before: then that, with its figure, is let go."""
    here = ctx.conversation
    meant = {key for n in here.meant if n < len(policy.benefits) for key in deciding(policy.benefits[n])}
    counted = {key for key in told if key in ctx.corpus.facts and ctx.corpus.facts[key].kind in COUNTED}
    own = {key for benefit in policy.benefits for key in deciding(benefit)}
    if not meant or not counted & own or counted & meant:
        return False
    _let_go(ctx, meant)
    return True


def _told_before(ctx: Context) -> str:
    """The one sum that the last answer was worked out with, where another comes without a word: 那如果投了6000万呢."""
    here, facts = ctx.conversation, ctx.corpus.facts
    sums_told = [key for key in here.facts if key in facts and facts[key].kind == "money" and not facts[key].lasting]
    alone = len(sums_told) == 1 and here.wanted == "amount" and not ctx.finding.ids and ctx.finding.question.sums
    return sums_told[0] if alone else ""


def _counted_for(ctx: Context, policy: Policy) -> str:
    """The one count that what is meant goes by, where nothing but a figure is said: 三百吨, after 鱿鱼拉回来给钱不."""
    meant = [policy.benefits[n] for n in ctx.conversation.meant if n < len(policy.benefits)]
    keys = {key for benefit in meant for key in deciding(benefit) if ctx.corpus.facts[key].kind == "number"}
    return keys.pop() if len(keys) == 1 and not ctx.finding.ids else ""


def _is_dated(ctx: Context) -> bool:
    return bool(ctx.finding.question.years or ctx.finding.question.days)


def _of_year(ctx: Context) -> bool:
    """Whether the same sum is asked for of another year: 2024年能拿多少."""
    finding, here = ctx.finding, ctx.conversation
    more = finding.wants - {"amount", "expiry"}
    figures = any(ctx.corpus.facts[key].kind in COUNTED for key in here.facts if key in ctx.corpus.facts)
    return (
        here.wanted == "amount"
        and figures
        and _is_dated(ctx)
        and "amount" in finding.wants
        and not (more or finding.ids)
    )


async def of_policy(ctx: Context, policy: Policy, others: tuple[str, ...] = ()) -> Answer:
    """The sum of their own case where it was told; else all rules of the policy, each on its lines."""
    found = await estimate(ctx, policy)
    return _of_estimate(ctx, found, others)


def _of_estimate(ctx: Context, found: Estimate, others: tuple[str, ...] = ()) -> Answer:
    if found.odd:
        lines = sums.question(ctx, found)
    elif found.own.unmet or _fails(found.own):
        lines = sums.refusal(ctx, found)
    elif _is_worked_out(found) and (found.rests_on_figures or not named.offers(ctx, found.policy)):
        lines = sums.worked_out(ctx, found)
    else:
        return _rules_of(ctx, found, others)
    told_of = (found.policy.id, *(a.policy.id for a in (*found.beside, *found.also)), *others)
    _remember(ctx, found, asked=sums.asked(found))
    return Answer(reply=Say(text="\n".join(lines)), intent="amount", policies=tuple(dict.fromkeys(told_of)))


def _fails(own: Award) -> bool:
    """Whether nothing is left that could give anything: every benefit meant is failed by a fact."""
    failed = (State.UNMET, State.OUTSIDE)
    return bool(own.parts) and all(part.outcome.state in failed for part in own.parts)


def _is_worked_out(found: Estimate) -> bool:
    """Whether the sums rest on something told: a figure of theirs, a level, or the words that pick one benefit."""
    if not found.own.counted:
        return False
    if found.is_open and not found.rests_on_figures:
        return False
    place = {DISTRICT} if found.policy.level == "city" else set()  # the city's is the same for all of it
    told = set(found.told.facts) - place | (set(found.facts) & {p.outcome.trace.fact for p in found.own.counted})
    picked = found.selection.told and len(found.selection.benefits) < len(found.policy.benefits)
    return bool(set(found.used) & told) or picked or bool(found.beside or found.also)


def _remember(ctx: Context, found: Estimate, *, asked: str) -> None:
    """The policy at hand, what it was worked out with, and what was asked."""
    ctx.look_at(found.policy.id, wanted="amount")
    facts = {key: value for key, value in found.facts.items() if key not in found.kept}
    kept = ctx.conversation if found.odd else Conversation()  # what cannot be reckoned with leaves the list at hand
    ctx.move(
        listed=kept.listed,
        shown=kept.shown,
        wanted="amount",
        asked=asked,
        facts=facts,
        years=hedges.years(ctx, found.told.facts),
        meant=positions(found.policy, found.selection.benefits),
    )


def _rules_of(ctx: Context, found: Estimate, others: tuple[str, ...]) -> Answer:
    """All rules of one policy; what does not fit is on the page. What would make a sum of them is asked."""
    policy = found.policy
    lines = [wording.heading(ctx, policy), wording.status(ctx, policy)]
    if found.facts.get(DISTRICT) != policy.district:
        lines += wording.caution(ctx, policy)
    lines.append("")
    if ctx.corpus.is_over(policy, ctx.today):
        lines[-1:] = ["下面是到期前的标准，现在不能再报：", ""]
    tail = _tail(ctx, policy, others)
    ask = _invitation(ctx, found)
    rules = _rules(ctx, policy)
    fit = fitting(rules, [*lines, *ask, *tail], spare=150)
    rest = "……其余见全文。" if ctx.office.public_url else "……其余请问责任单位。"
    kept = rules if fit == len(rules) else [*rules[:fit], rest]
    ctx.look_at(policy.id, others, wanted="amount")
    facts = {key: value for key, value in found.facts.items() if key not in found.kept}
    meant = positions(policy, found.selection.benefits) if found.selection.told else ()
    ctx.move(wanted="amount", asked=found.missing, facts=facts, meant=meant)
    text = "\n".join([*lines, *kept, "", *ask, DECIDES, *tail])
    return Answer(reply=Say(text=text), intent="amount", policies=(policy.id, *others))


def _invitation(ctx: Context, found: Estimate) -> list[str]:
    """The one fact that makes a sum of the rules, asked with an example; a figure of another one is no base here."""
    facts, bases = ctx.corpus.facts, (key for benefit in found.selection.benefits for key in deciding(benefit))
    sums_of = [facts[key].name for key in dict.fromkeys(bases) if facts[key].kind == "money"]
    said = "、".join(facts[key].name for key in found.told.others)
    other = [f"❓ 您说的像是“{said}”，这项按“{'、'.join(sums_of)}”算。"] if said and sums_of else []
    if not found.missing:
        return other
    return [*other, f"🧮 告诉我就能算：{facts[found.missing].ask}"]


def _tail(ctx: Context, policy: Policy, others: tuple[str, ...]) -> list[str]:
    where = arithmetic.clause(ctx.corpus, policy)
    paper = wording.paper(ctx.corpus.paper(policy))
    tail = [f"📄 依据：{paper}{f'，{where}' if where else ''}", *(f"☎ {line}" for line in wording.desks(policy))]
    near = [ctx.corpus.policies[i] for i in others[:3]]
    if near:
        names = [say_link(f"{n}. {wording.beside(ctx, p)}", str(n), p.id) for n, p in enumerate(near, 2)]
        tail.append("相近的：" + "、".join(names))
    if ctx.office.public_url:
        tail.append(web_link("全文", f"{ctx.office.public_url}/p/{policy.id}"))
    return [*tail, edition(ctx)]


def _rule(benefit: AnyBenefit, told: Facts) -> list[str]:
    """A rule in one line; a scale with one line for each tier, or for the one that they told."""
    told_of = told.get(benefit.fact) if isinstance(benefit, Tiers) else None
    tiers = [tier for tier in benefit.tiers if told_of in tier.one_of] if isinstance(benefit, Tiers) else []
    if isinstance(benefit, Tiers) and tiers:
        return [f"💰 {benefit.name}：{wording.tier(benefit, tiers[0])}{wording.limits(benefit)}"]
    if not isinstance(benefit, Tiers) or len(benefit.tiers) < SCALE:
        return [f"💰 {wording.benefit(benefit)}"]
    limits = wording.limits(benefit)
    return [
        f"💰 {benefit.name}：按{benefit.by}分档{limits}",
        *(f"　· {wording.tier(benefit, tier)}" for tier in benefit.tiers),
    ]


def _by_unit(ctx: Context, benefit: AnyBenefit) -> list[str]:
    """A limit that grows with what is counted: 每亩最多6000元."""
    each = wording.each(ctx.corpus.facts, benefit)
    return [f"　{each}"] if each else []


def _rules(ctx: Context, policy: Policy) -> list[str]:
    if not policy.benefits:
        offers = [f"· {offer}" for offer in policy.offers]
        return ["这项政策在资料里没有写具体金额。", *(["有这些支持：", *offers] if offers else [])]
    lines = [f"🔎 您问的：{offer}" for offer in named.offers(ctx, policy)]
    lines += ["同一条里写了金额的是别的："] if lines else []
    told = read(ctx, policy).facts if ctx.words else {}
    for benefit in named.first(ctx, policy):
        lines += _rule(benefit, told)
        lines += _by_unit(ctx, benefit)
        lines += [f"　{label}：{value}" for label, value in (("对象", benefit.who), ("说明", benefit.note)) if value]
        if benefit.topup:
            lines.append("　以后评上更高一档，只补差额")
    if policy.funding:
        lines.append(f"资金：{policy.funding}")
    return lines
