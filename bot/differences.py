"""What has changed between two states of a policy, of what people care about; words and keywords are not among it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any, TypeVar

import msgspec

from bot.chinese import bare
from bot.policies import AnyBenefit, Need, Paper, Policy, Tier, Tiers, period

ALIKE = 0.6  # how much of two lines must be the same for one to be the other, changed; less is one gone and one come
T = TypeVar("T")

SINGLY = ("amount", "percent", "cap", "cap_year", "cap_total", "who", "note")  # said one by one
UNSAID = ("who", "note")  # what the line of a whole rule leaves out
GIVEN_TO = "given_to"  # who gets one benefit, where `who` is who gets the policy's
TERMS = ("base", "upto", "by", "step", "unit", "per", "once")  # said by the whole rule
RULES = (
    "base_at_least",
    "base_above",
    "base_below",
    "cap_each",
    "each",
    "first",
    "topup",
    "of",
)  # only that they changed
TOGETHER = ("shared", "choice")  # words of ours, by which benefits share a limit or exclude each other
BOUNDS = ("one_of", "at_least", "above", "below", "at_most")


class Publication(msgspec.Struct, frozen=True, kw_only=True):
    """A policy with the paper it rests on, as people were told of it."""

    policy: Policy
    paper: Paper


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is not as it was.

    field   start, end, who, condition, offer, paper, unit, phone, benefit, given_to, tier, terms, one of SINGLY, or
            rules: by what it is given or how it is limited is another, which its line does not say
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
    asked = (*_lines("who", old.who, new.who), *_lines("condition", old.conditions, new.conditions))
    rules = _asks_another(old.needs, new.needs) and not asked  # else the lines say it
    return (
        *_benefits(old, new),
        *_period(before, after),
        *asked,
        *([Difference(field="rules")] if rules else []),
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
    if (bare(before.title), before.number) != (bare(after.title), after.number):
        yield Difference(field="paper", before=before, after=after)


def _lines(field: str, before: Sequence[str], after: Sequence[str]) -> Iterator[Difference]:
    """Lines that came and went; what is mostly the same was changed. Stops and spaces change nothing."""
    old, new = {bare(line): line for line in before}, {bare(line): line for line in after}
    gone, came = [text for text in old if text not in new], [text for text in new if text not in old]
    pairs = _pairs(gone, came)
    for place, text in enumerate(gone):
        yield Difference(field=field, before=old[text], after=new[came[pairs[place]]] if place in pairs else None)
    yield from (Difference(field=field, after=new[text]) for text in _unpaired(came, pairs))


def _pairs(gone: Sequence[str], came: Sequence[str]) -> dict[int, int]:
    """Which of the texts that went is which of those that came, changed, by their places: those most alike first."""
    likeness = [
        (SequenceMatcher(None, was, text, autojunk=False).ratio(), old, new)
        for old, was in enumerate(gone)
        for new, text in enumerate(came)
    ]
    found: dict[int, int] = {}
    for ratio, old, new in sorted(likeness, key=lambda one: -one[0]):
        if ratio >= ALIKE and old not in found and new not in found.values():
            found[old] = new
    return found


def _unpaired(came: Sequence[T], pairs: dict[int, int]) -> list[T]:
    """What came and is nothing changed."""
    return [one for place, one in enumerate(came) if place not in pairs.values()]


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


def _benefits(before: Policy, after: Policy) -> Iterator[Difference]:
    """Each benefit against the one of its name; one without a counterpart came or went."""
    old, new = _named(before.benefits), _named(after.benefits)
    for key, benefit in old.items():
        if key in new:
            found = [*_benefit(benefit, new[key])]
            rules = _company(benefit, before) != _company(new[key], after) or _by_another_rule(benefit, new[key])
            yield from found
            if rules and not any(one.field in (GIVEN_TO, "note", "benefit") for one in found):
                yield Difference(field="rules", of=new[key].name)
    gone = [benefit for key, benefit in old.items() if key not in new]
    came = [benefit for key, benefit in new.items() if key not in old]
    pairs = _pairs([one.name for one in gone], [one.name for one in came])
    for place, benefit in enumerate(gone):
        other = came[pairs[place]] if place in pairs else None
        yield Difference(field="benefit", of=(other or benefit).name, before=benefit, after=other)
    yield from (Difference(field="benefit", of=one.name, after=one) for one in _unpaired(came, pairs))


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
    singly: tuple[str, ...] = SINGLY
    if type(before) is not type(after):
        yield Difference(field="benefit", of=name, before=before, after=after)
        singly = UNSAID
    elif any(getattr(before, term, None) != getattr(after, term, None) for term in TERMS) or _scaled(before, after):
        yield Difference(field="terms", of=name, before=before, after=after)
        singly = UNSAID
    elif isinstance(before, Tiers) and isinstance(after, Tiers):
        for old, new in zip(before.tiers, after.tiers, strict=True):
            if (old.amount, old.percent, old.cap) != (new.amount, new.percent, new.cap):
                yield Difference(field="tier", of=name, before=(before, old), after=(after, new))
    for field in singly:
        was, is_ = getattr(before, field, None), getattr(after, field, None)
        same = bare(was) == bare(is_) if isinstance(was, str) and isinstance(is_, str) else was == is_
        if not same:
            yield Difference(field=GIVEN_TO if field == "who" else field, of=name, before=was, after=is_)


def _scaled(before: AnyBenefit, after: AnyBenefit) -> bool:
    """Whether a scale has other steps."""
    if not isinstance(before, Tiers) or not isinstance(after, Tiers):
        return False
    return [tier.label for tier in before.tiers] != [tier.label for tier in after.tiers]


def _by_another_rule(before: AnyBenefit, after: AnyBenefit) -> bool:
    """Whether something decides over it that its line does not say: bounds of its base, its needs, of its steps."""
    if _asks_another(before.needs, after.needs):
        return True
    if isinstance(before, Tiers) and isinstance(after, Tiers) and not _scaled(before, after):
        steps = zip(before.tiers, after.tiers, strict=True)
        return any(_bounds(old) and _bounds(new) and _bounds(old) != _bounds(new) for old, new in steps)
    same = type(before) is type(after)
    return same and any(getattr(before, rule, None) != getattr(after, rule, None) for rule in RULES)


def _company(benefit: AnyBenefit, policy: Policy) -> tuple[frozenset[str], ...]:
    """With which benefits it shares a limit, and which it excludes; the word for it is ours."""
    return tuple(
        frozenset(one.name for one in policy.benefits if getattr(one, word) == getattr(benefit, word) != "")
        for word in TOGETHER
    )


def _asks_another(before: Sequence[Need], after: Sequence[Need]) -> bool:
    """Whether a fact that is asked of both times has other bounds: a need that is new to our rules is only spelled out
    there."""
    old, new = ({need.fact: _bounds(need) for need in needs} for needs in (before, after))
    return any(new.get(fact, bounds) != bounds for fact, bounds in old.items())


def _bounds(one: Need | Tier) -> dict[str, object]:
    return {name: value for name in BOUNDS if (value := getattr(one, name)) not in (None, ())}
