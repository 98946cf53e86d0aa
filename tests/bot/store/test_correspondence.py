"""Conversations read by staff, and letters of theirs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert, select, update

from bot.announcements import Announcement, Content
from bot.messages import Left, Text
from bot.replies import TEXT_LIMIT, Answer, Say
from bot.store.audit import Audit, Entry, Search
from bot.store.broadcast_tables import recipients
from bot.store.broadcasts import BroadcastRows
from bot.store.calls import Entry as Call
from bot.store.correspondence import Correspondence, Letter, Line, Sent, Window, letter_key, together
from bot.store.database import Database
from bot.store.inbox import Inbox, Late, Settlement
from bot.store.letters import Letters as PagedLetters
from bot.store.outbox import OutboxRows
from bot.store.tables import followers, outbox

TOLD = Entry(time=1.0, staff=1, who="ann", action="letter.written")
ANSWER = Answer(reply=Say(text="没有找到"), intent="offtopic")
OPEN_FOR = 48 * 3600.0


@pytest.fixture
async def inbox(database: Database) -> AsyncIterator[Inbox]:
    """An inbox on a fresh database."""
    opened = Inbox(database)
    yield opened
    await opened.close()


async def ask(inbox: Inbox, key: str, text: str, *, time: float = 100.0, late: Late | None = None) -> None:
    """A question of oA."""
    message = Text(key=key, openid="oA", account="gh_1", created=int(time), text=text)
    await inbox.claim(message, owner="me", lease=4.0, time=time)
    await inbox.settle(message, Settlement(answer=ANSWER, late=late), owner="me", time=time + 1)


async def rows(database: Database) -> list[dict[str, Any]]:
    """The outbox."""
    async with database.read() as connection:
        return [dict(row) for row in (await connection.execute(select(outbox))).mappings()]


async def test_a_letter_waits_in_the_outbox(database: Database, inbox: Inbox) -> None:
    """It goes to whoever sent the message, by customer service, until the window ends; the log tells of it."""
    await ask(inbox, "k1", "天气")
    assert await Correspondence(database, database).write("k1", "请打12345", time=200.0, told=TOLD) is Sent.ENTERED
    (row,) = await rows(database)
    assert (row["openid"], row["channel"], row["state"]) == ("oA", "custom", "waiting")
    assert (row["due"], row["expires"]) == (200.0, 100.0 + OPEN_FOR)
    said = {"touser": "oA", "msgtype": "text", "text": {"content": "请打12345"}}
    assert msgspec.json.decode(row["body"]) == said
    assert [entry.action for entry in await Audit(database).read(Search(), 9)] == ["letter.written"]


async def test_the_same_letter_is_entered_once(database: Database, inbox: Inbox) -> None:
    """A form that is sent twice is one letter; other words are another."""
    await ask(inbox, "k1", "天气")
    letters = Correspondence(database, database)
    found = [await letters.write("k1", text, time=200.0, told=TOLD) for text in ("一", "一", "二")]
    assert found == [Sent.ENTERED, Sent.TWICE, Sent.ENTERED]
    assert {row["key"] for row in await rows(database)} == {letter_key("k1", "一"), letter_key("k1", "二")}
    assert len(await Audit(database).read(Search(), 9)) == 2


@pytest.mark.parametrize(
    ("state", "found", "retries"),
    [
        ("sending", Sent.TWICE, 0),
        ("sent", Sent.TWICE, 0),
        ("unknown", Sent.TWICE, 0),
        ("skipped", Sent.ENTERED, 0),
        ("failed", Sent.ENTERED, 1),
    ],
)
async def test_a_letter_that_did_not_go_out_is_written_again(
    database: Database, inbox: Inbox, state: str, found: Sent, retries: int
) -> None:
    """It waits once more, under an id that the platform has not refused; what went or may have gone does not."""
    await ask(inbox, "k1", "天气")
    letters = Correspondence(database, database)
    await letters.write("k1", "一", time=200.0, told=TOLD)
    async with database.write() as connection:
        await connection.execute(
            update(outbox).values(state=state, settled=201.0, reason="45015", errcode=45015, attempts=3, expires=1.0)
        )
    assert await letters.write("k1", "一", time=300.0, told=TOLD) is found
    (row,) = await rows(database)
    goes = found is Sent.ENTERED
    assert (row["state"], row["retries"]) == ("waiting" if goes else state, retries)
    if goes:
        assert (row["settled"], row["reason"], row["errcode"], row["attempts"]) == (None, "", 0, 0)
        assert (row["due"], row["expires"]) == (300.0, 100.0 + OPEN_FOR)
    assert len(await Audit(database).read(Search(), 9)) == 1 + goes


async def test_what_we_send_of_our_own_accord_is_not_by_staff(database: Database, inbox: Inbox) -> None:
    """A notice is told from a letter."""
    await ask(inbox, "k1", "天气")
    letters = Correspondence(database, database)
    await letters.write("k1", "请打12345", time=200.0, told=TOLD)
    notice = Call(key="notice:a", openid="oA", channel="custom", body=b"{}", due=0.0, expires=9e9)
    await database.run(lambda: OutboxRows(database).add([notice], time=300.0))
    assert [(one.key, one.by_staff) for one in await letters.letters("oA", 0.0)] == [
        (letter_key("k1", "请打12345"), True),
        ("notice:a", False),
    ]


@pytest.mark.parametrize(
    ("channel", "body", "text"),
    [
        ("custom", {"text": {"content": "说明会"}}, "说明会"),
        ("custom", {"news": {"articles": [{"title": "说明会", "description": "周四下午"}]}}, "说明会\n周四下午"),
        (
            "template",
            {"data": {"thing1": {"value": "说明会"}, "time2": {"value": "周四"}}},
            "thing1: 说明会\ntime2: 周四",
        ),
    ],
)
async def test_what_many_get_is_read_from_the_letter_that_they_share(
    database: Database, channel: str, body: dict[str, Any], text: str
) -> None:
    """Its words, its card or its fields; without the letter there are no words."""
    shared = PagedLetters(database)
    await database.run(lambda: shared.keep("a12.x", msgspec.json.encode(body), expires=9e9))
    calls = [
        Call(key=f"all.{number}:oA", openid="oA", channel=channel, body=b"", due=0.0, expires=9e9, letter=letter)
        for number, letter in enumerate(("a12.x", "a12.gone"))
    ]
    await database.run(lambda: OutboxRows(database).add(calls, time=300.0))
    found = await Correspondence(database, database).letters("oA", 0.0)
    assert {one.key: (one.text, one.by_staff) for one in found} == {"all.0:oA": (text, False), "all.1:oA": ("", False)}


async def test_announcements_are_read_from_the_ledger(database: Database) -> None:
    """The newest of those that may have reached somebody, oldest first, since a time; nobody else's, and no call."""
    drafts = BroadcastRows(database)
    plain = Announcement(name="会", content=Content(text="周四"), author="ann", created=1.0, changed=1.0)
    for number, state in enumerate(("sent", "queued", "skipped", "planned", "unknown"), 1):
        assert await drafts.add(plain) == number
        row = {"broadcast": number, "state": state, "channel": "mass", "changed": 100.0 * number}
        async with database.write() as connection:
            await connection.execute(insert(recipients), [{**row, "openid": who} for who in ("oA", "oB")])
    call = Call(key="a1.1:oA", openid="oA", channel="custom", body=b"{}", due=0.0, expires=9e9)
    await database.run(lambda: OutboxRows(database).add([call], time=300.0))
    kept = Correspondence(database, database)
    assert await kept.letters("oA", 0.0) == []
    found = await kept.announced("oA", 0.0)
    assert [(one.number, one.state, one.time) for one in found] == [
        (1, "sent", 100.0),
        (2, "queued", 200.0),
        (5, "unknown", 500.0),
    ]
    assert (found[0].name, found[0].text, found[0].channel) == ("会", "周四", "mass")
    assert [one.number for one in await kept.announced("oA", 150.0)] == [2, 5]
    assert [one.number for one in await kept.announced("oA", 0.0, many=1)] == [5]
    assert await kept.announced("oC", 0.0) == []


async def test_no_letter_goes_where_the_window_is_over(database: Database, inbox: Inbox) -> None:
    """Not after its end, and not when what waits already will use it up."""
    await ask(inbox, "k1", "天气")
    letters = Correspondence(database, database)
    assert await letters.write("k1", "晚了", time=100.0 + OPEN_FOR, told=TOLD) is Sent.CLOSED
    async with database.write() as connection:
        await connection.execute(update(followers).values(window_left=1))
    assert await letters.window("oA") == Window(100.0 + OPEN_FOR, 1)
    assert await letters.write("k1", "一", time=200.0, told=TOLD) is Sent.ENTERED
    assert await letters.window("oA") == Window(100.0 + OPEN_FOR, 0)
    assert await letters.write("k1", "二", time=200.0, told=TOLD) is Sent.CLOSED


async def test_nobody_is_written_to_who_left(database: Database, inbox: Inbox) -> None:
    """After an erasure the message names nobody any more; of a message we do not know neither."""
    await ask(inbox, "k1", "天气")
    await inbox.claim(Left(key="k2", openid="oA", account="gh_1", created=300), owner="me", lease=4.0, time=300.0)
    letters = Correspondence(database, database)
    assert (await letters.who("k1"), await letters.who("k9")) == ("", "")
    assert await letters.write("k1", "在吗", time=301.0, told=TOLD) is Sent.GONE
    assert await letters.write("k9", "在吗", time=301.0, told=TOLD) is Sent.GONE
    assert await rows(database) == []
    assert await letters.window("oA") == Window()


async def test_a_conversation_is_read_in_its_order(database: Database, inbox: Inbox) -> None:
    """Messages with their answers, and letters between them; an answer that came late stands once, as the answer."""
    await ask(inbox, "k1", "天气", time=100.0)
    late = Late(body=msgspec.json.encode({"touser": "oA", "msgtype": "text", "text": {"content": "迟"}}), expires=900.0)
    await ask(inbox, "k2", "技改", time=300.0, late=late)
    letters = Correspondence(database, database)
    await letters.write("k1", "请打12345", time=200.0, told=TOLD)
    lines, written = await letters.lines("oA", 1000.0), await letters.letters("oA", 0.0)
    assert [line.key for line in lines] == ["k1", "k2"]
    assert [(letter.text, letter.state) for letter in written] == [("请打12345", "waiting")]
    shown = [one.key if isinstance(one, Line) else one.text for one in together(lines, written)]
    assert shown == ["k1", "请打12345", "k2"]
    assert [line.key for line in await letters.lines("oA", 1000.0, 1)] == ["k2"]
    assert [line.key for line in await letters.lines("oA", 150.0)] == ["k1"]


async def test_a_long_letter_is_cut_as_any_text_is(database: Database, inbox: Inbox) -> None:
    """Nothing longer than the platform takes is entered."""
    await ask(inbox, "k1", "天气")
    await Correspondence(database, database).write("k1", "字" * 1000, time=200.0, told=TOLD)
    (row,) = await rows(database)
    assert len(msgspec.json.decode(row["body"])["text"]["content"].encode()) <= TEXT_LIMIT


def test_what_was_erased_has_no_words() -> None:
    """A letter whose body is gone is still a letter in its order."""
    letter = Letter(key="k", created=5.0, text="", state="sent", settled=6.0, reason="", by_staff=True)
    assert together([], [letter]) == [letter]
