"""Is it still in force: on today, on a named day or year, with what is left and what comes instead."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import date
from functools import partial

from bot.chinese import day, missing_days, years, years_from
from bot.context import Context
from bot.policies import Policy, Status
from bot.replies import Answer, Say, say_link
from handlers import lists, named, wording
from handlers.cards import edition

MOMENTS = 3  # years that are answered of those a question names
NEAR = 4  # close policies whose period is told beside the best
MAY = re.compile("(?:能不能|可不可以|可以|可否|能否|能|还能)(?:再|继续)?(?:申报|申请|申领|享受|报|领|拿)")
# What is left of the matter where nothing but a day is named.
NO_MATTER = re.compile(r"[\d年月日号报领拿效呢大前后那要是如果假再才上做买投弄搞等到拖推放]*")


async def answer(ctx: Context) -> Answer | None:
    """还有效吗, 到什么时候, 2024年能不能报."""
    finding = ctx.finding
    if not ctx.words or (finding.intent != "expiry" and not _turns_on_time(ctx)):
        return None
    if not finding.ids:
        focus = ctx.corpus.policies.get(ctx.focus)
        return of_policy(ctx, focus) if focus else Answer(
            reply=Say(text="您想问哪项政策的有效期？比如：技改政策到什么时候、算力券还有效吗。"), intent="expiry"
        )  # fmt: skip
    if finding.whole:
        return _of_set(ctx, finding.ids)
    return of_policy(ctx, ctx.corpus.policies[finding.ids[0]], finding.ids[1:])


def _turns_on_time(ctx: Context) -> bool:
    """Whether the day decides the answer: 2024年能报吗, 到2027-03-01呢, 今年还能报吗."""
    finding, question = ctx.finding, ctx.finding.question
    if finding.intent not in ("policy", "offtopic") or question.named("paper") or question.named("foreign"):
        return False
    dated = bool(_moments(ctx) or missing_days(ctx.words))
    expiry, may = "expiry" in finding.wants, bool(MAY.search(ctx.words))
    if finding.ids or question.elsewhere:
        return bool(finding.ids) and dated and (expiry or may)
    matter = "".join(question.folded.text[place] for place in question.matter)
    follows = dated and (may or (bool(ctx.focus) and not finding.wants))
    return bool(NO_MATTER.fullmatch(matter)) and (expiry or follows)


def _moments(ctx: Context) -> list[date | int]:
    """The day that is named, or the first of the years."""
    question = ctx.finding.question
    if question.days:
        return [question.days[0]]
    named: list[date | int] = []
    if not question.named("paper"):
        named += [year for year in question.years if year != ctx.today.year]
    named += years_from(ctx.words, ctx.today.year)
    return list(dict.fromkeys(named))[:MOMENTS]


def _no_day(ctx: Context) -> tuple[str, ...]:
    """That a date is none, where one is named that no calendar has."""
    return tuple(f"{name}这一天不存在。" for name in missing_days(ctx.words)[:1])


def _named(moment: date | int) -> str:
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


def _at(ctx: Context, policy: Policy, moment: date | int) -> str:
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


def _of_set(ctx: Context, ids: tuple[str, ...]) -> Answer:
    """The periods of a whole set, today or at the moments asked about: once where all are alike, else by groups."""
    moments = _moments(ctx)
    said = list(_no_day(ctx))
    for moment in moments:
        said += [f"{_named(moment)}：", *_groups(ctx, ids, partial(_at, ctx, moment=moment))]
    if moments:
        said += ["", "下面括号里是今天的状态。"]
    else:
        said += _groups(ctx, ids, lambda policy: wording.status(ctx, policy))
    return lists.show(ctx, ids, lists.heading(ctx), intent="expiry", lead=(*said, ""))


def _groups(ctx: Context, ids: tuple[str, ...], tell: Callable[[Policy], str]) -> list[str]:
    groups = Counter(tell(ctx.corpus.policies[policy_id]) for policy_id in ids)
    if len(groups) == 1:
        (phrase, count), *_ = groups.items()
        return [f"{count}条都一样：{phrase}" if count > 1 else phrase]
    return [f"· {count}条：{phrase}" for phrase, count in groups.items()]
