"""The page of one's own data, and the button on a policy's page that asks to be told of news."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient

from bot.clock import ManualClock
from bot.mine import Mine
from bot.pages import Pages
from bot.person import Dossier, Person, Said, Subscription
from handlers import wording
from tests.corpus import the_corpus

Client: TypeAlias = TestClient[web.Request, web.Application]
Connect: TypeAlias = Callable[[web.Application], Awaitable[Client]]

PUBLIC = "https://huiqi.example.gov.cn"
PHONE = {"User-Agent": "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Mobile MicroMessenger/8.0.50"}
SIGNED = {"app_id": "wx0123456789abcdef", "timestamp": "1795312800", "nonce": "n0nce", "signature": "5ea1"}
KEPT = Dossier(
    person=Person(
        facts={"scale": "规上"},
        consented=1_795_312_800.0,
        subscriptions=(Subscription(kind="topic", value="技术改造", since=1.0), Subscription(kind="all", since=1.0)),
        rhythm="daily",
    ),
    followed=1_795_312_800.0,
    said=(Said(time=1_795_312_800.0, text="<b>技改</b>", answer="按12%给"),),
    remarks=((1.0, "请回电"),),
)


class Site:
    """The pages of a deployment, with a subscription notice where one is given."""

    def __init__(self, *, notice_id: str = "", public_url: str = PUBLIC, ticket: bool = True) -> None:
        self.signed: list[str] = []
        self.ticket = ticket
        pages = Pages(
            corpus=the_corpus,
            clock=ManualClock(),
            describe=wording.benefit,
            public_url=public_url,
            notice_id=notice_id,
            sign=self.sign,
        )
        self.app = web.Application()
        self.app.add_routes(pages.routes())
        self.app.add_routes(Mine(opened=self.opened, page=pages.page, missing=pages.missing).routes())

    async def sign(self, url: str) -> dict[str, str] | None:
        """The signature of an address, while there is a ticket."""
        self.signed.append(url)
        return SIGNED if self.ticket else None

    async def opened(self, text: str) -> Dossier | None:
        """What the one good pass opens."""
        return KEPT if text == "good" else None


def allowed(response: ClientResponse) -> str:
    """What a page allows itself."""
    return response.headers["Content-Security-Policy"]


async def test_all_that_is_kept_is_shown(aiohttp_client: Connect) -> None:
    """The page says everything, harmlessly, and leaves no trace on the way."""
    client = await aiohttp_client(Site().app)
    response = await client.get("/mine/good")
    text = await response.text()
    assert response.status == 200
    for words in (
        "技术改造",
        "全部政策",
        "每天",
        "规上",
        "2026-11-22 10:00",
        "&lt;b&gt;技改&lt;/b&gt;",
        "按12%给",
        "请回电",
    ):
        assert words in text
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in response.headers["X-Robots-Tag"]


async def test_it_can_be_kept_as_a_file(aiohttp_client: Connect) -> None:
    """The same as JSON, to be saved and not shown."""
    client = await aiohttp_client(Site().app)
    page = await (await client.get("/mine/good")).text()
    address = re.search(r'href="(/mine/[^"]+)"', page)
    assert address is not None
    response = await client.get(address[1])
    kept = json.loads(await response.text())
    assert kept["person"]["subscriptions"][0]["value"] == "技术改造"
    assert kept["said"][0]["text"] == "<b>技改</b>"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("address", ["/mine/bad", "/mine/bad/data.json"])
async def test_without_a_good_pass_there_is_nothing(aiohttp_client: Connect, address: str) -> None:
    """A pass that is none, or over, gets the page of what there is not, without a word why."""
    response = await (await aiohttp_client(Site().app)).get(address)
    assert response.status == 404
    assert "bad" not in await response.text()


async def test_the_button_inside_wechat(aiohttp_client: Connect) -> None:
    """There the page carries the notice, the signature over its own address, and leave for the script's host alone."""
    site = Site(notice_id="TPL_A")
    client = await aiohttp_client(site.app)
    response = await client.get("/p/q91-1?from=chat", headers=PHONE)
    text = await response.text()
    assert '<wx-open-subscribe template="TPL_A"' in text
    assert 'data-signature="5ea1"' in text
    assert site.signed == [f"{PUBLIC}/p/q91-1?from=chat"]
    rules = dict(rule.split(" ", 1) for rule in allowed(response).split("; "))
    assert rules["script-src"] == "'self' https://res.wx.qq.com"
    assert rules["default-src"] == "'none'"
    assert "unsafe" not in allowed(response)
    assert set(re.findall(r'src="(https://[^"/]+)', text)) == {"https://res.wx.qq.com"}
    assert "User-Agent" in response.headers["Vary"]


@pytest.mark.parametrize(
    ("site", "headers", "address"),
    [
        (Site(notice_id="TPL_A"), {}, "/p/q91-1"),
        (Site(), PHONE, "/p/q91-1"),
        (Site(notice_id="TPL_A", public_url=""), PHONE, "/p/q91-1"),
        (Site(notice_id="TPL_A", ticket=False), PHONE, "/p/q91-1"),
        (Site(notice_id="TPL_A"), PHONE, "/policies"),
    ],
    ids=["another browser", "no notice", "no address", "no ticket", "another page"],
)
async def test_no_button_and_no_script_elsewhere(
    aiohttp_client: Connect, site: Site, headers: dict[str, str], address: str
) -> None:
    """Then no script may run, and a policy's page says what to send in the chat."""
    response = await (await aiohttp_client(site.app)).get(address, headers=headers)
    text = await response.text()
    assert "script-src" not in allowed(response)
    assert "<script" not in text
    assert "wx-open-subscribe" not in text
    if address != "/policies":
        assert "订阅 技术改造" in text
