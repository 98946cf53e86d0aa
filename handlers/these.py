"""分别找谁, 什么时候截止, 这些加起来能拿多少: what is asked of a list at hand, without naming any of it."""

from __future__ import annotations

import re

from bot.context import Context
from bot.policies import Policy
from bot.replies import Answer, Say, fitting, say_link
from handlers import lists, pointing, qualifying, wording
from handlers.cards import edition
from handlers.pieces import BOTH

BRIEF = 20  # characters of such a question
TOTAL = re.compile("(?:加起来|加一?起|一共|总共|合计|全部|都算上)[^，。]{0,6}(?:多少|几)")
SEVERAL = re.compile(f"{pointing.ALL.pattern}|[两二三四几](?:个|项|条|样)|我说的")
PICK = {"conditions": "先选一条，看它的条件：", "amount": "先选一条，按您的情况算："}
ADD = (
    "几条加在一起没法直接算：有的只给一个区（市）的企业，有的按花的钱算，能不能同时拿也要看每条怎么写。",
    "把事和数写在一句里就能算，比如“设备投了800万，评上单项冠军，一共能拿多少”。",
)


async def answer(ctx: Context) -> Answer | None:
    """Of each of them, or by choosing one; nothing where one policy is at hand."""
    question, finding = ctx.finding.question, ctx.finding
    text = question.folded.text
    if not ctx.words or len(text) > BRIEF or finding.ids or question.naming or question.sums:
        return None
    if question.named("foreign") or question.elsewhere or question.named("unit"):
        return None
    listed = ctx.conversation.listed
    alone = ctx.focus not in ctx.corpus.policies and bool(listed)
    several = SEVERAL.search(text) is not None and bool(listed or ctx.focus)
    if TOTAL.search(text) and (several or (alone and "算" in text)):
        return Answer(reply=Say(text="\n".join(ADD)), intent="amount")
    known = all(i in ctx.corpus.policies for i in listed if i)  # else the corpus has changed since
    at_hand = known and any(listed) and ctx.focus not in ctx.corpus.policies
    if not at_hand or ctx.conversation.wanted == qualifying.WANTED or BOTH.search(text):
        return None
    policies = {n: ctx.corpus.policies[i] for n, i in enumerate(listed, 1) if i}  # of several matters one may have none
    if "contact" in finding.wants:
        return _desks(ctx, policies)
    heading = ctx.conversation.heading or lists.NEAR
    ids = tuple(policy.id for policy in policies.values())
    if "expiry" in finding.wants:
        lead = (pointing.TERMS,)
        return lists.show(ctx, ids, heading, intent="expiry", wanted="expiry", named=False, lead=lead)
    wanted = next((kind for kind in PICK if kind in finding.wants), "")
    intent = "amount" if wanted == "amount" else "policy"
    if not wanted:
        return None
    return lists.show(ctx, ids, heading, intent=intent, wanted=wanted, named=False, lead=(PICK[wanted],))


def _desks(ctx: Context, policies: dict[int, Policy]) -> Answer:
    """Whom to ask about each; they stay the list at hand."""
    lines = [f"{n}. {wording.linked(ctx, p)}：{'；'.join(wording.desks(p))}" for n, p in policies.items()]
    tail = (
        [note] if (note := wording.hours(ctx)) and any(c.phone for p in policies.values() for c in p.contacts) else []
    )
    tail.append(edition(ctx))
    shown = lines[: fitting(lines, ["各条的责任单位：", *tail], spare=120)]
    left = len(lines) - len(shown)
    more = [f"还有{left}条，回复序号看那一条，再问{say_link('找谁办', '找谁办')}。"] if left else []
    ctx.move(wanted="contact")
    text = "\n".join(["各条的责任单位：", *shown, *more, *tail])
    return Answer(reply=Say(text=text), intent="contact", policies=tuple(p.id for p in policies.values()))
