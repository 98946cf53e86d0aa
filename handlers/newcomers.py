"""想问一下我家孩子开厂能不能拿补助: an enterprise that seeks support and names no matter, led step by step."""

from __future__ import annotations

import re

from bot.context import Context
from bot.replies import Answer
from handlers import eligibility, enterprise

UNSAID = frozenset({"policy", "conditions", "offtopic", "contact", "amount", "list"})
OWN = re.compile("[我俺咱]")
SUPPORT = re.compile("补助|补贴|扶持|政策|奖励|奖补|支持|补钱|给钱|拿钱|申请|申报")
HOTLINE = "☎ 想直接打电话问：政务服务便民热线12345。在这里问，一步一步说也行："


async def answer(ctx: Context) -> Answer | None:
    """What fits by what was told, and the next question; a phone for those who would rather call."""
    finding = ctx.finding
    question = finding.question
    if not enterprise.is_said(ctx) or finding.intent not in UNSAID or finding.scope:
        return None
    text = question.folded.text
    theirs = "kin" in question.signs or OWN.search(text)
    if not (theirs and "trade" in question.signs and SUPPORT.search(text)):
        return None
    if finding.ids and not ("kin" in question.signs and _is_over(ctx, finding.ids[0])):
        return None
    if question.elsewhere or question.named("foreign") or "bait" in question.signs or ctx.conversation.focus:
        return None
    return await eligibility.show(ctx, enterprise.tell(ctx), lead=HOTLINE)


def _is_over(ctx: Context, policy_id: str) -> bool:
    return ctx.corpus.is_over(ctx.corpus.policies[policy_id], ctx.today)
