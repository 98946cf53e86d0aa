"""The door of the API: what every call must show before anything is done."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import msgspec
import pytest
from aiohttp import ClientConnectionError, FormData
from aiohttp.test_utils import TestClient, TestServer

from bot.emulator.api import CALLS, ESCAPED
from bot.emulator.faults import HANGING
from bot.emulator.platform import Platform

from .conftest import ACCOUNT, PLAIN, Stage, Staging
from .watching import WatchedClock

SEND = "/cgi-bin/message/custom/send"
EVERY = sorted(CALLS)


async def test_errors_are_worded_as_developers_see_them(stage: Stage) -> None:
    """An error has status 200, its code, its words and the id of the call."""
    stage.caller.token = "wrong"
    answer = await stage.caller.get("/cgi-bin/user/get")
    assert answer["errcode"] == 40001
    pattern = r"invalid credential, access_token is invalid or not latest rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}"
    assert re.fullmatch(pattern, answer["errmsg"])


@pytest.mark.parametrize("path", EVERY)
async def test_every_call_wants_its_method(stage: Stage, path: str) -> None:
    """The other method is 43001 or 43002."""
    method, errcode = ("POST", 43001) if CALLS[path].method == "GET" else ("GET", 43002)
    answer = await stage.caller.read(await stage.caller.client.request(method, path))
    assert answer["errcode"] == errcode


@pytest.mark.parametrize("path", [path for path in EVERY if CALLS[path].token])
async def test_every_call_wants_a_token(stage: Stage, path: str) -> None:
    """Without a token all but the token calls are 41001."""
    answer = await stage.caller.read(await stage.caller.client.request(CALLS[path].method, path))
    assert answer["errcode"] == 41001


@pytest.mark.parametrize("path", [path for path in EVERY if CALLS[path].ability != "basic"])
async def test_an_uncertified_account_may_only_answer(staging: Staging, path: str) -> None:
    """Every call beyond the basic ones is 48001 for it."""
    stage = await staging(msgspec.structs.replace(ACCOUNT, certified=False, kind="subscription"))
    query = await stage.caller.query()
    answer = await stage.caller.read(await stage.caller.client.request(CALLS[path].method, path, params=query))
    assert answer["errcode"] == 48001


async def test_a_subscription_account_has_no_templates_and_no_codes(staging: Staging) -> None:
    """What names single followers is for service accounts."""
    stage = await staging(msgspec.structs.replace(ACCOUNT, kind="subscription"))
    for path in (
        "/cgi-bin/message/template/send",
        "/cgi-bin/message/subscribe/bizsend",
        "/cgi-bin/qrcode/create",
        "/cgi-bin/message/mass/send",
    ):
        assert (await stage.caller.post(path, {"a": 1}))["errcode"] == 48001
    assert (await stage.caller.get("/cgi-bin/user/get"))["total"] == 0


async def test_an_unknown_path_is_told(stage: Stage) -> None:
    """What is no call is 40066."""
    assert (await stage.caller.get("/cgi-bin/no/such"))["errcode"] == 40066
    assert (await stage.caller.get("/"))["errcode"] == 40066


@pytest.mark.parametrize(
    ("body", "errcode"),
    [(b"", 44002), (b"  ", 44002), (b"{", 47001), (b"[]", 47001), (b'"x"', 47001), (b"\xff{}", 47001), (b"{}", 40003)],
)
async def test_a_body_must_be_a_json_object(stage: Stage, body: bytes, errcode: int) -> None:
    """Nothing, broken JSON and other values have their codes; an object gets through."""
    assert (await stage.caller.send(SEND, body))["errcode"] == errcode


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        (r'{"a":"\u4f60"}', True),
        (r'{"a":"x\u0026y"}', True),
        (r'{"a":"\\\u4f60"}', True),
        (r'{"a":"\\u4f60"}', False),
        (r'{"a":"\n\t\u0007\u001f"}', False),
        ('{"a":"你&"}', False),
    ],
)
async def test_escaped_characters_are_refused(stage: Stage, text: str, escaped: bool) -> None:
    """A character written as an escape is 40033, unless it must be; the switch turns that off."""
    assert bool(ESCAPED.search(text)) is escaped
    assert ((await stage.caller.send(SEND, text.encode()))["errcode"] == 40033) is escaped
    stage.platform.world.strict = False
    assert (await stage.caller.send(SEND, text.encode()))["errcode"] == 40003


async def test_answers_are_real_utf8(stage: Stage) -> None:
    """Chinese in an answer is not escaped."""
    await stage.caller.post("/cgi-bin/tags/create", {"tag": {"name": "技改"}})
    response = await stage.caller.client.get("/cgi-bin/tags/get", params=await stage.caller.query())
    assert "技改" in await response.text()


async def test_the_log_shows_every_call_and_no_secret(stage: Stage) -> None:
    """Each exchange has its outcome; secrets and tokens are cut."""
    await stage.caller.ask_stable()
    await stage.caller.get("/cgi-bin/menu/get")
    stable, token, menu = stage.platform.wire.exchanges
    assert (stable.direction, stable.what, stable.outcome) == ("api", "/cgi-bin/stable_token", "200 ok")
    assert menu.outcome == "errcode 46003 menu no exist"
    shown = json.dumps([msgspec.to_builtins(exchange) for exchange in stage.platform.wire.exchanges])
    assert ACCOUNT.secret not in shown
    assert stage.caller.token not in shown
    assert token.what == "/cgi-bin/token"


async def test_a_failing_path_fails_so_often(stage: Stage) -> None:
    """`fail` refuses the next calls of one path, and the others go on."""
    await stage.caller.ask_token()
    stage.platform.faults.fail("/cgi-bin/user/get", 45011, calls=2)
    codes = [(await stage.caller.get("/cgi-bin/user/get")).get("errcode") for _ in range(3)]
    assert codes == [45011, 45011, None]


@pytest.mark.parametrize(("name", "errcode"), [("busy", -1), ("pace", 45011), ("limit", 45009)])
async def test_bad_days_hit_every_call(stage: Stage, name: str, errcode: int) -> None:
    """Busy, too fast, and quota spent are answered everywhere while they are on."""
    stage.caller.token = await stage.caller.fetch_token()
    stage.platform.faults.set(name, True)
    assert (await stage.caller.get("/cgi-bin/user/get"))["errcode"] == errcode
    assert (await stage.caller.ask_stable())["errcode"] == errcode
    stage.platform.faults.set(name, False)
    assert "errcode" not in await stage.caller.get("/cgi-bin/user/get")


async def test_an_expired_token_is_replaced_once(stage: Stage) -> None:
    """The switch `token` kills every token at the next call and turns itself off; a new token works."""
    stage.caller.token = await stage.caller.fetch_token()
    stage.platform.faults.set("token", True)
    assert (await stage.caller.get("/cgi-bin/user/get"))["errcode"] == 42001
    assert not stage.platform.faults.is_on("token")
    stage.caller.token = ""
    assert (await stage.caller.get("/cgi-bin/user/get"))["total"] == 0


async def test_a_slow_platform_answers_late(stage: Stage) -> None:
    """The call is carried out at once, its answer comes seconds later."""
    stage.caller.token = await stage.caller.fetch_token()
    stage.platform.faults.set("slow", True)
    asking = asyncio.create_task(stage.caller.post("/cgi-bin/tags/create", {"tag": {"name": "慢"}}))
    await stage.clock.asleep(stage.platform.faults.delay)
    assert "慢" in stage.platform.world.tags.all().values()
    await stage.clock.advance(2.9)
    assert not asking.done()
    await stage.clock.advance(0.1)
    assert (await asking)["tag"]["id"] == 100
    assert stage.platform.wire.exchanges[-1].ms == 3000


@pytest.mark.parametrize(("name", "done"), [("down", False), ("lost", True)])
async def test_a_broken_connection_leaves_the_outcome_unknown(stage: Stage, name: str, done: bool) -> None:
    """The caller sees the same whether the call was carried out or not."""
    query = await stage.caller.query()
    stage.platform.faults.set(name, True)
    with pytest.raises(ClientConnectionError):
        await stage.caller.client.post("/cgi-bin/tags/create", params=query, data=b'{"tag":{"name":"a"}}')
    assert ("a" in stage.platform.world.tags.all().values()) is done


async def test_a_gateway_between_answers_for_a_path(stage: Stage) -> None:
    """With its own status and words; the call is not carried out, and the next one is."""
    query = await stage.caller.query()
    stage.platform.faults.break_down("/cgi-bin/tags/create", 502)
    body = {"tag": {"name": "x"}}
    answer = await stage.caller.client.post("/cgi-bin/tags/create", params=query, json=body)
    assert (answer.status, await answer.text()) == (502, "<html>bad gateway</html>")
    answer = await stage.caller.client.post("/cgi-bin/tags/create", params=query, json=body)
    assert (await answer.json(content_type=None))["tag"]["id"] == 100


async def test_a_hanging_call_is_cut_in_the_end(stage: Stage) -> None:
    """With the switch `timeout` nothing is carried out, and after two minutes the connection breaks."""
    query = await stage.caller.query()
    stage.platform.faults.set("timeout", True)
    path, body = "/cgi-bin/tags/create", b'{"tag":{"name":"a"}}'
    asking: asyncio.Task[Any] = asyncio.ensure_future(stage.caller.client.post(path, params=query, data=body))
    await stage.clock.asleep(HANGING)
    await stage.clock.advance(119)
    assert not asking.done()
    await stage.clock.advance(1)
    with pytest.raises(ClientConnectionError):
        await asking
    assert "a" not in stage.platform.world.tags.all().values()


async def test_hanging_calls_do_not_hold_up_the_end() -> None:
    """Closing the server lets go of calls that would never be answered."""
    clock = WatchedClock()
    platform = Platform(PLAIN, clock=clock)
    platform.faults.set("timeout", True)
    async with TestClient(TestServer(platform.app())) as client:
        asking: asyncio.Task[Any] = asyncio.ensure_future(client.get("/cgi-bin/menu/get"))
        await clock.asleep(HANGING)
    with pytest.raises(ClientConnectionError):
        await asking


async def _upload(stage: Stage, form: FormData | bytes, kind: str = "image") -> int:
    answer = await stage.caller.send("/cgi-bin/media/upload", form, type=kind)
    return int(answer.get("errcode", 0))


async def test_an_upload_needs_the_right_field(stage: Stage) -> None:
    """A file in another field, without a plain ASCII name, or none at all, is 41005."""
    good, other, unnamed, chinese = FormData(), FormData(), FormData(), FormData(quote_fields=False)
    good.add_field("media", b"png", filename="a.png", content_type="image/png")
    other.add_field("file", b"png", filename="a.png", content_type="image/png")
    unnamed.add_field("media", "png")
    chinese.add_field("media", b"png", filename="图.png", content_type="image/png")
    assert await _upload(stage, good) == 0
    assert [await _upload(stage, form) for form in (other, unnamed, chinese, b"png", b"")] == [41005] * 5


async def test_an_upload_is_kept_as_sent(stage: Stage) -> None:
    """What was uploaded can be fetched: the same bytes, type and name."""
    form, content = FormData(), bytes(range(256)) * 1000
    form.add_field("media", content, filename="a.png", content_type="image/png")
    answer = await stage.caller.send("/cgi-bin/media/upload", form, type="image")
    assert answer["type"] == "image"
    query = await stage.caller.query(media_id=answer["media_id"])
    response = await stage.caller.client.get("/cgi-bin/media/get", params=query)
    assert await response.read() == content
    assert response.content_type == "image/png"
    assert 'filename="a.png"' in response.headers["Content-Disposition"]
