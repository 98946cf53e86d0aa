"""答非所问, 人工: kept for staff, handed over where seats are manned, and a phone to call meanwhile."""

from __future__ import annotations

from bot.context import Context, Note
from bot.hours import opening
from bot.messages import Clicked
from bot.policies import Policy
from bot.replies import Answer, HandOver, Say, say_link
from handlers import wording


async def complain(ctx: Context) -> Answer | None:
    """答非所问, 投诉."""
    if not ctx.words or ctx.finding.intent != "complaint":
        return None
    ctx.note(Note(kind="complaint", text=ctx.words, about=ctx.focus))
    lines = ["抱歉没帮上忙，您的意见已经原样记下，供工作人员查看。", *_desk(ctx)]
    lines.append("也可以换个说法再问一次，比如只说关键词“技改”“算力券”“单项冠军”。")
    return Answer(reply=Say(text="\n".join(lines)), intent="complaint")


async def call_staff(ctx: Context) -> Answer | None:
    """人工: to a seat in office hours, else kept and told when they open."""
    if not ctx.words or ctx.finding.intent != "staff":
        return None
    state = opening(ctx.corpus.hours, ctx.now)
    if state.open and ctx.office.can_transfer:
        if isinstance(ctx.message, Clicked):  # the platform hands over messages, and no events
            return Answer(reply=Say(text=f"点这里为您转接：{say_link('转人工', '转人工')}"), intent="staff")
        return Answer(reply=HandOver(), intent="staff")
    ctx.note(Note(kind="staff", text=ctx.words, about=ctx.focus))
    lines = ["现在没有在线人工，您的话已经记下，供工作人员查看。", *_desk(ctx)]
    if not _focus(ctx):
        lines.append("要找人办事，请直接打责任处室电话：发“政策名＋找谁”，比如“技改找谁”。")
    if note := wording.hours(ctx):
        lines.append(note)
    return Answer(reply=Say(text="\n".join(lines)), intent="staff")


def _focus(ctx: Context) -> Policy | None:
    return ctx.corpus.policies.get(ctx.focus)


def _desk(ctx: Context) -> list[str]:
    policy = _focus(ctx)
    return (
        [f"您刚才看的“{wording.title(ctx, policy)}”可直接问：", *(f"☎ {d}" for d in wording.desks(policy))]
        if policy
        else []
    )
