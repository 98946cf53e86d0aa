"""Mass messages: one call for a tag's followers, for all, or for a list of two to ten thousand."""

from __future__ import annotations

from bot.channels.bodies import body_of
from bot.config import Push
from bot.errors import Refused, Unreachable
from bot.notices import Notice
from bot.store.calls import FEW, Claimed, Limit
from bot.wechat.client import Client

LIFE = 86_400.0  # seconds in which one clientmsgid is taken once; a repeat is told the first job's id (45065)
FEWEST, MOST = 2, 10_000  # openids of one list (40130, 40032)


class Mass:
    """The channel. A row's body is the message, with a `filter` where a tag's followers or all receive it; else the
    receivers stand in `audiences` under the row's key. What became of it is told by MASSSENDJOBFINISH alone.

    The platform takes 60 calls a minute and 100 a day. How many reach a follower is its own to count: four a month from
    a service account, one a day from a subscription account (45028).
    """

    name = "mass"
    limit = Limit(per_second=0.8, burst=10, per_day=100, listed=True, life=LIFE)

    def __init__(self, client: Client, push: Push) -> None:
        self._client = client

    @staticmethod
    def compose(notice: Notice, push: Push) -> bytes | None:
        """None: a notice is for one person."""
        return None

    async def send(self, row: Claimed) -> str:
        """Hand the message in, under the same id at every attempt; the job's id. Raises any WeChatError."""
        body = {**body_of(row), "clientmsgid": row.client_id}
        if "filter" in body:
            return await self._client.send_to_tag(body)
        if len(row.openids) < FEWEST:  # somebody left it: whoever remains is reached another way
            raise Unreachable(
                0, f"a mass message needs {FEWEST} receivers, this one has {len(row.openids)}", reason=FEW
            )
        if len(row.openids) > MOST:
            raise Refused(0, f"a mass message has at most {MOST} receivers, this one has {len(row.openids)}")
        return await self._client.send_to_list({**body, "touser": row.openids})
