"""One benefit against the facts of an enterprise: the sum with its arithmetic, or what is missing, or what is not met.

Nothing here is worded. A sum comes with a Trace that says how it came about; handlers spell it. Money is Decimal yuan,
cut to the fen, so that no product of binary fractions is a fen too much.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum

from bot.person import FactValue
from bot.policies import (
    AnyBenefit,
    Fixed,
    Match,
    Maximum,
    Need,
    PerUnit,
    Pool,
    Rate,
    Step,
    Tier,
    Tiers,
)  # fmt: skip

FEN = Decimal("0.01")
RECEIVED = "received"  # the fact that says what was already paid for the same thing; a top-up takes it off
Given = Mapping[str, FactValue]
Bounded = Need | Tier


class Verdict(StrEnum):
    """Whether a need is met: three-valued, because a fact that nobody told proves nothing."""

    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"


class State(StrEnum):
    """What became of a benefit.

    AWARDED  `sum` is what the text gives
    UP_TO    `sum` is the most that the text allows; the desk decides
    MISSING  `missing` names the facts without which there is no sum
    UNMET    `unmet` names the needs that the facts fail
    OUTSIDE  the fact lies in no tier of the scale, or is less than one full step
    BUDGET   money of a whole scheme: nobody's award
    """

    AWARDED = "awarded"
    UP_TO = "up_to"
    MISSING = "missing"
    UNMET = "unmet"
    OUTSIDE = "outside"
    BUDGET = "budget"


@dataclass(frozen=True, kw_only=True)
class Limit:
    """What an award is limited to: `kind` is cap, cap_year, cap_total, cap_each or tier; `bites` if it lowered it."""

    kind: str
    amount: Decimal
    bites: bool


@dataclass(frozen=True, kw_only=True)
class Trace:
    """How a sum came about, in the order of the arithmetic.

    fact      the fact that the arithmetic begins with, and `base` its value: money, tons, a turnover
    percent   the share of the base
    each      what one unit, full step, product or award gives, and `times` how many of them there are
    tier      the step of the scale that was reached
    raw       the product before any limit
    limits    all that apply, in their order
    parts     what each of several gives under the cap of one: 8万, 10万 and 10万 of 8万, 15万 and 22万
    ceiling   that cap
    deducted  what was already paid for a lower step, taken off a top-up; `supposed` where nobody said that it was
    """

    fact: str = ""
    base: Decimal | None = None
    percent: Decimal | None = None
    each: Decimal | None = None
    times: Decimal = Decimal(1)
    tier: str = ""
    raw: Decimal = Decimal(0)
    limits: tuple[Limit, ...] = ()
    parts: tuple[Decimal, ...] = ()
    ceiling: Decimal | None = None
    deducted: Decimal = Decimal(0)
    supposed: bool = False

    @property
    def bitten(self) -> Limit | None:
        """The limit that decided the sum in the end."""
        return next((limit for limit in reversed(self.limits) if limit.bites), None)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one benefit gives; see State. `unknown` are needs that no fact decides: the sum holds if they are met."""

    benefit: AnyBenefit
    state: State
    sum: Decimal = Decimal(0)
    trace: Trace = Trace()
    missing: tuple[str, ...] = ()
    unmet: tuple[Need, ...] = ()
    unknown: tuple[Need, ...] = ()

    @property
    def pays(self) -> bool:
        """Whether there is a sum, be it a maximum."""
        return self.state in (State.AWARDED, State.UP_TO)


def exact(value: float | Decimal) -> Decimal:
    """A figure as it was written: 0.1 is a tenth."""
    return value if isinstance(value, Decimal) else Decimal(repr(value))


def within(bounds: Bounded, value: FactValue) -> bool:
    """Whether a value lies within the bounds, or is one of the values, of a need or a tier."""
    if isinstance(value, str):
        return value in bounds.one_of
    told = exact(value)
    return not (
        bounds.one_of
        or (bounds.at_least is not None and told < exact(bounds.at_least))
        or (bounds.above is not None and told <= exact(bounds.above))
        or (bounds.below is not None and told >= exact(bounds.below))
        or (bounds.at_most is not None and told > exact(bounds.at_most))
    )


def check(need: Need, facts: Given) -> Verdict:
    """Whether the facts meet a need."""
    if need.fact not in facts:
        return Verdict.UNKNOWN
    return Verdict.MET if within(need, facts[need.fact]) else Verdict.UNMET


def needs_of(benefit: AnyBenefit) -> tuple[Need, ...]:
    """All that a benefit asks for, the bounds on the base of a share among it."""
    bounds: tuple[Need, ...] = ()
    if isinstance(benefit, Rate) and benefit.fact:
        bounds = tuple(
            need
            for need in (
                Need(fact=benefit.fact, at_least=benefit.base_at_least),
                Need(fact=benefit.fact, above=benefit.base_above),
                Need(fact=benefit.fact, below=benefit.base_below),
            )
            if (need.at_least, need.above, need.below) != (None, None, None)
        )
    return (*benefit.needs, *bounds)


def deciding(benefit: AnyBenefit) -> tuple[str, ...]:
    """The facts without which the benefit has no sum, in the order to ask for them."""
    keys = [getattr(benefit, name, "") for name in ("fact", "base_fact", "each")]
    return tuple(dict.fromkeys(key for key in keys if key))


def evaluate(
    benefit: AnyBenefit, facts: Given, *, before: FactValue | None = None, shares: Sequence[float] = ()
) -> Outcome:
    """What a benefit gives.

    before  the earlier value of the fact a scale goes by, where a lower step was paid
    shares  how much of the base belongs to each of several awards, where that was told
    """
    if isinstance(benefit, Pool):
        return Outcome(benefit=benefit, state=State.BUDGET)
    verdicts = [(need, check(need, facts)) for need in needs_of(benefit)]
    unmet = tuple(need for need, verdict in verdicts if verdict is Verdict.UNMET)
    unknown = tuple(need for need, verdict in verdicts if verdict is Verdict.UNKNOWN)
    if unmet:
        return Outcome(benefit=benefit, state=State.UNMET, unmet=unmet, unknown=unknown)
    missing = _missing(benefit, facts)
    if missing:
        return Outcome(benefit=benefit, state=State.MISSING, missing=missing, unknown=unknown)
    reckoned = _reckon(benefit, facts) if _computable(benefit) else None
    if reckoned is not None and (reckoned.trace.raw < 0 or (isinstance(benefit, Step) and not reckoned.trace.times)):
        reckoned = None  # a figure that fell, or not one full step
    if reckoned is None:
        state = State.OUTSIDE if _computable(benefit) else State.MISSING
        return Outcome(benefit=benefit, state=state, unknown=unknown, trace=_start(benefit, facts))
    reckoned = _split(benefit, reckoned, shares)
    total, trace = _limited(benefit, facts, reckoned)
    if benefit.topup and (paid := min(total, _paid_before(benefit, facts, before))) > 0:
        total, trace = total - paid, replace(trace, deducted=paid, supposed=RECEIVED not in facts)
    return Outcome(benefit=benefit, state=reckoned.state, sum=total, trace=trace, unknown=unknown)


def _computable(benefit: AnyBenefit) -> bool:
    """Whether the rule says which fact its arithmetic begins with; without one there is nothing to ask for."""
    match benefit:
        case Fixed() | Maximum():
            return True
        case Tiers():
            shares = any(tier.percent is not None for tier in benefit.tiers)
            return bool(benefit.fact and (benefit.base_fact or not shares))
        case Rate():
            return bool(benefit.fact and (benefit.each or benefit.cap_each is None))
        case Match() | PerUnit() | Step():
            return bool(benefit.fact)
        case _:
            return False


def _missing(benefit: AnyBenefit, facts: Given) -> tuple[str, ...]:
    """The facts that the sum cannot do without."""
    if isinstance(benefit, Tiers) and benefit.fact in facts:
        tier = reached(benefit, facts[benefit.fact])
        if tier is not None and (tier.percent is None or not benefit.base_fact):
            return ()
        return (benefit.base_fact,) if tier is not None and _number(facts, benefit.base_fact) is None else ()
    if isinstance(benefit, Tiers):
        return tuple(key for key in deciding(benefit) if key not in facts)
    return tuple(key for key in deciding(benefit) if _number(facts, key) is None)


def reached(benefit: Tiers, value: FactValue) -> Tier | None:
    """The step of a scale that a value reaches: of nested ones the one that begins highest."""
    fitting = [tier for tier in benefit.tiers if within(tier, value)]
    return max(fitting, key=_floor, default=None)


def _floor(tier: Tier) -> float:
    return max((bound for bound in (tier.at_least, tier.above) if bound is not None), default=float("-inf"))


def _number(facts: Given, key: str) -> Decimal | None:
    value = facts.get(key)
    return exact(value) if isinstance(value, int | float) else None


def _start(benefit: AnyBenefit, facts: Given) -> Trace:
    """The fact that the arithmetic begins with."""
    key = getattr(benefit, "base_fact", "") or getattr(benefit, "fact", "")
    return Trace(fact=key, base=_number(facts, key))


@dataclass(frozen=True, kw_only=True)
class _Reckoned:
    """The arithmetic before any limit; `ceiling` is the one that a tier sets, `awards` how many there are."""

    state: State
    trace: Trace
    awards: Decimal
    ceiling: Decimal | None = None


def _reckon(benefit: AnyBenefit, facts: Given) -> _Reckoned | None:
    """The arithmetic; None where the fact is in no tier."""
    awards = _number(facts, benefit.count) if benefit.count else None
    awards = Decimal(1) if awards is None else awards
    start = _start(benefit, facts)
    state = State.AWARDED
    match benefit:
        case Fixed(amount=amount):
            trace = _product(Decimal(amount), awards)
        case Maximum():
            limits = (benefit.cap, benefit.cap_year, benefit.cap_total)
            most = next((limit for limit in limits if limit is not None), 0)
            state, trace = State.UP_TO, _product(Decimal(most), awards)
        case Rate() | Match():
            trace = _share(start, benefit.percent)
            if (isinstance(benefit, Rate) and benefit.upto) or _may_split(benefit.cap, awards, trace.raw):
                state = State.UP_TO
        case PerUnit(amount=amount):
            trace = _product(Decimal(amount), start.base or Decimal(0), start)
        case Step(amount=amount):
            steps = (start.base or Decimal(0)) // exact(benefit.step)
            trace = _product(Decimal(amount), max(steps, Decimal(0)), start)
        case Tiers():
            return _on_scale(benefit, facts, start, awards=awards)
        case _:
            raise TypeError(benefit)
    return _Reckoned(state=state, trace=trace, awards=awards)


def _may_split(cap: int | None, awards: Decimal, raw: Decimal) -> bool:
    """Whether the sum hangs on how several awards share one base: each has a cap, and they are told together."""
    return cap is not None and awards > 1 and raw > cap


def _split(benefit: AnyBenefit, reckoned: _Reckoned, shares: Sequence[float]) -> _Reckoned:
    """The same with each of several awards under the cap of one, where the parts of the base are told."""
    cap = reckoned.ceiling if reckoned.ceiling is not None else benefit.cap
    percent, several = reckoned.trace.percent, Decimal(len(shares))
    if cap is None or percent is None or not benefit.count or several < 2 or reckoned.awards not in (1, several):
        return reckoned
    parts = tuple(min(_cut(exact(share) * percent / 100), Decimal(cap)) for share in shares)
    state = State.UP_TO if isinstance(benefit, Rate) and benefit.upto else State.AWARDED
    trace = replace(reckoned.trace, parts=parts, ceiling=Decimal(cap))
    return replace(reckoned, state=state, awards=several, trace=trace)


def _on_scale(benefit: Tiers, facts: Given, start: Trace, *, awards: Decimal) -> _Reckoned | None:
    tier = reached(benefit, facts[benefit.fact])
    if tier is None:
        return None
    ceiling = None if tier.cap is None else Decimal(tier.cap)
    if tier.percent is not None and start.base is not None:
        trace, state = _share(start, tier.percent), State.AWARDED
        if _may_split(tier.cap, awards, trace.raw):
            state = State.UP_TO
    elif tier.amount is not None:
        trace, state = _product(Decimal(tier.amount), awards), State.AWARDED
    else:
        trace, state = _product(ceiling or Decimal(0), awards), State.UP_TO
    trace = replace(trace, fact=benefit.fact if trace.percent is None else trace.fact, tier=tier.label)
    return _Reckoned(state=state, trace=trace, awards=awards, ceiling=ceiling)


def _product(each: Decimal, times: Decimal, start: Trace | None = None) -> Trace:
    start = start or Trace()
    return replace(start, each=each, times=times, raw=_cut(each * times))


def _share(start: Trace, percent: float) -> Trace:
    share = exact(percent)
    return replace(start, percent=share, raw=_cut((start.base or Decimal(0)) * share / 100))


def _cut(value: Decimal) -> Decimal:
    return value.quantize(FEN, ROUND_DOWN)


def _limits(benefit: AnyBenefit, facts: Given, reckoned: _Reckoned) -> list[tuple[str, Decimal]]:
    """Every limit with what it comes to: a cap of one award holds for each of several."""
    found: list[tuple[str, Decimal]] = []
    if reckoned.ceiling is not None:
        found.append(("tier", reckoned.ceiling * reckoned.awards))
    if isinstance(benefit, Rate) and benefit.cap_each is not None:
        found.append(("cap_each", Decimal(benefit.cap_each) * (_number(facts, benefit.each) or Decimal(0))))
    if benefit.cap is not None:
        found.append(("cap", benefit.cap * reckoned.awards))
    if benefit.cap_year is not None:
        found.append(("cap_year", Decimal(benefit.cap_year)))
    if benefit.cap_total is not None:
        found.append(("cap_total", Decimal(benefit.cap_total)))
    return found


def _limited(benefit: AnyBenefit, facts: Given, reckoned: _Reckoned) -> tuple[Decimal, Trace]:
    """The sum after all limits."""
    total = sum(reckoned.trace.parts, Decimal(0)) if reckoned.trace.parts else reckoned.trace.raw
    limits = []
    for kind, amount in _limits(benefit, facts, reckoned):
        limits.append(Limit(kind=kind, amount=amount, bites=amount < total))
        total = min(total, amount)
    return total, replace(reckoned.trace, limits=tuple(limits))


def _paid_before(benefit: AnyBenefit, facts: Given, before: FactValue | None) -> Decimal:
    """What a lower step already gave: as it was told, else by the scale itself."""
    told = _number(facts, RECEIVED)
    if told is not None or before is None or not isinstance(benefit, Tiers):
        return (told or Decimal(0)) // 1  # more than 50万 takes no fen off
    lower = reached(benefit, before)
    figure = None if lower is None else (lower.amount if lower.amount is not None else lower.cap)
    return Decimal(figure or 0)
