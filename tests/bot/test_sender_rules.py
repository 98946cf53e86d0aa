"""What an announcement waits for, what it counts by, and what nobody who meddles meanwhile brings about."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select, update

from bot.announcements import CARD, MASS, Content, Criterion, Plan
from bot.broadcasts import PAGE
from bot.channels.next_message import beneath
from bot.clock import ManualClock
from bot.errors import NotAllowed, Refused
from bot.replies import Answer, Say
from bot.store.broadcast_tables import recipients
from bot.store.database import Database
from bot.store.followers import Followers
from bot.store.ledgers import Counts, Ledgers
from bot.store.notices import Notices
from bot.store.outbox import OutboxRows
from bot.store.tables import audiences, followers, outbox
from tests.bot.announcing import WORDS, Office, Slow, names


@pytest.fixture
def office(database: Database, clock: ManualClock) -> Office:
    """An office on a fresh database."""
    return Office(database=database, clock=clock)


async def test_a_correction_waits_for_the_end_of_what_it_corrects(office: Office) -> None:
    """Who was told the wrong words last is told the right ones too."""
    await office.follow("oA", window=5)
    await office.follow("oB")
    wrong = await office.approved(plan=Plan(ways=("custom", "next")))
    await office.work(wrong.id, "closing")
    reached = (Criterion(kind="reached", value=str(wrong.id)),)
    right = await office.approved(content=Content(text="更正"), criteria=reached, corrects=wrong.id)
    worker = office.worker()
    await worker.run_once()
    assert (await office.get(right.id)).state == "scheduled"
    async with office.database.write() as connection:  # oB wrote, and was told
        await connection.execute(update(recipients).where(recipients.c.openid == "oB").values(state="sent"))
    await office.work(wrong.id, "finished", worker=worker)
    right = await office.work(right.id, "finished", "closing", worker=worker)
    assert right.audience == 2


async def test_a_correction_begins_once_what_it_corrects_is_cancelled(office: Office) -> None:
    """Paused it may go on, so that is not the end of it."""
    await office.follow(*names(3), window=5)
    wrong = await office.approved()
    await office.work(wrong.id, "running")
    await office.broadcasts.pause(await office.get(wrong.id), "wang")
    right = await office.approved(criteria=(Criterion(kind="reached", value=str(wrong.id)),), corrects=wrong.id)
    worker = office.worker()
    await worker.run_once()
    assert (await office.get(right.id)).state == "scheduled"
    await office.broadcasts.cancel(await office.get(wrong.id), "wang")
    await office.work(right.id, "finished", worker=worker)


async def test_nothing_is_tried_again_once_its_correction_has_begun(office: Office) -> None:
    """The wrong words would come after the right ones; before it begins they may, and it waits."""
    await office.follow(*names(3), window=9)
    office.posts["custom"].fails += [Refused(45002)] * 2
    wrong = await office.work((await office.approved(plan=Plan(ways=("custom",), stop_at=100))).id, "finished")
    reached = (Criterion(kind="reached", value=str(wrong.id)),)
    right = await office.approved(content=Content(text="更正"), criteria=reached, corrects=wrong.id)
    office.posts["custom"].fails.append(Refused(45002))
    assert await office.broadcasts.retry(wrong, "wang") == 2
    await office.worker().run_once()
    assert (await office.get(right.id)).state == "scheduled"
    await office.work(wrong.id, "finished")
    await office.work(right.id, "preparing", "running")
    with pytest.raises(NotAllowed, match="corrected"):
        await office.broadcasts.retry(await office.get(wrong.id), "wang")
    assert await office.counts(wrong.id) == Counts(sent=2, failed=1)
    await office.work(right.id, "finished")
    with pytest.raises(NotAllowed, match="corrected"):
        await office.broadcasts.retry(await office.get(wrong.id), "wang")


async def test_what_has_no_room_beneath_an_answer_is_told_in_brief(office: Office) -> None:
    """By its title and the page that says more; and one that found no room at all is not said to have been silent."""
    await office.follow("oA", "oB")
    card = Content(form=CARD, title="说明会", text="字" * 500, url="https://a.example/x")
    one = await office.approved(content=card, plan=Plan(ways=("next",), days=1))
    await office.work(one.id, "closing")
    notices = Notices(office.database)
    waiting = await office.database.run(lambda: notices.waiting(["oA"]))
    answer = Answer(reply=Say(text="答" * 400))
    shown, told = beneath(answer, waiting["oA"], "")
    assert isinstance(shown.reply, Say)
    assert [notice.openid for notice in told] == ["oA"]
    assert shown.reply.text.endswith('\n<a href="https://a.example/x">说明会</a>')
    wrote = office.clock.time() + 60.0
    async with office.database.write() as connection:
        await connection.execute(update(followers).where(followers.c.openid == "oB").values(last_message=wrote))
    await office.clock.advance(86_401.0)
    await office.work(one.id, "finished")
    states = await office.states(one.id)
    assert (states["oA"][2], states["oB"][2]) == ("silent", "no room")


class Counted(Ledgers):
    """A ledger that knows how often it was counted."""

    asked = 0

    async def counts(self, broadcast: int) -> Counts:
        """As it is."""
        self.asked += 1
        return await super().counts(broadcast)


async def test_a_step_counts_the_ledger_once(office: Office) -> None:
    """Of a million people a count takes longer than the rest of the step."""
    office.ledgers = Counted(office.database)
    await office.follow(*names(3), window=5)
    one = await office.approved()
    worker = office.worker()
    await office.work(one.id, "running", worker=worker)
    office.ledgers.asked = 0
    assert await worker.run_once() == 1
    assert office.ledgers.asked == 1


async def test_what_the_platform_counted_stays_when_calls_are_forgotten(office: Office) -> None:
    """Against those who stood on the list when it was sent; its names go."""
    await office.follow(*names(4))
    one = await office.approved(plan=Plan(ways=("mass",)))
    worker = office.worker()
    await office.work(one.id, "running", worker=worker)
    await worker.run_once()
    followed, time = Followers(office.database), office.clock.time()
    await office.database.run(lambda: followed.erase(names(1)[0], time))
    await office.work(one.id, "finished", worker=worker)
    report = "success; total 3 filtered 3 sent 3 errors 0"
    async with office.database.write() as connection:
        await connection.execute(update(outbox).where(outbox.c.channel == MASS).values(report=report))
    (before,) = await office.ledgers.calls(one.id)
    assert (before.ours, before.unexplained) == (3, 0)
    assert await OutboxRows(office.database).purge(office.clock.time() + 1.0) == 1
    assert await office.ledgers.calls(one.id) == [before]
    assert await OutboxRows(office.database).purge(office.clock.time() + 1.0) == 0
    async with office.database.read() as connection:
        assert not (await connection.execute(select(audiences.c.openid))).all()


async def test_the_message_that_is_left_alone_is_left_by_all_together(office: Office) -> None:
    """What another announcement has on its way counts, though the platform has not heard of it yet."""
    await office.follow("oA", window=2)
    first = await office.approved(plan=Plan(ways=("custom", "next")))
    second = await office.approved(plan=Plan(ways=("custom", "next")), content=Content(text=f"又：{WORDS}"))
    worker = office.worker()
    for _ in range(5):
        await worker.run_once()
    assert await office.counts(first.id) == Counts(queued=1)
    assert await office.counts(second.id) == Counts(waiting=1)
    await office.work(first.id, "finished", worker=worker)
    async with office.database.read() as connection:
        assert (await connection.execute(select(followers.c.window_left))).scalar_one() == 1


async def test_what_goes_on_counts_its_failures_anew(office: Office) -> None:
    """It does not pause for those that it paused for already."""
    await office.follow(*names(60), window=5)
    one = await office.approved(plan=Plan(ways=("custom",), stop_at=10))
    office.posts["custom"].fails += [Refused(45002) for _ in range(7)]
    one = await office.work(one.id, "paused")
    await office.broadcasts.resume(one, "wang")
    await office.work(one.id, "finished", rounds=5)
    assert await office.counts(one.id) == Counts(sent=53, failed=7)


async def test_what_is_tried_again_counts_its_failures_anew(office: Office) -> None:
    """All of those fail again: what went well before does not make their share small."""
    await office.follow(*names(60), window=9)
    one = await office.approved(plan=Plan(ways=("custom",), stop_at=50))
    office.posts["custom"].fails += [Refused(45002) for _ in range(25)]
    one = await office.work(one.id, "finished")
    assert await office.broadcasts.retry(one, "wang") == 25
    office.posts["custom"].fails += [Refused(45002) for _ in range(25)]
    one = await office.work(one.id, "paused", rounds=5)
    assert one.why == "errors"


async def test_all_that_failed_goes_again(office: Office) -> None:
    """Also what one transaction does not hold."""
    many = PAGE + 3
    await office.follow(*names(many))
    one = await office.approved(plan=Plan(ways=(MASS,)))
    one = await office.work(one.id, "finished")
    async with office.database.write() as connection:
        await connection.execute(update(recipients).values(state="failed"))
    assert await office.broadcasts.retry(one, "wang") == many
    assert await office.counts(one.id) == Counts(planned=many)


async def test_it_does_not_end_while_calls_wait(office: Office) -> None:
    """All are handed on, and nobody has it yet."""
    await office.follow(*names(3), window=5)
    one = await office.approved()
    worker = office.worker()
    await office.work(one.id, "running", worker=worker)
    for _ in range(5):
        await worker.run_once()
    assert (await office.get(one.id)).state == "running"
    assert await office.counts(one.id) == Counts(queued=3)


async def test_what_is_cancelled_ends_once_calls_that_are_made_are_settled(office: Office) -> None:
    """Whoever is being written to is not said to have been skipped."""
    slow = Slow("custom", windowed=True)
    office.posts = {**office.posts, "custom": slow}
    await office.follow("oA", window=5)
    one = await office.approved()
    worker = office.worker()
    await office.work(one.id, "running", worker=worker)
    await worker.run_once()
    sending = asyncio.create_task(office.outbox().run_once())
    await slow.begun.wait()
    await office.broadcasts.cancel(await office.get(one.id), "wang")
    for _ in range(5):
        await worker.run_once()
    assert (await office.get(one.id)).state == "cancelling"
    slow.let.set()
    await sending
    await office.work(one.id, "cancelled", worker=worker)
    assert await office.counts(one.id) == Counts(sent=1)


class Meddling(Ledgers):
    """A ledger between whose count and what follows from it somebody pauses the announcement."""

    office: Office

    async def counts(self, broadcast: int) -> Counts:
        """As it is; a moment later it is another."""
        found = await super().counts(broadcast)
        one = await self.office.get(broadcast)
        if one.state == "running":
            await self.office.broadcasts.pause(one, "wang")
        return found


async def test_a_pause_between_two_looks_of_a_worker_holds(office: Office) -> None:
    """What was running when it was read hands nothing on any more."""
    await office.follow(*names(3), window=5)
    one = await office.approved()
    await office.work(one.id, "running")
    ledgers = Meddling(office.database)
    ledgers.office, office.ledgers = office, ledgers
    await office.worker().run_once()
    assert (await office.get(one.id)).state == "paused"
    assert await office.counts(one.id) == Counts(planned=3)
