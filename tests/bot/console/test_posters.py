"""QR codes of desks, topics, districts and policies."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
import pytest
from aiohttp.test_utils import TestServer

from bot.clock import ManualClock
from bot.config import Server
from bot.console.posters import draw, inline, places
from bot.console.site import build_site
from bot.emulator.platform import Platform
from bot.errors import Refused
from bot.store.audit import Audit, Search
from bot.store.scenes import Scene
from bot.wechat.client import Template
from tests.bot.console.client import Office, Visitor, office_settings, open_office
from tests.scenarios.stage import ACCOUNT
from tests.small import small_corpus

HERE = "/console/codes"
PUBLIC = "https://huiqi.example.gov.cn"
UNIT = {"kind": "unit", "value": "市工信局投资处"}


@pytest.fixture
async def platform(clock: ManualClock) -> AsyncIterator[Platform]:
    """The platform, at an address."""
    async with Platform(ACCOUNT, clock=clock, seed=1) as opened:
        yield opened


@pytest.fixture
async def published(tmp_path: Path, clock: ManualClock, platform: Platform) -> AsyncIterator[Office]:
    """An office with a public address and an account that may make codes."""
    async with TestServer(platform.app(), shutdown_timeout=0.0) as api:
        config = office_settings(tmp_path)
        wechat = msgspec.structs.replace(config.wechat, api_base_url=str(api.make_url("")).rstrip("/"))
        config = msgspec.structs.replace(config, wechat=wechat)
        async with open_office(config, clock, public_url=PUBLIC.replace("https", "http")) as opened:
            yield opened


@pytest.fixture
async def editor(published: Office) -> Visitor:
    """Somebody who writes."""
    return await published.sign_in("editor")


def test_everything_with_policies_has_a_place() -> None:
    """Units, topics, districts and policies, each with the public page that tells the same."""
    corpus = small_corpus()
    found = {
        kind: [(place.value, place.count, place.holds) for place in places(corpus, kind, {}, PUBLIC)]
        for kind in ("unit", "topic", "district", "policy")
    }
    assert found["unit"][0] == ("市工信局投资处", 2, f"{PUBLIC}/policies?{urlencode({'q': '市工信局投资处'})}")
    assert found["topic"][0] == ("技术改造", 2, f"{PUBLIC}/policies?{urlencode({'topic': '技术改造'})}")
    assert ("崂山区", 1, f"{PUBLIC}/policies?{urlencode({'district': '崂山区'})}") in found["district"]
    assert found["policy"][0] == ("q91-1", 1, f"{PUBLIC}/p/q91-1")


def test_a_code_of_the_platform_comes_first() -> None:
    """Where one was made it is drawn; without one and without a public page there is nothing to draw."""
    scene = Scene(scene="崂山区", url="http://weixin.qq.com/q/1", created=1.0, who="ann")
    (place,) = [p for p in places(small_corpus(), "district", {"崂山区": scene}, PUBLIC) if p.value == "崂山区"]
    assert (place.holds, place.made) == ("http://weixin.qq.com/q/1", True)
    assert {place.holds for place in places(small_corpus(), "policy", {}, "")} == {""}


def test_a_code_is_drawn_crisp() -> None:
    """An SVG without a size of its own, and a PNG of at least 300 dots."""
    assert "viewBox" in inline(PUBLIC)
    assert " width=" not in inline(PUBLIC).partition(">")[0]
    png = draw(PUBLIC, "png")
    assert png.startswith(b"\x89PNG")
    assert int.from_bytes(png[16:20]) >= 300
    assert draw(PUBLIC, "svg").startswith(b"<?xml")


async def test_the_platform_makes_a_code_once(published: Office, editor: Visitor) -> None:
    """It is kept, drawn on the poster, logged, and not made again."""
    before = await editor.get(f"{HERE}?kind=unit")
    assert "生成公众号码" in before.text
    for _ in range(2):
        page = await editor.post(f"{HERE}/make?{urlencode(UNIT)}")
        assert (page.status, page.location.partition("?")[0]) == (303, f"{HERE}/poster")
    assert [act for act in await published.acts() if act.startswith("code")] == ["code.asked", "code.made"]
    poster = await editor.get(f"{HERE}/poster?{urlencode(UNIT)}")
    assert "微信扫一扫，关注后直接用大白话问" in poster.text
    scene = await published.desk.talk.scenes.get(UNIT["value"])
    assert scene
    assert scene.url.startswith("http://weixin.qq.com/q/")


async def test_two_clicks_ask_once(published: Office, editor: Visitor) -> None:
    """The second is told that it is being made; the log has one try."""
    pages = await asyncio.gather(*(editor.post(f"{HERE}/make?{urlencode(UNIT)}") for _ in range(5)))
    assert {page.status for page in pages} == {303}
    acts = [act for act in await published.acts() if act.startswith("code")]
    assert acts == ["code.asked", "code.made"]


class Refusing:
    """An account that makes no code; `known` is what the log had when it was asked."""

    def __init__(self, audit: Audit) -> None:
        self._audit = audit
        self.known: list[str] = []

    async def create_menu(self, buttons: Sequence[Mapping[str, Any]]) -> None:
        """Not asked for here."""

    async def get_menu(self) -> dict[str, Any]:
        """Not asked for here."""
        return {}

    async def get_templates(self) -> Sequence[Template]:
        """Not asked for here."""
        return ()

    async def get_notices(self) -> Sequence[Template]:
        """Not asked for here."""
        return ()

    async def create_qrcode(self, scene: str) -> str:
        """Refuse."""
        self.known = [entry.action for entry in await self._audit.read(Search(action="code."), 9)]
        raise Refused(45029, f"qrcode count out of limit: {scene}")


async def test_a_refusal_is_told_and_may_be_tried_again(office: Office) -> None:
    """The log has the try before the platform is asked, and then why it failed; so has the page."""
    editor, desk, account = await office.sign_in("editor"), office.desk, Refusing(office.audit)
    site = build_site(replace(desk, talk=replace(desk.talk, account=account, has_codes=True)))
    async with office.serving(site) as visitor:
        cookie: SimpleCookie = SimpleCookie({"huiqi": editor.cookie("huiqi")})
        cookie["huiqi"]["path"] = "/console"
        visitor.session.cookie_jar.update_cookies(cookie, visitor.url)
        for tries in (1, 2):
            page = await visitor.post(f"{HERE}/make?{urlencode(UNIT)}", token=editor.token)
            assert account.known == ["code.asked", *["code.failed", "code.asked"] * (tries - 1)]
            assert "微信没有接受" in (await visitor.follow(page)).text
    acts = [act for act in await office.acts() if act.startswith("code")]
    assert acts == ["code.asked", "code.failed"] * 2


async def test_a_poster_says_what_it_is_for(editor: Visitor) -> None:
    """The unit with its phone, the policy with its summary, the code large, files of it to keep."""
    unit = await editor.get(f"{HERE}/poster?{urlencode(UNIT)}")
    assert "市工信局投资处" in unit.text
    assert "电话：85911248" in unit.text
    policy = await editor.get(f"{HERE}/poster?kind=policy&value=q91-2")
    assert "认定为首台套的，给100万元。" in policy.text
    for kind, content_type in (("png", "image/png"), ("svg", "image/svg+xml")):
        (url,) = re.findall(rf'href="({HERE}/image[^"]*format={kind})"', policy.source)
        page = await editor.get(url.replace("&amp;", "&"))
        assert page.headers["Content-Type"].startswith(content_type)
        assert re.fullmatch(r'attachment; filename="[\w.-]+"', page.headers["Content-Disposition"])


@pytest.mark.parametrize("query", ["kind=unit&value=x", "kind=x&value=x", "", f"kind=district&value={quote('崂山')}"])
async def test_what_stands_for_nothing_has_no_code(editor: Visitor, query: str) -> None:
    """Whatever the address names, codes are made of what the corpus has."""
    assert (await editor.get(f"{HERE}/poster?{query}")).status == 404
    assert (await editor.get(f"{HERE}/image?{query}")).status == 404
    assert (await editor.post(f"{HERE}/make?{query}")).status == 404


async def test_without_a_public_address_nothing_is_drawn(office: Office) -> None:
    """The page says why, and a poster leads back."""
    viewer = await office.sign_in("viewer")
    assert "没有公网地址" in (await viewer.get(HERE)).text
    assert (await viewer.get(f"{HERE}/poster?{urlencode(UNIT)}")).status == 303
    assert (await viewer.get(f"{HERE}/image?{urlencode(UNIT)}")).status == 404


async def test_an_account_that_may_not_makes_none(tmp_path: Path, clock: ManualClock) -> None:
    """A subscription account has codes of public pages alone, and never asks the platform."""
    config = office_settings(tmp_path)
    wechat = msgspec.structs.replace(config.wechat, account="subscription", certified=False)
    config = msgspec.structs.replace(config, wechat=wechat, server=Server(public_url="http://x.cn"))
    async with open_office(config, clock) as office:
        editor = await office.sign_in("editor")
        page = await editor.get(HERE)
        assert "不能做带参数的二维码" in page.text
        assert "生成公众号码" not in page.text
        refused = await editor.follow(await editor.post(f"{HERE}/make?{urlencode(UNIT)}"))
        assert "不能做带参数的二维码" in refused.text
        assert await office.desk.talk.scenes.everything() == {}
