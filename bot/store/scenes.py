"""QR codes that were made through the platform: a permanent code is made once for each scene.

Whoever has one made holds its row, still without an address, for a while: of two clicks one asks the platform.
"""

from __future__ import annotations

import msgspec
from sqlalchemy import bindparam, delete, literal_column, select, update

from bot.store.audit import Audit, Entry
from bot.store.driver import Script, Store, once
from bot.store.staff_tables import scenes

HELD = 60.0  # seconds that whoever asks the platform is waited for
_one = scenes.c.scene == bindparam("the_scene")
_unmade = scenes.c.url == literal_column("''")
ALL = select(scenes.c.scene, scenes.c.url, scenes.c.created, scenes.c.who).where(~_unmade)
ONE = ALL.where(_one)
AGAIN = update(scenes).where(_one, _unmade, scenes.c.created < bindparam("before")).returning(scenes.c.scene)
MADE = update(scenes).where(_one, _unmade).returning(scenes.c.scene)
DROP = delete(scenes).where(_one, _unmade, scenes.c.created == bindparam("began"))


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """What a code stands for, what it holds, and when and by whom it was made."""

    scene: str
    url: str
    created: float
    who: str


class Scenes:
    """The table. Raises StoreError when the database does."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._audit = Audit(store)
        self._add = store.insert(scenes).on_conflict_do_nothing(index_elements=["scene"]).returning(scenes.c.scene)

    async def everything(self) -> dict[str, Scene]:
        """All of them by scene."""
        rows = await self._store.run(lambda: once(ALL))
        return {row[0]: Scene(scene=row[0], url=row[1], created=row[2], who=row[3]) for row in rows}

    async def get(self, scene: str) -> Scene | None:
        """One of them."""
        rows = await self._store.run(lambda: once(ONE, the_scene=scene))
        return Scene(scene=rows[0][0], url=rows[0][1], created=rows[0][2], who=rows[0][3]) if rows else None

    async def begin(self, scene: str, *, time: float, who: str, told: Entry) -> bool:
        """Take it on to have one made; False where it was made, or somebody else has it made now."""
        row = {"created": time, "who": who}

        def script() -> Script[bool]:
            taken = yield self._add, [{"scene": scene, "url": "", **row}]
            taken = taken or (yield AGAIN, [{"the_scene": scene, "before": time - HELD, **row}])
            if taken:
                yield from self._audit.record(told)
            return bool(taken)

        return await self._store.run(script)

    async def finish(self, scene: Scene, *, told: Entry) -> bool:
        """Keep one that was begun; the first one stays, and False is for any other."""

        def script() -> Script[bool]:
            row = {"url": scene.url, "created": scene.created, "who": scene.who}
            made = yield MADE, [{"the_scene": scene.scene, **row}]
            if made:
                yield from self._audit.record(told)
            return bool(made)

        return await self._store.run(script)

    async def give_up(self, scene: str, *, began: float, told: Entry) -> None:
        """Let anybody try again what was begun at that time."""

        def script() -> Script[None]:
            yield DROP, [{"the_scene": scene, "began": began}]
            yield from self._audit.record(told)

        await self._store.run(script)
