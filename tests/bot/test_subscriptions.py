"""A new edition, or a day, becomes notices to exactly those whom it concerns."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from sqlalchemy import insert

from bot.clock import ManualClock
from bot.notices import Criterion, News, Notice
from bot.person import Erase, SetRhythm, Unsubscribe
from bot.store.database import Database
from bot.store.followers import Followers
from bot.store.notices import TOLD, Notices, Settled
from bot.store.tables import concerns, inbox, news, published
from tests.bot.engines import rows
from tests.bot.publishing import CAPPED, EXTENDED, Process, answer, change, edition, subscribe, tell, told

DAY = 86_400.0
TOPIC, LAOSHAN, FIRST = ("topic", "技术改造"), ("district", "崂山区"), ("topic", "首台套")


@pytest.fixture
async def process(database: Database, clock: ManualClock) -> Process:
    """A process whose first edition is published."""
    started = Process(database, clock)
    await started.settle()
    return started


def kinds(notices: list[Notice]) -> dict[str, str]:
    """Who was told what kind of thing; nobody twice."""
    found = {notice.openid: notice.kind for notice in notices}
    assert len(found) == len(notices)
    return found


async def test_the_first_edition_is_nobodys_news(database: Database, clock: ManualClock) -> None:
    """Nobody is told of what was there before anybody was told of anything."""
    await subscribe(database, clock, "o1", ("all", ""), ("expiring", ""))
    process = Process(database, clock)
    assert await process.settle() == []
    assert len(await rows(database, published)) == 3
    assert await process.settle() == []


async def test_a_change_is_told_as_a_difference(process: Process, clock: ManualClock) -> None:
    """Who subscribed to what the policy is about hears what it was and what it is; nobody else hears anything."""
    await subscribe(process.store, clock, "o1", TOPIC)
    await subscribe(process.store, clock, "o2", FIRST)
    await subscribe(process.store, clock, "o3", ("unit", "市工信局投资处"))
    await subscribe(process.store, clock, "o4", LAOSHAN)
    notices = await process.settle(edition(CAPPED))
    assert kinds(notices) == {"o1": "changed", "o3": "changed"}
    assert "技改补助：一家一年最多600万元→1000万元" in notices[0].text
    assert notices[0].fields["change"] == "技改补助：一家一年最多600万元→1000万元"


async def test_one_message_however_many_subscriptions(process: Process, clock: ManualClock) -> None:
    """One notice for one fact, and one for several facts of an edition."""
    everything = (TOPIC, FIRST, LAOSHAN, ("district", "市"), ("unit", "市工信局投资处"), ("all", ""), ("word", "技改"))
    await subscribe(process.store, clock, "o1", *everything)
    await subscribe(process.store, clock, "o2", TOPIC)
    notices = await process.settle(edition(CAPPED, third=True))
    assert kinds(notices) == {"o1": "digest", "o2": "changed"}
    text = next(notice.text for notice in notices if notice.openid == "o1")
    assert "支持氢能产业" in text
    assert "600万元→1000万元" in text


async def test_words_alone_are_silent(process: Process, clock: ManualClock) -> None:
    """New keywords and another summary tell nobody anything, now or with the next change."""
    await subscribe(process.store, clock, "o1", ("all", ""))
    reworded = (('keywords = ["技改", "买设备", "换新设备"]', 'keywords = ["技改"]'), ("买新设备按", "买设备按"))
    assert await process.settle(edition(*reworded)) == []
    assert len(await process.settle(edition(*reworded, CAPPED))) == 1


async def test_gone_and_back(process: Process, clock: ManualClock) -> None:
    """A policy that is left out of an edition and comes back as it was is no news; one that comes back changed is."""
    await subscribe(process.store, clock, "o1", ("all", ""))
    assert len(await process.settle(edition(third=True))) == 1
    await tell(process.store)
    assert len(await process.settle(edition())) == 1
    assert len(await process.settle(edition(third=True))) == 1
    changed = edition(("end = 2026-12-31", "end = 2027-06-30"), third=True)
    assert sorted(notice.kind for notice in await process.settle(changed)) == ["digest", "new"]


async def test_a_wish_comes_true(process: Process, clock: ManualClock) -> None:
    """Who asked for what there was not is told once it is there, and that it is what they asked for."""
    await subscribe(process.store, clock, "o1", ("word", "氢能"), ("district", "市"))
    await subscribe(process.store, clock, "o2", ("topic", "能源"))
    await subscribe(process.store, clock, "o3", ("word", "备用电源"))
    await subscribe(process.store, clock, "o4", ("district", "市"))
    notices = await process.settle(edition(third=True))
    assert kinds(notices) == {"o1": "wish", "o2": "wish", "o4": "new"}
    assert "您要的“氢能”有政策了" in next(n.text for n in notices if n.openid == "o1")


async def test_who_subscribes_afterwards(process: Process, clock: ManualClock) -> None:
    """What was published before somebody subscribed is not told them."""
    process.corpus = edition(CAPPED)
    assert await process.herald.run() == 1
    await clock.advance(1.0)
    await subscribe(process.store, clock, "o1", TOPIC)
    assert await process.settle() == []


async def test_many_processes_publish_once(process: Process, clock: ManualClock) -> None:
    """Processes that see the new edition at once make one notice of it between them."""
    await subscribe(process.store, clock, "o1", TOPIC)
    others = [Process(process.store, clock, edition(CAPPED)) for _ in range(3)]
    await asyncio.gather(*(other.settle() for other in others))
    assert kinds(await told(process.store)) == {"o1": "changed"}
    assert len(await rows(process.store, news)) == 1


async def test_a_process_behind_takes_nothing_back(process: Process, clock: ManualClock) -> None:
    """One that still holds the edition before is no news, nor one that was started with the old files; then neither is
    the edition that follows from the right ones."""
    await subscribe(process.store, clock, "o1", TOPIC)
    behind = Process(process.store, clock)
    await behind.settle()
    await clock.advance(60.0)
    assert len(await process.settle(edition(CAPPED))) == 1
    await clock.advance(60.0)
    assert len(await behind.settle()) == 1
    behind = Process(process.store, clock)
    assert len(await behind.settle()) == 1, "old figures are told as a change"
    assert len(await behind.settle(edition())) == 1
    await clock.advance(60.0)
    assert len(await behind.settle(edition(CAPPED))) == 1
    assert len(await Process(process.store, clock, edition(CAPPED)).settle()) == 1


async def test_what_is_taken_back_on_purpose(process: Process, clock: ManualClock) -> None:
    """By a process that is given an earlier edition while it holds the last one, or by command."""
    await subscribe(process.store, clock, "o1", TOPIC)
    await process.settle(edition(CAPPED))
    await tell(process.store)
    await clock.advance(60.0)
    assert "1000万元→600万元" in (await process.settle(edition()))[-1].text
    await tell(process.store)
    await clock.advance(60.0)
    other = Process(process.store, clock, edition(CAPPED))
    assert len(await other.settle()) == 2
    assert await other.herald.publish_again()
    assert not await other.herald.publish_again()
    assert "600万元→1000万元" in (await other.settle())[-1].text


async def test_rhythms(process: Process, clock: ManualClock) -> None:
    """At once, on the next morning, on the next Monday's: each gets all that came up to then in one message."""
    for openid, rhythm in (("o1", "at_once"), ("o2", "daily"), ("o3", "weekly")):
        await subscribe(process.store, clock, openid, ("all", ""))
        await change(process.store, clock, openid, SetRhythm(rhythm=rhythm))
    assert kinds(await process.settle(edition(CAPPED))) == {"o1": "changed"}
    await clock.advance(3600.0)
    await process.settle(edition(CAPPED, third=True))  # Sunday, 11 o'clock
    await clock.advance(22 * 3600.0 - 1)
    assert {notice.openid for notice in await process.settle()} == {"o1"}
    await clock.advance(1.0)  # Monday, 9 o'clock
    notices = [notice for notice in await process.settle() if notice.openid != "o1"]
    assert kinds(notices) == {"o2": "digest", "o3": "digest"}
    assert all("氢能" in notice.text and "1000万元" in notice.text for notice in notices)


async def test_another_rhythm_brings_forward_what_waits(process: Process, clock: ManualClock) -> None:
    """Who wants it at once after all need not wait for Monday."""
    await subscribe(process.store, clock, "o1", ("all", ""))
    await change(process.store, clock, "o1", SetRhythm(rhythm="weekly"))
    assert await process.settle(edition(CAPPED)) == []
    await change(process.store, clock, "o1", SetRhythm(rhythm="at_once"))
    assert len(await process.settle()) == 1


async def test_reminders(process: Process, clock: ManualClock) -> None:
    """30, 7 and 1 days before a last day, each once, however often and by however many processes it is looked for."""
    await subscribe(process.store, clock, "o1", ("expiring", ""))
    await subscribe(process.store, clock, "o2", FIRST)
    await subscribe(process.store, clock, "o3", LAOSHAN)  # its paper states no last day
    days = []
    for day in range(45):  # 22 November 2026 to 5 January 2027
        before = len(await told(process.store))
        await process.settle()
        await Process(process.store, clock).settle()
        found = (await told(process.store))[before:]
        assert {notice.openid for notice in found} <= {"o1", "o2"}
        days += [39 - day] * bool(found)
        await clock.advance(DAY)
    assert days == [30, 7, 1]
    assert kinds((await told(process.store))[-2:]) == {"o1": "digest", "o2": "expiring"}


async def test_a_step_that_was_missed(process: Process, clock: ManualClock) -> None:
    """After days without a process people are reminded once, of how many days are left now."""
    await subscribe(process.store, clock, "o1", FIRST)
    await clock.advance(36 * DAY)  # 28 December
    notices = await process.settle()
    assert kinds(notices) == {"o1": "expiring"}
    assert "还剩3天" in notices[0].text
    await clock.advance(10 * DAY)
    assert len(await process.settle()) == 1, "nobody is reminded of a day that is past"


async def test_a_reminder_does_not_wait_for_monday(process: Process, clock: ManualClock) -> None:
    """Weekly readers get the last ones on the next morning, and what is over by then not at all."""
    await subscribe(process.store, clock, "o1", FIRST)
    await change(process.store, clock, "o1", SetRhythm(rhythm="weekly"))
    await clock.advance(38 * DAY - 3600.0)  # Wednesday 30 December 2026, 9 o'clock, one day before the last
    assert kinds(await process.settle()) == {"o1": "expiring"}


async def test_who_is_told_of_a_change_is_not_reminded_too(process: Process, clock: ManualClock) -> None:
    """The change says the last day; who only wants reminders gets the reminder."""
    await subscribe(process.store, clock, "o1", TOPIC)
    await subscribe(process.store, clock, "o2", ("expiring", ""))
    await clock.advance(38 * DAY)
    notices = await process.settle(edition(CAPPED))
    assert kinds([n for n in notices if n.openid == "o1"]) == {"o1": "changed"}
    assert kinds([n for n in notices if n.openid == "o2"]) == {"o2": "digest"}


async def test_an_extension_starts_the_steps_anew(process: Process, clock: ManualClock) -> None:
    """A later last day is told as a change, and reminded of in its own time."""
    await subscribe(process.store, clock, "o1", FIRST)
    await clock.advance(9 * DAY)
    assert kinds(await process.settle()) == {"o1": "expiring"}
    await clock.advance(DAY)
    last = (await process.settle(edition(EXTENDED)))[-1]
    assert (last.kind, "有效期：至2026年12月31日→至2027年12月31日" in last.text) == ("changed", True)
    await clock.advance(364 * DAY)
    assert (await process.settle())[-1].kind == "expiring"


async def test_unsubscribing_stops_what_is_on_its_way(process: Process, clock: ManualClock) -> None:
    """Whether it waits for a morning or is a notice already; what another subscription still wants is told."""
    await subscribe(process.store, clock, "o1", TOPIC)
    await subscribe(process.store, clock, "o2", TOPIC, ("all", ""))
    await subscribe(process.store, clock, "o3", TOPIC)
    await change(process.store, clock, "o3", SetRhythm(rhythm="daily"))
    assert kinds(await process.settle(edition(CAPPED))) == {"o1": "changed", "o2": "changed"}
    for openid in ("o1", "o2", "o3"):
        await change(process.store, clock, openid, Unsubscribe(kind="topic", value="技术改造"))
    await clock.advance(DAY)
    assert kinds(await process.settle()) == {"o2": "changed"}
    await change(process.store, clock, "o2", Unsubscribe())
    assert await process.settle() == []
    assert await rows(process.store, concerns) == []


async def test_what_was_wrong_and_is_mended_is_not_told(process: Process, clock: ManualClock) -> None:
    """Whether it waits for a morning or is a notice already; who was told it is told that it is not so."""
    for openid in ("o1", "o2", "o3"):
        await subscribe(process.store, clock, openid, TOPIC)
    await change(process.store, clock, "o2", SetRhythm(rhythm="daily"))
    notices = await process.settle(edition(("cap_year = 6_000_000", "cap_year = 60_000_000")))
    assert kinds(notices) == {"o1": "changed", "o3": "changed"}
    told_already = next(notice.key for notice in notices if notice.openid == "o3")
    settled = Settled(key=told_already, state=TOLD)
    await process.store.run(lambda: Notices(process.store).take([settled]))
    await clock.advance(600.0)
    notices = [notice for notice in await process.settle(edition()) if notice.key != told_already]
    assert kinds(notices) == {"o3": "changed"}
    assert "6000万元→600万元" in notices[0].text
    await clock.advance(2 * DAY)
    assert len(await process.settle()) == 2
    assert await rows(process.store, concerns) == []


async def test_two_changes_are_told_as_one(process: Process, clock: ManualClock) -> None:
    """As what it was when they were last told, and what it is; other news beside it stays."""
    await subscribe(process.store, clock, "o1", ("all", ""))
    await process.settle(edition(CAPPED, third=True))
    await clock.advance(600.0)
    twice = edition(("cap_year = 6_000_000", "cap_year = 20_000_000"), third=True)
    notices = await process.settle(twice)
    assert kinds(notices) == {"o1": "digest"}
    assert "600万元→2000万元" in notices[0].text
    assert "1000万元" not in notices[0].text
    assert "支持氢能产业" in notices[0].text


async def test_a_new_policy_that_changes_before_it_is_told(process: Process, clock: ManualClock) -> None:
    """It is new, and what it gives is what stands now."""
    await subscribe(process.store, clock, "o1", ("topic", "首台套"))
    await change(process.store, clock, "o1", SetRhythm(rhythm="weekly"))
    first = edition(("end = 2026-12-31", "end = 2027-06-30"))
    await process.settle(first)
    await clock.advance(600.0)
    await process.settle(edition(EXTENDED))
    await clock.advance(8 * DAY)
    (notice,) = await process.settle()
    assert "至2026年12月31日→至2027年12月31日" in notice.text


async def test_a_policy_that_goes_again_before_it_is_told(process: Process, clock: ManualClock) -> None:
    """Nobody hears of it; of other news they do."""
    await subscribe(process.store, clock, "o1", ("all", ""))
    await subscribe(process.store, clock, "o2", ("topic", "能源"))
    assert kinds(await process.settle(edition(CAPPED, third=True))) == {"o1": "digest", "o2": "wish"}
    await clock.advance(60.0)
    assert kinds(await process.settle(edition(CAPPED))) == {"o1": "changed"}
    assert await rows(process.store, concerns) == []


async def test_a_reminder_of_a_day_that_no_longer_stands(process: Process, clock: ManualClock) -> None:
    """Who only wants reminders is not reminded of a last day that was moved before they were."""
    await subscribe(process.store, clock, "o1", ("expiring", ""))
    await clock.advance(9 * DAY)
    assert kinds(await process.settle()) == {"o1": "digest"}
    await clock.advance(60.0)
    assert await process.settle(edition(EXTENDED)) == []


async def test_what_cannot_be_read_stops_nobody_else(process: Process, clock: ManualClock) -> None:
    """A kept answer of another version of the program, a fact that is none, and one that cannot be said."""
    store = process.store
    await subscribe(store, clock, "o1", TOPIC)
    await answer(store, clock, "o2", "【鼓励技术改造】", "q91-1")
    await process.herald.correct("q91-1", "电话应为85911249")
    old = {"openid": "oZ", "received": clock.time() - 9, "state": "answered", "owner": "", "lease": 0.0}
    row = {"created": clock.time(), "state": "spreading", "at": 0, "after": ""}
    wanted = (Criterion(kind="topic", value="技术改造"),)
    unsaid = News(kind="?", policy="q91-2", title="t", place="市", created=clock.time(), criteria=wanted)
    async with store.write() as connection:
        await connection.execute(
            insert(inbox), {**old, "key": "k", "message": b"{}", "answer": b'{"reply":{"type":"?"}}'}
        )
        await connection.execute(insert(news), {**row, "key": "a", "data": b'{"kind":1}'})
        await connection.execute(insert(news), {**row, "key": "b", "data": msgspec.json.encode(unsaid)})
    assert kinds(await process.settle(edition(CAPPED))) == {"o1": "changed", "o2": "corrected"}
    assert sorted(row["key"] for row in await rows(store, news) if row["state"] == "failed") == ["a", "b"]


async def test_leaving_and_erasing_stop_it_too(process: Process, clock: ManualClock) -> None:
    """Nothing is left on its way to who left or had everything erased."""
    await subscribe(process.store, clock, "o1", TOPIC)
    await subscribe(process.store, clock, "o2", TOPIC)
    await change(process.store, clock, "o1", SetRhythm(rhythm="weekly"))
    await process.settle(edition(CAPPED))
    await process.store.run(lambda: Followers(process.store).erase("o1", clock.time()))
    await change(process.store, clock, "o2", Erase())
    assert await told(process.store) == []
    assert await rows(process.store, concerns) == []


async def test_a_correction_reaches_those_who_were_answered(process: Process, clock: ManualClock) -> None:
    """All to whom the policy was shown within the kept days, once for each note, whatever they subscribed to."""
    store = process.store
    await answer(store, clock, "o0", "很久以前", "q91-1")
    await clock.advance(91 * DAY)
    await answer(store, clock, "o1", "【鼓励技术改造】", "q91-1")
    await answer(store, clock, "o1", "鼓励技术改造，又问了一次", "q91-1")
    await answer(store, clock, "o2", '<a href="weixin://bizmsgmenu?msgmenucontent=1&msgmenuid=q91-1">1</a>')
    await answer(store, clock, "o3", "【支持首台套】", "q91-2", "q91-1")  # beside, and not shown
    await answer(store, clock, "o4", "相近的：鼓励技术改造", "q91-2", "q91-1")
    await answer(store, clock, "o5", '<a href="weixin://bizmsgmenu?msgmenucontent=1&msgmenuid=q91-10">1</a>')
    await subscribe(store, clock, "o6", TOPIC)
    await process.settle()
    key = await process.herald.correct("q91-1", "电话应为85911249")
    assert key == await process.herald.correct("q91-1", "电话应为85911249")
    notices = [notice for notice in await process.settle() if notice.kind == "corrected"]
    assert kinds(notices) == dict.fromkeys(("o1", "o2", "o4"), "corrected")
    assert all(notice.urgent and "电话应为85911249" in notice.text for notice in notices)
    await process.herald.correct("q91-1", "上限应为1000万元")
    assert len([n for n in await process.settle() if n.kind == "corrected"]) == 6


async def test_an_edition_that_is_held_back_is_seen(database: Database, clock: ManualClock) -> None:
    """A process that starts with what was replaced says so until it is given what people were last told of, or that
    edition is published again."""
    first, second = Process(database, clock), Process(database, clock, edition(CAPPED))
    await first.settle()
    assert not first.herald.holds_back
    await clock.advance(1.0)
    await second.settle()
    assert not second.herald.holds_back
    await clock.advance(1.0)
    late = Process(database, clock)
    await late.settle()
    assert late.herald.holds_back
    await late.settle(edition(CAPPED))
    assert not late.herald.holds_back
    again = Process(database, clock)
    await again.settle()
    assert again.herald.holds_back
    assert await again.herald.publish_again()
    await again.settle()
    assert not again.herald.holds_back
