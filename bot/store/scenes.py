"""QR codes that were made through the platform: a permanent code is made once for each scene."""

from __future__ import annotations

import msgspec
from sqlalchemy import bindparam, select

from bot.store.audit import Audit, Entry
from bot.store.driver import Script, Store, once
from bot.store.staff_tables import scenes

ALL = select(scenes.c.scene, scenes.c.url, scenes.c.created, scenes.c.who)
ONE = ALL.where(scenes.c.scene == bindparam("the_scene"))


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """What a code stands for, and what it holds."""

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

    async def add(self, scene: Scene, *, told: Entry) -> bool:
        """Keep one; False where it was there."""

        def script() -> Script[bool]:
            added = yield self._add, [msgspec.structs.asdict(scene)]
            if added:
                yield from self._audit.record(told)
            return bool(added)

        return await self._store.run(script)
