"""Remarks at rest."""

from __future__ import annotations

from sqlalchemy import select

from bot.store.database import Database
from bot.store.feedback import Feedback, Remark, pack
from bot.store.tables import feedback


async def test_each_remark_is_kept_once(database: Database) -> None:
    """All remarks of a message are kept, and a second time adds nothing."""
    remarks = (Remark(kind="complaint", text="答非所问", about="q91-1"), Remark(kind="staff", text="人工"))
    rows = pack("k1", "o1", remarks=remarks, time=7.0)
    for _ in range(2):
        await database.run(lambda: Feedback(database).keep(rows))
    async with database.read() as connection:
        found = (await connection.execute(select(feedback).order_by(feedback.c.number))).mappings().all()
    assert [(row["kind"], row["text"], row["about"]) for row in found] == [
        ("complaint", "答非所问", "q91-1"),
        ("staff", "人工", ""),
    ]
    assert {(row["key"], row["openid"], row["created"], row["closed"]) for row in found} == {("k1", "o1", 7.0, None)}


async def test_remarks_are_read_newest_first(database: Database) -> None:
    """Staff see the newest remarks first, as many as they ask for, and not who said them."""
    kept = Feedback(database)
    remarks = [Remark(kind="complaint", text=f"no {n}", about="q91-1") for n in range(3)]
    await database.run(lambda: kept.keep(pack("k1", "oA", remarks=remarks, time=5.0)))
    found = await kept.newest(2)
    assert [remark.text for remark in found] == ["no 2", "no 1"]
    assert (found[0].kind, found[0].about, found[0].created) == ("complaint", "q91-1", 5.0)
    assert "oA" not in repr(found)


async def test_old_remarks_are_forgotten(database: Database) -> None:
    """Remarks made before a time go, closed or not, and later ones stay."""
    kept = Feedback(database)
    for time in (1.0, 2.0):
        rows = pack(f"k{time}", "o1", remarks=[Remark(kind="staff", text=f"at {time}")], time=time)
        await database.run(lambda rows=rows: kept.keep(rows))  # type: ignore[misc]
    assert await kept.purge(2.0) == 1
    assert [remark.text for remark in await kept.newest(9)] == ["at 2.0"]
