"""将近500万, 500万左右, 去年花的: what is told of a figure with a doubt, which a sum made of it has to say again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.chinese import day
from bot.context import Context
from bot.person import Facts, FactValue
from bot.policies import AnyBenefit, Fact, Policy
from bot.reckoning.facts import counts
from bot.replies import Answer, Say
from handlers import lists, texts, wording
from handlers.arithmetic import told
from handlers.cards import edition
from handlers.estimates import Estimate

# What makes a figure a rough one: before it, with a verb between if need be, or behind it.
BEFORE = re.compile(
    "(?:(?:将近|接近|差不多|大概|大约|大致|大体|估计|估摸|约莫|预计)(?:[是有要得花投用买到为在了个着着]|一共|总共)*"
    "|(?<![最附])近|(?<![尽赶加])快(?:要|到)?|(?<![节预合签制条])约)$"
)
BEHIND = re.compile("^(?:元|块钱?|人民币)?(?:左右|上下|的样子|这样子)")
NUMBER = "[0-9.〇零一二两三四五六七八九十百千万]+"
LAST, BEFORE_LAST = "去年|(?<![规以])上年|上一年|头年", "前年"
PAST = re.compile(f"(?P<last>{LAST})|(?P<before>{BEFORE_LAST})")
NOW = re.compile("今年|本年|这一年")
SPENT = re.compile("[^，。]{0,8}[买投花换添建购]")
OF_PAST = re.compile(
    "(?:能不能(?:申请|申报|报|补)|能(?:申请|申报|报|补|拿|享受)[^，。]{0,6}(?:吗|么|不)|行不行|行吗|行不|算不算|算吗|算不|也?能(?:报|算|补|拿|领)|可以(?:报|算)?吗|认不认|认吗)"
)
BRIEF = 16  # characters of such a question
# How a rule names the year that it counts: 年度设备投资额, 当年设备投资; up to the end of its clause.
YEARLY = re.compile(r"(?:当年|(?<![一上报倍])年度(?!履约|保种|营业|纳统))(?:（含）|[^，。；（）、\s的]){2,30}")
YEARLY_BASE = re.compile("^.*(?:当年|年度|上年).*$")
# Whatever a text may say of years at all: then it is quoted, and it is not said that there is nothing.
OF_YEARS = re.compile(
    "年度|[当上本前首次去]一?年|近.{1,2}年|年内|同比|第[一二三]年|[0-9]{4}年|月份?算|新(?:认定|获|评|入选|通过|建|设立|增|上|引进)|首次"
)
LINES = 3


def lines(ctx: Context, found: Estimate) -> list[str]:
    """What the sum rests on that was told roughly, and that it was spent in another year than this one."""
    told_so = {key: found.told.facts[key] for key in found.used if key in found.told.facts}
    more = {key: said for key, said in found.told.more.items() if key in found.used}
    rough = {key: said for key, said in about(ctx, told_so).items() if key not in more}
    said = [_least(ctx.corpus.facts[key], found.facts[key], said) for key, said in more.items()]
    said += [_rounded(ctx.corpus.facts[key], found.facts[key], said) for key, said in rough.items()]
    return [*said, *_earlier(ctx, found)]


def _least(fact: Fact, value: FactValue, said: str) -> str:
    """That what was said to be a little more is reckoned with without it: the sum is the least that it comes to."""
    return f"“{said}”先按{_plain(fact, value)}算，多出来的没算进去；有准数再说一遍。"


def _rounded(fact: Fact, value: FactValue, said: str) -> str:
    """That what was said to be about so much is reckoned with as just that."""
    return f"“{said}”是约数，先按{_plain(fact, value)}算；有准数再说一遍。"


def _plain(fact: Fact, value: FactValue) -> str:
    return told(fact, value).removeprefix(fact.name)


def about(ctx: Context, facts: Facts) -> dict[str, str]:
    """The facts that were told as a rough figure, with what was said."""
    declared = ctx.corpus.facts
    found = ((key, _said(ctx, declared[key], value)) for key, value in facts.items() if key in declared)
    return {key: said for key, said in found if said}


def _said(ctx: Context, fact: Fact, value: float | str) -> str:
    text = ctx.finding.question.folded.text
    if fact.kind == "money":
        sums = ctx.finding.question.sums
        spans = [(figure.start, figure.end) for figure in sums if figure.yuan == value]
    elif fact.kind == "number" and fact.unit and len(counts(ctx.words, fact)) == 1:
        spans = [match.span() for match in re.finditer(NUMBER + re.escape(fact.unit), text)]
    else:
        return ""
    return next((said for start, end in spans if (said := _rough(text, start, end))), "")


def _rough(text: str, start: int, end: int) -> str:
    """A figure with the words that make it a rough one; nothing where it has none."""
    before, behind = BEFORE.search(text[:start]), BEHIND.match(text[end:])
    if before is None and behind is None:
        return ""
    return text[before.start() if before else start : end + (behind.end() if behind else 0)]


def _earlier(ctx: Context, found: Estimate) -> list[str]:
    """Where the money was spent in a year before this one: which year the rules count, and what they do not say."""
    spent = years(ctx, found.told.facts)
    year = next((spent[key] for key in found.used if spent.get(key)), 0)
    if not year or found.period.start != ctx.today:
        return []
    said = [*_not_yet(ctx, found, year), *_counted(found, over=all(given.over for given in found.alive))]
    return [f"🗓 您说的是{year}年花的：{'；'.join(said)}。"] if said else []


def years(ctx: Context, told: Facts) -> dict[str, int]:
    """In which year each sum was spent, those of earlier messages too; 0 where the words say no other than this."""
    declared = ctx.corpus.facts
    now = {key: _year_of(ctx, told[key]) for key in told if key in declared and _is_spent(declared[key])}
    return {**ctx.conversation.years, **now}


def _year_of(ctx: Context, spent: FactValue) -> int:
    """The year before this one that the words name for a sum; 0 where they name none."""
    text = ctx.finding.question.folded.text
    places = [figure.start for figure in ctx.finding.question.sums if figure.yuan == spent]
    past = PAST.search(text[: min(places)]) if places else None
    others = [figure for figure in ctx.finding.question.sums if past and past.end() <= figure.start < min(places)]
    if past is None or others or NOW.search(text[past.end() : min(places)]):
        return 0
    return ctx.today.year - (1 if past["last"] else 2)


def _is_spent(fact: Fact) -> bool:
    return fact.kind == "money" and not fact.lasting and not fact.grows and not fact.given


def _not_yet(ctx: Context, found: Estimate, year: int) -> Iterator[str]:
    """The policies of those that count that were not there yet."""
    for policy in (given.policy for given in found.alive):
        start, _ = ctx.corpus.period(policy)
        if start is not None and start.year > year:
            yield f"“{policy.title}”自{day(start)}起施行，那年还没有"


def _counted(found: Estimate, *, over: bool) -> Iterator[str]:
    """By which words the rules count a year, and that they do not say if one before this may still be applied for;
    not where they are over, which says of itself that nothing can be."""
    said = _yearly(part.outcome.benefit for given in found.alive for part in given.counted)
    if said:
        yield f"规则按{'、'.join(said)}算" + ("" if over else "，以前年度的现在还能不能报，资料没有写，请先问责任单位")


def _yearly(benefits: Iterable[AnyBenefit]) -> list[str]:
    """The words by which rules count a year: a base whole, and of a text the clause that has them."""
    found: dict[str, None] = {}
    for benefit in benefits:
        said = YEARLY_BASE.search(getattr(benefit, "base", "")) or YEARLY.search(benefit.who)
        found |= {f"“{said[0]}”": None} if said else {}
    return list(found)


async def answer(ctx: Context) -> Answer | None:
    """去年投的行不行, of the policy at hand: by which year its rules count, and that they say no more."""
    question = ctx.finding.question
    text = question.folded.text
    past = PAST.search(text) if ctx.words and not question.elsewhere else None
    if past is None or ctx.finding.intent == "amount":
        return None
    if question.naming and ctx.finding.ids:  # 去年买的设备能申请技改吗
        asked = SPENT.match(text, past.end()) and OF_PAST.search(text, past.end())
        policy = ctx.corpus.policies[lists.in_force_first(ctx, ctx.finding)[0]] if asked else None
    else:
        asked = OF_PAST.search(text) if len(text) <= BRIEF and not question.sums else None
        policy = ctx.corpus.policies.get(ctx.focus)
    if policy is None or asked is None or ctx.corpus.is_over(policy, ctx.today):
        return None
    year = ctx.today.year - (1 if past["last"] else 2)
    start, _ = ctx.corpus.period(policy)
    lines = [*lists.unknown_place(ctx), wording.heading(ctx, policy), wording.status(ctx, policy), ""]
    if start is not None and start.year > year:
        lines.append(f"这条自{day(start)}起施行，{year}年还没有。")
    lines += _of_years(policy, year)
    lines += [f"☎ {desk}" for desk in wording.desks(policy)]
    ctx.look_at(policy.id)
    return Answer(reply=Say(text="\n".join([*lines, edition(ctx)])), intent="policy", policies=(policy.id,))


def _of_years(policy: Policy, year: int) -> list[str]:
    """Which year the texts of a policy count, in their words, and what none of them says."""
    if rules := _yearly(policy.benefits):
        return [f"规则按{'、'.join(rules)}算，{year}年的现在还能不能报，资料没有写，请问责任单位。"]
    said = [text for text in texts.of(policy) if OF_YEARS.search(text)]
    if not said:
        return [f"规则没有写算哪一年的，{year}年的现在还能不能报，资料没有写，请问责任单位。"]
    quoted = [f"　· {text}" for text in said[:LINES]]
    return ["资料里写到时间的：", *quoted, f"{year}年的现在还算不算，请按这个问责任单位。"]
