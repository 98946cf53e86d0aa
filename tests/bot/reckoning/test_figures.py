"""Figures as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chinese import fold
from bot.reckoning.figures import MOST, giver, is_limit, read_figures, says_yes, shares_in, sign, year_of


def read(text: str) -> list[tuple[float, str, str]]:
    """The figures of a text: value, the first character of the unit or its name, flaw."""
    found = read_figures(fold(sign(text)))
    return [(f.value, f.unit if f.unit in ("yuan", "percent") else f.unit[:1], f.flaw) for f in found]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3000万", 3e7),
        ("三千万", 3e7),
        ("3千多万", 3e7 + 0.01),
        ("四百来万", 4e6),
        ("50w", 5e5),
        ("1.2个亿", 1.2e8),
        ("1个多亿", 1e8 + 0.01),
        ("25个亿", 2.5e9),
        ("1亿5000万", 1.5e8),
        ("3,000,000元", 3e6),
        ("兩千五百萬", 2.5e7),
        ("１２０万", 1.2e6),
        ("90万亿", 9e13),
        ("3百亿", 3e10),
        ("5百元", 500),
    ],
)
def test_sums(text: str, value: float) -> None:
    """However a sum is typed it is one, in yuan."""
    assert read(text) == [(value, "yuan", "")]


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("500吨鱿鱼", 500, "吨"),
        ("八千吨", 8000, "吨"),
        ("3万亩", 30000, "亩"),
        ("三百亩", 300, "亩"),
        ("三个品种", 3, "个"),
        ("五大项", 5, "大"),
        ("3万立方米", 30000, "立"),
        ("20人", 20, "人"),
    ],
)
def test_counts(text: str, value: float, unit: str) -> None:
    """A number with a unit is no money, however large."""
    assert read(text) == [(value, unit, "")]


def test_a_place_is_no_unit() -> None:
    """3亿 before 平度 is money: its first character measures no land."""
    assert read("登记量3亿，平度") == [(3e8, "yuan", "")]


@pytest.mark.parametrize(("text", "value"), [("增速25%", 25), ("百分之二十", 20), ("涨了三成", 30)])
def test_shares(text: str, value: float) -> None:
    """Shares are in percent, in whatever spelling."""
    assert read(text) == [(value, "percent", "")]


@pytest.mark.parametrize(
    ("text", "flaws"),
    [
        ("投了-3000万", ["negative"]),
        ("负3000万", ["negative"]),
        ("200-300万", ["range", "range"]),
        ("200万～300万", ["range", "range"]),
        ("2亿到3亿", ["range", "range"]),
        ("两三百万", ["range"]),
        ("七八十万", ["range"]),
        ("从4亿涨到6亿", ["", ""]),
    ],
)
def test_what_cannot_be_reckoned_with(text: str, flaws: list[str]) -> None:
    """Below nothing and between two figures is said of the figure; a rise from one to another is two."""
    assert [flaw for _, _, flaw in read(text)] == flaws


def test_more_than_a_figure() -> None:
    """超过50亿 is not 50亿: it reaches a step that begins above."""
    assert read("营收首超50亿") == [(5_000_000_000.01, "yuan", "")]
    assert read("突破5亿") == [(500_000_000.01, "yuan", "")]
    assert read("以前拿过50万") == [(500_000, "yuan", "")]
    assert read("营收50亿") == [(5e9, "yuan", "")]


@pytest.mark.parametrize(("text", "last", "this"), [("去年4亿今年6亿", 4e8, 6e8), ("从4亿涨到6亿", 4e8, 6e8)])
def test_of_which_year(text: str, last: float, this: float) -> None:
    """Last year's figure and this year's are told apart."""
    folded = fold(sign(text))
    assert {year_of(folded, f): f.value for f in read_figures(folded)} == {-1: last, 0: this}


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("最高600万", [True]),
        ("按12%算", [True]),
        ("再给25%", [True]),
        ("一亩最多给多少", [True]),
        ("增速25%", [False]),
        ("设备投了600万", [False]),
    ],
)
def test_rules_that_people_repeat(text: str, limits: list[bool]) -> None:
    """A cap, a share of the rule and the unit it counts by are no facts of theirs."""
    folded = fold(sign(text))
    assert [is_limit(folded, figure) for figure in read_figures(folded)] == limits


def test_yes_and_no() -> None:
    """A whole message says yes, no, or neither."""
    assert [says_yes(text) for text in ("是的", "对", "没有", "没拿过呢", "是不是", "3000万")] == [
        True,
        True,
        False,
        False,
        None,
        None,
    ]


@given(
    text=st.text(
        alphabet="0123456789.,万亿千百十一二三四五六七八九两零多来几个元%负至-~吨亩人去今年超过 ", max_size=300
    )
)
def test_reading_is_bounded_and_never_fails(text: str) -> None:
    """Whatever is typed, figures are few, in order, and none lies over another."""
    folded = fold(sign(text))
    found = read_figures(folded)
    assert len(found) <= MOST
    ends = [0]
    for figure in found:
        assert ends[-1] <= figure.start < figure.end <= len(folded.text)
        ends.append(figure.end)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("分别是8万、15万和22万", (8e4, 1.5e5, 2.2e5)),
        ("分别花了8万，15万", (8e4, 1.5e5)),
        ("8、15、22万", (8e4, 1.5e5, 2.2e5)),
        ("8万还给了15万", ()),
        ("花了8万，15万", ()),
    ],
)
def test_a_list_of_sums_is_their_total(text: str, parts: tuple[float, ...]) -> None:
    """Sums joined into a list are one figure that keeps its parts; a mere comma joins only what is said severally."""
    found = read_figures(fold(sign(text)))
    assert found[0].parts == parts
    assert found[0].value == (sum(parts) or 8e4)


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("300万美元", "foreign"),
        ("$300万", "foreign"),
        ("每月20万", "part"),
        ("不到500万", "short"),
        ("三千万人民币", ""),
        ("每年20万", ""),
    ],
)
def test_sums_that_are_no_yuan_of_a_whole(text: str, flaw: str) -> None:
    """Other money, a part of the year and what is only less than a sum are told apart."""
    assert [figure.flaw for figure in read_figures(fold(sign(text)))] == [flaw]


@pytest.mark.parametrize(
    ("text", "value"), [("2150万,条件符合", 2.15e7), ("1亿2能补", 1.2e8), ("3万5", 3.5e4), ("1亿2年", 1e8)]
)
def test_where_a_sum_ends(text: str, value: float) -> None:
    """A mark parts a sum from the word behind it, and a digit behind a scale is its tenth where it counts nothing."""
    assert read_figures(fold(sign(text)))[0].value == value


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("市里技改奖已经批给我420万", "upper"),
        ("上级补了60万", "upper"),
        ("高管团队已领60万", "before"),
        ("之前拿过5亿那档30万", "before"),
        ("去年获得认定后设备投了300万", ""),
        ("以前没拿过，设备投了300万", ""),
    ],
)
def test_who_gave_a_sum(text: str, who: str) -> None:
    """The city, somebody before, or nobody: then it is what they spent."""
    folded = fold(sign(text))
    assert giver(folded, read_figures(folded)[-1]) == who


@pytest.mark.parametrize(
    ("text", "shares"), [("按20%补", {20}), ("增长20%", set()), ("同比涨了两成", set()), ("增速30%，补20%", {20})]
)
def test_a_growth_is_no_share(text: str, shares: set[float]) -> None:
    """What grew by so much is not given as so much."""
    assert shares_in(fold(text)) == shares
