"""Is it still in force: on today, on a named day or year, with what is left and what comes instead."""

from __future__ import annotations

import re
from datetime import date

from bot.chinese import day
from bot.context import Context
from bot.policies import Policy, Status
from bot.replies import Answer, Say, say_link
from handlers import lists, wording
from handlers.cards import edition

NEAR = 4  # close policies whose period is told beside the best
MAY = re.compile("(?:能不能|可不可以|可以|可否|能否|能|还能)(?:再|继续)?(?:申报|申请|申领|享受|报|领|拿)")
# What is left of the matter where nothing but a day is named.
NO_MATTER = re.compile(r"[\d年月日号报领拿效呢]*")


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
    expiry, may = "expiry" in finding.wants, bool(MAY.search(ctx.words))
    if finding.ids or question.elsewhere:
        return bool(finding.ids) and bool(_moments(ctx)) and (expiry or may)
    matter = "".join(question.folded.text[place] for place in question.matter)
    follows = bool(_moments(ctx)) and (may or (bool(ctx.focus) and not finding.wants))
    return bool(NO_MATTER.fullmatch(matter)) and (expiry or follows)


def _moments(ctx: Context) -> list[date | int]:
    """The day that is named, or the years."""
    question = ctx.finding.question
    if question.days:
        return [question.days[0]]
    years = [] if question.named("paper") else [year for year in question.years if year != ctx.today.year]
    years += [ctx.today.year + ahead for word, ahead in (("明年", 1), ("去年", -1)) if word in ctx.words]
    return list(dict.fromkeys(years))


def of_policy(ctx: Context, policy: Policy, others: tuple[str, ...] = ()) -> Answer:
    """The period of one policy, and those of close ones."""
    head = f"【{wording.title(ctx, policy)}】（{wording.level(policy)}{wording.headline(policy)}）"
    lines = [head, *_asked(ctx, policy), wording.status(ctx, policy)]
    lines.append(f"📄 依据：{wording.paper(ctx.corpus.paper(policy))}")
    if ctx.corpus.status(policy, ctx.today) is Status.EXPIRED:
        alive = [i for i in policy.related if _alive(ctx, i)]
        if alive:
            lines.append("还可以看：" + "、".join(_linked(ctx, i) for i in alive[:2]))
        else:
            lines.append("资料里没有接续的政策，是否延续请问责任单位。")
    lines += [f"☎ {line}" for line in wording.desks(policy)]
    near = [ctx.corpus.policies[i] for i in others[:NEAR]]
    if near:
        lines += ["", "相近的："]
        lines += [
            f"· {wording.title(ctx, p)}（{wording.level(p)}{wording.headline(p)}）{wording.status(ctx, p)}"
            for p in near
        ]
    lines.append(edition(ctx))
    ctx.look_at(policy.id, others, wanted="expiry")
    return Answer(reply=Say(text="\n".join(lines)), intent="expiry", policies=(policy.id, *others))


def _linked(ctx: Context, policy_id: str) -> str:
    policy = ctx.corpus.policies[policy_id]
    return say_link(f"{wording.title(ctx, policy)}（{wording.level(policy)}）", policy.title, policy.id)


def _alive(ctx: Context, policy_id: str) -> bool:
    return ctx.corpus.status(ctx.corpus.policies[policy_id], ctx.today) is not Status.EXPIRED


def _asked(ctx: Context, policy: Policy) -> list[str]:
    """The state on the day or in the years that were named."""
    return [
        f"{day(on)}：{_on(ctx, policy, on)}" if isinstance(on, date) else f"{on}年：{_in_year(ctx, policy, on)}"
        for on in _moments(ctx)
    ]


def _on(ctx: Context, policy: Policy, on: date) -> str:
    match ctx.corpus.status(policy, on):
        case Status.EXPIRED:
            return "不在有效期内（已过截止日）"
        case Status.UPCOMING:
            return "还没有施行"
        case Status.VALID | Status.OPEN:
            return (
                "在截止日之前；什么时候开始施行，资料没有写" if ctx.corpus.period(policy)[0] is None else "在有效期内"
            )
        case _:
            return "资料未列有效期，无法判断"


def _in_year(ctx: Context, policy: Policy, year: int) -> str:
    start, end = ctx.corpus.period(policy)
    if end is not None and year > end.year:
        return f"现行有效期只到{day(end)}，{year}年是否延续资料没有写"
    if start is not None and year < start.year:
        return f"自{day(start)}起施行，{year}年还没有这项政策"
    if end is None and start is None:
        return "资料未列有效期，无法判断"
    if end is not None and year == end.year and end < date(year, 12, 31):
        return f"到{day(end)}为止"
    return _on(ctx, policy, date(year, 12, 31))


def _of_set(ctx: Context, ids: tuple[str, ...]) -> Answer:
    """The periods of a whole set: said once where all are alike, else by groups."""
    groups: dict[str, list[str]] = {}
    for policy_id in ids:
        groups.setdefault(wording.status(ctx, ctx.corpus.policies[policy_id]), []).append(policy_id)
    said = [f"· {len(members)}条：{phrase}" for phrase, members in groups.items()]
    if len(groups) == 1:
        said = [next(iter(groups))]
    return lists.show(ctx, ids, lists.heading(ctx), intent="expiry", lead=(*said, ""))
