"""Where followers stand when they write."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Table, insert

from bot.messages import Text
from bot.store.database import Database
from bot.store.departures import Departures
from bot.store.standing import Standing, Standings
from bot.store.tables import enterprises, followers, notices, rhythms, subscriptions

NOTICE = {"kind": "new", "data": b"{}", "news": b"[]", "created": 1.0, "due": 1.0}
# Rows of somebody, and how they stand by them; None where there is nothing to be known.
ROWS: list[tuple[Table, dict[str, Any], Standing | None]] = [
    (followers, {"followed": 1.0}, None),
    (followers, {"followed": 1.0, "talk": b"{}", "talk_until": 9.0}, Standing(talk=b"{}")),
    (notices, {"key": "k1", "state": "waiting", **NOTICE}, Standing(told=True)),
    (notices, {"key": "k2", "state": "pending", **NOTICE}, None),
    (enterprises, {"facts": b"{}", "consented": 1.0}, Standing(kept=True)),
    (subscriptions, {"kind": "all", "value": "", "since": 1.0}, Standing(kept=True)),
    (rhythms, {"rhythm": "daily"}, Standing(kept=True)),
]
ODD = ("o'1", 'o"2', "o\\3", "o,4", "企5", "o\n6", "o]7")


def sent(openid: str, created: int = 100) -> Text:
    """Words sent at that second."""
    return Text(key="k", openid=openid, account="gh_1", created=created, text="hello")


@pytest.mark.parametrize("odd", [False, True])
async def test_each_by_their_own_rows(database: Database, odd: bool) -> None:
    """One look tells of all senders of a batch, and of nobody else, how they stand by what is kept of them, however
    their openids are spelled; of those of whom there is nothing it says nothing."""
    openids = ODD if odd else [f"o{number}" for number in range(len(ROWS))]
    async with database.write() as connection:
        for openid, (table, row, _) in zip(openids, ROWS, strict=True):
            await connection.execute(insert(table), {"openid": openid, **row})
        await connection.execute(insert(rhythms), {"openid": "another", "rhythm": "daily"})
    messages = [sent(openid) for openid in (*openids, "nobody", openids[1])]
    found = await database.run(lambda: Standings(database).look(messages))
    known = {openid: stands for openid, (_, _, stands) in zip(openids, ROWS, strict=True) if stands}
    assert found == known


async def test_all_of_it_at_once(database: Database) -> None:
    """Who has a conversation, something to be told and something kept, and left after they wrote, has all of it said;
    of a departure before the oldest message nothing is said."""
    async with database.write() as connection:
        for table, row, stands in ROWS[1:]:
            if stands:
                await connection.execute(insert(table), {"openid": "o1", **row})
    for openid, time in (("o1", 150.0), ("o2", 99.0), ("o3", 100.0)):
        await database.run(lambda o=openid, t=time: Departures(database).remember(o, t))  # type: ignore[misc]
    messages = [sent("o1", 120), sent("o2", 100), sent("o3", 100)]
    found = await database.run(lambda: Standings(database).look(messages))
    assert found == {
        "o1": Standing(left=150.0, talk=b"{}", told=True, kept=True),
        "o3": Standing(left=100.0),
    }
