"""Which policies the facts allow, and which fact is asked for next."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.person import Facts, FactValue
from bot.policies import AnyBenefit, Contact, Fact, Fixed, Need, Option, Policy, Pool, Status, Tier, Tiers
from bot.reckoning.benefits import Verdict
from bot.reckoning.eligibility import ANOTHER, Fit, asked_by, is_budget, judge, next_fact, survey, values_of
from tests.corpus import the_corpus

DAY = date(2026, 11, 22)
PLACES = ("east", "west", "north")
FACTS = {
    "place": Fact(key="place", name="place", kind="choice", ask="?", options=tuple(Option(name=n) for n in PLACES)),
    "listed": Fact(key="listed", name="listed", kind="yes", ask="?"),
    "turnover": Fact(key="turnover", name="turnover", kind="money", ask="?"),
    "persons": Fact(key="persons", name="persons", kind="number", ask="?", unit="p"),
}
EVERY = frozenset(FACTS)
EAST, LISTED = Need(fact="place", one_of=("east",)), Need(fact="listed", one_of=("yes",))
BIG = Need(fact="turnover", at_least=100.0)


def policy(*needs: Need, benefits: tuple[AnyBenefit, ...] = (), name: str = "p-1") -> Policy:
    """A policy with these needs and benefits."""
    return Policy(
        id=name,
        title=name,
        level="city",
        district="city",
        chapter="",
        topics=(),
        paper="",
        summary="",
        who=(),
        needs=needs,
        benefits=benefits,
        contacts=(Contact(unit="desk"),),
    )


def award(*needs: Need) -> Fixed:
    """A benefit with these needs."""
    return Fixed(name="award", amount=1, needs=needs)


def verdict(one: Policy, about: Collection[str] = EVERY, **facts: FactValue) -> Verdict:
    """How a policy stands to some facts."""
    return judge(one, facts, about=about).verdict


def asked(*policies: Policy, skipped: Collection[str] = (), **facts: FactValue) -> str:
    """What is asked for next."""
    fits = [judge(one, facts, about=EVERY) for one in policies]
    return next_fact(fits, facts, declared=FACTS, about=EVERY, skipped=skipped)


def test_all_of_its_own_needs() -> None:
    """A policy is met by facts that meet all its needs, fails by one, and is not known before."""
    one = policy(EAST, BIG)
    assert verdict(one) is Verdict.UNKNOWN
    assert verdict(one, place="east") is Verdict.UNKNOWN
    assert verdict(one, place="east", turnover=100.0) is Verdict.MET
    assert verdict(one, place="west") is Verdict.UNMET
    assert judge(one, {"place": "west", "turnover": 100.0}, about=EVERY).unmet == (EAST,)
    assert judge(one, {"place": "east"}, about=EVERY).deciding == ("turnover",)


def test_any_of_its_benefits() -> None:
    """One benefit that fits is enough; it fails only when every benefit does, and then all reasons are named."""
    one = policy(benefits=(award(BIG), award(LISTED)))
    assert verdict(one, turnover=100.0) is Verdict.MET
    assert verdict(one, turnover=1.0) is Verdict.UNKNOWN
    assert judge(one, {"turnover": 1.0}, about=EVERY).deciding == ("listed",)
    failed = judge(one, {"turnover": 1.0, "listed": "no"}, about=EVERY)
    assert (failed.verdict, failed.unmet) == (Verdict.UNMET, (BIG, LISTED))
    assert judge(one, {"turnover": 1.0, "listed": "yes"}, about=EVERY).benefits == (award(LISTED),)


def test_a_policy_that_asks_for_nothing_is_met() -> None:
    """Nothing speaks against it, and nothing that was told speaks for it."""
    fit = judge(policy(), {"place": "east"}, about=EVERY)
    assert (fit.verdict, fit.particular) == (Verdict.MET, False)
    assert judge(policy(EAST), {"place": "east"}, about=EVERY).particular


def test_what_a_project_costs_stays_open() -> None:
    """A need of something that is not asked for decides nothing until it is told; then it may fail."""
    one = policy(EAST, benefits=(award(BIG),))
    fit = judge(one, {"place": "east"}, about={"place"})
    assert (fit.verdict, fit.open, fit.unknown) == (Verdict.MET, (BIG,), ())
    assert verdict(one, {"place"}, place="east", turnover=1.0) is Verdict.UNMET
    easier = judge(policy(EAST, benefits=(award(BIG), award())), {"place": "east"}, about={"place"})
    assert easier.open == ()


def test_a_scale_needs_a_step() -> None:
    """Who reaches no step of a scale gets nothing: below its lowest bound, above its highest, or of no named kind."""
    by_size = Tiers(
        name="s",
        by="t",
        fact="turnover",
        tiers=(Tier(label="b", at_least=50.0, amount=2), Tier(label="a", above=10.0, below=50.0, amount=1)),
    )
    assert asked_by(by_size) == (Need(fact="turnover", above=10.0),)
    assert verdict(policy(benefits=(by_size,)), turnover=10.0) is Verdict.UNMET
    assert verdict(policy(benefits=(by_size,)), turnover=1000.0) is Verdict.MET
    by_kind = Tiers(name="k", by="p", fact="place", tiers=(Tier(label="e", one_of=("east", "west"), amount=1),))
    assert verdict(policy(benefits=(by_kind,)), place="north") is Verdict.UNMET
    closed = Tiers(name="c", by="t", fact="turnover", tiers=(Tier(label="a", at_least=1.0, at_most=5.0, amount=1),))
    assert asked_by(closed) == (Need(fact="turnover", at_least=1.0, at_most=5.0),)


def test_a_budget_is_nobodys() -> None:
    """A policy that only states the money of a scheme is told from one that gives something, or states no money."""
    pool = Pool(name="all", amount=1)
    assert is_budget(policy(benefits=(pool,)))
    assert not is_budget(policy(benefits=(pool, award())))
    assert not is_budget(policy())


def test_the_fact_that_settles_most_is_asked() -> None:
    """The place settles three policies whatever it is, the listing one; of equals the one declared first."""
    three = [policy(EAST, name=f"p-{n}") for n in range(3)]
    assert asked(*three, policy(LISTED)) == "place"
    assert asked(policy(LISTED), policy(BIG)) == "listed"
    assert asked(policy(EAST), policy(BIG), policy(BIG, LISTED), place="east") == "turnover"
    assert asked(*three, place="east") == ""


def test_an_average_over_the_values_decides() -> None:
    """Two policies that only one place of three leaves open weigh more than one policy that the turnover settles."""
    both = [policy(EAST, BIG, name="p-1"), policy(EAST, BIG, name="p-2")]
    assert asked(*both) == "place"  # settles 2 in two of three cases; the turnover in one of two
    assert asked(*both, policy(BIG, name="p-3"), policy(BIG, name="p-4")) == "turnover"


def test_what_could_not_be_told_is_not_asked_again() -> None:
    """A skipped fact gives way to the next, and after all are skipped nothing is asked."""
    policies = (policy(EAST), policy(BIG))
    assert asked(*policies, skipped=("place",)) == "turnover"
    assert asked(*policies, skipped=("place", "turnover")) == ""


def test_the_values_of_a_fact() -> None:
    """Every choice; yes and something else; a point below, between and above the bounds."""
    assert values_of(FACTS["place"], [EAST]) == PLACES
    assert values_of(FACTS["listed"], [LISTED]) == ("yes", ANOTHER)
    assert values_of(FACTS["listed"], [LISTED, Need(fact="listed", one_of=("no",))]) == ("yes", "no")
    assert values_of(FACTS["turnover"], [BIG, Need(fact="turnover", below=200.0)]) == (99.0, 150.0, 201.0)
    assert values_of(FACTS["turnover"], []) == (0.0,)


bounds = st.sampled_from([0.0, 10.0, 20.0, 30.0])
a_need = st.one_of(
    st.sets(st.sampled_from(PLACES), min_size=1).map(lambda names: Need(fact="place", one_of=tuple(sorted(names)))),
    st.sampled_from(["yes", "no"]).map(lambda value: Need(fact="listed", one_of=(value,))),
    st.builds(lambda key, low: Need(fact=key, at_least=low), st.sampled_from(["turnover", "persons"]), bounds),
    st.builds(lambda key, high: Need(fact=key, below=high), st.sampled_from(["turnover", "persons"]), bounds),
)
some_needs = st.lists(a_need, max_size=3).map(tuple)
a_benefit = some_needs.map(lambda needs: award(*needs))
some_policies = st.lists(
    st.builds(
        lambda needs, benefits: policy(*needs, benefits=tuple(benefits)), some_needs, st.lists(a_benefit, max_size=3)
    ),
    max_size=6,
)
amounts = st.sampled_from([-5.0, 0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 35.0])
everything_told = st.fixed_dictionaries(
    {
        "place": st.sampled_from(PLACES),
        "listed": st.sampled_from(["yes", "no"]),
        "turnover": amounts,
        "persons": amounts,
    }
)
some_keys = st.sets(st.sampled_from(sorted(FACTS)))


def among(facts: Facts, keys: Collection[str]) -> Facts:
    """Those of the facts that are told."""
    return {key: value for key, value in facts.items() if key in keys}


@given(some_policies, everything_told, some_keys, some_keys, some_keys)
def test_what_is_settled_stays_so(
    policies: list[Policy], facts: Facts, first: set[str], more: set[str], about: set[str]
) -> None:
    """What fails keeps failing, whatever else is told; what is met stays so with every fact that may be asked for: only
    a project's own fact, told later, may close the way that was open."""
    for one in policies:
        before = judge(one, among(facts, first), about=about)
        after = judge(one, among(facts, first | more), about=about)
        if before.verdict is Verdict.UNMET:
            assert after.verdict is Verdict.UNMET
        if before.verdict is Verdict.MET:
            assert after.verdict is Verdict.MET or not more - first <= about
        if not before.open and before.verdict is Verdict.MET:
            assert judge(one, facts, about=EVERY).verdict is Verdict.MET


@given(some_policies, everything_told, some_keys)
def test_the_needs_explain_the_verdict(policies: list[Policy], facts: Facts, told: set[str]) -> None:
    """Not met names what fails, unknown names what is not told, met names neither; with all told nothing is unknown."""
    for one in policies:
        fit = judge(one, among(facts, told), about=EVERY)
        assert bool(fit.unmet) == (fit.verdict is Verdict.UNMET)
        assert bool(fit.unknown) == (fit.verdict is Verdict.UNKNOWN)
        assert not set(fit.deciding) & told
        assert {need.fact for need in (*fit.met, *fit.unmet)} <= told
        assert judge(one, facts, about=EVERY).verdict is not Verdict.UNKNOWN


@given(some_policies, everything_told, some_keys)
def test_asking_comes_to_an_end(policies: list[Policy], facts: Facts, unknown: set[str]) -> None:
    """No fact is asked for twice; after the last question nothing is unknown but for what could not be told."""
    told: Facts = {}
    skipped: list[str] = []
    for _ in range(len(FACTS) + 1):
        fits = [judge(one, told, about=EVERY) for one in policies]
        key = next_fact(fits, told, declared=FACTS, about=EVERY, skipped=skipped)
        assert key == next_fact(fits, told, declared=FACTS, about=EVERY, skipped=skipped)
        if not key:
            break
        assert key not in told
        assert key not in skipped
        if key in unknown:
            skipped.append(key)
        else:
            told[key] = facts[key]
    else:
        raise AssertionError("it asks for ever")
    assert {key for fit in fits for key in fit.deciding} <= set(skipped)


CORPUS = the_corpus()
LASTING = frozenset(key for key, fact in CORPUS.facts.items() if fact.lasting)
CHOICES = {key: [o.name for o in CORPUS.facts[key].options] for key in ("district", "sector", "scale", "park")}
of_an_enterprise = st.fixed_dictionaries(
    {}, optional={key: st.sampled_from(names) for key, names in CHOICES.items()} | {"turnover": st.floats(1e4, 1e11)}
)  # fmt: skip


@given(of_an_enterprise, st.integers(0, 2500))
def test_every_policy_stands_in_one_place(facts: Facts, days: int) -> None:
    """On any day each of the corpus is in force, over, to come, a restatement or a budget, and has one verdict."""
    day = date(2022, 1, 1) + timedelta(days=days)
    found = survey(CORPUS, facts, day, about=LASTING)
    parts = [[fit.policy.id for fit in part] for part in (found.fits, found.over, found.coming, found.restated)]
    parts.append([one.id for one in found.budgets])
    assert sorted(chain.from_iterable(parts)) == sorted(CORPUS.policies)
    verdicts = [fit.policy.id for verdict in Verdict for fit in found.of(verdict)]
    assert sorted(verdicts) == sorted(parts[0])
    assert all(CORPUS.status(fit.policy, day) is Status.EXPIRED for fit in found.over)


def fits(facts: Facts) -> dict[str, Fit]:
    """How the policies in force on 22 November 2026 stand."""
    return {fit.policy.id: fit for fit in survey(CORPUS, facts, DAY, about=LASTING).fits}


def test_nobody_is_asked_for_more_than_it_takes() -> None:
    """Of somebody of whom nothing is known the district is asked first, and after at most all lasting facts nothing."""
    told: Facts = {}
    skipped: list[str] = []
    order = []
    while key := next_fact(
        survey(CORPUS, told, DAY, about=LASTING).fits, told, declared=CORPUS.facts, about=LASTING, skipped=skipped
    ):
        order.append(key)
        skipped.append(key)
    assert order[0] == "district"
    assert len(order) == len(set(order)) <= len(LASTING)


@pytest.mark.parametrize("district", ["崂山区", "平度市", "高新区", "西海岸新区"])
def test_a_district_pays_its_own(district: str) -> None:
    """No policy of another district is left over, none of one's own is lost by the district, the city's all stay."""
    found = fits({"district": district})
    for fit in found.values():
        if fit.policy.level == "district":
            assert (fit.verdict is Verdict.UNMET) == (fit.policy.district != district), fit.policy.id
        else:
            assert fit.verdict is not Verdict.UNMET


def test_a_software_firm_of_laoshan() -> None:
    """By the papers: growth of software firms from 20 million on, not below, and nothing for other districts."""
    firm: Facts = {"district": "崂山区", "sector": "软件和互联网", "scale": "规上"}
    assert fits(firm)["q91-55"].deciding == ("turnover",)
    assert fits({**firm, "turnover": 5e8})["q91-55"].verdict is Verdict.MET
    assert fits({**firm, "turnover": 1.9e7})["q91-55"].verdict is Verdict.UNMET
    assert fits({**firm, "sector": "制造业"})["q91-55"].verdict is Verdict.UNMET


def test_a_restatement_stands_aside_for_its_original() -> None:
    """The digest tells of the city's renewal of equipment: one of the two is listed while the city's is in force."""
    west: Facts = {"district": "西海岸新区"}
    assert "q91-1" in fits(west)
    assert "xh49-22" not in fits(west)
    later = survey(CORPUS, west, date(2027, 1, 1), about=LASTING)
    assert "q91-1" in {fit.policy.id for fit in later.over}
