"""A corpus is read whole or not at all: what is wrong is said with file, record and field."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.corpus import read_corpus
from bot.errors import CorpusError
from bot.policies import Rate, Status
from tests.small import FILES, small_corpus, write_files


def complaint(folder: Path, name: str, old: str, new: str) -> str:
    """What is said of the small corpus with one place of one file changed."""
    assert FILES[name].count(old) == 1
    write_files(folder, {**FILES, name: FILES[name].replace(old, new)})
    with pytest.raises(CorpusError) as caught:
        read_corpus(folder)
    return str(caught.value).replace(f"{folder}/", "")


def test_a_folder_becomes_a_corpus() -> None:
    """Policies in the order of their numbers, each with its paper, period, benefits and desks."""
    corpus = small_corpus()
    assert list(corpus.policies) == ["q91-1", "q91-2", "q91-10"]
    first = corpus.policies["q91-1"]
    assert first.benefits == (
        Rate(name="技改补助", percent=12.0, base="设备投资", fact="equipment", cap_year=6_000_000),
    )
    assert corpus.paper(first).number == "青政发〔2024〕11号"
    assert corpus.period(first) == (None, date(2026, 12, 31))
    assert corpus.status(first, date(2026, 12, 31)) is Status.VALID
    assert corpus.status(first, date(2027, 1, 1)) is Status.EXPIRED
    assert corpus.status(corpus.policies["q91-10"], date(2026, 1, 1)) is Status.OPEN
    assert corpus.edition == "试用版"
    assert corpus.hours.morning == ("09:00", "12:00")


def test_a_phone_names_its_units() -> None:
    """Every unit with the number; none for a number nobody has."""
    assert [unit.short for unit in small_corpus().by_phone("85911248")] == ["投资处"]
    assert small_corpus().by_phone("110") == ()


WRONG = {
    "policies/city.toml": [
        ('id = "q91-2"', 'id = "q91-2', "is not valid TOML: Illegal"),
        ('title = "支持首台套"', "", "q91-2: Object missing required field `title`"),
        ('title = "支持首台套"', "title = 3", "q91-2: Expected `str`, got `int` - at `$.title`"),
        ('title = "支持首台套"', 'tilte = "x"', "q91-2: Object contains unknown field `tilte`"),
        ('id = "q91-2"', "", "policy 2: Object missing required field `id`"),
        ('id = "q91-2"', 'id = "q91-1"', "q91-1: stands already in policies/city.toml"),
        ("percent = 12", 'percent = "12%"', "q91-1: Expected `float`, got `str` - at `$.benefits[0].percent`"),
        ('kind = "rate"', 'kind = "gift"', "q91-1: Invalid value 'gift' - at `$.benefits[0].kind`"),
        ("end = 2026-12-31", 'end = "soon"', "city: Invalid RFC3339 encoded date - at `$.end`"),
        ("[papers.city]", "[paper.city]", "Object contains unknown field `paper`"),
    ],
    "policies/district.toml": [
        ("[[policy]]", "[[polciy]]", "Object contains unknown field `polciy`"),
        ("[[policy]]", "[policy]", "Expected `array`, got `object` - at `$.policy`"),
        ('id = "q91-10"', 'id = "q91-1"', "q91-1: stands already in policies/city.toml"),
        ("[papers.laoshan]", "[papers.city]", "city: another file states this paper otherwise"),
        ('paper = "laoshan"', 'paper = "none"', "q91-10: paper: none does not exist"),
        ('paper = "laoshan"', 'paper = "laoshan"\nalso_papers = ["no"]', "q91-10: also_papers: no does not exist"),
        ('related = ["q91-1"]', 'related = ["q91-7"]', "q91-10: related: q91-7 does not exist"),
        ('related = ["q91-1"]', 'restates = ["q91-7"]', "q91-10: restates: q91-7 does not exist"),
        ('unit = "崂山区工信局"', 'unit = "区政府"', "q91-10: contacts: 区政府 does not exist"),
        ('topics = ["技术改造"]', 'topics = ["技改"]', "q91-10: topics: 技改 does not exist"),
    ],
    "departments.toml": [
        ('name = "崂山区工信局"', 'name = "市工信局投资处"', "市工信局投资处: stands twice"),
        ('short = "区工信局"', "short = 1", "崂山区工信局: Expected `str`, got `int` - at `$.short`"),
        ("[hours]", "[hour]", "Object contains unknown field `hour`"),
        ('morning = ["09:00", "12:00"]', 'morning = ["09:00"]', "Expected `array` of length 2"),
    ],
    "topics.toml": [('name = "首台套"', 'name = "技术改造"', "技术改造: stands twice")],
    "lexicon.toml": [
        ("contact = ", "contcat = ", "intents: contcat: must be one of contact, "),
        ('paper = "city"', 'paper = "none"', "collection: paper: none does not exist"),
        ("[stop]", "[stops]", "Object contains unknown field `stops`"),
    ],
    "edition.toml": [("name", "title", "Object contains unknown field `title`")],
}


@pytest.mark.parametrize(("name", "old", "new", "said"), [(name, *row) for name, rows in WRONG.items() for row in rows])
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, name: str, old: str, new: str, said: str) -> None:
    """File, record and field, and what would be right or what is not there."""
    assert complaint(tmp_path, name, old, new).startswith(f"{name}: {said}")


def test_a_file_that_is_missing_or_no_text_is_named(tmp_path: Path) -> None:
    """No policies at all, one table missing, bytes that are no UTF-8."""
    with pytest.raises(CorpusError, match=r"policies: has no policies$"):
        read_corpus(tmp_path)
    write_files(tmp_path)
    (tmp_path / "topics.toml").unlink()
    with pytest.raises(CorpusError, match=r"topics\.toml: cannot be read: No such file"):
        read_corpus(tmp_path)
    (tmp_path / "topics.toml").write_bytes(b"\xff")
    with pytest.raises(CorpusError, match=r"topics\.toml: is not valid TOML"):
        read_corpus(tmp_path)


def test_a_paper_may_stand_in_several_files(tmp_path: Path) -> None:
    """Stated alike it is one paper."""
    head = FILES["policies/city.toml"].partition("[[policy]]")[0]
    write_files(tmp_path, {**FILES, "policies/district.toml": head + FILES["policies/district.toml"]})
    assert list(read_corpus(tmp_path).papers) == ["city", "laoshan"]


def edited(folder: Path, name: str, old: str, new: str) -> str:
    """The version of the small corpus with one place of one file changed."""
    assert FILES[name].count(old) >= 1
    return read_corpus(write_files(folder, {**FILES, name: FILES[name].replace(old, new, 1)})).version


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("policies/city.toml", "12%给", "13%给"),
        ("policies/city.toml", "percent = 12", "percent = 12.5"),
        ("policies/city.toml", "end = 2026-12-31", "end = 2026-12-30"),
        ("policies/city.toml", '"技改", "买设备"', '"买设备", "技改"'),
        ("departments.toml", 'number = "85911248"', 'number = "85911249"'),
        ("departments.toml", '"12:00"', '"11:30"'),
        ("topics.toml", 'words = ["技改"]', 'words = ["技改", "设备"]'),
        ("facts.toml", "设备投了多少？", "投了多少？"),
        ("lexicon.toml", '"天气"', '"天气", "股票"'),
        ("lexicon.toml", 'say = ["机器换人"]', 'say = ["机器换人", "换人"]'),
        ("edition.toml", "试用版", "修订版"),
    ],
)
def test_any_content_changes_the_version(tmp_path: Path, name: str, old: str, new: str) -> None:
    """Whatever an answer could rest on, changed anywhere, is another version."""
    assert edited(tmp_path, name, old, new) != small_corpus().version


@settings(max_examples=30)
@given(st.data())
def test_spelling_does_not_change_the_version(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Blanks and comments of the files are no content."""
    name = data.draw(st.sampled_from(sorted(FILES)))
    lines = FILES[name].split("\n")
    place = data.draw(st.integers(0, len(lines) - 1))
    lines[place] += data.draw(st.sampled_from([" ", " # a remark"]))
    folder = write_files(tmp_path_factory.mktemp("corpus"), {**FILES, name: "\n".join(lines)})
    assert read_corpus(folder).version == small_corpus().version


def test_the_same_content_is_the_same_version(tmp_path: Path) -> None:
    """Where the folder stands, and how its records are parted into files, makes no difference."""
    assert read_corpus(write_files(tmp_path / "a")).version == small_corpus().version
    text = FILES["policies/city.toml"] + FILES["policies/district.toml"]
    write_files(tmp_path / "b", {**FILES, "policies/city.toml": text, "policies/district.toml": ""})
    assert read_corpus(tmp_path / "b").version == small_corpus().version


def test_a_wrong_part_says_where(tmp_path: Path) -> None:
    """Beside the sentence an error has kind, key and field, so that a form can show it in its place."""
    city = FILES["policies/city.toml"].replace("percent = 12", 'percent = "12%"')
    with pytest.raises(CorpusError) as caught:
        read_corpus(write_files(tmp_path, {**FILES, "policies/city.toml": city}))
    assert (caught.value.kind, caught.value.key, caught.value.field) == ("policy", "q91-1", "benefits[0].percent")


def test_a_corpus_cannot_be_changed() -> None:
    """A new one is built beside the old."""
    with pytest.raises(AttributeError):
        small_corpus().version = "x"  # type: ignore[misc]
