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

from bot.clock import Clock, within
from bot.errors import StoreError, WeChatError
from bot.wechat.token import LEASE, RENEW_BEFORE, Held, SharedToken

logger = structlog.get_logger(__name__)

PATIENCE = 0.5  # seconds that a page waits for it
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
        self._renewing: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """Fetch no more."""
        if self._renewing is not None:
            self._renewing.cancel()
            await asyncio.gather(self._renewing, return_exceptions=True)

    async def configure(self, url: str) -> dict[str, str] | None:
        """What a page at this address gives to `wx.config`: app_id, timestamp, nonce, signature. None where there is
        no ticket: nobody waits longer than PATIENCE for a button."""
        await self._look_after()
        if self._held is None or self._left(self._held) <= 0:
            return None
        nonce, timestamp = secrets.token_hex(8), int(self._clock.time())
        signature = sign_page(ticket=self._held.value, nonce=nonce, timestamp=timestamp, url=url)
        return {"app_id": self._app_id, "timestamp": str(timestamp), "nonce": nonce, "signature": signature}

    async def _look_after(self) -> None:
        """Begin to renew the ticket where it is time to; wait a little where one began that or has no ticket."""
        left = self._left(self._held) if self._held is not None else 0.0
        if left >= RENEW_BEFORE:
            return
        running = self._renewing is not None and not self._renewing.done()
        if not running and self._clock.time() >= self._try_again:
            self._renewing = asyncio.create_task(self._renew())
        elif not running or left > 0:
            return
        assert self._renewing is not None
        await within(self._clock, self._renewing, PATIENCE)

    async def _renew(self) -> None:
        try:
            held = await self._shared.read()
            self._held = await self._replace(held) if self._left(held) < RENEW_BEFORE else held
        except StoreError as error:
            logger.warning("page ticket not renewed", reason=str(error))
            self._try_again = self._clock.time() + TRY_AGAIN

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
