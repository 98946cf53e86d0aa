"""Turns: whoever counts something and then adds to it is alone at it, so that of two at once the second counts the
first."""

from __future__ import annotations

from sqlalchemy import String, bindparam, select

from bot.store.driver import Script, Store
from bot.store.staff_tables import turns

_TAKE = select(turns.c.name).where(turns.c.name == bindparam("the_name", type_=String)).with_for_update()


class Turns:
    """The script."""

    def __init__(self, store: Store) -> None:
        self._enter = store.insert(turns).on_conflict_do_nothing(index_elements=["name"])

    def take(self, name: str) -> Script[None]:
        """Wait until nobody else has the turn of that name; then it is ours until the end of the transaction."""
        yield self._enter, [{"name": name}]
        yield _TAKE, [{"the_name": name}]
