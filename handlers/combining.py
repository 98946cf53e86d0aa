"""能同时拿市里和区里的吗: what the texts say of having both levels' money for one thing, and whom to ask where they do
not say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.awards import companions
from bot.context import Context
from bot.policies import Match, Policy
from bot.replies import TEXT_LIMIT, Answer, Say, say_link
from handlers import wording
from handlers.cards import edition

BOTH = re.compile(
    "(?:同时|一起|一块儿?|一并|重复|都|全)(?:能|可以|可)?(?:申请|申报|享受|拿|领|报|要)|叠加|两头(?:拿|报)|(?:拿|领|享受|报)[了过].{0,8}(?:还|再)(?:能|可以)?(?:再)?(?:拿|领|享受|报)"
)
CITY = re.compile("市里|市级|市上|市的(?!场)|青岛市?的|[和跟与]青岛市?(?!场)|市区两级|两级")
DISTRICT = re.compile("区里|区级|区上|区的|市区两级|两级")
SAYS = re.compile("叠加|重复|就高|同时|差额|配套|累计")  # in a condition that speaks of having more than one
UNSAID = "没有写明的，能不能都拿要看责任单位怎么答复，请先问清楚再报。"
DESKS = 1  # of each policy


async def answer(ctx: Context) -> Answer | None:
    """Of the matter that is named, else of the one at hand, else of all."""
    if not ctx.words or not _is_asked(ctx):
        return None
    finding = ctx.finding
    named = finding.ids if finding.question.told and not finding.whole else ()
    policy = ctx.corpus.policies.get(named[0] if named else ctx.focus)
    return _of_policy(ctx, policy) if policy else _of_all(ctx)


def _is_asked(ctx: Context) -> bool:
    """Whether two levels are named, and having both of them is asked for, not how much."""
    question = ctx.finding.question
    text = question.folded.text
    if question.sums or "amount" in question.intents or question.elsewhere or not BOTH.search(text):
        return False
    places = question.named("district")
    city = CITY.search(text) or any(place in ctx.corpus.whole_city for place in places)
    district = DISTRICT.search(text) or any(place not in ctx.corpus.whole_city for place in places)
    return bool(city and district)


def _of_all(ctx: Context) -> Answer:
    """Which policies say that they come on top of the city's; of no other it is told."""
    adding = [p for p in ctx.corpus.policies.values() if any(isinstance(b, Match) and b.of for b in p.benefits)]
    lines = ["市级和区（市）的能不能都拿，要一项一项看。资料里写明按市级奖补再给一份的：", ""]
    lines += [f"· {_linked(ctx, policy)}" for policy in adding]
    lines += [
        "",
        f"别的，资料里{UNSAID}",
        "您想问哪一项？带上名称再问，比如“市里和平度的技改能同时拿吗”。",
        edition(ctx),
    ]
    return Answer(reply=Say(text="\n".join(lines)), intent="policy", policies=tuple(p.id for p in adding))


def _of_policy(ctx: Context, policy: Policy) -> Answer:
    """What the texts of a policy and of those of the other level say of each other."""
    beside = list(_beside(ctx, policy))
    lines = [wording.heading(ctx, policy), wording.status(ctx, policy), ""]
    lines += [said for _, said in beside] or ["资料里没有另一级同一件事的政策。"]
    others = [other for other, _ in beside]
    quoted = list(dict.fromkeys(_conditions(ctx, (policy, *others))))
    lines += ["", "📌 条件里写的：", *quoted] if quoted else []
    tail = ["", f"资料里{UNSAID}", *_desks(ctx, (policy, *others)), edition(ctx)]
    while len("\n".join([*lines, *tail]).encode()) > TEXT_LIMIT:
        lines.pop()
    ctx.look_at(policy.id, tuple(other.id for other in others), wanted="conditions")
    return Answer(
        reply=Say(text="\n".join([*lines, *tail])), intent="policy", policies=(policy.id, *(o.id for o in others))
    )


def _beside(ctx: Context, policy: Policy) -> Iterator[tuple[Policy, str]]:
    """The policies of the other level for the same thing, where it is named, with what is said."""
    places = {place for place in ctx.finding.question.named("district") if place not in ctx.corpus.whole_city}
    for other in ctx.corpus.policies.values():
        if (policy.id in other.restates or other.id in policy.restates) and _is_there(other, places):
            whole = len(other.restates) <= 1 and len(policy.restates) <= 1
            yield other, f"· {_linked(ctx, other)}：{'' if whole else '说的是同一件事的，'}是同一笔钱，不重复拿。"
    for companion in companions(ctx.corpus, policy, policy.benefits):
        other = companion.policy
        if not _is_there(other, places):
            continue
        lower = policy if other.level == "city" else other
        said = f"写明{lower.district}的按市级奖补的数再给一份" if companion.stated else "两级能不能都拿，文件没有写明"
        over = any(ctx.corpus.is_over(one, ctx.today) for one in (policy, other))
        yield other, f"· {_linked(ctx, other)}：{'其中一条已经到期，现在不能都拿；到期前' if over else ''}{said}。"


def _is_there(policy: Policy, places: set[str]) -> bool:
    return policy.level == "city" or not places or policy.district in places


def _conditions(ctx: Context, policies: Iterable[Policy]) -> Iterator[str]:
    for policy in policies:
        for condition in policy.conditions:
            if SAYS.search(condition):
                yield f"· {wording.level(policy)}：{condition}"


def _desks(ctx: Context, policies: Iterable[Policy]) -> list[str]:
    return list(dict.fromkeys(f"☎ {desk}" for policy in policies for desk in wording.desks(policy)[:DESKS]))


def _linked(ctx: Context, policy: Policy) -> str:
    return say_link(wording.beside(ctx, policy), policy.title, policy.id)
