"""Customer-service messages: to one follower, for a while after they did something."""

from __future__ import annotations

import msgspec

from bot.channels.bodies import body_of
from bot.config import Push
from bot.notices import Notice
from bot.replies import Say
from bot.store.calls import Claimed, Limit
from bot.wechat.client import Client


class Custom:
    """The channel. A row's body is the JSON of the message, as `Reply.active` spells it. There is no id by which the
    platform would know a repeat, and none in its answer."""

    name = "custom"
    per_day = 500_000  # the platform's default for an account

    def __init__(self, client: Client, push: Push) -> None:
        self._client = client
        self.limit = Limit(per_second=push.pace, burst=max(1, int(push.pace)), per_day=self.per_day, windowed=True)

    @staticmethod
    def compose(notice: Notice, push: Push) -> bytes | None:
        """The body of a row that brings a notice."""
        return msgspec.json.encode(Say(text=notice.text).active())

    async def send(self, row: Claimed) -> str:
        """Send the message to the row's follower, and to nobody else its body may name. Raises any WeChatError."""
        await self._client.custom_send({**body_of(row), "touser": row.openid})
        return ""
