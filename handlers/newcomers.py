"""想问一下我家孩子开厂能不能拿补助: an enterprise that seeks support and names no matter, led step by step."""

from __future__ import annotations

import re

from bot.context import Context
from bot.replies import Answer
from handlers import eligibility, enterprise, lists

UNSAID = frozenset({"policy", "conditions", "offtopic", "contact", "amount", "list"})
OWN = re.compile("[我俺咱]")
SUPPORT = re.compile("补助|补贴|扶持|政策|奖励|奖补|支持|补钱|给钱|拿钱|申请|申报")
MAKERS = "制造业"  # the trade that most owners name by what they make
# What may stand beside a trade and says no more: 搞机械加工的小厂有补贴政策吗.
FILLING = re.compile(
    f"(?:{SUPPORT.pattern})|[有给能吗么啊呀呢不没的了做搞干办开是我俺咱们家个小厂]|企业|公司|行业|单位|方面|加工|什么|啥|哪些"
)
HOTLINE = "☎ 想直接打电话问：政务服务便民热线12345。在这里问，一步一步说也行："


async def answer(ctx: Context) -> Answer | None:
    """What fits by what was told, and the next question; a phone for those who would rather call."""
    finding = ctx.finding
    question = finding.question
    if not enterprise.is_said(ctx) or finding.intent not in UNSAID:
        return None
    if not ctx.conversation.focus and _is_trade_alone(ctx):
        return await eligibility.show(ctx, enterprise.tell(ctx), beside=_trade(ctx))
    if finding.scope:
        return None
    text = question.folded.text
    theirs = "kin" in question.signs or OWN.search(text)
    if not (theirs and "trade" in question.signs and SUPPORT.search(text)):
        return None
    if finding.ids and not ("kin" in question.signs and ctx.is_over(finding.ids[0])):
        return None
    if question.elsewhere or question.named("foreign") or "bait" in question.signs or ctx.conversation.focus:
        return None
    return await eligibility.show(ctx, enterprise.tell(ctx), lead=HOTLINE)


def _is_trade_alone(ctx: Context) -> bool:
    """Whether support is asked for by somebody who makes things, and no policy that pays is named by it: 机械厂补贴."""
    question = ctx.finding.question
    text = question.folded.text
    if question.elsewhere or question.named("foreign") or "bait" in question.signs:
        return False
    if question.intents - {"list", "amount"} or any(kind != "topic" for kind, _ in ctx.finding.scope):
        return False
    if not (SUPPORT.search(text) or "amount" in question.intents):
        return False
    told = enterprise.tell(ctx)
    if any(hit.start not in told.places for hit in question.naming):
        return False
    best = (
        ctx.corpus.policies.get(lists.in_force_first(ctx, ctx.finding)[0])
        if question.naming and ctx.finding.ids
        else None
    )
    if best is not None and best.benefits and not ctx.corpus.is_over(best, ctx.today):
        return False
    return told.facts.get("sector") == MAKERS and not FILLING.sub("", enterprise.rest(ctx, told))


def _trade(ctx: Context) -> str:
    """The word of the trade, where a policy in force that pays nothing is named by it."""
    alive = [i for i in ctx.finding.ids if not ctx.is_over(i)]
    return next((hit.entry.word for hit in ctx.finding.question.naming), "") if alive else ""
