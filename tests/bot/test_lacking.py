"""What a named district has nothing of."""

from datetime import date

from bot.lacking import Lack, lacking
from bot.ranking import find
from tests.corpus import the_corpus

TODAY = date(2026, 11, 26)


def of(text: str) -> Lack | None:
    """What the question names in vain."""
    corpus = the_corpus()
    return lacking(find(text, corpus, TODAY), corpus, lambda words: find(words, corpus, TODAY))


def test_a_relatives_word_is_not_the_districts_own() -> None:
    """Laoshan's policy on the industrial internet is only related to one of the little giants: it has none."""
    lack = of("崂山小巨人奖多少")
    assert lack is not None
    assert (lack.district, lack.matter, lack.words) == ("崂山区", "小巨人", "小巨人奖多少")
    assert lack.ids[0] == "q91-69"
    assert "q91-62" not in lack.ids


def test_what_only_the_city_has() -> None:
    """Nothing of Pingdu is found for vouchers of computing power; the city's are."""
    lack = of("平度算力券")
    assert lack is not None
    assert lack.ids[0] == "q91-18"


def test_a_district_that_has_it_lacks_nothing() -> None:
    """Also where it is called by a name that another policy's words hold."""
    texts = (
        "平度小巨人奖多少",
        "平度技改",
        "西海岸算力券",
        "平渡的小厂刚上了规模给奖力不",
        "崂山区有哪些政策",
        "小巨人",
    )
    assert [text for text in texts if of(text)] == []
