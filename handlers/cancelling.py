"""取消, 算了不要了: a question of ours that was left open is dropped; else what can be cancelled here is said."""

from __future__ import annotations

import re

from bot.chinese import fold
from bot.context import Context
from bot.person import Person
from bot.replies import Answer, Say, say_link
from handlers import declining, enterprise

WORDS = re.compile(r"取\s*消|撤\s*销|算了|不[要弄办用问]了")  # of everything else no more is asked
LONGEST = 12  # characters: whoever says more says what
CANCELLING = re.compile(
    "(?:那|那就|就|我|俺|请|麻烦|帮我|给我|要|想|都|全部|全)*(?:取消|撤销)(?:掉|了|吧|一下|下|它|这个|那个|操作|全部|谢谢)*"
)
DROPPING = re.compile("(?:那|那就|就|都|我|俺)*(?:算了|不[要弄办问]了)(?:吧|不?[要弄办问]了|谢谢)*")
MINE, ALL = "我的订阅", "全部退订"
DROPPED = "好的，刚才那个先不问了。想接着算或换件事，直接说就行。"
OTHERS = "在别处递交的申报、预约、报名，这里取消不了，请找受理的单位。"


async def answer(ctx: Context) -> Answer | None:
    """取消 alone, and nothing that it could be about."""
    if not ctx.words or len(ctx.words) > LONGEST or not WORDS.search(ctx.words):
        return None
    said = fold(ctx.words).text
    cancels = CANCELLING.fullmatch(said) is not None
    if not (cancels or DROPPING.fullmatch(said)):
        return None
    if ctx.conversation.asked:
        ctx.move(asked="", wanted="")
        return Answer(reply=Say(text=DROPPED), intent="help")
    if not cancels:
        return Answer(reply=Say(text="好的，有需要随时来问。"), intent="greeting")
    return Answer(reply=Say(text="\n".join(_possible(await ctx.person()))), intent="unsubscribe")


def _possible(person: Person) -> list[str]:
    """What can be cancelled here, each to tap."""
    lines = ["您要取消什么？点一下就行："]
    if person.wanted:
        lines.append(f"· 订阅的政策消息（{len(person.wanted)}项）：{say_link(MINE, MINE)}　{say_link(ALL, ALL)}")
    else:
        lines.append("· 订阅的政策消息：您没有订阅，不用取消")
    lines.append(f"· {declining.standing(person)}")
    if person.consented:
        lines.append(f"· 存下的企业信息：{say_link(enterprise.FORGET, enterprise.FORGET)}")
    return [*lines, OTHERS]
