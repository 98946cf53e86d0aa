"""能同时拿市里和区里的吗, 小巨人和高企能同时拿吗: what the texts say of having both levels' money for one thing, or the
money for two things, and whom to ask where they do not say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from bot.chinese import fold
from bot.context import Context
from bot.conversation import Conversation
from bot.lacking import is_known_for
from bot.policies import AnyBenefit, Match, Policy
from bot.reckoning.awards import companions
from bot.replies import TEXT_LIMIT, Answer, Say, say_link
from handlers import lists, wording
from handlers.cards import edition
from handlers.enterprise import place
from handlers.named import offers
from handlers.pieces import BOTH
from handlers.places import led

CITY = re.compile("市里|市级|市上|市的(?!场)|青岛市?的|[和跟与]青岛市?(?!场)|市区两级|两级")
DISTRICT = re.compile("区里|区级|区上|区的|市区两级|两级")
SAYS = re.compile(  # in a condition that speaks of having more than one
    "叠加|重复|就高|同时(?!吸引)|差额|配套|累计|合计|[只仅](?:能|可)?(?:选|奖|享受|给|补)[^，。；]{0,2}[一1][次种项]|同一(?:项目|企业)"
)
# Asked of one thing, or of those that were just shown; 都报 alone may mean how each is applied for.
STACKS = re.compile(
    "叠加|累加|就高|(?:同时|一起|一块儿?|一并|重复)(?:能|可以|可)?(?:申请|申报|享受|拿|领|报)|[两几]个?都能?(?:拿|领|享受)"
)
ASKS = re.compile("[吗嘛]|(?<![怎什多那这要])么|不$|能不能|可不可以|可否|能否|是不是|会不会|还能|还可以")
# Asked of policies altogether: 同一个项目能报两个政策吗, 就高不重复是啥意思.
GENERAL = re.compile(
    "就高不?重复|就高原则|不(?:能|得|可以?)?重复(?:享受|奖|补|支持|申报)|不同的?政策|[两几多]个政策|政策之间|同一(?:个|笔|项)?(?:项目|事项|设备|投资|支出|家?企业)"
)
TWICE = re.compile("叠加|重复|就高|同时|兼得|[两几多]个政策|[两几多][次个]|再报|都[能可]")
ONCE = re.compile("就高|不重复|差额|[只仅](?:能|可)?(?:选|奖|享受)[^，。；]{0,2}[一1][次种项]")
THESE = re.compile("(?:这|那)?(?:(?P<many>[两二俩三])|几)(?:个|项|条|样|块|种)|(?:这|那)(?P<pair>俩)")  # 两个都能拿吗
MANY = {"两": 2, "二": 2, "俩": 2, "三": 3}
TWO = re.compile(
    "^(?:请问|我想问|问一?下|那)?(.{2,10}?)(?:和|跟|与|以及|及|、)(.{2,10}?)(?:这?两[个项样]|能不能|可不可以|能否|可否|是不是|能|可以|都|一起|同时|叠加|冲突)"
)
BRIEF = 30  # characters: who says more tells a story
SEEN = 3  # of those that were just shown
ELSEWHERE = "⚠️ 只给{place}的企业，先按这里的看；在别的区（市），带上区名再问。"
HEADING = "您问能不能一起拿的"
UNSAID_BOTH = "同一个项目、同一笔支出能不能算两次，要看责任单位怎么答复，请先问清楚再报："
UNSAID = "没有写明的，能不能都拿要看责任单位怎么答复，请先问清楚再报。"
DESKS = 1  # of each policy


async def answer(ctx: Context) -> Answer | None:
    """Of the matter that is named, else of the one at hand, else of all."""
    if ctx.words and _is_general(ctx):
        return _of_all(ctx, general=True)
    if not ctx.words or not BOTH.search(ctx.finding.question.folded.text):
        return None
    finding = ctx.finding
    question = finding.question
    if "amount" in question.intents or question.elsewhere or question.named("foreign"):
        return None
    levels = _names_levels(ctx)
    if not levels and ASKS.search(question.folded.text) and (several := await _several(ctx)):
        return _of_several(ctx, several)
    if question.sums or not (levels or _stacks(ctx)):
        return None
    named = finding.ids if question.told and not finding.whole else ()
    policy = ctx.corpus.policies.get(named[0] if named else ctx.focus)
    if policy is None and not levels:
        return None
    missing = _missing(ctx) if policy and named else ()
    lead = [f"资料里没有“{'”“'.join(missing)}”的政策，和它能不能一起拿，这里答不了。"] if missing else []
    return led(_of_policy(ctx, policy) if policy else _of_all(ctx), *lead)


def _missing(ctx: Context) -> tuple[str, ...]:
    """Which of two things that are named the corpus has nothing of: 高企和绿电补贴能叠加吗."""
    two = TWO.search(ctx.finding.question.folded.text)
    return tuple(name for name in two.groups() if not ctx.find(name).ids) if two else ()


def _is_general(ctx: Context) -> bool:
    """Whether it is asked of policies altogether if one comes beside another, and none is named."""
    question = ctx.finding.question
    text = question.folded.text
    named = (
        question.naming
        or question.sums
        or question.elsewhere
        or question.named("foreign")
        or "list" in ctx.finding.wants
    )
    return not named and GENERAL.search(text) is not None and TWICE.search(text) is not None


def _names_levels(ctx: Context) -> bool:
    """Whether the city and a district are named."""
    question = ctx.finding.question
    text, places = question.folded.text, question.named("district")
    city = CITY.search(text) or any(place in ctx.corpus.whole_city for place in places)
    district = DISTRICT.search(text) or any(place not in ctx.corpus.whole_city for place in places)
    return bool(city and district)


def _stacks(ctx: Context) -> bool:
    """Whether it is asked if more than one may be had of what is named or at hand."""
    text = ctx.finding.question.folded.text
    return STACKS.search(text) is not None and ASKS.search(text) is not None


async def _several(ctx: Context) -> tuple[Policy, ...]:
    """One policy for each matter that is named, where they are several; else those that were just shown, if meant."""
    question, corpus = ctx.finding.question, ctx.corpus
    these = THESE.search(question.folded.text)
    if not question.naming and not ctx.finding.ids and these:
        listed = [corpus.policies[i] for i in ctx.conversation.listed if i in corpus.policies]
        older = bool(ctx.focus) and ctx.focus not in ctx.conversation.listed  # something else was shown since
        fits = len(listed) > 1 if not (many := these["many"] or these["pair"]) else len(listed) == MANY[many]
        return tuple(listed[:SEEN]) if fits and not older else ()
    places = question.named("district")
    if len({*places} - {*corpus.whole_city}) > 1:
        return _each_where_it_is_named(ctx)
    named = ((hit, ctx.find("".join((*places[:1], hit.entry.word)))) for hit in question.naming)
    found = []
    for hit, one in named:
        ids = lists.in_force_first(ctx, one) if one.ids and not one.whole else ()
        known = tuple(i for i in ids if is_known_for(corpus, corpus.policies[i], hit))
        found += [_giving(ctx, hit.entry.word, known or ids)] if ids else []
    if len(question.folded.text) > BRIEF:  # in a story a word alone says little: what the whole is about is meant
        whole = set(ctx.finding.ids)
        found = [kept for ids in found if (kept := tuple(i for i in ids if i in whole))]
    here = "" if places else await place(ctx)
    chosen = _at_one_place(found, corpus.policies, here)
    apart = tuple({policy.id: policy for policy in chosen}.values())
    return apart if len(apart) > 1 else ()


def _giving(ctx: Context, word: str, ids: tuple[str, ...]) -> tuple[str, ...]:
    """Where the best only reckons by a matter, 加计扣除, those that have it themselves, if there are any."""
    policies = ctx.corpus.policies
    if not _only_reckons(ctx, policies[ids[0]], word):
        return ids
    return tuple(i for i in ids if _gives(ctx, policies[i], _called(ctx, word))) or ids


def _only_reckons(ctx: Context, policy: Policy, word: str) -> bool:
    """Whether a policy takes a share of what a word names, and neither is nor offers it."""
    names = _called(ctx, word)
    bases = [fold(getattr(benefit, "base", "")).text for benefit in policy.benefits]
    return any(name in base for base in bases for name in names) and not _gives(ctx, policy, names)


def _gives(ctx: Context, policy: Policy, names: Sequence[str]) -> bool:
    said = fold("，".join((ctx.corpus.called(policy), *policy.offers, *(b.name for b in policy.benefits)))).text
    return any(name in said for name in names)


def _called(ctx: Context, word: str) -> list[str]:
    return [fold(one).text for one in (word, *ctx.corpus.synonyms.get(word, ()))]


def _each_where_it_is_named(ctx: Context) -> tuple[Policy, ...]:
    """平度的高企和西海岸的小巨人: of each matter the policy of the district named before it, or the city's; none where
    one has neither, as another district's is not what was asked of."""
    question, policies = ctx.finding.question, ctx.corpus.policies
    where = {hit.start: m.value for hit in question.chosen for m in hit.entry.meanings if m.kind == "district"}
    found: dict[str, Policy] = {}
    for hit in question.naming:
        if hit.start in where:
            continue
        there = where[max((start for start in where if start < hit.start), default=min(where))]
        finding = ctx.find(f"{there}{hit.entry.word}")
        ids = lists.in_force_first(ctx, finding) if finding.ids else ()
        own = [i for i in ids if policies[i].level == "city" or policies[i].district == there]
        if not own:
            return ()
        found[own[0]] = policies[own[0]]
    return tuple(found.values()) if len(found) > 1 else ()


def _at_one_place(found: Sequence[tuple[str, ...]], policies: Mapping[str, Policy], here: str) -> tuple[Policy, ...]:
    """Of each matter its best policy, all of one district where there is one that has them all: nobody is in two."""
    districts = dict.fromkeys(policies[i].district for ids in found for i in ids)

    def best(ids: Sequence[str], district: str) -> int:
        fits = (n for n, i in enumerate(ids) if policies[i].level == "city" or policies[i].district == district)
        return next(fits, len(ids))

    whole = [d for d in districts if all(best(ids, d) < len(ids) for ids in found)]
    chosen = min(whole, key=lambda d: (bool(here) and d != here, sum(best(ids, d) for ids in found)), default="")
    return tuple(policies[ids[best(ids, chosen) if whole else 0]] for ids in found)


def _of_several(ctx: Context, several: Sequence[Policy]) -> Answer:
    """What the texts of policies for different things say of having one beside the other."""
    lines = [f"{len(several)}项能不能一起拿，先看资料里怎么写："]
    for number, policy in enumerate(several, 1):
        lines.append(f"{number}. {say_link(wording.beside(ctx, policy), str(number), policy.id)}")
        lines.append(f"　{wording.status(ctx, policy)}")
        lines += [f"　只写了：{offer}" for offer in offers(ctx, policy)[:1]]
        words = [hit.entry.word for hit in ctx.finding.question.naming]
        reckoned = [word for word in words if _only_reckons(ctx, policy, word)]
        lines += [f"　这是按“{word}”的数算的，“{word}”本身这条没有写" for word in reckoned[:1]]
    one_place = {policy.district for policy in several if policy.level == "district"}
    lines += [f"⚠️ 分别只给{'、'.join(sorted(one_place))}的企业，同一家企业拿不全。"] if len(one_place) > 1 else []
    lines += [ELSEWHERE.format(place=p) for p in one_place if len(one_place) == 1 and not _is_known(ctx, p)]
    over = [policy for policy in several if ctx.corpus.is_over(policy, ctx.today)]
    lines += [f"❌ {wording.title(ctx, policy)}已经到期，现在不能再拿。" for policy in over]
    same = [p for p in several if any(other.id in p.restates for other in several)]
    quoted = list(dict.fromkeys(_conditions(ctx, several)))
    if same:
        lines += ["", "说的是同一笔钱，不重复拿。"]
    elif quoted:
        lines += ["", "📌 条件里写的：", *quoted, "别的没有写。"]
    else:
        lines += ["", "资料里没有写能同时拿，也没有写只能拿一项。"]
    tail = [UNSAID_BOTH, *_desks(ctx, several), edition(ctx)]
    ids = tuple(policy.id for policy in several)
    ctx.remember(Conversation(listed=ids, shown=len(ids), heading=HEADING))
    return Answer(reply=Say(text=_above(lines, tail)), intent="policy", policies=ids)


def _is_known(ctx: Context, district: str) -> bool:
    """Whether they said that they are there."""
    return district in (*ctx.finding.question.named("district"), ctx.conversation.facts.get("district", ""))


def _of_all(ctx: Context, *, general: bool = False) -> Answer:
    """Which policies say that they come on top of a higher level's; in general, of those in force, also which say that
    they do not come twice. Of no other it is told."""
    policies = [p for p in ctx.corpus.policies.values() if not (general and ctx.corpus.is_over(p, ctx.today))]
    adding = [policy for policy in policies if any(_tops_up(ctx, policy))]
    once = [policy for policy in policies if general and any(map(ONCE.search, policy.conditions))]
    lines = ["市级和区（市）的能不能都拿，要一项一项看。资料里写明按上级奖补再给一份的：", ""]
    if general:
        lines = ["资料里没有一条管所有政策的“不重复”规定，都写在单条里。现在有效、写明就高、补差额或只给一次的：", ""]
        lines += [*(f"· {wording.linked(ctx, policy)}" for policy in once), "", "写明按上级奖补再给一份的："]
    lines += [f"· {wording.linked(ctx, policy)}" for policy in adding]
    lines += [
        "",
        f"别的，资料里{UNSAID}",
        "您想问哪一项？带上名称再问，比如“市里和平度的技改能同时拿吗”。",
        edition(ctx),
    ]
    return Answer(reply=Say(text="\n".join(lines)), intent="policy", policies=tuple(p.id for p in (*once, *adding)))


def _of_policy(ctx: Context, policy: Policy) -> Answer:
    """What the texts of a policy and of those of the other level say of each other."""
    beside = list(_beside(ctx, policy))
    lines = [wording.heading(ctx, policy), wording.status(ctx, policy), ""]
    lines += [said for _, said in beside] or ["资料里没有另一级同一件事的政策。"]
    others = [other for other, _ in beside]
    quoted = list(dict.fromkeys(_conditions(ctx, (policy, *others))))
    lines += ["", "📌 条件里写的：", *quoted] if quoted else []
    tail = ["", f"资料里{UNSAID}", *_desks(ctx, (policy, *others)), edition(ctx)]
    ctx.look_at(policy.id, tuple(other.id for other in others), wanted="conditions")
    ids = (policy.id, *(other.id for other in others))
    return Answer(reply=Say(text=_above(lines, tail)), intent="policy", policies=ids)


def _above(lines: Sequence[str], tail: Sequence[str]) -> str:
    """As many lines as there is room for above the last ones."""
    shown = list(lines)
    while len("\n".join([*shown, *tail]).encode()) > TEXT_LIMIT:
        shown.pop()
    return "\n".join([*shown, *tail])


def _beside(ctx: Context, policy: Policy) -> Iterator[tuple[Policy, str]]:
    """The policies of the other level for the same thing, where it is named, with what is said."""
    places = {place for place in ctx.finding.question.named("district") if place not in ctx.corpus.whole_city}
    for other in ctx.corpus.policies.values():
        if (policy.id in other.restates or other.id in policy.restates) and _is_there(other, places):
            whole = len(other.restates) <= 1 and len(policy.restates) <= 1
            yield other, _line(ctx, other, f"{'' if whole else '说的是同一件事的，'}是同一笔钱，不重复拿。")
    for companion in companions(ctx.corpus, policy, policy.benefits):
        other = companion.policy
        if not _is_there(other, places):
            continue
        lower = policy if other.level == "city" else other
        said = f"写明{lower.district}的按市级奖补的数再给一份" if companion.stated else "两级能不能都拿，文件没有写明"
        over = any(ctx.corpus.is_over(one, ctx.today) for one in (policy, other))
        yield other, _line(ctx, other, f"{'其中一条已经到期，现在不能都拿；到期前' if over else ''}{said}。")


def _line(ctx: Context, policy: Policy, said: str) -> str:
    return f"· {wording.linked(ctx, policy)}：{said}"


def _is_there(policy: Policy, places: set[str]) -> bool:
    return policy.level == "city" or not places or policy.district in places


def _tops_up(ctx: Context, policy: Policy) -> Iterator[AnyBenefit]:
    """What a policy gives by what a higher level has given: the text has it come on top of that."""
    facts = ctx.corpus.facts
    return (b for b in policy.benefits if isinstance(b, Match) and b.fact and facts[b.fact].given == "upper")


def _conditions(ctx: Context, policies: Iterable[Policy]) -> Iterator[str]:
    for policy in policies:
        for benefit in () if any(map(SAYS.search, policy.conditions)) else _tops_up(ctx, policy):
            yield f"· {wording.level(policy)}：{wording.benefit(benefit)}，在上级奖补之外"
        for condition in policy.conditions:
            if SAYS.search(condition):
                yield f"· {wording.level(policy)}：{condition}"


def _desks(ctx: Context, policies: Iterable[Policy]) -> list[str]:
    return list(dict.fromkeys(f"☎ {desk}" for policy in policies for desk in wording.desks(policy)[:DESKS]))
