"""On what conditions: who qualifies for a policy, and what it asks of them."""

from __future__ import annotations

from bot.context import Context
from bot.policies import Policy
from bot.replies import Answer, Say, fitting, say_link
from handlers import named, wording
from handlers.cards import edition

NEAR = 3  # close policies offered below


def of_policy(ctx: Context, policy: Policy, others: tuple[str, ...] = ()) -> Answer:
    """Who qualifies and on what conditions; close policies are offered below, as many as fit."""
    lines = [wording.heading(ctx, policy), wording.status(ctx, policy), "", "👤 谁能报："]
    lines += [f"· {who}" for who in policy.who]
    asked = [offer for offer in named.near(ctx, policy) if offer not in policy.conditions]
    lines += ["🔎 您问的，资料里写的是：", *(f"· {offer}" for offer in asked)] if asked else []
    if policy.conditions:
        lines += ["📌 条件和说明：", *(f"· {condition}" for condition in policy.conditions)]
    lines += [f"· {b.name}：{b.who}" for b in policy.benefits if b.who]
    lines += ["", "申报材料和时间资料里没有写，请以责任单位的申报通知为准。"]
    lines += [f"☎ {d}" for d in wording.desks(policy)]
    lines.append(f"📄 依据：{wording.paper(ctx.corpus.paper(policy))}")
    near = [ctx.corpus.policies[i] for i in others[:NEAR]]
    names = [say_link(f"{n}. {wording.beside(ctx, p)}", str(n), p.id) for n, p in enumerate(near, 2)]
    fit = fitting(names, [*lines, "相近的：", edition(ctx)])
    if fit:
        lines.append("相近的：" + "、".join(names[:fit]))
    lines.append(edition(ctx))
    ctx.look_at(policy.id, others, wanted="conditions")
    return Answer(reply=Say(text="\n".join(lines)), intent="policy", policies=(policy.id, *others))
