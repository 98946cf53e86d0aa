"""The phone page: its files, what it asks and does over HTTP, and live events. For local use only."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import structlog
from aiohttp import web

from bot.clock import within
from bot.emulator.chats import Bubble
from bot.emulator.phone import NotFollowing, Phone, Seen
from bot.emulator.platform import SOMEONE, Platform

STATIC = Path(__file__).with_name("static")
LOGGED = 50  # exchanges shown
ACTS = 200  # acts under way at once
PEOPLE = 500  # followers the page may invent
TEXT = 2000  # characters of one message
UNCROWDED = frozenset({"fault", "phone", "reset"})  # acts that wait for nobody
ALIVE = 15.0  # seconds between signs of life to a browser

logger = structlog.get_logger(__name__)


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """The body of a POST: the fields of all acts, each needing its own."""

    text: str = ""
    menu_id: str = ""
    key: str = ""
    index: int | tuple[int, int] | None = None
    url: str = ""
    scene: str = ""
    recognition: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    label: str | None = None
    title: str = ""
    description: str = ""
    name: str = ""
    on: bool = False
    openid: str = ""


class Unclear(Exception):
    """An act that cannot be done as it was asked."""


Doing = Coroutine[Any, Any, Seen]


def mount(app: web.Application, platform: Platform, *, console: str = "") -> None:
    """Put the page under /emulator/ of `app`; it ends with the app. `console` is where staff sign in, if anywhere."""
    page = Page(platform, console=console)
    app.router.add_get("/emulator", page.redirect)
    app.router.add_get("/emulator/", page.show)
    app.router.add_get(r"/emulator/static/{name:[\w-]+\.\w+}", page.file)
    app.router.add_get("/emulator/api/state", page.state)
    app.router.add_get("/emulator/api/events", page.events)
    app.router.add_get("/emulator/api/media/{media_id}", page.media)
    app.router.add_post("/emulator/api/{act}", page.act)
    app.on_shutdown.append(page.close)


class Page:
    """Everything the page asks for. `?phone=` names the follower; without it, the one of /phone."""

    def __init__(self, platform: Platform, *, console: str) -> None:
        self._platform = platform
        self._console = console
        self._world = platform.world
        self._someone = SOMEONE
        self._people: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._acts: dict[str, Callable[[Phone, Act], Doing | None]] = {
            "say": lambda phone, act: phone.say(_need(act.text)[:TEXT], act.menu_id),
            "click": self._click,
            "view": lambda phone, act: phone.view(_need(act.url)),
            "follow": lambda phone, act: phone.follow(act.scene),
            "unfollow": lambda phone, act: phone.unfollow(),
            "voice": lambda phone, act: phone.voice(act.recognition),
            "image": lambda phone, act: phone.image(),
            "location": lambda phone, act: phone.location(act.latitude, act.longitude, act.label),
            "link": lambda phone, act: phone.link(act.title, act.description, act.url),
            "fault": self._fault,
            "reset": lambda phone, act: self._reset(),
            "phone": self._switch,
        }

    async def redirect(self, request: web.Request) -> web.StreamResponse:
        """To the address with its slash."""
        raise web.HTTPFound("/emulator/")

    async def show(self, request: web.Request) -> web.StreamResponse:
        """The page itself."""
        return _file("index.html")

    async def file(self, request: web.Request) -> web.StreamResponse:
        """Its scripts, styles and pictures."""
        return _file(request.match_info["name"])

    async def media(self, request: web.Request) -> web.StreamResponse:
        """A picture, recording or film of the chat."""
        asset = self._world.media.find(request.match_info["media_id"])
        if asset is None:
            raise web.HTTPNotFound
        return web.Response(body=asset.content, content_type=asset.content_type)

    async def state(self, request: web.Request) -> web.StreamResponse:
        """Everything at once."""
        return _json(self._whole(self._phone(request)))

    async def act(self, request: web.Request) -> web.StreamResponse:
        """Do something; the answer comes at once, what comes of it by the events."""
        phone, name = self._phone(request), request.match_info["act"]
        work = self._acts.get(name)
        if work is None:
            raise web.HTTPNotFound
        if len(self._tasks) >= ACTS and name not in UNCROWDED:
            return _json({"ok": False, "error": self._world.words.crowded}, status=429)
        try:
            raw = await request.read()
            doing = work(phone, msgspec.json.decode(raw or b"{}", type=Act))
        except (msgspec.DecodeError, Unclear, LookupError):
            return _json({"ok": False, "error": self._world.words.unclear}, status=400)
        if doing is not None:
            task = asyncio.get_running_loop().create_task(self._do(phone, doing))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return _json({"ok": True})

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Bubbles, exchanges, and the state whenever it has changed, as server-sent events."""
        phone = self._phone(request)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        with self._world.feed.listen(phone.openid) as queue, suppress(ConnectionError):
            await response.prepare(request)
            known = self._state(phone)
            while (event := await self._next(queue)) != {"type": "end"}:
                if event is None:
                    await response.write(b": alive\n\n")
                elif event["type"] == "reset":
                    await _send(response, {"type": "state"} | self._whole(phone))
                elif event["type"] != "state":
                    await _send(response, event)
                if (fresh := self._state(phone)) != known:
                    known = fresh
                    await _send(response, {"type": "state"} | fresh)
        return response

    async def close(self, app: web.Application) -> None:
        """Let browsers go and drop what is under way."""
        self._world.feed.publish({"type": "end"})
        await self._drop()

    async def _drop(self, but: asyncio.Task[Any] | None = None) -> None:
        others = [task for task in self._tasks if task is not but]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _next(self, queue: asyncio.Queue[dict[str, Any]]) -> dict[str, Any] | None:
        waiting = asyncio.ensure_future(queue.get())
        try:
            return waiting.result() if await within(self._world.clock, waiting, ALIVE) else None
        finally:
            waiting.cancel()

    async def _do(self, phone: Phone, doing: Doing) -> None:
        try:
            await doing
        except NotFollowing as error:
            phone.chat.add(Bubble(sender="system", kind="system", text=str(error)))
        except Exception:
            logger.exception("emulator.act_failed")

    def _phone(self, request: web.Request) -> Phone:
        openid = request.query.get("phone") or self._someone
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", openid):
            raise web.HTTPBadRequest
        if openid not in self._people and len(self._people) >= PEOPLE:
            raise web.HTTPTooManyRequests
        self._people.add(openid)
        return self._platform.phone(openid)

    def _click(self, phone: Phone, act: Act) -> Doing:
        if act.index is None:
            return phone.click(_need(act.key))
        place = (act.index,) if isinstance(act.index, int) else act.index
        button = self._world.menu.at(*place)
        if button is None:
            raise Unclear
        return phone.click(button)

    def _fault(self, phone: Phone, act: Act) -> None:
        self._world.faults.set(act.name, act.on)
        self._world.feed.publish({"type": "state"})

    async def _reset(self) -> Seen:
        await self._drop(but=asyncio.current_task())
        await self._platform.reset()
        self._world.feed.publish({"type": "reset"})
        return Seen()

    def _switch(self, phone: Phone, act: Act) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", act.openid):
            raise Unclear
        self._someone = act.openid

    def _state(self, phone: Phone) -> dict[str, Any]:
        account, window = self._world.account, phone.window
        return {
            "account": {
                "name": self._world.name,
                "kind": account.kind,
                "mode": account.mode,
                "certified": account.certified,
                "menu": self._world.menu.buttons,
            },
            "phone": {"openid": phone.openid, "following": phone.follower.following, "window": window},
            "faults": self._world.faults.state(),
            "console": self._console,
        }

    def _whole(self, phone: Phone) -> dict[str, Any]:
        log = list(self._world.wire.exchanges)[-LOGGED:]
        return self._state(phone) | {"bubbles": list(phone.bubbles), "log": log}


def _need(text: str) -> str:
    if not text.strip():
        raise Unclear
    return text


def _file(name: str) -> web.FileResponse:
    path = STATIC / name
    if not path.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(path, headers={"Cache-Control": "no-cache"})


def _json(value: object, status: int = 200) -> web.Response:
    headers = {"Cache-Control": "no-store"}
    return web.Response(
        body=msgspec.json.encode(value), status=status, content_type="application/json", headers=headers
    )


async def _send(response: web.StreamResponse, event: dict[str, Any]) -> None:
    await response.write(b"data: " + msgspec.json.encode(event) + b"\n\n")
