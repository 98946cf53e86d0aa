"""The platform's API over HTTP: the door every call passes, and the table of all calls."""

from __future__ import annotations

import asyncio
import json
import re

from aiohttp import BodyPartReader, web

from bot.clock import within
from bot.emulator import basics, masses, people, sending
from bot.emulator.calls import Ask, Blob, Call, Json, Upload
from bot.emulator.faults import HANGING
from bot.emulator.refusals import Refusal
from bot.emulator.world import World

GATEWAY = b"<html>bad gateway</html>"  # what stands between says in place of the platform
LARGEST = 12 * 1024 * 1024  # bytes of a request
CALLS = {call.path: call for call in (*basics.CALLS, *sending.CALLS, *masses.CALLS, *people.CALLS)}
# A \uXXXX that stands for a character which could have been written itself; control characters have to be escaped.
ESCAPED = re.compile(r"(?<!\\)(?:\\\\)*\\u(?!00[01])[0-9a-fA-F]{4}")
SECRET = re.compile(r'("(?:secret|appsecret|access_token)": ?")([^"]{0,8})[^"]*')


class Api:
    """Answers every path; what is not a call gets 40066."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._closing = asyncio.Event()

    def app(self) -> web.Application:
        """The application to serve as api.weixin.qq.com."""
        app = web.Application(client_max_size=LARGEST)
        app.router.add_route("*", "/{path:.*}", self.handle)
        app.on_shutdown.append(self._close)
        return app

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One call, with the faults that are on."""
        world, started = self._world, self._world.clock.time()
        is_file = request.content_type.startswith("multipart/")
        raw = b"" if is_file else await request.read()
        answer: Json | Blob | None = None
        if world.faults.is_on("down"):
            outcome = "connection reset"
        elif world.faults.is_on("timeout"):
            outcome = "timeout"
            await self._pause(HANGING)
        elif status := world.faults.broken(request.path):
            answer, outcome = Blob(content=GATEWAY, content_type="text/html", status=status), f"{status}"
        else:
            answer, outcome = await self._answer(request, raw)
            if world.faults.is_on("slow"):
                await self._pause(world.faults.delay)
        if answer is not None and world.faults.is_on("lost"):
            answer, outcome = None, f"answer lost: {outcome}"
        asked = raw.decode(errors="replace") or json.dumps(dict(request.query), ensure_ascii=False)
        world.wire.note(
            "api", request.path, started=started, outcome=outcome, request=_mask(asked), reply=_mask(_show(answer))
        )
        return _cut(request) if answer is None else _respond(answer)

    async def _answer(self, request: web.Request, raw: bytes) -> tuple[Json | Blob, str]:
        try:
            return await self._carry_out(request, raw), "200 ok"
        except Refusal as refusal:
            errmsg = f"{refusal.errmsg} rid: {self._world.serials.rid()}"
            answer = {"errcode": refusal.errcode, "errmsg": errmsg, **refusal.extra}
            return answer, f"errcode {refusal.errcode} {refusal.errmsg}"

    async def _carry_out(self, request: web.Request, raw: bytes) -> Json | Blob:
        """The order of the questions: known, method, token, right, fault, body, quota."""
        world, call = self._world, CALLS.get(request.path)
        if call is None:
            raise Refusal(40066)
        if request.method != call.method:
            raise Refusal(43001 if call.method == "GET" else 43002)
        if call.token:
            if world.faults.take("token"):
                world.tokens.expire()
            world.tokens.check(request.query.get("access_token", ""))
        if not world.account.may(call.ability):
            raise Refusal(48001)
        world.faults.check(request.path)
        ask = await self._read(request, raw, call=call)
        world.quotas.spend(request.path)
        return call.work(world, ask)

    async def _read(self, request: web.Request, raw: bytes, *, call: Call) -> Ask:
        upload = await _read_upload(request) if call.upload else None
        has_body = call.method == "POST" and not call.upload and not (call.bodiless and not raw)
        body = _parse(raw, strict=self._world.strict) if has_body else {}
        address = request.remote or ""
        return Ask(query=dict(request.query), body=body, upload=upload, address=address)

    async def _pause(self, seconds: float) -> None:
        closing = asyncio.ensure_future(self._closing.wait())
        try:
            await within(self._world.clock, closing, seconds)
        finally:
            closing.cancel()

    async def _close(self, app: web.Application) -> None:
        self._closing.set()


def _parse(raw: bytes, *, strict: bool) -> Json:
    if not raw.strip():
        raise Refusal(44002)
    try:
        text = raw.decode()
        body = json.loads(text)
    except ValueError as error:
        raise Refusal(47001) from error
    if not isinstance(body, dict):
        raise Refusal(47001)
    if strict and ESCAPED.search(text):
        raise Refusal(40033)
    return body


async def _read_upload(request: web.Request) -> Upload | None:
    """The file in the field `media`; the platform finds none whose plain `filename` is missing or not ASCII."""
    if not request.content_type.startswith("multipart/"):
        return None
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name != "media":
            continue
        named = re.search(r'filename="([ -!#-~]+)"', part.headers.get("Content-Disposition", ""))
        content = bytearray()
        while named and (chunk := await part.read_chunk()):
            content += chunk
            if len(content) > LARGEST:
                raise Refusal(40006)
        return Upload(name=named[1], content=bytes(content)) if named else None
    return None


def _respond(answer: Json | Blob) -> web.Response:
    if isinstance(answer, Blob):
        headers = {"Content-Disposition": f'attachment; filename="{answer.name}"'} if answer.name else {}
        return web.Response(
            body=answer.content, status=answer.status, content_type=answer.content_type, headers=headers
        )
    return web.Response(text=json.dumps(answer, ensure_ascii=False), content_type="application/json")


def _cut(request: web.Request) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response(status=500)  # written to nobody


def _show(answer: Json | Blob | None) -> str:
    if isinstance(answer, Blob):
        return f"({answer.content_type}, {len(answer.content)} bytes)"
    return json.dumps(answer, ensure_ascii=False) if answer is not None else ""


def _mask(text: str) -> str:
    return SECRET.sub(r'\1\2…"', text)
