"""What the platform tells of sends, and the rows it is written to."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from sqlalchemy import insert, select

from bot.messages import AnyMessage, Delivery, MassReport, NoticeReport, TemplateReport, Text
from bot.store.calls import Allowance, Claimed, Entry, Limit, Settlement, State
from bot.store.database import Database
from bot.store.outbox import OutboxRows
from bot.store.reports import Reports, read, state_of
from bot.store.tables import notices, outbox, reports

HUGE = 3_717_005_636_572_528_642
HEAD: dict[str, Any] = {"key": "k", "openid": "oA", "account": "gh_1", "created": 1}
LIMIT = Limit(per_second=100.0, burst=100, per_day=100)


def template(status: str, msgid: int = HUGE) -> TemplateReport:
    """The report of a template message."""
    return TemplateReport(**HEAD, msgid=msgid, status=status)


def notice(code: int, *, msgid: int = HUGE, openid: str = "oA", which: str = "N") -> NoticeReport:
    """The report of a subscription notice."""
    delivery = Delivery(template_id=which, msgid=msgid, error_code=code, status="failed" if code else "success")
    return NoticeReport(**{**HEAD, "openid": openid}, deliveries=(delivery,))


async def enter(database: Database, channel: str, *, msgid: str = "", state: str = "sent", which: str = "") -> None:
    """A row that was sent."""
    row = {"key": f"{channel}{state}{msgid}", "openid": "oA", "channel": channel, "body": b"", "created": 0.0}
    more = {"due": 0.0, "expires": 9e9, "state": state, "msgid": msgid, "template": which, "settled": 1.0}
    async with database.write() as connection:
        await connection.execute(insert(outbox), {**row, **more})


async def record(database: Database, *messages: AnyMessage) -> None:
    """What messages tell, each with the time it came."""
    await database.run(lambda: Reports(database).record([(message, 7.0) for message in messages]))


async def rows(database: Database) -> list[tuple[str, str, str]]:
    """State, reason and report of each row."""
    async with database.read() as connection:
        query = select(outbox.c.state, outbox.c.reason, outbox.c.report).order_by(outbox.c.id)
        return [tuple(row) for row in await connection.execute(query)]


async def early(database: Database) -> list[str]:
    """The reports that wait for their row."""
    async with database.read() as connection:
        return [row[0] for row in await connection.execute(select(reports.c.msgid))]


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("success", State.SENT),
        ("success; total 3 filtered 3 sent 3 errors 0", State.SENT),
        ("failed:user block", State.SKIPPED),
        ("failed: user block", State.SKIPPED),
        ("failed: system failed", State.FAILED),
        ("err(10001); total 0 filtered 0 sent 0 errors 0", State.FAILED),
        ("", State.FAILED),
    ],
)
def test_a_status_says_what_became_of_the_row(text: str, state: State) -> None:
    """In all the spellings that are seen."""
    assert state_of(text) is state


def test_what_a_message_reports() -> None:
    """One report for each send, none in what is no report."""
    assert [one.text for one in read(template("success"))] == ["success"]
    mass = MassReport(**HEAD, msgid=HUGE, status="sendsuccess", total=9, filtered=8, sent=7, errors=1)
    assert [(one.msgid, one.text) for one in read(mass)] == [(str(HUGE), "success; total 9 filtered 8 sent 7 errors 1")]
    assert [(one.text, one.template) for one in read(notice(5))] == [("5 failed", "N")]
    assert list(read(Text(**HEAD, text="success"))) == []


@pytest.mark.parametrize(
    ("status", "row"),
    [
        ("success", ("sent", "", "success")),
        ("failed:user block", ("skipped", "blocked", "failed:user block")),
        ("failed: system failed", ("failed", "failed: system failed", "failed: system failed")),
    ],
)
async def test_a_report_finds_its_row_by_the_platforms_id(
    status: str, row: tuple[str, str, str], database: Database
) -> None:
    """Beyond 2^53; the row beside it is untouched, and a second report changes nothing."""
    await enter(database, "template", msgid=str(HUGE))
    await enter(database, "template", msgid=str(HUGE + 1))
    await record(database, template(status))
    await record(database, template(status))
    assert await rows(database) == [row, ("sent", "", "")]


async def test_a_mass_report_keeps_its_counts(database: Database) -> None:
    """How many were reached, of how many."""
    await enter(database, "mass", msgid=str(HUGE))
    await record(database, MassReport(**HEAD, msgid=HUGE, status="send success", total=9, filtered=8, sent=7, errors=1))
    assert await rows(database) == [("sent", "", "success; total 9 filtered 8 sent 7 errors 1")]


async def test_a_notice_without_an_id_is_found_by_follower_and_template(database: Database) -> None:
    """The oldest that has no report yet; nobody else's, and no other template's."""
    for state in ("sent", "sent"):
        await enter(database, "subscribe", state=state, which="N", msgid="")
        async with database.write() as connection:
            await connection.execute(outbox.update().values(key=outbox.c.key + "x"))
    await record(database, notice(0, openid="oB", msgid=1), notice(0, which="M", msgid=2))
    assert await rows(database) == [("sent", "", "")] * 2
    await record(database, notice(0, msgid=3))
    await record(database, notice(43, msgid=4))
    assert await rows(database) == [("sent", "", "success"), ("failed", "43 failed", "43 failed")]


async def test_a_report_says_that_a_call_of_unknown_outcome_was_made(database: Database) -> None:
    """A notice whose answer was lost, and which the platform then reports, was sent."""
    await enter(database, "subscribe", state="unknown", which="N")
    await record(database, notice(0))
    assert await rows(database) == [("sent", "", "success")]


async def test_a_report_that_comes_first_waits_for_its_row(database: Database) -> None:
    """Until the send is written down, in the same transaction as that."""
    store = OutboxRows(database)
    entry = Entry(key="k", openid="oA", channel="template", body=b"{}", due=0.0, expires=9e9)
    await database.run(lambda: store.add([entry], time=0.0))
    allowance = Allowance(channel="template", most=1, day="2026-11-22", limit=LIMIT)
    (row,) = (await store.claim(allowance, owner="me", time=1.0, lease=60.0)).rows
    await record(database, template("failed: system failed"))
    assert await early(database) == [str(HUGE)]
    await store.settle("template", [Settlement(row=row, state=State.SENT, msgid=str(HUGE))], owner="me", time=2.0)
    assert await rows(database) == [("failed", "failed: system failed", "failed: system failed")]
    assert await early(database) == []


async def test_reports_of_others_are_forgotten(database: Database) -> None:
    """Another system of the same account sends too: what nobody asks for goes."""
    await record(database, template("success"))
    assert await Reports(database).purge(7.0) == 0
    assert await Reports(database).purge(8.0) == 1
    assert await early(database) == []


async def claimed(database: Database, key: str, time: float) -> Claimed:
    """A notice that is being sent."""
    store = OutboxRows(database)
    entry = Entry(key=key, openid="oA", channel="subscribe", body=b"{}", due=0.0, expires=9e9, template="N")
    await database.run(lambda: store.add([entry], time=0.0))
    allowance = Allowance(channel="subscribe", most=1, day="2026-11-22", limit=LIMIT)
    (row,) = (await store.claim(allowance, owner="me", time=time, lease=60.0)).rows
    return row


@pytest.mark.parametrize("state", [State.SENT, State.UNKNOWN])
@pytest.mark.parametrize(("code", "text", "end"), [(43, "43 failed", "failed"), (0, "success", "sent")])
async def test_a_notice_reported_while_it_is_sent_is_settled_as_reported(
    state: State, code: int, text: str, end: str, database: Database
) -> None:
    """Whoever sends it writes down that it went, and the report stands."""
    row = await claimed(database, "k", 10.0)
    await record(database, at(11, notice(code)))
    assert await rows(database) == [("sending", "" if end == "sent" else text, text)]
    await OutboxRows(database).settle("subscribe", [Settlement(row=row, state=state)], owner="me", time=12.0)
    assert await rows(database) == [(end, "" if end == "sent" else text, text)]


async def test_reports_of_notices_go_to_them_in_the_order_they_were_sent(database: Database) -> None:
    """The first one's to the first; one of an hour ago is not told of any more."""
    store = OutboxRows(database)
    for key, time in (("old", 10.0), ("one", 4000.0), ("two", 4001.0)):
        sent = Settlement(row=await claimed(database, key, time), state=State.SENT)
        await store.settle("subscribe", [sent], owner="me", time=time)
    await record(database, at(4002, notice(43, msgid=1)), at(4003, notice(0, msgid=2)))
    assert [(state, report) for state, _, report in await rows(database)] == [
        ("sent", ""),
        ("failed", "43 failed"),
        ("sent", "success"),
    ]


def at(created: int, message: NoticeReport) -> NoticeReport:
    """The report at a time."""
    return msgspec.structs.replace(message, created=created)


@pytest.mark.parametrize(("status", "state"), [("failed:user block", "waiting"), ("failed: system failed", "planned")])
async def test_a_notice_that_was_blocked_waits_for_the_next_answer(status: str, state: str, database: Database) -> None:
    """It did not arrive, and they may yet come; what failed otherwise waits for a person."""
    kept = {"key": "n1", "openid": "oA", "kind": "new", "data": b"", "news": b"", "state": "planned"}
    async with database.write() as connection:
        await connection.execute(insert(notices), {**kept, "created": 1.0, "due": 1.0})
    await enter(database, "template", msgid=str(HUGE))
    async with database.write() as connection:
        await connection.execute(outbox.update().values(notice="n1"))
    await record(database, template(status))
    async with database.read() as connection:
        assert (await connection.execute(select(notices.c.state))).scalar_one() == state
