"""What followers said about answers, kept for staff to read."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from bot.store.driver import Script, Store, Values
from bot.store.tables import feedback


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """Something for staff to read; `kind` is complaint or staff, `about` the policy or answer it speaks of."""

    kind: str
    text: str
    about: str = ""


class Feedback:
    """Scripts that write remarks."""

    def __init__(self, store: Store) -> None:
        self._keep = store.insert(feedback).on_conflict_do_nothing(index_elements=["key", "number"])

    def keep(self, rows: Sequence[Values]) -> Script[None]:
        """Keep rows made by `pack`, each once."""
        yield self._keep, rows


def pack(key: str, openid: str, *, remarks: Sequence[Remark], time: float) -> list[Values]:
    """The rows of one message's remarks."""
    return [
        {"key": key, "number": number, "openid": openid, "created": time, **msgspec.structs.asdict(remark)}
        for number, remark in enumerate(remarks)
    ]
