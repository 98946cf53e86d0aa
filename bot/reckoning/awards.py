"""What the benefits of one policy come to together, and what several policies come to on a day.

A policy's benefits: what is shared is limited once, of what excludes each other the best counts, the rest is named.
Several policies: a restatement is never counted beside what it restates, what is over is named and not counted, and a
share of what another level awards is taken of the award worked out here, which is said to be a doubt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from bot.corpus import Corpus
from bot.person import FactValue
from bot.policies import AnyBenefit, Match, Need, Policy, Status, Tiers, status_on
from bot.reckoning.benefits import Given, Outcome, State, Verdict, check, deciding, evaluate
from bot.reckoning.selection import alike

YEAR = re.compile(r"20\d\d")  # in the number of a paper: when it was issued, where it states no first day


@dataclass(frozen=True, kw_only=True)
class Part:
    """One benefit in the sum of its policy.

    sum      what of it counts: less than its own where a shared cap was used up
    beaten   it excludes another that gives more, so that it does not count
    source   for a share of another level's award that was worked out here: that policy's id
    """

    outcome: Outcome
    sum: Decimal = Decimal(0)
    beaten: bool = False
    source: str = ""

    @property
    def shortened(self) -> bool:
        """Whether a cap shared with others left less than its own sum."""
        return self.outcome.pays and not self.beaten and self.sum < self.outcome.sum


@dataclass(frozen=True, kw_only=True)
class Award:
    """What one policy gives.

    unmet, unknown  the policy's own needs that the facts fail, and those that nobody told of
    parts           every benefit that was looked at
    over            it is not in force on the day: the sum is what it would have given
    """

    policy: Policy
    parts: tuple[Part, ...]
    unmet: tuple[Need, ...] = ()
    unknown: tuple[Need, ...] = ()
    over: bool = False

    @property
    def counted(self) -> tuple[Part, ...]:
        """The parts that make the sum."""
        return tuple(part for part in self.parts if part.outcome.pays and not part.beaten)

    @property
    def sum(self) -> Decimal:
        """All that counts, maxima included; nothing where the policy is not for them."""
        return Decimal(0) if self.unmet else sum((part.sum for part in self.counted), Decimal(0))

    @property
    def up_to(self) -> bool:
        """Whether the desk decides over some of it."""
        return any(part.outcome.state is State.UP_TO for part in self.counted)

    @property
    def missing(self) -> tuple[str, ...]:
        """The facts that would settle what is open, in the order to ask for them."""
        keys = (key for part in self.parts if part.outcome.state is State.MISSING for key in part.outcome.missing)
        return tuple(dict.fromkeys(keys))


@dataclass(frozen=True, kw_only=True)
class Total:
    """What several policies give together.

    awards    those in force that count
    over      those that are not, with what they would have given
    restated  ids left out because what they restate is counted
    """

    awards: tuple[Award, ...]
    over: tuple[Award, ...] = ()
    restated: tuple[str, ...] = ()

    @property
    def sum(self) -> Decimal:
        """The sum of what is in force."""
        return sum((award.sum for award in self.awards), Decimal(0))

    @property
    def up_to(self) -> bool:
        """Whether a desk decides over some of it."""
        return any(award.up_to for award in self.awards)


@dataclass(frozen=True, kw_only=True)
class Case:
    """What was told beyond the facts.

    shares  the sums that a fact is the total of, by its key
    apart   facts that were told of one benefit alone, by its name: 两个保健食品、三个新原料
    """

    shares: Mapping[str, Sequence[float]] = field(default_factory=dict)
    apart: Mapping[str, Given] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Period:
    """The days a question is about: one, or a year of which any day counts."""

    start: date
    end: date

    @classmethod
    def on(cls, day: date) -> Period:
        """One day."""
        return cls(start=day, end=day)

    @classmethod
    def year(cls, year: int) -> Period:
        """All of a year."""
        return cls(start=date(year, 1, 1), end=date(year, 12, 31))


def standing(needs: Iterable[Need], facts: Given) -> dict[Verdict, tuple[Need, ...]]:
    """Needs by whether the facts meet them."""
    found: dict[Verdict, tuple[Need, ...]] = dict.fromkeys(Verdict, ())
    for need in needs:
        verdict = check(need, facts)
        found[verdict] = (*found[verdict], need)
    return found


def in_force(corpus: Corpus, policy: Policy, period: Period) -> bool:
    """Whether a policy holds on some day of a period."""
    start, end = corpus.period(policy)
    issued = YEAR.search(corpus.paper(policy).number)
    if start is None and issued and period.end.year < int(issued[0]):
        return False
    last = min(period.end, end) if end is not None and end >= period.start else period.end
    return status_on(last, start, end) not in (Status.EXPIRED, Status.UPCOMING)


def award(
    corpus: Corpus,
    policy: Policy,
    facts: Given,
    *,
    period: Period,
    benefits: Sequence[AnyBenefit] | None = None,
    upper: Mapping[str, Award] | None = None,
    case: Case | None = None,
) -> Award:
    """What a policy gives, or those of its benefits that are asked about.

    case   what was told of the parts of a base, and of one benefit alone
    upper  awards of other policies that a share here may be taken of, by id; what is not there is worked out
    """
    chosen = policy.benefits if benefits is None else benefits
    found = standing(policy.needs, facts)
    case = case or Case()
    parts = []
    for benefit in chosen:
        own = {**facts, **case.apart.get(benefit.name, {})}
        parts.append(_part(corpus, benefit, own, period=period, upper=upper or {}, case=case))
    return Award(
        policy=policy,
        parts=tuple(_share_caps(_choose_best(parts))),
        unmet=found[Verdict.UNMET],
        unknown=found[Verdict.UNKNOWN],
        over=not in_force(corpus, policy, period),
    )


def _part(
    corpus: Corpus, benefit: AnyBenefit, facts: Given, *, period: Period, upper: Mapping[str, Award], case: Case
) -> Part:
    source = ""
    if isinstance(benefit, Match) and benefit.fact and benefit.fact not in facts:
        derived = _derived(corpus, benefit, facts, period=period, upper=upper)
        if derived is not None:
            source, facts = derived.policy.id, {**facts, benefit.fact: float(derived.sum)}
    base = getattr(benefit, "base_fact", "") or getattr(benefit, "fact", "")
    outcome = evaluate(benefit, facts, before=_before(corpus, benefit, facts), shares=case.shares.get(base, ()))
    return Part(outcome=outcome, sum=outcome.sum, source=source if outcome.pays else "")


def _derived(
    corpus: Corpus, benefit: Match, facts: Given, *, period: Period, upper: Mapping[str, Award]
) -> Award | None:
    """The award of another level that this one is a share of: the one at hand, or one that the facts alone settle."""
    for policy_id in benefit.of:
        found = upper.get(policy_id)
        if found is None:
            policy = corpus.policies[policy_id]
            found = award(corpus, policy, facts, period=period, benefits=counted_for_all(policy))
        if found.sum > 0 and not found.up_to and not found.over and len(found.counted) == 1:
            return found
    return None


def counted_for_all(policy: Policy) -> tuple[AnyBenefit, ...]:
    """What a policy gives to everybody by the figures of their case; a stated sum has to be named to be meant."""
    return tuple(benefit for benefit in policy.benefits if not benefit.who and not benefit.needs and deciding(benefit))


def _before(corpus: Corpus, benefit: AnyBenefit, facts: Given) -> FactValue | None:
    """The earlier value of the fact that a top-up goes by."""
    if not (benefit.topup and isinstance(benefit, Tiers)):
        return None
    earlier = (fact.key for fact in corpus.facts.values() if fact.before == benefit.fact)
    return next((facts[key] for key in earlier if key in facts), None)


def _choose_best(parts: list[Part]) -> list[Part]:
    """Of benefits that exclude each other only the best counts, the first of equals; what hangs on a need that nobody
    told of does not beat what is certain."""
    best: dict[str, int] = {}
    for number, part in enumerate(parts):
        group = part.outcome.benefit.choice
        if group and part.outcome.pays and (group not in best or _worth(part) > _worth(parts[best[group]])):
            best[group] = number
    return [
        replace(part, beaten=True, sum=Decimal(0))
        if part.outcome.pays and (group := part.outcome.benefit.choice) and best[group] != number
        else part
        for number, part in enumerate(parts)
    ]


def _worth(part: Part) -> tuple[bool, Decimal]:
    return not part.outcome.unknown, part.sum


def _share_caps(parts: list[Part]) -> list[Part]:
    """What benefits share is used up in their order."""
    left: dict[str, Decimal] = {}
    found = []
    for part in parts:
        benefit = part.outcome.benefit
        if benefit.shared and part.outcome.pays and not part.beaten:
            caps = [cap for cap in (benefit.cap, benefit.cap_year, benefit.cap_total) if cap is not None]
            if caps:
                left.setdefault(benefit.shared, Decimal(min(caps)))
            if benefit.shared in left:
                part = replace(part, sum=min(part.sum, left[benefit.shared]))
                left[benefit.shared] -= part.sum
        found.append(part)
    return found


def total(awards: Sequence[Award]) -> Total:
    """The awards of several policies: each thing once, what is over apart."""
    present = {award.policy.id for award in awards}
    restated = tuple(a.policy.id for a in awards if present & set(a.policy.restates))
    kept = [a for a in awards if a.policy.id not in restated]
    return Total(
        awards=tuple(a for a in kept if not a.over),
        over=tuple(a for a in kept if a.over),
        restated=restated,
    )


@dataclass(frozen=True, kw_only=True)
class Companion:
    """A policy of another level that may be added, with the benefits of it that are for the same thing.

    stated  its text says that it is added to the other level's award
    """

    policy: Policy
    benefits: tuple[AnyBenefit, ...]
    stated: bool


def companions(corpus: Corpus, policy: Policy, benefits: Sequence[AnyBenefit]) -> tuple[Companion, ...]:
    """Policies of other levels for the same thing: by their text a share of it, or related and named alike."""
    found = []
    for other in (corpus.policies[i] for i in corpus.groups.linked(policy.id)):
        if other.level == policy.level or other.restates or policy.restates:
            continue  # a restatement is the same money, whichever of the two is at hand
        upper, lower = (policy, other) if policy.level == "city" else (other, policy)
        shares = tuple(b for b in lower.benefits if isinstance(b, Match) and upper.id in b.of)
        if shares:
            chosen = shares if lower is other else other.benefits
            found.append(Companion(policy=other, benefits=chosen, stated=True))
        elif other.id in policy.related or policy.id in other.related:
            same = [b for b in other.benefits if any(for_the_same(corpus, b, mine) for mine in benefits)]
            if same:
                chosen = tuple(b for b in other.benefits if b in same or any(_told_apart(b, one) for one in same))
                found.append(Companion(policy=other, benefits=chosen, stated=False))
    return tuple(found)


def _told_apart(one: AnyBenefit, other: AnyBenefit) -> bool:
    """Whether one fact alone decides which of two benefits it is: 双跨平台 and 特色专业型平台."""
    mine, theirs = ([(need.fact, need.one_of) for need in benefit.needs] for benefit in (one, other))
    kinds = [[fact for fact, _ in asked] for asked in (mine, theirs)]
    return len(mine) == 1 and kinds[0] == kinds[1] and all(values for _, values in (*mine, *theirs)) and mine != theirs


def for_the_same(corpus: Corpus, one: AnyBenefit, other: AnyBenefit) -> bool:
    """Whether two benefits are for the same thing: named alike, and not of different levels by name or need."""
    mine, theirs = _levels(corpus, one), _levels(corpus, other)
    if mine and theirs and not mine & theirs:
        return False
    for need in one.needs:
        for asked in other.needs:
            if need.fact == asked.fact and need.one_of and not set(need.one_of) & set(asked.one_of):
                return False
    return alike(one.name, other.name, corpus.benefit_pairs)


def _levels(corpus: Corpus, benefit: AnyBenefit) -> set[str]:
    return {level for level, words in corpus.lexicon.levels.items() if any(word in benefit.name for word in words)}
