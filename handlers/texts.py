"""Every text of a policy: what the papers do not say is said only after all of them were looked through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.policies import AnyBenefit, Policy, Tiers


def of(policy: Policy) -> list[str]:
    """All that a policy says, each text once; not its summary, which says the same again, and not its keywords, which
    are not the paper's."""
    said = (policy.title, *policy.who, *policy.conditions, *policy.offers, policy.funding, *_given(policy.benefits))
    return list(dict.fromkeys(filter(None, said)))


def _given(benefits: Iterable[AnyBenefit]) -> Iterator[str]:
    for benefit in benefits:
        yield from (benefit.name, benefit.who, benefit.note)
        yield from (getattr(benefit, field, "") for field in ("base", "by", "unit"))
        yield from (tier.label for tier in benefit.tiers) if isinstance(benefit, Tiers) else ()
