"""Who wants no announcements: what is under way to them is taken back, what is kept of the wish, and what is not."""

from __future__ import annotations

from sqlalchemy import insert, select

from bot.announcements import MASS, NEXT, Announcement, Content, Plan
from bot.person import DECLINED, Change, Subscribe, Unsubscribe
from bot.store.broadcast_tables import recipients
from bot.store.broadcasts import BroadcastRows
from bot.store.database import Database
from bot.store.declines import decline
from bot.store.people import People
from bot.store.tables import audiences, endings, notices, outbox
from tests.bot.engines import rows

PLAIN, URGENT = Plan(), Plan(urgent=True, reason="台风")


async def announce(database: Database, plan: Plan) -> int:
    """An announcement; its number."""
    one = Announcement(name="x", content=Content(text="y"), plan=plan, author="li", created=1.0, changed=1.0)
    return await BroadcastRows(database).add(one)


async def enter(database: Database, number: int, openid: str, state: str, channel: str) -> None:
    """Somebody of its audience, with the notice or call that brings it to them."""
    key = f"a{number}/1" if channel == MASS else f"a{number}.1:{openid}"
    who = {"broadcast": number, "openid": openid, "state": state, "channel": channel, "carrier": key, "changed": 1.0}
    async with database.write() as connection:
        await connection.execute(insert(recipients), who)
        if channel == NEXT:
            told = "waiting" if state == "waiting" else "told"
            notice = {"key": key, "openid": openid, "kind": "announced", "data": b"{}", "news": b"[]"}
            await connection.execute(insert(notices), {**notice, "state": told, "created": 0.0, "due": 0.0})
        elif channel == MASS:
            await connection.execute(insert(audiences), {"batch": key, "openid": openid})
        else:
            going = "sending" if openid == "busy" else "waiting"
            call = {"key": key, "openid": openid, "channel": channel, "body": b"", "state": going}
            await connection.execute(insert(outbox), {**call, "created": 0.0, "due": 0.0, "expires": 9.0})


async def stands(database: Database) -> dict[tuple[int, str], tuple[str, str]]:
    """The state and the reason of everybody."""
    return {(r["broadcast"], r["openid"]): (r["state"], r["reason"]) for r in await rows(database, recipients)}


async def test_what_nobody_has_begun_is_taken_back(database: Database) -> None:
    """What waits for their next message, and a call that waits; what others get, and emergencies, go on."""
    plain, urgent, other = [await announce(database, plan) for plan in (PLAIN, URGENT, PLAIN)]
    await enter(database, plain, "o1", "waiting", NEXT)
    await enter(database, plain, "o2", "waiting", NEXT)
    await enter(database, urgent, "o1", "waiting", NEXT)
    await enter(database, other, "o1", "queued", "custom")
    await database.run(lambda: decline("o1", 7.0))
    assert await stands(database) == {
        (plain, "o1"): ("skipped", DECLINED),
        (plain, "o2"): ("waiting", ""),
        (urgent, "o1"): ("waiting", ""),
        (other, "o1"): ("skipped", DECLINED),
    }
    assert {row["key"] for row in await rows(database, notices)} == {f"a{plain}.1:o2", f"a{urgent}.1:o1"}
    assert not await rows(database, outbox)


async def test_what_has_begun_goes_on(database: Database) -> None:
    """A call that is being made, to one or to many, and what was told."""
    one, two = await announce(database, PLAIN), await announce(database, PLAIN)
    await enter(database, one, "busy", "queued", "custom")
    await enter(database, one, "o1", "sent", NEXT)
    await enter(database, two, "o1", "queued", MASS)
    await call_list(database, two, "sending", 2.0)
    before = await stands(database)
    for openid in ("busy", "o1", "nobody"):
        await database.run(lambda openid=openid: decline(openid, 7.0))  # type: ignore[misc]
    assert await stands(database) == before
    assert len(await rows(database, outbox)) == 2
    assert len(await rows(database, audiences)) == 1


async def call_list(database: Database, number: int, state: str, tried: float) -> None:
    """The call to a list."""
    call = {"key": f"a{number}/1", "openid": "", "channel": MASS, "body": b"", "state": state, "tried": tried}
    async with database.write() as connection:
        await connection.execute(insert(outbox), {**call, "created": 0.0, "due": 0.0, "expires": 9.0})


async def test_a_place_on_a_list_is_given_up(database: Database) -> None:
    """While it is being filled, and while its call waits untried; the others stay, and so does an emergency."""
    filled, waits, doubtful, urgent = [await announce(database, plan) for plan in (PLAIN, PLAIN, PLAIN, URGENT)]
    for number in (filled, waits, doubtful, urgent):
        await enter(database, number, "o1", "queued", MASS)
        await enter(database, number, "o2", "queued", MASS)
    await call_list(database, waits, "waiting", 0.0)
    await call_list(database, doubtful, "waiting", 2.0)
    await database.run(lambda: decline("o1", 7.0))
    found = await stands(database)
    assert [found[number, "o1"][0] for number in (filled, waits, doubtful, urgent)] == [
        "skipped",
        "skipped",
        "queued",
        "queued",
    ]
    assert {found[number, "o2"][0] for number in (filled, waits, doubtful, urgent)} == {"queued"}
    listed = [row["batch"] for row in await rows(database, audiences) if row["openid"] == "o1"]
    assert sorted(listed) == [f"a{doubtful}/1", f"a{urgent}/1"]


async def test_the_wish_takes_back_and_is_kept(database: Database) -> None:
    """Who unsubscribes from all their topics still wants no announcements; who wants them again ended nothing."""
    people, number = People(database), await announce(database, PLAIN)
    await enter(database, number, "o1", "waiting", NEXT)
    wishes: list[Change] = [Subscribe(kind=DECLINED), Subscribe(kind="topic", value="技术改造"), Unsubscribe()]
    await database.run(lambda: people.apply([("o1", wish, 5.0) for wish in wishes]))
    person = await database.run(lambda: people.read("o1"))
    assert (person.declines, person.wanted) == (True, ())
    assert (await stands(database))[number, "o1"] == ("skipped", DECLINED)
    await database.run(lambda: people.apply([("o1", Unsubscribe(kind=DECLINED), 6.0)]))
    assert not (await database.run(lambda: people.read("o1"))).declines
    async with database.read() as connection:
        ended = (await connection.execute(select(endings.c.kind, endings.c.reason))).all()
    assert [tuple(row) for row in ended] == [("topic", "asked")]
