"""What followers said about answers, kept for staff to read."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import bindparam, select

from bot.store.driver import Script, Store, Values, once
from bot.store.forgetting import Forgetting
from bot.store.tables import feedback

_NEWEST = (
    select(feedback.c.id, feedback.c.created, feedback.c.kind, feedback.c.text, feedback.c.about)
    .order_by(feedback.c.id.desc())
    .limit(bindparam("many"))
)


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """Something for staff to read; `kind` is complaint or staff, `about` the policy or answer it speaks of."""

    kind: str
    text: str
    about: str = ""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A remark as staff read it, without who said it; `created` in seconds since 1970."""

    id: int
    created: float
    kind: str
    text: str
    about: str


class Feedback:
    """Scripts that write remarks, and how they are read and forgotten: by when they were made."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._keep = store.insert(feedback).on_conflict_do_nothing(index_elements=["key", "number"])
        self.purge = Forgetting(store, feedback, feedback.c.created).purge

    def keep(self, rows: Sequence[Values]) -> Script[None]:
        """Keep rows made by `pack`, each once."""
        yield self._keep, rows

    async def newest(self, many: int) -> list[Kept]:
        """The newest remarks, newest first, at most `many`."""
        rows = await self._store.run(lambda: once(_NEWEST, many=many))
        return [Kept(id=row[0], created=row[1], kind=row[2], text=row[3], about=row[4]) for row in rows]


def pack(key: str, openid: str, *, remarks: Sequence[Remark], time: float) -> list[Values]:
    """The rows of one message's remarks."""
    return [
        {"key": key, "number": number, "openid": openid, "created": time, **msgspec.structs.asdict(remark)}
        for number, remark in enumerate(remarks)
    ]
