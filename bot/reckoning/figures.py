"""Figures as people write them: sums, shares, counts with their units, with what makes one unfit to reckon with.

With bot/chinese.py the language of the machine: the patterns here are of Chinese.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from bot.chinese import MORE_BEHIND, NUMERAL, ODD, SCALES, Folded, day_places, fold, numeral, scaled, sums

MOST = 40  # figures of one text that are read at all
UNIT = 12  # characters after a number that may be its unit, and what is counted
LEAD = 14  # characters before a figure that say what it is
UNITS = "吨|亩|平方|平米|立方|方水|人(?!民币)|家|名|位|公里|千瓦|头|只|条|个(?!亿|多亿|来亿|几)"
COUNTED = re.compile(rf"{NUMERAL}{ODD}?[千百十]?{ODD}?[万亿w]?(?={UNITS})")
CLASSIFIERS = frozenset("条个人家名位头只")  # that begin words as well: 2150万，条件都符合
MANY_THINGS = "个"  # what counts anything that is counted one by one
COUNTING = CLASSIFIERS | {"大"}  # how the unit of such a fact begins, 大项 among them; what is measured has another
NUMBER = re.compile(rf"({NUMERAL})(?:{ODD}?([万千百十]亿|[千百十]万|亿|万|w|千|百))?{ODD}?")
PERCENT = re.compile(
    rf"(\d+(?:\.\d+)?)%|百分之({NUMERAL})|([一二两三四五六七八九])成(?![立都长功果为本员分品熟套])"
    "(?:([一二三四五六七八九半])(?![千百十万亿个家项台年条]))?"  # 八成五
)
ONE = "[一二两三四五六七八九]"
APART = re.compile(f"(?:{ONE}[千百])*{ONE}[二三四五六七八九](?:[十百千]+[万亿]?|[万亿])")
HALF = 5.0
MINUS, TO = "负", "至"
SIGNED = re.compile(r"(?<![\da-zA-Z%.])[-−﹣－](?=\s?\d)")
HYPHEN = re.compile(r"(?<=[\d万亿千百元wW%])\s?[-−﹣－~～—–]+\s?(?=\d)")
LISTED = re.compile(r"(?<=[\d万亿千百元wW%])\s*[、/]\s*(?=[\d一二两三四五六七八九十百千])")
AND = "和"
JOINT = re.compile("和|跟|与|及|以及|还有|另外|加")  # between the sums of a list
SEVERALLY = re.compile("(?:分别|各|依次|逐个)[^各别]{0,10}$")
SCALED = re.compile("(?:万亿|[千百十]亿|[千百十]万|亿|万|w|千|百)(?=(?:元|块)?$)")
EVERY = re.compile("(?:每(?![年月季天日次回])|各(?!种|类|项|级)|单(?=[价台套个亩吨项件艘]))[^每各，]{0,8}$")
SHARE = re.compile("[%成]|百分之")  # without one no share is named
OFTEN = re.compile("(?:每个?月|每季度?|每天|每日|月均|一个月|单月|一季度|半年)[^每]{0,6}$")
MONEYS = (
    "美元|美金|美刀|刀(?![具片库])|欧元|日元|日币|港币|港元|韩元|英镑|卢布|新元|加元|澳元"
    "|usd|eur|jpy|gbp|hkd|dollar|euro"
)
ABROAD = re.compile(MONEYS)
LED_ABROAD = re.compile(f"(?:{MONEYS})s?$")
SYMBOLS = {"$": "美元", "€": "欧元", "£": "英镑"}
# Who gave a sum: the city or the state, for a share that a district adds; somebody before, for a step already paid.
SPENT = "投|花|买|造价|付|营收|收入|费|销售|研发|设备|没|未|共"  # after these a sum is no longer one that was given
UPPER = re.compile(
    "(?:市里|市级|市财政|市局|市工信局?|市上|青岛市?|上级|上边|上面)[^补奖给批拨发领拿到]{0,10}"
    f"(?:补|奖|给|批|拨|发|兑现|到账|下来|下达|资助|扶持|拿|领)(?:(?!{SPENT}).){{0,8}}$"
)
BEFORE = re.compile(
    "(?:已经?|早就?|之前|以前|先前|先(?!进)|原来|曾经?|上次|上回|当时|那时|前面|去年|前年)[^没未]{0,10}"
    f"(?:领|拿|得|享受|补|奖|发|到手)(?:(?!{SPENT}).){{0,12}}$"
    f"|(?<![没未])(?:领|拿|得|享受|补|奖)过(?:(?!{SPENT}).){{0,12}}$"
)
PAST = re.compile("已经?[领拿]|拿过|领过|去年|之前|以前|先前|原来|上次|曾|先[拿领]")
NOW = re.compile("今年|现在|这次|如今|本次|这回|刚刚|眼下")
BOUND = re.compile("[及或含]?(?:以[上下内]|及以)")
UNDER = re.compile("[及或含]?以[下内]")
SPAN = re.compile(r"[至到](?=[\d一二两三四五六七八九十百])")
LED_BY_SPAN = re.compile(r"[\d一二三四五六七八九十百千万亿元w%][至到]$")
RISING = re.compile("从[^从]{1,12}$|[涨增升长][^涨增升长]{0,3}$")
MORE = re.compile("[多余几]|(?:出头|挂零|有余)$")  # 500多万 is beyond 500万; 五百来万 may be a little less
BEYOND = re.compile("(?:超过?|突破|破|(?<![拿领用花付投享给报补奖获得收买做办到])过了?|大于|多于|高于)$")
CEILING = re.compile("(?:最高|上限|封顶|顶格|不超过?|最多|限额)(?:是|为|就?给|能?补|可?奖|能?拿|能?到|可?达|到)?$")
# What a sum is called that no rule is taken of, and what says that a sum was given.
FOREIGN = re.compile(
    "(?:注册资[本金]|实缴|贷款|借款|利润|净利|纳税|交税|缴税|税收|社保|工资|薪酬|房租|租金|地价|土地款|市值|估值|负债|净资产|总资产"
    "|资产总额|罚款|流动资金|定金|押金|挣|赚|净赚|纯利|毛利|电费|水费|保险费|中标|订单)(?:[是有了为共约]|大概|总共|一共|差不多)*$"
)
GEAR = "(?:设备|机器|机床|产线|生产线|模具)"
RENTED = re.compile(
    f"租(?:了|来|用)?(?:{GEAR}(?:花|付|用)?了?)?(?:大概|大约|约|总共|一共)?$"
)  # 租算力花了200万 is what it is
AWARDED = re.compile("(?:[给补奖拨拿领返]|补贴|补助|奖励|奖补)(?:[了过到给]|我们?|咱们?|俺们?|企业|公司|厂里)*$")
PART = re.compile("其中[^，。]{0,8}$|里[头面边][^，。]{0,8}$|包括[^，。]{0,8}$")
RULED = re.compile("(?:按照?|给|补|奖|(?<!的)比例(?:是|为)?|再|照|打)$")
EACH = re.compile("每$")  # 每亩, 一吨给多少: what the rule counts by
ASKS = re.compile("[^，。]{1,4}?(?:最多|最高|给|补|奖|多少|几)")
NEXT_ROOM = re.compile(
    "(?:[和跟与及]|还有)?(?P<beside>([一二三四五六])([室处科股]))"
)  # behind the name of a unit another: 一室二室
ADDS = re.compile("[和跟与及或加还另又也再]")  # beside what was named something else is
RULES = re.compile("的?(?:算|补|奖|给|那|这|比例|配|再|返|资助|支持)")
LAST_YEAR = re.compile("去年|(?<![规以])上年|上一年|前一年|头年")
THIS_YEAR = re.compile("今年|本年|当年|这一年|这年")
OF_LAST_YEAR = re.compile(
    "(?:去年|上年|上一年)(?:还|就|也|都|又|我们|俺们?|咱们?)*(?:能|可以|可|该|应该)[^投花]{0,4}[补奖拿领给报]"
)
TIMES = re.compile("个(?:月|季度|小时|工作日|国家|地方|区|市|点|亿)")  # 三个月 counts no products
GREW = re.compile("(?:增量|增加额?|净增|多了|多卖|涨了|增长了?|增)(?:大约|大概|约|有|是|为)?$")
INSIDE = re.compile("(?:其中|(?<![不未])含|包括|里[面头边])[^，。不]{0,4}(?:土地|地价|基建|税)")
TOTAL = re.compile("(?:总投资|投资总额|固定资产(?:总?投资)?|固投|总投入)(?:额|了|是|为|约|大概|有)*$")
NET = "不含"  # in the question for a fact: what is not part of it
SHORT_OF = re.compile("(?:不到|不足|不够|少于|小于|低于|没到|没过)$")
SHORT_BEHIND = re.compile(
    "(?:元|块钱?)?(?:都|还)?(?:不到|不足)(?=$|[能可给补奖有吗呢的么])"
)  # 2000万不到; but 500万不到一年
FROM, RISEN = re.compile("从[^到涨增升至]{0,6}$"), re.compile("[涨增升长做](?:加|长)?[到至]了?$")
NOT_THERE = re.compile("不(?:是|在|属于|归)$")  # before the name of a place: 我不在平度在崂山
# What a share behind these words says is how much something grew, and not how much of it is given.
GROWN = re.compile(
    "(?:增长|增速|增幅|涨幅|同比|环比|增加|提高|上升|[涨增升降]了?|下降|减少|多了|少了)(?:率|幅|速|额)?(?:[大约]概?|差不多|左右|超过?|达到?|近|有|是|为|在|到|至|了){0,3}$"
)
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

    unit   yuan, percent, or what follows the number, a few characters of the text: 吨鱿鱼运
    flaw   negative, range, bound as in 1亿以上, under as in
           1亿以下, short as in 不到500万, foreign as in 300万美元, part as in
           每月20万, or empty
    parts  the sums of a list whose total it is: 8万、15万、22万
    every  it is said of each of several: 每个12万
    """

    start: int
    end: int
    value: float
    unit: str
    flaw: str = ""
    parts: tuple[float, ...] = ()
    every: bool = False


def sign(text: str) -> str:
    """A text with its minus signs, ranges, lists and signs of money as characters, so that folding keeps them."""
    plain = HYPHEN.sub(TO, SIGNED.sub(MINUS, unicodedata.normalize("NFKC", text)))
    for symbol, name in SYMBOLS.items():
        plain = plain.replace(symbol, name)
    return LISTED.sub(AND, plain)


def read_figures(folded: Folded) -> list[Figure]:
    """Sums, shares and numbers of a text that `sign` prepared, in their order, none over another."""
    found: list[Figure] = []
    taken = {place for start, end in day_places(folded) for place in range(start, end)}
    for start, end, value, unit in (*_shares(folded), *_sums(folded), *_numbers(folded)):
        if taken.isdisjoint(range(start, end)):
            taken.update(range(start, end))
            found.append(_figure(folded, start, end, value=value, unit=unit))
    apart = (match.span() for match in APART.finditer(folded.text))
    found += [Figure(*span, 0.0, "yuan", "range") for span in apart if taken.isdisjoint(range(*span))]
    return _lists(folded, sorted(found, key=lambda figure: figure.start)[:MOST])


Read = tuple[int, int, float, str]


def _shares(folded: Folded) -> Iterator[Read]:
    for match in PERCENT.finditer(folded.text):
        value = numeral(match[1] or match[2] or match[3])
        if value is not None:
            yield match.start(), match.end(), value * 10 + _units(match[4]) if match[3] else value, "percent"


def _units(said: str | None) -> float:
    """What stands behind 成: 五 and 半 of 八成五 and 八成半."""
    return HALF if said == "半" else (numeral(said) or 0.0) if said else 0.0


def _sums(folded: Folded) -> Iterator[Read]:
    counted = {
        match.start()
        for match in COUNTED.finditer(folded.text)
        if match.end() not in folded.breaks or folded.text[match.end()] not in CLASSIFIERS
    }
    for found in sums(folded):
        if found.start not in counted:
            yield found.start, found.end, found.yuan, "yuan"


def _numbers(folded: Folded) -> Iterator[Read]:
    for match in NUMBER.finditer(folded.text):
        value = scaled(match[1], re.sub(ODD, "", match[2] or ""))
        if value is not None:
            yield match.start(), match.end(), value, folded.text[match.end() : match.end() + UNIT]


def _figure(folded: Folded, start: int, end: int, *, value: float, unit: str) -> Figure:
    text = folded.text
    lead, rest = text[max(0, start - LEAD) : start], text[end : end + 6]
    if unit == "yuan" and (BEYOND.search(lead) or MORE.search(said_as(folded, start, end))):
        value = round(value + 0.01, 2)  # 超过50亿 is more than 50亿, by what nobody said
    if lead.endswith(MINUS):
        return Figure(start, end, -value, unit, "negative")
    if unit == "yuan" and (ABROAD.match(rest) or LED_ABROAD.search(lead)):
        return Figure(start, end, value, unit, "foreign")
    span = (SPAN.match(rest) or LED_BY_SPAN.search(lead)) and not RISING.search(lead)
    bound = ("under" if UNDER.match(rest) else "bound" if BOUND.match(rest) else "") if unit == "yuan" else ""
    clause = text[max(0, start - LEAD, *(place for place in folded.breaks if place <= start)) : start]
    if unit == "yuan" and (SHORT_OF.search(lead) or SHORT_BEHIND.match(folded.text, end)):
        return Figure(start, end, value, unit, "short")
    often = "part" if unit == "yuan" and OFTEN.search(clause) else ""
    every = EVERY.search(clause) is not None
    return Figure(start, end, value, unit, "range" if span else bound or often, every=every)


def said_as(folded: Folded, start: int, end: int) -> str:
    """A figure as it was said, with what makes it a little more behind it: 800多万, 800万出头."""
    behind = MORE_BEHIND.match(folded.text, end)
    return folded.text[start : behind.end() if behind else end]


def _lists(folded: Folded, figures: list[Figure]) -> list[Figure]:
    """The same with the sums of a list as one figure, their total: 分别花了8万、15万和22万."""
    found: list[Figure] = []
    for figure in figures:
        joined = figure
        while found and _goes_on(folded, found[-1], joined):
            last = found.pop()
            parts = (*_as_sums(folded, last, figure), *(joined.parts or (joined.value,)))
            joined = Figure(last.start, figure.end, round(sum(parts), 2), "yuan", parts=parts)
        found.append(joined)
    return found


def _goes_on(folded: Folded, last: Figure, figure: Figure) -> bool:
    """Whether a sum goes on with a list that the figure before it began."""
    if figure.unit != "yuan" or figure.flaw or last.flaw or last.unit == "percent":
        return False
    gap = folded.text[last.end : figure.start]
    joined = JOINT.fullmatch(gap) is not None
    if not gap and last.end in folded.breaks:  # 8万，15万 is a list only where it is said to be one
        joined = SEVERALLY.search(folded.text[max(0, last.start - LEAD) : last.start]) is not None
    return joined and (last.unit == "yuan" or (gap == AND and last.unit.startswith(AND)))


def _as_sums(folded: Folded, last: Figure, figure: Figure) -> tuple[float, ...]:
    """The sums before the last of a list; a number without a unit has the scale of the sum it leads to: 8、15万."""
    if last.unit == "yuan":
        return last.parts or (last.value,)
    scale = SCALED.search(folded.text[figure.start : figure.end])
    return (round(last.value * (SCALES[scale[0]] if scale else 1.0), 2),)


def is_limit(folded: Folded, figure: Figure) -> bool:
    """Whether a figure is no fact of theirs that rules ask for: a limit or share repeated, a sum of another kind."""
    lead, rest = folded.text[max(0, figure.start - LEAD) : figure.start], folded.text[figure.end : figure.end + 4]
    if figure.unit == "percent":
        pauses = figure.end in folded.breaks  # 产值占九成 奖多少 tells a share, and then asks
        return bool(RULED.search(lead) or (not pauses and RULES.match(rest)))
    if figure.unit != "yuan" and figure.value == 1:
        stop = min([figure.end + 7, *(place for place in folded.breaks if place > figure.end)])
        return bool(EACH.search(lead) or ASKS.match(folded.text[figure.end : stop]))
    rented = (match := RENTED.search(lead)) and (re.search(GEAR, match[0]) or re.match(f"的?{GEAR}", rest))
    return bool(CEILING.search(lead) or FOREIGN.search(lead) or rented)


def is_awarded(folded: Folded, figure: Figure) -> bool:
    """Whether a sum is one that somebody was given: no base, unless the words beside it say so."""
    return bool(AWARDED.search(folded.text[max(0, figure.start - LEAD) : figure.start]))


def clause_of(folded: Folded, place: int) -> tuple[int, int]:
    """Where the clause of a place begins and ends: at a mark, or where somebody turns to the present."""
    turns = {match.start() for match in NOW.finditer(folded.text)}
    bounds = sorted({0, len(folded.text), *folded.breaks, *turns})
    start = max(bound for bound in bounds if bound <= place)
    return start, min((bound for bound in bounds if bound > place), default=len(folded.text))


def giver(folded: Folded, figure: Figure) -> str:
    """Who gave a sum: `upper` the city or the state, `before` somebody before, for a lower step; else nobody."""
    start, _ = clause_of(folded, figure.start)
    lead = folded.text[start : figure.start]
    if figure.unit != "yuan":
        return ""
    return "upper" if UPPER.search(lead) else "before" if BEFORE.search(lead) else ""


def former(folded: Folded) -> frozenset[int]:
    """The places of clauses that tell what somebody had before."""
    found: set[int] = set()
    for match in PAST.finditer(folded.text):
        found.update(range(*clause_of(folded, match.start())))
    return frozenset(found)


def asks_of_last_year(folded: Folded) -> bool:
    """Whether it is asked what there was last year: 去年能拿多少."""
    return OF_LAST_YEAR.search(folded.text) is not None


def is_growth(folded: Folded, figure: Figure) -> bool:
    """Whether a figure is by how much something grew, and not to what: 今年增量6000万."""
    return GREW.search(folded.text[max(0, figure.start - LEAD) : figure.start]) is not None


def holds_more(folded: Folded, question: str) -> bool:
    """Whether a sum is told with a part that the question for it leaves out: 其中土地3000万, 含税."""
    return NET in question and INSIDE.search(folded.text) is not None


def is_total(folded: Folded, figure: Figure) -> bool:
    """Whether a figure is said to be all that was invested, of which what rules ask for may be a part."""
    return TOTAL.search(folded.text[max(0, figure.start - LEAD) : figure.start]) is not None


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


def shares_in(folded: Folded) -> frozenset[float]:
    """The shares that a text names, in percent: 20%, 五成; how much something grew is none."""
    return frozenset(figure.value for figure in _percents(folded) if not _is_growth(folded, figure))


def growths(folded: Folded) -> tuple[range, ...]:
    """The places of figures that say how much something grew: 20% of 同比增长20%."""
    return tuple(range(figure.start, figure.end) for figure in _percents(folded) if _is_growth(folded, figure))


def _percents(folded: Folded) -> list[Figure]:
    if not SHARE.search(folded.text):
        return []
    return [figure for figure in read_figures(folded) if figure.unit == "percent"]


def _is_growth(folded: Folded, figure: Figure) -> bool:
    return GROWN.search(folded.text[: figure.start]) is not None
