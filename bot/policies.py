"""What a policy is: its benefits, its papers, its desks, and whether it is in force on a day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum
from typing import ClassVar, Literal

import msgspec

SOON = 60  # days: a policy that ends within these is said to end soon


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A value of the corpus: immutable, strict about the keys of its file, and written without what goes unsaid."""


class Paper(Record, frozen=True, kw_only=True):
    """The official document a policy rests on. Dates are inclusive; None means the source does not state one.

    period   the years its title speaks of, where it speaks of any; not a validity
    """

    title: str
    number: str = ""
    period: str = ""
    start: date | None = None
    end: date | None = None


class Contact(Record, frozen=True, kw_only=True):
    """A responsible unit as one policy names it; `phone` is empty where the source has none."""

    unit: str
    phone: str = ""
    matter: str = ""


class Need(Record, rename={"one_of": "is"}, frozen=True, kw_only=True):
    """What a policy or a benefit asks of one fact of the enterprise; `data/facts.toml` declares the facts.

    one_of   the values that meet it, of a fact that is chosen or said yes to; spelled `is` in the files
    at_least above below at_most   the bounds of a fact that is counted, in its unit
    """

    fact: str
    one_of: tuple[str, ...] = ()
    at_least: float | None = None
    above: float | None = None
    below: float | None = None
    at_most: float | None = None


class Benefit(Record, tag_field="kind", frozen=True, kw_only=True):
    """One thing a policy gives. Money is in yuan, shares are in percent.

    name        what the money is for
    clause      which part of the source's item states it, where the item has several parts
    words       what people call it, where the name does not say so
    needs       what it asks of the enterprise, beside what its policy asks
    count       the fact that says for how many it is given: products, projects, persons; one where none is told
    beside      the name of another benefit of the policy that is given whenever this one is
    shared      benefits of one policy with the same word here share one cap_year, one cap_total, one cap
    who         who gets this one, if narrower than the policy
    per         what one award is for: an enterprise, a product, a project, a year
    cap         at most, for one award
    cap_year    at most, for one enterprise in one year
    cap_total   at most, for one enterprise over the life of the policy
    once        the paper says that it is given a single time
    first       for the first recognition or the first time only
    topup       a later, higher award pays only the difference
    choice      benefits of one policy with the same word here exclude each other
    note        what else decides it
    """

    name: str
    clause: str = ""
    words: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    count: str = ""
    beside: str = ""
    shared: str = ""
    who: str = ""
    per: str = ""
    cap: int | None = None
    cap_year: int | None = None
    cap_total: int | None = None
    once: bool = False
    first: bool = False
    topup: bool = False
    choice: str = ""
    note: str = ""


class Fixed(Benefit, tag="fixed", frozen=True, kw_only=True):
    """A sum that is stated."""

    amount: int


class Rate(Benefit, tag="rate", frozen=True, kw_only=True):
    """A share of a base, as 12 % of the equipment investment of a year; `upto` where the share itself is a maximum.

    fact      the fact that is the base
    cap_each  at most, for each unit of the fact `each`, as for each mu of ponds
    """

    percent: float
    base: str
    fact: str = ""
    cap_each: int | None = None
    each: str = ""
    base_at_least: int | None = None
    base_above: int | None = None
    base_below: int | None = None
    upto: bool = False


class Maximum(Benefit, tag="max", frozen=True, kw_only=True):
    """A sum the desk decides, up to `cap`."""


class Tier(Record, rename={"one_of": "is"}, frozen=True, kw_only=True):
    """One step of a scale: a label, the values or bounds of the fact that lead to it, and what it gives."""

    label: str
    one_of: tuple[str, ...] = ()
    at_least: float | None = None
    above: float | None = None
    below: float | None = None
    at_most: float | None = None
    amount: int | None = None
    percent: float | None = None
    cap: int | None = None


class Tiers(Benefit, tag="tiers", frozen=True, kw_only=True):
    """A scale by one fact: turnover, level, stage, size.

    fact       the fact that it goes by
    base       what the shares of the tiers are taken of, and `base_fact` the fact that says how much that is
    """

    by: str
    fact: str = ""
    tiers: tuple[Tier, ...]
    base: str = ""
    base_fact: str = ""


class Step(Benefit, tag="step", frozen=True, kw_only=True):
    """`amount` for each full `step` of a growing figure, as 500,000 yuan per 100,000,000 yuan more turnover."""

    by: str
    fact: str = ""
    step: float
    amount: int


class Match(Benefit, tag="match", frozen=True, kw_only=True):
    """A share of what another level already awarded: the fact that says how much, and the policies that award it."""

    percent: float
    base: str
    fact: str = ""
    of: tuple[str, ...] = ()


class PerUnit(Benefit, tag="unit", frozen=True, kw_only=True):
    """`amount` for each ton, mu, person, product; `fact` says how many."""

    unit: str
    fact: str = ""
    amount: int


class Pool(Benefit, tag="pool", frozen=True, kw_only=True):
    """A budget of the whole scheme, never a promise to one enterprise."""

    amount: int


AnyBenefit = Fixed | Rate | Maximum | Tiers | Step | Match | PerUnit | Pool


class Status(StrEnum):
    """Where a policy stands on a day."""

    VALID = "valid"
    EXPIRED = "expired"
    UPCOMING = "upcoming"
    OPEN = "open"  # in force, and the source states no last day
    NOT_STATED = "not_stated"  # the source states neither day


class Policy(Record, frozen=True, kw_only=True):
    """One policy of the corpus, as `data/policies/*.toml` states it."""

    LEVELS: ClassVar[tuple[str, ...]] = ("city", "district")

    id: str
    title: str
    level: str
    district: str
    chapter: str
    topics: tuple[str, ...]
    paper: str
    summary: str
    who: tuple[str, ...]
    needs: tuple[Need, ...] = ()
    conditions: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    benefits: tuple[AnyBenefit, ...] = ()
    funding: str = ""
    contacts: tuple[Contact, ...]
    also_papers: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    restates: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    start: date | None = None
    end: date | None = None


class Option(Record, frozen=True, kw_only=True):
    """A value of a fact that is chosen, and the words by which people say it."""

    name: str
    words: tuple[str, ...] = ()


class Fact(Record, frozen=True, kw_only=True):
    """Something about an enterprise or its project that rules ask for.

    key      what rules call it
    name     what people read
    kind     money (yuan), number (in `unit`), percent, choice (of `options`), yes
    ask      the question that asks for it
    words    what people say beside the figure, or, of a yes, instead of yes; `no` what they say instead of no
    lasting  it belongs to the enterprise and not to one project, so that it may be kept with consent
    grows    the fact whose growth over the year before it is, as a sum or in percent
    before   the fact whose value of the year before, or of the award before, it is
    none     it may be nothing, so that 没有 answers the question for it
    given    it is money that was given: `upper` by the city, `central` by the state, `before` for a lower step
    within   the fact that it is a part of, and stands for where that is not told
    named    it has to be said: a sum that no word claims is it only where a word of it stands in the text
    """

    key: str
    name: str
    kind: Literal["money", "number", "percent", "choice", "yes"]
    ask: str
    unit: str = ""
    words: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    lasting: bool = False
    grows: str = ""
    before: str = ""
    none: bool = False
    given: Literal["", "upper", "central", "before"] = ""
    within: str = ""
    named: bool = False


class Phone(Record, frozen=True, kw_only=True):
    """A number and what it is for, where a unit has several."""

    number: str
    matter: str = ""


class Department(Record, frozen=True, kw_only=True):
    """A unit that answers for policies. `aliases` are how people shorten its name."""

    name: str
    short: str
    parent: str = ""
    district: str
    aliases: tuple[str, ...] = ()
    phones: tuple[Phone, ...] = ()
    address: str = ""
    website: str = ""
    note: str = ""


class Hours(Record, frozen=True, kw_only=True):
    """When the units are open on a working day: [from, to] as HH:MM, twice. A deployment's own setting."""

    morning: tuple[str, str]
    afternoon: tuple[str, str]


class Topic(Record, frozen=True, kw_only=True):
    """What one can browse by and subscribe to, with other ways to say it."""

    name: str
    words: tuple[str, ...] = ()


def period(policy: Policy, paper: Paper) -> tuple[date | None, date | None]:
    """First and last day of a policy: its own where it states one, else its paper's. None is not stated."""
    return policy.start or paper.start, policy.end or paper.end


def status_on(day: date, start: date | None, end: date | None) -> Status:
    """Where a policy with this period stands on a day; both days count as in force."""
    if end is not None and day > end:
        return Status.EXPIRED
    if start is not None and day < start:
        return Status.UPCOMING
    if end is not None:
        return Status.VALID
    return Status.OPEN if start is not None else Status.NOT_STATED


def _stated(benefit: AnyBenefit) -> list[int]:
    if isinstance(benefit, Pool):
        return []
    stated = [benefit.cap, benefit.cap_year, benefit.cap_total]
    if isinstance(benefit, Fixed):
        stated.append(benefit.amount)
    if isinstance(benefit, Tiers):
        stated += [figure for tier in benefit.tiers for figure in (tier.amount, tier.cap)]
    return [figure for figure in stated if figure is not None]


def figures(policy: Policy) -> frozenset[int]:
    """Every sum one award of a policy can be or is limited to, in yuan."""
    return stated(policy.benefits)


def stated(benefits: Iterable[AnyBenefit]) -> frozenset[int]:
    """Every sum that one award of these can be or is limited to, in yuan."""
    return frozenset(figure for benefit in benefits for figure in _stated(benefit))


def shares(policy: Policy) -> frozenset[float]:
    """Every share that a rule of a policy gives, in percent."""
    held = [part for b in policy.benefits for part in (b, *(b.tiers if isinstance(b, Tiers) else ()))]
    return frozenset(percent for part in held if (percent := getattr(part, "percent", None)) is not None)


def largest(policy: Policy) -> int | None:
    """The largest sum a policy names for one award, in yuan."""
    return max(figures(policy), default=None)


def facts_of(policy: Policy) -> Iterator[str]:
    """The keys of all facts that a policy's needs and rules ask for, in their order, repeats and all."""
    yield from (need.fact for need in policy.needs)
    for benefit in policy.benefits:
        yield from (need.fact for need in benefit.needs)
        keys = (benefit.count, *(getattr(benefit, name, "") for name in ("fact", "base_fact", "each")))
        yield from (key for key in keys if key)
