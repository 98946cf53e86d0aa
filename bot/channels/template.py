"""Template messages: to any follower who did not refuse the template, about something that concerns them."""

from __future__ import annotations

import msgspec

from bot.channels.bodies import body_of
from bot.channels.fields import fill
from bot.config import Push
from bot.notices import Notice
from bot.store.calls import Claimed, Limit
from bot.wechat.client import Client

LIFE = 600.0  # seconds in which one client_msg_id is sent once to a follower


class Template:
    """The channel. A row's body holds `template_id`, `data` and, where there is a page, `url`. That the platform took
    it does not say that it arrived: TEMPLATESENDJOBFINISH does."""

    name = "template"
    per_day = 100_000  # the platform's default for an account

    def __init__(self, client: Client, push: Push) -> None:
        self._client = client
        self.limit = Limit(per_second=push.pace, burst=max(1, int(push.pace)), per_day=self.per_day, life=LIFE)

    @staticmethod
    def compose(notice: Notice, push: Push) -> bytes | None:
        """The body of a row that brings a notice; None where its values do not fit the template."""
        data = fill(push.template_fields, notice.fields) if push.template_id else None
        if data is None:
            return None
        page = {"url": notice.url} if notice.url else {}
        return msgspec.json.encode({"template_id": push.template_id, **page, "data": data})

    async def send(self, row: Claimed) -> str:
        """Send the row's message to its follower, under the same id at every attempt. Raises any WeChatError."""
        return await self._client.send_template({**body_of(row), "touser": row.openid, "client_msg_id": row.client_id})
