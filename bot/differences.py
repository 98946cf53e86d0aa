"""What has changed between two states of a policy, of what people care about; words and keywords are not among it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from bot.chinese import fold
from bot.policies import AnyBenefit, Paper, Policy, Tiers, period

SINGLY = ("amount", "percent", "cap", "cap_year", "cap_total", "who", "note")  # said one by one
GIVEN_TO = "given_to"  # who gets one benefit, where `who` is who gets the policy's
TERMS = (  # said by the whole rule
    "base", "base_at_least", "base_above", "base_below", "cap_each", "each", "upto", "by", "step", "unit", "per",
    "once", "first", "topup",
)  # fmt: skip


class Publication(msgspec.Struct, frozen=True, kw_only=True):
    """A policy with the paper it rests on, as people were told of it."""

    policy: Policy
    paper: Paper


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is not as it was.

    field   start, end, who, condition, offer, paper, unit, phone, benefit, given_to, tier, terms, or one of SINGLY
    of      the benefit or unit it belongs to
    before  what it was, None where there was none: a date, a figure, a text, phones, a Paper, a Benefit, or a pair of
            Tiers and one Tier of them
    after   what it is
    """

    field: str
    of: str = ""
    before: Any = None
    after: Any = None


def differences(before: Publication, after: Publication) -> tuple[Difference, ...]:
    """What has changed, the most telling first; nothing where only words, keywords or our own marks have."""
    old, new = before.policy, after.policy
    return (
        *_benefits(old.benefits, new.benefits),
        *_period(before, after),
        *_lines("who", old.who, new.who),
        *_lines("condition", old.conditions, new.conditions),
        *_lines("offer", old.offers, new.offers),
        *_contacts(old, new),
        *_paper(before.paper, after.paper),
    )


def _period(before: Publication, after: Publication) -> Iterator[Difference]:
    (old_start, old_end), (start, end) = period(before.policy, before.paper), period(after.policy, after.paper)
    if old_end != end:
        yield Difference(field="end", before=old_end, after=end)
    if old_start != start:
        yield Difference(field="start", before=old_start, after=start)


def _paper(before: Paper, after: Paper) -> Iterator[Difference]:
    if (fold(before.title), before.number) != (fold(after.title), after.number):
        yield Difference(field="paper", before=before, after=after)


def _lines(field: str, before: Sequence[str], after: Sequence[str]) -> Iterator[Difference]:
    """Lines that came and went; one for one is one that was changed. Marks and spaces change nothing."""
    old, new = {fold(line).text: line for line in before}, {fold(line).text: line for line in after}
    gone = [line for text, line in old.items() if text not in new]
    came = [line for text, line in new.items() if text not in old]
    if len(gone) == len(came) == 1:
        yield Difference(field=field, before=gone[0], after=came[0])
        return
    yield from (Difference(field=field, before=line) for line in gone)
    yield from (Difference(field=field, after=line) for line in came)


def _contacts(before: Policy, after: Policy) -> Iterator[Difference]:
    """Units that came and went, and phones that changed; a matter alone is no change of desk."""
    old, new = _phones(before), _phones(after)
    gone, came = [unit for unit in old if unit not in new], [unit for unit in new if unit not in old]
    yield from (Difference(field="unit", before=unit) for unit in gone)
    yield from (Difference(field="unit", after=unit) for unit in came)
    for unit in old:
        if unit in new and old[unit] != new[unit]:
            yield Difference(field="phone", of=unit, before=old[unit], after=new[unit])


def _phones(policy: Policy) -> dict[str, tuple[str, ...]]:
    units = dict.fromkeys(contact.unit for contact in policy.contacts)
    return {unit: tuple(c.phone for c in policy.contacts if c.unit == unit and c.phone) for unit in units}


def _benefits(before: Sequence[AnyBenefit], after: Sequence[AnyBenefit]) -> Iterator[Difference]:
    """Each benefit against the one of its name; one without a counterpart came or went."""
    old, new = _named(before), _named(after)
    for key, benefit in old.items():
        if key in new:
            yield from _benefit(benefit, new[key])
    gone = [benefit for key, benefit in old.items() if key not in new]
    came = [benefit for key, benefit in new.items() if key not in old]
    if len(gone) == len(came) == 1:
        yield Difference(field="benefit", of=came[0].name, before=gone[0], after=came[0])
        return
    yield from (Difference(field="benefit", of=benefit.name, before=benefit) for benefit in gone)
    yield from (Difference(field="benefit", of=benefit.name, after=benefit) for benefit in came)


def _named(benefits: Iterable[AnyBenefit]) -> dict[tuple[str, int], AnyBenefit]:
    """Benefits by name; of several with one name by their order."""
    seen: Counter[str] = Counter()
    found = {}
    for benefit in benefits:
        found[benefit.name, seen[benefit.name]] = benefit
        seen[benefit.name] += 1
    return found


def _benefit(before: AnyBenefit, after: AnyBenefit) -> Iterator[Difference]:
    name = after.name
    if type(before) is not type(after):
        yield Difference(field="benefit", of=name, before=before, after=after)
        return
    if any(getattr(before, term, None) != getattr(after, term, None) for term in TERMS):
        yield Difference(field="terms", of=name, before=before, after=after)
        return  # it says all the figures too
    for field in SINGLY:
        old, new = getattr(before, field, None), getattr(after, field, None)
        same = fold(old).text == fold(new).text if isinstance(old, str) and isinstance(new, str) else old == new
        if not same:
            yield Difference(field=GIVEN_TO if field == "who" else field, of=name, before=old, after=new)
    if isinstance(before, Tiers) and isinstance(after, Tiers):
        yield from _tiers(before, after)


def _tiers(before: Tiers, after: Tiers) -> Iterator[Difference]:
    def said(tiers: Tiers) -> dict[str, tuple[object, ...]]:
        return {tier.label: (tier.amount, tier.percent, tier.cap) for tier in tiers.tiers}

    old, new = said(before), said(after)
    if list(old) != list(new):
        yield Difference(field="terms", of=after.name, before=before, after=after)
        return
    steps = {tier.label: tier for tier in before.tiers}
    for tier in after.tiers:
        if old[tier.label] != new[tier.label]:
            yield Difference(field="tier", of=after.name, before=(before, steps[tier.label]), after=(after, tier))
