"""Facts read from a follower's words."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chinese import denied, fold
from bot.person import Facts
from bot.reckoning.facts import LONGEST, Told, read_facts
from bot.reckoning.figures import read_figures, sign
from tests.corpus import the_corpus

VOCABULARY = the_corpus().facts
EVERY = tuple(VOCABULARY.values())
RENEWAL = ("equipment", "upper_award", "major", "district", "scale")
REVENUE = ("growth", "growth_rate", "turnover", "last_turnover")
PIECES = [
    "设备", "营收", "去年", "今年", "增速", "3000万", "负5万", "百分之三十", "国家级", "崂山", "，", "不是", "2026年",
    "吨", "0", "%",
]  # fmt: skip


def read(text: str, *keys: str, asked: str = "", only: str = "") -> Told:
    """What a text tells of these facts."""
    return read_facts(text, [VOCABULARY[key] for key in keys], asked=asked, only=only)


def test_what_is_spent_on_something_else_is_no_turnover() -> None:
    """A sum right beside the word of a fact nobody wants is not last year's turnover, nor what it grew by."""
    found = read_facts("去年收入6200万，研发780万", [VOCABULARY[key] for key in REVENUE], others=EVERY)
    assert found.facts == {"turnover": 6.2e7}


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("我设备去年就买了900万", {"equipment": 9e6}),
        ("技改去年花了两千万", {"equipment": 2e7}),
        ("去年6200万", {"last_turnover": 6.2e7}),
    ],
)
def test_a_word_that_says_when_gives_way_to_one_that_says_what(text: str, facts: Facts) -> None:
    """去年 beside a sum makes it last year's turnover only where nothing says what it was spent on."""
    assert read(text, "equipment", "turnover", "last_turnover").facts == facts


@pytest.mark.parametrize(
    ("text", "keys", "facts"),
    [
        ("设备投了3000万技改能补多少", RENEWAL, {"equipment": 3e7}),
        ("3000万的设备", RENEWAL, {"equipment": 3e7}),
        ("平度，上级技改补助两百万整", RENEWAL, {"upper_award": 2e6, "district": "平度市"}),
        ("厂子在平度，规上，换机器花了四百来万", RENEWAL, {"equipment": 4e6, "district": "平度市", "scale": "规上"}),
        ("设备合计6200万元（非重大技改）", RENEWAL, {"equipment": 6.2e7, "major": "否"}),
        ("国产替代的重大技改，设备1.2亿", RENEWAL, {"equipment": 1.2e8, "major": "是"}),
        ("技改投了3千万，其中进口设备1000万", RENEWAL, {"equipment": 3e7}),
        ("营收5个亿", REVENUE, {"turnover": 5e8}),
        ("增速25%", REVENUE, {"growth_rate": 25.0}),
        ("比去年多了3个亿", REVENUE, {"growth": 3e8}),
        ("研发花了1000万", ("rd_cost",), {"rd_cost": 1e7}),
        ("连片300亩，总投资400万", ("project_investment", "mu"), {"mu": 300.0, "project_investment": 4e6}),
        ("20吨鱿鱼", ("squid_tons", "tuna_tons", "other_tons"), {"squid_tons": 20.0}),
        ("新建2条远洋鱿鱼钓船", ("squid_tons", "tuna_tons", "other_tons"), {}),
        ("挖了3个鱼塘", ("mu",), {}),
        ("造2条养殖工船", ("tonnage",), {}),
        ("36个双一流毕业生", ("persons",), {"persons": 36.0}),
        ("三个品种", ("products",), {"products": 3.0}),
        ("省级的", ("level",), {"level": "省级"}),
        ("第一次评上", ("turn",), {"turn": "首次"}),
        ("崂山的", ("district",), {"district": "崂山区"}),
        ("不是海岛上的", ("island",), {"island": "非海岛类"}),
        ("一类新药拿到了注册证", ("clinical_stage",), {"clinical_stage": "完成III期临床试验且取得药品注册证书"}),
        ("一类新药还没拿到注册证", ("clinical_stage",), {}),
        ("完成II期临床", ("clinical_stage",), {"clinical_stage": "完成II期临床试验"}),
    ],
)
def test_what_is_told(text: str, keys: tuple[str, ...], facts: Facts) -> None:
    """Each figure goes to the fact whose word stands by it, each word to its value."""
    found = read(text, *keys)
    assert (found.facts, found.odd) == (facts, ())


def test_this_year_and_the_last() -> None:
    """Two years beside each other tell how much it grew, as a sum and in percent."""
    found = read("1-11月营收去年12亿，今年15亿", *REVENUE)
    assert found.facts == {"turnover": 1.5e9, "last_turnover": 1.2e9, "growth": 3e8, "growth_rate": 25.0}


def test_a_bare_figure_answers_what_was_asked() -> None:
    """And nothing else: unasked it is nobody's, unless the matter has one sum only."""
    assert read("3000万", *RENEWAL, asked="equipment").facts == {"equipment": 3e7}
    assert read("3000万", *RENEWAL, asked="equipment").whole
    assert read("3000万", *RENEWAL).facts == {}
    assert read("那要是3000万呢", *RENEWAL, only="equipment").facts == {"equipment": 3e7}
    assert read("8", "growth_rate", asked="growth_rate").facts == {"growth_rate": 8.0}
    assert read("3", "products", asked="products").facts == {"products": 3.0}


def test_a_bare_yes_or_no_answers_what_was_asked() -> None:
    """Of a question of yes and no, and of a sum that may be none."""
    assert read("是的", "major", asked="major").facts == {"major": "是"}
    assert read("不是", "major", asked="major").facts == {"major": "否"}
    assert read("没有", "received", asked="received").facts == {"received": 0.0}
    assert read("没有", "equipment", asked="equipment").facts == {}
    assert read("是的", "major").facts == {}


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("设备买了两千万", "equipment"),
        ("两千万的设备", "equipment"),
        ("研发花了300万", "rd_cost"),
        ("厂房花了两千万", "fixed_assets"),
        ("两千万", ""),
        ("大概做了两千万", ""),
    ],
)
def test_a_figure_of_another_fact(text: str, other: str) -> None:
    """What is told of another fact is no answer to the question that was asked, which then is asked again."""
    found = read_facts(text, [VOCABULARY["turnover"]], asked="turnover", others=EVERY)
    assert found.others == ((other,) if other else ())
    assert [odd.kind for odd in found.odd] == (["other"] if other else [])
    assert ("turnover" in found.facts) is not bool(other)


@pytest.mark.parametrize(
    ("text", "asked", "kind"),
    [
        ("设备投了-3000万", "", "negative"),
        ("设备投了0万", "", "zero"),
        ("设备投了90万亿", "", "absurd"),
        ("设备投了200-300万", "", "range"),
        ("设备3000万，设备5000万", "", "contradiction"),
        ("设备投了3000，能补多少", "", "bare"),
        ("3000", "equipment", "bare"),
    ],
)
def test_what_cannot_be_reckoned_with_is_no_fact(text: str, asked: str, kind: str) -> None:
    """It is given back with what is wrong, to be asked about."""
    found = read(text, *RENEWAL, asked=asked)
    assert "equipment" not in found.facts
    assert [(odd.fact, odd.kind) for odd in found.odd] == [("equipment", kind)]


def test_a_turnover_may_shrink_and_a_share_may_not() -> None:
    """A negative rate of growth is a fact; a share below nothing is none, be it asked for or not."""
    assert read("-3%", "growth_rate", asked="growth_rate").facts == {"growth_rate": -3.0}
    for text, asked in (("-3", "rd_share"), ("研发占比-3%", "")):
        found = read(text, "rd_share", "growth_rate", asked=asked)
        assert found.facts == {}
        assert ("rd_share", "negative") in [(odd.fact, odd.kind) for odd in found.odd]


def test_figures_that_do_not_agree() -> None:
    """A rate that is not what two years make is a contradiction."""
    found = read("营收去年12亿，今年15亿，增速10%", *REVENUE)
    assert [(odd.fact, odd.kind) for odd in found.odd] == [("growth_rate", "contradiction")]
    assert "growth_rate" not in found.facts


def test_two_values_of_a_choice_are_none() -> None:
    """国家级 and 省级 in one breath tell no level; where it was asked for that is said."""
    assert read("国家级和省级", "level").facts == {}
    assert [odd.kind for odd in read("国家级和省级", "level", asked="level").odd] == ["contradiction"]


def test_what_the_rules_say_is_not_told_of_oneself() -> None:
    """Caps and shares that people repeat are no figures of theirs."""
    assert read("技改最高600万，按12%算", *RENEWAL, only="equipment").facts == {}


@pytest.mark.parametrize(
    "text",
    [
        "注册资本5000万，技改能补多少",
        "技改贷款2000万能补多少",
        "政府给了我们1000万补贴，技改还能补多少",
        "去年利润800万，技改补多少",
    ],
)
def test_sums_of_another_kind_are_no_base(text: str) -> None:
    """Capital, loans, profits and what somebody was given are nobody's investment."""
    assert "equipment" not in read(text, *RENEWAL, only="equipment").facts


def test_whether_anything_else_is_said() -> None:
    """An answer is hardly more than its facts; a new question is."""
    assert read("3000万，平度的", *RENEWAL, asked="equipment").whole
    assert not read("首台套认定找哪个处，电话多少，平度有没有", *RENEWAL, asked="equipment").whole


@given(text=st.one_of(st.text(max_size=400), st.lists(st.sampled_from(PIECES), max_size=40).map("".join)))
def test_no_figure_is_invented(text: str) -> None:
    """Every figure told stands in the text, or is the difference of two that do; choices are among the options."""
    found = read_facts(text, EVERY)
    written = {abs(figure.value) for figure in read_figures(fold(sign(text[:LONGEST])))}
    for key, value in found.facts.items():
        fact = VOCABULARY[key]
        if isinstance(value, str):
            assert value in {"是", "否"} if fact.kind == "yes" else {option.name for option in fact.options}
        elif not fact.grows:
            assert abs(value) in written
            assert value > 0 or fact.kind == "percent"
        assert key not in {odd.fact for odd in found.odd}


@given(text=st.text(max_size=100), key=st.sampled_from(sorted(VOCABULARY)))
def test_any_answer_to_any_question_is_read(text: str, key: str) -> None:
    """Whatever is answered, reading comes to an end with a value of the right kind or none."""
    value = read_facts(text, [VOCABULARY[key]], asked=key).facts.get(key)
    assert value is None or isinstance(value, str) == (VOCABULARY[key].kind in ("choice", "yes"))


def test_long_texts_are_read_in_time() -> None:
    """The longest message with every word and hundreds of figures takes a few hundredths of a second."""
    text = "设备投资3000万营收5亿国家级崂山增速25%鱿鱼500吨，" * 60
    began = time.thread_time()  # of the processor: what else the machine does is not counted
    read_facts(text, EVERY)
    assert time.thread_time() - began < 1.0


def test_what_is_denied_is_no() -> None:
    """未入…信息库 says no although the words of yes stand in it; a turn of the sentence ends the denial."""
    assert read("未入全国科技型中小企业信息库", "tech_sme").facts == {"tech_sme": "否"}
    assert read("没入统但已入库", "tech_sme").facts == {"tech_sme": "是"}


@pytest.mark.parametrize(
    "text",
    [
        "三类证还没拿到，正在临床",
        "还没取得注册证书，二类器械",
        "三类器械注册证没下来能补多少",
        "没有药品注册证书的新药",
    ],
)
def test_a_certificate_that_is_not_there_yet(text: str) -> None:
    """Whichever it is to be, nobody has it."""
    assert read(text, "certificate").facts == {"certificate": "还没有取得"}


def test_half_of_a_choice_is_not_all_of_it() -> None:
    """Phase III without the certificate is no step that gives money; phase II is not touched by it."""
    assert read("三期做完了注册证还没拿到", "clinical_stage").facts == {}
    assert read("二期做完了，药品注册证书还没拿到", "clinical_stage").facts == {"clinical_stage": "完成II期临床试验"}
    assert read("三期做完了，注册证书也拿到了", "clinical_stage").facts == {
        "clinical_stage": "完成III期临床试验且取得药品注册证书"
    }


def test_money_that_did_not_come_denies_no_project() -> None:
    """What is lacking is what the verb is about: in 还没拿到钱 the money, in 高企还没评上 the title."""
    assert read("认定了国家级绿色工厂，钱还没拿到", "level").facts == {"level": "国家级"}
    assert read("国家级没评上，评上了省级", "level").facts == {"level": "省级"}


def test_the_step_of_before_and_the_step_of_now() -> None:
    """Of two levels the one told with what was paid before is not theirs now."""
    told = read("先拿过省级名园30万，今年新认定国家级", "level", "received")
    assert told.facts == {"level": "国家级", "received": 3e5}


def test_a_unit_alone_tells_only_where_one_fact_has_it() -> None:
    """A ton of nothing named is no squid, unless squid is all that is counted in tons."""
    assert read("200吨", "squid_tons", "other_tons").facts == {}
    assert read("200吨", "squid_tons").facts == {"squid_tons": 200.0}
    assert read("三个月内完成", "products").facts == {}


def test_each_of_several() -> None:
    """A price for one is multiplied where they are counted, and asked about where they are not."""
    assert read("6个产品，认证费每个12万", "cert_fee", "products").facts == {"cert_fee": 7.2e5, "products": 6.0}
    assert [odd.kind for odd in read("认证费每个12万", "cert_fee").odd] == ["each"]


def test_the_unit_of_what_was_asked_for() -> None:
    """300吨 answers how many tons of squid, although other fish is counted in tons too."""
    assert read("300吨", "squid_tons", "other_tons", asked="squid_tons").facts == {"squid_tons": 300.0}
    assert read("三百吨", "squid_tons", "other_tons", asked="squid_tons").facts == {"squid_tons": 300.0}


def test_what_is_joined_is_denied_together() -> None:
    """都没拿到 denies all that stands joined before it; without 都 the last alone."""
    both = fold("临床批件和注册证都没拿到")
    assert {0, both.text.index("注册证")} <= denied(both)
    last = fold("批件拿到了和注册证还没拿到")
    assert 0 not in denied(last)
    assert read("临床批件和注册证都没拿到", "clinical_stage").facts == {}
