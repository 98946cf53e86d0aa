"""The inbox: one row, one answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select

from bot.conversation import Conversation
from bot.errors import StoreError
from bot.messages import AnyMessage, ConsentNotice, Followed, Left, MassReport, Text
from bot.person import Erase
from bot.replies import Answer, Say
from bot.store.database import Database
from bot.store.feedback import Remark
from bot.store.inbox import PURGED_AT_ONCE, Claim, Inbox, Late, Settlement
from bot.store.tables import feedback, followers, outbox
from bot.store.tables import inbox as messages

ANSWER = Answer(reply=Say(text="最高50万元"), intent="amount", policies=("q91-1",), version="1")
OTHER = Answer(reply=Say(text="other"))
TALK = Conversation(listed=("q91-1",), expires=900.0)
LATE = Late(body=b'{"touser":"o1","msgtype":"text"}', expires=500.0)


def text(key: str, openid: str = "o1", created: int = 100) -> Text:
    """A message in words."""
    return Text(key=key, openid=openid, account="gh_1", created=created, text="技改补贴")


@pytest.fixture
async def inbox(database: Database) -> AsyncIterator[Inbox]:
    """An inbox on a fresh database."""
    opened = Inbox(database)
    yield opened
    await opened.close()


async def claim(inbox: Inbox, message: AnyMessage, *, owner: str = "me", time: float = 100.0) -> Claim:
    """Claim for four seconds."""
    return await inbox.claim(message, owner=owner, lease=4.0, time=time)


async def settle(inbox: Inbox, message: AnyMessage, settlement: Settlement, *, owner: str = "me") -> Claim:
    """Settle at 101."""
    return await inbox.settle(message, settlement, owner=owner, time=101.0)


async def rows(database: Database, table: Any) -> list[dict[str, Any]]:
    """All rows of a table."""
    async with database.read() as connection:
        return [dict(row) for row in (await connection.execute(select(table))).mappings()]


async def test_first_claim_is_fresh(inbox: Inbox) -> None:
    """Whoever claims a message first has it; the second is told who has it and until when."""
    assert await claim(inbox, text("k1")) == Claim(fresh=True, state="running", owner="me", lease=104.0)
    second = await claim(inbox, text("k1"), owner="you", time=102.0)
    assert second == Claim(fresh=False, state="running", owner="me", lease=104.0)


async def test_answer_is_kept(inbox: Inbox) -> None:
    """A retry, and any look, gets the answer that was stored, to the last field."""
    await claim(inbox, text("k1"))
    settled = await settle(inbox, text("k1"), Settlement(answer=ANSWER, conversation=TALK))
    assert (settled.state, settled.answer, settled.delivery) == ("answered", ANSWER, "passive")
    again = await claim(inbox, text("k1"), owner="you")
    assert (again.fresh, again.state, again.answer, again.delivery) == (False, "answered", ANSWER, "passive")
    assert again.conversation == TALK
    looked = await inbox.look("k1")
    assert looked is not None
    assert looked.answer == ANSWER
    assert await inbox.look("k2") is None


async def test_second_answer_is_not_written(inbox: Inbox, database: Database) -> None:
    """Where another process was first, its answer is returned and nothing of ours is written."""
    await claim(inbox, text("k1"))
    await settle(inbox, text("k1"), Settlement(answer=ANSWER))
    ours = Settlement(answer=OTHER, conversation=TALK, remarks=(Remark(kind="staff", text="x"),), late=LATE)
    for owner in ("me", "you"):
        assert (await settle(inbox, text("k1"), ours, owner=owner)).answer == ANSWER
    for table in (feedback, outbox):
        assert await rows(database, table) == []
    assert await inbox.conversation("o1") is None


async def test_late_settlement_of_a_lost_message(inbox: Inbox, database: Database) -> None:
    """Who lost a message to another process, which still works on it, can write nothing about it."""
    await claim(inbox, text("k1"))
    assert await inbox.take_over("k1", owner="you", lease=4.0, time=105.0)
    lost = await settle(inbox, text("k1"), Settlement(answer=OTHER, late=LATE))
    assert (lost.state, lost.owner, lost.answer) == ("running", "you", None)
    assert await rows(database, outbox) == []


async def test_settlement_is_written_whole(inbox: Inbox, database: Database) -> None:
    """The answer, the conversation, the remarks and the late message are written together."""
    await claim(inbox, text("k1"))
    remarks = (Remark(kind="complaint", text="答非所问", about="q91-1"),)
    settled = await settle(inbox, text("k1"), Settlement(answer=ANSWER, conversation=TALK, remarks=remarks, late=LATE))
    assert (settled.answer, settled.delivery) == (ANSWER, "active")
    assert await inbox.conversation("o1") == TALK
    assert [(row["key"], row["text"]) for row in await rows(database, feedback)] == [("k1", "答非所问")]
    (late,) = await rows(database, outbox)
    assert {name: late[name] for name in ("key", "openid", "channel", "body", "state", "due", "expires")} == {
        "key": "late:k1",
        "openid": "o1",
        "channel": "custom",
        "body": LATE.body,
        "state": "waiting",
        "due": 101.0,
        "expires": 500.0,
    }
    assert (await claim(inbox, text("k1"))).delivery == "active"


async def test_no_conversation_leaves_it_alone(inbox: Inbox) -> None:
    """An answer that does not move the conversation on leaves it where it was."""
    await claim(inbox, text("k1"))
    await settle(inbox, text("k1"), Settlement(answer=ANSWER, conversation=TALK))
    assert (await claim(inbox, text("k2"))).conversation == TALK
    await settle(inbox, text("k2"), Settlement(answer=ANSWER))
    assert await inbox.conversation("o1") == TALK
    assert await inbox.conversation("o2") is None


async def test_facts_are_kept_once(inbox: Inbox, database: Database) -> None:
    """A message's facts are kept when it is new, and a retry of it changes nothing."""
    await claim(inbox, Followed(key="k1", openid="o1", account="gh_1", created=100, scene="desk-7"))
    await claim(inbox, text("k2"), time=150.0)
    await claim(inbox, text("k2"), time=160.0)
    (row,) = await rows(database, followers)
    assert (row["followed"], row["scene"], row["last_message"]) == (100.0, "desk-7", 150.0)


async def test_reports_are_no_followers(inbox: Inbox, database: Database) -> None:
    """A report of the platform itself is entered, and makes nobody a follower."""
    report = MassReport(key="k1", openid="mphelper", account="gh_1", created=100, msgid=1, status="send success")
    assert (await claim(inbox, report)).fresh
    assert await rows(database, followers) == []


async def test_leaving_erases(inbox: Inbox, database: Database) -> None:
    """When a follower leaves, their messages keep no more than a key, also the one that says so."""
    await claim(inbox, text("k1"))
    await settle(inbox, text("k1"), Settlement(answer=ANSWER, conversation=TALK, late=LATE))
    await claim(inbox, text("k2"))
    left = await claim(inbox, Left(key="k3", openid="o1", account="gh_1", created=100))
    assert (left.fresh, left.state, left.answer) == (True, "erased", None)
    for row in await rows(database, messages):
        assert (row["state"], row["openid"], row["message"], row["answer"]) == ("erased", "", b"", b"")
    for table in (followers, outbox):
        assert await rows(database, table) == []


async def test_who_has_all_erased_keeps_no_conversation(inbox: Inbox, database: Database) -> None:
    """Neither the one before nor the one that the answer would lead to; what others said in the same batch stays."""
    for key, who in (("k1", "o1"), ("k2", "o2")):
        await claim(inbox, text(key, who))
        await settle(inbox, text(key, who), Settlement(answer=ANSWER, conversation=TALK))
        await claim(inbox, text(f"{key}b", who))
    gone = Settlement(answer=ANSWER, conversation=TALK, changes=(Erase(but="k1b"),))
    stays = Settlement(answer=ANSWER, conversation=TALK)
    await asyncio.gather(settle(inbox, text("k1b"), gone), settle(inbox, text("k2b", "o2"), stays))
    assert [await inbox.conversation(who) for who in ("o1", "o2")] == [None, TALK]
    assert [row["openid"] for row in await rows(database, followers)] == ["o1", "o2"]


async def test_who_has_all_erased_keeps_nothing_that_was_settled_beside_it(inbox: Inbox) -> None:
    """The answer to what they said before stands in the same batch; what they say afterwards is kept."""
    for key in ("k1", "k2", "k3"):
        await claim(inbox, text(key))
    said, gone = (Settlement(answer=ANSWER, conversation=TALK, changes=c) for c in ((), (Erase(but="k2"),)))
    await asyncio.gather(settle(inbox, text("k1"), said), settle(inbox, text("k2"), gone))
    assert await inbox.conversation("o1") is None
    await asyncio.gather(settle(inbox, text("k3"), said))
    assert await inbox.conversation("o1") == TALK


async def test_an_answer_that_comes_after_an_erasure_is_not_kept(inbox: Inbox, database: Database) -> None:
    """What was asked before and is still being answered elsewhere is erased with the rest; what comes behind is not."""
    await claim(inbox, text("before"), owner="you", time=99.0)
    await claim(inbox, text("asking"), time=100.0)
    await claim(inbox, text("behind"), time=100.5)
    await settle(inbox, text("asking"), Settlement(answer=OTHER, changes=(Erase(but="asking"),)))
    late = await settle(inbox, text("before"), Settlement(answer=ANSWER, conversation=TALK), owner="you")
    assert (late.state, late.answer) == ("erased", None)
    assert await inbox.conversation("o1") is None
    assert {row["key"]: row["openid"] for row in await rows(database, messages)}["before"] == ""
    assert (await settle(inbox, text("behind"), Settlement(answer=ANSWER, conversation=TALK))).answer == ANSWER
    assert await inbox.conversation("o1") == TALK


async def test_erased_messages_stay_silent(inbox: Inbox, database: Database) -> None:
    """A late retry, or a late answer, to an erased message finds it erased and brings nothing back."""
    await claim(inbox, text("k1"))
    await claim(inbox, Left(key="k2", openid="o1", account="gh_1", created=100))
    assert (await claim(inbox, text("k1"))).state == "erased"
    assert (await settle(inbox, text("k1"), Settlement(answer=ANSWER, conversation=TALK))).state == "erased"
    assert not await inbox.take_over("k1", owner="you", lease=4.0, time=999.0)
    assert await rows(database, followers) == []


@pytest.mark.parametrize("name", ["user_authorization_revoke", "user_authorization_cancellation"])
async def test_withdrawing_consent_erases(inbox: Inbox, database: Database, name: str) -> None:
    """When a person takes consent back or closes the account nothing of theirs stays, nor their name in the notice."""
    await claim(inbox, text("k1"))
    remarks = (Remark(kind="staff", text="人工"),)
    await settle(inbox, text("k1"), Settlement(answer=ANSWER, conversation=TALK, remarks=remarks, late=LATE))
    await claim(inbox, text("k2", "o2"))
    notice = ConsentNotice(key="k3", openid="gh_platform", account="gh_1", created=101, name=name, person="o1")
    claims = await asyncio.gather(claim(inbox, notice), claim(inbox, text("k4", "o2")))
    assert [(one.fresh, one.state) for one in claims] == [(True, "erased"), (True, "running")]
    kept = {row["key"]: (row["state"], row["openid"], row["message"]) for row in await rows(database, messages)}
    assert kept["k1"] == kept["k3"] == ("erased", "", b"")
    assert kept["k2"][1] == kept["k4"][1] == "o2"
    assert [row["openid"] for row in await rows(database, followers)] == ["o2"]
    for table in (feedback, outbox):
        assert await rows(database, table) == []


async def test_what_arrives_after_a_departure_brings_nobody_back(inbox: Inbox, database: Database) -> None:
    """Words sent before the follower left and delivered after it leave a key and are not answered; later words are."""
    left, late = Left(key="k1", openid="o1", account="gh_1", created=100), text("k2", created=99)
    await claim(inbox, left)
    for fresh in (True, False):
        seen = await claim(inbox, late)
        assert (seen.fresh, seen.state, seen.answer) == (fresh, "erased", None)
    assert {row["openid"] + row["message"].decode() for row in await rows(database, messages)} == {""}
    assert await rows(database, followers) == []
    assert await inbox.abandoned(999.0, 10) == []
    assert (await claim(inbox, text("k3", created=101))).state == "running"
    assert [row["openid"] for row in await rows(database, followers)] == ["o1"]


async def test_leaving_and_coming_back_at_once(inbox: Inbox, database: Database) -> None:
    """In one batch a departure erases what came before it and nothing that came after."""
    came = Followed(key="k3", openid="o1", account="gh_1", created=100, scene="again")
    left = Left(key="k2", openid="o1", account="gh_1", created=100)
    said = text("k4", created=101)
    await asyncio.gather(*(claim(inbox, message) for message in (text("k1"), left, came, said, text("k5", "o2"))))
    states = {row["key"]: row["state"] for row in await rows(database, messages)}
    assert states == {"k1": "erased", "k2": "erased", "k3": "running", "k4": "running", "k5": "running"}
    assert {row["openid"]: row["scene"] for row in await rows(database, followers)} == {"o1": "again", "o2": ""}


async def test_same_message_twice_in_a_batch(inbox: Inbox) -> None:
    """Of claims of one message at the same moment exactly one is fresh."""
    claims = await asyncio.gather(*(claim(inbox, text("k1"), owner=f"p{i}") for i in range(20)))
    assert [one.fresh for one in claims].count(True) == 1
    assert {one.owner for one in claims} == {"p0"}
    settled = await asyncio.gather(
        settle(inbox, text("k1"), Settlement(answer=ANSWER), owner="p0"),
        settle(inbox, text("k1"), Settlement(answer=OTHER), owner="p0"),
    )
    assert {one.answer for one in settled} == {ANSWER}


async def test_claims_see_settlements_of_their_batch(inbox: Inbox) -> None:
    """A claim that is committed together with a settlement sees the conversation it leaves."""
    await claim(inbox, text("k1"))
    _, second = await asyncio.gather(
        settle(inbox, text("k1"), Settlement(answer=ANSWER, conversation=TALK)), claim(inbox, text("k2"))
    )
    assert second.conversation == TALK


async def test_two_processes_share_a_database(store_url: str) -> None:
    """Of two processes that claim the same messages each message is fresh for one, and answered by one."""
    databases = [await Database.open(store_url) for _ in range(2)]
    inboxes = [Inbox(database) for database in databases]
    keys = [f"k{i}" for i in range(60)]

    async def work(number: int, key: str) -> tuple[str, bool, Answer | None]:
        message, owner = text(key, f"o{key[-1]}"), f"p{number}"
        fresh = (await claim(inboxes[number], message, owner=owner)).fresh
        answer = Answer(reply=Say(text=f"{key} by {owner}"))
        settlement = Settlement(answer=answer, conversation=TALK, late=LATE)
        return key, fresh, (await settle(inboxes[number], message, settlement, owner=owner)).answer

    orders = ((0, keys), (1, keys[::-1]))
    results = await asyncio.gather(*(work(number, key) for number, order in orders for key in order))
    assert sorted(key for key, fresh, _ in results if fresh) == sorted(keys)
    given = {key: {answer for one, _, answer in results if one == key and answer} for key in keys}
    assert all(len(answers) == 1 for answers in given.values())
    assert len(await rows(databases[0], outbox)) == len(keys)
    for inbox, database in zip(inboxes, databases, strict=True):
        await inbox.close()
        await database.close()


async def test_take_over_needs_the_lease_to_be_over(inbox: Inbox) -> None:
    """A running message can be taken over when its lease is over, by one process, and not before."""
    await claim(inbox, text("k1"))
    assert not await inbox.take_over("k1", owner="you", lease=4.0, time=104.0)
    taken = await asyncio.gather(*(inbox.take_over("k1", owner=f"p{i}", lease=4.0, time=104.5) for i in range(5)))
    assert taken.count(True) == 1
    assert (await claim(inbox, text("k1"))).lease == 108.5


async def test_renewed_lease_is_not_over(inbox: Inbox) -> None:
    """Its owner can make a lease longer, and nobody else can."""
    await claim(inbox, text("k1"))
    assert not await inbox.renew(["k1"], owner="you", lease=4.0, time=103.0)
    assert await inbox.renew(["k1"], owner="me", lease=4.0, time=103.0)
    assert not await inbox.take_over("k1", owner="you", lease=4.0, time=105.0)


async def test_answered_messages_cannot_be_taken(inbox: Inbox) -> None:
    """An answered message is neither abandoned nor to be had."""
    await claim(inbox, text("k1"))
    await settle(inbox, text("k1"), Settlement(answer=ANSWER))
    assert await inbox.abandoned(999.0, 10) == []
    assert not await inbox.take_over("k1", owner="you", lease=4.0, time=999.0)
    assert not await inbox.renew(["k1"], owner="me", lease=4.0, time=103.0)


async def test_abandoned_messages(inbox: Inbox) -> None:
    """Messages whose lease is over come back as they were sent, oldest first, and no more than asked for."""
    for time, key in ((102.0, "k2"), (100.0, "k1"), (230.0, "k3")):
        await claim(inbox, text(key), time=time)
    assert await inbox.abandoned(200.0, 10) == [text("k1"), text("k2")]
    assert await inbox.abandoned(200.0, 1) == [text("k1")]


async def test_purge(inbox: Inbox, database: Database) -> None:
    """A purge forgets what is older, in as many pieces as it takes, and leaves the rest."""
    old = [text(f"old{i}", f"o{i}") for i in range(PURGED_AT_ONCE + 5)]
    await asyncio.gather(*(claim(inbox, message) for message in old))
    await settle(inbox, old[0], Settlement(answer=ANSWER, conversation=TALK))
    await claim(inbox, text("new"), time=1000.0)
    assert await inbox.purge(1000.0) == len(old)
    assert await inbox.counts() == {"running": 1}


async def test_counts(inbox: Inbox) -> None:
    """Messages are counted by state, for the operator."""
    for key in ("k1", "k2"):
        await claim(inbox, text(key))
    await settle(inbox, text("k1"), Settlement(answer=ANSWER))
    assert await inbox.counts() == {"answered": 1, "running": 1}


async def test_closed_inbox(inbox: Inbox) -> None:
    """A closed inbox refuses work."""
    await inbox.close()
    with pytest.raises(StoreError, match="closing"):
        await claim(inbox, text("k1"))
