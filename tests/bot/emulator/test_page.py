"""The phone page's files, API and live events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from bot.emulator.page import mount
from tests.patience import PATIENCE

from .caller import Json
from .conftest import Stage
from .watching import exchanges

MENU = [
    {"type": "click", "name": "政策", "key": "POLICIES"},
    {"name": "更多", "sub_button": [{"type": "view", "name": "网页", "url": "https://e.cn"}]},
]
API = "/emulator/api/"
Browser = TestClient[Any, Any]


@pytest.fixture
async def browser(stage: Stage) -> AsyncIterator[Browser]:
    """Someone who opens the page."""
    app = web.Application()
    mount(app, stage.platform)
    async with TestClient(TestServer(app)) as client:
        yield client


async def _do(browser: Browser, act: str, body: Json | None = None, phone: str = "") -> None:
    response = await browser.post(API + act, json=body or {}, params={"phone": phone} if phone else {})
    assert (response.status, await response.json()) == (200, {"ok": True})


async def _state(browser: Browser, phone: str = "") -> Json:
    response = await browser.get(API + "state", params={"phone": phone} if phone else {})
    state = await response.json()
    assert isinstance(state, dict)
    return state


@asynccontextmanager
async def _listening(browser: Browser, phone: str = "") -> AsyncIterator[ClientResponse]:
    async with browser.get(API + "events", params={"phone": phone} if phone else {}) as response:
        assert response.content_type == "text/event-stream"
        yield response


async def _event(response: ClientResponse) -> Json:
    line = (await asyncio.wait_for(response.content.readuntil(b"\n\n"), PATIENCE)).decode().strip()
    event = json.loads(line.removeprefix("data: "))
    assert isinstance(event, dict)
    return event


async def _events(response: ClientResponse, kind: str) -> AsyncIterator[Json]:
    for _ in range(100):
        event = await _event(response)
        if event["type"] == kind:
            yield event


async def test_the_page_and_its_files_are_served(browser: Browser) -> None:
    """The page, its files by name, and nothing from elsewhere."""
    page = await browser.get("/emulator")
    assert (page.status, page.url.path, page.content_type) == (200, "/emulator/", "text/html")
    assert (await browser.get("/emulator/static/index.html")).status == 200
    for path in ("no-such.js", "..%2Fpage.py", "%2e%2e/page.py", "page"):
        assert (await browser.get(f"/emulator/static/{path}")).status == 404


async def test_the_state_of_a_newcomer(browser: Browser, stage: Stage) -> None:
    """The account, nobody following, an empty chat, all switches off."""
    stage.platform.menu.create(MENU, 1)
    state = await _state(browser)
    assert state["account"] == {
        "name": "企业服务号",
        "kind": "service",
        "mode": "safe",
        "certified": True,
        "menu": MENU,
    }
    openid = stage.platform.phone().openid
    assert state["phone"] == {"openid": openid, "following": False, "window": {"until": 0.0, "left": 0}}
    assert (state["bubbles"], state["log"]) == ([], [])
    assert state["faults"]["slow"] is False
    assert state["console"] == ""


async def test_saying_something(browser: Browser, stage: Stage) -> None:
    """Follow and say: the chat has both sides, the log has the exchanges in the clear."""
    with exchanges(stage.platform) as following:
        await _do(browser, "follow", {"scene": ""})
        await following()
        await _do(browser, "say", {"text": "天气", "menu_id": "7"})
        await following()
    state = await _state(browser)
    assert [(bubble["from"], bubble["kind"], bubble["text"]) for bubble in state["bubbles"]] == [
        ("system", "system", "已关注"),
        ("me", "text", "天气"),
        ("account", "text", "echo 天气"),
    ]
    assert state["phone"]["window"]["left"] == 8
    exchange = next(exchange for exchange in state["log"] if exchange["what"] == "text")
    assert (exchange["direction"], exchange["attempt"], exchange["outcome"]) == ("push", 1, "200 text")
    assert "<Content><![CDATA[天气]]></Content><bizmsgmenuid>7</bizmsgmenuid>" in exchange["request"]
    assert "<Content><![CDATA[echo 天气]]></Content>" in exchange["reply"]


@pytest.mark.parametrize(
    ("act", "body", "heard"),
    [
        ("click", {"key": "POLICIES"}, "CLICK"),
        ("click", {"index": 0}, "CLICK"),
        ("click", {"index": [1, 0]}, "VIEW"),
        ("view", {"url": "https://e.cn"}, "VIEW"),
        ("follow", {"scene": "desk-7"}, "SCAN"),
        ("unfollow", {}, "unsubscribe"),
        ("voice", {"recognition": "你好"}, "voice"),
        ("voice", {}, "voice"),
        ("image", {}, "image"),
        ("location", {"latitude": 36.1, "longitude": 120, "label": "崂山"}, "location"),
        ("location", {}, "location"),
        ("link", {}, "link"),
    ],
)
async def test_every_act_is_pushed(browser: Browser, stage: Stage, act: str, body: Json, heard: str) -> None:
    """What the page can do reaches the bot."""
    stage.platform.menu.create(MENU, 1)
    with exchanges(stage.platform) as following:
        await _do(browser, "follow")
        assert (await following()).what == "subscribe"
        await _do(browser, act, body)
        assert (await following()).what == heard


@pytest.mark.parametrize(
    ("act", "body"),
    [
        ("say", b""),
        ("say", b"{"),
        ("say", b'{"text":7}'),
        ("say", b'{"text":"  "}'),
        ("click", b"{}"),
        ("click", b'{"index":9}'),
        ("click", b'{"index":[1]}'),
        ("view", b"{}"),
        ("fault", b'{"name":"no such","on":true}'),
        ("phone", b'{"openid":"a b"}'),
        ("location", b'{"latitude":"north"}'),
    ],
)
async def test_unclear_acts_are_told(browser: Browser, act: str, body: bytes) -> None:
    """A body that does not fit is 400 with a word for the page."""
    response = await browser.post(API + act, data=body)
    assert (response.status, await response.json()) == (400, {"ok": False, "error": "没有听懂这个操作"})


async def test_unknown_acts_and_phones_are_refused(browser: Browser) -> None:
    """No such act is 404, an impossible openid 400."""
    assert (await browser.post(API + "fly", json={})).status == 404
    assert (await browser.get(API + "state", params={"phone": "a b"})).status == 400
    assert (await browser.get(API + "media/none")).status == 404


async def test_who_does_not_follow_is_told_in_the_chat(browser: Browser) -> None:
    """A line of the system stands in for the message that cannot be sent."""
    async with _listening(browser) as response:
        await _do(browser, "say", {"text": "hi"})
        await anext(_events(response, "bubble"))
    state = await _state(browser)
    assert state["bubbles"][0]["text"] == "尚未关注，先关注才能发消息"


async def test_browsers_are_people(browser: Browser) -> None:
    """`?phone=` tells followers apart; /phone changes who a page without it is."""
    await _do(browser, "follow", phone="web-1")
    assert (await _state(browser, "web-1"))["phone"]["following"] is True
    assert (await _state(browser, "web-2"))["phone"]["following"] is False
    await _do(browser, "phone", {"openid": "web-1"})
    assert (await _state(browser))["phone"] == (await _state(browser, "web-1"))["phone"]


async def test_the_number_of_people_is_bounded(browser: Browser) -> None:
    """A page cannot invent followers without end."""
    statuses = {(await browser.get(API + "state", params={"phone": f"p{n}"})).status for n in range(501)}
    assert statuses == {200, 429}


async def test_acts_under_way_are_bounded(browser: Browser, stage: Stage) -> None:
    """While two hundred wait for the bot, the next is told to wait; a new beginning drops them all."""
    stage.listener.gate.clear()
    await _do(browser, "follow")
    for _ in range(199):
        await _do(browser, "view", {"url": "https://e.cn"})
    response = await browser.post(API + "view", json={"url": "https://e.cn"})
    assert (response.status, (await response.json())["error"]) == (429, "同时进行的操作太多，请稍候")
    await _do(browser, "reset")
    stage.listener.gate.set()
    await _do(browser, "follow")


async def test_pictures_can_be_looked_at(browser: Browser) -> None:
    """The address in an image bubble leads to the image."""
    await _do(browser, "follow")
    await _do(browser, "image")
    picture = (await _state(browser))["bubbles"][1]["picture"]
    response = await browser.get(picture)
    assert response.content_type == "image/png"


async def test_bubbles_come_live_and_once_more_when_settled(browser: Browser) -> None:
    """One's own bubble comes waiting and again, by the same id, when its push has ended; then the answer."""
    async with _listening(browser, "web-1") as response:
        await _do(browser, "follow", phone="web-1")
        await _do(browser, "say", {"text": "hi"}, phone="web-1")
        seen = []
        async for event in _events(response, "bubble"):
            seen.append(event["bubble"])
            if event["bubble"]["text"] == "echo hi":
                break
    assert [(bubble["from"], bubble["pending"]) for bubble in seen] == [
        ("system", False),
        ("me", True),
        ("me", False),
        ("account", False),
    ]
    assert seen[1]["id"] == seen[2]["id"]


async def test_only_ones_own_bubbles_come(browser: Browser) -> None:
    """Another follower's chat is theirs; the log is everyone's."""
    async with _listening(browser, "web-1") as response:
        await _do(browser, "follow", phone="web-2")
        event = await _event(response)
    assert (event["type"], event["exchange"]["what"]) == ("log", "subscribe")


async def test_the_state_comes_when_it_has_changed(browser: Browser, stage: Stage) -> None:
    """A switch, a menu, a follower or a window makes a new state; it has neither bubbles nor log."""
    async with _listening(browser) as response:
        states = _events(response, "state")
        await _do(browser, "fault", {"name": "slow", "on": True})
        state = await anext(states)
        assert state["faults"]["slow"] is True
        assert not {"bubbles", "log"} & set(state)
        await _do(browser, "fault", {"name": "slow", "on": False})
        await anext(states)
        await stage.caller.post("/cgi-bin/menu/create", {"button": MENU})
        assert (await anext(states))["account"]["menu"] == MENU
        await _do(browser, "follow")
        state = await anext(states)
        assert (state["phone"]["following"], state["phone"]["window"]["left"]) == (True, 3)
        await _do(browser, "say", {"text": "hi"})
        assert (await anext(states))["phone"]["window"]["left"] == 8


async def test_reset_empties_the_page(browser: Browser) -> None:
    """The state that follows a reset is whole: no bubbles, no log, nobody following."""
    await _do(browser, "follow")
    async with _listening(browser) as response:
        await _do(browser, "reset")
        async for state in _events(response, "state"):
            if "bubbles" in state:
                break
    assert (state["bubbles"], state["log"], state["phone"]["following"]) == ([], [], False)


async def test_a_quiet_line_shows_signs_of_life(browser: Browser, stage: Stage) -> None:
    """Every fifteen seconds a comment goes out, so that no proxy closes the line."""
    async with _listening(browser) as response:
        await stage.clock.advance(15)
        assert await asyncio.wait_for(response.content.readuntil(b"\n\n"), PATIENCE) == b": alive\n\n"


async def test_the_end_of_the_app_ends_the_events(stage: Stage) -> None:
    """Browsers are let go and acts under way are dropped."""
    app = web.Application()
    mount(app, stage.platform)
    stage.listener.gate.clear()
    async with TestClient(TestServer(app)) as client:
        response = await client.get(API + "events")
        await _do(client, "follow")
        await asyncio.wait_for(stage.listener.came.acquire(), PATIENCE)
        await client.server.close()
        assert b"bubble" in await asyncio.wait_for(response.read(), PATIENCE)
