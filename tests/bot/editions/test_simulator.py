"""What a change of words does to real questions: won, lost, stolen, or nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from bot.corpus import Corpus, read_corpus
from bot.editions.simulator import LOST, STOLEN, WON, Asked, simulate
from tests.small import CITY, FILES, small_corpus, write_files

DAY = date(2026, 11, 22)


def changed(folder: Path, old: str, new: str) -> Corpus:
    """The small corpus with one place of the city's file changed."""
    assert CITY.count(old) == 1
    return read_corpus(write_files(folder, {**FILES, "policies/city.toml": CITY.replace(old, new)}))


def turned(after: Corpus, *texts: str) -> list[tuple[str, str, str, str] | None]:
    """What becomes of questions, in short."""
    asked = [Asked(key=text, text=text, times=n) for n, text in enumerate(texts, 1)]
    return [
        (found.kind, found.key, found.before, found.after) if found else None
        for found in simulate(asked, small_corpus(), after, DAY)
    ]


def test_questions_turn(tmp_path: Path) -> None:
    """A new keyword wins, one that is gone loses, one that moves is stolen; the rest stays."""
    after = changed(tmp_path, '"首台套", "套装", "备用电源", "AI芯片"', '"首台套", "套装", "充电宝", "买设备"')
    found = turned(after, "充电宝", "备用电源", "首台套", "今天天气")
    assert found == [(WON, "充电宝", "", "q91-2"), (LOST, "备用电源", "q91-2", ""), None, None]
    moved = changed(tmp_path / "b", 'keywords = ["首台套", "套装", "备用电源", "AI芯片"]', 'keywords = ["首台套"]')
    assert turned(moved, "首台套") == [None]


def test_a_question_is_stolen(tmp_path: Path) -> None:
    """Where another policy comes first than before."""
    city = CITY.replace('"备用电源", "AI芯片"', '"AI芯片"').replace('"技改", "买设备"', '"技改", "备用电源"')
    after = read_corpus(write_files(tmp_path, {**FILES, "policies/city.toml": city}))
    (found,) = simulate([Asked(key="k", text="备用电源", times=3)], small_corpus(), after, DAY)
    assert found is not None
    assert (found.kind, found.before, found.after, found.times) == (STOLEN, "q91-2", "q91-1", 3)


def test_nothing_changes_with_the_same_corpus() -> None:
    """Held against itself a corpus turns no question."""
    assert turned(small_corpus(), "技改", "首台套", "备用电源", "天气", "") == [None] * 5
