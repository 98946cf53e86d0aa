"""Papers, days, units and phones, in the spellings of offices."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chinese import day
from bot.importers.fields import Unclear, desks_of, number_of, opening_papers, papers_of, period_of, units_of
from bot.importers.reading import Desk
from tests.bot.importers.samples import the_shape

SHAPE = the_shape()
ONE, TWO, THREE = "11111111", "22222222", "33333333"


def desks(text: str) -> list[tuple[str, str]]:
    """Units with phones."""
    return [(desk.unit, desk.phone) for desk in desks_of(text, SHAPE)]


def unclear(code: str, text: str) -> None:
    """Assert that desks, or days, are not guessed at."""
    read = period_of if code.startswith(("validity", "no_such")) else desks_of
    with pytest.raises(Unclear) as caught:
        read(text, SHAPE)
    assert caught.value.code == code


@pytest.mark.parametrize("text", ["7", "7.0", "第7条", "7.", "７", " 7 、", "第 7 条"])
def test_numbers_of_items(text: str) -> None:
    """As tables write them."""
    assert number_of(text, SHAPE) == 7


@pytest.mark.parametrize("text", ["", "0", "七", "7a", "7.5", "-7", "77777"])
def test_what_is_no_number(text: str) -> None:
    """It is not guessed at."""
    with pytest.raises(Unclear, match="number_unreadable"):
        number_of(text, SHAPE)


@pytest.mark.parametrize(
    ("text", "title", "number"),
    [
        ("关于印发某市若干措施的通知（某政发〔2024〕11号）", "某市若干措施", "某政发〔2024〕11号"),
        ("关于印发《某市若干措施》的通知(某政发[2024]11号)", "某市若干措施", "某政发〔2024〕11号"),
        ("某市政府办公厅关于印发《某市若干措施的通知》（某政发【2024】11 号）", "某市若干措施", "某政发〔2024〕11号"),
        ("某委某府印发《关于发展的意见》的通知（某发〔2023〕2号）", "关于发展的意见", "某发〔2023〕2号"),
        ("关于发展的实施方案（某发〔2023〕第2号）", "关于发展的实施方案", "某发〔2023〕2号"),
        ("《〈某方案（2025-2027年）〉的通知（某办字〔2025〕13）》", "某方案（2025-2027年）", "某办字〔2025〕13号"),
        ("某园区（某园）发展若干政策", "某园区（某园）发展若干政策", ""),
        ("某办关于明确流程的通知", "某办关于明确流程的通知", ""),
        ("关于印发某市\n若干措施\n的通知（某政发\n〔2024〕11号）", "某市若干措施", "某政发〔2024〕11号"),
    ],
)
def test_a_paper_is_told_from_its_notice(text: str, title: str, number: str) -> None:
    """The title is the paper's own, the number has one spelling."""
    (paper,) = papers_of(text, SHAPE)
    assert (paper.title, paper.number) == (title, number)


def test_the_years_of_a_title_are_no_validity() -> None:
    """They are kept as the period they are."""
    (paper,) = papers_of("某行动计划（2024-2028年）（某字〔2024〕1号）", SHAPE)
    assert (paper.title, paper.number, paper.period) == ("某行动计划（2024-2028年）", "某字〔2024〕1号", "2024—2028年")


def test_several_papers_in_one_cell() -> None:
    """Each in its brackets, with its number."""
    found = papers_of("《甲办法（甲发〔2023〕1号）》《乙办法（乙发〔2024〕2号）》", SHAPE)
    assert [(paper.title, paper.number) for paper in found] == [
        ("甲办法", "甲发〔2023〕1号"),
        ("乙办法", "乙发〔2024〕2号"),
    ]


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("按照某局《甲办法（甲发〔2023〕1号）》和某局、某委《乙办法》，给予10万元，见《丙》", ["甲办法", "乙办法"]),
        ("按照《关于印发〈甲，乙办法〉的通知》，给予", ["甲，乙办法"]),
        ("按照有关规定给予，见《丙》", []),
        ("支持发展。见《丙》", []),
    ],
)
def test_what_an_item_begins_with(text: str, titles: list[str]) -> None:
    """The papers before the first comma outside of brackets are what it rests on."""
    assert [paper.title for paper in opening_papers(text, SHAPE)] == titles


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("至2026年12月31日", None, date(2026, 12, 31)),
        ("截至 2026年12月31日止", None, date(2026, 12, 31)),
        ("有效期至2026.12.31", None, date(2026, 12, 31)),
        ("至\n2026年12月31\n日", None, date(2026, 12, 31)),
        ("自2023年1月1日起施行", date(2023, 1, 1), None),
        ("2023-01-01起实施", date(2023, 1, 1), None),
        ("自2023年1月1日起施行，有效期至2025年12月31日", date(2023, 1, 1), date(2025, 12, 31)),
        ("2023年1月1日—2025年12月31日", date(2023, 1, 1), date(2025, 12, 31)),
        ("", None, None),
        ("长期有效", None, None),
    ],
)
def test_validity(text: str, start: date | None, end: date | None) -> None:
    """A last day, a first day, both or none."""
    period = period_of(text, SHAPE)
    assert (period.text, period.start, period.end) == (text, start, end)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("validity_ambiguous", "2026年12月31日"),
        ("validity_unreadable", "三年"),
        ("validity_unreadable", "至2026年底"),
        ("validity_unreadable", "至2026年12月31日或2027年12月31日"),
        ("validity_backwards", "自2026年1月1日至2025年1月1日"),
        ("no_such_day", "至2026年2月30日"),
        ("no_such_day", "至2026年13月1日"),
    ],
)
def test_validity_is_never_guessed(code: str, text: str) -> None:
    """A day that might be the first or the last is asked about."""
    unclear(code, text)


@given(st.dates(date(1990, 1, 1), date(2099, 12, 31)))
def test_every_day_is_read_as_it_is(value: date) -> None:
    """The day of a validity is the day that stands there."""
    assert period_of(f"至{day(value)}", SHAPE).end == value
    assert period_of(f"自{day(value)}起施行", SHAPE).start == value


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"市工信局 科技处 {ONE}", [("市工信局科技处", ONE)]),
        (f"市工信局科技处{ONE}", [("市工信局科技处", ONE)]),
        (f"市工信局\n科技处\n{ONE}", [("市工信局科技处", ONE)]),
        (f"市工信局科技处、装备处、原材料处 {ONE}、{TWO}、{THREE}",
         [("市工信局科技处", ONE), ("市工信局装备处", TWO), ("市工信局原材料处", THREE)]),
        (f"高新区经发部工信办（一室） {ONE} 高新区经发部能源办公室 {TWO}",
         [("高新区经发部工信办（一室）", ONE), ("高新区经发部能源办公室", TWO)]),
        (f"市工信局科技处 {ONE}、{TWO}", [("市工信局科技处", ONE), ("市工信局科技处", TWO)]),
        (f"市工信局科技处 联系电话：0532-{ONE}", [("市工信局科技处", ONE)]),
        (f"市工信局科技处 0532{ONE}\n市财政局 13812345678", [("市工信局科技处", ONE), ("市财政局", "13812345678")]),
        (f"市工信局科技处 {ONE}\n市财政局", [("市工信局科技处", ONE), ("市财政局", "")]),
        ("市委组织部 市财政局", [("市委组织部", ""), ("市财政局", "")]),
        ("市委组织部、市科协", [("市委组织部", ""), ("市科协", "")]),
    ],
)  # fmt: skip
def test_desks(text: str, found: list[tuple[str, str]]) -> None:
    """Each unit goes with its own phone, each part with its body."""
    assert desks(text) == found


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("phone_unreadable", "市工信局科技处 8591124"),
        ("phone_unreadable", "市工信局科技处 859112488"),
        ("phone_without_unit", f"{ONE} 市工信局"),
        ("phones_do_not_pair", f"市财政局、市工信局 {ONE}"),
        ("phones_do_not_pair", f"市财政局、市工信局 {ONE}、{TWO}、{THREE}"),
        ("units_missing", "、"),
        ("unit_unreadable", f"市工信局 {ONE}-8001"),
    ],
)
def test_desks_are_never_guessed(code: str, text: str) -> None:
    """No phone is given to a unit that might not be its own."""
    unclear(code, text)


def test_a_list_in_brackets() -> None:
    """Units without phones, each once, a part not made of a body that it says itself."""
    assert units_of("区工信局、区工商联、开发区税务局、区工信局", SHAPE) == ["区工信局", "区工商联", "开发区税务局"]
    assert desks_of("市财政局", SHAPE) == (Desk(unit="市财政局"),)
