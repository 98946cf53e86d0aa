"""The gate compares what two corpora answer, and says which questions turn."""

from __future__ import annotations

from datetime import datetime

import msgspec

from bot.clock import SHANGHAI
from bot.corpus import Corpus
from bot.editions.gate import Complaint, Figure, Gate, Verdict
from bot.parts import Rated
from bot.replies import Answer, Silence
from tests.small import small_corpus

NOW = datetime(2026, 11, 22, 10, tzinfo=SHANGHAI)
QUESTIONS = [Rated(id=f"r{n}", text=f"{n}", intent="policy", expect=("a",)) for n in range(20)]


def other() -> Corpus:
    """A corpus of another version."""
    from dataclasses import replace

    return replace(small_corpus(), version="other")


class Bot:
    """Answers the questions of `missed` wrongly where it is asked of the other corpus."""

    def __init__(self, *missed: int, always: int = -1) -> None:
        self._missed = set(missed)
        self._always = always
        self.asked: list[str] = []

    async def __call__(self, text: str, corpus: Corpus, now: datetime) -> Answer:
        """The answer."""
        self.asked.append(corpus.version)
        wrong = int(text) == self._always or (corpus.version == "other" and int(text) in self._missed)
        return Answer(reply=Silence(), intent="policy", policies=("b",) if wrong else ("a", "b"))


async def verdict(bot: Bot) -> Verdict:
    """What the gate says of the other corpus."""
    return await Gate(bot).judge(small_corpus(), other(), old=QUESTIONS, new=QUESTIONS, now=NOW)


async def test_as_good_as_before_passes() -> None:
    """No question turns, no figure moves."""
    found = await verdict(Bot(always=3))
    assert found.open
    assert (found.gained, found.lost, found.questions) == ((), (), 20)


async def test_a_loss_within_the_floor_passes_and_is_shown() -> None:
    """One of twenty is 95 %: the floor of the first place holds, and the question is named; the first three do not."""
    found = await verdict(Bot(5))
    assert [(turn.id, turn.figures) for turn in found.lost] == [("r5", ("hit1", "hit3"))]
    assert {figure.name: figure.kept for figure in found.figures} == {"hit1": True, "hit3": False, "intent": True}
    assert not found.open


async def test_what_is_below_its_floor_may_not_fall_further() -> None:
    """A figure under its floor may stay where it is, and rise, but not fall."""
    assert Figure(name="hit1", before=0.5, after=0.5, floor=0.95).kept
    assert Figure(name="hit1", before=0.5, after=0.6, floor=0.95).kept
    assert not Figure(name="hit1", before=0.5, after=0.49, floor=0.95).kept
    assert Figure(name="hit1", before=1.0, after=0.95, floor=0.95).kept


async def test_a_gain_is_shown() -> None:
    """A question that only the new corpus answers."""
    found = await Gate(Bot(7)).judge(other(), small_corpus(), old=QUESTIONS, new=QUESTIONS, now=NOW)
    assert [turn.id for turn in found.gained] == ["r7"]
    assert found.open


async def test_the_corpus_in_force_is_asked_once() -> None:
    """Its answers are kept for the next draft, until it or the day is another."""
    bot = Bot()
    gate = Gate(bot)
    for _ in range(3):
        await gate.judge(small_corpus(), other(), old=QUESTIONS, new=QUESTIONS, now=NOW)
    assert bot.asked.count(small_corpus().version) == len(QUESTIONS)
    await gate.judge(small_corpus(), other(), old=QUESTIONS, new=QUESTIONS, now=NOW.replace(day=23))
    assert bot.asked.count(small_corpus().version) == 2 * len(QUESTIONS)


async def test_only_new_complaints_shut_it() -> None:
    """What the lint said before does not count, a hint is shown and shuts nothing."""
    old, hint = Complaint(where="a", text="old"), Complaint(where="a", text="hint", hint=True)
    bad = Complaint(where="b", text="bad")
    said = {small_corpus().version: [old], "other": [old, hint]}
    gate = Gate(Bot(), lint=lambda corpus: said[corpus.version])
    found = await gate.judge(small_corpus(), other(), old=QUESTIONS, new=QUESTIONS, now=NOW)
    assert (found.open, found.complaints) == (True, (hint,))
    said["other"] = [bad]
    assert not (await gate.judge(small_corpus(), other(), old=QUESTIONS, new=QUESTIONS, now=NOW)).open


async def changed(bot: Bot, new: list[Rated]) -> Verdict:
    """What the gate says of the other corpus where the change touches the questions."""
    return await Gate(bot).judge(small_corpus(), other(), old=QUESTIONS, new=new, now=NOW)


async def test_nobody_passes_by_taking_the_failed_question_away() -> None:
    """By the questions that are left all is well; by those in force it is not, and what goes is named."""
    found = await changed(Bot(5), [q for q in QUESTIONS if q.id != "r5"])
    assert all(figure.kept for figure in found.figures)
    assert not found.open
    assert [(one.question.id, one.now, one.failed) for one in found.gone] == [("r5", None, True)]
    assert {figure.name: figure.after for figure in found.by_old} == {"hit1": 0.95, "hit3": 0.95, "intent": 1.0}
    assert (found.lost, found.questions) == ((), 19)


async def test_nor_by_expecting_what_it_answers() -> None:
    """Another expectation, or other words, is another question: the one in force is judged as it was."""
    for change in ({"expect": ("b",)}, {"acceptable": ("b",), "expect": ()}, {"text": "3"}):
        eased = msgspec.structs.replace(QUESTIONS[5], **change)
        found = await changed(Bot(5), [*QUESTIONS[:5], eased, *QUESTIONS[6:]])
        assert all(figure.kept for figure in found.figures), change
        assert (found.open, [(one.question.id, one.now, one.failed) for one in found.gone]) == (
            False,
            [("r5", eased, True)],
        )


async def test_a_question_that_was_failed_before_needs_a_reason_too() -> None:
    """Who takes away what the corpus in force fails as well makes the figures look better."""
    found = await changed(Bot(always=5), [q for q in QUESTIONS if q.id != "r5"])
    assert all(figure.kept for figure in (*found.figures, *found.by_old))
    assert not found.open


async def test_a_question_that_is_answered_may_go() -> None:
    """It is named; so may all that stays what it asks: under another number, in another order, with a note."""
    found = await changed(Bot(), QUESTIONS[1:])
    assert (found.open, [(one.question.id, one.failed) for one in found.gone]) == (True, [("r0", False)])
    same = [msgspec.structs.replace(q, id=f"x{q.id}", answer="100") for q in reversed(QUESTIONS)]
    found = await changed(Bot(), same)
    assert (found.open, found.gone, found.by_old) == (True, (), ())


async def test_what_is_lost_is_not_hidden_among_new_questions() -> None:
    """However many that are answered are added, the figures by the questions in force fall."""
    many = [Rated(id=f"n{n}", text="1", intent="policy", expect=("a",)) for n in range(500)]
    found = await changed(Bot(5, 6), [*QUESTIONS, *many])
    assert all(figure.kept for figure in found.figures)
    assert (found.open, [figure.name for figure in found.by_old if not figure.kept]) == (False, ["hit1", "hit3"])
