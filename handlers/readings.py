"""What a follower's words tell of the matter of one policy: facts, the day asked about, the benefits meant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from bot.chinese import fold
from bot.context import Context
from bot.corpus import Corpus
from bot.person import Facts
from bot.policies import AnyBenefit, Fact, Policy, Rate, facts_of
from bot.reckoning.awards import Case, Period, companions
from bot.reckoning.benefits import RECEIVED, Verdict, check, deciding, needs_of
from bot.reckoning.claims import Odd
from bot.reckoning.facts import Told, counts, read_facts
from bot.reckoning.selection import Selection, choose

DISTRICT = "district"  # the fact that says where the enterprise is
YES = "是"
WHOLE = 100  # percent
RELATIVE_YEAR = re.compile("(去年|前年|明年)(?:还|就|也|都|又)?(?:能|可以|可)")
AHEAD = {"前年": -2, "去年": -1, "明年": 1}
# Somebody who says that all conditions are met is taken at their word, which is repeated beside the sum.
ALL_MET = re.compile(
    "条件[我们俺咱也全都均各]{0,4}(?:符合|满足|达标|具备|没问题|够|合格)(?![吗不么])"
    "|(?:都|全|均|全部)(?:是)?(?:符合|满足|达到)[^不吗，。]{0,4}(?:条件|要求|标准)?(?![吗不么])"
    "|(?<!不)(?<!否)符合(?:相应|规定|各项|全部|所有|申报)?(?:的)?(?:条件|标准|要求)(?![吗不么])|手续[也都]?(?:齐全|全)"
)


def wanted(corpus: Corpus, policy: Policy) -> tuple[Fact, ...]:
    """The facts that a policy may be told by, what its sums are taken of first, those of the enterprise last."""
    if policy.id not in corpus.wanted:
        corpus.wanted[policy.id] = _wanted(corpus, policy)
    return corpus.wanted[policy.id]


def _wanted(corpus: Corpus, policy: Policy) -> tuple[Fact, ...]:
    others = [c.policy for c in companions(corpus, policy, policy.benefits)]
    keys = [key for benefit in policy.benefits for key in deciding(benefit)]
    keys += [key for p in (policy, *others) for key in facts_of(p)]
    keys += [RECEIVED] if RECEIVED in corpus.facts and any(benefit.topup for benefit in policy.benefits) else []
    grown = {corpus.facts[key].grows for key in keys if corpus.facts[key].grows}
    keys += [f.key for f in corpus.facts.values() if f.key in grown or (f.before and f.before in grown) or f.lasting]
    return tuple(corpus.facts[key] for key in dict.fromkeys(keys))


def read(ctx: Context, policy: Policy, *, asked: str = "") -> Told:
    """What the words tell of the facts of a policy."""
    return ctx.once((read, ctx.words, policy.id, asked), lambda: _read(ctx, policy, asked=asked))


def _read(ctx: Context, policy: Policy, *, asked: str) -> Told:
    corpus = ctx.corpus
    only = _only_sum(corpus, policy.benefits)
    others, names = tuple(corpus.facts.values()), _names(ctx, policy)
    told = read_facts(ctx.words, wanted(corpus, policy), asked=asked, only=only, others=others, names=names)
    if not only:  # the words may leave one benefit that goes by one sum: 虾池改造花了300万
        meant = choose(policy, beside_title(ctx, policy), told.facts, silent=silent(corpus, policy))
        only = _only_sum(corpus, meant.benefits) if meant.named else ""
        if only:
            told = read_facts(ctx.words, wanted(corpus, policy), asked=asked, only=only, others=others, names=names)
    return _with_place(ctx, told)


def _names(ctx: Context, policy: Policy) -> tuple[str, ...]:
    """What the words call the matter of a policy."""
    text = ctx.finding.question.folded.text
    names = [_spelled(word) for word in (*policy.keywords, *(w for b in policy.benefits for w in b.words))]
    return tuple([name for name in names if name in text])


@lru_cache(maxsize=8192)
def _spelled(word: str) -> str:
    """A word as it stands in a folded text."""
    return fold(word).text


def _only_sum(corpus: Corpus, benefits: Sequence[AnyBenefit]) -> str:
    """The one sum of money that awards are taken of, where there is no other."""
    sums = {key for b in benefits for key in deciding(b) if corpus.facts[key].kind == "money"}
    return sums.pop() if len(sums) == 1 else ""


def meant_by(ctx: Context, policy: Policy, facts: Facts, told: Told) -> Selection:
    """The benefits that the words mean, and those that a figure beside its own word is told for: 杂鱼500吨."""
    text, quiet = beside_title(ctx, policy), silent(ctx.corpus, policy)
    found = choose(policy, text, facts, silent=quiet)
    if len(found.benefits) > 1 and found.together:
        found = _without_conditions(ctx.corpus, policy, found, facts=facts, text=text, quiet=quiet)
    keys = [deciding(benefit) for benefit in policy.benefits]
    own = {key for key in told.named & told.facts.keys() if sum(key in k for k in keys) == 1}
    added = [b for b, k in zip(policy.benefits, keys, strict=True) if own & set(k) and b not in found.benefits]
    known = {key for benefit in found.benefits for key in deciding(benefit)} & told.facts.keys()
    if not added or not known:
        return found
    benefits = tuple(b for b in policy.benefits if b in found.benefits or b in added)
    return replace(found, benefits=benefits, named=True, told=True, together=True)


def _without_conditions(
    corpus: Corpus, policy: Policy, found: Selection, *, facts: Facts, text: str, quiet: Sequence[str]
) -> Selection:
    """The same without what only the words of another's condition name: 已贯标的智能工厂 is no prize for 贯标."""
    words = {
        word
        for benefit in found.benefits
        for need in benefit.needs
        if corpus.facts[need.fact].kind == "yes"
        for word in corpus.facts[need.fact].words
    }
    for word in sorted(words, key=len, reverse=True):
        text = text.replace(word, "，")
    left = choose(policy, text, facts, silent=quiet)
    return left if left.named and set(left.benefits) < set(found.benefits) else found


def case_of(
    ctx: Context, policy: Policy, selection: Selection, *, told: Told, facts: Facts
) -> tuple[Case, tuple[Odd, ...]]:
    """The parts of sums, and the counts that belong to one benefit each: 两个保健食品、三个新原料."""
    case = Case(shares=told.parts)
    for benefit in selection.benefits:
        odd = _odd_parts(benefit, told)
        if odd:
            return case, (odd,)
    counted = [(b, key) for b in selection.benefits for key in (b.count, *deciding(b)) if key]
    keys = [key for key in dict.fromkeys(key for _, key in counted) if sum(key == k for _, k in counted) > 1]
    for key in keys if len(selection.benefits) > 1 else ():
        fact = ctx.corpus.facts[key]
        segments = counts(ctx.words, fact) if fact.kind in ("number", "money") else []
        several = len({value for value, _ in segments}) > 1
        apart = _apart(ctx.corpus, policy, selection, key=key, segments=segments) if several else {}
        if apart:
            return replace(case, apart=apart), ()
        if several and fact.kind == "number":
            return case, (Odd(fact=key, kind="contradiction"),)
        if fact.kind == "money" and key in told.facts and _counts_twice(selection, key, facts):
            return case, (Odd(fact=key, kind="both"),)
    return case, ()


def _apart(
    corpus: Corpus, policy: Policy, selection: Selection, *, key: str, segments: Sequence[tuple[float, str]]
) -> dict[str, Facts]:
    """Which figure is told of which benefit; nothing unless each names one."""
    found: dict[str, Facts] = {}
    for value, text in segments:
        chosen = choose(policy, text, {}, silent=silent(corpus, policy))
        mine = [b for b in chosen.benefits if chosen.named and b in selection.benefits]
        if len(mine) != 1 or mine[0].name in found:
            return {}
        found[mine[0].name] = {key: value}
    return found


def _counts_twice(selection: Selection, key: str, facts: Facts) -> bool:
    """Whether one sum would be the base of two benefits that are meant beside each other, and neither adds to the
    other by its text."""
    names = {benefit.beside for benefit in selection.benefits} - {""}
    fitting = [b for b in selection.benefits if all(check(n, facts) is not Verdict.UNMET for n in needs_of(b))]
    taken = [b for b in fitting if key in deciding(b) and not (b.choice or b.beside or b.name in names)]
    return selection.together and len(taken) > 1


def _odd_parts(benefit: AnyBenefit, told: Told) -> Odd | None:
    """Parts of a sum that do not fit the count beside them, or that a cap may hold for one by one."""
    base = next((key for key in deciding(benefit) if len(told.parts.get(key, ())) > 1), "")
    if not base:
        return None
    parts, count = told.parts[base], told.facts.get(benefit.count, 0)
    if benefit.count:
        return Odd(fact=benefit.count, kind="contradiction") if count and count not in (1, len(parts)) else None
    if benefit.cap is None or benefit.per or not isinstance(benefit, Rate):
        return None
    beyond = sum(parts) * benefit.percent > benefit.cap * WHOLE
    return Odd(fact=base, kind="several") if beyond else None


def assumed(ctx: Context, policy: Policy, selection: Selection, facts: Facts) -> Facts:
    """The facts of yes and no that whoever says that all conditions are met says as well."""
    if not ALL_MET.search(ctx.words):
        return {}
    own = selection.benefits[0].needs if len(selection.benefits) == 1 else ()
    needs = [need for need in (*policy.needs, *own) if need.one_of == (YES,) and need.fact not in facts]
    return {need.fact: YES for need in needs}


def filled(corpus: Corpus, facts: Facts) -> Facts:
    """The facts, and what a part of a sum stands for where the whole was not told."""
    parts = {f.within: facts[f.key] for f in corpus.facts.values() if f.within and f.key in facts}
    return {**{key: value for key, value in parts.items() if key not in facts}, **facts}


def fresh(corpus: Corpus, facts: Facts, told: Told) -> Facts:
    """What was told before, without the growth of a figure that is told anew."""
    return {
        key: value
        for key, value in facts.items()
        if key in corpus.facts and not (corpus.facts[key].grows in told.facts and key not in told.facts)
    }


def _with_place(ctx: Context, told: Told) -> Told:
    """The district by all the names the lexicon has for it, where exactly one is named."""
    named = [name for name in ctx.finding.question.named(DISTRICT) if name not in ctx.corpus.whole_city]
    fact = ctx.corpus.facts.get(DISTRICT)
    known = fact is not None and named and named[0] in {option.name for option in fact.options}
    if DISTRICT in told.facts or len(named) != 1 or not known:
        return told
    return replace(told, facts={**told.facts, DISTRICT: named[0]})


def silent(corpus: Corpus, policy: Policy) -> tuple[str, ...]:
    """The words of a policy's topics: they say nothing of which of its benefits is meant."""
    words = [word for name in policy.topics for word in (name, *corpus.topics[name].words)]
    return tuple(words)


def beside_title(ctx: Context, policy: Policy) -> str:
    """The words without the policy's own title: what it lists is not what they have."""
    return ctx.words.replace(policy.title, "，")


def period_of(ctx: Context) -> Period:
    """The day or year that is asked about; today where none is named."""
    question = ctx.finding.question
    if len(question.days) == 1:
        return Period.on(question.days[0])
    if said := RELATIVE_YEAR.search(ctx.words):
        return Period.year(ctx.today.year + AHEAD[said[1]])
    years = set(question.years) - {ctx.today.year}
    if len(years) == 1 and ctx.today.year not in question.years and not question.days:
        return Period.year(years.pop())
    return Period.on(ctx.today)
