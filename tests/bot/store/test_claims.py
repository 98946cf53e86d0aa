"""Claims under a pace, a grant or an id of ours, and what a settlement does beside its row."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, select, update

from bot.messages import Grant, Granted
from bot.store.calls import LIFE_SPARED, Allowance, Claim, Entry, Limit, Settlement, State, Window
from bot.store.claims import PUT_OFF
from bot.store.database import Database
from bot.store.followers import Followers
from bot.store.grants import Grants
from bot.store.limits import Stop
from bot.store.outbox import OutboxRows
from bot.store.tables import audiences, grants, notices, outbox

DAY, LIFE = "2026-11-22", 600.0
FREE = Limit(per_second=1000.0, burst=1000, per_day=1000)
KNOWN = Limit(per_second=1000.0, burst=1000, per_day=1000, life=LIFE)
GRANTED = Limit(per_second=1000.0, burst=1000, per_day=1000, granted=True)
LISTED = Limit(per_second=1000.0, burst=1000, per_day=1000, listed=True)


async def add(database: Database, *keys: str, **changed: Any) -> None:
    """Rows that wait."""
    values = {"openid": "oA", "channel": "free", "body": b"{}", "due": 0.0, "expires": 9e9, **changed}
    entries = [Entry(key=key, **values) for key in keys]
    await database.run(lambda: OutboxRows(database).add(entries, time=0.0))


async def claim(database: Database, limit: Limit, *, most: int = 10, time: float = 100.0, owner: str = "me") -> Claim:
    """Claim for a minute."""
    allowance = Allowance(channel="free", most=most, day=DAY, limit=limit)
    return await OutboxRows(database).claim(allowance, owner=owner, time=time, lease=60.0)


async def settle(database: Database, *settlements: Settlement, time: float = 110.0) -> None:
    """Settle rows."""
    await OutboxRows(database).settle("free", settlements, owner="me", time=time)


async def stored(database: Database, key: str) -> dict[str, Any]:
    """A row as it is."""
    async with database.read() as connection:
        return dict((await connection.execute(select(outbox).where(outbox.c.key == key))).mappings().one())


async def test_a_pace_binds_whoever_claims(database: Database) -> None:
    """The burst at once, then what dripped in; how long the rest has to wait is said."""
    await add(database, *[f"k{n}" for n in range(20)])
    slow = Limit(per_second=2.0, burst=5, per_day=1000)
    first = await claim(database, slow, owner="one")
    assert (len(first.rows), first.wait) == (5, 0.0)
    second = await claim(database, slow, owner="other")
    assert (len(second.rows), second.wait) == (0, 1.25)
    third = await claim(database, slow, time=101.5, owner="other")
    assert (len(third.rows), third.wait) == (3, 0.5)


async def test_a_grant_is_spent_by_a_claim(database: Database) -> None:
    """Of its template and follower; what has none is skipped, and what did not count is given back."""
    held = [
        {"openid": "oA", "template": "N", "sends": 2, "refused": False, "changed": 1.0},
        {"openid": "oB", "template": "M", "sends": 9, "refused": False, "changed": 1.0},
    ]
    async with database.write() as connection:
        await connection.execute(insert(grants), held)
    await add(database, "a1", "a2", "a3", template="N")
    await add(database, "b1", openid="oB", template="N")
    found = await claim(database, GRANTED)
    assert [(row.key, row.granted) for row in found.rows] == [("a1", True), ("a2", True)]
    assert found.skipped == 2
    assert (await stored(database, "b1"))["reason"] == "refused"
    one, other = found.rows
    await settle(
        database,
        Settlement(row=one, state=State.WAITING, window=Window.UNTOUCHED),
        Settlement(row=other, state=State.SENT),
    )
    async with database.read() as connection:
        sends = select(grants.c.sends).where(grants.c.openid == "oA")
        assert (await connection.execute(sends)).scalar_one() == 1


async def test_a_refused_template_is_remembered(database: Database) -> None:
    """Of a template message there was no grant: the platform's word makes the row."""
    await add(database, "k", template="T")
    (row,) = (await claim(database, FREE)).rows
    await settle(database, Settlement(row=row, state=State.SKIPPED, reason="refused", window=Window.CLOSED))
    async with database.read() as connection:
        kept = (await connection.execute(select(grants))).one()
    assert (kept.openid, kept.template, kept.sends, bool(kept.refused)) == ("oA", "T", 0, True)


async def test_an_attempt_of_unknown_outcome_is_dated_by_its_claim(database: Database) -> None:
    """Later attempts keep that date; one that surely failed keeps none."""
    await add(database, "k")
    (row,) = (await claim(database, KNOWN)).rows
    assert row.unsure == 0.0
    await settle(database, Settlement(row=row, state=State.WAITING, due=120.0, unsure=100.0))
    (row,) = (await claim(database, KNOWN, time=130.0)).rows
    assert row.unsure == 100.0
    await settle(database, Settlement(row=row, state=State.WAITING, due=140.0, unsure=row.unsure))
    (row,) = (await claim(database, KNOWN, time=150.0)).rows
    assert row.unsure == 100.0
    await settle(database, Settlement(row=row, state=State.WAITING, due=160.0))
    (row,) = (await claim(database, KNOWN, time=170.0)).rows
    assert row.unsure == 0.0


@pytest.mark.parametrize(("ago", "sent"), [(LIFE - LIFE_SPARED - 1, True), (LIFE - LIFE_SPARED, False)])
async def test_no_repeat_is_begun_when_the_platform_may_have_forgotten(
    ago: float, sent: bool, database: Database
) -> None:
    """The row waits for a person instead."""
    await add(database, "k")
    (row,) = (await claim(database, KNOWN)).rows
    await settle(database, Settlement(row=row, state=State.WAITING, due=120.0, unsure=100.0))
    found = await claim(database, KNOWN, time=100.0 + ago)
    assert (len(found.rows), found.skipped) == (int(sent), int(not sent))
    assert (await stored(database, "k"))["state"] == ("sending" if sent else "unknown")


async def test_an_expired_row_that_may_have_gone_out_is_not_called_skipped(database: Database) -> None:
    """Nobody knows: a person decides."""
    await add(database, "k", expires=130.0)
    (row,) = (await claim(database, KNOWN)).rows
    await settle(database, Settlement(row=row, state=State.WAITING, due=120.0, unsure=100.0))
    await claim(database, KNOWN, time=140.0)
    assert (await stored(database, "k"))["state"] == "unknown"


async def test_what_the_dead_left_goes_again_where_the_platform_knows_it(database: Database) -> None:
    """While it does; what it would not know is given up, and other channels' rows are left alone."""
    rows = OutboxRows(database)
    await add(database, "old")
    await claim(database, KNOWN, time=100.0, owner="dead")
    await add(database, "new")
    await claim(database, KNOWN, time=700.0, owner="dead")
    assert await rows.reclaim("other", 760.0, life=LIFE) == (0, 0)
    assert await rows.reclaim("free", 760.0, life=LIFE) == (1, 1)
    new, old = await stored(database, "new"), await stored(database, "old")
    assert (new["state"], new["due"], new["owner"]) == ("waiting", 760.0, "")
    assert (old["state"], old["reason"]) == ("unknown", "interrupted")
    (row,) = (await claim(database, KNOWN, time=760.0)).rows
    assert (row.key, row.unsure) == ("new", 700.0)


async def test_without_an_id_nothing_goes_again(database: Database) -> None:
    """However fresh it is."""
    await add(database, "k")
    await claim(database, FREE, time=100.0)
    assert await OutboxRows(database).reclaim("free", 160.0) == (0, 1)


async def test_the_receivers_of_one_call_come_with_it(database: Database) -> None:
    """Each once, and not who left meanwhile."""
    rows = OutboxRows(database)
    await add(database, "mass", openid="")
    await database.run(lambda: rows.address("mass", ["oC", "oA", "oB", "oA"]))
    await database.run(lambda: rows.address("other", ["oD"]))
    await database.run(lambda: Followers(database).erase("oB", 1.0))
    (row,) = (await claim(database, LISTED)).rows
    assert row.openids == ("oA", "oC")


async def test_a_list_is_forgotten_with_its_row(database: Database) -> None:
    """Other lists stay."""
    rows = OutboxRows(database)
    await add(database, "mass", openid="")
    for key in ("mass", "other"):
        await database.run(lambda key=key: rows.address(key, ["oA"]))  # type: ignore[misc]
    (row,) = (await claim(database, LISTED)).rows
    await settle(database, Settlement(row=row, state=State.SENT))
    assert await rows.purge(111.0) == 1
    async with database.read() as connection:
        assert [row.batch for row in await connection.execute(select(audiences))] == ["other"]


async def test_one_transaction_writes_down_and_claims(database: Database) -> None:
    """What ended is settled before more is claimed; a stop among it lets nothing more go."""
    await add(database, "k1", "k2", "k3")
    (row,) = (await claim(database, FREE, most=1)).rows
    rows, allowance = OutboxRows(database), Allowance(channel="free", most=1, day=DAY, limit=FREE)
    sent = [Settlement(row=row, state=State.SENT)]
    ours, found = await rows.exchange(sent, allowance, owner="me", time=110.0, lease=60.0)
    assert (ours, [row.key for row in found.rows]) == (1, ["k2"])
    back = [Settlement(row=found.rows[0], state=State.WAITING, counts=False)]
    stop = Stop(reason="45011", until=500.0)
    ours, found = await rows.exchange(back, allowance, owner="me", time=120.0, lease=60.0, stop=stop)
    assert (ours, found.rows) == (1, ())
    assert (await stored(database, "k1"))["state"] == "sent"


@pytest.mark.parametrize(
    ("state", "reason", "told"),
    [
        (State.SKIPPED, "window", "waiting"),
        (State.SKIPPED, "refused", "waiting"),
        (State.SKIPPED, "blocked", "waiting"),
        (State.SKIPPED, "gone", "planned"),
        (State.FAILED, "47003", "planned"),
        (State.SENT, "", "planned"),
        (State.UNKNOWN, "window", "planned"),
        (State.SKIPPED, "late", "pending"),
        (State.UNKNOWN, "late", "planned"),
    ],
)
async def test_a_notice_that_cannot_be_pushed_waits_for_the_next_answer(
    state: State, reason: str, told: str, database: Database
) -> None:
    """Only where it surely did not arrive, and they may yet come. What was too late for its way is planned anew."""
    kept = {"key": "n1", "openid": "oA", "kind": "new", "data": b"", "news": b"", "state": "planned"}
    async with database.write() as connection:
        await connection.execute(insert(notices), {**kept, "created": 1.0, "due": 1.0})
    await add(database, "k", notice="n1")
    (row,) = (await claim(database, FREE)).rows
    await settle(database, Settlement(row=row, state=state, reason=reason))
    async with database.read() as connection:
        assert (await connection.execute(select(notices.c.state))).scalar_one() == told


async def test_a_person_lets_rows_go_again(database: Database) -> None:
    """Those that failed or are unknown, as if they were new; no others."""
    await add(database, "failed", "unknown", "sent", "waiting")
    found = (await claim(database, KNOWN, most=3)).rows
    states = dict(zip(("failed", "unknown", "sent"), (State.FAILED, State.UNKNOWN, State.SENT), strict=True))
    await settle(database, *[Settlement(row=row, state=states[row.key], reason="why") for row in found])
    rows = OutboxRows(database)
    ids = {key: (await stored(database, key))["id"] for key in ("failed", "unknown", "sent", "waiting")}
    assert [line.id for line in await rows.newest(State.FAILED, 9)] == [ids["failed"]]
    done = await rows.retry([*ids.values(), 999], time=200.0, expires=300.0)
    assert sorted(done) == sorted([ids["failed"], ids["unknown"]])
    again = await claim(database, KNOWN, time=200.0)
    assert {row.key for row in again.rows} == {"failed", "unknown", "waiting"}
    assert {(row.attempts, row.unsure) for row in again.rows} == {(1, 0.0)}
    assert await rows.newest(State.FAILED, 9) == []


async def test_the_newest_come_first(database: Database) -> None:
    """As many as are asked for, with what a person needs to know."""
    await add(database, "k1", "k2", "k3")
    found = (await claim(database, FREE)).rows
    await settle(database, *[Settlement(row=r, state=State.FAILED, errcode=47003, reason=r.key) for r in found])
    lines = await OutboxRows(database).newest(State.FAILED, 2)
    assert [(line.reason, line.errcode, line.channel, line.attempts) for line in lines] == [
        ("k3", 47003, "free", 1),
        ("k2", 47003, "free", 1),
    ]


async def test_what_may_have_gone_out_goes_first(database: Database) -> None:
    """The platform forgets its id while a backlog of hours is older; it is not due before its own time all the same."""
    await add(database, "lost", due=50.0)
    (row,) = (await claim(database, KNOWN)).rows
    await add(database, *[f"k{n}" for n in range(9)], due=1.0)
    await settle(database, Settlement(row=row, state=State.WAITING, due=120.0, unsure=100.0))
    assert [one.key for one in (await claim(database, KNOWN, most=2, time=119.0)).rows] == ["k0", "k1"]
    found = await claim(database, KNOWN, most=3, time=120.0)
    assert [(one.key, one.unsure) for one in found.rows] == [("lost", 100.0), ("k2", 0.0), ("k3", 0.0)]


async def test_in_a_round_one_s_own_rows_are_not_taken_up(database: Database) -> None:
    """They are under way, whatever a clock that was set says of their lease."""
    rows = OutboxRows(database)
    await add(database, "mine", "other")
    await claim(database, KNOWN, most=1)
    await claim(database, KNOWN, most=1, owner="dead")
    assert await rows.reclaim("free", 200.0, life=LIFE, but="me") == (1, 0)
    assert (await stored(database, "mine"))["state"] == "sending"
    assert await rows.reclaim("free", 200.0, life=LIFE) == (1, 0)


ASLEEP, RESTING = 500.0, 900.0


async def quiet(database: Database, *, time: float = 100.0, asleep: float = ASLEEP, resting: float = RESTING) -> Claim:
    """Claim in quiet hours."""
    allowance = Allowance(channel="free", most=10, day=DAY, limit=KNOWN, asleep=asleep, resting=resting)
    return await OutboxRows(database).claim(allowance, owner="me", time=time, lease=60.0)


async def test_nothing_that_brings_a_notice_goes_in_quiet_hours(database: Database) -> None:
    """However it came to be due: it waits for the morning, in its order; answers go, and what may have gone already."""
    await add(database, "again", notice="new:0")
    (row,) = (await claim(database, KNOWN)).rows
    await settle(database, Settlement(row=row, state=State.WAITING, due=110.0, unsure=100.0))
    await add(database, "n1", "n2", notice="changed:1")
    await add(database, "right", notice="corrected:1")
    await add(database, "last", notice="expiring:1")
    await add(database, "answer")
    found = await quiet(database, time=120.0)
    assert [(one.key, found.skipped) for one in found.rows] == [("again", 0), ("answer", 0)]
    times = {key: (await stored(database, key))["due"] for key in ("n1", "n2", "right", "last")}
    assert times == {"n1": RESTING, "n2": RESTING, "right": ASLEEP, "last": ASLEEP}
    assert {(await stored(database, key))["attempts"] for key in times} == {0}
    assert (await quiet(database, time=499.0)).rows == ()
    assert [one.key for one in (await quiet(database, time=ASLEEP, asleep=0.0)).rows] == ["right", "last"]
    assert [one.key for one in (await claim(database, KNOWN, time=RESTING)).rows] == ["n1", "n2"]


async def test_a_large_backlog_is_put_off_piece_by_piece(database: Database) -> None:
    """No claim holds the database for long, and none is sent before all are put off."""
    await add(database, *[f"n{number}" for number in range(PUT_OFF + 1)], notice="changed:1")
    await add(database, "answer", due=1.0)
    first = await quiet(database)
    assert (first.rows, first.wait > 0) == ((), True)
    assert [row.key for row in (await quiet(database)).rows] == ["answer"]
    assert await OutboxRows(database).counts() == {"waiting": PUT_OFF + 1, "sending": 1}


async def test_a_new_consent_outlives_the_refusal_of_an_older_send(database: Database) -> None:
    """What they accept while a call is under way is not what the platform refused."""
    said = {"openid": "oA", "template": "N", "sends": 1, "refused": False, "changed": 50.0}
    async with database.write() as connection:
        await connection.execute(insert(grants), said)
    await add(database, "k", template="N")
    (row,) = (await claim(database, GRANTED)).rows
    given = Granted(
        key="b", openid="oA", account="gh_1", created=102, grants=(Grant(template_id="N", accepted=True, scene="1"),)
    )
    await database.run(lambda: Grants(database).record([given]))
    await settle(database, Settlement(row=row, state=State.SKIPPED, reason="refused", window=Window.CLOSED))
    async with database.read() as connection:
        kept = (await connection.execute(select(grants))).one()
    assert (kept.sends, bool(kept.refused)) == (1, False)


async def test_a_failure_that_was_mended_goes_under_another_id(database: Database) -> None:
    """By its own the platform would say that it knows it, and send nothing; what is unknown keeps its id, and nothing
    of the failure stays."""
    await add(database, "failed", "unknown")
    before = (await claim(database, KNOWN)).rows
    await settle(
        database,
        Settlement(row=before[0], state=State.SENT, msgid="1000"),
        Settlement(row=before[1], state=State.UNKNOWN),
    )
    reported = update(outbox).where(outbox.c.key == "failed")
    async with database.write() as connection:
        await connection.execute(reported.values(state="failed", reason="err(10001)", report="err(10001)", errcode=7))
    await OutboxRows(database).retry([row.id for row in before], time=200.0, expires=900.0)
    kept = await stored(database, "failed")
    assert (kept["msgid"], kept["report"], kept["errcode"], kept["reason"]) == ("", "", 0, "")
    after = (await claim(database, KNOWN, time=200.0)).rows
    assert [one.client_id == other.client_id for one, other in zip(before, after, strict=True)] == [False, True]
    assert all(len(row.client_id) == 32 for row in after)
