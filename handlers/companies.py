"""青岛某某机械有限公司: whoever sends the name of an enterprise and nothing else is told what can be asked here."""

from __future__ import annotations

import re

from bot.chinese import fold
from bot.context import Context
from bot.replies import Answer, Say, say_link
from handlers import enterprise, places

LEADS = "(?:(?:我们?|俺们?|本)?(?:公司|单位|企业|厂)?(?:的?(?:名字|名称|全称))?(?:是|叫|叫做)?|你好|您好)"
NAME = re.compile(
    f"{LEADS}(?P<name>[一-鿿a-z0-9]{{2,24}}?(?:有限责任公司|股份有限公司|集团有限公司|有限公司|股份公司|集团公司|事务所|专业合作社"
    "|(?:制品|机械|食品|加工|化工|电器|服装|制造|铸造|五金|配件)厂))(?:的|，)*"
)
REGISTERED = ("公司", "所", "社")
TOPICS = 3


async def answer(ctx: Context) -> Answer | None:
    """What is not looked up here is said, and what may be asked, by the district and trade that the name has."""
    question = ctx.finding.question
    if not ctx.words or question.named("foreign") or question.elsewhere:
        return None
    match = NAME.match(question.folded.text)
    if match is None:
        return None
    if match.end() < len(question.folded.text):  # 机械厂 may be what they are, and no name
        return await _asked_beside(ctx, match.end()) if match["name"].endswith(REGISTERED) else None
    if question.intents - {"greeting"} or question.sums:
        return None
    there = [name for name in question.named("district") if name not in ctx.corpus.whole_city]
    if len(there) == 1:
        enterprise.take(ctx, enterprise.tell(ctx))
    links = [f"{name}有哪些政策" for name in there[:1]]
    links += [f"{topic}有哪些政策" for topic in _topics(ctx, match["name"])]
    lines = [
        f"“{match['name']}”：这里不查单家企业的登记和申报情况，只答政策。",
        "说一件做了的、想做的事就行，比如“买设备花了500万”“今年评上高企”。",
        *(["按名称也可以先看：" + "　".join(say_link(link, link) for link in links)] if links else []),
        f"👉 {say_link(enterprise.MATCH, enterprise.MATCH)}",
    ]
    return Answer(reply=Say(text="\n".join(lines)), intent="help")


async def _asked_beside(ctx: Context, end: int) -> Answer | None:
    """What is asked behind a name, without the words of the name: 精密机械 is not what they ask of."""
    question = ctx.finding.question
    rest = question.folded.text[end:]
    if end not in question.folded.breaks or not ctx.find(rest).ids:
        return None
    there = [name for name in question.named("district") if name not in ctx.corpus.whole_city]
    named = ctx.find(rest).question.named("district")
    return await places.asked_aside(ctx, ctx.aside(rest if named or len(there) != 1 else f"{there[0]}{rest}"))


def _topics(ctx: Context, name: str) -> list[str]:
    """The topics that a name has a word of."""
    topics = ctx.corpus.topics.values()
    words = {topic.name: [fold(word).text for word in (topic.name, *topic.words)] for topic in topics}
    return [topic for topic, its in words.items() if any(len(word) > 1 and word in name for word in its)][:TOPICS]
