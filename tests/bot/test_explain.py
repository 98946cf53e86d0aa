"""Why a text gets its answer, line by line."""

from __future__ import annotations

from datetime import date

from bot.explain import BEST, explain, near, reading
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


def test_a_reading_covers_the_text() -> None:
    """Its spans put together are the folded text, each with what it was taken for."""
    finding = find("请问崂山区技改2000万找谁", the_corpus(), DAY)
    read = reading(finding, the_corpus())
    assert "".join(span.text for span in read.spans) == finding.question.folded.text
    kinds = {span.text: span.kind for span in read.spans}
    assert (kinds["崂山区"], kinds["技改"], kinds["2000万"], kinds["找谁"]) == ("district", "topic", "sum", "intent")
    assert [span.start for span in read.spans] == sorted({span.start for span in read.spans})


def test_a_reading_tells_words_and_scores() -> None:
    """Chosen words come first with what they speak for; the scores have their reasons, the best one its whole share."""
    read = reading(find("机器换人", the_corpus(), DAY), the_corpus())
    word = read.words[0]
    assert (word.text, word.start, word.end, word.chosen) == ("机器换人", 0, 4, True)
    assert word.policies >= 1
    assert word.named
    assert any(not other.chosen for other in read.words)
    best = read.scores[0]
    assert best.share == 1.0
    assert {"word"} <= {reason.kind for reason in best.reasons} <= {"word", "moved", "restated"}


def test_what_moves_a_score_is_told_with_its_factor() -> None:
    """A rule stands with what it multiplies by."""
    scores = reading(find("崂山区赋能中心", the_corpus(), DAY), the_corpus()).scores
    score = next(score for score in scores if score.id == "q91-91")
    assert {(r.text, r.value) for r in score.reasons if r.kind == "moved"} >= {
        ("other district", 0.3),
        ("expired", 0.92),
    }


def test_a_question_in_vain_has_policies_near_it() -> None:
    """Where nothing is found, the words still point somewhere; where no word is known, nowhere."""
    finding = find("数字人直播补贴怎么申请", the_corpus(), DAY)
    assert finding.ids == ()
    assert 0 < len(near(finding.question, the_corpus())) <= 5
    assert near(find("", the_corpus(), DAY).question, the_corpus()) == ()
