"""Is it still in force: on today, on a named day or year, with what is left and what comes instead."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import date
from functools import partial
from unicodedata import normalize

from bot.chinese import SPAN, day, missing_days, numeral, spans, years, years_from
from bot.context import Context
from bot.policies import Policy, Status, shares
from bot.replies import Answer, Say, say_link
from handlers import lists, named, wording
from handlers.cards import edition
from handlers.papers import BARE_NUMBER

Moment = date | int | tuple[date, date]  # a day, a year, or a part of one from its first day to its last

MOMENTS = 3  # years that are answered of those a question names
NEAR = 4  # close policies whose period is told beside the best
MAY = re.compile("(?:能不能|可不可以|可以|可否|能否|能|还能)(?:再|继续)?(?:申报|申请|申领|享受|报|领|拿)")
# After the new year, which in the first months of one is this year's.
NEW_YEAR = re.compile(
    "(?<![一二两三四五六七八九十0-9几多半全青今前去明])年后(?!半|勤|期)|过(?:完|了)年|来年|开春|开年|(?:元旦|春节|过年)(?:以|之)?后"
)
NEW_YEAR_IS_NEAR = 2  # months of a year in which that is said of the same one
AHEAD = re.compile("再报|再申|再交|来得及|赶得上|晚不晚|还能|还可以|还有|还行|还在|等到|拖到|到时")
# Said behind a month: that something was done in it, so that it is past: 8月买的设备, 10月签的合同, 5月评上的.
DONE = re.compile(
    "(?:份|底|初|末|中旬|上旬|下旬)?(?:就|刚|才|已经?|都|我们?|俺们?|新|开始|正式|最后){0,3}(?:(?![，。,;；？?能可要想再会将才]|打算|准备|计划).){0,6}?"
    "(?:买|购|签|评|获评|认定|获批|批|投产|投运|投用|竣工|完工|建成|开工|动工|花|投|付|装|安装|上线|注册|成立|入规|升规|入统|拿到|拿"
    "|取得|通过|验收|换|采购|下单|订|做|搞|搬|迁|租|改造|备案|交|递|提交|申报|报|租|发生|开票|到货|进|引进|招|办)(?:进来|下来)?(?:[了过完上到好]|的(?!话))"
)
# What is left of the matter where nothing but a day is named.
NO_MATTER = re.compile(r"[\d年月日号报领拿效呢大前后那要是如果假再才上做买投弄搞等到拖推放]*")


async def answer(ctx: Context) -> Answer | None:
    """还有效吗, 到什么时候, 2024年能不能报."""
    finding = ctx.finding
    if not ctx.words:
        return None
    paper = _of_paper(ctx) if "expiry" in finding.wants else ()
    if finding.intent != "expiry" and not _turns_on_time(ctx) and not (paper and finding.intent == "offtopic"):
        return None
    if paper:
        return _of_named_paper(ctx, paper)
    if not finding.ids:
        focus = ctx.corpus.policies.get(ctx.focus)
        return of_policy(ctx, focus) if focus else of_none()
    picked = _with_figure(ctx) if finding.whole else ()
    if picked:
        return of_policy(ctx, ctx.corpus.policies[picked[0]], picked[1:])
    if finding.whole and len(finding.ids) > 1:
        return _of_set(ctx, finding.ids, lists.heading(ctx))
    return of_policy(ctx, ctx.corpus.policies[finding.ids[0]], finding.ids[1:])


def of_none() -> Answer:
    """Nothing is named, and nothing is at hand: which is meant is asked."""
    return Answer(reply=Say(text="您想问哪项政策的有效期？比如：技改政策到什么时候、算力券还有效吗。"), intent="expiry")


def _with_figure(ctx: Context) -> tuple[str, ...]:
    """Of a set those whose benefits that are meant give the sum or share that is named: 绿色工厂那五十万过期没."""
    question, policies = ctx.finding.question, ctx.corpus.policies
    sums = {int(figure.yuan) for figure in question.sums}
    if not (sums or question.shares) or any(kind in ("sum", "at_least") for kind, _ in ctx.finding.scope):
        return ()
    return tuple(
        i for i in ctx.finding.ids if sums & named.figures(ctx, policies[i]) or question.shares & shares(policies[i])
    )


def _of_paper(ctx: Context) -> tuple[str, ...]:
    """What was found of the paper that is named by its bare number, else all of it; nothing where no one paper is."""
    question = ctx.finding.question
    named = BARE_NUMBER.search(question.folded.text)
    if named is None or question.named("paper"):
        return ()
    ending = f"〕{numeral(named[1]) or 0:.0f}号"
    keys = [key for key, paper in ctx.corpus.papers.items() if paper.number.endswith(ending)]
    if len(keys) != 1:
        return ()
    members = ctx.corpus.groups.of("paper", keys[0])
    found = tuple(i for i in ctx.finding.ids if i in members)
    return found or (() if ctx.finding.ids else tuple(i for i in ctx.corpus.policies if i in members))


def _of_named_paper(ctx: Context, ids: tuple[str, ...]) -> Answer:
    """A whole set of it, or the one that is meant with those close to it."""
    first = ctx.corpus.policies[ids[0]]
    if len(ids) > 1 and (ctx.finding.whole or not ctx.finding.ids):
        return _of_set(ctx, ids, wording.paper(ctx.corpus.paper(first)))
    return of_policy(ctx, first, ids[1:])


def _turns_on_time(ctx: Context) -> bool:
    """Whether the day decides the answer: 2024年能报吗, 到2027-03-01呢, 今年还能报吗."""
    finding, question = ctx.finding, ctx.finding.question
    if finding.intent not in ("policy", "offtopic") or question.named("paper") or question.named("foreign"):
        return False
    dated = bool(question.days or _years(ctx) or missing_days(ctx.words))
    expiry, may = "expiry" in finding.wants, bool(MAY.search(ctx.words))
    if finding.ids or question.elsewhere:
        return bool(finding.ids) and dated and (expiry or may)
    matter = "".join(question.folded.text[place] for place in question.matter)
    follows = dated and (may or (bool(ctx.focus) and not finding.wants))
    return bool(NO_MATTER.fullmatch(matter)) and (expiry or follows)


def _moments(ctx: Context) -> list[Moment]:
    """The day that is named, or the first of the months and years."""
    if ctx.finding.question.days:
        return [ctx.finding.question.days[0]]
    months = _months(ctx)
    within = {first.year for first, _ in months}
    named: list[Moment] = [*months, *(year for year in _years(ctx) if year not in within)]
    return named[:MOMENTS]


def _years(ctx: Context) -> list[int]:
    question, this = ctx.finding.question, ctx.today.year
    named = [year for year in question.years if year != this] if not question.named("paper") else []
    named += years_from(ctx.words, this)
    if NEW_YEAR.search(ctx.words) and ctx.today.month > NEW_YEAR_IS_NEAR:
        named.append(this + 1)
    return list(dict.fromkeys(named))


def _months(ctx: Context) -> list[tuple[date, date]]:
    """The months, quarters and halves of a year that are named; one without a year, asked of ahead, is the next."""
    if any(kind == "ends" for kind, _ in ctx.finding.scope):
        return []  # they say which policies are meant
    this, plain = ctx.today.year, normalize("NFKC", ctx.words)
    dated = ctx.finding.question.years or years_from(ctx.words, this) or "今年" in ctx.words or "本年" in ctx.words
    ahead = not dated and AHEAD.search(ctx.words) is not None
    found: list[tuple[date, date]] = []
    for match in SPAN.finditer(plain):
        done = not dated and DONE.match(plain, match.end()) is not None
        for first, last in spans(match[0], this):
            if (first.month, last.month) == (1, 12):
                continue
            later = 1 if ahead and not done and last < ctx.today else -1 if done and first > ctx.today else 0
            found += spans(match[0], this + later) if later else [(first, last)]
    return found


def _no_day(ctx: Context) -> tuple[str, ...]:
    """That a date is none, where one is named that no calendar has."""
    return tuple(f"{name}这一天不存在。" for name in missing_days(ctx.words)[:1])


def _named(moment: Moment) -> str:
    if isinstance(moment, tuple):
        first, last = moment
        return f"{first.year}年{first.month}月" + (f"至{last.month}月" if last.month != first.month else "")
    return day(moment) if isinstance(moment, date) else f"{moment}年"


def of_policy(ctx: Context, policy: Policy, others: tuple[str, ...] = ()) -> Answer:
    """The period of one policy, and those of close ones."""
    head = f"【{wording.title(ctx, policy)}】（{wording.level(policy)}{named.headline(ctx, policy)}）"
    asked = _asked(ctx, policy)
    lines = [*_no_day(ctx), head, *asked, f"{'今天：' if asked else ''}{wording.status(ctx, policy)}"]
    lines.append(f"📄 依据：{wording.paper(ctx.corpus.paper(policy))}")
    if ctx.corpus.is_over(policy, ctx.today):
        alive = wording.alive_beside(ctx, policy)
        if alive:
            lines.append("还可以看：" + "、".join(_linked(ctx, p) for p in alive[:2]))
        else:
            lines.append("资料里没有接续的政策，是否延续请问责任单位。")
    lines += [f"☎ {line}" for line in wording.desks(policy)]
    near = [ctx.corpus.policies[i] for i in others[:NEAR]]
    if near:
        lines += ["", "相近的："]
        lines += [
            f"· {wording.title(ctx, p)}（{wording.level(p)}{named.headline(ctx, p)}）"
            f"{'；'.join(_asked(ctx, p)) or wording.status(ctx, p)}"
            for p in near
        ]
    lines.append(edition(ctx))
    ctx.look_at(policy.id, others, wanted="expiry")
    return Answer(reply=Say(text="\n".join(lines)), intent="expiry", policies=(policy.id, *others))


def _linked(ctx: Context, policy: Policy) -> str:
    return say_link(f"{wording.title(ctx, policy)}（{wording.level(policy)}）", policy.title, policy.id)


def _asked(ctx: Context, policy: Policy) -> list[str]:
    """The state on the day or in the years that were named."""
    return [f"{_named(moment)}：{_at(ctx, policy, moment)}" for moment in _moments(ctx)]


def _at(ctx: Context, policy: Policy, moment: Moment) -> str:
    if isinstance(moment, tuple):
        return _within(ctx, policy, *moment)
    return _on(ctx, policy, moment) if isinstance(moment, date) else _in_year(ctx, policy, moment)


def _on(ctx: Context, policy: Policy, on: date) -> str:
    start, end = ctx.corpus.period(policy)
    match ctx.corpus.status(policy, on):
        case Status.EXPIRED if end is not None and on > ctx.today:
            return _beyond(ctx, end, "到时")
        case Status.EXPIRED:
            return "不在有效期内（已过截止日）"
        case Status.UPCOMING:
            return "还没有施行"
        case Status.VALID if start is None and on.year < _issued(ctx, policy):
            return f"依据的文件是{_issued(ctx, policy)}年的，那时还没有"
        case Status.VALID:
            return wording.unstarted(ctx, policy) if start is None else "在有效期内"
        case Status.OPEN if on > ctx.today:
            return "按资料还在有效期内，但资料未列截止日期，以责任单位答复为准"
        case Status.OPEN:
            return "在有效期内"
        case _:
            return "资料未列有效期，无法判断"


def _within(ctx: Context, policy: Policy, first: date, last: date) -> str:
    end = ctx.corpus.period(policy)[1]
    if end is not None and end < first <= ctx.today:
        return f"不在有效期内，那时已经到期（{day(end)}）"
    if end is not None and first > end:
        return _beyond(ctx, end, _named((first, last)))
    if end is not None and end < last:
        return f"到{day(end)}为止"
    return _on(ctx, policy, last)


def _beyond(ctx: Context, end: date, when: str) -> str:
    known = f"现行有效期只到{day(end)}" if end >= ctx.today else f"已于{day(end)}到期"
    return f"{known}，{when}是否延续资料没有写"


def _issued(ctx: Context, policy: Policy) -> int:
    """The year in the number of its paper; 0 where it has none."""
    return next(iter(years(ctx.corpus.paper(policy).number)), 0)


def _in_year(ctx: Context, policy: Policy, year: int) -> str:
    start, end = ctx.corpus.period(policy)
    if end is not None and year > end.year:
        return _beyond(ctx, end, f"{year}年")
    if start is not None and year < start.year:
        return f"自{day(start)}起施行，{year}年还没有这项政策"
    if end is None and start is None:
        return "资料未列有效期，无法判断"
    if start is None and year < _issued(ctx, policy):
        return f"依据的文件是{_issued(ctx, policy)}年的，{year}年还没有"
    if end is not None and year == end.year and end < date(year, 12, 31):
        return f"到{day(end)}为止"
    return _on(ctx, policy, date(year, 12, 31))


def _of_set(ctx: Context, ids: tuple[str, ...], heading: str) -> Answer:
    """The periods of a whole set, today or at the moments asked about: once where all are alike, else by groups."""
    moments = _moments(ctx)
    said = list(_no_day(ctx))
    for moment in moments:
        said += [f"{_named(moment)}：", *_groups(ctx, ids, partial(_at, ctx, moment=moment))]
    today = _groups(ctx, ids, lambda policy: wording.status(ctx, policy))
    if moments and len(today) > 1:
        said += ["", "下面括号里是今天的状态。"]
    else:
        said += ["今天：", *today] if moments else today
    return lists.show(ctx, ids, heading, intent="expiry", lead=(*said, ""))


def _groups(ctx: Context, ids: tuple[str, ...], tell: Callable[[Policy], str]) -> list[str]:
    groups = Counter(tell(ctx.corpus.policies[policy_id]) for policy_id in ids)
    if len(groups) == 1:
        (phrase, count), *_ = groups.items()
        return [f"{count}条都一样：{phrase}" if count > 1 else phrase]
    return [f"· {count}条：{phrase}" for phrase, count in groups.most_common()]
