"""What a page needs to use the platform's scripts: a ticket that every process shares, and a signed address.

The platform's page on the JS-SDK says how the signature is made, and to keep the ticket as one keeps the token.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import uuid
from collections.abc import Awaitable, Callable

import structlog

from bot.clock import Clock
from bot.errors import WeChatError
from bot.wechat.token import LEASE, RENEW_BEFORE, Held, SharedToken

logger = structlog.get_logger(__name__)

TRY_AGAIN = 60.0  # seconds until a ticket that could not be had is asked for again


def sign_page(*, ticket: str, nonce: str, timestamp: int, url: str) -> str:
    """The signature of a page at `url`, whose part behind # does not count."""
    address = url.partition("#")[0]
    said = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={address}"
    return hashlib.sha1(said.encode(), usedforsecurity=False).hexdigest()


class PageTicket:
    """The ticket of one account, fetched by one process where less than RENEW_BEFORE is left."""

    def __init__(
        self,
        fetch: Callable[[], Awaitable[tuple[str, float]]],
        shared: SharedToken,
        *,
        app_id: str,
        clock: Clock,
    ) -> None:
        self._fetch = fetch
        self._shared = shared
        self._app_id = app_id
        self._clock = clock
        self._owner = uuid.uuid4().hex
        self._held: Held | None = None
        self._try_again = 0.0
        self._one = asyncio.Lock()

    async def configure(self, url: str) -> dict[str, str] | None:
        """What a page at this address gives to `wx.config`: app_id, timestamp, nonce, signature. None where no ticket
        can be had now."""
        async with self._one:
            ticket = await self._current()
        if not ticket:
            return None
        nonce, timestamp = secrets.token_hex(8), int(self._clock.time())
        signature = sign_page(ticket=ticket, nonce=nonce, timestamp=timestamp, url=url)
        return {"app_id": self._app_id, "timestamp": str(timestamp), "nonce": nonce, "signature": signature}

    async def _current(self) -> str:
        if self._held is not None and self._left(self._held) >= RENEW_BEFORE:
            return self._held.value
        held = await self._shared.read()
        if self._left(held) < RENEW_BEFORE and self._clock.time() >= self._try_again:
            held = await self._replace(held)
        self._held = held
        return held.value if self._left(held) > 0 else ""

    async def _replace(self, seen: Held) -> Held:
        time = self._clock.time()
        if not await self._shared.begin(self._owner, version=seen.version, time=time, until=time + LEASE):
            return await self._shared.read()  # another process fetches it
        try:
            value, seconds = await self._fetch()
        except WeChatError as error:
            logger.warning("page ticket not renewed", errcode=error.errcode)
            self._try_again = time + TRY_AGAIN
            await self._shared.abandon(self._owner)
            return seen
        written = await self._shared.write(self._owner, value=value, expires=time + seconds, replacing=seen.version)
        return written or await self._shared.read()

    def _left(self, held: Held) -> float:
        return held.expires - self._clock.time()
