"""QR codes that were made, at rest."""

from __future__ import annotations

from bot.store.audit import Audit, Entry, Search
from bot.store.database import Database
from bot.store.scenes import Scene, Scenes

TOLD = Entry(time=1.0, staff=1, who="ann", action="code.made")


async def test_a_code_is_kept_once(database: Database) -> None:
    """The first one stays: it is on paper by then."""
    scenes = Scenes(database)
    first = Scene(scene="崂山区", url="http://weixin.qq.com/q/1", created=1.0, who="ann")
    assert await scenes.add(first, told=TOLD)
    assert not await scenes.add(
        Scene(scene="崂山区", url="http://weixin.qq.com/q/2", created=2.0, who="bob"), told=TOLD
    )
    assert await scenes.get("崂山区") == first
    assert await scenes.everything() == {"崂山区": first}
    assert await scenes.get("高新区") is None
    assert len(await Audit(database).read(Search(), 9)) == 1
