"""One HTTP exchange with the platform's API: JSON in real UTF-8, an answer of bounded size in bounded time.

Every error is one of `bot.errors.WeChatError`; whether the platform may have carried the request out is said by
`Temporary.sent`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from json import loads
from typing import Any

import aiohttp
import msgspec
from yarl import URL

from bot.clock import Clock, now
from bot.errors import Refused, Temporary, TooFast
from bot.wechat.errcodes import UNANSWERED, make_error

ANSWER_LIMIT = 1 << 20  # bytes; the longest documented answer, 10 000 openids, is a third of it
# Seconds. `connect` counts the wait for a free connection too, so that whatever `total` ends had one already.
TIMEOUT = aiohttp.ClientTimeout(total=10.0, connect=3.0)
JSON = {"Content-Type": "application/json; charset=utf-8"}
ADDRESSES = 64  # kept ready for the next call; to make one costs as much as the rest of a request

_ESCAPE = re.compile(rb"\\(u00[01][0-9a-f]|.)")
_answers = msgspec.json.Decoder(dict[str, Any])


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file of a multipart request. `filename` must be ASCII with its true extension (40005, 41005 otherwise)."""

    filename: str
    content: bytes
    content_type: str


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
        self._addresses: dict[tuple[str, tuple[tuple[str, str], ...]], URL] = {}

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
                self._address(path, query),
                data=_form(files) if files else None if json is None else encode_json(json),
                headers=None if json is None else JSON,
                timeout=self._timeout,
                allow_redirects=False,
            ) as response:
                status, body = response.status, await _read(response)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Temporary(UNANSWERED, type(error).__name__) from error
        except (aiohttp.ClientError, OSError) as error:
            raise Temporary(UNANSWERED, type(error).__name__, sent=True) from error
        return _plain(status, body) or read_answer(status, body, time=now(self._clock))

    def _address(self, path: str, query: Mapping[str, str] | None) -> URL:
        place = path, tuple((query or {}).items())
        address = self._addresses.get(place)
        if address is None:
            if len(self._addresses) >= ADDRESSES:
                self._addresses.clear()
            address = self._addresses[place] = URL(self._base_url + path).with_query(query)
        return address


def _plain(status: int, body: bytes) -> dict[str, Any] | None:
    """The answer where it is a well-formed success, as nearly all are; None for whatever must be looked at."""
    if status != 200:
        return None
    try:
        answer = _answers.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return answer if answer.get("errcode", 0) == 0 else None


async def _read(response: aiohttp.ClientResponse) -> bytes:
    length = response.content_length
    if length is not None and length <= ANSWER_LIMIT and "Content-Encoding" not in response.headers:
        return await response.read()
    return await _bounded(response.content)


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
