"""What stands beneath an answer."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.next_message import MOST, beneath
from bot.notices import Notice
from bot.replies import TEXT_LIMIT, Answer, Say, ShowImage, Silence, fit
from tests.bot.channels.rows import NOTICE

HEAD = "📌 您订阅的消息"


def notices(*texts: str) -> list[Notice]:
    """One of each text."""
    return [msgspec.structs.replace(NOTICE, key=f"{n}", text=text) for n, text in enumerate(texts)]


def test_the_oldest_come_first_under_one_heading() -> None:
    """The answer keeps its own words and everything else of it."""
    answer = Answer(reply=Say(text="答案"), intent="policy", policies=("q91-1",), version="v")
    longer, told = beneath(answer, notices("第一", "第二"), HEAD)
    assert longer.reply == Say(text=f"答案\n\n────────\n{HEAD}\n第一\n第二")
    assert (longer.intent, longer.policies, longer.version) == ("policy", ("q91-1",), "v")
    assert [notice.text for notice in told] == ["第一", "第二"]


def test_what_is_no_text_stays_as_it_is() -> None:
    """A picture or silence has no room for words: what waits goes on waiting."""
    for reply in (ShowImage(media_id="m"), Silence()):
        answer = Answer(reply=reply)
        assert beneath(answer, notices("第一"), HEAD) == (answer, ())


def test_nothing_waiting_adds_nothing() -> None:
    """No heading without news."""
    answer = Answer(reply=Say(text="答案"))
    assert beneath(answer, [], HEAD) == (answer, ())


def test_what_has_no_room_holds_up_nothing() -> None:
    """A long correction goes on waiting, however many of its kind there are; what fits is told past it."""
    long = [msgspec.structs.replace(NOTICE, key=f"corrected:{n}", text="更" * 560, urgent=True) for n in range(MOST)]
    _, told = beneath(Answer(reply=Say(text="答" * 150)), [*long, *notices("小")], HEAD)
    assert [notice.text for notice in told] == ["小"]
    brief = msgspec.structs.replace(long[0], brief="更正，短的")
    longer, told = beneath(Answer(reply=Say(text="答" * 150)), [brief], HEAD)
    assert told == (brief,)
    assert isinstance(longer.reply, Say)
    assert longer.reply.text.endswith("更正，短的")


@given(st.text(min_size=1, max_size=1000), st.lists(st.text(min_size=1, max_size=900), max_size=6))
def test_nothing_is_told_that_would_be_cut(text: str, waiting: list[str]) -> None:
    """However long the answer and the news: all that counts as told stands there whole."""
    longer, told = beneath(Answer(reply=Say(text=text)), notices(*waiting), HEAD)
    assert isinstance(longer.reply, Say)
    assert len(told) <= MOST
    assert longer.reply.text.startswith(text)
    if told:
        assert fit(longer.reply.text) == longer.reply.text
        assert len(longer.reply.text.encode()) <= TEXT_LIMIT
        assert all(notice.text in longer.reply.text or notice.brief in longer.reply.text for notice in told)
    else:
        assert longer.reply.text == text
