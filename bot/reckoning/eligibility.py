"""Which policies an enterprise may apply for: met, not met, not known, by which needs; and what to ask next.

A policy is met if all its own needs are and those of one of its benefits, not met if one of its own fails or every
benefit does. Needs of a fact that is not `about` the enterprise, as of a project's cost, stay open and decide nothing
until they are told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, pairwise

from bot.corpus import Corpus
from bot.person import FactValue
from bot.policies import AnyBenefit, Fact, Need, Policy, Pool, Status, Tier, Tiers
from bot.reckoning.benefits import Given, Verdict, check, needs_of

ANOTHER = ""  # stands for a choice that no need names


@dataclass(frozen=True, kw_only=True)
class Fit:
    """How one policy stands to the facts.

    met, unmet, unknown  the needs that decide, each once: where it is met or not known those of the benefits that
                         are still possible among them, where it is not met those that fail
    open                 needs of a project, which nobody is asked for here; none where a benefit has none
    benefits             those that no fact rules out, budgets apart
    """

    policy: Policy
    verdict: Verdict
    met: tuple[Need, ...] = ()
    unmet: tuple[Need, ...] = ()
    unknown: tuple[Need, ...] = ()
    open: tuple[Need, ...] = ()
    benefits: tuple[AnyBenefit, ...] = ()

    @property
    def deciding(self) -> tuple[str, ...]:
        """The facts that would settle it, in the order of its needs."""
        return tuple(dict.fromkeys(need.fact for need in self.unknown))

    @property
    def particular(self) -> bool:
        """Whether something that was told speaks for it, and not only nothing against it."""
        return bool(self.met)


@dataclass(frozen=True, kw_only=True)
class Survey:
    """How all policies of a corpus stand to the facts on a day; each stands in one place.

    fits      those in force, in the order of the corpus
    over      those that ended, and `coming` those that have not begun
    restated  those in force whose original, in force too and not ruled out, stands among the fits
    budgets   those that only state the money of a whole scheme
    """

    fits: tuple[Fit, ...] = ()
    over: tuple[Fit, ...] = ()
    coming: tuple[Fit, ...] = ()
    restated: tuple[Fit, ...] = ()
    budgets: tuple[Policy, ...] = ()

    def of(self, verdict: Verdict) -> tuple[Fit, ...]:
        """Those in force with this verdict."""
        return tuple(fit for fit in self.fits if fit.verdict is verdict)


def survey(corpus: Corpus, facts: Given, day: date, *, about: Collection[str]) -> Survey:
    """How every policy of the corpus stands to the facts on a day."""
    standing: dict[Status, list[Fit]] = {status: [] for status in Status}
    budgets = tuple(policy for policy in corpus.policies.values() if is_budget(policy))
    for policy in corpus.policies.values():
        if policy not in budgets:
            standing[corpus.status(policy, day)].append(judge(policy, facts, about=about))
    over, coming = standing.pop(Status.EXPIRED), standing.pop(Status.UPCOMING)
    named = {fit.policy.id: fit for fit in chain.from_iterable(standing.values())}
    alive = [named[policy_id] for policy_id in corpus.policies if policy_id in named]
    possible = {fit.policy.id for fit in alive if fit.verdict is not Verdict.UNMET}
    restated = tuple(fit for fit in alive if fit.policy.restates and possible.issuperset(fit.policy.restates))
    return Survey(
        fits=tuple(fit for fit in alive if fit not in restated),
        over=tuple(over),
        coming=tuple(coming),
        restated=restated,
        budgets=budgets,
    )


@dataclass(frozen=True)
class _Sorted:
    """Needs by their verdict, those of a project that nobody told of apart."""

    met: tuple[Need, ...]
    unmet: tuple[Need, ...]
    unknown: tuple[Need, ...]
    open: tuple[Need, ...]


def judge(policy: Policy, facts: Given, *, about: Collection[str]) -> Fit:
    """How a policy stands to the facts; `about` holds the keys of all facts that may be asked for."""
    own = _sort(policy.needs, facts, about)
    awards = [benefit for benefit in policy.benefits if not isinstance(benefit, Pool)]
    each = [(benefit, _sort(asked_by(benefit), facts, about)) for benefit in awards]
    possible = [(benefit, found) for benefit, found in each if not found.unmet]
    if own.unmet or (awards and not possible):
        failed = own.unmet or _once(chain.from_iterable(found.unmet for _, found in each))
        return Fit(policy=policy, verdict=Verdict.UNMET, met=own.met, unmet=failed)
    ways = [found for _, found in possible if not found.unknown] or [found for _, found in possible]
    unknown = _once(chain(own.unknown, *(found.unknown for found in ways)))
    free = any(not found.open for found in ways)
    return Fit(
        policy=policy,
        verdict=Verdict.UNKNOWN if unknown else Verdict.MET,
        met=_once(chain(own.met, *(found.met for found in ways))),
        unknown=unknown,
        open=_once(chain(own.open, *(() if free else (found.open for found in ways)))),
        benefits=tuple(benefit for benefit, _ in possible),
    )


def is_budget(policy: Policy) -> bool:
    """Whether it only states the money of a whole scheme, which no enterprise applies for."""
    return bool(policy.benefits) and all(isinstance(benefit, Pool) for benefit in policy.benefits)


def asked_by(benefit: AnyBenefit) -> tuple[Need, ...]:
    """All that a benefit asks for, that its scale has a step for the enterprise among it."""
    needs = needs_of(benefit)
    if not isinstance(benefit, Tiers) or not benefit.fact:
        return needs
    return (*needs, _of_scale(benefit.fact, benefit.tiers))


def _of_scale(fact: str, tiers: Sequence[Tier]) -> Need:
    """What the steps of a scale have in common: their values, or their lowest and highest bound."""
    values = tuple(dict.fromkeys(value for tier in tiers for value in tier.one_of))
    if values:
        return Need(fact=fact, one_of=values)
    lowest = min(tiers, key=lambda tier: (_floor(tier), tier.above is not None))
    highest = max(tiers, key=lambda tier: (_ceiling(tier), tier.below is None))
    return Need(
        fact=fact, at_least=lowest.at_least, above=lowest.above, below=highest.below, at_most=highest.at_most
    )  # fmt: skip


def _floor(tier: Tier) -> float:
    return max((bound for bound in (tier.at_least, tier.above) if bound is not None), default=float("-inf"))


def _ceiling(tier: Tier) -> float:
    return min((bound for bound in (tier.below, tier.at_most) if bound is not None), default=float("inf"))


def _sort(needs: Iterable[Need], facts: Given, about: Collection[str]) -> _Sorted:
    found: dict[Verdict, list[Need]] = {verdict: [] for verdict in Verdict}
    unasked: list[Need] = []
    for need in needs:
        verdict = check(need, facts)
        apart = verdict is Verdict.UNKNOWN and need.fact not in about
        (unasked if apart else found[verdict]).append(need)
    return _Sorted(
        tuple(found[Verdict.MET]), tuple(found[Verdict.UNMET]), tuple(found[Verdict.UNKNOWN]), tuple(unasked)
    )


def _once(needs: Iterable[Need]) -> tuple[Need, ...]:
    return tuple(dict.fromkeys(needs))


def next_fact(
    fits: Iterable[Fit],
    facts: Given,
    *,
    declared: Mapping[str, Fact],
    about: Collection[str],
    skipped: Collection[str] = (),
) -> str:
    """The fact to ask for: the one whose answer settles most policies on average; empty where none settles any.

    Each choice, and each stretch between the bounds of the needs, counts as likely as any other. What the follower
    could not tell is not asked again. Equals are decided by the number of policies that ask for it, then by the order
    of declaration.
    """
    waiting: dict[str, list[Policy]] = {key: [] for key in declared}
    for fit in fits:
        if fit.verdict is Verdict.UNKNOWN:
            for key in fit.deciding:
                if key not in skipped:
                    waiting[key].append(fit.policy)
    gains = {
        key: (_settled(key, policies, facts, declared=declared, about=about), len(policies))
        for key, policies in waiting.items()
        if policies
    }
    return max(gains, key=lambda key: gains[key], default="")


def _settled(
    key: str, policies: Sequence[Policy], facts: Given, *, declared: Mapping[str, Fact], about: Collection[str]
) -> float:
    """How many of these policies are settled by the fact, on average over its values."""
    needs = [need for policy in policies for need in _everything(policy) if need.fact == key]
    values = values_of(declared[key], needs)
    settled = sum(
        judge(policy, {**facts, key: value}, about=about).verdict is not Verdict.UNKNOWN
        for value in values
        for policy in policies
    )
    return settled / len(values)


def _everything(policy: Policy) -> Iterable[Need]:
    return chain(policy.needs, *(asked_by(benefit) for benefit in policy.benefits))


def values_of(fact: Fact, needs: Iterable[Need]) -> tuple[FactValue, ...]:
    """One value for every way in which the fact can meet the needs: its choices, or a point of each stretch."""
    asked = tuple(needs)
    if fact.options:
        return tuple(option.name for option in fact.options)
    named = tuple(dict.fromkeys(value for need in asked for value in need.one_of))
    if named or fact.kind == "yes":
        return named if len(named) > 1 else (*named, ANOTHER)
    bounds = sorted({bound for need in asked for bound in _bounds(need)})
    if not bounds:
        return (0.0,)
    between = ((low + high) / 2 for low, high in pairwise(bounds))
    return (bounds[0] - 1, *between, bounds[-1] + 1)


def _bounds(need: Need) -> Iterable[float]:
    return (bound for bound in (need.at_least, need.above, need.below, need.at_most) if bound is not None)
