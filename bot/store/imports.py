"""Files that staff brought in: how far the reading of each is, and what was read of it.

Whoever reads a file keeps its row's lease ahead of the clock. A row that says it is being read while its lease is over
was left by a process that died: it is shown as interrupted, and stands in nobody's way.
"""

from __future__ import annotations

import msgspec
from sqlalchemy import bindparam, func, insert, or_, select, update

from bot.errors import NotAllowed
from bot.store.driver import Row, Script, Store, once
from bot.store.forgetting import Forgetting
from bot.store.staff_tables import imports
from bot.store.turns import Turns

WAITING, READING, COMPARING = "waiting", "reading", "comparing"
READ, FAILED, INTERRUPTED = "read", "failed", "interrupted"
GOING = (WAITING, READING, COMPARING)


class Import(msgspec.Struct, frozen=True, kw_only=True):
    """One file.

    author  who brought it in
    file    what its sender calls it: to be shown, never a path
    source  the compilation it is held against
    done    how many of `total` steps are done
    items   policies that were read, and faults that were found
    """

    id: int = 0
    author: str
    file: str
    source: str
    created: float
    state: str = WAITING
    done: int = 0
    total: int = 0
    lease: float = 0.0
    items: int = 0
    faults: int = 0

    @property
    def going(self) -> bool:
        """Whether somebody is at it."""
        return self.state in GOING


_shown = tuple(column for column in imports.c if column.name != "result")
_at_it = or_(*(imports.c.state == state for state in GOING))
_going = (_at_it, imports.c.lease >= bindparam("now"))
TURN = "imports"
GOING_NOW = select(imports.c.author, func.count()).where(*_going).group_by(imports.c.author)
BEGIN = insert(imports).returning(imports.c.id)
GET = select(*_shown).where(imports.c.id == bindparam("the_id"))
RESULT = select(imports.c.result).where(imports.c.id == bindparam("the_id"))
RECENT = select(*_shown).order_by(imports.c.id.desc()).limit(bindparam("many"))
_open = update(imports).where(imports.c.id == bindparam("the_id"), _at_it)
MOVE, END = _open.returning(imports.c.id), _open.returning(imports.c.id)  # each is compiled once, for its own columns


class Imports:
    """The table. Everything here raises StoreError when the database does."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._turns = Turns(store)
        self.purge = Forgetting(store, imports, imports.c.created).purge

    async def begin(self, one: Import, *, most: int) -> int:
        """Enter one; its number. NotAllowed where its author has one going, or `most` are going already.

        Whoever counts here is alone until the end of the transaction: of two at once the second counts the first.
        """
        row = msgspec.structs.asdict(one)
        del row["id"]
        row["result"] = b""

        def script() -> Script[int]:
            yield from self._turns.take(TURN)
            going = yield GOING_NOW, [{"now": one.created}]
            if any(author == one.author for author, _ in going):
                raise NotAllowed("import_running")
            if sum(count for _, count in going) >= most:
                raise NotAllowed("imports_full")
            return int((yield BEGIN, [row])[0][0])

        return await self._store.run(script)

    async def get(self, number: int, now: float) -> Import | None:
        """One by its number."""
        rows = await self._store.run(lambda: once(GET, the_id=number))
        return _unpack(rows[0], now) if rows else None

    async def result(self, number: int) -> bytes:
        """What was read of one; empty where nothing is kept."""
        rows = await self._store.run(lambda: once(RESULT, the_id=number))
        return bytes(rows[0][0]) if rows else b""

    async def recent(self, now: float, many: int = 20) -> list[Import]:
        """The newest first."""
        return [_unpack(row, now) for row in await self._store.run(lambda: once(RECENT, many=many))]

    async def note(self, number: int, *, state: str, done: int, total: int, lease: float) -> None:
        """Write how far one is, unless it has ended."""
        await self._store.run(lambda: once(MOVE, the_id=number, state=state, done=done, total=total, lease=lease))

    async def finish(self, number: int, *, state: str, items: int = 0, faults: int = 0, result: bytes = b"") -> None:
        """Write how one ended, unless it has."""
        values = {"state": state, "items": items, "faults": faults, "result": result, "lease": 0.0}
        await self._store.run(lambda: once(END, the_id=number, **values))


def _unpack(row: Row, now: float) -> Import:
    found = Import(**dict(zip((column.name for column in _shown), row, strict=True)))
    return msgspec.structs.replace(found, state=INTERRUPTED) if found.going and found.lease < now else found
