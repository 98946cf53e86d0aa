"""Subscription notices: to whoever accepted them on a page, once for each acceptance or, of a lasting one, often."""

from __future__ import annotations

import msgspec

from bot.channels.bodies import body_of
from bot.channels.fields import fill
from bot.config import Push
from bot.notices import Notice
from bot.store.calls import Claimed, Limit
from bot.store.reports import NOTICES
from bot.wechat.client import Client


class Subscribe:
    """The channel. A row's body holds `template_id`, `data` and, where there is a page, `page`. The platform takes no
    id of ours; its own stands in subscribe_msg_sent_event alone."""

    name = NOTICES
    per_day = 100_000  # it states no number; 45009 would

    def __init__(self, client: Client, push: Push) -> None:
        self._client = client
        self.limit = Limit(
            per_second=push.pace,
            burst=max(1, int(push.pace)),
            per_day=self.per_day,
            granted=not push.notice_lasting,
        )

    @staticmethod
    def compose(notice: Notice, push: Push) -> bytes | None:
        """The body of a row that brings a notice; None where its values do not fit the template."""
        data = fill(push.notice_fields, notice.fields) if push.notice_id else None
        if data is None:
            return None
        page = {"page": notice.url} if notice.url else {}
        return msgspec.json.encode({"template_id": push.notice_id, **page, "data": data})

    async def send(self, row: Claimed) -> str:
        """Send the row's notice to its follower. Raises any WeChatError."""
        return await self._client.send_notice({**body_of(row), "touser": row.openid})
