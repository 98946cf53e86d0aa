"""Counting the inbox: what a message counts as, each once, and what is never counted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.clock import ManualClock
from bot.messages import AnyMessage, Clicked, Followed, Image, Left, Text
from bot.replies import Answer, Say
from bot.statistics.tally import (
    ASKED,
    CAME,
    COMPLAINED,
    DISTRICT,
    INTENT,
    LAG,
    LEFT,
    POLICY,
    TOOK,
    UNIT,
    UNIT_FOUND,
    UNIT_VAIN,
    VAIN,
    Tally,
    counts,
)
from bot.store.database import Database
from bot.store.feedback import Remark
from bot.store.inbox import Inbox, Settlement
from bot.store.tallies import DEPARTURES, INBOX, Heard, Tallies
from bot.store.unanswered import COMPLAINT, NOTHING, Unanswered
from tests.small import small_corpus

DAY = "2026-11-22"
FOUND = Answer(reply=Say(text="最高600万元"), intent="policy", policies=("q91-1",))
NOT_FOUND = Answer(reply=Say(text="没有找到"), intent="offtopic")
SORRY = Answer(reply=Say(text="抱歉"), intent="complaint")


def heard(text: str, answer: Answer, *, about: str = "", took: float = 0.2) -> Heard:
    """A message with its answer."""
    message = Text(key="k", openid="oA", account="gh_1", created=1, text=text)
    return Heard(key="k", openid="oA", received=1.0, answered=1.0 + took, message=message, answer=answer, about=about)


def counted(one: Heard) -> set[tuple[str, str]]:
    """What it counts as."""
    return set(counts(one, small_corpus()))


def test_an_answer_counts_for_its_policy_and_whom_it_concerns() -> None:
    """The policy that stood first, its unit, and how long it took."""
    assert counted(heard("技改", FOUND)) == {
        (ASKED, ""), (INTENT, "policy"), (POLICY, "q91-1"), (UNIT, "市工信局投资处"), (TOOK, "0.25"),
        (UNIT_FOUND, "市工信局投资处"),
    }  # fmt: skip


def test_a_question_in_vain_counts_for_what_it_names() -> None:
    """A district and a unit that it names are concerned, the unit in vain."""
    found = counted(heard("崂山区技改处天气", NOT_FOUND))
    assert UNIT_FOUND not in {kind for kind, _ in found}
    assert found >= {
        (VAIN, ""), (INTENT, "offtopic"), (DISTRICT, "崂山区"), (UNIT, "市工信局投资处"), (UNIT_VAIN, "市工信局投资处"),
    }  # fmt: skip


def test_a_complaint_counts_for_the_policy_it_speaks_of() -> None:
    """The unit of that policy has one more in vain."""
    found = counted(heard("答非所问", SORRY, about="q91-10"))
    assert found >= {(COMPLAINED, ""), (UNIT_VAIN, "崂山区工信局"), (DISTRICT, "崂山区")}
    assert (VAIN, "") not in found


def test_a_list_counts_for_no_policy() -> None:
    """The first of a whole set was not asked for."""
    answer = Answer(reply=Say(text="1. 2."), intent="list", policies=("q91-1", "q91-2"))
    assert POLICY not in {kind for kind, _ in counted(heard("都有哪些", answer))}


def test_what_says_nothing_is_no_question() -> None:
    """A picture counts as nothing, who follows as somebody who came, a menu that asks as a question."""
    who: dict[str, Any] = {"key": "k", "openid": "oA", "account": "gh_1", "created": 1}
    answer: dict[str, Any] = {"key": "k", "openid": "oA", "received": 1.0, "answered": 9.0, "answer": FOUND}
    assert counted(Heard(message=Image(**who), **answer)) == set()
    assert counted(Heard(message=Followed(**who), **answer)) == {(CAME, "")}
    assert (ASKED, "") in counted(Heard(message=Clicked(button="ask:技改", **who), **answer))
    assert (TOOK, "more") in counted(Heard(message=Clicked(button="ask:技改", **who), **answer))


class Counting:
    """A database, an inbox on it, and what counts it."""

    def __init__(self, database: Database, clock: ManualClock) -> None:
        self.database = database
        self.inbox = Inbox(database)
        self.unanswered = Unanswered(database, database)
        self.tallies = Tallies(database, database, self.unanswered)
        self.clock = clock
        self.tally = self.another()

    def another(self) -> Tally:
        """One more process that counts."""
        return Tally(self.tallies, corpus=small_corpus, marking=self.database.marking, clock=self.clock)

    async def answered(self, message: AnyMessage, answer: Answer, *remarks: Remark, time: float | None = None) -> None:
        """A message comes, now or at a time, and is answered at once."""
        time = self.clock.time() if time is None else time
        await self.inbox.claim(message, owner="me", lease=4.0, time=time)
        settlement = Settlement(answer=answer, remarks=remarks)
        await self.inbox.settle(message, settlement, owner="me", time=time + 0.05)

    async def count(self) -> dict[tuple[str, str], int]:
        """All that is counted once everything that came is surely there."""
        await self.clock.advance(LAG + 1)
        while await self.tally.run():
            pass
        return {(cell.kind, cell.value): cell.count for cell in await self.tallies.between("2000-01-01", "2100-01-01")}


@pytest.fixture
async def counting(database: Database, clock: ManualClock) -> AsyncIterator[Counting]:
    """What counts a fresh database."""
    made = Counting(database, clock)
    yield made
    await made.inbox.close()


def asks(key: str, text: str = "技改", openid: str = "oA") -> Text:
    """A question."""
    return Text(key=key, openid=openid, account="gh_1", created=1, text=text)


async def test_each_message_is_counted_once(counting: Counting) -> None:
    """However often the counting is repeated, and by whichever process."""
    for number in range(3):
        await counting.answered(asks(f"k{number}"), FOUND)
    assert (await counting.count())[ASKED, ""] == 3
    counting.tally = counting.another()
    assert (await counting.count())[ASKED, ""] == 3
    await counting.answered(asks("k9"), FOUND)
    assert (await counting.count())[ASKED, ""] == 4


async def test_more_than_one_round_is_counted_to_the_end(counting: Counting) -> None:
    """Messages of the same instant on both sides of a round's end are neither lost nor counted twice."""
    for number in range(7):
        await counting.answered(asks(f"k{number}"), FOUND)
    await counting.clock.advance(LAG + 1)
    mark, total = await counting.tallies.mark(INBOX), 0
    while found := await counting.tallies.next(mark, counting.clock.time(), 3):
        total += len(found)
        mark = type(mark)(found[-1].received, found[-1].key)
    assert total == 7


async def test_what_is_still_answered_holds_the_rest_back(counting: Counting) -> None:
    """Nothing that came after a message in work is counted before it."""
    slow = asks("k1")
    await counting.inbox.claim(slow, owner="me", lease=400.0, time=counting.clock.time())
    await counting.clock.advance(1)
    await counting.answered(asks("k2"), FOUND)
    assert (ASKED, "") not in await counting.count()
    await counting.inbox.settle(slow, Settlement(answer=FOUND), owner="me", time=counting.clock.time())
    assert (await counting.count())[ASKED, ""] == 2


async def test_what_just_came_waits(counting: Counting) -> None:
    """A message is counted when every process has surely written what came before it."""
    await counting.answered(asks("k1"), FOUND)
    assert await counting.tally.run() == 0


async def test_of_two_that_count_at_once_one_begins_again(counting: Counting) -> None:
    """Whoever finds the mark moved adds nothing."""
    await counting.answered(asks("k1"), FOUND)
    was = await counting.tallies.mark(INBOX)
    assert (await counting.count())[ASKED, ""] == 1
    cells = [c for c in await counting.tallies.between(DAY, DAY) if c.kind == ASKED]
    assert not await counting.tallies.add(INBOX, was, type(was)(9.0, "z"), cells=cells)
    assert (await counting.count())[ASKED, ""] == 1


async def test_who_left_is_counted_and_not_known(counting: Counting) -> None:
    """A departure counts once; of who it was no more than twelve bits are kept."""
    await counting.answered(Followed(key="k1", openid="oSecret", account="gh_1", created=1), FOUND)
    assert (await counting.count())[CAME, ""] == 1
    created = int(counting.clock.time())
    await counting.answered(Left(key="k2", openid="oSecret", account="gh_1", created=created), FOUND)
    assert (await counting.count())[LEFT, ""] == 1
    assert (await counting.count())[LEFT, ""] == 1
    cells = await counting.tallies.between(DAY, DAY)
    assert all(one >> 12 == 1 for cell in cells for one in cell.people)
    assert "oSecret" not in repr(cells)
    assert await counting.tallies.mark(DEPARTURES) != await counting.tallies.mark(INBOX)


async def test_what_found_nothing_is_kept_for_staff(counting: Counting) -> None:
    """The message itself; of a complaint what was asked before it; of an answer nothing."""
    await counting.answered(asks("k1", "天气"), NOT_FOUND)
    await counting.answered(asks("k2", "技改", "oB"), FOUND)
    await counting.clock.advance(5)
    await counting.answered(
        asks("k3", "答非所问", "oB"), SORRY, Remark(kind="complaint", text="答非所问", about="q91-1")
    )
    await counting.count()
    found = await counting.unanswered.since(0.0)
    assert {(one.key, one.why) for one in found} == {("k1", NOTHING), ("k2", COMPLAINT)}


async def test_a_complaint_about_long_ago_points_at_nothing(counting: Counting) -> None:
    """What was asked an hour before is not what somebody complains of."""
    await counting.answered(asks("k1", "技改"), FOUND)
    await counting.clock.advance(3600)
    await counting.answered(asks("k2", "答非所问"), SORRY)
    await counting.count()
    assert await counting.unanswered.since(0.0) == []


async def test_old_days_are_forgotten(counting: Counting) -> None:
    """After three years a day's counts go."""
    await counting.answered(asks("k1"), FOUND)
    await counting.count()
    assert await counting.tally.purge() == 0
    await counting.clock.advance(1096 * 86_400.0)
    assert await counting.tally.purge() > 0
    assert await counting.tallies.between("2000-01-01", "2100-01-01") == []
