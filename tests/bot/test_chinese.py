"""The language: folding, numerals, money, dates, choices from a list, pinyin."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chinese import (
    day,
    day_places,
    days,
    fold,
    items,
    missing_days,
    money,
    numeral,
    ordinal,
    paper_numbers,
    several,
    share,
    spans,
    sums,
    years,
    years_from,
)

# Korean letters that are not joined yet join over a gap, so that a second folding would find another text.
ANYTHING = st.text(st.characters(exclude_characters="".join(map(chr, range(0x1100, 0x1200)))), max_size=60)
SURROGATES = st.text(st.characters(categories=["Cs", "Lo", "Nd", "Po"]), max_size=20)
MONEYLIKE = st.text(st.sampled_from("零〇一二两三五九十百千万亿点个多来几元块w0159.,， "), max_size=30)


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("３０００万", "3000万"),
        ("企業設備補貼", "企业设备补贴"),
        ("技改😀补贴", "技改补贴"),
        ("技改\u200d补贴\ufe0f", "技改补贴"),
        ("“专精特新”，小巨人！", "专精特新小巨人"),
        ("5G+AI Factory", "5gaifactory"),
        ("补１２．５％吗", "补12.5%吗"),
        ("第1.技改", "第1技改"),
        ("..1.2..", "1.2"),
        ("1,200,000元", "1200000元"),
        ("1，200万", "1200万"),
        ("2024,100万", "2024100万"),
        ("①号ﬁle㎡", "1号filem2"),
        ("薴", "苎"),
        ("𠀀技", "𠀀技"),
        ("\ud83d技\ude00", "技"),
        ("😀 。", ""),
        ("", ""),
    ],
)
def test_all_ways_to_type_a_text_fold_to_one(typed: str, folded: str) -> None:
    """Width, script, case, emoji, punctuation and stray halves of characters make no difference."""
    assert fold(typed).text == folded


def test_a_dropped_character_leaves_a_break() -> None:
    """A break stands where something was dropped, except where a comma parts the thousands of a number."""
    assert fold("a-b 技，改。").breaks == {1, 2, 3, 4}
    assert fold("1,200万").breaks == frozenset()
    assert fold("2024,100万").breaks == {4}


@given(ANYTHING | SURROGATES)
def test_folding_twice_is_folding_once(text: str) -> None:
    """Folding never raises, keeps letters, digits, % and decimal points alone, and its result is already folded."""
    folded = fold(text)
    assert all(char.isalnum() or char in "%." for char in folded.text)
    assert fold(folded.text).text == folded.text
    assert all(0 <= place <= len(folded.text) for place in folded.breaks)


def test_every_chinese_character_folds_to_a_folded_one() -> None:
    """No simplified form is itself taken for a traditional one."""
    common = "".join(map(chr, range(0x3400, 0xA000)))
    assert fold(fold(common).text).text == fold(common).text


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("3000万", [30_000_000]),
        ("三千五百万", [35_000_000]),
        ("1.2个亿", [120_000_000]),
        ("1.1亿", [110_000_000]),
        ("4.35亿", [435_000_000]),
        ("三点五亿", [350_000_000]),
        ("50w", [500_000]),
        ("50W块", [500_000]),
        ("5000元", [5000]),
        ("1,200万元", [12_000_000]),
        ("1，200，000元", [1_200_000]),
        ("5000 万元", [50_000_000]),
        ("两百万", [2_000_000]),
        ("一千万", [10_000_000]),
        ("1千万", [10_000_000]),
        ("十五万", [150_000]),
        ("三百多万", [3_000_000]),
        ("3千", [3000]),
        ("0.5万", [5000]),
        ("100rmb", [100]),
        ("1亿5000万", [150_000_000]),
        ("一亿两千万元", [120_000_000]),
        ("壹亿贰仟万元", [120_000_000]),
        ("伍拾万元整", [500_000]),
        ("1万5千", [15_000]),
        ("1亿、5000万", [100_000_000, 50_000_000]),
        ("500万300万", [5_000_000, 3_000_000]),
        ("50万元5000元", [500_000, 5000]),
        ("50万-100万", [500_000, 1_000_000]),
        ("2024 500万", [5_000_000]),
        ("第1、500万的", [5_000_000]),
        ("从三百万到五百万", [3_000_000, 5_000_000]),
    ],
)
def test_sums_are_read_in_all_their_spellings(text: str, yuan: list[float]) -> None:
    """Digits, characters, units of any size and their mixtures give exact yuan."""
    assert [found.yuan for found in sums(fold(text))] == yuan


@pytest.mark.parametrize(
    "text", ["", "500", "2024", "三千", "第一", "几百万", "千万", "百千万", "十一十九万", "五六十万", "9" * 400 + "万"]
)
def test_what_is_no_sum_gives_none(text: str) -> None:
    """A bare number, a vague one and a weird one are no sum."""
    assert sums(fold(text)) == []


def test_a_sum_knows_its_place() -> None:
    """The place is that of the folded text, over both parts of a compound sum."""
    (found,) = sums(fold("投资：1亿 5000万元的"))[:1]
    assert (found.start, found.end, found.yuan) == (2, 4, 100_000_000)
    (found,) = sums(fold("投资1亿5000万元的"))
    assert (found.start, found.end) == (2, 10)


@given(MONEYLIKE | ANYTHING)
def test_no_text_is_too_weird_for_sums(text: str) -> None:
    """Whatever is typed, sums are finite, in order and inside the text, and nothing raises."""
    folded = fold(text)
    end = 0
    for found in sums(folded):
        assert end <= found.start < found.end <= len(folded.text)
        assert 0 <= found.yuan < 1e25
        end = found.end


@given(st.integers(1, 10**10))
def test_money_is_read_back_as_written(yuan: int) -> None:
    """A whole sum up to ten thousand million is written without rounding."""
    assert [found.yuan for found in sums(fold(money(yuan)))] == [yuan]


def test_money_is_written_as_people_write_it() -> None:
    """万元 and 亿元 are used where they leave at most four decimals."""
    written = [money(yuan) for yuan in (6_000_000, 150_000_000, 5000, 12_345, 123_456_789, 0, 0.5, 10_000.5)]
    assert written == ["600万元", "1.5亿元", "5000元", "1.2345万元", "12345.6789万元", "0元", "0.5元", "10000.5元"]


def test_a_share_is_written_without_needless_digits() -> None:
    """12 is 12%, 0.5 is 0.5%."""
    assert [share(percent) for percent in (12, 12.5, 0.5, 100, 0)] == ["12%", "12.5%", "0.5%", "100%", "0%"]


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_a_day_is_read_back_as_written(value: date) -> None:
    """A day of this century survives writing and reading."""
    assert days(day(value)) == [value]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026年12月31日到期吗", [date(2026, 12, 31)]),
        ("2026-1-2和2026/03/04", [date(2026, 1, 2), date(2026, 3, 4)]),
        ("2026.5.6", [date(2026, 5, 6)]),
        ("２０２６年 ７ 月 ８ 日", [date(2026, 7, 8)]),
        ("2026年2月30日", []),
        ("2026年13月1日", []),
        ("12026-1-1", []),
        ("2026年", []),
    ],
)
def test_full_dates_that_exist_are_found(text: str, found: list[date]) -> None:
    """Any usual spelling is read; a date that is in no calendar is none."""
    assert days(text) == found


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("到2026年12月31日吗", [(1, 12)]),
        ("2026-12-31和2026.5.6", [(0, 8), (9, 17)]),
        ("2026年2月", []),
        ("85911248", []),
        ("120261231", []),
        ("9999-12-31", [(0, 8)]),
    ],
)
def test_dates_have_their_places(text: str, places: list[tuple[int, int]]) -> None:
    """A full date is found where it stands in the folded text, which has no strokes."""
    assert day_places(fold(text)) == places


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2025年还能报吗", [2025]),
        ("２０２７", [2027]),
        ("2024-2026年", [2024, 2026]),
        ("平办发〔2023〕21号", [2023]),
        ("营收2024万", []),
        ("20265", []),
        ("85911248", []),
        ("1999年和2050年", [1999, 2050]),
        ("2000", []),
        ("1999", []),
    ],
)
def test_years_are_numbers_that_can_be_nothing_else(text: str, found: list[int]) -> None:
    """A year is neither a part of a longer number nor a sum."""
    assert years(text) == found


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1), ("１", 1), ("一", 1), ("第二个", 2), ("第 3 条", 3), ("②", 2), ("4️⃣", 4), ("看第3条", 3),
        ("看3", 3), ("选5", 5), ("回复 6", 6), ("查看第七个", 7), ("十二", 12), ("二十三", 23), ("1.", 1), ("8、", 8),
        ("第一个吧", 1), ("就第一个", 1), ("那就第二个吧", 2), ("2号", 2), ("0", 0), ("100", 100),
    ],
)  # fmt: skip
def test_a_choice_from_a_list_is_read(text: str, number: int) -> None:
    """A number alone, or with the words that go with choosing, is a choice."""
    assert ordinal(text) == number


@pytest.mark.parametrize("text", [
    "技改", "1月", "2024", "第", "", "😀", "十十", "1个亿", "第1条政策", "5G", "九十十",
    "1、2", "1-3", "1/2", "½", "二三", "三五", "七八个", "-3", "1 2", "1和2", "1.5", "10%",
])  # fmt: skip
def test_other_texts_choose_nothing(text: str) -> None:
    """A number within words, or one that no list has, is no choice."""
    assert ordinal(text) is None


@pytest.mark.parametrize("text", ["1、2", "1-3", "1/2", "½", "二三", "七八个", "-3", "第1条和第3条", "1 2 3"])
def test_several_numbers_at_once(text: str) -> None:
    """They are no choice, and still are about a list."""
    assert several(text)


@pytest.mark.parametrize("text", ["1", "第二个", "12", "2024", "10%", "技改", "", "1月2日", "85911248"])
def test_what_is_not_several_numbers(text: str) -> None:
    """A choice, a year, a share and words are not."""
    assert not several(text)


def test_days_that_no_calendar_has() -> None:
    """With a year and without; the 29th of February exists where no year denies it."""
    assert missing_days("2026年2月30日还能报吗") == ["2026年2月30日"]
    assert missing_days("2月30号和13月1日") == ["2月30日", "13月1日"]
    assert missing_days("2月29日, 2024-2-29, 2026/12/31, 1.5亿") == []
    assert missing_days("2026-2-29") == ["2026年2月29日"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("明年还能报吗", [2027]), ("后年", [2028]), ("大后年", [2029]), ("去年", [2025]), ("前年呢", [2024]),
        ("大前年", [2023]), ("明年后年", [2027, 2028]), ("说明年限", []), ("过去年度", []), ("以前年度", []),
        ("三年后年产", []), ("今后年度", []), ("技改", []),
    ],
)  # fmt: skip
def test_years_told_from_this_one(text: str, found: list[int]) -> None:
    """明年 and its like, not the same characters within other words."""
    assert years_from(text, 2026) == found


@given(st.integers(0, 999))
def test_every_number_of_a_list_can_be_chosen(number: int) -> None:
    """A list's number chooses however wide it is typed."""
    assert ordinal(str(number)) == ordinal(f"第{number}条") == number


@given(st.text(st.sampled_from("第选看回复零一二两三九十百个条的12９ "), max_size=10) | ANYTHING)
def test_no_text_is_too_weird_for_a_choice(text: str) -> None:
    """A choice is a small number or none; nothing raises."""
    chosen = ordinal(text)
    assert chosen is None or 0 <= chosen <= 999


@given(st.text(st.sampled_from("零〇一二两三四五六七八九十百千点"), min_size=1, max_size=20))
def test_no_numeral_is_too_weird(text: str) -> None:
    """A run of numeral characters says a number or nothing; it never raises."""
    said = numeral(text)
    assert said is None or said >= 0


def test_items_are_read_in_digits_and_characters() -> None:
    """第37条 and 第三十七条 name an item; 第三方 does not."""
    assert items("汇编第37条和第三十七条还有第5") == [37, 37, 5]
    assert items("第三方") == items("第2024号") == items("第十十条") == []


def test_a_papers_number_is_known_in_the_ways_it_is_typed() -> None:
    """With and without 字, 年, 第 and 号, always folded."""
    names = set(paper_numbers("青政办字〔2022〕51号"))
    assert {"青政办字202251号", "青政办202251", "青政办字2022年51号", "青政办字2022年第51号", "2022年51号文"} <= names
    assert all(fold(name).text == name for name in names)
    assert list(paper_numbers("")) == list(paper_numbers("无号")) == []


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026年上半年到期的", date(2026, 1, 1), date(2026, 6, 30)),
        ("今年下半年", date(2026, 7, 1), date(2026, 12, 31)),
        ("明年第一季度", date(2027, 1, 1), date(2027, 3, 31)),
        ("去年4季度", date(2025, 10, 1), date(2025, 12, 31)),
        ("今年12月到期", date(2026, 12, 1), date(2026, 12, 31)),
        ("2028年二月份", date(2028, 2, 1), date(2028, 2, 29)),
        ("2025年到期的有哪些", date(2025, 1, 1), date(2025, 12, 31)),
    ],
)
def test_a_part_of_a_year(text: str, first: date, last: date) -> None:
    """Halves, quarters, months and years become their first and last day."""
    assert spans(text, 2026) == [(first, last)]


@pytest.mark.parametrize("text", ["2026年4月10日", "13月", "年底", "三年", "营收2026万元"])
def test_no_part_of_a_year(text: str) -> None:
    """A day, a month that there is not, and words near a year name no part of one."""
    assert spans(text, 2026) == []


@pytest.mark.parametrize("text", ["尾水也一块弄了", "两块内容", "几块业务一块问"])
def test_a_piece_is_no_yuan(text: str) -> None:
    """块 behind a single numeral counts pieces, or says together, unless 钱 follows."""
    assert sums(fold(text)) == []
    assert [figure.yuan for figure in sums(fold("三块钱、5块、两千块"))] == [3.0, 5.0, 2000.0]
