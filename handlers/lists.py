"""Several policies: numbered lists that are remembered, and paged on by 更多."""

from __future__ import annotations

from collections import Counter
from datetime import date

from bot.chinese import day, fold
from bot.context import Context
from bot.conversation import Conversation
from bot.policies import Status
from bot.ranking import Finding
from bot.replies import Answer, Say, fitting, say_link, web_link
from handlers import wording
from handlers.cards import card, edition
from handlers.units import of_number

PAGE = 8  # policies on one page, if they fit
NEAR = "与您问的相近的"
TYPO = 2  # characters that no word explains: 奖历
OWN = 4  # characters of a known word that names a matter by itself
CLOSE = 0.92  # and what fits as well
ALIKE = 0.8  # of the first's score: what may be meant as well
LONGEST = 16  # characters of what narrows a set that stand in its heading
TOPICS = 8  # topics offered in the overview
BACK = (
    "列表",
    "返回",
    "返回列表",
    "回到列表",
    "看列表",
    "刚才的列表",
    "上一页",
    "上页",
    "前一页",
    "往回翻",
    "回去",
    "返回上一页",
    "往上翻",
    "前面的",
    "上一个",
    "上一条",
    "前一个",
    "前一条",
)


ELSEWHERE = ("我们能报什么", "都有哪些政策")  # where the list at hand is at its end


async def more(ctx: Context) -> Answer | None:
    """更多: the next page of the last list."""
    if not ctx.words or ctx.finding.intent != "more":
        return None
    listed = ctx.conversation
    if any(policy_id not in ctx.corpus.policies for policy_id in filter(None, listed.listed)):
        return gone()
    if listed.shown >= len(listed.listed):
        focus = ctx.corpus.policies.get(ctx.focus)
        others = tuple(i for i in focus.related if i not in listed.listed) if focus else ()
        if focus and others:
            title = f"和“{wording.title(ctx, focus)}”相关的"
            return show(ctx, ordered(ctx, others), title, intent="more", named=False)
        said = "后面没有了。" if listed.listed else "没有可以往下翻的列表。"
        links = "　".join(say_link(words, words) for words in ELSEWHERE)
        return Answer(
            reply=Say(text=f"{said}可以直接说想问的事，比如“技改补贴”；也可以看：\n👉 {links}"), intent="more"
        )
    return show(
        ctx, listed.listed, listed.heading, intent="more", start=listed.shown, wanted=listed.wanted, named=False
    )


async def back(ctx: Context) -> Answer | None:
    """列表, 返回, 上一页: the last list from its beginning."""
    listed = ctx.conversation
    if not ctx.words or fold(ctx.words).text not in BACK:
        return None
    if not listed.listed:
        said = "这会儿没有可以返回的列表（列表保留30分钟）。请直接说您想问的事，比如“技改补贴”。"
        return Answer(reply=Say(text=said), intent="help")
    ids = tuple(filter(None, listed.listed))
    if any(policy_id not in ctx.corpus.policies for policy_id in ids):
        return gone()
    heading = listed.heading or NEAR
    return show(ctx, ids, heading, intent="more", wanted=listed.wanted, named=False)


async def listing(ctx: Context) -> Answer | None:
    """A question that a whole set answers: of a unit, a paper, a district, a topic, a state, a sum."""
    finding = ctx.finding
    if finding.intent != "list":
        return None
    if not finding.ids:
        return overview(ctx)
    if len(finding.ids) == 1 and finding.scope and not finding.whole:  # one of a set is no list: its card
        return card(ctx, ctx.corpus.policies[finding.ids[0]])
    numbers = [name for kind, name in finding.scope if kind == "phone"]
    lead = tuple(line for number in numbers for line in of_number(ctx, number))
    shown = show(ctx, ordered(ctx, finding.ids), heading(ctx), intent="list", lead=lead)
    _keep_place(ctx)
    return shown


def _keep_place(ctx: Context) -> None:
    """平度, and nothing else said, is where they are: what is asked next is asked for there."""
    question = ctx.finding.question
    named = question.named("district")
    if len(named) == 1 and named[0] not in ctx.corpus.whole_city and not (question.residue or question.intents):
        if question.folded.text.endswith(("吗", "么", "呢")):
            return  # what there is elsewhere may be asked for as well
        ctx.move(facts={**ctx.conversation.facts, "district": named[0]})


def overview(ctx: Context) -> Answer:
    """都有哪些政策: too many to list, so where to begin, with the count of each."""
    everything = ctx.corpus.policies.values()
    counts = Counter(p.district for p in everything)
    lines = [*unknown_place(ctx), f"共{len(ctx.corpus.policies)}条政策，可以按区（市）看："]
    for district, count in counts.items():
        name = "市级" if district == "市" else district
        lines.append(f"· {say_link(f'{name}（{count}条）', f'{name}有哪些')}")
    lines += ["", "也可以按主题看："]
    tail = ["", web_link("网页版全部政策", f"{ctx.office.public_url}/policies")] if ctx.office.public_url else []
    tail.append(edition(ctx))
    counted = Counter(topic for p in everything for topic in p.topics).most_common(TOPICS)
    topics = [say_link(f"{name}（{count}）", f"{name}有哪些") for name, count in counted]
    lines += ["　".join(topics[: fitting(topics, [*lines, *tail])]), *tail]
    ctx.remember(Conversation())  # a number now would mean a list that is no longer on the screen
    return Answer(reply=Say(text="\n".join(lines)), intent="list")


def unknown_place(ctx: Context) -> list[str]:
    """Where a part of the city is named that the corpus has nothing of: that it has not, and what still holds."""
    places = ctx.finding.question.named("uncovered") if ctx.words else ()
    return [f"{places[0]}自己的政策，资料里还没有收录；市级政策全市企业都能问。"] if places else []


def ordered(ctx: Context, ids: tuple[str, ...]) -> tuple[str, ...]:
    """Those in force first; the order is otherwise kept."""
    expired = {i for i in ids if ctx.corpus.status(ctx.corpus.policies[i], ctx.today) is Status.EXPIRED}
    return (*(i for i in ids if i not in expired), *(i for i in ids if i in expired))


def is_dated(ctx: Context) -> bool:
    """Whether another day is asked about, on which what is over now may have been in force."""
    return bool(ctx.finding.question.days or ctx.finding.question.years)


def near(ctx: Context, ids: tuple[str, ...]) -> tuple[str, ...]:
    """What stands beside the first: what is over behind what is in force and fits hardly worse."""
    scores = {ranked.id: ranked.score for ranked in ctx.finding.ranked}
    if is_dated(ctx) or not scores.keys() >= set(ids):
        return ids
    worth = {i: scores[i] * (ALIKE if ctx.is_over(i) else 1.0) for i in ids}
    return (*ids[:1], *sorted(ids[1:], key=lambda i: -worth[i]))


def alike(finding: Finding) -> frozenset[str]:
    """The policies that may be meant as well as the first."""
    best = max((ranked.score for ranked in finding.ranked), default=0.0)
    return frozenset(ranked.id for ranked in finding.ranked if ranked.score >= ALIKE * best)


def in_force_first(ctx: Context, finding: Finding) -> tuple[str, ...]:
    """What was found, best first; where the best is over, what is in force and fits as well leads.

    Where a topic is all that is named, what pays for it now does. Not where somebody asks of another day, or names the
    district whose policy is over.
    """
    policies, question = ctx.corpus.policies, finding.question
    first, topics = policies[finding.ids[0]], set(question.named("topic"))
    alone = len(question.naming) == 1 and topics and len(question.unexplained) <= TYPO and not question.sums
    there = set(question.named("district")) - ctx.corpus.whole_city
    asked = question.days or question.years or first.district in there
    if asked or not ctx.corpus.is_over(first, ctx.today):
        return finding.ids
    if not (question.naming or question.told):  # nothing of it was named: what speaks for it are pieces of words
        meant = alike(finding)
        lead = tuple(i for i in finding.ids if i in meant and not ctx.corpus.is_over(policies[i], ctx.today))
        return (*lead, *(i for i in finding.ids if i not in lead))
    if not alone and any(len(hit.entry.word) >= OWN for hit in question.naming):
        return finding.ids  # a name of its own says which is meant
    if not alone:
        close = tuple(r.id for r in finding.ranked if r.score >= CLOSE * finding.ranked[0].score)
        return (*ordered(ctx, close), *(i for i in finding.ids if i not in close))
    pays = (
        i for i in finding.ids if topics & {*policies[i].topics} and policies[i].benefits and not policies[i].restates
    )
    lead = tuple(i for i in pays if not ctx.corpus.is_over(policies[i], ctx.today))
    return ordered(ctx, (*lead, *(i for i in finding.ids if i not in lead)))


def heading(ctx: Context) -> str:
    """What the list is of."""
    finding = ctx.finding
    names = []
    for kind, name in finding.scope:
        match kind:
            case "paper":
                paper = ctx.corpus.papers[name]
                names.append(wording.paper(paper))
            case "topic":
                names += _of_topics(finding, name)
            case "unit":
                names.append(f"{name}负责的")
            case "phone":
                names.append(f"电话{name}负责的")
            case "title":
                names.append(f"“{name}”")
            case "state":
                names.append({"expired": "已经到期的", "expiring": "快要到期的", "current": "还在有效期内的"}[name])
            case "ends":
                first, last = (date.fromisoformat(end) for end in name.split("/"))
                names.append(f"{day(first)}到{day(last)}之间到期的")
            case "sum":
                names.append(f"写明{name}的")
            case "at_least":
                names.append(f"最高能给{name}以上的")
            case "district":
                there = finding.question.named("district") or (name,)
                names.append("、".join("市级" if place == "市" else place for place in there))
            case _:
                continue
    return "".join(dict.fromkeys(names)) + _narrowed_by(finding) if names else NEAR


def _of_topics(finding: Finding, first: str) -> list[str]:
    """All topics of a set, with the districts whose policies on them alone it has."""
    districts = () if any(kind == "district" for kind, _ in finding.scope) else finding.question.named("district")
    topics = finding.question.named("topic") or (first,)
    places = "、".join("市级" if name == "市" else name for name in districts)
    return [f"{places}{''.join(f'“{topic}”' for topic in topics)}方面"]


def _narrowed_by(finding: Finding) -> str:
    """What else was said that picked from the set: a count says all that it was narrowed by."""
    if finding.whole or not finding.scope:
        return ""
    text, places = finding.question.folded.text, finding.question.residue
    runs = "".join(text[p] if p - 1 in places or not n else f" {text[p]}" for n, p in enumerate(places)).split()
    said = "、".join([run for run in runs if len(run) > 1] or runs)
    known = not set(places) & set(finding.question.unexplained)  # what no word explains may be cut from another
    return f"里和“{said}”对得上的" if known and len(said) <= LONGEST else "里和您说的对得上的"


def show(
    ctx: Context,
    ids: tuple[str, ...],
    title: str,
    *,
    intent: str,
    start: int = 0,
    wanted: str = "",
    named: bool = True,
    lead: tuple[str, ...] = (),
) -> Answer:
    """A page of a list under the lines of `lead`, and the list remembered."""
    head = "\n".join([*lead, f"{title}政策共{len(ids)}条" + ("：" if start == 0 else f"，接着第{start + 1}条：")])
    tail = ["", "点标题或回复数字看详情", edition(ctx)]
    if ctx.office.public_url:
        tail.insert(1, web_link("网页版全部政策", f"{ctx.office.public_url}/policies"))
    page = ids[start : start + PAGE]
    lines = [wording.entry(ctx, n, ctx.corpus.policies[i]) for n, i in enumerate(page, start + 1)]
    lines = lines[: fitting(lines, [head, *tail])]
    shown = start + len(lines)
    if shown < len(ids):
        tail[1:1] = [f"还有{len(ids) - shown}条，{say_link('更多', '更多')}"]
    ctx.remember(Conversation(listed=ids, shown=shown, heading=title, wanted=wanted))
    policies = ids if named else ()
    return Answer(reply=Say(text="\n".join([head, *lines, *tail])), intent=intent, policies=policies)


def ask_which(
    ctx: Context, ids: tuple[str, ...], intent: str, *, wanted: str = "", lead: tuple[str, ...] = ()
) -> Answer:
    """Several close policies: a list to choose from; the choice is then answered with what was asked."""
    kept = len(ids) if is_dated(ctx) else 1  # the best may be over: then its name is what was said
    return show(ctx, (*ids[:kept], *ordered(ctx, ids[kept:])), NEAR, intent=intent, wanted=wanted, lead=lead)


def gone() -> Answer:
    """The corpus has changed since the list was shown."""
    return Answer(reply=Say(text="资料已经更新，原来的列表用不了了，请重新问一次。"), intent="help")
