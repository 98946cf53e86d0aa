"""What somebody's own figures come to: their facts gathered, the benefits they mean worked out, levels put together."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from bot.chinese import fold
from bot.context import Context
from bot.person import Facts
from bot.policies import AnyBenefit, Fixed, Match, Maximum, Need, Policy
from bot.reckoning.awards import Award, Companion, Part, Period, Total, award, companions, in_force, total
from bot.reckoning.benefits import State, deciding
from bot.reckoning.claims import Odd
from bot.reckoning.facts import Told
from bot.reckoning.selection import Selection, choose
from handlers.readings import (
    DISTRICT,
    assumed,
    beside_title,
    case_of,
    filled,
    fresh,
    meant_by,
    period_of,
    read,
    silent,
)  # fmt: skip

LOOKED_AT = 5  # policies that fit the words and may be the one whose rules take the figures
LEVEL = "level"  # the fact that says by whom something was recognized: of another level it is another thing
NEAR = 0.65  # of the first's score: what fits the words nearly as well
ASKS_DISTRICT = re.compile(
    "(?:区里|区级|区上|本区|我们区|咱区|俺区|高新区|崂山区?|平度市?|西海岸(?:新区)?|开发区)(?:政府)?(?:这边|那边|里)?(?:按规定|按政策)?"
    "(?:还|再|另外|又)(?:能|可以|可|会)?(?:再|另外|另|还)?(?:给|补|拿|奖|配|领|配套|奖补)[^，。]{0,4}(?:多少|几)"
)
TOGETHER = re.compile("一共|总共|合计|加一?起|加起来|都(?:评|拿|有|能)|同时|以及|还有")


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """One policy worked out for one follower.

    named    the facts that it has a figure for, beside one of their words
    told     what this message says; `facts` are all that is known, `kept` those of them they agreed to have kept
    own      the award of the policy; `beside` those of other levels that are added
    also     awards of policies for other things that the words name too
    apart    awards of other levels that were not asked for
    offered  awards of districts that could be added if the enterprise were there; nobody said where it is
    failed   awards of their own district that a fact fails
    stated   ids of the policies beside whose text says that they are added
    open_beside  policies that the words name too, and that make no sum yet
    """

    policy: Policy
    selection: Selection
    today: date
    period: Period
    told: Told
    named: frozenset[str] = frozenset()
    facts: Facts
    kept: frozenset[str]
    own: Award
    beside: tuple[Award, ...] = ()
    also: tuple[Award, ...] = ()
    apart: tuple[Award, ...] = ()
    offered: tuple[Award, ...] = ()
    failed: tuple[Award, ...] = ()
    stated: frozenset[str] = frozenset()
    open_beside: tuple[Policy, ...] = ()
    whole: Total = field(default_factory=lambda: Total(awards=()))

    @cached_property
    def alive(self) -> tuple[Award, ...]:
        """The awards that count: in force, with the policy at hand first; that one alone where none is in force."""
        counted = [a for a in (self.own, *self.beside, *self.also) if a.counted and not a.over]
        return tuple(counted) or (self.own,)

    @cached_property
    def past(self) -> tuple[Award, ...]:
        """What is over and does not count, where anything does."""
        return tuple(a for a in (self.own, *self.beside) if a.over and a not in self.alive)

    @cached_property
    def adds_up(self) -> bool:
        """Whether the parts of the policy's award are meant together, and are not readings of which one holds."""
        counted = self.own.counted
        bases = {part.outcome.trace.fact for part in counted} - {""}
        return len(counted) < 2 or self.selection.together or (len(bases) == len(counted) and bases <= set(self.facts))

    @cached_property
    def used(self) -> tuple[str, ...]:
        """The facts that the sums rest on, in the order they are needed."""
        awards = (self.own, *self.beside, *self.also)
        parts = [part for a in awards for part in a.counted if not part.source]
        keys = [key for part in parts for key in _asked_of(part.outcome.benefit)]
        keys += [
            DISTRICT,
            *(need.fact for a in (self.own, *self.beside) for need in a.policy.needs if need.fact in self.kept),
        ]
        return tuple(key for key in dict.fromkeys(keys) if key in self.facts)

    @cached_property
    def heard(self) -> tuple[str, ...]:
        """The facts to repeat: those the sums rest on, and what was told of who the policies are for."""
        asked = (need.fact for award in (*self.alive, *self.failed) for need in award.policy.needs)
        return tuple(dict.fromkeys((*self.used, *(key for key in asked if key in self.facts))))

    @cached_property
    def hanging(self) -> tuple[tuple[Part, tuple[Need, ...]], ...]:
        """The parts that count only if something is so that nobody told, with what that is."""
        found = []
        for given in self.alive:
            for part in given.counted:
                named = part.outcome.benefit.name  # 国家级智能工厂奖励 says itself of which level it is
                needs = (*given.unknown, *part.outcome.unknown)
                open_needs = tuple(n for n in dict.fromkeys(needs) if not any(value in named for value in n.one_of))
                found += [(part, open_needs)] if open_needs else []
        return tuple(found)

    @cached_property
    def is_claimed(self) -> bool:
        """Whether a figure of this message, beside a word of its fact, makes a sum here and nothing stands against."""
        bases = {key for part in self.own.counted for key in deciding(part.outcome.benefit)}
        return bool(bases & self.named) and not self.own.unmet and not self.odd

    @cached_property
    def is_settled(self) -> bool:
        """Whether what was told makes one sum with no doubt left."""
        counted = [part.outcome for part in self.own.counted]
        doubts = [need for outcome in counted for need in outcome.unknown] + list(self.own.unknown)
        return bool(counted) and not (doubts or self.own.unmet or self.odd or self.is_open) and self.rests_on_figures

    @cached_property
    def fit(self) -> tuple[bool, int]:
        """How well its rules take what was told: figures of theirs, then the facts it uses less those nobody told."""
        counted = [part.outcome for part in self.own.counted]
        doubts = min((len(outcome.unknown) for outcome in counted), default=0)
        asked = {key for outcome in counted for key in _asked_of(outcome.benefit)}
        return self.is_claimed, len(asked & set(self.told.facts)) - doubts

    @cached_property
    def rests_on_figures(self) -> bool:
        """Whether what counts was worked out from facts of theirs, and is not a sum that the text states anyway."""
        keys = {key for p in self.own.counted for key in (p.outcome.trace.fact, p.outcome.benefit.count)}
        keys |= {need.fact for p in self.own.counted for need in p.outcome.benefit.needs}
        return bool(keys & set(self.facts))

    @cached_property
    def is_open(self) -> bool:
        """Whether what is meant is not settled: readings of which one holds, or one beside others without a sum."""
        waits = any(part.outcome.state is State.MISSING for part in self.own.parts)
        return not self.adds_up or (waits and not self.rests_on_figures)

    @cached_property
    def missing(self) -> str:
        """The one fact to ask for: what tells the readings apart, else what the sum cannot do without."""
        if self.own.counted and not self.is_open and not self._waits_beside:
            return ""
        live = [p for p in self.own.parts if p.outcome.pays or p.outcome.state is State.MISSING]
        apart = [n for p in live for n in p.outcome.unknown if any(n not in q.outcome.unknown for q in live)]
        if apart:
            return apart[0].fact
        open_parts = [part for part in live if part.outcome.state is State.MISSING]
        groups = {part.outcome.benefit.choice or part.outcome.benefit.name for part in open_parts}
        known = [key for part in open_parts for key in part.outcome.missing]
        same = len({part.outcome.missing[:1] for part in open_parts}) == 1
        return known[0] if known and (len(groups) == 1 or same) else ""

    @cached_property
    def _waits_beside(self) -> bool:
        """Whether a benefit that is meant as well, or instead, has no sum yet."""
        groups = {part.outcome.benefit.choice for part in self.own.counted} - {""}
        waiting = [part for part in self.own.parts if part.outcome.state is State.MISSING and part.outcome.missing]
        return any(self.selection.together or part.outcome.benefit.choice in groups for part in waiting)

    @cached_property
    def odd(self) -> tuple[Odd, ...]:
        """What was told that cannot be reckoned with, as far as it matters here."""
        asked = {key for benefit in self.selection.benefits for key in _asked_of(benefit)}
        return tuple(odd for odd in self.told.odd if odd.fact in asked)


def _asked_of(benefit: AnyBenefit) -> tuple[str, ...]:
    keys = (*deciding(benefit), benefit.count, *(need.fact for need in benefit.needs))
    return tuple(key for key in keys if key)


async def estimate(ctx: Context, policy: Policy, *, asked: str = "", meant: tuple[int, ...] = ()) -> Estimate:
    """A policy worked out with what the words tell, what was told before, and what is kept of the enterprise.

    asked  the fact that the words may answer
    meant  the benefits that were meant before, where the words do not say
    """
    return _with_levels(ctx, await _alone(ctx, policy, asked=asked, meant=meant))


async def _alone(ctx: Context, policy: Policy, *, asked: str = "", meant: tuple[int, ...] = ()) -> Estimate:
    """The same without what other levels add."""
    corpus = ctx.corpus
    told = read(ctx, policy, asked=asked)
    person = await ctx.person()
    kept = person.facts if person.consented else {}
    facts = filled(corpus, {**kept, **fresh(corpus, ctx.conversation.facts, told), **told.facts})
    period = period_of(ctx)
    selection = meant_by(ctx, policy, facts, told)
    if meant and not selection.named:
        selection = Selection(benefits=tuple(policy.benefits[n] for n in meant if n < len(policy.benefits)), told=True)
    facts |= assumed(ctx, policy, selection, facts)
    case, odd = case_of(ctx, policy, selection, told=told, facts=facts)
    own = award(corpus, policy, facts, period=period, benefits=selection.benefits, case=case)
    return Estimate(
        policy=policy,
        selection=selection,
        today=ctx.today,
        period=period,
        told=replace(told, odd=(*told.odd, *odd)),
        named=told.named | {corpus.facts[key].within for key in told.named} - {""},
        facts=facts,
        kept=frozenset(key for key in kept if key not in told.facts and key not in ctx.conversation.facts),
        own=own,
    )


def _with_levels(ctx: Context, found: Estimate) -> Estimate:
    """The same with the awards of other levels: of the district that is known, else of those it may be in."""
    if found.own.unmet or found.odd or not found.own.counted or not found.adds_up:
        return found
    beside: list[Award] = []
    offered: list[Award] = []
    failed: list[Award] = []
    stated: set[str] = set()
    for companion in companions(ctx.corpus, found.policy, found.selection.benefits):
        if companion.stated:
            stated.add(companion.policy.id)
        if companion.policy.level == "city":
            added = _of_companion(ctx, found, companion, found.facts)
            beside += [added] if _is_one(added) and not _is_told(companion, found) else []
        elif found.facts.get(DISTRICT, companion.policy.district) == companion.policy.district:
            there = {**found.facts, DISTRICT: companion.policy.district}
            added = _of_companion(ctx, found, companion, there)
            known = DISTRICT in found.facts
            if _is_one(added):
                (beside if known else offered).append(added)
            elif known and _is_failed(added):
                failed.append(added)
    return replace(
        found,
        beside=tuple(beside),
        offered=tuple(a for a in offered if not a.over),
        failed=tuple(failed),
        stated=frozenset(stated),
        whole=total((found.own, *beside)),
    )


def _is_told(companion: Companion, found: Estimate) -> bool:
    """Whether they said themselves what the other level gave: then it is theirs already, and not added."""
    shares = [b for b in found.selection.benefits if isinstance(b, Match) and companion.policy.id in b.of]
    return any(b.fact in found.facts for b in shares)


def _is_one(given: Award) -> bool:
    """Whether the words and facts settle what another level adds."""
    return not given.unmet and len(given.counted) == 1


def _is_failed(given: Award) -> bool:
    """Whether what another level gives for the same thing, in force, is ruled out by what they told."""
    failed = bool(given.unmet) or {part.outcome.state for part in given.parts} == {State.UNMET}
    needs = (*given.unmet, *(need for part in given.parts for need in part.outcome.unmet))
    return failed and not given.over and not any(need.fact == LEVEL for need in needs)


def _of_companion(ctx: Context, found: Estimate, companion: Companion, facts: Facts) -> Award:
    """What the policy of another level gives for the same thing."""
    other = companion.policy
    meant = choose(other, beside_title(ctx, found.policy), facts, silent=silent(ctx.corpus, other))
    both = tuple(b for b in companion.benefits if b in meant.benefits)
    benefits = (both if meant.told else ()) or companion.benefits
    if meant.told is False and len(other.benefits) > 1:
        benefits = tuple(b for b in benefits if not isinstance(b, Fixed | Maximum))
    return award(ctx.corpus, other, facts, period=found.period, benefits=benefits, upper={found.policy.id: found.own})


async def best_estimate(ctx: Context, ids: tuple[str, ...]) -> Estimate:
    """Of policies that fit the words the one whose rules take the figures that were told, the first of equals."""
    best = await _alone(ctx, ctx.corpus.policies[ids[0]])
    scores = {ranked.id: ranked.score for ranked in ctx.finding.ranked}
    figures = bool(best.told.facts or ctx.finding.question.sums)
    others = [policy for i in ids[1:LOOKED_AT] if not (policy := ctx.corpus.policies[i]).restates]
    for policy in others if figures else ():
        if best.is_claimed and scores.get(policy.id, 0) < NEAR * scores.get(ids[0], 0):
            continue
        other = await _alone(ctx, policy)
        near = scores.get(policy.id, 0) >= NEAR * scores.get(ids[0], 0)
        if other.own.over and not best.own.over and not (near and _is_named(ctx, policy, best.policy)):
            continue  # a figure alone does not lead from what is in force to what is over: 研发费用8000万
        if (other.is_claimed and other.fit > best.fit) or (near and other.is_settled and not best.own.counted):
            best = other
    best = _with_levels(ctx, best)
    if TOGETHER.search(ctx.words):
        return await _with_others(ctx, best, ids)
    return await _of_district(ctx, best) if ASKS_DISTRICT.search(fold(ctx.words).text) else best


def _is_named(ctx: Context, policy: Policy, best: Policy) -> bool:
    """Whether the words have a name of a policy that is none of the one that fits them best."""
    text = fold(ctx.words).text
    others = {fold(word).text for word in best.keywords}
    own = (word for keyword in policy.keywords if (word := fold(keyword).text) not in others)
    return any(word in text for word in own)


async def _of_district(ctx: Context, found: Estimate) -> Estimate:
    """The district's part alone, where that is what is asked for: 区里还能再给多少."""
    of_city = found.policy.level == "city"
    there = [award.policy for award in found.beside if award.policy.level == "district"]
    if of_city and len(there) == 1:
        found = await estimate(ctx, there[0])
    if found.policy.level != "district" or not found.own.counted or found.odd or found.own.unmet:
        return found
    return replace(found, beside=(), apart=tuple(found.beside))


async def _with_others(ctx: Context, found: Estimate, ids: tuple[str, ...]) -> Estimate:
    """The same with what the words name beside it: 小巨人和高企一共能拿多少."""
    if not found.own.counted or not found.adds_up or found.odd:
        return found
    text = fold(ctx.words).text
    taken = {found.policy.id, *(award.policy.id for award in found.beside)}
    names = {fold(word).text for i in taken for word in ctx.corpus.policies[i].keywords}
    also: list[Award] = []
    waiting: list[tuple[Policy, set[str]]] = []
    for policy_id in ids[:LOOKED_AT]:
        policy = ctx.corpus.policies[policy_id]
        own = [word for word in policy.keywords if fold(word).text in text and fold(word).text not in names]
        if policy_id in taken or policy.restates or set(found.policy.restates) & {policy_id} or not own:
            continue
        other = await _alone(ctx, policy)
        settled = other.own.counted and not other.is_open and not other.odd and not other.own.unmet
        if settled and not other.own.over and (len(policy.benefits) == 1 or other.selection.named):
            also.append(other.own)
            names |= {fold(word).text for word in policy.keywords}
        elif not ctx.corpus.is_over(policy, ctx.today):
            waiting.append((policy, {fold(word).text for word in own}))
    left = tuple(policy for policy, words in waiting if not words <= names)[:1]
    return replace(found, also=tuple(also), offered=() if also else found.offered, open_beside=left)


def holds(ctx: Context, policy: Policy, period: Period) -> bool:
    """Whether a policy is in force in the period that is asked about."""
    return in_force(ctx.corpus, policy, period)


def positions(policy: Policy, benefits: Iterable[AnyBenefit]) -> tuple[int, ...]:
    """Where benefits stand in their policy, to be remembered by."""
    return tuple(policy.benefits.index(benefit) for benefit in benefits)
