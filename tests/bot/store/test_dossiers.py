"""Everything that is kept of one follower, read back."""

from __future__ import annotations

import msgspec
from sqlalchemy import insert

from bot.announcements import Announcement, Content
from bot.clock import ManualClock
from bot.messages import Followed
from bot.person import Dossier, Erase
from bot.store.broadcast_tables import recipients
from bot.store.broadcasts import BroadcastRows
from bot.store.database import Database
from bot.store.dossiers import Dossiers
from bot.store.followers import Followers
from bot.store.people import People
from bot.store.tables import concerns, feedback, grants, outbox
from tests.bot.publishing import answer, subscribe


async def keep(database: Database, clock: ManualClock, openid: str) -> None:
    """Something of everything."""
    came = Followed(key=f"f {openid}", openid=openid, account="gh_1", created=1, scene="desk-7")
    await database.run(lambda: Followers(database).record([(came, 100.0)]))
    await answer(database, clock, openid, "第一个答复", "q91-1")
    await clock.advance(1.0)
    await answer(database, clock, openid, "第二个答复")
    await subscribe(database, clock, openid, ("topic", "技术改造"))
    row = {"channel": "custom", "body": b"", "created": 0.0, "due": 0.0, "expires": 0.0, "openid": openid}
    async with database.write() as connection:
        remark = {"key": "m", "openid": openid, "created": 5.0, "kind": "staff", "text": "请回电"}
        await connection.execute(insert(feedback), {**remark, "key": openid})
        await connection.execute(insert(concerns), {"openid": openid, "news": 1, "due": 0.0})
        await connection.execute(insert(outbox), {**row, "key": f"a {openid}", "state": "sent"})
        await connection.execute(insert(grants), {"openid": openid, "template": "T", "sends": 2, "changed": 0.0})


async def test_all_of_ones_own_and_nothing_of_others(database: Database, clock: ManualClock) -> None:
    """Messages and answers newest first, remarks, subscriptions, what was sent and what is on its way."""
    await keep(database, clock, "o1")
    dossiers = Dossiers(database)
    await keep(database, clock, "o2")
    found = await dossiers.read("o1")
    assert (found.followed, found.scene) == (100.0, "desk-7")
    assert [(said.kind, said.text, said.answer, said.policies) for said in found.said] == [
        ("Text", "?", "第二个答复", ()),
        ("Text", "?", "第一个答复", ("q91-1",)),
    ]
    assert found.remarks == ((5.0, "请回电"),)
    assert [one.value for one in found.person.subscriptions] == ["技术改造"]
    assert (found.pending, found.sent, found.grants) == (1, 1, 2)


async def test_announcements_that_reached_them(database: Database) -> None:
    """By title, or how they begin, newest first; none that did not reach them, and none of others."""
    rows, contents = (
        BroadcastRows(database),
        (Content(text="明天停电\n请注意"), Content(title="说明会"), Content(text="z")),
    )
    plain = Announcement(name="", author="li", created=1.0, changed=1.0)
    numbers = [await rows.add(msgspec.structs.replace(plain, name="内部名", content=c)) for c in contents]
    async with database.write() as connection:
        for number, state in zip(numbers, ("sent", "unknown", "failed"), strict=True):
            row = {"broadcast": number, "openid": "o1", "state": state, "changed": 50.0 + number}
            await connection.execute(insert(recipients), row)
            await connection.execute(insert(recipients), {**row, "openid": "o2", "state": "skipped"})
    first, second, _ = numbers
    found = await Dossiers(database).read("o1")
    assert found.announced == ((50.0 + second, "说明会"), (50.0 + first, "明天停电"))
    assert (await Dossiers(database).read("o2")).announced == ()


async def test_of_a_stranger_there_is_nothing(database: Database) -> None:
    """Who never wrote has an empty one."""
    assert await Dossiers(database).read("nobody") == Dossier()


async def test_after_an_erasure(database: Database, clock: ManualClock) -> None:
    """Only that they follow is left, and the message that asked for it, so that its retry finds the answer."""
    await keep(database, clock, "o1")
    await keep(database, clock, "o2")
    erase = Erase(but="o1 第二个答复")
    await database.run(lambda: People(database).apply([("o1", erase, clock.time())]))
    found = await Dossiers(database).read("o1")
    assert [said.answer for said in found.said] == ["第二个答复"]
    assert found == Dossier(followed=100.0, said=found.said)
    assert (await Dossiers(database).read("o2")).sent == 1


async def test_a_way_in_that_was_given_before(database: Database, clock: ManualClock) -> None:
    """It opens what is kept until they leave or have it erased; what comes after that it does not show."""
    await keep(database, clock, "o1")
    dossiers, made = Dossiers(database), clock.time()
    assert await dossiers.opened("o1", made) == await dossiers.read("o1")
    await clock.advance(1.0)
    await database.run(lambda: People(database).apply([("o1", Erase(), clock.time())]))
    await answer(database, clock, "o1", "之后的答复")
    assert await dossiers.opened("o1", made) is None
    later = clock.time() + 1.0
    opened = await dossiers.opened("o1", later)
    assert opened is not None
    assert [said.answer for said in opened.said] == ["之后的答复"]
    await database.run(lambda: Followers(database).erase("o1", later))
    assert await dossiers.opened("o1", later) is None
    await clock.advance(9.0)
    await answer(database, clock, "o1", "又回来了")
    assert await dossiers.opened("o1", later) is None
