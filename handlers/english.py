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
NUMBER, SCALE = r"\d[\d,]*(?:\.\d+)?", "million|mln|mn|billion|bn|thousand"
MONEY = r"(?:rmb|cny|yuan|kuai|renminbi|人民币|元|块钱?)"
ROUGH = "about|around|approximately|roughly|nearly|almost"
MORE, LESS = "more than|over|above|at least", "less than|under|below|up to|at most|no more than"
SUM = re.compile(
    rf"(?i)(?:\b(?:(?P<rough>{ROUGH})|(?P<more>{MORE})|(?P<less>{LESS}))\s+)?(?P<before>{MONEY}\s*|[¥￥]\s*)?"
    rf"(?:(?P<low>(?<![\d.,]){NUMBER})\s*(?P<lows>{SCALE})?\s*{MONEY}?\s*(?:-|–|—|~|～|to|or|and|到|至)\s*)?"
    rf"(?<![\d.,])(?P<number>{NUMBER})\s*(?P<scale>{SCALE})(?![a-z])(?P<behind>\s*(?:{MONEY}(?![a-z])|[¥￥]))?"
)
FOREIGN = re.compile(
    r"(?i)\b(?:usd|us\$|eur|euros?|dollars?|yen|jpy|gbp|pounds?|sterling|hkd|krw|won|sgd|aud|cad|chf|francs?|rubles?|roubles?|rupees?|inr)\b|[$€£₩₽]|美元|欧元|日元|港币|港元|英镑|韩元"
)
# Where no unit is said it is money if what stands around says so, and nothing else stands right behind.
BETWEEN = "some|up|to|of|on|in|for|is|was|a|the|total|new|our|us|worth|了|额|大概|约"
ABOUT = rf"(?:\s|[,，:：]|{BETWEEN})*"
THINGS = "equipment|machin(?:e|es|ery)|assets?|r&d"
SPENT = "spent|spend|spending|invest(?:ed|ing|ments?)?|cost(?:s|ing)?|paid|pay|worth|budget|how much(?: subsidy)? for"
MEANT = re.compile(rf"(?i)(?:{SPENT}|{THINGS}|投资?|花|付|买设备|设备款?){ABOUT}$")
# What is given, or at most: no money of theirs.
GIVEN = re.compile(
    r"(?i)(?:awards?|caps?|ceiling|limits?|grants?|rewards?|max(?:imum)?|subsid(?:y|ies)|support|funding|bonus|get|receive)"
    r"(?:\s|of|is|was|be|a|the|to)*$"
)
ON = re.compile(rf"(?i)^\s*(?:(?:in|on|for|worth of|of)\s+(?:new\s+|some\s+)?)(?:{THINGS})\b|^的?(?:设备|机器|机床)")
ENDS = re.compile(
    r"(?i)^\s*(?:$|[,，。.;；?？!！)）]|(?:how|what|which|can|is|are|do|does|any|in|on|for|this|last|and|with|subsidy|we|from|by|during)\b|(?:能|可|补|给|拿|有|是|够|要|怎|多少|报|的?设备|的?机器))"
)
BOUGHT = re.compile(rf"(?i)\b(?:(?:new\s+)?(?:{THINGS.removesuffix('|assets?|r&d')}))\b")
OTHERS = frozenset({"conditions", "contact", "expiry", "list"})  # what else may be asked beside a sum
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
    found = [match for match in SUM.finditer(ctx.words) if _is_money(ctx.words, match)]
    if not found or FOREIGN.search(ctx.words):
        return None
    words = ctx.words
    for match in reversed(found):
        words = f"{words[: match.start()]} {_written(match)} {words[match.end() :]}"
    words = _plain(ctx, words)
    sought = ctx.find(words)
    aside = ctx.aside(f"{words} 能补多少" if sought.intent == "policy" and not sought.wants & OTHERS else words)
    told = await amounts.told(aside)
    if told is None:
        return await places.asked_aside(ctx, aside)
    ctx.conversation = aside.conversation
    return told


def _is_money(words: str, found: re.Match[str]) -> bool:
    """Whether a number is one of yuan that they spend: by its unit, or by what stands around it where it has none."""
    before, behind = words[: found.start()], words[found.end() :]
    if GIVEN.search(before):
        return False
    if found["before"] or found["behind"]:
        return True
    return ON.search(behind) is not None or bool(MEANT.search(before) and ENDS.search(behind))


def _written(found: re.Match[str]) -> str:
    """So many times ten thousand: 500万元 of 5 million; a range with both its ends."""
    scale = found["scale"]
    wan = _wan(found["number"], scale)
    if found["low"]:
        return f"{_wan(found['low'], found['lows'] or scale)}万到{wan}万元"
    if found["less"]:
        return f"不到{wan}万元"
    return f"{wan}多万元" if found["more"] else f"{'大概' if found['rough'] else ''}{wan}万元"


def _wan(number: str, scale: str) -> str:
    return f"{float(number.replace(',', '')) * SCALES[scale.lower()]:.10g}"


def _plain(ctx: Context, words: str) -> str:
    """With equipment by the word that names it, where nothing else is named."""
    return words if ctx.find(words).question.naming else BOUGHT.sub(" 设备投资 ", words)
