"""how much for 5 million RMB, is there an English version: sums as English says them, and in which language it is."""

from __future__ import annotations

import re

from bot.context import Context
from bot.replies import Answer, Say
from handlers import amounts, places
from handlers.welcome import EXAMPLES

LANGUAGE = re.compile(
    "英文版|英语版|英文的?(?:政策|文件|版本)|有没有英文|有英文吗|englishversion|in(?:to)?english$|doyouspeakenglish|speakenglish|^english(?:please)?$|canyouenglish"
)
# Letters behind a number that make a sum of it.
SCALES = {"million": 100, "mn": 100, "mln": 100, "billion": 100_000, "bn": 100_000, "thousand": 0.1}
SUM = re.compile(
    r"(?i)(?<![\d.,])(\d[\d,]*(?:\.\d+)?)\s*(million|mln|mn|billion|bn|thousand)\b\s*(?:rmb|cny|yuan)?(?!\s*(?:usd|eur|dollars?|euros?))"
)
FOREIGN = re.compile(r"(?i)\b(?:usd|us\$|eur|euros?|dollars?)|\$|€")
SAID = (
    "The policies and the answers here are in Chinese only; there is no English version.",
    "资料和回答都只有中文，没有英文版。",
    "You may ask in English by name: smart factory award, R&D subsidy, new equipment 5 million RMB.",
)


async def answer(ctx: Context) -> Answer | None:
    """A sum in millions is read as the one it is; that there is nothing in English is said in it."""
    if not ctx.words:
        return None
    text = ctx.finding.question.folded.text
    if LANGUAGE.search(text) and not ctx.finding.ids:
        return Answer(reply=Say(text="\n".join([*SAID, f"比如：{'、'.join(EXAMPLES)}"])), intent="help")
    if FOREIGN.search(ctx.words) or not SUM.search(ctx.words):
        return None
    words = SUM.sub(lambda found: f" {_wan(found)}万元 ", ctx.words)
    aside = ctx.aside(words)
    told = await amounts.told(aside)
    if told is None:
        return await places.asked_aside(ctx, aside)
    ctx.conversation = aside.conversation
    return told


def _wan(found: re.Match[str]) -> str:
    """So many times ten thousand: 500 of 5 million."""
    return f"{float(found[1].replace(',', '')) * SCALES[found[2].lower()]:.10g}"
