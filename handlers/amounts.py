"""How much: every rule of a policy that names a figure, with its conditions and who pays."""

from __future__ import annotations

from bot.context import Context
from bot.policies import AnyBenefit, Policy, Tiers
from bot.replies import Answer, Say, fitting, say_link, web_link
from handlers import wording
from handlers.cards import edition

NO_SUM_YET = "还不能替您算具体数，请按上面的比例和上限估算。"
SCALE = 3  # tiers that get a line each


async def answer(ctx: Context) -> Answer | None:
    """能补多少."""
    if not ctx.words or ctx.finding.intent != "amount":
        return None
    ids = ctx.finding.ids
    if ids:
        return of_policy(ctx, ctx.corpus.policies[ids[0]], ids[1:])
    focus = ctx.corpus.policies.get(ctx.focus)
    if focus:
        return of_policy(ctx, focus)
    return Answer(reply=Say(text="您想问哪项政策的金额？比如：技改能补多少、单项冠军奖多少。"), intent="amount")


def of_policy(ctx: Context, policy: Policy, others: tuple[str, ...] = ()) -> Answer:
    """All rules of one policy, each on its lines; what does not fit is on the page."""
    lines = [
        wording.heading(ctx, policy),
        wording.status(ctx, policy),
        *wording.caution(ctx, policy),
        "",
    ]
    if ctx.corpus.is_over(policy, ctx.today):
        lines[-1:] = ["下面是到期前的标准，现在不能再报：", ""]
    tail = [f"📄 依据：{wording.paper(ctx.corpus.paper(policy))}", *(f"☎ {line}" for line in wording.desks(policy))]
    near = [ctx.corpus.policies[i] for i in others[:3]]
    if near:
        names = [say_link(f"{n}. {wording.beside(ctx, p)}", str(n), p.id) for n, p in enumerate(near, 2)]
        tail.append("相近的：" + "、".join(names))
    if ctx.office.public_url:
        tail.append(web_link("全文", f"{ctx.office.public_url}/p/{policy.id}"))
    tail.append(edition(ctx))
    if policy.benefits and ctx.words and ctx.finding.question.sums:
        tail.insert(0, NO_SUM_YET)
    rules = _rules(policy)
    fit = fitting(rules, [*lines, *tail], spare=150)
    rest = "……其余见全文。" if ctx.office.public_url else "……其余请问责任单位。"
    kept = rules if fit == len(rules) else [*rules[:fit], rest]
    ctx.look_at(policy.id, others, wanted="amount")
    text = "\n".join([*lines, *kept, "", "能不能报、给多少，由责任单位审核决定。", *tail])
    return Answer(reply=Say(text=text), intent="amount", policies=(policy.id, *others))


def _rule(benefit: AnyBenefit) -> list[str]:
    """A rule in one line; a scale with one line for each tier."""
    if not isinstance(benefit, Tiers) or len(benefit.tiers) < SCALE:
        return [f"💰 {wording.benefit(benefit)}"]
    limits = wording.limits(benefit)
    return [
        f"💰 {benefit.name}：按{benefit.by}分档{limits}",
        *(f"　· {wording.tier(benefit, tier)}" for tier in benefit.tiers),
    ]


def _rules(policy: Policy) -> list[str]:
    if not policy.benefits:
        offers = [f"· {offer}" for offer in policy.offers]
        return ["这项政策在资料里没有写具体金额。", *(["有这些支持：", *offers] if offers else [])]
    lines = []
    for benefit in policy.benefits:
        lines += _rule(benefit)
        lines += [f"　{label}：{value}" for label, value in (("对象", benefit.who), ("说明", benefit.note)) if value]
        if benefit.topup:
            lines.append("　以后评上更高一档，只补差额")
    if policy.funding:
        lines.append(f"资金：{policy.funding}")
    return lines
