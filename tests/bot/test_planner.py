"""Which way a notice goes, and when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select

from bot.channels import CHANNELS
from bot.clock import SHANGHAI, ManualClock
from bot.config import Config, Push, WeChat
from bot.notices import LIFE, Notice, life
from bot.planner import Deferred, Nothing, Planner, PushPolicy, Told, goes_from, plan, policy_of
from bot.store.calls import Allowance, Entry, Limit, Settlement, State
from bot.store.database import Database
from bot.store.limits import ChannelRows, Stop
from bot.store.notices import Notices, pack
from bot.store.outbox import OutboxRows
from bot.store.reach import Reach
from bot.store.recalls import take_back
from bot.store.tables import followers, grants, notices, outbox
from tests.bot.channels.rows import NOTICE, PUSH

MONDAY = datetime(2026, 11, 23, 10, tzinfo=SHANGHAI)
TIME = MONDAY.timestamp()
DAY = 86_400.0
WAYS = {kind.name: kind.compose for kind in CHANNELS}
ALL = frozenset(WAYS)
POLICY = PushPolicy(ways=WAYS, push=PUSH)
OPEN = Reach(follows=True, window_until=TIME + DAY, window_left=5, channels=ALL)
SHUT = Reach(follows=True, channels=ALL)
FRESH = msgspec.structs.replace(NOTICE, created=TIME)


def policy(**changed: Any) -> PushPolicy:
    """The policy with other settings."""
    return PushPolicy(ways=WAYS, push=msgspec.structs.replace(PUSH, **changed))


def reach(**changed: Any) -> Reach:
    """Somebody whose window is shut, but for this."""
    return msgspec.structs.replace(SHUT, **changed)


def notice(**changed: Any) -> Notice:
    """A notice of this Monday, but for this."""
    return msgspec.structs.replace(FRESH, **changed)


def channel(planned: object) -> str:
    """Which way an entry goes."""
    assert isinstance(planned, Entry), planned
    return planned.channel


def test_an_open_window_is_cheapest() -> None:
    """The message goes at once, as the notice's own text, and not after the window's end."""
    planned = plan(FRESH, OPEN, POLICY, MONDAY)
    assert isinstance(planned, Entry)
    assert (planned.channel, planned.openid, planned.due, planned.expires) == ("custom", "oA", TIME, TIME + DAY)
    assert planned.notice == FRESH.key
    assert "技改补助上限" in planned.body.decode()
    assert "oA" not in planned.key
    assert len(planned.key) <= 80


def test_the_last_message_of_a_window_is_kept_for_an_answer() -> None:
    """A late answer needs it more."""
    one = msgspec.structs.replace(OPEN, window_left=1)
    assert channel(plan(FRESH, one, POLICY, MONDAY)) == "template"
    ending = msgspec.structs.replace(OPEN, window_until=TIME + 30)
    assert channel(plan(FRESH, ending, POLICY, MONDAY)) == "template"


def test_a_single_consent_is_spent_last_and_a_lasting_one_first() -> None:
    """A template costs a bit of a large quota, a consent must be asked for again."""
    granted = reach(grants={"T_NOTICE": 1})
    assert channel(plan(FRESH, granted, POLICY, MONDAY)) == "template"
    assert channel(plan(FRESH, granted, policy(notice_lasting=True), MONDAY)) == "subscribe"
    refused = msgspec.structs.replace(granted, refused=frozenset({"T_TEMPLATE"}))
    planned = plan(FRESH, refused, POLICY, MONDAY)
    assert isinstance(planned, Entry)
    assert (planned.channel, planned.template) == ("subscribe", "T_NOTICE")


@pytest.mark.parametrize(
    "who",
    [
        reach(refused=frozenset({"T_TEMPLATE"})),
        reach(refused=frozenset({"T_TEMPLATE"}), grants={"T_NOTICE": 0, "T_OTHER": 3}),
        reach(channels=frozenset({"custom"}), grants={"T_NOTICE": 3}),
        reach(channels=frozenset()),
        reach(channels=frozenset(), later={"custom": TIME + 60, "subscribe": TIME + 60}),  # neither can reach them
    ],
)
def test_who_cannot_be_pushed_to_is_told_with_the_next_answer(who: Reach) -> None:
    """No window, no grant, a refusal, a channel that is stopped."""
    assert isinstance(plan(FRESH, who, POLICY, MONDAY), Told)


def test_a_value_that_does_not_fit_closes_that_way_alone() -> None:
    """The template is passed over, not sent with a gap."""
    bad = notice(fields={"title": "题", "date": "年底", "change": "变", "state": "有变化"})
    assert channel(plan(bad, reach(grants={"T_NOTICE": 1}), POLICY, MONDAY)) == "subscribe"
    assert isinstance(plan(bad, SHUT, POLICY, MONDAY), Told)


def test_nobody_who_left_is_told() -> None:
    """Whatever waits for them."""
    assert plan(FRESH, Reach(channels=ALL), POLICY, MONDAY) == Nothing("left")


def test_old_news_is_not_told() -> None:
    """After two weeks; what counts days, after its own day."""
    assert isinstance(plan(notice(created=TIME - LIFE), OPEN, POLICY, MONDAY), Nothing)
    assert channel(plan(notice(created=TIME - LIFE + 60), OPEN, POLICY, MONDAY)) == "custom"
    yesterday = notice(kind="expiring", created=TIME - 11 * 3600)
    assert plan(yesterday, OPEN, POLICY, MONDAY) == Nothing("late")
    assert channel(plan(notice(kind="expiring", created=TIME - 9 * 3600), OPEN, POLICY, MONDAY)) == "custom"


def test_quiet_hours_are_waited_out() -> None:
    """In the evening until the morning, also by what is urgent."""
    evening = MONDAY.replace(hour=21)
    for urgent in (False, True):
        planned = plan(notice(urgent=urgent), OPEN, POLICY, evening)
        assert planned == Deferred(
            until=datetime(2026, 11, 24, 8, 30, tzinfo=SHANGHAI).timestamp(), reason="quiet hours"
        )


def test_weekends_are_waited_out_by_what_can_wait() -> None:
    """Not by the urgent, nor by what would be wrong on Monday; holidays and make-up days are those of the State."""
    saturday = datetime(2026, 11, 28, 10, tzinfo=SHANGHAI)
    created = saturday.timestamp() - 3600
    planned = plan(notice(created=created), reach(), POLICY, saturday)
    assert planned == Deferred(until=datetime(2026, 11, 30, 8, 30, tzinfo=SHANGHAI).timestamp(), reason="quiet hours")
    assert channel(plan(notice(created=created, urgent=True), reach(), POLICY, saturday)) == "template"
    assert channel(plan(notice(created=created, kind="expiring"), reach(), POLICY, saturday)) == "template"
    assert channel(plan(notice(created=created), reach(), policy(workdays=False), saturday)) == "template"
    make_up = datetime(2026, 10, 10, 10, tzinfo=SHANGHAI)  # a Saturday that is worked
    assert channel(plan(notice(created=make_up.timestamp()), reach(), POLICY, make_up)) == "template"


def test_nobody_gets_more_than_a_day_and_a_week_allow() -> None:
    """Two in a day and six in a week; the next waits for the first of them to be so long ago. The urgent goes."""
    full = reach(pushed=(TIME - 3600, TIME - 7200))
    assert plan(FRESH, full, POLICY, MONDAY) == Deferred(until=TIME - 7200 + DAY, reason="day is full")
    week = reach(pushed=tuple(TIME - day * DAY for day in (1.1, 2, 3, 4, 5, 6)))
    assert plan(FRESH, week, POLICY, MONDAY) == Deferred(until=TIME + DAY, reason="week is full")
    assert channel(plan(notice(urgent=True), full, POLICY, MONDAY)) == "template"
    assert channel(plan(FRESH, reach(pushed=(TIME - 8 * DAY,) * 9), POLICY, MONDAY)) == "template"


def test_what_may_only_go_too_late_is_told_with_the_next_answer() -> None:
    """It would no longer be true when the gap is over."""
    full = reach(pushed=(TIME - 3600, TIME - 7200))
    assert isinstance(plan(notice(kind="expiring"), full, POLICY, MONDAY), Told)


moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 30)).map(lambda d: d.replace(tzinfo=SHANGHAI))
pushes = st.lists(st.floats(-8 * DAY, 0.0), max_size=9)


@given(moments, pushes, st.booleans(), st.integers(0, 6), st.booleans())
def test_nothing_ever_goes_out_in_quiet_hours_or_above_the_cap(
    moment: datetime, lately: list[float], urgent: bool, left: int, granted: bool
) -> None:
    """Whatever the follower's state; and what is deferred is deferred to later, within its life."""
    time = moment.timestamp()
    who = Reach(
        follows=True,
        window_until=time + 3600,
        window_left=left,
        grants={"T_NOTICE": int(granted)},
        pushed=tuple(time + ago for ago in lately),
        channels=ALL,
    )
    one = notice(created=time - 60, urgent=urgent)
    planned = plan(one, who, POLICY, moment)
    if isinstance(planned, Entry):
        assert "08:30" <= f"{moment:%H:%M}" < "20:30"
        assert urgent or sum(ago > -DAY for ago in lately) < PUSH.per_day
        assert urgent or sum(ago > -7 * DAY for ago in lately) < PUSH.per_week
        assert planned.channel != "custom" or left > 1
    if isinstance(planned, Deferred):
        assert time < planned.until < life(one)


def account(kind: str, *, certified: bool, **push: Any) -> PushPolicy:
    """What an account may do."""
    wechat = WeChat(
        app_id="wx0123456789", app_secret="s", token="abc", original_id="gh_1", account=kind, certified=certified
    )
    return policy_of(Config(wechat=wechat, push=msgspec.structs.replace(PUSH, **push)), WAYS)


@pytest.mark.parametrize(
    ("kind", "certified", "ways"),
    [
        ("service", True, {"custom", "template", "subscribe"}),
        ("service", False, set()),
        ("subscription", True, {"custom"}),
        ("subscription", False, set()),
        ("test", False, {"custom", "template", "subscribe"}),
    ],
)
def test_what_an_account_may_do_depends_on_its_kind(kind: str, certified: bool, ways: set[str]) -> None:
    """By the platform's table of rights."""
    assert account(kind, certified=certified).ways.keys() == ways


def test_a_template_that_is_not_set_is_no_way() -> None:
    """Its id says whether there is one."""
    assert account("service", certified=True, template_id="").ways.keys() == {"custom", "subscribe"}
    assert account("service", certified=True, notice_id="").ways.keys() == {"custom", "template"}


LIMITS = {name: Limit(per_second=50.0, burst=50, per_day=100) for name in WAYS}


async def keep(database: Database, *some: Notice) -> None:
    """Notices at rest."""
    rows = [pack(one, [1]) for one in some]
    await database.run(lambda: Notices(database).keep(rows))


async def follow(database: Database, *openids: str, left: int = 0) -> None:
    """People who follow."""
    rows = [{"openid": who, "followed": 1.0, "window_left": left, "window_until": TIME + DAY} for who in openids]
    async with database.write() as connection:
        await connection.execute(insert(followers), rows)


async def found(database: Database) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """(key, state) of every notice and (openid, channel) of every row."""
    async with database.read() as connection:
        kept = await connection.execute(select(notices.c.key, notices.c.state).order_by(notices.c.key))
        rows = await connection.execute(select(outbox.c.openid, outbox.c.channel).order_by(outbox.c.openid))
        return [(row[0], row[1]) for row in kept], [(row[0], row[1]) for row in rows]


def planner(database: Database, *, push: Push = PUSH) -> Planner:
    """A process's planner on this Monday."""
    return Planner(database, PushPolicy(ways=WAYS, push=push), limits=LIMITS, clock=ManualClock(TIME))


async def test_what_is_due_becomes_rows(database: Database) -> None:
    """Each by its follower's own way, once; who cannot be pushed to waits, and who left is dropped."""
    push = msgspec.structs.replace(PUSH, template_id="", template_fields={})
    await follow(database, "oB", "oC")
    await follow(database, "oA", left=3)
    held = {"openid": "oB", "template": "T_NOTICE", "sends": 1, "refused": False, "changed": 1.0}
    async with database.write() as connection:
        await connection.execute(insert(grants), held)
    await keep(database, *[notice(key=f"n {who}", openid=who) for who in ("oA", "oB", "oC", "oGone")])
    process = planner(database, push=push)
    assert await process.run_once() == 4
    assert await process.run_once() == 0
    assert await found(database) == (
        [("n oA", "planned"), ("n oB", "planned"), ("n oC", "waiting"), ("n oGone", "nothing")],
        [("oA", "custom"), ("oB", "subscribe")],
    )


async def test_one_batch_counts_what_it_plans(database: Database) -> None:
    """Three notices for one person at once: two go, the third waits for tomorrow."""
    await follow(database, "oA")
    await keep(database, *[notice(key=f"n{n}") for n in range(3)])
    assert await planner(database).run_once() == 3
    kept, rows = await found(database)
    assert sorted(state for _, state in kept) == ["pending", "planned", "planned"]
    assert rows == [("oA", "template")] * 2


async def test_two_processes_plan_a_notice_once(store_url: str) -> None:
    """However they meet."""
    first, second = await Database.open(store_url), await Database.open(store_url)
    await follow(first, "oA", "oB")
    await keep(first, *[notice(key=f"n{who}", openid=who) for who in ("oA", "oB")])
    for database in (first, second, first):
        await planner(database).run_once()
    assert (await found(first))[1] == [("oA", "template"), ("oB", "template")]
    await first.close()
    await second.close()


async def test_a_stopped_channel_is_passed_over(database: Database) -> None:
    """Its halt is in the database; the next way is taken."""
    await follow(database, "oA", left=5)
    await keep(database, notice(key="n1"))
    await database.run(lambda: ChannelRows(database).stop("custom", Stop(reason="48001", halted=True)))
    await planner(database).run_once()
    assert (await found(database))[1] == [("oA", "template")]


def test_the_day_after_tomorrow_is_not_needed() -> None:
    """Seven days of rest end: the planner never defers beyond the longest holiday."""
    eve = datetime(2026, 2, 14, 22, tzinfo=SHANGHAI)
    planned = plan(notice(created=eve.timestamp()), reach(), POLICY, eve)
    assert isinstance(planned, Deferred)
    assert planned.until - eve.timestamp() < timedelta(days=12).total_seconds()


def test_a_channel_that_is_full_is_waited_for() -> None:
    """Until it may be used again and they may be written to; another way that is open is taken at once."""
    tomorrow = datetime(2026, 11, 24, tzinfo=SHANGHAI)
    full = reach(channels=frozenset(), later={"template": tomorrow.timestamp()})
    opens = tomorrow.replace(hour=8, minute=30).timestamp()
    assert plan(FRESH, full, POLICY, MONDAY) == Deferred(until=opens, reason="channel is full")
    assert isinstance(plan(notice(created=opens - LIFE), full, POLICY, MONDAY), Told)
    paused = reach(channels=frozenset(), later={"template": TIME + 60})
    assert plan(FRESH, paused, POLICY, MONDAY) == Deferred(until=TIME + 60, reason="channel is full")
    granted = msgspec.structs.replace(full, channels=frozenset({"subscribe"}), grants={"T_NOTICE": 1})
    assert channel(plan(FRESH, granted, POLICY, MONDAY)) == "subscribe"


async def test_no_more_is_planned_than_a_day_lets_go(database: Database) -> None:
    """What waits already counts, and so does each that is planned: else the rest would go at midnight."""
    await follow(database, *[f"o{n}" for n in range(5)])
    waiting = Entry(key="w", openid="oX", channel="template", body=b"{}", due=TIME + 1, expires=TIME + DAY)
    await database.run(lambda: OutboxRows(database).add([waiting], time=TIME))
    await keep(database, *[notice(key=f"n{n}", openid=f"o{n}") for n in range(5)])
    few = {name: Limit(per_second=50.0, burst=50, per_day=4) for name in WAYS}
    await Planner(database, POLICY, limits=few, clock=ManualClock(TIME)).run_once()
    kept, rows = await found(database)
    assert sorted(state for _, state in kept) == ["pending"] * 2 + ["planned"] * 3
    assert len(rows) == 4
    assert await planner(database).run_once() == 0  # not before tomorrow
    clock = ManualClock(TIME + DAY)
    sent = OutboxRows(database)
    allowance = Allowance(channel="template", most=9, day="2026-11-23", limit=LIMITS["template"])
    claimed = (await sent.claim(allowance, owner="me", time=TIME + 1, lease=60.0)).rows
    await sent.settle("template", [Settlement(row=row, state=State.SENT) for row in claimed], owner="me", time=TIME + 2)
    await Planner(database, POLICY, limits=few, clock=clock).run_once()
    assert [state for _, state in (await found(database))[0]] == ["planned"] * 5


async def lost(database: Database, *, windowed: bool, state: State = State.SENT, reason: str = "") -> None:
    """What was planned is claimed ten minutes later, and settled so where it may go at all."""
    rows, time = OutboxRows(database), TIME + 600
    limit = Limit(per_second=50.0, burst=50, per_day=100, windowed=windowed)
    name = "custom" if windowed else "template"
    allowance = Allowance(channel=name, most=9, day="2026-11-23", limit=limit)
    claimed = (await rows.claim(allowance, owner="me", time=time, lease=60.0)).rows
    settlements = [Settlement(row=row, state=state, reason=reason) for row in claimed]
    await rows.settle(name, settlements, owner="me", time=time)


async def test_a_notice_whose_window_ended_goes_another_way(database: Database) -> None:
    """Its row was too late, it is not: it is planned anew."""
    until = {"openid": "oA", "followed": 1.0, "window_left": 5, "window_until": TIME + 599}
    async with database.write() as connection:
        await connection.execute(insert(followers), until)
    await keep(database, notice(key="n1"))
    await planner(database).run_once()
    await lost(database, windowed=True)
    assert await found(database) == ([("n1", "pending")], [("oA", "custom")])
    process = Planner(database, POLICY, limits=LIMITS, clock=ManualClock(TIME + 601))
    assert await process.run_once() == 1
    assert await found(database) == ([("n1", "planned")], [("oA", "custom"), ("oA", "template")])


async def test_a_notice_made_again_is_planned_again(database: Database) -> None:
    """Under the same key as one whose row stays in the outbox: refused, taken back, and made of the same news."""
    await follow(database, "oA")
    await keep(database, notice(key="n1"))
    await planner(database).run_once()
    await lost(database, windowed=False, state=State.SKIPPED, reason="refused")
    assert (await found(database))[0] == [("n1", "waiting")]
    await database.run(lambda: take_back(["oA"]))
    await keep(database, notice(key="n1"))
    await planner(database).run_once()
    assert await found(database) == ([("n1", "planned")], [("oA", "template"), ("oA", "template")])


@pytest.mark.parametrize("kind", ["new", "changed", "corrected", "expiring", "digest"])
@pytest.mark.parametrize("hours", [0, 3, 11, 40, 120, 130])
def test_when_it_is_said_to_go_is_when_it_goes(kind: str, hours: int) -> None:
    """What staff read of a notice that waits is the moment until which planning puts it off, by night as by weekend.

    A reminder that would be wrong by then is put off to no moment."""
    moment = MONDAY + timedelta(hours=hours)
    one = msgspec.structs.replace(FRESH, kind=kind, urgent=kind == "corrected", created=moment.timestamp())
    wide = msgspec.structs.replace(OPEN, window_until=moment.timestamp() + 9 * DAY)
    planned = plan(one, wide, policy(quiet_from="20:30", quiet_until="08:30", workdays=True), moment)
    then = goes_from(one.created, kind, Push(), moment)
    if isinstance(planned, Told):  # a day that is counted is another by then
        assert (kind, then.date() > moment.date()) == ("expiring", True)
        return
    assert isinstance(planned, Deferred | Entry)
    assert (planned.until if isinstance(planned, Deferred) else planned.due) == then.timestamp()
