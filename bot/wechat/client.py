"""The platform's API: one HTTP exchange, the token around it, and the calls this program makes.

Wire carries one request and reads one answer. Client adds the access token, renews it once where the platform rejects
it, and repeats calls that may be repeated. Every error is one of `bot.errors.WeChatError`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from json import loads
from typing import Any, Protocol

import aiohttp
import msgspec
import structlog

from bot.clock import Clock, now
from bot.errors import Refused, Temporary, TokenRejected, TooFast
from bot.wechat.errcodes import make_error

logger = structlog.get_logger(__name__)

UNANSWERED = -2  # no such code on the platform's side: no answer came, or none that can be read
ANSWER_LIMIT = 1 << 20  # bytes; the longest documented answer, 10 000 openids, is a third of it
# Seconds. `connect` counts the wait for a free connection too, so that whatever `total` ends had one already.
TIMEOUT = aiohttp.ClientTimeout(total=10.0, connect=3.0)
REPEAT_DELAYS = (1.0, 2.0)  # seconds before the second and the third attempt, as the platform advises for -1
NO_MENU = 46003

_ESCAPE = re.compile(rb"\\(u00[01][0-9a-f]|.)")


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file of a multipart request. `filename` must be ASCII with its true extension (40005, 41005 otherwise)."""

    filename: str
    content: bytes
    content_type: str


class TokenProvider(Protocol):
    """Whoever keeps the access token."""

    async def current(self) -> str:
        """The token to use now."""

    async def renew(self, rejected: str) -> str:
        """Another token than the rejected one, where there is one."""


def encode_json(value: object) -> bytes:
    r"""JSON in real UTF-8: the platform refuses or shows \uXXXX and \u0026 (40033), so what can only be written that
    way, control characters, is left out."""
    data = msgspec.json.encode(value)
    if b"\\u" not in data:
        return data
    return _ESCAPE.sub(lambda found: b"" if found[1][:1] == b"u" else found[0], data)


def read_answer(status: int, body: bytes, *, time: datetime) -> dict[str, Any]:
    """The object in an answer of the platform, or the error it tells of. Its JSON may hold broken UTF-8 and bare
    control characters; its errcode may be a string, and is missing from most successes. `time` is Shanghai's."""
    if status >= 500:
        raise Temporary(status, "HTTP error", sent=True)
    try:
        answer = loads(body.decode("utf-8-sig", "ignore"), strict=False)
        errcode = int(answer.get("errcode", 0))
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        if status == 200:
            raise Temporary(UNANSWERED, "unreadable answer", sent=True) from error
        answer, errcode = {}, 0
    failure = make_error(errcode, str(answer.get("errmsg", "")), now=time)
    if failure is not None:
        raise failure
    if status == 429:
        raise TooFast(status, "HTTP error")
    if status != 200:
        raise Refused(status, "HTTP error")
    return dict(answer)


class Wire:
    """One request, one answer, in bounded time and size."""

    def __init__(
        self, session: aiohttp.ClientSession, base_url: str, *, clock: Clock, timeout: aiohttp.ClientTimeout = TIMEOUT
    ) -> None:
        self._session = session
        self._base_url = base_url
        self._clock = clock
        self._timeout = timeout

    async def exchange(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        json: Mapping[str, Any] | None = None,
        files: Mapping[str, Upload] | None = None,
    ) -> dict[str, Any]:
        """The platform's answer to one request; any WeChatError where there is none or it refuses."""
        try:
            async with self._session.request(
                method,
                self._base_url + path,
                params=query,
                data=_form(files) if files else None if json is None else encode_json(json),
                headers=None if json is None else {"Content-Type": "application/json; charset=utf-8"},
                timeout=self._timeout,
                allow_redirects=False,
            ) as response:
                status, body = response.status, await _bounded(response.content)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Temporary(UNANSWERED, type(error).__name__) from error
        except (aiohttp.ClientError, OSError) as error:
            raise Temporary(UNANSWERED, type(error).__name__, sent=True) from error
        return read_answer(status, body, time=now(self._clock))


async def _bounded(stream: aiohttp.StreamReader) -> bytes:
    body = bytearray()
    async for chunk in stream.iter_chunked(1 << 16):
        body += chunk
        if len(body) > ANSWER_LIMIT:
            raise Temporary(UNANSWERED, "answer too long", sent=True)
    return bytes(body)


def _form(files: Mapping[str, Upload]) -> aiohttp.FormData:
    form = aiohttp.FormData(quote_fields=False)
    for name, upload in files.items():
        form.add_field(name, upload.content, filename=upload.filename, content_type=upload.content_type)
    return form


class Client:
    """The calls this program makes. A send is made once; calls that change nothing twice are repeated when busy."""

    def __init__(self, wire: Wire, tokens: TokenProvider, *, clock: Clock) -> None:
        self._wire = wire
        self._tokens = tokens
        self._clock = clock

    async def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        json: Mapping[str, Any] | None = None,
        files: Mapping[str, Upload] | None = None,
    ) -> dict[str, Any]:
        """The answer to any call that takes an access token. A rejected token is renewed once and the call made once
        more; a second rejection is the caller's TokenRejected."""
        token = await self._tokens.current()
        try:
            asked = {**(query or {}), "access_token": token}
            return await self._wire.exchange(method, path, query=asked, json=json, files=files)
        except TokenRejected as error:
            logger.warning("access token rejected", path=path, errcode=error.errcode)
        asked["access_token"] = await self._tokens.renew(token)
        return await self._wire.exchange(method, path, query=asked, json=json, files=files)

    async def _repeat(self, method: str, path: str, *, json: Mapping[str, Any] | None = None) -> dict[str, Any]:
        for delay in REPEAT_DELAYS:
            try:
                return await self.call(method, path, json=json)
            except Temporary as error:
                logger.info("platform call will be repeated", path=path, errcode=error.errcode)
                await self._clock.sleep(delay)
        return await self.call(method, path, json=json)

    async def custom_send(self, body: Mapping[str, Any]) -> None:
        """Send a customer-service message: `touser`, `msgtype` and the branch of that name. It has no id by which the
        platform would know a repeat, so it is never repeated here."""
        await self.call("POST", "/cgi-bin/message/custom/send", json=body)

    async def create_menu(self, buttons: Sequence[Mapping[str, Any]]) -> None:
        """Replace the whole menu."""
        await self._repeat("POST", "/cgi-bin/menu/create", json={"button": buttons})

    async def get_menu(self) -> dict[str, Any]:
        """The menu set through the API: `menu` and `conditionalmenu`; empty where none is set."""
        try:
            return await self._repeat("GET", "/cgi-bin/menu/get")
        except Refused as error:
            if error.errcode == NO_MENU:
                return {}
            raise

    async def get_self_menu(self) -> dict[str, Any]:
        """The menu followers see, wherever it was made; any kind of account may ask."""
        return await self._repeat("GET", "/cgi-bin/get_current_selfmenu_info")

    async def create_qrcode(self, scene: str) -> str:
        """Make a permanent QR code of a scene, 1 to 64 characters; what is to be drawn. An account may have 100 000."""
        body = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": scene}}}
        return str((await self._repeat("POST", "/cgi-bin/qrcode/create", json=body)).get("url", ""))

    async def get_callback_ips(self) -> tuple[str, ...]:
        """The addresses and networks the platform's callbacks come from."""
        return await self._get_ips("/cgi-bin/getcallbackip")

    async def get_api_domain_ips(self) -> tuple[str, ...]:
        """The addresses the API answers at."""
        return await self._get_ips("/cgi-bin/get_api_domain_ip")

    async def _get_ips(self, path: str) -> tuple[str, ...]:
        listed = (await self._repeat("GET", path)).get("ip_list") or []
        return (listed,) if isinstance(listed, str) else tuple(str(ip) for ip in listed)
