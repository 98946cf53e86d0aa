"""Customer-service messages: to one follower, for a while after they did something."""

from __future__ import annotations

from typing import Any

import msgspec

from bot.errors import Refused
from bot.limits import Limit
from bot.store.outbox import Claimed
from bot.wechat.client import Client


class Custom:
    """The channel. A row's body is the JSON of the message, as `Reply.active` spells it."""

    name = "custom"
    # 500 000 a day is the platform's default for an account; a pace it does not state, this one spends them in 3 hours.
    limit = Limit(per_second=50.0, burst=50, per_day=500_000, windowed=True)

    def __init__(self, client: Client) -> None:
        self._client = client

    async def send(self, row: Claimed) -> None:
        """Send the message to the row's follower, and to nobody else its body may name. Raises any WeChatError."""
        try:
            body = msgspec.json.decode(row.body, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Refused(0, "the row holds no message") from error
        await self._client.custom_send({**body, "touser": row.openid})
