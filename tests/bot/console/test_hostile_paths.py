"""Addresses that nobody's browser asks for, over the whole table and the public pages: a page, never a failure."""

from __future__ import annotations

import re
from typing import Any

import pytest
from structlog.testing import capture_logs
from yarl import URL

from bot.console.routes import ROUTES
from tests.bot.console.client import Office, Visitor

NAMES = (
    "0",
    "-1",
    "9" * 25,
    "%D9%A1",  # a digit, and none of ours
    "%00",
    "%FF%FE",
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e",
    "x%0d%0aSet-Cookie:%20a=b",
    "%F0%9F%A6%89",
    "%3Cx-y%3E",
    "1%27%20OR%201=1--",
    "a" * 2000,
)
PUBLIC = (
    "/p/{}",
    "/static/{}",
    "/mine/{}",
    "/mine/{}/data.json",
    "/policies?q={}&topic={}&page={}",
    "/{}",
    "/wechat?echostr={}",
)
FINE = {200, 303, 302, 400, 403, 404, 405, 409, 422}


async def ask(visitor: Visitor, method: str, path: str, **more: Any) -> tuple[int, dict[str, str], str]:
    """Send an address as it is written."""
    headers = {"X-CSRF-Token": visitor.token, **more.pop("headers", {})}
    url = URL(str(visitor.url).rstrip("/") + path, encoded=True)
    async with visitor.session.request(method, url, headers=headers, allow_redirects=False, **more) as response:
        return response.status, dict(response.headers), (await response.read()).decode(errors="replace")


def refused_well(status: int, headers: dict[str, str], text: str) -> None:
    """It is an answer of ours that leads nowhere else, sets nothing of theirs and tells nothing of the inside."""
    assert status in FINE, status
    assert not re.match(r"//|\\|[a-z]+:", headers.get("Location", ""))
    assert "a=b" not in headers.get("Set-Cookie", "")
    assert "Traceback" not in text
    assert "root:" not in text
    assert "<x-y>" not in text


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_no_name_breaks_a_page(office: Office, method: str) -> None:
    """Every address of the table with every odd name in its gaps, asked by who may do everything."""
    admin = await office.sign_in("admin")
    gaps = [route for route in ROUTES if route.method == method and "{" in route.path]
    assert len(gaps) > 15
    with capture_logs() as logs:
        for route in gaps:
            for name in NAMES:
                try:
                    refused_well(*await ask(admin, method, re.sub(r"\{[^}]+\}", name, route.path)))
                except AssertionError as error:
                    raise AssertionError((route.path, name)) from error
    assert [log for log in logs if log["log_level"] == "error"] == []


async def test_no_query_breaks_a_page(office: Office) -> None:
    """Every page that can be looked at, with odd values for whatever any page reads from its address."""
    admin = await office.sign_in("admin")
    names = (
        "page",
        "about",
        "key",
        "q",
        "first",
        "last",
        "day",
        "kind",
        "sample",
        "state",
        "who",
        "edition",
        "tab",
        "of",
    )
    for route in ROUTES:
        if route.method == "GET" and "{" not in route.path:
            for value in NAMES[:-1]:
                query = "&".join(f"{name}={value}" for name in names)
                try:
                    refused_well(*await ask(admin, "GET", f"{route.path}?{query}"))
                except AssertionError as error:
                    raise AssertionError((route.path, value)) from error


async def test_no_name_breaks_a_public_page(office: Office) -> None:
    """The same of what anybody may ask for."""
    stranger = await office.stranger()
    for path in PUBLIC:
        for name in NAMES:
            try:
                refused_well(*await ask(stranger, "GET", path.replace("{}", name)))
            except AssertionError as error:
                raise AssertionError((path, name)) from error


@pytest.mark.parametrize(
    "path", ["//console", "/console//staff", "/console/../console/staff", "/console/./staff", "/%2fconsole", "/CONSOLE"]
)
async def test_no_way_around_the_door(office: Office, path: str) -> None:
    """However the address is spelled, a stranger finds the door or nothing."""
    stranger = await office.stranger()
    status, headers, text = await ask(stranger, "GET", path)
    assert status in (303, 404)
    assert status == 404 or headers["Location"].startswith("/console/sign-in")
    assert "mallory" not in text


async def test_another_host_is_nobodys(office: Office) -> None:
    """What a request says of the host it is for stands in no link, no redirect and no cookie."""
    stranger, admin = await office.stranger(), await office.sign_in("admin")
    for name in ("Host", "X-Forwarded-Host", "Forwarded", "X-Original-URL"):
        for visitor, path in (
            (stranger, "/console"),
            (admin, "/console/staff/new"),
            (stranger, "/policies"),
            (stranger, "/"),
        ):
            _, headers, text = await ask(visitor, "GET", path, headers={name: "evil.example"})
            assert "evil.example" not in text + str(headers)


async def test_a_session_of_somebody_elses_choice_is_none(office: Office) -> None:
    """A cookie that was planted is not taken for a session, and another is given at the door."""
    stranger = await office.stranger()
    _, headers, _ = await ask(stranger, "GET", "/console", headers={"Cookie": f"huiqi={'A' * 43}"})
    assert headers["Location"].startswith("/console/sign-in")
    assert "A" * 43 not in str(headers)
