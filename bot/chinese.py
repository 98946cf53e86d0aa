"""The language itself: folding, numerals, money, dates, pinyin. The one module of `bot` that may hold Chinese words."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise

from bot import numerals
from bot.characters import is_hanzi, simplified

OF = "的"
LEADING = frozenset("在到去从是往来")  # lead to the name of a place
PARTICLES = frozenset("了的个过些点下台把")  # stand inside a phrase and change nothing of its matter
COUNTED = re.compile(
    "(?:\\d+|[一二两三四五六七八九十几]+)[多来]?[台套条艘批辆座间架只头]"
)  # and so does how many: 买4艘渔船
STOPS = re.compile(r"(?<!\d)[\s,;:。、“”‘’\"《》]+|[\s,;:。、“”‘’\"《》]+(?!\d)")  # but 第1、5条 is not 第15条
DASHES = re.compile("[‐‑–—−~∼]+")
THOUSANDS = re.compile(r"(?<=\d)(?<!\d{4}),(?=\d{3}(?!\d))")  # a comma within a number
WHOLE: frozenset[int] = frozenset()  # the places of a text from which nothing was dropped
REMEMBERED = 64  # characters of a text whose folded spelling is remembered
LONGEST_NUMERAL = 16  # characters: nothing that people count is written with more
NUMERAL = r"(?:\d+(?:\.\d+)?|[零〇一二两三四五六七八九十百千壹贰叁肆伍陆柒捌玖拾佰仟]+(?:点[零〇一二三四五六七八九]+)?)"
ODD = "[多来几余]"  # a little more than said
MORE_BEHIND = re.compile("出头|挂零|有余")  # and so is 800万出头
PIECE = "(?:(?<![一两几三])块(?!儿|地)|(?<=[一两几三])块(?=钱))"  # 一块弄 is together, and no yuan
MONEY = re.compile(
    rf"({NUMERAL}){ODD}?([万千百十]{ODD}?亿|个{ODD}?亿|[千百十]{ODD}?万|亿|万|w|千|百)?{ODD}?(元|{PIECE}|rmb)?"
)
WITH_TENTHS = 1e4  # the least scale that is so shortened
# 1亿2, 3万5: a digit for a tenth of the scale before it, where nothing follows that it could count.
TENTHS = re.compile(r"([1-9一二三四五六七八九])(?=$|多少|[能补给奖拿领左的可够该了吧呢技])")
SCALES = {
    "万亿": 1e12, "千亿": 1e11, "百亿": 1e10, "十亿": 1e9, "个亿": 1e8, "亿": 1e8, "千万": 1e7, "百万": 1e6,
    "十万": 1e5, "万": 1e4, "w": 1e4, "千": 1e3, "百": 1e2, "": 1.0,
}  # fmt: skip
WRITTEN = r"(?:19\d\d|20\d\d|9999)"  # a year as people write it; 9999 is how forms say never
DAY = re.compile(rf"(?<!\d)({WRITTEN})\s*[年/.-]\s*(\d{{1,2}})\s*[月/.-]\s*(\d{{1,2}})(?!\d)")
SHORT_DAY = re.compile(r"(?<![\d年/.-])(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]")
LEAP = 2024  # a year that has every day there is
FOLDED_DAY = re.compile(rf"(?<!\d){WRITTEN}(?:年\d{{1,2}}月\d{{1,2}}日?|\.\d{{1,2}}\.\d{{1,2}}|[01]\d[0-3]\d)(?!\d)")
# A bare number is a year only where it is near; 年 makes any of two centuries one.
YEAR = re.compile(r"(?<!\d)(20[1-4]\d(?![\d万亿千元w])|(?:19|20)\d\d(?=\s*年))")
RELATIVE = (  # years told from this one, but not what stands within 说明年限, 过去年度, 以前年度, 今后年度, 休业后年产
    (1, re.compile("(?<![说证声透发表])明年")),
    (2, re.compile(r"(?<![大今以之休业])(?<![一二三四五六七八九十两几\d]年)后年(?![度薪龄产均收营底终检审报])")),
    (3, re.compile("大后年")),
    (-1, re.compile("(?<!过)去年")),
    (-2, re.compile("(?<![大以之提目当])前年(?!度)")),
    (-3, re.compile("大前年")),
)
SPAN = re.compile(
    r"(?:(?<!\d)(?P<year>20\d\d)年?|(?P<away>今年|明年|后年|去年|前年|本年))?的?(?:"
    r"(?P<half>[上下])半年|第?(?P<quarter>[一二三四1-4])季度|(?<!\d)(?P<month>1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月份?(?!\d)"
    r"|(?<=年)(?!\s*\d))"
)
YEARS_AWAY = {"明年": 1, "后年": 2, "去年": -1, "前年": -2}
QUARTERS = dict(zip("1234", "一二三四", strict=True))
COUNT = r"(?:\d{1,3}|[一二三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九])"
CLASSIFIER = r"(?:个|条|项|号|款|吧|呗|的|那个|那条)"
MORE_OF_IT = "(?:(?:再)?(?:详细|具体|展开)?(?:说说|讲讲|看看|说一下|讲一下|看一下|说)|呢)"
ORDINAL = re.compile(
    rf"[\s(\[{{【《「“\"'#]*(?:那?就要?)?(?:选|看|回复|查看)?[\s:]*第?\s*({COUNT})\s*(?:{CLASSIFIER}\s*)*[^\w%]*{MORE_OF_IT}?[^\w%]*"
)
CHOSEN = rf"第?\s*{COUNT}{CLASSIFIER}*"
BETWEEN = r"(?:[^\w%]+|[^\w%]*[和与跟到至及或][^\w%]*)"
SEVERAL = re.compile(
    rf"[^\w%]*(?:[一二三四五六七八九]{{2,3}}{CLASSIFIER}*|{CHOSEN}(?:{BETWEEN}{CHOSEN}){{0,9}})[^\w%]*"
)

ITEM = re.compile(r"第(?:(\d{1,3})(?!\d)|([零一二三四五六七八九十百]{1,6})(?=[条项款]))")
TALK = re.compile(
    "[的了吗呢吧啊呀嘛哈么呗噢哦不没是就都也还又再才只把被我你您他她俺恁咱嫩们这那哪啥咋很太真忒滴着过]+"
)  # says nothing of a matter
NOT = "非"
NONE = "还没"  # how the choice is called that says that there is none yet: it goes before what is said of the kind
BOTH = "且"  # in the name of a choice: each part of it has to hold
# A clause in which somebody says who they are; a name in it is no matter: 我是某某数控的小王, 我们公司叫某某机械.
INTRODUCTION = re.compile(
    "(?:你好|您好)?(?:我[叫姓]|我是[^做搞干]{1,12}[小老][^厂企家板师]$|(?:我们?|俺们?|咱们?)?(?:的?公司|的?企业|单位|的?厂子?)(?:名字?|全称)?叫)"
)
DENIAL = re.compile(
    "(?<!除)(?<!有)(?:不属于|不算是?|不是|并非|没有|没报|没进|没入|没在|没纳|不在|不属|未纳入|未|非|没(?:能)?(?:被)?(?:拿到?|取得|获得|得到|通过|过|评上?|获评|认定|办|批|做|完成))"
    "(?!有限)"
)
BUY = "买"
TRADE = re.compile("[做搞干弄开办是的业企公司行厂家类]*")  # beside a topic: what of theirs it is, 做软件, 软件企业
# What somebody says not to have asked about, beside what they did: 不是算力券！我问的是创新券, 问的是创新券不是算力券.
CORRECTION = re.compile(
    "(?:^|[问说]的)(?:可|又|并|根本|压根)?(?:不是|没问|没说)(?!这|那|它)(?P<not>[^是]{1,12}?)(?=[啊呀]?[我俺咱]们?[要想]?[问说指要查]的(?:明明)?是)"
    "|[问说指]的是[^不]{2,12}不是(?P<nor>[^是]{2,12})$"
)
BUT = re.compile("但|而|可是|却|只是|是(?!否)|已经?")  # where a denial ends
DENIED = 6  # characters: what a denial reaches at most
# Said behind what it denies, where nothing follows that it could be about: 注册证还没拿到, 高企没评上能报吗.
LACKING = re.compile(
    "(?:还|都|也|尚|仍|一直|暂时|目前){0,2}(?:没有?|未)(?:能)?(?:被)?(?:拿到手?|拿|取得|获得|得到|到手|下来|办下来|办出来|批下来|评上|评下来|获评|认定|通过|做完|完成|做|开始)"
    "(?:呢|啊|的话|的)*(?=(?P<end>$|能|可|怎|咋|有|补|给|是|就|现|目|正|要|行|算|会|吗|么|但)?)"
)
OVER = "(?:过期|到期|失效|作废|废止)了?"
REFUSED = "(?:不看|不算|别(?:再|给|发|列|来|推|放|拿|看)|去掉|去除|除外|除去|排除|剔除|滤掉|过滤)"
# What is over is not wanted: 别给我过期的, 不要到期了的, 过期的去掉. But 过期的不要紧, and 不要到期了才说.
UNWANTED = re.compile(
    f"(?:{REFUSED}|(?:不想?要|不用|不含|不包括|除了?|别要|甭)(?:再|给)?|不想看到?)(?:我|俺|咱|们|那些|这些|任何|掉|已经?|出来?|给|看|发|列){{0,4}}{OVER}(?:的|$)"
    f"|{OVER}的(?:政策|项目)?(?:我|就|都|也|全|一律|统统|通通|请|帮|给)*(?:{REFUSED}|不想?要(?!紧)|不用(?:给|发|列|看|说|管))"
)
LACKED, REACHED = 8, re.compile("[^了过完但而已和跟与是没未不]*$")  # characters, and what such a denial reaches
ALL, ALL_REACHED = "都", re.compile("[^了过完但而已是没未不]*$")  # 注册证和批件都没拿到 denies both
EDGES = frozenset("的和与及等对按为在了是或将把被并且其该各")  # letters that a word neither begins nor ends with


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as the matcher sees it: simplified, half width, lower case, letters and digits alone.

    `breaks` holds the places where something between letters was dropped, so that a Latin word or a number is not
    found across a gap.
    """

    text: str
    breaks: frozenset[int]


def fold(text: str) -> Folded:
    """One spelling for all the ways a text can be typed. Words come again and again; of a long text nobody is sure."""
    return _folded(text) if len(text) <= REMEMBERED else _folded_lately(text)


def fold_once(text: str) -> Folded:
    """The same of a text that hardly comes again, so that nothing is remembered of it."""
    return _fold(text)


def _fold(text: str) -> Folded:
    plain = THOUSANDS.sub("", unicodedata.normalize("NFKC", text).lower())
    spelled = [_spelling(char) for char in plain]
    if all(spelled):
        return Folded("".join(spelled), WHOLE)
    kept: list[str] = []
    breaks: set[int] = set()
    for place, spelling in enumerate(spelled):
        if spelling:
            kept.append(spelling)
        elif plain[place] == "." and _inside_number(plain, place):
            kept.append(".")
        else:
            breaks.add(len(kept))
    return Folded("".join(kept), frozenset(breaks))


@lru_cache(maxsize=16384)
def _spelling(char: str) -> str:
    """A character as it is kept, or nothing where it parts what stands beside it."""
    if is_hanzi(char):
        return simplified(char)
    return char if char.isalnum() or char == "%" else ""


_folded = lru_cache(maxsize=4096)(_fold)
_folded_lately = lru_cache(maxsize=32)(_fold)  # long texts are folded again and again, but only while one is answered


def bare(text: str) -> str:
    """A text as it is held against another: of one width, without spaces and stops. Signs stay: ≥5 is not ≤5, 1-5 not
    15."""
    plain = DASHES.sub("-", THOUSANDS.sub("", unicodedata.normalize("NFKC", text).lower()))
    return "".join(simplified(char) if is_hanzi(char) else char for char in STOPS.sub("", plain))


def _inside_number(text: str, place: int) -> bool:
    return 0 < place < len(text) - 1 and text[place - 1].isdigit() and text[place + 1].isdigit()


@lru_cache(maxsize=1024)
def numeral(text: str) -> float | None:
    """What a numeral in digits or characters says: 三千五百 is 3500, 1.2 is 1.2; None if nothing, as 百千."""
    if len(text) > LONGEST_NUMERAL:
        return None
    try:
        return float(text) if text[0].isdigit() else numerals.read(text)
    except ValueError:
        return None


@dataclass(frozen=True)
class Sum:
    """A sum of money in a text, in yuan, with its place in the folded text."""

    start: int
    end: int
    yuan: float


def sums(folded: Folded) -> list[Sum]:
    """The sums of a text: 3000万, 三千五百万, 1.2个亿, 1亿5000万, 50w, 5000元. A bare number is none."""
    found: list[Sum] = []
    rest = 0.0  # the last sum may go on with less than this, as 1亿 does in 1亿5000万
    for match in _numbers(folded):
        scale, unit = re.sub(ODD, "", match[2] or ""), match[3] or ""
        yuan = scaled(match[1], scale) if scale or unit else None
        if yuan is None:
            continue
        if yuan < rest and found[-1].end == match.start() and match.start() not in folded.breaks:
            found[-1] = Sum(found[-1].start, match.end(), found[-1].yuan + yuan)
        else:
            found.append(Sum(match.start(), match.end(), yuan))
        rest = 0.0 if unit else SCALES[scale]
        if not unit and SCALES[scale] >= WITH_TENTHS and (tenth := _tenth(folded, found[-1])):
            digit = numeral(tenth[1]) or 0.0
            found[-1] = Sum(found[-1].start, tenth.end(), round(found[-1].yuan + digit * SCALES[scale] / 10, 2))
            rest = 0.0
    return found


def _tenth(folded: Folded, before: Sum) -> re.Match[str] | None:
    """The digit right behind a sum that is a tenth of its scale."""
    return None if before.end in folded.breaks else TENTHS.match(folded.text, before.end)


def _numbers(folded: Folded) -> Iterator[re.Match[str]]:
    """Matches of MONEY that do not take digits from both sides of a gap, as in 2024 500万."""
    text = folded.text
    gaps = (place for place in folded.breaks if 0 < place < len(text) and text[place - 1 : place + 1].isdigit())
    bounds = [0, *sorted(gaps), len(text)]
    for start, end in pairwise(bounds):
        yield from MONEY.finditer(text, start, end)


def scaled(written: str, scale: str) -> float | None:
    """A number with its scale, to the hundredth: a product of binary fractions is a little more or less."""
    value = numeral(written)
    return None if value is None else round(value * SCALES[scale], 2)


def days(text: str) -> list[date]:
    """The full dates of a text as typed that exist."""
    found = []
    for year, month, day in DAY.findall(unicodedata.normalize("NFKC", text)):
        try:
            found.append(date(int(year), int(month), int(day)))
        except ValueError:  # 2026年2月30日
            continue
    return found


def missing_days(text: str) -> list[str]:
    """The dates of a text as typed that no calendar has: 2026年2月30日, 2月30日, 13月1日."""
    plain = unicodedata.normalize("NFKC", text)
    missing = [
        f"{year}年{int(month)}月{int(day)}日"
        for year, month, day in DAY.findall(plain)
        if not _exists(int(year), int(month), int(day))
    ]
    missing += [
        f"{int(month)}月{int(day)}日"
        for month, day in SHORT_DAY.findall(plain)
        if not _exists(LEAP, int(month), int(day))
    ]
    return missing


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def denied(folded: Folded) -> frozenset[int]:
    """The places of a folded text that stand after a denial in its clause: 重大 in 非重大技改, 海岛 in 不是海岛."""
    found: set[int] = set()
    for match in DENIAL.finditer(folded.text):
        ends = (place for place in folded.breaks if place >= match.end())
        turn = BUT.search(folded.text, match.end(), match.end() + DENIED)
        end = min(turn.start() if turn else match.end() + DENIED, len(folded.text), *ends)
        found.update(range(match.end(), end))
    for match in LACKING.finditer(folded.text):
        if match["end"] is not None or match.end() in folded.breaks:
            found.update(_lacked(folded, match.start(), together=ALL in match[0]))
    return frozenset(found)


def _lacked(folded: Folded, end: int, *, together: bool = False) -> range:
    """The places before a denial that stands behind what it denies; what is joined too, where all of it is denied."""
    begin = max((place for place in folded.breaks if place < end), default=0)
    reach, reached_by = (2 * LACKED, ALL_REACHED) if together else (LACKED, REACHED)
    reached = reached_by.search(folded.text, max(begin, end - reach), end)
    return range(reached.start() if reached else end, end)


def day_places(folded: Folded) -> list[tuple[int, int]]:
    """Where full dates stand in a folded text, from and to."""
    return [match.span() for match in FOLDED_DAY.finditer(folded.text)]


def years(text: str) -> list[int]:
    """The years a text as typed names."""
    return [int(year) for year in YEAR.findall(unicodedata.normalize("NFKC", text))]


def years_from(text: str, this: int) -> list[int]:
    """The years a text names by their distance from this one: 明年, 后年, 去年."""
    return [this + ahead for ahead, pattern in RELATIVE if pattern.search(text)]


def spans(text: str, this: int) -> list[tuple[date, date]]:
    """The halves, quarters and months of a year that a text as typed names, and whole years, as first and last day.

    2026年上半年, 明年一季度, 今年12月, 2025年; without a year, a part is of `this` one.
    """
    plain = unicodedata.normalize("NFKC", text)
    return [span for match in SPAN.finditer(plain) if (span := _span(match, this))]


def _span(match: re.Match[str], this: int) -> tuple[date, date] | None:
    year = int(match["year"]) if match["year"] else this + YEARS_AWAY.get(match["away"] or "", 0)
    if half := match["half"]:
        first, months = (1, 6) if half == "上" else (7, 6)
    elif quarter := match["quarter"]:
        first, months = 3 * "一二三四".index(QUARTERS.get(quarter, quarter)) + 1, 3
    elif month := match["month"]:
        first, months = int(numeral(month) or 0), 1
    elif match["year"] or match["away"]:
        first, months = 1, 12
    else:
        return None
    if not 1 <= first <= 12:
        return None
    last = first + months - 1
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


def ordinal(text: str) -> int | None:
    """The number a message chooses from a list by: 1, 一, 第二个, ②, 看第3条; None for any other text.

    It is read before separators are dropped, so that neither 1、2 nor -3 nor 三五 chooses.
    """
    match = ORDINAL.fullmatch(_as_typed(text))
    value = numeral(match[1]) if match else None
    return None if value is None else int(value)


def several(text: str) -> bool:
    """Whether a message is made of numbers of a list and still chooses none: 1、2, 1-3, 三五, -3."""
    return ordinal(text) is None and SEVERAL.fullmatch(_as_typed(text)) is not None


@lru_cache(maxsize=64)
def _as_typed(text: str) -> str:
    """One spelling with everything between the letters kept."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return "".join([simplified(char) if is_hanzi(char) else char for char in plain])


def items(text: str) -> list[int]:
    """The numbers of items that a folded text names: 第37条, 第三十七条, 第37."""
    values = (numeral(digits or characters) for digits, characters in ITEM.findall(text))
    return [int(value) for value in values if value is not None]


def paper_numbers(number: str) -> Iterator[str]:
    """A paper's number as people type it, folded: with and without 字, 年, 第 and 号, or as 2024年11号文."""
    head, _, rest = fold(number).text.partition("20")
    year, serial = f"20{rest[:2]}", rest[2:].removesuffix("号")
    if not (head and serial):
        return
    for name in (head.removesuffix("字"), head.removesuffix("字") + "字"):
        for middle in (year, f"{year}年", f"{year}第", f"{year}年第"):
            yield f"{name}{middle}{serial}"
            yield f"{name}{middle}{serial}号"
    yield f"{year}年{serial}号文"


def money(yuan: float) -> str:
    """A sum as people write it, never rounded: 6000000 is 600万元, 150000000 is 1.5亿元, 5000 is 5000元."""
    for scale, word in ((1e8, "亿元"), (1e4, "万元")):
        if yuan >= scale and not yuan % (scale / 1e4):
            return f"{_short(yuan / scale)}{word}"
    return f"{_short(yuan)}元"


def _short(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")


def share(percent: float) -> str:
    """A share: 12 is 12%."""
    return f"{_short(percent)}%"


def day(value: date) -> str:
    """A date as papers write it: 2026年12月31日."""
    return f"{value.year}年{value.month}月{value.day}日"
