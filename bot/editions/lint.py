"""What is wrong with the rules of a corpus: figures without a rule, rules that cannot be worked out, contradictions.

Each finding is a name with a place and a detail; the sentence for it comes from the office's words. A hint may be
meant so and fails nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.chinese import fold, money, share
from bot.corpus import Corpus
from bot.editions.gate import Complaint
from bot.policies import (
    AnyBenefit,
    Fact,
    Fixed,
    Match,
    Need,
    PerUnit,
    Policy,
    Pool,
    Rate,
    Step,
    Tier,
    Tiers,
    facts_of,
)  # fmt: skip
from bot.reckoning.awards import for_the_same
from bot.reckoning.benefits import RECEIVED
from bot.reckoning.figures import SAID_NO, SAID_YES, read_figures, sign
from bot.words import Words

COUNTED = frozenset({"money", "number", "percent"})
SUM, SHARE = 0, 1  # what is told apart of figures
CAPS = ("cap", "cap_year", "cap_total")
HUNDRED = 100.0  # percent: all of it, which texts say in words


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Something to look at: `name` picks the sentence, `where` is a policy or a fact, `at` the field of it, by the way
    that forms have for it; a hint may be meant so."""

    name: str
    where: str
    detail: str = ""
    hint: bool = False
    at: str = ""


def run_lint(corpus: Corpus, words: Words, say: Callable[[str], None]) -> bool:
    """Say every finding in a line, the faults first, and how many of each; whether there is no fault."""
    found = sorted(lint(corpus), key=lambda fault: fault.hint)
    for fault in found:
        say(f"{'⚠️' if fault.hint else '❌'} {fault.where}: {spell(fault, words)}")
    faults = sum(not fault.hint for fault in found)
    if hints := len(found) - faults:
        say(f"⚠️ {words.lint['hints'].format(detail=hints)}")
    rules = sum(len(policy.benefits) for policy in corpus.policies.values())
    said = words.lint["well" if not faults else "faults"]
    say(f"{'✅' if not faults else '❌'} {said.format(detail=f'{len(corpus.policies)}/{rules}/{faults}')}")
    return not faults


def spell(fault: Fault, words: Words) -> str:
    """A finding as a sentence."""
    return words.lint[fault.name].format(detail=fault.detail)


def complaints(corpus: Corpus, words: Words) -> list[Complaint]:
    """All findings as the gate of publishing takes them."""
    return [
        Complaint(where=fault.where, text=spell(fault, words), hint=fault.hint, at=fault.at) for fault in lint(corpus)
    ]


def lint(corpus: Corpus) -> Iterator[Fault]:
    """All findings, policy by policy, then those of the whole."""
    for policy in corpus.policies.values():
        for looking in (_texts, _needs, _desks, _clauses, _restated):
            yield from looking(corpus, policy)
        for number, benefit in enumerate(policy.benefits):
            for fault in _of_benefit(corpus, policy, benefit):
                yield replace(fault, at=f"benefits.{number}.{fault.at or 'name'}")
    yield from _unused(corpus)
    yield from _twice(corpus)


def _of_benefit(corpus: Corpus, policy: Policy, benefit: AnyBenefit) -> Iterator[Fault]:
    yield from _computable(policy, benefit)
    yield from _kinds(corpus, policy, benefit)
    yield from _caps(policy, benefit)
    if isinstance(benefit, Tiers):
        yield from _scale(corpus, policy, benefit)


# ----- figures in texts and in rules


def _texts(corpus: Corpus, policy: Policy) -> Iterator[Fault]:
    """Every figure of the texts has a rule, every figure of a rule stands in the texts."""
    sums, shares = figures_of((policy.summary, *policy.conditions))
    noted = figures_of(b.note for b in policy.benefits)
    told_sums, told_shares = _of_rules(policy)
    others = figures_of((policy.funding, *policy.who, *policy.offers, *(b.who for b in policy.benefits)))
    near = [_of_rules(corpus.policies[i]) for i in (*policy.restates, *policy.related) if i in corpus.policies]
    known = (
        told_sums | others[0] | {value for figures in near for value in figures[0]},
        told_shares | others[1] | {value for figures in near for value in figures[1]},
    )
    # What a rule's own note says is shown with its sum, as a range is.
    for value in sorted((sums | noted[0]) - known[0]):
        at = _stands_at(policy, value, SUM)
        yield Fault(name="figure_without_rule", where=policy.id, detail=money(value), hint=value in noted[0], at=at)
    for value in sorted((shares | noted[1]) - known[1]):
        at = _stands_at(policy, value, SHARE)
        yield Fault(name="figure_without_rule", where=policy.id, detail=share(value), hint=value in noted[1], at=at)
    words = figures_of((policy.summary, *policy.conditions, *policy.who, *policy.offers, *_labels(policy)))
    for number, benefit in enumerate(policy.benefits):
        at = f"benefits.{number}.name"
        stated = {max(_paid(benefit), default=0.0)} - {0.0} if isinstance(benefit, Tiers) else _paid(benefit)
        for value in sorted(stated - words[0]):  # the steps of a scale are shown one by one anyway
            told = f"{benefit.name} {money(value)}"
            yield Fault(name="rule_without_text", where=policy.id, detail=told, hint=True, at=at)
        for value in sorted(_percents(benefit) - words[1] - {HUNDRED}):
            told = f"{benefit.name} {share(value)}"
            yield Fault(name="rule_without_text", where=policy.id, detail=told, hint=True, at=at)


def _stands_at(policy: Policy, value: float, kind: int) -> str:
    """The field whose text names a figure."""
    texts = {"summary": (policy.summary,), "conditions": policy.conditions}
    texts |= {f"benefits.{number}.note": (benefit.note,) for number, benefit in enumerate(policy.benefits)}
    return next((at for at, said in texts.items() if value in figures_of(said)[kind]), "")


def _labels(policy: Policy) -> Iterator[str]:
    """The texts of the rules themselves: they are shown beside the summary."""
    for benefit in policy.benefits:
        yield from (benefit.name, benefit.who, benefit.note)


def figures_of(texts: Iterable[str]) -> tuple[frozenset[float], frozenset[float]]:
    """The sums in yuan and the shares in percent that texts name."""
    found = [figure for text in texts for figure in read_figures(fold(sign(text)))]
    sums = frozenset(round(v) * 1.0 for f in found if f.unit == "yuan" for v in f.parts or (f.value,) if v > 0)
    return sums, frozenset(f.value for f in found if f.unit == "percent")


def _of_rules(policy: Policy) -> tuple[frozenset[float], frozenset[float]]:
    """Every sum and share that the rules of a policy have, bounds among them."""
    sums: set[float] = set()
    shares: set[float] = set()
    for benefit in policy.benefits:
        sums |= _paid(benefit)
        shares |= _percents(benefit)
        if isinstance(benefit, Rate):
            bounds = (benefit.base_at_least, benefit.base_above, benefit.base_below)
            sums |= {float(bound) for bound in bounds if bound is not None}
        if isinstance(benefit, Step):
            sums.add(benefit.step)
        tiers: tuple[Need | Tier, ...] = benefit.tiers if isinstance(benefit, Tiers) else ()
        for bounded in (*benefit.needs, *policy.needs, *tiers):
            found = {b for b in (bounded.at_least, bounded.above, bounded.below, bounded.at_most) if b is not None}
            sums |= found
            shares |= found
    return frozenset(sums), frozenset(shares)


def _paid(benefit: AnyBenefit) -> set[float]:
    """What a rule gives or limits, in yuan."""
    stated: list[float | None] = [benefit.cap, benefit.cap_year, benefit.cap_total]
    if isinstance(benefit, Fixed | PerUnit | Step | Pool):
        stated.append(benefit.amount)
    if isinstance(benefit, Rate):
        stated.append(benefit.cap_each)
    if isinstance(benefit, Tiers):
        stated += [figure for tier in benefit.tiers for figure in (tier.amount, tier.cap)]
    return {float(figure) for figure in stated if figure is not None}


def _percents(benefit: AnyBenefit) -> set[float]:
    if isinstance(benefit, Rate | Match):
        return {benefit.percent}
    tiers = benefit.tiers if isinstance(benefit, Tiers) else ()
    return {tier.percent for tier in tiers if tier.percent is not None}


# ----- rules that cannot be worked out


def _computable(policy: Policy, benefit: AnyBenefit) -> Iterator[Fault]:
    def fault(name: str, at: str, *, hint: bool = False) -> Fault:
        return Fault(name=name, where=policy.id, detail=benefit.name, hint=hint, at=at)

    if isinstance(benefit, Rate | Match | Tiers | Step | PerUnit) and not benefit.fact:
        yield fault("no_base", "fact")
    if isinstance(benefit, Rate) and (benefit.cap_each is None) != (not benefit.each):
        yield fault("no_base", "each" if not benefit.each else "cap_each")
    if isinstance(benefit, Tiers) and not benefit.base_fact and any(t.percent is not None for t in benefit.tiers):
        yield fault("no_base", "base_fact")
    if isinstance(benefit, Match) and not benefit.of:
        yield fault("match_of_nothing", "of", hint=True)


def _kinds(corpus: Corpus, policy: Policy, benefit: AnyBenefit) -> Iterator[Fault]:
    """Facts of the right kind for their place."""
    places = {"base_fact": {"money"}, "each": {"number"}, "count": {"number"}}
    if isinstance(benefit, Rate | Match):
        places["fact"] = {"money"}
    elif isinstance(benefit, PerUnit | Step):
        places["fact"] = {"money", "number"}
    for place, kinds in places.items():
        key = getattr(benefit, place, "")
        if key and corpus.facts[key].kind not in kinds:
            yield Fault(name="wrong_kind", where=policy.id, detail=f"{benefit.name} {place} {key}", at=place)
    for need in benefit.needs:
        yield from _values(corpus, policy, need)


def _values(corpus: Corpus, policy: Policy, bounded: Need) -> Iterator[Fault]:
    fact = corpus.facts[bounded.fact]
    bounds = [b for b in (bounded.at_least, bounded.above, bounded.below, bounded.at_most) if b is not None]
    if fact.kind in COUNTED:
        fits = bool(bounds) and not bounded.one_of
    else:
        fits = bool(bounded.one_of) and not bounds and set(bounded.one_of) <= _answers(fact)
    if not fits:
        told = f"{bounded.fact} {'/'.join(bounded.one_of)}"
        yield Fault(name="wrong_value", where=policy.id, detail=told, at="needs")


def _answers(fact: Fact) -> set[str]:
    return {SAID_YES, SAID_NO} if fact.kind == "yes" else {option.name for option in fact.options}


def _caps(policy: Policy, benefit: AnyBenefit) -> Iterator[Fault]:
    """No sum that is given for one award is above what one award is limited to."""
    caps = [cap for cap in (getattr(benefit, name) for name in CAPS) if cap is not None]
    given: list[int | None] = []
    if isinstance(benefit, Fixed | PerUnit | Step):
        given = [benefit.amount]
    if isinstance(benefit, Tiers):
        given = [tier.amount for tier in benefit.tiers]
        crossed = (t for t in benefit.tiers if t.amount is not None and t.cap is not None and t.amount > t.cap)
        yield from (Fault(name="cap_below", where=policy.id, detail=tier.label, at="tiers") for tier in crossed)
    if caps and any(amount is not None and amount > min(caps) for amount in given):
        at = next(name for name in CAPS if getattr(benefit, name) == min(caps))
        yield Fault(name="cap_below", where=policy.id, detail=benefit.name, at=at)
    if benefit.cap_total is not None and benefit.cap_year is not None and benefit.cap_total < benefit.cap_year:
        yield Fault(name="cap_below", where=policy.id, detail=benefit.name, at="cap_total")


def _scale(corpus: Corpus, policy: Policy, benefit: Tiers) -> Iterator[Fault]:
    """A scale of values names each once and knows them; a scale of bounds has neither gap nor overlap."""
    fact = corpus.facts.get(benefit.fact)
    values = Counter(value for tier in benefit.tiers for value in tier.one_of)
    repeated = [value for value, count in values.items() if count > 1]
    if repeated:
        yield Fault(name="tiers_overlap", where=policy.id, detail=f"{benefit.name} {'/'.join(repeated)}", at="tiers")
    if fact is not None and fact.kind not in COUNTED and not set(values) <= _answers(fact):
        yield Fault(name="wrong_value", where=policy.id, detail=f"{benefit.fact} {'/'.join(values)}", at="tiers")
    counted = fact is not None and fact.kind in COUNTED
    if fact is not None and not all(_is_told_by(tier, counted=counted) for tier in benefit.tiers):
        yield Fault(name="tier_without_bounds", where=policy.id, detail=benefit.name, at="tiers")
    if not values:
        found = between(benefit.tiers)
        yield from (Fault(name=name, where=policy.id, detail=benefit.name, at="tiers") for name in found)


def _is_told_by(tier: Tier, *, counted: bool) -> bool:
    """Whether a step says which figures, or which values, lead to it."""
    bounded = any(bound is not None for bound in (tier.at_least, tier.above, tier.below, tier.at_most))
    return bounded and not tier.one_of if counted else bool(tier.one_of) and not bounded


def between(tiers: Iterable[Tier]) -> Iterator[str]:
    """What is wrong between the steps of a scale of bounds; steps that only begin somewhere are nested, and well."""
    steps = sorted(tiers, key=_floor)
    for lower, upper in pairwise(steps):
        if _floor(lower) == _floor(upper):
            yield "tiers_overlap"
            continue
        end, closed = _end(lower)
        if end is None:
            continue
        start, begins_with = _floor(upper)
        if end < start or (end == start and not closed and begins_with != 0):
            yield "tiers_gap"
        elif end > start or (closed and begins_with == 0):
            yield "tiers_overlap"


def _floor(tier: Tier) -> tuple[float, int]:
    """Where a step begins, and 0 where with it, 1 where behind it."""
    if tier.above is not None:
        return tier.above, 1
    return (tier.at_least if tier.at_least is not None else float("-inf")), 0


def _end(tier: Tier) -> tuple[float | None, bool]:
    """Where a step ends, None for nowhere, and whether with it."""
    return (tier.below, False) if tier.below is not None else (tier.at_most, tier.at_most is not None)


# ----- who, where, and the whole


def _needs(corpus: Corpus, policy: Policy) -> Iterator[Fault]:
    """A district's policy asks for the district; what is for some alone says for whom by a fact."""
    for need in policy.needs:
        yield from _values(corpus, policy, need)
    if policy.level == "district" and not any(policy.district in need.one_of for need in policy.needs):
        yield Fault(name="no_district", where=policy.id, detail=policy.district, at="needs")
    awards = [benefit for benefit in policy.benefits if not isinstance(benefit, Pool)]
    if awards and not policy.needs and not any(benefit.needs for benefit in policy.benefits):
        yield Fault(name="no_needs", where=policy.id, hint=True, at="needs")


def _desks(corpus: Corpus, policy: Policy) -> Iterator[Fault]:
    """A phone belongs to its unit, and a unit that has phones is named with one."""
    for number, contact in enumerate(policy.contacts):
        phones = {phone.number for phone in corpus.departments[contact.unit].phones}
        if contact.phone and contact.phone not in phones:
            told = f"{contact.unit} {contact.phone}"
            yield Fault(name="phone_of_another", where=policy.id, detail=told, at=f"contacts.{number}.phone")
        if not contact.phone and phones:
            at = f"contacts.{number}.phone"
            yield Fault(name="phone_left_out", where=policy.id, detail=contact.unit, hint=True, at=at)
    if not policy.contacts:
        yield Fault(name="no_desk", where=policy.id, at="contacts")


def _clauses(corpus: Corpus, policy: Policy) -> Iterator[Fault]:
    """Where some benefits say which part states them, all do."""
    stated = [bool(benefit.clause) for benefit in policy.benefits if not isinstance(benefit, Pool)]
    if any(stated) and not all(stated):
        for number, benefit in enumerate(policy.benefits):
            if not benefit.clause and not isinstance(benefit, Pool):
                hint = isinstance(benefit, Tiers)  # the steps of one scale may stand in different parts
                at = f"benefits.{number}.clause"
                yield Fault(name="no_clause", where=policy.id, detail=benefit.name, hint=hint, at=at)


def _restated(corpus: Corpus, policy: Policy) -> Iterator[Fault]:
    """A restatement gives the figures of what it restates."""
    originals = [benefit for i in policy.restates for benefit in corpus.policies[i].benefits]
    for number, benefit in enumerate(policy.benefits):
        same = [other for other in originals if for_the_same(corpus, benefit, other)]
        told, at = f"{benefit.name} {'/'.join(policy.restates)}", f"benefits.{number}.name"
        if same and not any(_paid(benefit) & _paid(other) or _paid(benefit) == _paid(other) for other in same):
            yield Fault(name="contradicts", where=policy.id, detail=told, at=at)
        if same and not any(_percents(benefit) == _percents(o) or not _percents(benefit) for o in same):
            yield Fault(name="contradicts", where=policy.id, detail=told, at=at)


def _unused(corpus: Corpus) -> Iterator[Fault]:
    used = {key for policy in corpus.policies.values() for key in facts_of(policy)}
    used |= {fact.grows for fact in corpus.facts.values() if fact.key in used and fact.grows}
    used |= {fact.key for fact in corpus.facts.values() if fact.before in used} | {RECEIVED}
    for fact in corpus.facts.values():
        if fact.key not in used:
            yield Fault(name="fact_unused", where=fact.key)
        if fact.kind == "choice" and not fact.options:
            yield Fault(name="fact_without_options", where=fact.key, at="options")


def _twice(corpus: Corpus) -> Iterator[Fault]:
    """No two policies look the same, nor two benefits of one."""
    heads = Counter((p.title, p.district, p.keywords[:1]) for p in corpus.policies.values())
    for (title, _, _), count in heads.items():
        if count > 1:
            yield Fault(name="policy_twice", where=title)
    for policy in corpus.policies.values():
        names = [benefit.name for benefit in policy.benefits]
        for name in dict.fromkeys(name for name in names if names.count(name) > 1):
            at = f"benefits.{len(names) - 1 - names[::-1].index(name)}.name"  # the last of them
            yield Fault(name="benefit_twice", where=policy.id, detail=name, at=at)
