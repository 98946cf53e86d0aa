"""Conversations at rest: one row per follower, replaced by each answer that moves the conversation on."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter

import msgspec
from sqlalchemy import bindparam, select

from bot.conversation import Conversation
from bot.store.driver import Script, Store, Values
from bot.store.tables import conversations

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Conversation)


class Conversations:
    """Scripts that read and write conversations; their bytes are `pack`ed and `unpack`ed outside the transaction."""

    def __init__(self, store: Store) -> None:
        upsert = store.insert(conversations)
        self._keep = upsert.on_conflict_do_update(
            index_elements=["openid"],
            set_={"data": upsert.excluded.data, "expires": upsert.excluded.expires},
        )
        self._read = select(conversations.c.openid, conversations.c.data).where(
            conversations.c.openid == bindparam("openid")
        )

    def read(self, openids: set[str]) -> Script[dict[str, bytes]]:
        """What is kept for these followers."""
        rows = yield self._read, [{"openid": openid} for openid in openids]
        return {row[0]: row[1] for row in rows}

    def keep(self, rows: Sequence[Values]) -> Script[None]:
        """Keep rows made by `pack`, in the order of followers: two processes then never wait for each other."""
        yield self._keep, sorted(rows, key=itemgetter("openid"))


def pack(openid: str, conversation: Conversation) -> Values:
    """The row of a conversation."""
    return {"openid": openid, "data": _encoder.encode(conversation), "expires": conversation.expires}


def unpack(data: bytes | None) -> Conversation | None:
    """The conversation of a row's data."""
    return None if data is None else _decoder.decode(data)
