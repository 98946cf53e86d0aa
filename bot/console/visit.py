"""One request to the console: who makes it, what they sent, and how it is answered."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterable, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from bot.clock import now
from bot.console.desk import Desk
from bot.console.forms import Form
from bot.console.headers import HEADERS, attachment
from bot.console.navigation import current, places
from bot.console.permissions import Permission
from bot.store.audit import NOBODY, Entry
from bot.store.sessions import FULL, Session
from bot.store.staff import Member

HOME = "/console"
PAGE_SIZE = 30  # rows of a list
# Cookies: who is signed in; a browser that is not, yet fills in a form; a message carried across a redirect; a browser
# in which somebody has been signed in before.
SESSION, GUEST, SAID, KNOWN = "huiqi", "huiqi_guest", "huiqi_said", "huiqi_known"


@dataclass(kw_only=True)
class Visit:
    """A request by somebody who may make it.

    member   whose session it is; None at the door
    cookie   the secret of this browser that forms are bound to
    address  where it comes from, as the audit log keeps it
    message  what the page before has to say, as `go` packed it
    known    the proof of who was signed in in this browser before
    people   what staff are called, by the names they sign in with
    """

    request: web.Request
    desk: Desk
    member: Member | None
    session: Session | None
    cookie: str
    address: str
    message: str = ""
    known: str = ""
    people: Mapping[str, str] = field(default_factory=dict)
    form: Form = field(default_factory=Form)
    cookies: dict[str, str] = field(default_factory=dict)  # to be set with the answer, or, empty, deleted
    heard: bool = False  # the message of the last page was shown
    stream: web.StreamResponse | None = None  # what is being sent bit by bit

    @property
    def who(self) -> Member:
        """The person; for pages that only they reach who have one."""
        assert self.member is not None
        return self.member

    @property
    def here(self) -> Session:
        """Their session; likewise."""
        assert self.session is not None
        return self.session

    @property
    def permission(self) -> Permission:
        """What this visit may do."""
        if self.member is None or self.session is None:
            return Permission.ANYONE
        return Permission.of(self.member.role) if self.session.stage == FULL else Permission.STARTED

    @property
    def time(self) -> float:
        """Seconds since 1970."""
        return self.desk.clock.time()

    @property
    def now(self) -> datetime:
        """The time in Shanghai."""
        return now(self.desk.clock)

    def may(self, role: str) -> bool:
        """Whether they have at least this role."""
        return self.permission >= Permission.of(role)

    def part(self, name: str) -> str:
        """A part of the address that the route names."""
        return self.request.match_info[name]

    def asked(self, name: str, default: str = "") -> str:
        """A value of the query, without blanks around it or characters that cannot be shown."""
        text = self.request.query.get(name, default)
        return "".join(char if char.isprintable() else " " for char in text).strip()

    def number(self, name: str) -> int:
        """A part of the address that must be a whole number; HTTPNotFound where it is none."""
        text = self.part(name)
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise web.HTTPNotFound
        return int(text)

    def entry(self, action: str, target: str = "", **changed: Any) -> Entry:
        """What they do now, for the audit log; `before` and `after` are mappings of what it changes."""
        staff, who = (self.member.id, self.member.name) if self.member else (NOBODY, "")
        return Entry(time=self.time, staff=staff, who=who, action=action, target=target, ip=self.address, **changed)

    def page(self, name: str, /, *, status: int = 200, **facts: object) -> web.Response:
        """The page of a template, which can use `me`, `csrf`, `nav`, `said` and what is given."""
        text = self.desk.templates.render(name, **self._known(), said=self._unpack(), **facts)
        response = web.Response(text=text, status=status, content_type="text/html")
        response.enable_compression()
        return response

    def piece(self, name: str, /, **facts: object) -> str:
        """A piece of a page, for its script to put in place."""
        return self.desk.templates.render(name, **self._known(), said=None, **facts)

    async def events(self) -> web.StreamResponse:
        """Begin to send events: what is written to it arrives at once."""
        headers = {**HEADERS, "Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"}
        self.stream = web.StreamResponse(headers=headers)
        await self.stream.prepare(self.request)
        return self.stream

    def go(self, path: str, said: str = "", **words: object) -> web.Response:
        """Send the browser to a page of ours, which shows the message of this key (see console/said.html) once."""
        if said:
            self.say(said, **words)
        return web.Response(status=303, headers={"Location": path})

    def say(self, said: str, **words: object) -> None:
        """Leave the message of this key to the next page."""
        self.cookies[SAID] = self._pack(said, words)

    def file(self, body: bytes | AsyncIterable[bytes], *, name: str, content_type: str) -> web.Response:
        """A file to keep, whole or in pieces that are made while it is sent."""
        headers = {"Content-Disposition": attachment(name)}
        return web.Response(body=body, content_type=content_type, headers=headers)

    def paging(self, total: int, size: int = PAGE_SIZE) -> Paging:
        """The page of a list that the address asks for with `page`, of so many rows."""
        text = self.asked("page")
        wanted = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1
        kept = [(key, value) for key, value in self.request.query.items() if key != "page"]
        last = max(1, -(-total // size))
        return Paging(
            page=min(max(1, wanted), last), last=last, total=total, size=size, path=self.request.path, kept=kept
        )

    def _known(self) -> dict[str, object]:
        level = self.permission
        return {
            "me": self.member if level > Permission.STARTED else None,
            "may": self.may,
            "people": self.people,
            "csrf": self.desk.keys.form_token(self.cookie),
            "nav": places(level),
            "here": current(self.request.path),
            "path": self.request.path,
            "now": self.now,
            "today": self.now.date(),
            "version": self.desk.corpus().version,
        }

    def _pack(self, said: str, words: dict[str, object]) -> str:
        text = json.dumps([said, {key: str(value) for key, value in words.items()}], ensure_ascii=False)
        return self.desk.keys.sign("said", base64.urlsafe_b64encode(text.encode()).decode().rstrip("="))

    def _unpack(self) -> dict[str, Any] | None:
        """The message of the page before, once."""
        if not self.message:
            return None
        self.heard = True
        body = self.desk.keys.verified("said", self.message)
        if body is None:
            return None
        key, words = json.loads(base64.urlsafe_b64decode(f"{body}=="))
        return {"key": key, "words": words}


@dataclass(frozen=True, kw_only=True)
class Paging:
    """A page of a list: the rows from `start` on, at most `size`."""

    page: int
    last: int
    total: int
    size: int
    path: str
    kept: list[tuple[str, str]]

    @property
    def start(self) -> int:
        """How many rows come before."""
        return (self.page - 1) * self.size

    def address(self, page: int) -> str:
        """The same list at another page."""
        return f"{self.path}?{urlencode([*self.kept, ('page', str(page))])}"

    @property
    def shown(self) -> list[int]:
        """The numbers to offer: first, last, and those around this one; 0 stands for those left out."""
        near = sorted({1, self.last, *(n for n in range(self.page - 1, self.page + 2) if 1 <= n <= self.last)})
        found: list[int] = []
        for number in near:
            if found and number - found[-1] > 1:
                found.append(0)
            found.append(number)
        return found


Handler = Callable[[Visit], Awaitable[web.StreamResponse]]
