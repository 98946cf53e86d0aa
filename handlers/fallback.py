"""What we cannot answer: said shortly and honestly, with what can be asked."""

from __future__ import annotations

from bot.context import Context
from bot.replies import Answer, Say, Silence, say_link
from handlers.welcome import EXAMPLES

APOLOGY = Answer(
    reply=Say(text="抱歉，这次没能处理好您的问题，已经记录。请稍后再问一次，或换个说法。"), intent="offtopic"
)


async def answer(ctx: Context) -> Answer | None:
    """The last word."""
    if not ctx.words:
        return Answer(reply=Silence())
    question = ctx.finding.question
    elsewhere = question.named("elsewhere") or question.named("doubtful")
    if question.elsewhere:
        said = f"这里只有青岛市及区（市）的惠企政策，“{elsewhere[0]}”的请问当地主管部门。"
    elif question.named("foreign"):
        matter = question.named("foreign")[0]
        said = f"“{matter}”不在这里的受理范围。我只回答青岛市惠企政策（工业、科技、数字经济、海洋等）。"
    else:
        said = "没有找到对得上的惠企政策。请换个说法，带上行业、事项或荣誉名称试试。"
    examples = "　".join(say_link(example, example) for example in EXAMPLES)
    return Answer(reply=Say(text=f"{said}\n可以这样问：{examples}"), intent="offtopic")
