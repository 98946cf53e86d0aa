"""The access token: fetched in stable mode, by one process and once, and shared through a store.

The platform gives the same stable token to whoever asks until five minutes before its end, then a new one while both
are good; a forced refresh kills the old one at once (its pages on getStableAccessToken). So a token is fetched when
less than those five minutes are left, and forced only where the platform rejects the very one it hands out.
"""

from __future__ import annotations

import asyncio
import hashlib
import uuid
from typing import Protocol

import structlog

from bot.clock import Clock
from bot.errors import Forbidden, Refused, Temporary, TokenRejected, WeChatError
from bot.wechat.errcodes import UNANSWERED
from bot.wechat.wire import Wire

logger = structlog.get_logger(__name__)

RENEW_BEFORE = 300.0  # seconds left; below, the platform hands out the next token
TRY_AGAIN = 10.0  # seconds between attempts to renew a token that still works
LEASE = 30.0  # seconds; more than the two exchanges a fetch may take
PATIENCE = 5.0  # seconds to wait for another process that fetches
POLL = 0.2  # seconds between looks at what it has written
FORCE_SPACING = 30.0  # seconds; the platform ignores a second forced refresh before, and more than 20 a day


class Held(Protocol):
    """A token, until when it is good in seconds since 1970, and a version that only grows."""

    @property
    def value(self) -> str:
        """The token; empty where there was never one."""

    @property
    def expires(self) -> float:
        """Seconds since 1970."""

    @property
    def version(self) -> int:
        """How often it was written."""


class SharedToken(Protocol):
    """Where every process finds the token, and which of them may fetch the next; `bot.store.tokens` is one."""

    async def read(self) -> Held:
        """The token as it is now."""

    async def begin(self, owner: str, *, version: int, time: float, until: float) -> bool:
        """Take the right to replace that version, until then."""

    async def write(self, owner: str, *, value: str, expires: float, replacing: int) -> Held | None:
        """Put a token in the place of that version, if the right is still ours."""

    async def abandon(self, owner: str) -> None:
        """Give the right back."""

    async def may_force(self, digest: str, *, time: float, until: float) -> bool:
        """Whether the rejected token of that digest may be replaced by force."""


class StableToken:
    """The token of one account. Callers that need one at the same time share one fetch, and its failure."""

    def __init__(self, wire: Wire, shared: SharedToken, *, app_id: str, app_secret: str, clock: Clock) -> None:
        self._wire = wire
        self._shared = shared
        self._credentials = {"grant_type": "client_credential", "appid": app_id, "secret": app_secret}
        self._clock = clock
        self._owner = uuid.uuid4().hex
        self._held: Held | None = None
        self._try_again = 0.0
        self._fetches: dict[str, asyncio.Future[Held]] = {}

    async def current(self) -> str:
        """The token, renewed where less than RENEW_BEFORE is left.

        Raises Temporary, never `sent`, where none can be had now, and Forbidden where the platform refuses one.
        """
        held = self._held
        if held is None or self._left(held) <= 0 or self._ends_soon(held):
            held = await self._join("")
        return held.value

    async def renew(self, rejected: str) -> str:
        """The token to try instead of one the platform rejected; the same one where nothing better can be had."""
        return (await self._join(rejected)).value

    def _left(self, held: Held) -> float:
        return held.expires - self._clock.time()

    def _ends_soon(self, held: Held) -> bool:
        return self._left(held) < RENEW_BEFORE and self._clock.time() >= self._try_again

    async def _join(self, rejected: str) -> Held:
        fetch = self._fetches.get(rejected)
        if fetch is None:
            fetch = self._fetches[rejected] = asyncio.ensure_future(self._replace(rejected))
            fetch.add_done_callback(lambda done: self._end(rejected, done))
        return await asyncio.shield(fetch)  # a caller that gives up does not take the others' fetch with it

    def _end(self, rejected: str, done: asyncio.Future[Held]) -> None:
        del self._fetches[rejected]
        self._try_again = self._clock.time() + TRY_AGAIN
        if done.cancelled() or done.exception() is not None:  # every caller that still waits is told
            return
        if self._held is None or done.result().version >= self._held.version:
            self._held = done.result()

    async def _replace(self, rejected: str) -> Held:
        seen = await self._shared.read()
        if seen.value != rejected and self._left(seen) >= RENEW_BEFORE:
            return seen  # another process was first
        patience = self._clock.time() + PATIENCE
        while self._clock.time() < patience:
            time = self._clock.time()
            if await self._shared.begin(self._owner, version=seen.version, time=time, until=time + LEASE):
                return await self._fetch(seen, rejected)
            now = await self._shared.read()
            if now.version > seen.version or (now.value != rejected and self._left(now) > 0):
                return now
            await self._clock.sleep(POLL)
        raise Temporary(UNANSWERED, "another process is fetching the access token")

    async def _fetch(self, seen: Held, rejected: str) -> Held:
        try:
            value, expires = await self._ask(rejected)
        except WeChatError as error:
            await self._shared.abandon(self._owner)
            if seen.value == rejected or self._left(seen) <= 0:
                raise
            logger.warning("access token not renewed", errcode=error.errcode, seconds_left=round(self._left(seen)))
            return seen
        written = await self._shared.write(self._owner, value=value, expires=expires, replacing=seen.version)
        return written or await self._outrun(rejected)

    async def _outrun(self, rejected: str) -> Held:
        now = await self._shared.read()  # we were so slow that another took the right over: theirs is the newer token
        if now.value == rejected or self._left(now) <= 0:
            raise Temporary(UNANSWERED, "another process is fetching the access token")
        return now

    async def _ask(self, rejected: str) -> tuple[str, float]:
        value, expires = await self._request(force=False)
        if value != rejected:
            return value, expires
        time = self._clock.time()
        digest = hashlib.sha256(rejected.encode()).hexdigest()
        if not await self._shared.may_force(digest, time=time, until=time + FORCE_SPACING):
            return value, expires
        logger.warning("access token refreshed by force")
        return await self._request(force=True)

    async def _request(self, *, force: bool) -> tuple[str, float]:
        started = self._clock.time()
        try:
            answer = await self._wire.exchange(
                "POST", "/cgi-bin/stable_token", json={**self._credentials, "force_refresh": force}
            )
            return str(answer["access_token"]), started + float(answer["expires_in"])
        except Temporary as error:  # `sent` would speak of the caller's own request, which has not left
            raise Temporary(error.errcode, error.errmsg) from error
        except (TokenRejected, Refused) as error:  # 40001 here is a wrong AppSecret: nothing to renew
            raise Forbidden(error.errcode, error.errmsg) from error
        except (KeyError, TypeError, ValueError) as error:
            raise Temporary(UNANSWERED, "no token in the answer") from error
