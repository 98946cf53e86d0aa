"""Who left lately, by a hash alone, so that what they sent before it and arrives after it brings nothing back."""

from __future__ import annotations

from hashlib import blake2b

from sqlalchemy import case

from bot.messages import AnyMessage, ConsentNotice, Followed, Left
from bot.store.driver import Script, Store
from bot.store.forgetting import Forgetting
from bot.store.tables import departures

WITHDRAWALS = {"user_authorization_revoke", "user_authorization_cancellation"}


def leaver(message: AnyMessage) -> str:
    """Whose data must go because of a message; empty where nobody's must.

    That is who stopped following, who closed their account, and who took any consent back: we keep nothing finer.
    """
    if isinstance(message, ConsentNotice) and message.name in WITHDRAWALS:
        return message.person or message.openid
    return message.openid if isinstance(message, Left) else ""


class Departures:
    """Scripts that remember departures, and how they are forgotten: by the time the platform gave them."""

    def __init__(self, store: Store) -> None:
        upsert = store.insert(departures)
        latest = case((departures.c.time > upsert.excluded.time, departures.c.time), else_=upsert.excluded.time)
        self._remember = upsert.on_conflict_do_update(index_elements=["digest"], set_={"time": latest})
        self.purge = Forgetting(store, departures, departures.c.time).purge

    def remember(self, openid: str, time: float) -> Script[None]:
        """Keep that they left at `time`, seconds since 1970."""
        yield self._remember, [{"digest": digest(openid), "time": time}]


def is_stale(message: AnyMessage, left: float | None) -> bool:
    """Whether its sender, who last left then, sent it before. Who follows in the second of a departure came back in
    it: nobody leaves as fast as they came."""
    return left is not None and _before(message, left)


def _before(message: AnyMessage, time: float) -> bool:
    return message.created < time or (message.created == time and not isinstance(message, Followed))


def digest(openid: str) -> str:
    """What is kept of who left."""
    return blake2b(openid.encode(), digest_size=16).hexdigest()
