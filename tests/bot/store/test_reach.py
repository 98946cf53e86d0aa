"""What the store knows of the ways to a follower."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert

from bot.store.database import Database
from bot.store.reach import FORGIVEN, Reach, Reaches
from bot.store.tables import followers, grants, outbox

CHANNELS = frozenset({"custom"})


async def test_each_follower_has_their_own_ways(database: Database) -> None:
    """Window, grants, refusals and pushes; of a stranger nothing, not even that they follow."""
    people = [
        {"openid": who, "followed": 1.0, "window_until": 500.0, "window_left": n} for who, n in (("oA", 3), ("oB", 0))
    ]
    held = [
        {"openid": "oA", "template": "N", "sends": 2, "refused": False, "changed": 1.0},
        {"openid": "oA", "template": "T", "sends": 0, "refused": True, "changed": 1.0},
        {"openid": "oB", "template": "T", "sends": 0, "refused": True, "changed": 300.0 - FORGIVEN},
    ]
    base: dict[str, Any] = {
        "openid": "oA",
        "channel": "custom",
        "body": b"",
        "due": 0.0,
        "expires": 9.0,
        "state": "sent",
    }
    rows = [
        {**base, "key": "notice:1", "notice": "n1", "created": 200.0},
        {**base, "key": "notice:2", "notice": "n2", "created": 90.0},  # long ago
        {**base, "key": "notice:3", "notice": "n3", "created": 210.0, "state": "skipped"},  # never went
        {**base, "key": "late:4", "notice": "", "created": 220.0},  # an answer, not a push
        {**base, "key": "notice:5", "notice": "n5", "created": 230.0, "state": "unknown"},
    ]
    async with database.write() as connection:
        await connection.execute(insert(followers), people)
        await connection.execute(insert(grants), held)
        await connection.execute(insert(outbox), rows)
    found = await database.run(lambda: Reaches(database).read({"oA", "oB", "oC"}, 100.0, 300.0))
    ways = found["oA"]
    assert (ways.follows, ways.window_until, ways.window_left) == (True, 500.0, 3)
    assert (ways.grants, ways.refused) == ({"N": 2, "T": 0}, frozenset({"T"}))
    assert sorted(ways.pushed) == [200.0, 230.0]
    assert found["oB"] == Reach(follows=True, window_until=500.0, grants={"T": 0})  # it may be tried again
    assert found["oC"] == Reach()
