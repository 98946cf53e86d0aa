"""What an announcement is: its words, what an approval is bound to, and the rules of its life."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.announcements import (
    ACTS,
    CARD,
    EVERYONE,
    NOTICE,
    TOPIC,
    WRITABLE,
    Announcement,
    Content,
    Criterion,
    Plan,
    check,
    fill,
    gaps,
    may,
)
from bot.errors import NotAllowed

PATTERN = "{{first.DATA}}\n事项：{{thing1.DATA}}\n时间:{{time2.DATA}}\n{{remark.DATA}}"
PLAIN = Announcement(
    id=3,
    name="说明会",
    content=Content(text="欢迎来听"),
    criteria=(Criterion(kind=TOPIC, value="技改"),),
    author="zhang",
    hands=("li",),
    submitter="zhao",
    created=1.0,
    changed=1.0,
)


@pytest.mark.parametrize(
    "changed",
    [
        {"content": Content(text="欢迎来听。")},
        {"content": Content(text="欢迎来听", ending="不收：退订公告")},
        {"criteria": (Criterion(kind=EVERYONE),)},
        {"plan": Plan(ways=("mass",))},
        {"plan": Plan(days=4)},
        {"start": 5.0},
        {"corrects": 2},
    ],
)
def test_an_approval_is_bound_to_all_that_goes_out(changed: dict[str, Any]) -> None:
    """Words, audience, ways, day, and what it corrects."""
    assert msgspec.structs.replace(PLAIN, **changed).digest != PLAIN.digest


def test_an_approval_is_not_bound_to_what_does_not_go_out() -> None:
    """Its name among colleagues, its state, who wrote it."""
    other = msgspec.structs.replace(PLAIN, name="又一个", state="in_review", edits=7, author="wu")
    assert other.digest == PLAIN.digest


def test_the_order_of_values_makes_no_other_announcement() -> None:
    """The same fields written in another order are the same words."""
    one = Content(form=NOTICE, values={"thing1": "甲", "time2": "乙"})
    other = Content(form=NOTICE, values={"time2": "乙", "thing1": "甲"})
    digests = {msgspec.structs.replace(PLAIN, content=content).digest for content in (one, other)}
    assert len(digests) == 1


@pytest.mark.parametrize("who", ["zhang", "li", "zhao"])
@pytest.mark.parametrize("act", ["approve", "reject"])
def test_nobody_reviews_what_they_wrote_or_submitted(who: str, act: str) -> None:
    """Author, hands, submitter."""
    with pytest.raises(NotAllowed, match="own_work"):
        check(act, msgspec.structs.replace(PLAIN, state="in_review"), who)


def test_somebody_else_may() -> None:
    """A fourth person."""
    check("approve", msgspec.structs.replace(PLAIN, state="in_review"), "wang")


@pytest.mark.parametrize("act", [*ACTS])
def test_an_act_has_its_states(act: str) -> None:
    """In any other it is refused."""
    states = ("draft", "in_review", "rejected", "scheduled", "preparing", "running", "paused", "closing")
    for state in (*states, "cancelling", "cancelled", "finished", "discarded"):
        one = msgspec.structs.replace(PLAIN, state=state)
        assert may(act, one) == (state in ACTS[act][0])
        if state not in ACTS[act][0]:
            with pytest.raises(NotAllowed, match="wrong_state"):
                check(act, one, "wang")


def test_nothing_that_goes_out_can_be_written_on() -> None:
    """Once it begins its words stand."""
    assert {"preparing", "running", "paused", "closing", "finished"}.isdisjoint(WRITABLE)


def test_a_card_is_a_link_where_only_words_go() -> None:
    """Its title leads to its page, and marks in that link are shown, not obeyed."""
    card = Content(form=CARD, title="奖<补>", text="明天&后天", url="https://a.example/?a=1&b=2")
    assert card.words() == '<a href="https://a.example/?a=1&amp;b=2">奖&lt;补&gt;</a>\n\n明天&后天'


def test_a_notice_in_words_has_the_lines_of_its_template() -> None:
    """Those that the platform shows, each with its value."""
    notice = Content(form=NOTICE, title="活动", pattern=PATTERN, values={"thing1": "技改", "time2": "14:00"})
    assert notice.keys == ("thing1", "time2")
    assert [*notice.lines()] == [("事项", "技改"), ("时间", "14:00")]
    assert notice.words() == "活动\n\n事项：技改\n时间:14:00"


def test_gaps_are_filled_and_those_without_a_value_stay() -> None:
    """Each is named once."""
    text = "((日期))在((地点))，((日期))见"
    assert gaps(text) == ("日期", "地点")
    assert fill(text, {"日期": "三日"}) == "三日在((地点))，三日见"


@given(st.text(), st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3))
def test_filling_leaves_what_is_no_gap(text: str, values: dict[str, str]) -> None:
    """Whatever the text: without gaps it is as it was."""
    if not gaps(text):
        assert fill(text, values) == text
