"""Figures as people write them: sums, shares, counts with their units, with what makes one unfit to reckon with.

With bot/chinese.py the language of the machine: the patterns here are of Chinese.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from bot.chinese import NUMERAL, ODD, Folded, day_places, fold, numeral, scaled, sums

MOST = 40  # figures of one text that are read at all
UNIT = 6  # characters after a number that may be its unit
LEAD = 14  # characters before a figure that say what it is
UNITS = "吨|亩|平方|平米|立方|方水|人|家|名|位|公里|千瓦|头|只|条|个(?!亿|多亿|来亿|几)"
COUNTED = re.compile(rf"{NUMERAL}{ODD}?[千百十]?{ODD}?[万亿w]?(?={UNITS})")
NUMBER = re.compile(rf"({NUMERAL})(?:{ODD}?([万千百十]亿|[千百十]万|亿|万|w|千|百))?{ODD}?")
PERCENT = re.compile(rf"(\d+(?:\.\d+)?)%|百分之({NUMERAL})|([一二两三四五六七八九])成(?![立都长功果为本员分品熟套])")
APART = re.compile("[一二两三四五六七八九][二三四五六七八九](?:[十百千]+[万亿]?|[万亿])")
MINUS, TO = "负", "至"
SIGNED = re.compile(r"(?<![\da-zA-Z%.])[-−﹣－](?=\s?\d)")
HYPHEN = re.compile(r"(?<=[\d万亿千百元wW%])\s?[-−﹣－~～—–]+\s?(?=\d)")
BOUND = re.compile("[及或含]?(?:以[上下内]|及以)")
SPAN = re.compile(r"[至到](?=[\d一二两三四五六七八九十百])")
LED_BY_SPAN = re.compile(r"[\d一二三四五六七八九十百千万亿元w%][至到]$")
RISING = re.compile("从[^从]{1,12}$|[涨增升长][^涨增升长]{0,3}$")
BEYOND = re.compile("(?:超过?|突破|破|(?<![拿领用花付投享给报补奖获得收买做办到])过了?|大于|多于|高于)$")
CEILING = re.compile("(?:最高|上限|封顶|顶格|不超过?|最多|限额)(?:是|为|就?给|能?补|可?奖|能?拿|能?到|可?达|到)?$")
# What a sum is called that no rule is taken of, and what says that a sum was given.
FOREIGN = re.compile(
    "(?:注册资[本金]|实缴|贷款|借款|利润|净利|纳税|交税|缴税|税收|社保|工资|薪酬|房租|租金|地价|土地款|市值|估值|负债|净资产|总资产"
    "|资产总额|罚款|流动资金|定金|押金)(?:[是有了为共约]|大概|总共|一共|差不多)*$"
)
AWARDED = re.compile("(?:[给补奖拨拿领返]|补贴|补助|奖励|奖补)(?:[了过到给]|我们?|咱们?|俺们?|企业|公司|厂里)*$")
PART = re.compile("其中[^，。]{0,8}$|里[头面边][^，。]{0,8}$|包括[^，。]{0,8}$")
RULED = re.compile("(?:按照?|给|补|奖|(?<!的)比例(?:是|为)?|再|照|打)$")
EACH = re.compile("每$")  # 每亩, 一吨给多少: what the rule counts by
ASKS = re.compile("[^，。]{1,4}?(?:最多|最高|给|补|奖|多少|几)")
RULES = re.compile("的?(?:算|补|奖|给|那|这|比例|配|再|返|资助|支持)")
LAST_YEAR = re.compile("去年|上年|上一年|前一年|头年")
THIS_YEAR = re.compile("今年|本年|当年|这一年|这年")
FROM, RISEN = re.compile("从[^到涨增升至]{0,6}$"), re.compile("[涨增升长做](?:加|长)?[到至]了?$")
ENDINGS = "吗吧呗啊呢嘛的了哦噢呀"
SAID_YES, SAID_NO = "是", "否"  # how facts of yes and no are kept, and spelled in the files
YES = frozenset({
    "是", "有", "对", "嗯", "嗯嗯", "是有", "对对", "已经", "属于", "符合", "可以", "满足", "达到", "通过", "已通过",
    "yes", "ok", "好", "没错",
})  # fmt: skip
NO = frozenset({
    "不是", "没有", "没", "无", "否", "不", "没过", "没拿过", "还没", "还没有", "没领过", "不算", "不属于", "不符合",
    "未", "没通过", "no", "都不是", "零",
})  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """A figure with its place in the folded text.

    unit  yuan, percent, or what follows the number, a few characters of the text: 吨鱿鱼运
    flaw  negative, range, bound as in 1亿以上, or empty
    """

    start: int
    end: int
    value: float
    unit: str
    flaw: str = ""


def sign(text: str) -> str:
    """A text with its minus signs and ranges as characters, so that folding keeps them."""
    return HYPHEN.sub(TO, SIGNED.sub(MINUS, unicodedata.normalize("NFKC", text)))


def read_figures(folded: Folded) -> list[Figure]:
    """Sums, shares and numbers of a text that `sign` prepared, in their order, none over another."""
    found: list[Figure] = []
    taken = {place for start, end in day_places(folded) for place in range(start, end)}
    for start, end, value, unit in (*_shares(folded), *_sums(folded), *_numbers(folded)):
        if taken.isdisjoint(range(start, end)):
            taken.update(range(start, end))
            found.append(_figure(folded.text, start, end, value=value, unit=unit))
    apart = (match.span() for match in APART.finditer(folded.text))
    found += [Figure(*span, 0.0, "yuan", "range") for span in apart if taken.isdisjoint(range(*span))]
    return sorted(found, key=lambda figure: figure.start)[:MOST]


Read = tuple[int, int, float, str]


def _shares(folded: Folded) -> Iterator[Read]:
    for match in PERCENT.finditer(folded.text):
        value = numeral(match[1] or match[2] or match[3])
        if value is not None:
            yield match.start(), match.end(), value * 10 if match[3] else value, "percent"


def _sums(folded: Folded) -> Iterator[Read]:
    counted = {match.start() for match in COUNTED.finditer(folded.text)}
    for found in sums(folded):
        if found.start not in counted:
            yield found.start, found.end, found.yuan, "yuan"


def _numbers(folded: Folded) -> Iterator[Read]:
    for match in NUMBER.finditer(folded.text):
        value = scaled(match[1], re.sub(ODD, "", match[2] or ""))
        if value is not None:
            yield match.start(), match.end(), value, folded.text[match.end() : match.end() + UNIT]


def _figure(text: str, start: int, end: int, *, value: float, unit: str) -> Figure:
    lead, rest = text[max(0, start - LEAD) : start], text[end : end + 3]
    if unit == "yuan" and BEYOND.search(lead):
        value = round(value + 0.01, 2)  # 超过50亿 is more than 50亿, by what nobody said
    if lead.endswith(MINUS):
        return Figure(start, end, -value, unit, "negative")
    span = (SPAN.match(rest) or LED_BY_SPAN.search(lead)) and not RISING.search(lead)
    bound = "bound" if unit == "yuan" and BOUND.match(rest) else ""
    return Figure(start, end, value, unit, "range" if span else bound)


def is_limit(folded: Folded, figure: Figure) -> bool:
    """Whether a figure is no fact of theirs that rules ask for: a limit or share repeated, a sum of another kind."""
    lead, rest = folded.text[max(0, figure.start - LEAD) : figure.start], folded.text[figure.end : figure.end + 4]
    if figure.unit == "percent":
        return bool(RULED.search(lead) or RULES.match(rest))
    if figure.unit != "yuan" and figure.value == 1:
        stop = min([figure.end + 7, *(place for place in folded.breaks if place > figure.end)])
        return bool(EACH.search(lead) or ASKS.match(folded.text[figure.end : stop]))
    return bool(CEILING.search(lead) or FOREIGN.search(lead))


def is_awarded(folded: Folded, figure: Figure) -> bool:
    """Whether a sum is one that somebody was given: no base, unless the words beside it say so."""
    return bool(AWARDED.search(folded.text[max(0, figure.start - LEAD) : figure.start]))


def is_part(folded: Folded, figure: Figure) -> bool:
    """Whether a figure is a part of one told before: 其中进口设备1000万."""
    return bool(PART.search(folded.text[max(0, figure.start - LEAD) : figure.start]))


def year_of(folded: Folded, figure: Figure) -> int:
    """Of which year a figure is said to be: -1 of the last, 0 of this one, 1 of none."""
    lead = folded.text[max(0, figure.start - LEAD) : figure.start]
    last, this = (max((m.end() for m in words.finditer(lead)), default=-1) for words in (LAST_YEAR, THIS_YEAR))
    if last == this:
        return -1 if FROM.search(lead) else (0 if RISEN.search(lead) else 1)
    return -1 if last > this else 0


def says_yes(text: str) -> bool | None:
    """Whether a whole message says yes or no; None for any other."""
    plain = fold(text).text.rstrip(ENDINGS)
    return True if plain in YES else False if plain in NO else None
