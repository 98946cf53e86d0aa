"""The corpus that ships with the program: complete, consistent in itself, and never more than its figures."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import product

import msgspec

from bot.chinese import fold, sums
from bot.clock import SHANGHAI
from bot.context import Context, Office
from bot.messages import Text
from bot.policies import AnyBenefit, Need, Policy, Status, Tiers
from bot.replies import TEXT_LIMIT
from handlers import cards
from tests.corpus import the_corpus
from tests.each import of_each

CORPUS = the_corpus()
POLICIES = of_each(CORPUS.policies)

COUNTS = {"市": 69, "西海岸新区": 34, "高新区": 16, "平度市": 11, "崂山区": 10}
# Number, first day, last day and years in the title, as the source papers print them.
PAPERS = {
    "qzf-2024-11": ("青政发〔2024〕11号", None, date(2026, 12, 31), ""),
    "qzbf-2023-12": ("青政办发〔2023〕12号", None, date(2025, 12, 31), ""),
    "qcjwf-2023-3": ("青财经委发〔2023〕3号", None, date(2025, 12, 31), ""),
    "qgxz-2023-87": ("青工信字〔2023〕87号", None, date(2026, 12, 31), ""),
    "qzbz-2022-51": ("青政办字〔2022〕51号", None, date(2025, 9, 16), ""),
    "qzbz-2023-13": ("青政办字〔2023〕13号", None, date(2026, 2, 21), ""),
    "qzbz-2023-18": ("青政办字〔2023〕18号", None, date(2026, 4, 10), ""),
    "qzbz-2023-19": ("青政办字〔2023〕19号", None, date(2026, 4, 12), ""),
    "ltc-2024-4": ("崂投促〔2024〕4号", None, date(2026, 12, 31), ""),
    "pbf-2023-21": ("平办发〔2023〕21号", date(2023, 1, 1), None, ""),
    "qgxg-2022-13": ("青高新管〔2022〕13号", None, date(2025, 4, 29), ""),
    "qrcb-chancai": ("", None, None, ""),
    "qxxrf-2024-2": ("青西新人组发〔2024〕2号", None, None, ""),
    "qzz-2024-20": ("青政字〔2024〕20号", None, None, "2024—2028年"),
    "qzbz-2025-13": ("青政办字〔2025〕13号", None, None, "2025—2027年"),
    "qgxz-2023-83": ("青工信字〔2023〕83号", None, None, ""),
    "lzf-2024-15": ("鲁政发〔2024〕15号", None, None, "2025年"),
    "qzbz-2024-53": ("青政办字〔2024〕53号", None, None, ""),
    "qkz-2024-15": ("青科字〔2024〕15号", None, None, ""),
    "qkz-2022-20": ("青科字〔2022〕20号", None, None, ""),
    "qxxgbf-2023-26": ("青西新管办发〔2023〕26号", None, None, ""),
    "qf-2022-8": ("青发〔2022〕8号", None, None, ""),
    "qzbf-2025-10": ("青政办发〔2025〕10号", None, None, ""),
}
DAYS = (
    date(2022, 12, 31),
    date(2024, 7, 1),
    date(2025, 9, 16),
    date(2026, 11, 22),
    date(2026, 12, 31),
    date(2027, 1, 1),
)
RUN = re.compile(r"((?:\d+(?:\.\d+)?(?:万元|万|亿元|亿)?[、,和或至到~—-])*\d+(?:\.\d+)?)(万|亿|元)")
SHARE = re.compile(r"(\d+(?:\.\d+)?)%")
SHORT_SUMMARY, LONGEST_SUMMARY = 20, 130  # characters


def test_the_corpus_is_complete() -> None:
    """All 91 items of the compendium and all 49 of the digest, in order, none besides."""
    ids = [f"q91-{n}" for n in range(1, 92)] + [f"xh49-{n}" for n in range(1, 50)]
    assert list(CORPUS.policies) == ids
    assert Counter(p.district for p in CORPUS.policies.values()) == COUNTS


def test_papers_are_in_force_as_printed() -> None:
    """Number, days and years of every paper stand as in the table above, and every paper is used."""
    assert {k: (p.number, p.start, p.end, p.period) for k, p in CORPUS.papers.items()} == PAPERS
    used = {key for p in CORPUS.policies.values() for key in (p.paper, *p.also_papers)}
    assert used == set(PAPERS)


def test_papers_have_titles_and_numbers_of_their_own() -> None:
    """No two keys for one paper."""
    assert len({p.title for p in CORPUS.papers.values()}) == len(PAPERS)
    assert len({p.number for p in CORPUS.papers.values()}) == len(PAPERS)


@POLICIES
def test_a_policy_is_filled_in(policy: Policy) -> None:
    """Title, chapter, topics, audience, desks and the words people would use, none twice."""
    assert policy.title
    assert policy.chapter
    assert 1 <= len(policy.topics) <= 4
    assert policy.who
    assert policy.contacts
    assert len(policy.keywords) >= 6
    assert policy.benefits or policy.offers
    for listed in (policy.topics, policy.keywords, policy.related, policy.restates, policy.also_papers):
        assert len(set(listed)) == len(listed)
    assert not [text for text in texts(policy) if text != text.strip() or "  " in text]


@POLICIES
def test_a_summary_is_a_sentence_or_two(policy: Policy) -> None:
    """Long enough to say what is given to whom, short enough for a phone."""
    assert SHORT_SUMMARY <= len(policy.summary) <= LONGEST_SUMMARY
    assert policy.summary.endswith("。")


@POLICIES
def test_the_level_fits_the_district(policy: Policy) -> None:
    """City policies are the city's, district policies are one of its districts'."""
    assert policy.level in Policy.LEVELS
    assert (policy.level == "city") == (policy.district == "市")
    assert policy.district in COUNTS
    assert policy.district == "市" or policy.district in CORPUS.lexicon.districts


@POLICIES
def test_a_district_asks_for_its_own(policy: Policy) -> None:
    """A policy of a district is for enterprises there and tells the rules so; one of the city asks for none."""
    asked = [need for need in policy.needs if need.fact == "district"]
    assert asked == ([] if policy.level == "city" else [Need(fact="district", one_of=(policy.district,))])


@POLICIES
def test_a_policy_is_called_neither_valid_nor_expired_in_words(policy: Policy) -> None:
    """That is worked out for the day of the question."""
    assert not [text for text in texts(policy) if re.search("已过期|已到期|已失效|现行有效|仍有效|目前有效", text)]


@POLICIES
def test_a_restatement_points_at_the_compendium(policy: Policy) -> None:
    """Only items of the digest restate, only items of the compendium are restated, and those point back."""
    if policy.restates:
        assert policy.id.startswith("xh49-")
    for policy_id in policy.restates:
        assert policy_id.startswith("q91-")
        assert policy.id in CORPUS.policies[policy_id].related


@POLICIES
def test_relations_are_mutual(policy: Policy) -> None:
    """What is on the same matter is so from both sides; nothing is related to itself."""
    assert policy.id not in policy.related
    for policy_id in policy.related:
        other = CORPUS.policies[policy_id]
        assert policy.id in (*other.related, *other.restates), policy_id


@POLICIES
def test_a_contact_is_reached_as_its_unit_is(policy: Policy) -> None:
    """A contact's phone is one of its unit's, and where the unit has phones the contact has one; units stand once."""
    for contact in policy.contacts:
        phones = {phone.number for phone in CORPUS.departments[contact.unit].phones}
        assert contact.phone in phones if phones else contact.phone == ""
    assert len({(c.unit, c.phone) for c in policy.contacts}) == len(policy.contacts)


def test_every_unit_is_used_or_explained() -> None:
    """A unit answers for a policy, is the parent of one that does, or says in its note what it is for."""
    used = {contact.unit for policy in CORPUS.policies.values() for contact in policy.contacts}
    parents = {CORPUS.departments[name].parent for name in used}
    assert [d.name for d in CORPUS.departments.values() if d.name not in used | parents and not d.note] == []


def test_every_phone_is_used_or_explained() -> None:
    """A phone answers for a policy, or its unit says what it is for; all are Qingdao or mobile numbers."""
    used = {(contact.unit, contact.phone) for policy in CORPUS.policies.values() for contact in policy.contacts}
    for unit in CORPUS.departments.values():
        for phone in unit.phones:
            assert (unit.name, phone.number) in used or unit.note
            assert re.fullmatch(r"[2-9]\d{7}|1\d{10}", phone.number)
        assert len(unit.phones) == 1 or all(phone.matter for phone in unit.phones)
        assert unit.parent in ("", *CORPUS.departments)


def test_a_name_of_a_unit_means_one_unit() -> None:
    """No short name or alias stands for two units of one district."""
    names = Counter((unit.district, name) for unit in CORPUS.departments.values()
                    for name in {unit.name, unit.short, *unit.aliases})  # fmt: skip
    assert [name for name, count in names.items() if count > 1] == []


def test_every_topic_has_policies() -> None:
    """What can be browsed and subscribed to is not empty."""
    assert {topic for policy in CORPUS.policies.values() for topic in policy.topics} == set(CORPUS.topics)


@POLICIES
def test_benefits_make_sense(policy: Policy) -> None:
    """Money is positive, shares are above 0 and at most 100 %, caps grow with what they cap, scales are in order."""
    for benefit in policy.benefits:
        values = numbers(msgspec.structs.replace(benefit, needs=()))
        assert all(value > 0 for value in values), benefit
        assert all(value >= 0 for need in benefit.needs for value in numbers(need)), benefit
        percents = [getattr(benefit, "percent", None), *(t.percent for t in getattr(benefit, "tiers", ()))]
        assert all(0 < percent <= 100 for percent in percents if percent is not None), benefit
        caps = [cap for cap in (benefit.cap, benefit.cap_year, benefit.cap_total) if cap is not None]
        assert caps == sorted(caps), benefit
        if isinstance(benefit, Tiers):
            assert len(benefit.tiers) > 1, benefit
            assert all({t.amount, t.percent, t.cap} != {None} for t in benefit.tiers), benefit


def texts(policy: Policy) -> list[str]:
    """Every text of a policy."""
    values = msgspec.to_builtins(policy)
    return [leaf for leaf in leaves(values) if isinstance(leaf, str)]


def leaves(value: object) -> Iterator[object]:
    """What stands at the ends of nested lists and tables."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for child in value:
            yield from leaves(child)
    else:
        yield value


def numbers(value: AnyBenefit | Need) -> list[float]:
    """The structured figures of a benefit or a need."""
    return [
        leaf
        for leaf in leaves(msgspec.to_builtins(value))
        if isinstance(leaf, int | float) and leaf is not True and leaf is not False
    ]


def figures(text: str) -> set[tuple[float, str]]:
    """Sums in yuan and shares in percent that a text names; of 200、300万元 both."""
    found = {(float(share), "%") for share in SHARE.findall(text)}
    for run, unit in RUN.findall(text):
        *firsts, last = re.split("[、,和或至到~—-]", run)
        for first in firsts:
            written = first if re.search("[万亿]", first) else first + unit
            found |= {(sum_.yuan, "元") for sum_ in sums(fold(written))}
        found |= {(sum_.yuan, "元") for sum_ in sums(fold(last + unit))}
    return found


@POLICIES
def test_a_summary_names_no_figure_that_the_policy_has_not(policy: Policy) -> None:
    """Each sum and share of the summary stands in a benefit, a condition or the audience."""
    structured = {float(n) for benefit in policy.benefits for n in numbers(benefit)}
    said = [*policy.who, *policy.conditions, *policy.offers, policy.funding]
    said += [
        text for benefit in policy.benefits for text in leaves(msgspec.to_builtins(benefit)) if isinstance(text, str)
    ]
    known = {figure for text in said for figure in figures(text)}
    unknown = {f for f in figures(policy.summary) if f not in known and f[0] not in structured}
    assert unknown == set()


@POLICIES
def test_words_name_no_figure_that_the_rules_contradict(policy: Policy) -> None:
    """The name of a benefit that states a sum states its own."""
    for benefit in policy.benefits:
        own = {float(number) for number in numbers(benefit)}
        assert {value for value, kind in figures(benefit.name) if kind == "%"} <= own, benefit


def test_the_days_tried_see_every_state() -> None:
    """The days below are chosen so that policies stand in each state on one of them."""
    seen = {CORPUS.status(policy, day) for policy in CORPUS.policies.values() for day in DAYS}
    assert seen == set(Status)


def test_papers_end_after_their_last_day() -> None:
    """On its last day a policy is in force, on the next no more."""
    for policy in CORPUS.policies.values():
        end = CORPUS.period(policy)[1]
        if end is not None:
            assert CORPUS.status(policy, end) is Status.VALID
            assert CORPUS.status(policy, end + timedelta(days=1)) is Status.EXPIRED


@POLICIES
def test_a_card_fits_into_one_message(policy: Policy) -> None:
    """On any day, with links to pages or without, with three other policies offered: within the platform's limit."""
    longest = sorted(CORPUS.policies.values(), key=lambda p: len(p.title.encode()), reverse=True)
    others = tuple(other.id for other in longest if other is not policy)[:3]
    for day, public_url in product(DAYS, ("", "https://huiqi.example.gov.cn")):
        ctx = context(day, public_url)
        for near in ((), others):
            text = cards.text(ctx, policy, near)
            assert len(text.encode()) <= TEXT_LIMIT
            assert policy.title in text
            assert policy.summary in text
            assert all(contact.unit in text for contact in policy.contacts)


def context(day: date, public_url: str) -> Context:
    """A message at ten in the morning of a day."""
    message = Text(key="", openid="", account="", created=0, text="")
    now = datetime.combine(day, time(10), SHANGHAI)
    return Context(message=message, corpus=CORPUS, now=now, office=Office(public_url=public_url))
