"""Is it still in force: on today, on a named day or year, with what is left and what comes instead."""

from __future__ import annotations

from datetime import date

from bot.chinese import day
from bot.context import Context
from bot.policies import Policy, Status
from bot.replies import Answer, Say, say_link
from handlers import lists, wording
from handlers.cards import edition

NEAR = 4  # close policies whose period is told beside the best


async def answer(ctx: Context) -> Answer | None:
    """还有效吗, 到什么时候, 2024年能不能报."""
    if not ctx.words or ctx.finding.intent != "expiry":
        return None
    finding = ctx.finding
    if not finding.ids:
        focus = ctx.corpus.policies.get(ctx.focus)
        return of_policy(ctx, focus) if focus else Answer(
            reply=Say(text="您想问哪项政策的有效期？比如：技改政策到什么时候、算力券还有效吗。"), intent="expiry"
        )  # fmt: skip
    if finding.whole:
        return _of_set(ctx, finding.ids)
    return of_policy(ctx, ctx.corpus.policies[finding.ids[0]], finding.ids[1:])


def of_policy(ctx: Context, policy: Policy, others: tuple[str, ...] = ()) -> Answer:
    """The period of one policy, and those of close ones."""
    head = f"【{policy.title}】（{wording.level(policy)}{wording.headline(policy)}）"
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
        lines += [f"· {p.title}（{wording.level(p)}{wording.headline(p)}）{wording.status(ctx, p)}" for p in near]
    lines.append(edition(ctx))
    ctx.look_at(policy.id, others, wanted="expiry")
    return Answer(reply=Say(text="\n".join(lines)), intent="expiry", policies=(policy.id, *others))


def _linked(ctx: Context, policy_id: str) -> str:
    policy = ctx.corpus.policies[policy_id]
    return say_link(f"{policy.title}（{wording.level(policy)}）", "1", policy.id)


def _alive(ctx: Context, policy_id: str) -> bool:
    return ctx.corpus.status(ctx.corpus.policies[policy_id], ctx.today) is not Status.EXPIRED


def _asked(ctx: Context, policy: Policy) -> list[str]:
    """The state on the day or in the year that was named."""
    question = ctx.finding.question
    if question.days:
        on = question.days[0]
        return [f"{day(on)}：{_on(ctx, policy, on)}"]
    years = [year for year in question.years if year != ctx.today.year]
    if "明年" in ctx.words:
        years.append(ctx.today.year + 1)
    if "去年" in ctx.words:
        years.append(ctx.today.year - 1)
    return [f"{year}年：{_in_year(ctx, policy, year)}" for year in dict.fromkeys(years)]


def _on(ctx: Context, policy: Policy, on: date) -> str:
    match ctx.corpus.status(policy, on):
        case Status.EXPIRED:
            return "不在有效期内（已过截止日）"
        case Status.UPCOMING:
            return "还没有施行"
        case Status.VALID | Status.OPEN:
            return "截止日之前，是否已施行资料未列" if ctx.corpus.period(policy)[0] is None else "在有效期内"
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
    return _on(ctx, policy, date(year, 12, 31) if end is None or year < end.year else date(year, 1, 1))


def _of_set(ctx: Context, ids: tuple[str, ...]) -> Answer:
    """The periods of a whole set: said once where all are alike, else by groups."""
    groups: dict[str, list[str]] = {}
    for policy_id in ids:
        groups.setdefault(wording.status(ctx, ctx.corpus.policies[policy_id]), []).append(policy_id)
    said = [f"· {len(members)}条：{phrase}" for phrase, members in groups.items()]
    if len(groups) == 1:
        said = [next(iter(groups))]
    return lists.show(ctx, ids, lists.heading(ctx), intent="expiry", lead=(*said, ""))
