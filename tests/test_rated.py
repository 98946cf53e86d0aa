"""Rated messages, as people type them: how often the bot finds what a competent clerk would answer."""

from __future__ import annotations

import asyncio

import pytest

from tests.scoring import Given, Rated, Score, ask, every_file, figures, read_rated, score

DEV = {
    "hit1": 0.98,
    "hit3": 0.995,
    "list_f1": 0.98,
    "reject": 0.99,
    "intent": 0.97,
    "answer_contact": 1.0,
    "answer_expiry": 1.0,
    "answer_amount": 0.95,
}
# Each written before it was first asked, and scored once before anything was learnt from it.
FIRST_SEEN_RATED = tuple(f"independent-{name}" for name in "abcdefghijklmno")
SUMS = {"hit3": 0.99, "intent": 0.98, "answer_amount": 0.99}  # worked by hand from the papers, over all kinds of rules
INDEPENDENT = {
    "hit1": 0.955,
    "hit3": 0.98,
    "list_f1": 0.92,
    "reject": 0.98,
    "intent": 0.955,
    "answer_contact": 0.98,
    "answer_expiry": 0.97,
    "answer_amount": 0.96,
}


def rate(*names: str) -> Score:
    """How the bot does on some files together."""
    rated = read_rated(*names)
    return score(rated, asyncio.run(ask(rated)))


@pytest.mark.parametrize(
    ("names", "floors"),
    [(("dev",), DEV), (FIRST_SEEN_RATED, INDEPENDENT), (("sums",), SUMS)],
    ids=["dev", "independent", "sums"],
)
def test_the_bot_keeps_what_it_reached(names: tuple[str, ...], floors: dict[str, float]) -> None:
    """No figure falls below its floor on the corpus as of 22 November 2026."""
    assert rate(*names).below(floors) == {}


def test_every_message_is_rated_once() -> None:
    """The files load, no id stands twice, and what is expected is not merely acceptable too."""
    rated = read_rated(*every_file())
    assert {"dev", *FIRST_SEEN_RATED} <= set(every_file())
    assert len({message.id for message in rated}) == len(rated)
    assert [m.id for m in rated if len(m.expect) != len(set(m.expect))] == []


def message(intent: str = "policy", answer: str = "", **policies: tuple[str, ...]) -> Rated:
    """A rated message."""
    return Rated(id="m", text="", intent=intent, answer=answer, **policies)


def judged(rated: Rated, *policies: str, intent: str = "policy", reply: str = "") -> dict[str, float]:
    """The figures of one answer."""
    found = score([rated], [Given(intent=intent, policies=policies, reply=reply)])
    return {figure: found[figure] for figure in found.values}


def test_the_first_and_the_first_three() -> None:
    """An expected policy counts where it stands; an acceptable one does not."""
    rated = message(expect=("a",), acceptable=("b",))
    assert judged(rated, "a", "b") == {"intent": 1, "hit1": 1, "hit3": 1}
    assert judged(rated, "b", "c", "a") == {"intent": 1, "hit1": 0, "hit3": 1}
    assert judged(rated, "b", "c", "d", "a") == judged(rated) == {"intent": 1, "hit1": 0, "hit3": 0}


def test_a_whole_set() -> None:
    """Of a set, what is missing and what is wrong both count; what is acceptable does not."""
    rated = message("list", expect=("a", "b", "c", "d"), acceptable=("e",))
    assert judged(rated, "a", "b", "c", "d", "e", intent="list")["list_f1"] == 1
    assert judged(rated, "a", "b", intent="list")["list_f1"] == pytest.approx(2 / 3)
    assert judged(rated, "a", "b", "x", "y", intent="list")["list_f1"] == pytest.approx(1 / 2)
    assert judged(rated, intent="list")["list_f1"] == 0


def test_what_no_policy_answers() -> None:
    """Naming any policy is wrong there."""
    assert judged(message("offtopic"), intent="offtopic") == {"intent": 1, "reject": 1}
    assert judged(message("offtopic"), "a") == {"intent": 0, "reject": 0}


def test_figures_in_the_reply() -> None:
    """Every phone, day and sum of the rated answer has to be told, in whatever spelling."""
    rated = message("contact", "85911248、2026-12-31", expect=("a",))
    assert judged(rated, "a", intent="contact", reply="☎ 0532 85911248")["answer_contact"] == 0
    assert judged(rated, "a", intent="contact", reply="85911248，2026年12月31日止")["answer_contact"] == 1
    assert "answer_policy" not in judged(message(answer="100万元", expect=("a",)), "a")


def test_one_spelling_for_each_figure() -> None:
    """Full width, separators and units change nothing; land and weight are no money."""
    assert figures("６００万元") == figures("6,000,000 元") == figures("600万") == {"6000000.00"}
    assert figures("1.5亿元") == figures("15000万元") == {"150000000.00"}
    assert figures("2026/1/2") == figures("2026年01月02日") == {"2026-1-2"}
    assert figures("3万亩、2万吨、电话 859112481、3项") == frozenset()
    assert figures("13800138000 和 85911248") == {"13800138000", "85911248"}


def test_a_figure_without_messages_has_no_value() -> None:
    """A floor for what was not measured is an error, not a success."""
    with pytest.raises(KeyError):
        score([message("offtopic")], [Given(intent="offtopic", policies=())]).below({"hit1": 0.0})
