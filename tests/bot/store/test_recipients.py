"""The ledger of an announcement: everybody once, and what became of each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from bot.announcements import Plan
from bot.clock import ManualClock
from bot.errors import NotAllowed, Refused, Temporary, Unreachable
from bot.messages import Left
from bot.store.broadcast_tables import broadcasts, recipients
from bot.store.calls import Allowance, State
from bot.store.database import Database
from bot.store.entries import Claiming, Entries
from bot.store.followers import Followers
from bot.store.ledgers import Counts
from bot.store.outbox import OutboxRows
from bot.store.outcomes import follow
from bot.store.recipients import Handed, Recipients, is_announced, key_of, list_key
from bot.store.tables import audiences, outbox
from tests.bot.announcing import Office, names
from tests.bot.inline import InlineStore


@pytest.fixture
def office(database: Database, clock: ManualClock) -> Office:
    """An office on a fresh database."""
    return Office(database=database, clock=clock)


async def leave(office: Office, openid: str) -> None:
    """Somebody stops following."""
    await office.database.run(lambda: Followers(office.database).erase(openid, office.clock.time()))


def test_a_key_tells_whose_it_is() -> None:
    """Those of other calls and notices are none of an announcement."""
    assert is_announced(key_of(12, 1, "oA"))
    assert is_announced(list_key(12, 3))
    for key in ("late:1", "notice:a1", "test:a1", "b1:oA", "", "a", "answer:1"):
        assert not is_announced(key)
    assert len(key_of(2**31, 99, "o" * 64)) <= 80


async def test_an_audience_is_entered_page_by_page_and_once(office: Office) -> None:
    """Entering a page again adds nobody, and who came after it began is not in it."""
    await office.follow(*names(7))
    one = await office.approved()
    began = office.clock.time()
    await office.clock.advance(7200.0)
    await office.follow("o00003x")  # followed an hour ago, an hour after it began
    ledger, run = Recipients(office.database), office.database.run
    assert await run(lambda: ledger.enter(one.id, past="", began=began, many=3)) == "o00002"
    assert await run(lambda: ledger.enter(one.id, past="", began=began, many=3)) == "o00002"
    assert await run(lambda: ledger.enter(one.id, past="o00002", began=began, many=3)) == "o00005"
    assert await run(lambda: ledger.enter(one.id, past="o00005", began=began, many=3)) == "o00006"
    assert await run(lambda: ledger.enter(one.id, past="o00006", began=began, many=3)) == ""
    assert await run(lambda: ledger.audience(one.id)) == 7


@pytest.mark.parametrize(
    ("error", "state", "reason"),
    [
        (Refused(45002, "content size out of limit"), "failed", "45002"),
        (Unreachable(43004, reason="gone"), "skipped", "gone"),
        (Temporary(-1, "busy", sent=True), "unknown", ""),
    ],
)
async def test_the_ledger_says_what_the_call_says(office: Office, error: Exception, state: str, reason: str) -> None:
    """What fails is written to both in one transaction."""
    await office.follow("oA", window=5)
    one = await office.approved()
    office.posts["custom"].fails.append(error)  # type: ignore[arg-type]
    await office.work(one.id, "finished")
    found = (await office.states(one.id))["oA"]
    assert found[:2] == (state, "custom")
    assert reason in f"{found[2]} {getattr(error, 'errcode', '')}"


async def test_a_way_that_proves_closed_leads_to_the_next(office: Office) -> None:
    """A window that the platform says is over: the same person is reached by the next way that is open."""
    await office.follow("oA", "oB", window=5)
    one = await office.approved()
    office.posts["custom"].fails.append(Unreachable(45015, reason="window"))
    await office.work(one.id, "closing", "finished")
    states = await office.states(one.id)
    assert sorted((state, way) for state, way, _ in states.values()) == [("sent", "custom"), ("waiting", "next")]


async def test_who_leaves_keeps_a_row_without_a_name(office: Office) -> None:
    """In every state; the mark up to which the audience is counted is forgotten too."""
    await office.follow(*names(4), window=5)
    one = await office.approved()
    await office.work(one.id, "finished")
    for openid in ("o00000", "o00003"):
        await leave(office, openid)
    states = await office.states(one.id)
    assert {"o00001", "o00002"} < set(states)
    assert not {"o00000", "o00003"} & set(states)
    assert await office.counts(one.id) == Counts(sent=4)
    async with office.database.read() as connection:
        carriers = [row[0] for row in await connection.execute(select(recipients.c.carrier))]
    assert not any("o00000" in carrier for carrier in carriers)


async def test_who_leaves_before_is_skipped_and_receives_nothing(office: Office) -> None:
    """Planned, on a list, or with a call that waits."""
    await office.follow("oA", window=5)
    await office.follow("oB", "oC", "oD")
    one = await office.approved()
    worker = office.worker()
    await office.work(one.id, "running", worker=worker)
    await worker.run_once()
    for openid in ("oA", "oB"):
        await leave(office, openid)
    await office.work(one.id, "finished", worker=worker)
    assert await office.counts(one.id) == Counts(sent=2, skipped=2)
    (call,) = office.posts["mass"].sent
    assert call.openids == ("oC", "oD")


async def test_the_mark_of_who_leaves_is_forgotten(office: Office) -> None:
    """The count begins anew, and enters nobody twice."""
    await office.follow(*names(3))
    one = await office.approved()
    await office.database.run(lambda: office.broadcasts.rows.step(one.id, past="o00001"))
    await leave(office, "o00001")
    async with office.database.read() as connection:
        assert [row[0] for row in await connection.execute(select(broadcasts.c.past))] == [""]


async def test_the_outbox_command_lets_no_announcement_go_again(office: Office) -> None:
    """Its own rules say who may get it now: by them somebody may have it already, or want none."""
    await office.follow("oA", window=5)
    one = await office.approved()
    office.posts["custom"].fails.append(Refused(45002))
    await office.work(one.id, "finished")
    rows = OutboxRows(office.database)
    (line,) = await rows.newest(State.FAILED, 5)
    now = office.clock.time()
    assert await rows.announced([line.id]) == [line.id]
    assert await rows.retry([line.id], time=now, expires=now + 60.0) == []
    assert await office.counts(one.id) == Counts(failed=1)
    await office.outbox().run_once()
    assert not office.posts["custom"].sent


async def test_nobody_is_next_again_of_what_is_over(office: Office) -> None:
    """A call that was not made leads to another way only while the announcement goes on or pauses."""
    await office.follow("oA", "oB", window=5)
    one = await office.approved(plan=Plan(ways=("custom", "next")))
    await office.work(one.id, "finished")
    gone = update(outbox).values(state="skipped", reason="window")
    for state, becomes in (("finished", "skipped"), ("running", "planned")):
        async with office.database.write() as connection:
            await connection.execute(gone)
            await connection.execute(update(recipients).values(state="queued"))
            await connection.execute(update(broadcasts).values(state=state))
        keys = [key_of(one.id, 1, openid) for openid in ("oA", "oB")]
        await office.database.run(lambda keys=keys: follow(keys))  # type: ignore[misc]
        assert {found[0] for found in (await office.states(one.id)).values()} == {becomes}


async def test_who_left_while_they_were_entered_leaves_no_name(office: Office) -> None:
    """Handed on or cancelled, their row names nobody."""
    await office.follow("oA", "oB", window=5)
    for act in ("finished", "cancelled"):
        one = await office.approved()
        worker = office.worker()
        await office.work(one.id, "running", worker=worker)
        late = {"broadcast": one.id, "openid": "oGone", "state": "planned", "changed": 1.0}
        async with office.database.write() as connection:
            await connection.execute(insert(recipients), late)
        if act == "cancelled":
            await office.broadcasts.cancel(await office.get(one.id), "wang")
        await office.work(one.id, act, worker=worker)
        assert "oGone" not in await office.states(one.id)
        assert (await office.counts(one.id)).audience == 3


async def test_what_was_handed_on_by_another_is_told(office: Office) -> None:
    """Only what follows from these rows is entered."""
    await office.follow("oA", "oB", window=5)
    one = await office.approved()
    await office.work(one.id, "running")
    ledger = Recipients(office.database)
    async with office.database.write() as connection:
        await connection.execute(update(recipients).where(recipients.c.openid == "oA").values(state="skipped"))
        found = (await connection.execute(select(recipients.c.openid, recipients.c.id))).all()
    ids = {row[0]: row[1] for row in found}
    handed = [Handed(id=number, state="queued", carrier="a1.1:x") for number in ids.values()]
    assert await office.database.run(lambda: ledger.hand(handed, 5.0)) == {ids["oB"]}


async def test_of_a_list_of_two_one_leaves(office: Office) -> None:
    """The platform takes no list of one: whoever remains is reached another way."""
    await office.follow("oA", "oB")
    one = await office.approved()
    office.posts["mass"].fails.append(Unreachable(0, "too few", reason="few"))
    await office.work(one.id, "closing")
    assert {found[:2] for found in (await office.states(one.id)).values()} == {("waiting", "next")}


def test_several_people_are_locked_in_the_order_of_their_openids(store: InlineStore) -> None:
    """Whoever settles a list and whoever forgets several of it at once then never wait in a ring."""
    jobs = [Claiming(openid, Left(key=openid, openid=openid, account="gh", created=1), {}) for openid in ("oB", "oA")]
    statement, rows = next(Entries(store).transact(jobs))
    assert "FOR UPDATE" in str(statement)
    assert [row["who"] for row in rows] == ["oA", "oB"]
    statement, rows = next(follow(["a1.1:oA", "a1/1"]))
    assert "ORDER BY recipients.openid FOR UPDATE" in str(statement)
    assert [row["the_row"] for row in rows] == ["a1/1"]


async def test_what_was_interrupted_is_told_to_be_unknown(office: Office) -> None:
    """A call that somebody died over, of which the platform would not know a repeat."""
    await office.follow("oA", window=5)
    one = await office.approved()
    worker = office.worker()
    await office.work(one.id, "running", worker=worker)
    await worker.run_once()
    rows, limits = OutboxRows(office.database), office.posts["custom"].limit
    allowance = Allowance(channel="custom", most=9, day="2026-11-22", limit=limits)
    now = office.clock.time()
    claim = await rows.claim(allowance, owner="dead", time=now, lease=10.0)
    assert len(claim.rows) == 1
    await rows.reclaim("custom", now + 11.0)
    assert await office.counts(one.id) == Counts(unknown=1)


@settings(max_examples=15)
@given(script=st.lists(st.sampled_from(["pause", "resume", "work", "send", "leave", "cancel", "retry"]), max_size=12))
async def test_it_always_adds_up(office: Office, script: list[str]) -> None:
    """Whatever is done in whichever order: nobody gets it twice, and in the end everybody has one outcome."""
    before = {name: len(post.sent) for name, post in office.posts.items()}
    start = int(office.clock.monotonic() * 1000) % 90_000
    people = names(6, start)
    await office.clock.advance(1.0)
    await office.follow(*people[:3], window=5)
    await office.follow(*people[3:])
    one = await office.approved()
    office.posts["custom"].fails[:] = [Refused(45002)]
    worker, outbox = office.worker(), office.outbox()
    for step in script:
        fresh = await office.get(one.id)
        if step == "work":
            await worker.run_once()
        elif step == "send":
            await outbox.run_once()
        elif step == "leave":
            await leave(office, people[0])
        else:
            await act(office, step, fresh.id)
    office.posts["custom"].fails.clear()
    if (await office.get(one.id)).state == "paused":
        await act(office, "resume", one.id)
    await office.work(one.id, "finished", "cancelled", "closing", worker=worker)
    counts = await office.counts(one.id)
    assert counts.planned == counts.queued == 0
    assert counts.audience == (await office.get(one.id)).audience or counts.audience == 0
    got = [row.openid for row in office.posts["custom"].sent[before["custom"] :]]
    got += [who for row in office.posts["mass"].sent[before["mass"] :] for who in row.openids]
    assert len(got) == len(set(got))


async def act(office: Office, name: str, number: int) -> None:
    """Do it, where it may be done."""
    acts: dict[str, Callable[..., Awaitable[object]]] = {
        "pause": office.broadcasts.pause,
        "resume": office.broadcasts.resume,
        "cancel": office.broadcasts.cancel,
        "retry": office.broadcasts.retry,
    }
    with suppress(NotAllowed):
        await acts[name](await office.get(number), "wang")


async def test_a_list_that_is_taken_back_names_nobody(office: Office) -> None:
    """Its receivers are forgotten with it, and whoever they are is next again."""
    await office.follow(*names(3))
    one = await office.approved()
    worker = office.worker()
    await office.work(one.id, "running", worker=worker)
    await worker.run_once()
    await office.broadcasts.pause(await office.get(one.id), "wang")
    async with office.database.read() as connection:
        assert not (await connection.execute(select(audiences.c.openid))).all()
    assert await office.counts(one.id) == Counts(planned=3)
