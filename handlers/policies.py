"""A question about a matter: one card, a choice of close ones, or the details of the policy at hand."""

from __future__ import annotations

from bot.context import Context
from bot.policies import Policy
from bot.ranking import Finding
from bot.replies import Answer, Say, say_link
from handlers import lists, wording
from handlers.cards import card, edition

SMALL = 2  # characters that no word explains and that name no matter
RELATED = ("相关政策", "相关的政策", "类似政策", "类似的政策")


async def answer(ctx: Context) -> Answer | None:
    """技改, 厂里换了新设备能补钱吗."""
    finding = ctx.finding
    if not ctx.words or finding.intent not in ("policy", "conditions") or not finding.ids:
        return None
    if "conditions" in finding.wants:
        return of_conditions(ctx, ctx.corpus.policies[finding.ids[0]], finding.ids[1:])
    if finding.undecided:
        return lists.ask_which(ctx, finding.ids, "policy")
    return card(ctx, ctx.corpus.policies[finding.ids[0]], others=finding.ids[1:])


async def details(ctx: Context) -> Answer | None:
    """申报条件, 相关政策: of the policy at hand."""
    policy = ctx.corpus.policies.get(ctx.focus)
    if policy is None or not ctx.words or ctx.finding.ids or _about_else(ctx.finding):
        return None
    if ctx.words.strip() in RELATED:
        return of_related(ctx, policy)
    if "conditions" in ctx.finding.wants:
        return of_conditions(ctx, policy)
    return None


def _about_else(finding: Finding) -> bool:
    """Whether the words name a matter of their own, and so not the policy at hand."""
    question = finding.question
    return bool(question.named("foreign")) or question.elsewhere or len(question.matter) > SMALL


def of_conditions(ctx: Context, policy: Policy, others: tuple[str, ...] = ()) -> Answer:
    """Who qualifies and on what conditions."""
    lines = [
        wording.heading(ctx, policy),
        wording.status(ctx, policy),
        "",
        "👤 谁能报：",
    ]
    lines += [f"· {who}" for who in policy.who]
    if policy.conditions:
        lines += ["📌 条件和说明：", *(f"· {condition}" for condition in policy.conditions)]
    lines += [f"· {b.name}：{b.who}" for b in policy.benefits if b.who]
    lines += [
        "",
        "申报材料和时间资料里没有写，请以责任单位的申报通知为准。",
        *(f"☎ {d}" for d in wording.desks(policy)),
    ]
    lines += [f"📄 依据：{wording.paper(ctx.corpus.paper(policy))}", edition(ctx)]
    ctx.look_at(policy.id, others)
    return Answer(reply=Say(text="\n".join(lines)), intent="policy", policies=(policy.id, *others))


def of_related(ctx: Context, policy: Policy) -> Answer:
    """Other policies on the same matter."""
    if not policy.related:
        said = f"资料里没有和“{wording.title(ctx, policy)}”直接相关的其他政策。"
        return Answer(reply=Say(text=said + say_link("看这条政策", policy.title, policy.id)), intent="list")
    return lists.show(ctx, lists.ordered(ctx, policy.related), f"和“{wording.title(ctx, policy)}”相关的", intent="list")
