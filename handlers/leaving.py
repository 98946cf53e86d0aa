"""别再给我发了, 晚上别发, 生产线停了，有政策提醒我: who wants no more of it, and how plainly that is said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise

from bot.chinese import Folded
from bot.context import Context
from handlers.hearing import NEWS, NO_MORE, NOT, STRUCK, TELLING, TOLD
from handlers.hearing import TOO_OFTEN as PER_DAY
from handlers.interests import read


class Grade(IntEnum):
    """How plainly somebody says that they want no more: not at all; perhaps, so that it is asked; of something; of
    everything."""

    NONE = 0
    DOUBTFUL = 1
    SOME = 2
    ALL = 3


@dataclass(frozen=True, kw_only=True)
class Leaving:
    """What a message says of leaving: how plainly, by which clause, whether it also asks to be told of news, and
    whether what it names is what they want to keep, or only asked about."""

    grade: Grade = Grade.NONE
    clause: str = ""
    wished: bool = False
    kept: bool = False


US = "(?:我们?|俺们?|咱们?|本人|本公司|本单位)"
OFF = "(?:取消|退订?|停止?[了掉]?|关[了掉闭]?|删[除了掉]?|解除|撤销|屏蔽)"
# A wish to be told: 有政策提醒我, 订阅技改. What stands just before it may turn it round: 别提醒我, 取消订阅.
WISH = re.compile(
    f"(?:提醒|通知|告诉|告知|知会|喊|叫|推送?给|发送?给|推|发)(?:一?[下声])?{US}(?!的|推|发|太|[一二两三四五六七八九十]+[遍次条])"
    "|(?:订阅|定阅)(?![了过的太号]|管理|列表|记录|情况)|(?<!取消)关注(?:一下|下|这)"
)
TURNED = re.compile(
    f"(?:{NOT}|{OFF}|不再|天天|老是?|总是?|一天到晚|不停地?|频繁)"
    "(?:再|给|我们?|俺们?|你们?|天天|的|老|总|继续|把|推送|掉|了|都|对|向|往|地|想|需要|来|接收|收到?){0,6}+$"
)
BEFORE = 16  # characters before a wish that may turn it round
UNDONE = re.compile(f".{{0,8}}?(?:{OFF}|{NOT})")  # behind it: 订阅海洋的取消, 推送给我停了
AT_ONCE_UNDONE = re.compile(f"的?(?:这些|都|全){{0,2}}+(?:{OFF}|{NOT})")
# Words of the dictionary for leaving that are also said of a machine, a list or a sum.
WEAK = frozenset(
    {
        "移除", "从名单里移除", "给我关掉", "停掉", "不收了", "不想收", "不想收到", "不想再收", "给我停了吧",
        "停止发送", "不要发送", "停止向我", "停止向我们", "不再接收", "别发了", "别再发", "不要发了", "不要再发",
        "别推了", "甭发了", "甭推了", "别再发了", "不要通知", "不用通知", "别通知", "取消通知", "别再推",
        "不要再推",
    }
)  # fmt: skip
SWITCHED = re.compile(
    f"(?:那|就|请|麻烦|帮|给|我们?|俺们?|都|全|赶紧|快|先|把它?|它){{0,8}}+{OFF}(?:了|掉|吧|得了|算了|行吗|谢谢){{0,4}}+"
)
PESTERED = re.compile(
    f"(?:{NOT}|停止|少)(?:再|来|老|总|天天){{0,3}}+(?:骚扰|轰炸|打扰|烦)(?:{US}|人)?(?:了|吧|啦){{0,2}}+$"
)
SOUR = re.compile(
    "(?<!麻)烦(?![请劳你您])|骚扰|轰炸(?!机)|没完没了|受够|吵死|拉黑|屏蔽(?![门材机线罩服室膜技])|(?<![件收数质额度人资])够了"
)
TOO_MANY = re.compile("(?<!麻)烦(?![请劳你您])|太多|太频繁|天天|老发|总发")
TOO_OFTEN = re.compile("[发推]送?(?:得|的)?(?:也|实在|真)?太(?:勤|多|频繁|密)")
# What is named is to stay, or is asked about: 只要海洋的，别的别发, 不要退订, 提醒停了吗, 怎么退订.
KEPT = re.compile(
    f"只(?:要|留|收|看|想要|保留|需要)|除了|除.{{1,12}}?(?:以外|之外)|(?:以外|之外)的|留着|保留|(?:其他|其它|其余|别|剩下)的"
    f"|(?:{NOT}|没有?|不)(?:再|想|要|给我|把){{0,3}}+(?:退订|取消|停|关|删|移除)|(?:怎么|咋|如何|在哪里?|哪儿)(?:才能|能|可以|去)?(?:退订|取消)"
    f"|{OFF}(?:了|掉)?(?:吗|么|没有?)$|是不是|是否|为什么|为啥|怎么(?:没|不|停|就|又)"
)
# What they hold, and that it ends: 取消海洋订阅, 订阅的海洋不要了.
ENDED = re.compile(
    "(?:取消|退掉?|删除|停止|解除|撤销)(?!了)(?:(?!想|要|请|帮|我要).){1,10}?的?订阅(?:吧|了|谢谢){0,3}+$"
    f"|订阅[了过]?的.{{0,10}}?(?:{OFF}|{NOT}要?)(?:了|掉|吧){{0,3}}+$"
)
# That it is what is sent to them.
SENDING = re.compile("推送|推文|消息|提醒|通知|订阅|[给向对往](?:我|俺|咱)|[推发](?:我|俺|咱)|公众号|这个号")
CONFINED = re.compile(
    "(?:晚上?|夜里|半夜|夜间|周末|节假日|放假|早上|中午|休息|重复|一样|没用|过期|不?相关|无关|别的|其他)(?:的|时|时间)?"
)
OTHER = re.compile("邮件|邮箱|短信|电话|发票|材料|纸质|快递|传真|证书|合同|文件|货|样品|工资|产品")
PLAIN = re.compile(
    "以后|今后|往后|从(?:现在|今天)起?|现在|暂时|千万|拜托|统统|通通|这种|这类|这些|那些|这样|任何|一切|所有|全部|什么|啥|求|"
    f"{NEWS}|政策|东西|垃圾|广告|公众号|这个号|本号|号|惠企|单位|企业|公司|手机|微信|这里|这儿|这边|天天|一天到晚|不需要|用不着|用不上|"
    "已经|根本|需要|不做|谢谢|可不可以|能不能|可以|怎么|咋|如何|取消|关[掉闭了]?|停[掉止了]?|退[掉了]?|真|太|烦|死|受?够|"
    "请|麻烦|你们?|您|恁|贵|把|给|我们?|俺们?|咱们?|都|全|也|就|先|再|的|了|吧|新|老|总|别|不要|不用|不想|想|好|吗|呢|行|能|要|"
    "在|是|帮|替|上|往|向|对|到|呀|啊|哦|哈|收|接|看|那|这|它|一下"
)


def judged(ctx: Context) -> Leaving:
    """What the words say of leaving: it needs that what is sent to them is refused, and a wish to be told of news
    outweighs a sour word of another clause."""
    finding = ctx.finding
    folded = finding.question.folded
    clauses = list(_clauses(folded))
    wished = any(wishes(text) for _, text in clauses)
    grades = [(_refusal(ctx, start, text, folded), text) for start, text in clauses]
    if STRUCK.search(folded.text) and not finding.ids:
        grades.append((Grade.ALL, folded.text))
    if "current" in finding.wants and not finding.question.intents & {"unsubscribe"}:
        return Leaving(wished=wished)
    grade, clause = max(grades, default=(Grade.NONE, ""))
    if grade is Grade.SOME and TOO_MANY.search(folded.text):
        grade = Grade.ALL
    sour = finding.intent == "subscribe" and SOUR.search(folded.text)
    sour = sour or (finding.intent in ("subscribe", "offtopic") and TOO_OFTEN.search(folded.text))
    if grade is Grade.NONE and sour and not wished:
        grade, clause = Grade.DOUBTFUL, folded.text
    kept = KEPT.search(folded.text) is not None
    if kept and grade:
        grade = Grade.DOUBTFUL
    if wished:
        grade = min(grade, Grade.DOUBTFUL) if grade >= Grade.SOME else Grade.NONE
    return Leaving(grade=grade, clause=clause, wished=wished, kept=kept)


def wishes(clause: str) -> bool:
    """Whether a clause asks to be told of news."""
    for found in () if ENDED.search(clause) else WISH.finditer(clause):
        undone = UNDONE if found[0].startswith(("订阅", "定阅")) else AT_ONCE_UNDONE
        before = clause[max(0, found.start() - BEFORE) : found.start()]
        if not TURNED.search(before) and not undone.match(clause, found.end()):
            return True
    told = TELLING.search(clause) if TOLD.search(clause) else None
    return told is not None and not re.search(NOT, told[0])


def _clauses(folded: Folded) -> Iterator[tuple[int, str]]:
    """The clauses of a text, as pauses part them, with the place where each begins."""
    bounds = sorted({0, *folded.breaks, len(folded.text)})
    yield from ((start, folded.text[start:end]) for start, end in pairwise(bounds))


def _refusal(ctx: Context, start: int, clause: str, folded: Folded) -> Grade:
    """How plainly one clause refuses what is sent."""
    if PESTERED.search(clause):
        return Grade.ALL
    refused, words = NO_MORE.search(clause), _words(ctx, start, start + len(clause))
    if SWITCHED.fullmatch(clause) and not words and len(clause) < len(folded.text):
        sent = SENDING.search(folded.text) and not any(wishes(text) for _, text in _clauses(folded))
        return Grade.ALL if sent and TOO_MANY.search(folded.text) else Grade.NONE
    strong = [word for word in words if word not in WEAK]
    if refused is None and not words:
        return Grade.SOME if ENDED.search(clause) else Grade.NONE
    if refused:
        rest = clause[: refused.start()] + (refused["what"] or "") + clause[refused.end() :]
    else:
        rest = clause.replace(max(words, key=len), "", 1)
    if PER_DAY.search(clause):  # 不用天天推: less of it, and not none
        return Grade.DOUBTFUL
    if OTHER.search(clause):
        return Grade.DOUBTFUL if SENDING.search(clause) and strong else Grade.NONE
    if strong and not refused and not re.search("发|推(?!订)|收|提醒|通知", max(strong, key=len)):
        left = PLAIN.sub("", rest)
        return Grade.DOUBTFUL if left and not read(ctx.aside(left)).named else Grade.SOME
    return _by_rest(ctx, clause, PLAIN.sub("", rest))


def _by_rest(ctx: Context, clause: str, rest: str) -> Grade:
    """By what is said beside the refusal: of all where nothing is, of something where it is named, else perhaps."""
    if not rest:
        return Grade.ALL
    if read(ctx.aside(rest)).named:
        return Grade.SOME
    return Grade.DOUBTFUL if SENDING.search(clause) or CONFINED.fullmatch(rest) else Grade.NONE


def _words(ctx: Context, start: int, end: int) -> list[str]:
    """The words of the dictionary for leaving that stand there."""
    return [
        hit.entry.word
        for hit in ctx.finding.question.chosen
        if start <= hit.start
        and hit.end <= end
        and any(meaning.value == "unsubscribe" for meaning in hit.entry.meanings)
    ]
