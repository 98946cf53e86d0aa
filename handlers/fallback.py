"""What we cannot answer: said shortly and honestly, with what can be asked."""

from __future__ import annotations

import re

from bot.context import Context
from bot.replies import Answer, Say, Silence, say_link
from handlers.lists import unknown_place
from handlers.welcome import EXAMPLES

NUMBER = re.compile(r"[一-鿿]{2,8}字?[\[(〔（【［]?20\d\d[\])〕）】］年]?\s*第?\d{1,4}号")  # of a paper
PHONE = re.compile(r"(?<!\d)(?:\d{8}|1\d{10})(?!\d)")
MISSED = "没有找到"  # remembered as the heading of no list: the next failure in a row offers more
HOTLINE = "12345"
NEAREST = 3  # topics
# Pieces of sentences: somebody spoken to, a verb's end, a question, a number that begins something.
PIECE = re.compile(
    "[你您我他她俺咱恁]|[吗么呢吧啊呀不没了着]$|^[帮写找买问看想要去在给别]|怎|咋|什么|啥|哪|谁|几|一$|多少|的$|得$"
)
APOLOGY = Answer(
    reply=Say(text="抱歉，这次没能处理好您的问题，已经记录。请稍后再问一次，或换个说法。"), intent="offtopic"
)

SLOWER = Answer(  # nothing was looked for, so nothing was sought in vain
    reply=Say(text="您发得太快了，这一条没有处理。请等前面的都答完，再发一次。"), intent="help"
)


async def answer(ctx: Context) -> Answer | None:
    """The last word: what was not understood, what is near it, whom else to ask; more of it the second time."""
    if not ctx.words:
        return Answer(reply=Silence())
    missed = f"{MISSED}{ctx.conversation.focus}"  # a policy shown since then begins anew
    again = ctx.conversation.heading == missed
    lines = [_said(ctx), *_near(ctx)]
    if again:
        lines.append(f"没说到点上，抱歉。☎ 打政务服务便民热线12345，或回复{say_link('人工', '人工')}留言给工作人员。")
        lines.append(f"也可以一步步来：{say_link('我们能报什么', '我们能报什么')}　{say_link('怎么用', '怎么用')}")
    else:
        lines.append(f"找人问：{say_link('人工', '人工')}，或打12345。")
    links = [*(say_link(example, example) for example in EXAMPLES), say_link("都有哪些政策", "都有哪些政策")]
    lines += ["可以这样问：", *(f"· {link}" for link in links)]
    if not ctx.conversation.listed:  # a list on the screen can still be chosen from
        ctx.move(heading=missed)
    return Answer(reply=Say(text="\n".join(lines)), intent="offtopic")


def _near(ctx: Context) -> list[str]:
    """Topics of which some characters stand in the words, to tap."""
    question = ctx.finding.question
    if question.named("foreign") or question.elsewhere:
        return []
    text = question.folded.text
    names = [name for name, topic in ctx.corpus.topics.items() if _shares(text, (name, *topic.words))]
    links = [say_link(name, name) for name in names[:NEAREST]]
    return [f"您是不是想问：{'、'.join(links)}"] if links else []


def _shares(text: str, words: tuple[str, ...]) -> bool:
    return any(word[n : n + 2] in text for word in words if _is_plain(word) for n in range(len(word) - 1))


def _is_plain(word: str) -> bool:
    """Whether two characters of it say something, as those of a Latin word do not."""
    return len(word) > 1 and not word.isascii()


def _said(ctx: Context) -> str:
    question = ctx.finding.question
    elsewhere = question.named("elsewhere") or question.named("doubtful")
    if question.elsewhere:
        return f"这里只有青岛市及区（市）的惠企政策，“{elsewhere[0]}”的请问当地主管部门。"
    if HOTLINE in question.named("foreign"):
        return "12345是政务服务便民热线，直接拨打就行；这里只回答青岛市惠企政策。"
    if question.named("foreign"):
        matter = next((word for word in question.named("foreign") if _is_noun(word)), "")
        said = f"“{matter}”不归这里管" if matter else "这个我答不了"
        return f"{said}。我只回答青岛市惠企政策（工业、科技、数字经济、海洋等）。"
    if number := NUMBER.search(ctx.words):
        return f"资料里没有收录{number[0]}。"
    if PHONE.search(ctx.words):
        return "资料里没有这个号码。"
    if place := unknown_place(ctx):
        return place[0]
    return "没有找到对得上的惠企政策。请换个说法，带上行业、事项或荣誉名称试试。"


def _is_noun(word: str) -> bool:
    """Whether a foreign word may be quoted: a noun by itself, and no piece of a sentence."""
    return PIECE.search(word) is None
