"""What we cannot answer: said shortly and honestly, with what can be asked."""

from __future__ import annotations

import re

from bot.context import Context
from bot.replies import Answer, Say, Silence, say_link
from handlers.lists import unknown_place
from handlers.welcome import EXAMPLES

NUMBER = re.compile(r"[一-鿿]{2,8}字?[\[(〔（【［]?20\d\d[\])〕）】］年]?\s*第?\d{1,4}号")  # of a paper
PHONE = re.compile(r"(?<!\d)(?:\d{8}|1\d{10})(?!\d)")
APOLOGY = Answer(
    reply=Say(text="抱歉，这次没能处理好您的问题，已经记录。请稍后再问一次，或换个说法。"), intent="offtopic"
)


async def answer(ctx: Context) -> Answer | None:
    """The last word."""
    if not ctx.words:
        return Answer(reply=Silence())
    links = [*(say_link(example, example) for example in EXAMPLES), say_link("都有哪些政策", "都有哪些政策")]
    said = f"{_said(ctx)}\n可以这样问：{'　'.join(links)}"
    return Answer(reply=Say(text=said), intent="offtopic")


def _said(ctx: Context) -> str:
    question = ctx.finding.question
    elsewhere = question.named("elsewhere") or question.named("doubtful")
    if question.elsewhere:
        return f"这里只有青岛市及区（市）的惠企政策，“{elsewhere[0]}”的请问当地主管部门。"
    if question.named("foreign"):
        matter = question.named("foreign")[0]
        return f"“{matter}”不归这里管。我只回答青岛市惠企政策（工业、科技、数字经济、海洋等）。"
    if number := NUMBER.search(ctx.words):
        return f"资料里没有收录{number[0]}。"
    if PHONE.search(ctx.words):
        return "资料里没有这个号码。"
    if place := unknown_place(ctx):
        return place[0]
    return "没有找到对得上的惠企政策。请换个说法，带上行业、事项或荣誉名称试试。"
