"""卖设备, 渔船想转让: selling is no buying; that nothing is paid for it is said, and what is for buying is offered."""

from __future__ import annotations

import re

from bot.chinese import PARTICLES
from bot.context import Context
from bot.replies import Answer, Say, say_link
from handlers import lists, texts, wording
from handlers.cards import edition

SELL = "(?:出售|变卖|转卖|卖掉|卖|转让|出让|处置|处理掉|处理(?=旧|老|二手|闲置|淘汰))"
USED = "(?:[一两二三四五六七八九十几0-9]+[台条艘套批只])?(?:旧|老|二手|闲置|淘汰|报废|的){0,6}"
OWN = "(?:了|掉|出去|一?[台条艘套批个些只]|[两二三四五六七八九十几0-9]+[台条艘套批只]"
OWN += "|我们?的?|厂里的?|自己的?|旧|老|二手|闲置|淘汰|报废|不用|的){0,6}"
THING = "(?P<{name}>生产线|产线|流水线|设备(?!商|厂|租)|机器(?!人|狗|视觉|学习)|机床(?!厂)|模具|锅炉"
THING += "|仪器(?!仪表)|远洋渔船|渔船|船(?!厂|坞|舶|员|用|配|上|票)|厂房)"
SOLD = re.compile(
    f"{SELL}{OWN}{THING.format(name='first')}"
    f"|{USED}{THING.format(name='last')}(?:我们?|俺们?|都|也|想|要|打算|准备|能|可以|被|全|给|要是|如果|再|又){{0,6}}(?:{SELL}(?!给)|出手)(?:了|掉|出去)*"
)
# Who renews, or sells what it makes together with something else, asks for more than selling.
MORE = re.compile(
    "[换买购添新改]|首台|首批|首版|服务|维[保修护]|保养|租|出口|卖给|(?:光|只|不止|不只)卖|卖不|制造|生产(?!线)|研发|贷款"
)
GIVEN = re.compile("(?:[补奖]|拿过)(?!.*(?:银行|贷款))")
# Whether what was given has to be given back.
BACK = re.compile(
    "(?:还|退|交|吐)回?(?:钱|补贴|补助|奖补|奖金|款|回去|回来)|(?:钱|补贴|补助|款)[^，。]{0,4}(?:还|退|收回|追回|吐)|追回|收回|追缴"
    "|(?:拿|领|享受)了?过?[^，。]{0,6}(?:补|奖).*(?:能|可以)(?:卖|转让|出售|处置)(?:掉)?(?:吗|么|不|$)"
)
KEPT = re.compile("转让|出售|变卖|退回|退还|追回|收回|追缴|不得处置")  # by which words a text would speak of it
BRIEF = 40  # characters: who says more tells a story
LINES = 3
LEFT = 2  # characters of matter beside it that no word explains


async def answer(ctx: Context) -> Answer | None:
    """Nothing but selling what is one's own is said."""
    question = ctx.finding.question
    text = question.folded.text
    match = SOLD.search(text) if ctx.words and len(text) <= BRIEF else None
    if match is not None and GIVEN.search(text) and BACK.search(text):
        return _given_back(ctx, match["first"] or match["last"])
    if match is None or MORE.search(text) or question.elsewhere or "bait" in question.signs:
        return None
    span = range(*match.span())
    beside = "".join(text[place] for place in question.matter if place not in span and text[place] not in PARTICLES)
    others = [hit for hit in question.naming if hit.end <= span.start or hit.start >= span.stop]
    if len(beside) > LEFT or others:
        return None
    thing = match["first"] or match["last"]
    lines = [f"资料里没有卖{thing}给补贴的政策，卖旧的、转让的都没有。"]
    buying = f"买{thing}"
    if ctx.find(buying).ids:
        lines.append(f"买新的、换新的有：👉 {say_link(buying, buying)}")
    return Answer(reply=Say(text="\n".join(lines)), intent="offtopic")


def _given_back(ctx: Context, thing: str) -> Answer:
    """拿过补贴的船卖了要还钱吗: what the texts of what pays for it say of that, or that none of them does."""
    named = ctx.find(f"买{thing}")
    policy = ctx.corpus.policies.get(lists.in_force_first(ctx, named)[0] if named.ids else ctx.focus)
    if policy is None:
        return Answer(
            reply=Say(text=f"拿了补贴的{thing}卖掉要不要退钱，资料里没有写，请问责任单位，或打12345。"), intent="help"
        )
    said = [f"　· {text}" for text in (*texts.of(policy), policy.summary) if KEPT.search(text)]
    lines = [wording.heading(ctx, policy), wording.status(ctx, policy), *wording.caution(ctx, policy), ""]
    lines += (
        ["资料里写到的：", *said[:LINES]] if said else [f"补过的{thing}卖掉要不要退钱，资料里没有写，请问责任单位。"]
    )
    lines += [f"☎ {desk}" for desk in wording.desks(policy)]
    ctx.look_at(policy.id)
    return Answer(reply=Say(text="\n".join([*lines, edition(ctx)])), intent="policy", policies=(policy.id,))
