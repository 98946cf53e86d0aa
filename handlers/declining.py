"""退订公告, 恢复公告: who wants no announcements, and who wants them again."""

from __future__ import annotations

import re

from bot.chinese import fold
from bot.context import Context
from bot.person import DECLINED, Person, Subscribe, Unsubscribe
from bot.replies import Answer, Say, say_link

DECLINE, RESTORE = "退订公告", "恢复公告"  # what one says, and what the links say
WHAT = (
    "(?:你们?的?|贵?单位的?|这些|这种|那些|所有的?|全部的?|任何)*(?:公告|群发)(?:类|的)*(?:消息|信息|推送|通知|订阅)*"
)
END = "(?:了|啦|吧|呗|呢|谢谢|可以吗|行吗|好吗)*"
POLITE = "(?:你好|您好|请|麻烦|帮我|帮忙|给|我们?|俺|想|要|把|以后|今后|再也)*"
NOT = "(?:不要|不用|不必|不想|不愿|不再|不需要|别|甭|勿|请勿|不(?=[再收看接订给发推]))"
GIVE = "(?:再|给|对|向|我们?|俺|老|总|天天)*(?:发送?|推送?)?"
LONGEST = 40  # characters: nobody says this at length
TAKE = "(?:再|要|收到?|接收|看到?|接到|订阅?|需要)*"
OFF = (
    "(?:退订|退定|退掉|取消(?:订阅|接收|关注)?|删(?:除|掉|了)?(?:订阅)?|移除|拒收|拒绝(?:接收)?|屏蔽|关闭|关掉|"
    "停止(?:接收|发送|推送)?|停掉|停发|停了)(?:掉|了)?"
)
ON = (
    "(?:恢复(?:接收|订阅|发送)?|重新(?:接收|订阅?|收|开启|打开|发)|继续(?:接收|收|发|订阅?)|接着(?:收|发)|接收|订阅?|开通|开启|打开|"
    "想?要?收(?:到|听)?|再?给我(?:们)?发|取消退订|撤销退订|取消拒收)"
)
# Said before what it is about or behind it: 不要公告, 公告不要再发了.
DECLINING = re.compile(
    f"{POLITE}(?:{OFF}|{NOT}(?:{GIVE}|{TAKE}))(?:我|我们|的|任何|一切)*{WHAT}{END}|"
    f"{POLITE}{WHAT}(?:我|都|也|就)*(?:{OFF}|{NOT}(?:{GIVE}|{TAKE})(?:给?我们?)?|太(?:多|频繁|烦)|烦死?){END}"
)
RESTORING = re.compile(
    f"{POLITE}{ON}(?:我|我们|的)*{WHAT}{END}|{POLITE}{WHAT}(?:我|都|也|又|还|还是|就)*{ON}(?:我|我们)?{END}"
)
KNOWN = re.compile("公告|群[发發]")  # of everything else no more is asked
URGENT = "紧急情况（比如台风）的公告不受影响，仍会发给您"


async def answer(ctx: Context) -> Answer | None:
    """Whoever says that they want no announcements, or want them again."""
    words = fold(ctx.words).text if KNOWN.search(ctx.words) else ""
    if not words or len(words) > LONGEST:
        return None
    if DECLINING.fullmatch(words):
        return await _decline(ctx)
    return await _restore(ctx) if RESTORING.fullmatch(words) else None


def standing(person: Person) -> str:
    """In one line whether announcements come to them, and how to change that."""
    if person.declines:
        return f"单位公告：您已退订（{URGENT}）　{say_link(RESTORE, RESTORE)}"
    return f"单位公告：有了会发给您　{say_link(DECLINE, DECLINE)}"


async def _decline(ctx: Context) -> Answer:
    person = await ctx.person()
    if not person.declines:
        ctx.change(Subscribe(kind=DECLINED))
    lead = "您之前已经退订了单位公告。" if person.declines else "已退订单位公告，以后不再发给您。"
    kept = f"您订阅的政策消息（{len(person.wanted)}项）照旧。" if person.wanted else ""
    return _said(f"{lead}{URGENT}。{kept}\n想再收，点 {say_link(RESTORE, RESTORE)}", "unsubscribe")


async def _restore(ctx: Context) -> Answer:
    person = await ctx.person()
    if person.declines:
        ctx.change(Unsubscribe(kind=DECLINED))
        return _said(f"已恢复：以后有单位公告会发给您。不想收随时说 {say_link(DECLINE, DECLINE)}", "subscribe")
    return _said(f"您没有退订过单位公告，有了会发给您。不想收随时说 {say_link(DECLINE, DECLINE)}", "subscribe")


def _said(text: str, intent: str) -> Answer:
    return Answer(reply=Say(text=text), intent=intent)
