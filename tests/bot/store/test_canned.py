"""Answers at hand, at rest."""

from __future__ import annotations

from bot.store.audit import Audit, Entry, Search
from bot.store.canned import Canned, Ready
from bot.store.database import Database

TOLD = Entry(time=1.0, staff=1, who="ann", action="canned.kept")


async def test_one_is_kept_changed_and_taken_away(database: Database) -> None:
    """What is not there, or not as it was seen, is neither changed nor dropped, and then nothing is told."""
    canned = Canned(database)
    assert await canned.keep(Ready(title="没有", text="资料里没有。", changed=5.0, who="ann"), told=TOLD)
    (ready,) = await canned.everything()
    assert (ready.title, ready.text, ready.who) == ("没有", "资料里没有。", "ann")
    mine = Ready(id=ready.id, title="没有", text="请打12345。", changed=6.0)
    assert await canned.keep(mine, told=TOLD, seen=5.0)
    assert not await canned.keep(Ready(id=99, title="x", text="y"), told=TOLD)
    assert not await canned.keep(Ready(id=ready.id, title="x", text="y"), told=TOLD, seen=5.0)
    changed = await canned.get(ready.id)
    assert changed is not None
    assert changed.text == "请打12345。"
    assert [await canned.drop(ready.id, told=TOLD, seen=seen) for seen in (5.0, 6.0, 6.0)] == [False, True, False]
    assert (await canned.everything(), await canned.get(ready.id)) == ([], None)
    assert len(await Audit(database).read(Search(), 9)) == 3


async def test_they_stand_by_title(database: Database) -> None:
    """In an order that does not change as they are edited."""
    canned = Canned(database)
    for title in ("b", "a", "c"):
        await canned.keep(Ready(title=title, text="."), told=TOLD)
    assert [ready.title for ready in await canned.everything()] == ["a", "b", "c"]
