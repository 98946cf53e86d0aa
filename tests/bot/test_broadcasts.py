"""What staff do with announcements: each act once, by whom it may be done, with its entry of the audit log."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

import msgspec
import pytest
from sqlalchemy import insert, select

from bot.announcements import CARD, CUSTOM, EVERYONE, NOTICE, REACHED, Announcement, Content, Criterion, Plan
from bot.broadcasts import PAGE, Broadcasts, Reach, begins, open_ways
from bot.clock import SHANGHAI, ManualClock
from bot.config import Push
from bot.errors import NotAllowed, Overtaken, Refused, Temporary
from bot.store.audiences import Audience
from bot.store.audit import Audit, Entry, Search
from bot.store.broadcast_tables import recipients
from bot.store.database import Database
from bot.store.driver import Script
from bot.store.ledgers import Counts
from bot.store.sums import Sums
from bot.store.tables import outbox
from tests.bot.announcing import SETTINGS, WORDS, Office, names

T = TypeVar("T")


@pytest.fixture
def office(database: Database, clock: ManualClock) -> Office:
    """An office on a fresh database."""
    return Office(database=database, clock=clock)


def entry(action: str) -> Entry:
    """An entry of the audit log."""
    return Entry(time=1.0, staff=1, who="wang", action=action, target="1")


async def actions(office: Office) -> list[str]:
    """What the audit log holds, oldest first."""
    return [written.action for written in reversed(await Audit(office.database).read(Search(), 50))]


async def submitted(office: Office) -> Announcement:
    """One that waits for approval."""
    one = await office.compose()
    await office.broadcasts.submit(one, "zhang")
    return await office.get(one.id)


async def test_what_is_faulty_is_not_submitted(office: Office) -> None:
    """Nor what should have begun already."""
    faulty = await office.compose(content=Content(text=""))
    with pytest.raises(NotAllowed, match="faulty"):
        await office.broadcasts.submit(faulty, "zhang")
    late = await office.compose(start=office.clock.time() - 1.0)
    with pytest.raises(NotAllowed, match="start_past"):
        await office.broadcasts.submit(late, "zhang")
    assert (await office.get(late.id)).state == "draft"


async def test_what_waited_too_long_for_approval_is_not_approved(office: Office) -> None:
    """Its time is over: whoever wrote it says when it is to go out now."""
    one = await office.compose(start=office.clock.time() + 60.0)
    await office.broadcasts.submit(one, "zhang")
    one = await office.get(one.id)
    await office.clock.advance(61.0)
    with pytest.raises(NotAllowed, match="start_past"):
        await office.broadcasts.approve(one, "wang", digest=one.digest)


async def test_of_two_approvers_one_approves(office: Office) -> None:
    """Though both read the same and click at the same moment."""
    one = await submitted(office)

    async def approve(who: str) -> bool:
        told = [msgspec.structs.replace(entry("broadcast.approved"), who=who)]
        try:
            await office.broadcasts.approve(one, who, digest=one.digest, told=told)
        except Overtaken:
            return False
        return True

    assert sum(await asyncio.gather(approve("wang"), approve("wu"), approve("xu"))) == 1
    assert await actions(office) == ["broadcast.approved"]


async def test_an_approval_is_of_what_was_read(office: Office) -> None:
    """Words that changed meanwhile go back to their author, whoever's click came first."""
    one = await submitted(office)
    await office.broadcasts.save(msgspec.structs.replace(one, content=Content(text="别的")), "li")
    fresh = await office.get(one.id)
    assert (fresh.state, fresh.hands) == ("draft", ("li",))
    with pytest.raises(Overtaken):
        await office.broadcasts.approve(one, "wang", digest=one.digest)
    await office.broadcasts.submit(fresh, "zhang")
    fresh = await office.get(one.id)
    with pytest.raises(Overtaken):
        await office.broadcasts.approve(fresh, "wang", digest=one.digest)
    with pytest.raises(NotAllowed, match="own_work"):
        await office.broadcasts.approve(fresh, "li", digest=fresh.digest)


async def test_whoever_submitted_it_anew_does_not_approve_it(office: Office) -> None:
    """Though their page is of before, when somebody else had."""
    one = await submitted(office)
    await office.broadcasts.reopen(one, "wang")
    await office.broadcasts.submit(await office.get(one.id), "wang")
    with pytest.raises(NotAllowed, match="own_work"):
        await office.broadcasts.approve(one, "wang", digest=one.digest)
    assert (await office.get(one.id)).state == "in_review"


class Interrupted:
    """A store between whose first two scripts something happens."""

    def __init__(self, store: Database, happens: Callable[[], Awaitable[None]]) -> None:
        self.dialect, self.marking = store.dialect, store.marking
        self.insert = store.insert
        self._store = store
        self._happens: Callable[[], Awaitable[None]] | None = happens

    async def run(self, script: Callable[[], Script[T]]) -> T:
        """Run it; after the first comes what happens."""
        result = await self._store.run(script)
        if happens := self._happens:
            self._happens = None
            await happens()
        return result


async def test_of_what_is_cancelled_meanwhile_nobody_goes_again(office: Office) -> None:
    """Those with whom it failed go again a page at a time, and each page looks whether it still may."""
    await office.follow(*names(3))
    one = await office.approved()
    one = await office.work(one.id, "finished")
    more = [{"broadcast": one.id, "openid": openid, "changed": 1.0} for openid in names(PAGE + 5, 100)]
    async with office.database.write() as connection:
        await connection.execute(insert(recipients).values(state="failed"), more)

    async def cancel() -> None:
        await office.broadcasts.cancel(await office.get(one.id), "wang")
        await office.work(one.id, "cancelled")

    interrupted = Broadcasts(
        Interrupted(office.database, cancel),
        config=office.settings,
        audience=Audience(office.database),
        ledgers=office.ledgers,
        clock=office.clock,
    )
    assert await interrupted.retry(one, "wang") == PAGE
    counts = await office.counts(one.id)
    assert (counts.planned, counts.failed, counts.skipped) == (0, 5, PAGE)


async def test_it_goes_back_and_is_given_up(office: Office) -> None:
    """Rejected with a remark, reopened by its author, discarded."""
    one = await submitted(office)
    await office.broadcasts.reject(one, "wang", remark="日期不对", told=[entry("broadcast.rejected")])
    one = await office.get(one.id)
    assert (one.state, one.why, one.reviewer) == ("rejected", "日期不对", "wang")
    await office.broadcasts.submit(one, "zhang")
    await office.broadcasts.reopen(await office.get(one.id), "zhang")
    await office.broadcasts.discard(await office.get(one.id), "zhang")
    assert (await office.get(one.id)).state == "discarded"


async def test_reach_is_what_would_happen_now(office: Office) -> None:
    """By way; what a follower allows is counted, and what was kept back."""
    await office.follow(*names(2), window=5)
    await office.follow(*names(3, 10))
    one = await office.compose()
    assert await office.broadcasts.reach(one) == Reach(ways={"custom": 2, "mass": 3})
    narrow = msgspec.structs.replace(one, plan=Plan(ways=(CUSTOM,)))
    reach = await office.broadcasts.reach(narrow)
    assert (reach, reach.audience) == (Reach(ways={"custom": 2}, closed=3), 5)


async def test_reach_is_of_when_it_begins(office: Office) -> None:
    """A window that is over by then is none, and a new month has its mass messages anew; so is what is foreseen."""
    await office.follow("oA", window=5)
    for number in range(3):
        done = await office.approved(plan=Plan(ways=("mass",)), content=Content(text=f"{number}"))
        await office.follow(f"oB{number}")
        await office.work(done.id, "finished")
    one = await office.compose(plan=Plan(ways=("custom", "mass")))
    assert await office.broadcasts.reach(one) == Reach(ways={"custom": 1, "mass": 2}, closed=1, kept=1)
    start = datetime(2026, 12, 1, 9, 0, tzinfo=SHANGHAI).timestamp()
    later = await office.approved(plan=Plan(ways=("custom", "mass")), start=start)
    assert await office.broadcasts.reach(later) == Reach(ways={"mass": 4})
    assert later.foreseen == {"mass": 4, "declined": 0, "closed": 0}


async def test_a_test_goes_to_named_phones_alone(office: Office) -> None:
    """By customer service in its own form, and a notice by its template too; each test anew."""
    await office.follow("oStaff", "oOther", window=5)
    card = Content(form=CARD, title="标题", url="https://a.example/x")
    one = await office.compose(content=card)
    assert await office.broadcasts.show(one, ["oStaff"], told=[entry("broadcast.tested")]) == 1
    assert await office.broadcasts.show(one, ["oStaff"]) == 1
    await office.outbox().run_once()
    assert [row.openid for row in office.posts["custom"].sent] == ["oStaff", "oStaff"]
    notice = Content(form=NOTICE, channel="template", template="T", pattern="事项:{{thing1.DATA}}")
    one = await office.compose(content=msgspec.structs.replace(notice, values={"thing1": "甲"}))
    assert await office.broadcasts.show(one, ["oStaff"]) == 2
    await office.outbox().run_once()
    assert [row.template for row in office.posts["template"].sent] == ["T"]
    assert await office.counts(one.id) == Counts()


async def test_only_the_failed_go_again(office: Office) -> None:
    """Under new keys, by whichever way is open; those of whom nobody knows only where a person says so."""
    await office.follow(*names(4), window=9)
    one = await office.approved()
    lost = Temporary(-1, "no answer", sent=True)
    office.posts["custom"].fails += [Refused(45002), Refused(45002), lost]
    await office.work(one.id, "finished")
    assert await office.counts(one.id) == Counts(sent=1, failed=2, unknown=1)
    done = await office.get(one.id)
    assert await office.broadcasts.retry(done, "wang") == 2
    await office.work(one.id, "finished")
    assert await office.counts(one.id) == Counts(sent=3, unknown=1)
    done = await office.get(one.id)
    with pytest.raises(NotAllowed, match="nothing_failed"):
        await office.broadcasts.retry(done, "wang")
    assert await office.broadcasts.retry(done, "wang", unknown=True) == 1
    await office.work(one.id, "finished")
    assert await office.counts(one.id) == Counts(sent=4)


async def test_going_on_gives_it_a_day_at_least(office: Office) -> None:
    """What paused over its last day is not over when somebody lets it go on."""
    await office.follow("oA")
    one = await office.approved(plan=Plan(ways=("mass", "next"), days=1))
    await office.work(one.id, "running")
    await office.broadcasts.pause(await office.get(one.id), "wang")
    await office.clock.advance(3 * 86_400.0)
    await office.broadcasts.resume(await office.get(one.id), "wang")
    assert (await office.get(one.id)).until == office.clock.time() + 86_400.0
    await office.work(one.id, "closing")
    assert await office.counts(one.id) == Counts(waiting=1)


async def test_a_day_that_is_not_worked_is_no_day_to_send(office: Office) -> None:
    """What is let go on, or begins, on a Friday evening goes out on Monday: it is not over before."""
    settings = msgspec.structs.replace(SETTINGS, push=Push(pace=1e5, workdays=True))
    office = Office(database=office.database, clock=office.clock, settings=settings)
    friday = datetime(2026, 11, 27, 20, 0, tzinfo=SHANGHAI).timestamp()
    await office.clock.advance(friday - office.clock.time())
    await office.follow(*names(2), window=5)
    one = await office.approved(plan=Plan(ways=("mass",), days=1))
    await office.work(one.id, "running")
    monday = datetime(2026, 11, 30, 20, 0, tzinfo=SHANGHAI).timestamp()
    assert (await office.get(one.id)).until == monday
    await office.broadcasts.pause(await office.get(one.id), "wang")
    await office.clock.advance(7 * 86_400.0 + 3600.0)
    await office.broadcasts.resume(await office.get(one.id), "wang")
    assert (await office.get(one.id)).until == datetime(2026, 12, 8, 8, 30, tzinfo=SHANGHAI).timestamp()
    await office.clock.advance(2.5 * 86_400.0)
    await office.work(one.id, "finished")
    assert await office.counts(one.id) == Counts(sent=2)


async def test_a_pause_leaves_nothing_to_send(office: Office) -> None:
    """Calls that wait are gone, and their people planned."""
    await office.follow(*names(3), window=5)
    one = await office.approved()
    worker = office.worker()
    await office.work(one.id, "running", worker=worker)
    await worker.run_once()
    await office.broadcasts.pause(await office.get(one.id), "wang", told=[entry("broadcast.paused")])
    async with office.database.read() as connection:
        assert not (await connection.execute(select(outbox.c.id))).all()
    await worker.run_once()
    assert await office.counts(one.id) == Counts(planned=3)


@pytest.mark.parametrize(
    ("moment", "start", "urgent", "begins_at"),
    [
        ("2026-11-25 10:00", "", False, "2026-11-25 10:00"),
        ("2026-11-25 21:00", "", False, "2026-11-26 08:30"),
        ("2026-11-25 10:00", "2026-11-27 06:00", False, "2026-11-27 08:30"),
        ("2026-11-28 10:00", "", False, "2026-11-30 08:30"),  # a Saturday
        ("2026-10-01 10:00", "", False, "2026-10-08 08:30"),  # the National Day
        ("2026-10-10 10:00", "", False, "2026-10-10 10:00"),  # a Saturday that is worked
        ("2026-11-28 23:00", "", True, "2026-11-28 23:00"),
    ],
)
def test_it_begins_in_working_hours(moment: str, start: str, urgent: bool, begins_at: str) -> None:
    """By the calendar with its holidays and make-up days; an emergency at any hour."""

    def at(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)

    one = Announcement(
        name="一",
        content=Content(text=WORDS),
        criteria=(Criterion(kind=EVERYONE),),
        plan=Plan(urgent=urgent, reason="台风"),
        start=at(start).timestamp() if start else 0.0,
        author="zhang",
        created=1.0,
        changed=1.0,
    )
    settings = msgspec.structs.replace(SETTINGS, push=Push(workdays=True))
    assert begins(one, settings, at(moment)) == at(begins_at)


def test_a_month_begins_in_shanghai() -> None:
    """Mass messages are counted from its first second there; an emergency may use the reserve, and all of a window."""
    one = Announcement(name="一", author="zhang", created=1.0, changed=1.0, plan=Plan(reserve=1))
    moment = datetime(2026, 12, 1, 0, 30, tzinfo=SHANGHAI)
    ways = open_ways(one, moment)
    assert ways.month == datetime(2026, 12, 1, tzinfo=SHANGHAI).timestamp()
    assert (ways.most, ways.spare, ways.heeds) == (3, 1, True)
    urgent = msgspec.structs.replace(one, plan=Plan(reserve=1, urgent=True))
    ways = open_ways(urgent, moment)
    assert (ways.most, ways.spare, ways.heeds) == (4, 0, False)


async def test_whom_nobody_knows_any_more_nobody_writes_to(office: Office) -> None:
    """Of an old announcement nothing is tried again, and none goes to its receivers: not where one is submitted, nor
    where it was before they were forgotten."""
    await office.follow(*names(3), window=5)
    office.posts["custom"].fails.append(Refused(45002))
    old = await office.work((await office.approved(plan=Plan(ways=("custom",)))).id, "finished")
    reached = (Criterion(kind=REACHED, value=str(old.id)),)
    draft, read = [await office.compose(criteria=reached, corrects=old.id) for _ in range(2)]
    await office.broadcasts.submit(read, "zhang")
    before = await office.counts(old.id)
    assert await Sums(office.database).purge(old.ended + 1.0, time=old.ended + 1.0) == 3
    assert await office.counts(old.id) == before == Counts(sent=2, failed=1)
    with pytest.raises(NotAllowed, match="forgotten"):
        await office.broadcasts.retry(old, "wang")  # as it was read before
    with pytest.raises(NotAllowed, match="list_gone"):
        await office.broadcasts.submit(draft, "zhang")
    read = await office.get(read.id)
    with pytest.raises(NotAllowed, match="list_gone"):
        await office.broadcasts.approve(read, "wang", digest=read.digest)
    assert (await office.get(read.id)).state == "in_review"
