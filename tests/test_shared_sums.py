"""What benefits of one policy come to together where its text joins them: worked by hand from the papers."""

from __future__ import annotations

from datetime import date

import pytest

from bot.person import Facts
from bot.reckoning.awards import Period, award
from tests.corpus import the_corpus

CORPUS = the_corpus()
GAOXIN = {"district": "高新区"}


@pytest.mark.parametrize(
    ("policy", "facts", "wanted"),
    [
        # 3 × 1万 + 4 × 0.5万 = 5万, just the 5万 of an enterprise
        ("q91-67", {"district": "平度市", "shandong_products": 3, "qingdao_products": 4}, 50_000),
        # 4万 + 3万 = 7万, of which an enterprise gets 5万
        ("q91-67", {"district": "平度市", "shandong_products": 4, "qingdao_products": 6}, 50_000),
        # 2万 + 1万 = 3万
        ("q91-67", {"district": "平度市", "shandong_products": 2, "qingdao_products": 2}, 30_000),
        # monthly listing, 20万 in its first year and 10万 in the second: 30万; yearly listing, 10万 + 10万 = 20万
        ("q91-75", {"district": "平度市", "scale": "规上", "listing": "月度纳统"}, 300_000),
        ("q91-75", {"district": "平度市", "scale": "规上", "listing": "年度纳统"}, 200_000),
        # 10万 a year for three years: 30万
        ("q91-79", {**GAOXIN, "scale": "规上"}, 300_000),
        # robots of the zone: 100万 × 50% twice = 100万
        ("q91-81", {**GAOXIN, "upper_award": 1_000_000, "local_robot": "是"}, 1_000_000),
        # 300万 × 50% twice = 300万, both within 200万
        ("q91-81", {**GAOXIN, "upper_award": 3_000_000, "local_robot": "是"}, 2_000_000),
        # robots from elsewhere: once
        ("q91-81", {**GAOXIN, "upper_award": 1_000_000, "local_robot": "否"}, 500_000),
        # 900万 × 20% = 180万, and 10% of a contract of 300万 = 30万: 210万, within 200万
        ("q91-89", {**GAOXIN, "project_investment": 9_000_000, "local_contract": 3_000_000}, 2_000_000),
    ],
)
def test_parts_of_a_policy_come_to_what_its_text_allows(policy: str, facts: Facts, wanted: int) -> None:
    """Parts are added up to the cap that they share, and no further."""
    period = Period.on(date(2025, 4, 1))
    assert award(CORPUS, CORPUS.policies[policy], facts, period=period).sum == wanted


def test_of_two_titles_the_higher_counts() -> None:
    """A national little giant that is also a provincial one gets 50万, not 80万."""
    policy = CORPUS.policies["q91-86"]
    titles = [benefit for benefit in policy.benefits if benefit.choice]
    assert len(titles) == 2
    assert award(CORPUS, policy, GAOXIN, period=Period.on(date(2025, 4, 1)), benefits=titles).sum == 500_000


def test_the_text_that_pays_more_counts_for_a_major_project() -> None:
    """12 % of 2亿 is 2400万: a major project gets at most 2000万, and not 600万 beside it."""
    facts: Facts = {"district": "西海岸新区", "equipment": 200_000_000, "major": "是"}
    found = award(CORPUS, CORPUS.policies["xh49-22"], facts, period=Period.on(date(2026, 11, 22)))
    assert found.sum == 20_000_000
    assert found.up_to
