"""The phones of staff."""

from __future__ import annotations

from sqlalchemy import insert

from bot.store.broadcast_tables import phones
from bot.store.database import Database
from bot.store.phones import Phones


async def test_only_bound_phones_are_known(database: Database) -> None:
    """A code that nobody has sent yet is no phone."""
    for staff, openid in ((1, "oA"), (2, ""), (3, "oC")):
        row = {"staff": staff, "openid": openid, "bound": 1.0, "digest": f"d{staff}", "until": 9.0}
        async with database.write() as connection:
            await connection.execute(insert(phones), [row])
    assert await Phones(database).bound() == {1: "oA", 3: "oC"}
