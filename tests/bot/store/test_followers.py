"""What is kept of followers, and that nothing is kept of those who left."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
import pytest
from sqlalchemy import func, insert, select

from bot.conversation import Conversation
from bot.messages import AnyMessage, Clicked, Followed, Location, Position, Scanned, ScannedCode, Text, Viewed
from bot.person import Erase
from bot.store import conversations
from bot.store.broadcast_tables import broadcasts, phones, recipients, tagged
from bot.store.database import Database
from bot.store.driver import once
from bot.store.followers import SCENE_LIMIT, WINDOWS, Followers, window
from bot.store.people import People
from bot.store.tables import (
    audiences,
    concerns,
    endings,
    enterprises,
    feedback,
    followers,
    grants,
    inbox,
    metadata,
    news,
    notices,
    outbox,
    reports,
    rhythms,
    subscriptions,
)

HOUR = 3600.0
TIME = 1_795_312_800.0  # 22 November 2026 in Shanghai
WHO: dict[str, Any] = {"openid": "o1", "account": "gh_1", "created": 1}
SPOKE = Text(key="k1", text="hello", **WHO)
CLICKED = Clicked(key="k2", button="MENU", **WHO)
CAME = Followed(key="k3", scene="desk-7", **WHO)
ROW = select(followers)


async def record(database: Database, *acts: tuple[AnyMessage, float]) -> dict[str, object]:
    """The row of the only follower after these messages, each with the time it was received."""
    for message, time in acts:
        await database.run(lambda act=(message, time): Followers(database).record([act]))  # type: ignore[misc]
    async with database.read() as connection:
        return dict((await connection.execute(ROW)).mappings().one())


@pytest.mark.parametrize(
    ("message", "count", "seconds"),
    [
        (SPOKE, 5, 48 * HOUR),
        (Location(key="k", latitude=36.1, longitude=120.3, **WHO), 5, 48 * HOUR),
        (CLICKED, 3, 60.0),
        (ScannedCode(key="k", button="b", **WHO), 3, 60.0),
        (CAME, 3, 60.0),
        (Scanned(key="k", scene="s", **WHO), 3, 60.0),
    ],
)
async def test_windows(message: AnyMessage, count: int, seconds: float) -> None:
    """What a follower does opens a window, as the platform's table of triggers says."""
    allowed = window(message)
    assert allowed is not None
    assert (allowed.count, allowed.seconds) == (count, seconds)


def test_other_messages_open_nothing() -> None:
    """A page view, a position report and the platform's own reports open no window."""
    assert window(Viewed(key="k", url="https://a.cn", **WHO)) is None
    assert window(Position(key="k", latitude=0.0, longitude=0.0, **WHO)) is None
    assert set(WINDOWS) < set(get_args(AnyMessage))


async def test_message_opens_two_days(database: Database) -> None:
    """The first message of somebody unknown makes a row, with the window of a message."""
    assert await record(database, (SPOKE, 100.0)) == {
        "openid": "o1",
        "followed": 100.0,
        "scene": "",
        "last_message": 100.0,
        "window_until": 100.0 + 48 * HOUR,
        "window_left": 5,
        "erased": 0.0,
        "talk": None,
        "talk_until": 0.0,
    }


async def test_click_does_not_shrink_an_open_window(database: Database) -> None:
    """A click after a message leaves the two days and the time of the message as they are."""
    row = await record(database, (SPOKE, 100.0), (CLICKED, 200.0))
    assert (row["window_until"], row["window_left"], row["last_message"]) == (100.0 + 48 * HOUR, 5, 100.0)


async def test_click_opens_what_was_used_up(database: Database) -> None:
    """A click gives its own three messages where the window of the last message is over, or spent."""
    row = await record(database, (SPOKE, 100.0), (CLICKED, 100.0 + 49 * HOUR))
    assert (row["window_until"], row["window_left"]) == (160.0 + 49 * HOUR, 3)
    async with database.write() as connection:
        await connection.execute(followers.update().values(window_until=1e9, window_left=0))
    row = await record(database, (CLICKED, 500.0))
    assert (row["window_until"], row["window_left"]) == (560.0, 3)


async def test_message_renews_the_window(database: Database) -> None:
    """Each message of the follower opens the full window again."""
    await record(database, (SPOKE, 100.0))
    async with database.write() as connection:
        await connection.execute(followers.update().values(window_left=1))
    row = await record(database, (SPOKE, 200.0))
    assert (row["window_until"], row["window_left"], row["last_message"]) == (200.0 + 48 * HOUR, 5, 200.0)


async def test_messages_out_of_order(database: Database) -> None:
    """The last message is the latest one, in whichever order they arrive."""
    row = await record(database, (SPOKE, 200.0), (SPOKE, 100.0))
    assert row["last_message"] == 200.0


async def test_following_keeps_the_scene(database: Database) -> None:
    """A follower is dated and placed by the latest time they followed; later messages change neither."""
    row = await record(database, (SPOKE, 50.0), (CAME, 100.0), (SPOKE, 200.0))
    assert (row["followed"], row["scene"], row["last_message"]) == (100.0, "desk-7", 200.0)
    assert row["window_left"] == 5
    row = await record(database, (msgspec.structs.replace(CAME, scene="s" * 999), 300.0))
    assert row["scene"] == "s" * SCENE_LIMIT


async def test_erasure_reaches_every_table(database: Database) -> None:
    """After an erasure no row of any table names the follower, and other followers are as before."""
    await fill(database, "o1")
    await fill(database, "o2")
    await database.run(lambda: Followers(database).erase("o1", TIME))
    async with database.read() as connection:
        for table in metadata.sorted_tables:
            rows = (await connection.execute(select(table))).mappings().all()
            assert not any("o1" in str(value) for row in rows for value in row.values()), table.name
            if "openid" in table.c:
                assert any(row["openid"] == "o2" for row in rows), table.name


async def test_what_they_had_subscribed_to_is_counted(database: Database) -> None:
    """Of the subscriptions of who leaves stays what they were and on which day they ended, and not whose."""
    await fill(database, "o1")
    await database.run(lambda: Followers(database).erase("o1", TIME))
    async with database.read() as connection:
        kept = await connection.execute(select(endings.c.day, endings.c.kind, endings.c.value, endings.c.reason))
        assert [tuple(row) for row in kept] == [("2026-11-22", "all", "", "left")]


async def test_erasure_of_what_goes_out(database: Database) -> None:
    """What waits is gone, what was sent is still counted, and nothing else is ever tried again."""
    await fill(database, "o1")
    await database.run(lambda: Followers(database).erase("o1", TIME))
    async with database.read() as connection:
        left = select(outbox.c.id, outbox.c.key, outbox.c.state, outbox.c.body, outbox.c.notice).order_by(outbox.c.id)
        # What was being sent, was sent, had failed, was unknown, was sent.
        states = {2: "skipped", 3: "sent", 4: "skipped", 5: "skipped", 6: "sent"}
        assert [tuple(row) for row in await connection.execute(left)] == [
            (number, f"erased:{number}", state, b"", "") for number, state in states.items()
        ]
        counted = select(func.count()).select_from(inbox).where(inbox.c.state == "erased", inbox.c.message == b"")
        assert (await connection.execute(counted)).scalar() == 1


async def test_who_an_announcement_was_for_stays_a_count(database: Database) -> None:
    """After an erasure, of either kind, everybody is still in the audience: whoever was not reached is skipped, a list
    that was sent keeps its count, and nobody has a name, a tag or a phone."""
    for erase in (
        lambda openid: Followers(database).erase(openid, TIME),
        lambda openid: People(database).apply([(openid, Erase(), TIME)]),
    ):
        openid = f"o{len(await database.run(lambda: once(select(recipients))))}"
        await fill(database, openid)
        before = await database.run(lambda: once(select(func.count()).select_from(recipients)))
        await database.run(lambda erase=erase, openid=openid: erase(openid))  # type: ignore[misc]
        assert await database.run(lambda: once(select(func.count()).select_from(recipients))) == before
        for table in (tagged, phones):
            assert await database.run(lambda table=table: once(select(table))) == []  # type: ignore[misc]
        rows = await database.run(lambda: once(select(recipients).order_by(recipients.c.id)))
        assert not any(openid in str(value) for row in rows for value in row)
    columns = (recipients.c.state, recipients.c.reason, recipients.c.carrier)
    found = await database.run(lambda: once(select(*columns).order_by(recipients.c.id).limit(3)))
    assert [tuple(row) for row in found] == [("skipped", "left", ""), ("sent", "", "a9/1"), ("failed", "", "")]
    assert await database.run(lambda: once(select(broadcasts.c.past).distinct())) == [("",)]


async def test_unknown_follower(database: Database) -> None:
    """Erasing somebody of whom nothing is kept is no harm."""
    await database.run(lambda: Followers(database).erase("nobody", TIME))
    assert await database.run(lambda: once(ROW)) == []


async def fill(database: Database, openid: str) -> None:
    """A row of this follower in every table that has one, and in the outbox in every state."""
    number, named = openid[1:], f"about {openid}".encode()
    states = ("waiting", "sending", "sent", "failed", "unknown")
    times = {"created": 0.0, "due": 0.0, "expires": 9.0, "channel": "custom", "body": named, "openid": openid}
    message = {"received": 0.0, "state": "answered", "owner": "x", "lease": 0.0, "message": named, "answer": named}
    async with database.write() as connection:
        await connection.execute(insert(inbox), {"key": f"m{number}", "openid": openid, **message})
        talk = conversations.columns(Conversation(heading=f"about {openid}", expires=9.0))
        await connection.execute(insert(followers), {"openid": openid, "followed": 0.0, **talk})
        await connection.execute(insert(subscriptions), {"kind": "all", "value": "", "openid": openid, "since": 0.0})
        await connection.execute(insert(rhythms), {"openid": openid, "rhythm": "daily"})
        await connection.execute(insert(concerns), {"openid": openid, "news": 1, "due": 0.0})
        notice = {"key": f"new:{number}", "openid": openid, "kind": "new", "data": named, "news": b"[1]"}
        await connection.execute(insert(notices), {**notice, "state": "pending", "created": 0.0, "due": 0.0})
        enterprise = {"openid": openid, "facts": named, "consented": 0.0}
        await connection.execute(insert(enterprises), enterprise)
        remark = {"key": f"m{number}", "openid": openid, "created": 0.0, "kind": "staff", "text": f"I am {openid}"}
        await connection.execute(insert(feedback), remark)
        await connection.execute(
            insert(outbox),
            [{"key": f"{state}-{number}", "state": state, "notice": f"new:{number}", **times} for state in states],
        )
        await connection.execute(insert(outbox), {"key": f"all:{openid}", "state": "sent", **times, "body": b""})
        await connection.execute(insert(audiences), {"batch": f"mass-{number}", "openid": openid})
        await connection.execute(insert(grants), {"openid": openid, "template": "T", "changed": 0.0})
        walk = {"data": b"", "created": 0.0, "state": "spreading", "after": openid}
        await connection.execute(insert(news), {"key": f"changed:q91-{number}", **walk})
        await announce(connection, openid)
        report = {"msgid": f"7{number}", "openid": openid, "report": "success", "time": 0.0}
        await connection.execute(insert(reports), report)


async def announce(connection: Any, openid: str) -> None:
    """Three announcements that were for this follower, one of which counts its audience up to them; a tag, a phone."""
    texts = {"name": "x", "content": b"", "criteria": b"", "plan": b"", "author": "li", "hands": "[]"}
    times = {"state": "preparing", "created": 0.0, "changed": 0.0}
    await connection.execute(insert(broadcasts), {**texts, **times, "past": openid})
    who = {"openid": openid, "changed": 0.0}
    for number, (state, channel, carrier) in enumerate(
        (("waiting", "next", f"a7.1:{openid}"), ("sent", "mass", "a9/1"), ("failed", "custom", f"a8.1:{openid}")), 7
    ):
        row = {"broadcast": number, "state": state, "channel": channel, "carrier": carrier}
        await connection.execute(insert(recipients), {**who, **row})
    await connection.execute(insert(tagged), {"tag": "101", "openid": openid})
    await connection.execute(insert(phones), {"staff": int(openid[1:]), "openid": openid})
