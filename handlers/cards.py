"""The card of one policy: what it gives, to whom, on what paper, in force or not, which desk; and what to tap."""

from __future__ import annotations

from bot.context import Context
from bot.policies import AnyBenefit, Policy
from bot.replies import Answer, Say, fitting, say_link, web_link
from handlers import named, subscriptions, wording

SPARE = 150  # bytes for what stands around benefits, and for a welcome above the card
FEW = 3  # benefits that go before successors, close ones and news
SHORT = 12  # characters of who gets a benefit that stand in its line
NEXT = (("能补多少", "能补多少"), ("申报条件", "申报条件"), ("找谁办", "找谁办"), ("相关政策", "相关政策"))


def card(
    ctx: Context, policy: Policy, intent: str = "policy", others: tuple[str, ...] = (), *, here: str = ""
) -> Answer:
    """The answer that shows one policy and remembers it; `others` are close ones, offered below; `here` is the
    district they are known to be in."""
    ctx.look_at(policy.id, others)
    return Answer(reply=Say(text=text(ctx, policy, others, here=here)), intent=intent, policies=(policy.id, *others))


def text(ctx: Context, policy: Policy, others: tuple[str, ...] = (), *, here: str = "") -> str:
    """The card as words, within the platform's limit: fewer benefits, then fewer links; nothing else is cut."""
    head = [
        f"【{wording.title(ctx, policy)}】",
        f"{wording.level(policy)} · {wording.status(ctx, policy)}",
        "",
        policy.summary,
    ]
    head[2:2] = wording.caution(ctx, policy, here)
    facts = [*_original(ctx, policy), *_who(policy), *_papers(ctx, policy), *_desks(ctx, policy)]
    offers = [f"· {offer}" for offer in named.offers(ctx, policy)]
    terms = [f"· {term}" for term in named.near(ctx, policy) if term in policy.conditions and "“" in term]
    paid = [f"· {wording.brief(b)}{_bound(ctx, b)}" for b in named.first(ctx, policy)]
    lines = [*offers, *terms, *paid] if not named.means_one(ctx, policy) else [*paid, *offers]
    several = len(lines) > 1  # a single one stands in the summary
    offered = ((2, others[:3], True), (2, others[:2], True), (2, others[:1], True), (2, (), True), (1, (), True))
    for successors, near, news in (*offered, (1, (), False)):
        tail = [*_successor(ctx, policy, successors), *facts, *footer(ctx, policy, near, news=news)]
        if fitting(lines[:FEW] if several else [""], [*head, *tail], spare=SPARE) == len(
            lines[:FEW] if several else [""]
        ):
            break
    fit = fitting(lines, [*head, *tail], spare=SPARE)
    more = f"共{len(lines)}项，点“能补多少”看全部"
    kept = lines if fit == len(lines) else [*lines[:fit], f"· ……{more}"]
    body = ["", "💰 能拿什么", *kept] if fit else ["", f"💰 {more}"]
    return "\n".join([*head, *(body if several else []), *tail])


def _bound(ctx: Context, benefit: AnyBenefit) -> str:
    """What else limits a benefit: 每亩最多6000元（集中连片200亩以上）."""
    each = wording.each(ctx.corpus.facts, benefit)
    for_whom = f"（{benefit.who}）" if benefit.needs and benefit.who and len(benefit.who) <= SHORT else ""
    return f"{f'，{each}' if each else ''}{for_whom}"


def _original(ctx: Context, policy: Policy) -> list[str]:
    """Where a policy restates one of the city's: which, so that nobody counts it twice."""
    if len(policy.restates) != 1:
        return []
    original = ctx.corpus.policies[policy.restates[0]]
    link = say_link(f"{wording.title(ctx, original)}（{wording.level(original)}）", original.title, original.id)
    return ["", f"📌 转述的是同一份文件里的{link}。"]


def _who(policy: Policy) -> list[str]:
    return ["", f"👤 谁能报：{'；'.join(policy.who)}"] if policy.who else []


def _papers(ctx: Context, policy: Policy) -> list[str]:
    return [f"📄 依据：{wording.paper(ctx.corpus.paper(policy))}"]


def _desks(ctx: Context, policy: Policy) -> list[str]:
    return [f"☎ {line}" for line in wording.desks(policy)]


def _successor(ctx: Context, policy: Policy, most: int) -> list[str]:
    """Where a policy is over: similar ones that are not."""
    if not ctx.corpus.is_over(policy, ctx.today):
        return []
    alive, by = wording.alive_beside(ctx, policy), "照这个期限，" if ctx.corpus.dated_by(policy) else ""
    if not alive:
        return ["", f"{by}这一条现在不能再报；资料里没有接续的政策，是否延续请问责任单位。"]
    names = "、".join(say_link(f"{wording.title(ctx, p)}（{wording.level(p)}）", p.title, p.id) for p in alive[:most])
    return ["", f"{by}这一条现在不能再报。还可以看：{names}"]


def footer(ctx: Context, policy: Policy, others: tuple[str, ...] = (), *, news: bool = True) -> list[str]:
    """What to tap next, `news` of its topic among it, and the edition the answer rests on."""
    links = [say_link(label, words, policy.id) for label, words in NEXT if label != "相关政策" or policy.related]
    if news and policy.topics:
        links.append(subscriptions.topic_link(policy.topics[0], policy.id))
    if ctx.office.public_url:
        links.append(web_link("全文", f"{ctx.office.public_url}/p/{policy.id}"))
    lines = ["", "👉 " + " ｜ ".join(links)]
    if others:
        names = [ctx.corpus.policies[i] for i in others]
        near = "、".join(say_link(f"{n}. {wording.beside(ctx, p)}", str(n), p.id) for n, p in enumerate(names, 2))
        lines.append(f"也可能是：{near}")
    lines.append(edition(ctx))
    return lines


def edition(ctx: Context) -> str:
    """The corpus an answer rests on."""
    return f"资料：{ctx.corpus.edition}（{ctx.corpus.version}）"
