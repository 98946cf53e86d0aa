"""Why a text gets its answer, line by line."""

from __future__ import annotations

from datetime import date

from bot.explain import BEST, explain
from bot.ranking import find
from tests.corpus import the_corpus

DAY = date(2026, 11, 22)


def lines(text: str) -> list[str]:
    """The explanation of a text."""
    return list(explain(find(text, the_corpus(), DAY), the_corpus()))


def line(text: str, head: str) -> str:
    """The line of it that begins so."""
    (found,) = [line for line in lines(text) if line.startswith(head)]
    return found


def test_the_reading_is_told() -> None:
    """The text as it was folded, each word with its place and meaning, and what is left as the matter."""
    told = "\n".join(lines("请问技改找谁？"))
    assert told.startswith("folded   请问技改找谁\nwords\n")
    assert "2–4   技改  (topic:技术改造, speaks for " in told
    assert "intent:contact" in next(word for word in told.splitlines() if "4–6   找谁" in word)
    assert line("请问技改找谁？", "matter").endswith("技改")
    assert line("请问技改找谁？", "intent") == "intent   contact   (asked: contact)"


def test_the_ranking_is_told() -> None:
    """The best policies stand in order with their score and what made it, and no more of them than help."""
    told = lines("技改")
    places = told[told.index(line("技改", "policies")) + 1 :]
    assert places[0].startswith("  1. q91-1 鼓励企业设备更新和技术改造  ")
    assert "技改" in places[0].partition("= ")[2]
    assert sum(". q91-" in told for told in lines("高新区有哪些")) == BEST


def test_sums_and_sets_are_told() -> None:
    """A sum is told in yuan, a set by what names it."""
    assert line("600万的", "sums") == "sums     6000000"
    assert line("600万的", "scope") == "scope    sum:600万元"
    assert line("600万的", "policies").startswith("policies 4, a whole set")


def test_a_word_found_by_its_sound_says_so() -> None:
    """What was only heard is marked with what that costs."""
    assert any("by sound" in told for told in lines("单项观军"))


def test_nothing_is_explained_too() -> None:
    """A text without any meaning has its lines as well."""
    assert line("", "matter") == "matter   —"
    assert line("", "policies") == "policies 0, covered 0%"
