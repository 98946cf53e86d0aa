"""平度办的那个12号文: a paper that is named by its number alone, and that no policy rests on."""

from __future__ import annotations

import re

from bot.chinese import numeral
from bot.context import Context
from bot.policies import Paper
from bot.replies import Answer, Say, say_link
from handlers import wording
from handlers.cards import edition

# A paper by its number alone; with the name of an office or a year before it is read as what it is.
BARE_NUMBER = re.compile("(?<![0-9年第发字办函信管政委部厅省局鲁国])([0-9一二三四五六七八九十百]{1,5})号文")
SHOWN = 3  # papers of a district


async def answer(ctx: Context) -> Answer | None:
    """That there is no such paper, and on which ones the district's policies rest."""
    question = ctx.finding.question
    named = BARE_NUMBER.search(question.folded.text) if ctx.words else None
    if named is None or question.named("paper") or question.named("collection") or question.elsewhere:
        return None
    places = [name for name in question.named("district") if name not in ctx.corpus.whole_city]
    number = f"{numeral(named[1]) or 0:.0f}"
    held = _papers(ctx, places)
    if any(paper.number.endswith(f"〕{number}号") for paper in held.values()):
        return None
    where = "、".join(places)
    lines = [f"资料里没有收录{where + '的' if where else ''}“{number}号”文件；有没有这个文件请问发文的单位。"]
    if places:
        lines.append(f"{where}的政策依据的是：")
        lines += [f"· {wording.paper(paper)}" for paper in list(held.values())[:SHOWN]]
        lines.append(f"👉 {say_link(f'{where}有哪些政策', f'{where}有哪些政策')}")
    return Answer(reply=Say(text="\n".join([*lines, edition(ctx)])), intent="offtopic")


def _papers(ctx: Context, places: list[str]) -> dict[str, Paper]:
    """The papers of a district's policies; all papers where none is named."""
    theirs = (p for p in ctx.corpus.policies.values() if not places or p.district in places)
    return {policy.paper: ctx.corpus.paper(policy) for policy in theirs}
