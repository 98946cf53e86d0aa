"""QR codes that were made, at rest."""

from __future__ import annotations

import asyncio

from bot.store.audit import Audit, Entry, Search
from bot.store.database import Database
from bot.store.scenes import HELD, Scene, Scenes

TOLD = Entry(time=1.0, staff=1, who="ann", action="code.made")


async def test_a_code_is_kept_once(database: Database) -> None:
    """The first one stays: it is on paper by then."""
    scenes = Scenes(database)
    first = Scene(scene="崂山区", url="http://weixin.qq.com/q/1", created=1.0, who="ann")
    second = Scene(scene="崂山区", url="http://weixin.qq.com/q/2", created=2.0, who="bob")
    assert not await scenes.finish(first, told=TOLD)  # nobody began it
    assert await scenes.begin("崂山区", time=1.0, who="ann", told=TOLD)
    assert (await scenes.get("崂山区"), await scenes.everything()) == (None, {})
    assert await scenes.finish(first, told=TOLD)
    assert not await scenes.finish(second, told=TOLD)
    assert not await scenes.begin("崂山区", time=1e9, who="bob", told=TOLD)
    assert await scenes.get("崂山区") == first
    assert await scenes.everything() == {"崂山区": first}
    assert await scenes.get("高新区") is None
    assert len(await Audit(database).read(Search(), 9)) == 2


async def test_one_asks_at_a_time(database: Database) -> None:
    """Of many clicks one takes it on; who gives up, or is not heard of again, makes room for the next."""
    scenes = Scenes(database)
    took = await asyncio.gather(*(scenes.begin("崂山区", time=1.0, who=f"w{n}", told=TOLD) for n in range(9)))
    assert took.count(True) == 1
    await scenes.give_up("崂山区", began=0.5, told=TOLD)  # of another time: not ours to give up
    assert not await scenes.begin("崂山区", time=HELD, who="bob", told=TOLD)
    assert await scenes.begin("崂山区", time=HELD + 2.0, who="bob", told=TOLD)
    await scenes.give_up("崂山区", began=HELD + 2.0, told=TOLD)
    assert await scenes.begin("崂山区", time=HELD + 3.0, who="eve", told=TOLD)
