"""Delivery of pushes to the account's server: signed, within five seconds, three attempts of the same XML."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import aiohttp
import msgspec

from bot.clock import Clock, within
from bot.emulator.account import Account
from bot.emulator.answers import Answer, BadAnswer, Judge
from bot.emulator.envelope import Envelope
from bot.emulator.faults import Faults
from bot.emulator.pushes import Push, compose
from bot.emulator.serials import Serials
from bot.emulator.wire import Wire

ATTEMPTS = 3
PATIENCE = 5.0  # seconds the platform waits for each answer
NOT_STARTED = "the platform is not started"


class Delivered(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a push: the bot's answer, or None and why not."""

    answer: Answer | None
    attempts: int
    reason: str = ""


class Courier:
    """Carries pushes to `callback_url`."""

    def __init__(
        self,
        account: Account,
        clock: Clock,
        *,
        serials: Serials,
        envelope: Envelope,
        judge: Judge,
        faults: Faults,
        wire: Wire,
        callback_url: str,
    ) -> None:
        self._account = account
        self._clock = clock
        self._serials = serials
        self._envelope = envelope
        self._judge = judge
        self._faults = faults
        self._wire = wire
        self._session: aiohttp.ClientSession | None = None
        self.callback_url = callback_url

    async def open(self) -> None:
        """Make ready to send."""
        connector = aiohttp.TCPConnector(limit=0)  # a thousand phones may write at once
        self._session = aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=None))

    async def close(self) -> None:
        """Send no more."""
        if self._session:
            await self._session.close()
            self._session = None

    async def verify(self) -> bool:
        """Whether the server answers the console's question with exactly the `echostr`."""
        echostr = self._serials.nonce()
        query = self._envelope.query(int(self._clock.time()), self._serials.nonce(), echostr=echostr)
        with suppress(aiohttp.ClientError):
            return await self._ask("GET", query, b"") == (200, echostr.encode())
        return False

    async def deliver(self, push: Push, openid: str) -> Delivered:
        """Send `push` on behalf of `openid`, again at 5 and 10 seconds while no 200 comes back."""
        started = self._clock.time()
        to, number = self._account.original_id, self._serials.message_id()
        xml = compose(push, to=to, sender=openid, created=int(started), message_id=number)
        for attempt in range(1, ATTEMPTS + 1):
            await self._clock.sleep(started + (attempt - 1) * PATIENCE - self._clock.time())
            try:
                answer = await self._attempt(xml, push, openid=openid, attempt=attempt)
            except BadAnswer as error:
                return Delivered(answer=None, attempts=attempt, reason=str(error))
            if answer:
                return Delivered(answer=answer, attempts=attempt)
        return Delivered(answer=None, attempts=ATTEMPTS, reason="no answer to three attempts")

    async def _attempt(self, xml: str, push: Push, *, openid: str, attempt: int) -> Answer | None:
        begun = self._clock.time()
        nonce, salt = self._serials.nonce(), self._serials.salt()
        packet = self._envelope.pack(xml, openid=openid, timestamp=int(begun), nonce=nonce, salt=salt)
        answer, reply, outcome = None, "", "cut off"
        try:
            status, body = await self._ask("POST", packet.query, packet.body.encode())
            reply = body.decode(errors="replace")
            outcome = str(status)
            if status == 200:
                answer = self._judge.read(body, push, openid)
                reply, outcome = answer.xml, f"200 {answer.kind or 'success'}"
        except TimeoutError:
            outcome = "timeout"
        except aiohttp.ClientError as error:
            outcome = f"unreachable: {type(error).__name__}"
        except BadAnswer as error:
            outcome = f"200 malformed: {error}"
            raise
        finally:
            self._wire.note(
                "push", push.what, started=begun, outcome=outcome, request=xml, reply=reply, attempt=attempt
            )
        lost = attempt == 1 and self._faults.is_on("retry")
        return None if lost else answer

    async def _ask(self, method: str, query: dict[str, str], body: bytes) -> tuple[int, bytes]:
        task = asyncio.ensure_future(self._request(method, query, body=body))
        try:
            if not await within(self._clock, task, PATIENCE):
                raise TimeoutError
            return task.result()
        finally:
            task.cancel()
            await asyncio.wait([task])  # so that the connection is closed, not left to the collector

    async def _request(self, method: str, query: dict[str, str], *, body: bytes) -> tuple[int, bytes]:
        if self._session is None:
            raise aiohttp.ClientError(NOT_STARTED)
        headers = {"Content-Type": "text/xml", "User-Agent": "Mozilla/4.0"}
        async with self._session.request(
            method, self.callback_url, params=query, data=body or None, headers=headers, allow_redirects=False
        ) as response:
            return response.status, await response.read()
