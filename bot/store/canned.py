"""Answers that staff keep at hand, for what is asked again and again."""

from __future__ import annotations

import msgspec
from sqlalchemy import Float, and_, bindparam, delete, insert, select, update

from bot.store.audit import Audit, Entry
from bot.store.driver import Script, Store
from bot.store.staff_tables import canned

TITLE_LIMIT, TEXT_LIMIT = 40, 600  # characters
ALL = select(*canned.c).order_by(canned.c.title, canned.c.id)
ADD = insert(canned).returning(canned.c.id)
_seen = and_(canned.c.id == bindparam("the_id"), canned.c.changed == bindparam("seen", type_=Float))
CHANGE = update(canned).where(_seen).returning(canned.c.id)
DROP = delete(canned).where(_seen).returning(canned.c.id)


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """An answer at hand."""

    id: int = 0
    title: str
    text: str
    changed: float = 0.0
    who: str = ""


class Canned:
    """The table. Raises StoreError when the database does."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._audit = Audit(store)

    async def everything(self) -> list[Ready]:
        """All of them, by title."""

        def script() -> Script[list[Ready]]:
            rows = yield ALL, [{}]
            return [Ready(id=row[0], title=row[1], text=row[2], changed=row[3], who=row[4]) for row in rows]

        return await self._store.run(script)

    async def get(self, number: int) -> Ready | None:
        """One of them."""
        return next((ready for ready in await self.everything() if ready.id == number), None)

    async def keep(self, ready: Ready, *, told: Entry, seen: float = 0.0) -> bool:
        """Enter a new one, of number 0, or change one that was last changed at `seen`; False where it is gone or was
        changed since."""
        row = {"title": ready.title, "text": ready.text, "changed": ready.changed, "who": ready.who}

        def script() -> Script[bool]:
            found = yield (CHANGE, [{"the_id": ready.id, "seen": seen, **row}]) if ready.id else (ADD, [row])
            if found:
                yield from self._audit.record(told)
            return bool(found)

        return await self._store.run(script)

    async def drop(self, number: int, *, told: Entry, seen: float) -> bool:
        """Take one away that was last changed at `seen`; False where it is gone or was changed since."""

        def script() -> Script[bool]:
            found = yield DROP, [{"the_id": number, "seen": seen}]
            if found:
                yield from self._audit.record(told)
            return bool(found)

        return await self._store.run(script)
