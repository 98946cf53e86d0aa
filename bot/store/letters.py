"""Letters to many: one body, and a row of the outbox for each receiver, entered page by page.

A page is one INSERT … SELECT over followers by their keys, so that nothing passes through this process and the
database is locked for milliseconds at a time. Entering a page again adds nothing.
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Float, Integer, LargeBinary, String, bindparam, func, literal, select

from bot.clock import Clock
from bot.store.calls import State
from bot.store.driver import Script, Store
from bot.store.forgetting import Forgetting
from bot.store.tables import followers, letters, outbox

PAGE = 4000  # receivers of one transaction
BREATH = 0.002  # seconds between two, in which others get to write


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """What everybody gets: `key` names it, at most 15 characters, since a row's key is it and the openid; the rest as
    in an Entry."""

    key: str
    channel: str
    body: bytes
    due: float
    expires: float
    template: str = ""


class Letters:
    """The table, and the rows made from it. Everything here raises StoreError when the database does."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._keep = store.insert(letters).on_conflict_do_nothing(index_elements=["key"])
        hold = store.insert(letters)
        self._hold = hold.on_conflict_do_update(index_elements=["key"], set_={"expires": hold.excluded.expires})
        page = select(*_ROW.values()).where(_after).order_by(_who).limit(_many)
        self._spread = store.insert(outbox).from_select([*_ROW], page).on_conflict_do_nothing(index_elements=["key"])
        self.purge = Forgetting(store, letters, letters.c.expires).purge

    def keep(self, key: str, body: bytes, *, expires: float) -> Script[None]:
        """Keep a body for rows that name it, as long as any of them may need it."""
        yield self._hold, [{"key": key, "body": body, "expires": expires}]

    async def spread(self, letter: Letter, clock: Clock) -> int:
        """Enter a row for every follower; how many there are. What was entered before, by whoever died over it, stays
        and is not entered again."""
        entered, after = 0, ""
        while True:
            count, last = await self.page(letter, time=clock.time(), after=after)
            if not count:
                return entered
            entered, after = entered + count, last
            await clock.sleep(BREATH)

    async def page(self, letter: Letter, *, time: float, after: str = "", many: int = PAGE) -> tuple[int, str]:
        """Enter the followers after an openid: how many they are, and the last of them; empty where none was left."""
        return await self._store.run(lambda: self._page(letter, time=time, after=after, many=many))

    def _page(self, letter: Letter, *, time: float, after: str, many: int) -> Script[tuple[int, str]]:
        if not after:
            yield self._keep, [{"key": letter.key, "body": letter.body, "expires": letter.expires}]
        ((count, last),) = yield _LAST, [{"after": after, "many": many}]
        if not count:
            return 0, ""
        row = {"the_letter": letter.key, "the_channel": letter.channel, "the_template": letter.template}
        times = {"now": time, "the_due": letter.due, "the_end": letter.expires}
        yield self._spread, [{"after": after, "many": many, **row, **times}]
        return count, last


_who, _many = followers.c.openid, bindparam("many", type_=Integer)
_after = _who > bindparam("after", type_=String)
_page = select(_who).where(_after).order_by(_who).limit(_many).subquery()
_LAST: Any = select(func.count(), func.max(_page.c.openid)).select_from(_page)
_letter = bindparam("the_letter", type_=String)
_ROW: dict[str, ColumnElement[Any]] = {
    "key": _letter + ":" + _who,
    "openid": _who,
    "channel": bindparam("the_channel", type_=String),
    "body": literal(b"", LargeBinary),
    "created": bindparam("now", type_=Float),
    "due": bindparam("the_due", type_=Float),
    "expires": bindparam("the_end", type_=Float),
    "state": literal(State.WAITING.value, String),
    "letter": _letter,
    "template": bindparam("the_template", type_=String),
}
