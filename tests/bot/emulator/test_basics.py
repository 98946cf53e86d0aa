"""Calls about the account itself."""

from __future__ import annotations

import io

import msgspec
import pytest
from aiohttp import FormData

from bot.emulator.phone import Phone

from .conftest import ACCOUNT, PLAIN, Stage, Staging

MENU = {
    "button": [
        {"type": "click", "name": "政策", "key": "POLICIES"},
        {"name": "更多", "sub_button": [{"type": "view", "name": "网页", "url": "https://e.cn/?a=1&b=2"}]},
    ]
}


async def test_both_token_calls_give_a_token(stage: Stage) -> None:
    """Each namespace gives its own token, long, and good for two hours."""
    plain, stable = await stage.caller.ask_token(), await stage.caller.ask_stable()
    assert plain["expires_in"] == stable["expires_in"] == 7200
    assert len(plain["access_token"]) > 128
    for answer in (plain, stable):
        stage.caller.token = answer["access_token"]
        assert "ip_list" in await stage.caller.get("/cgi-bin/getcallbackip")
    assert (await stage.caller.ask_stable())["access_token"] == stable["access_token"]
    assert (await stage.caller.ask_stable(force_refresh=True))["access_token"] != stable["access_token"]


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"secret": "wrong"}, 40125),
        ({"appid": "wx1"}, 40013),
        ({"grant_type": ""}, 40002),
        ({"secret": ""}, 41004),
        ({"appid": ""}, 41002),
    ],
)
async def test_token_calls_check_the_account(stage: Stage, changes: dict[str, str], errcode: int) -> None:
    """Both calls refuse with the same codes."""
    assert (await stage.caller.ask_token(**changes))["errcode"] == errcode
    assert (await stage.caller.ask_stable(**changes))["errcode"] == errcode


async def test_the_address_list_names_the_caller(stage: Stage) -> None:
    """An address that is not listed reads its own number in the refusal."""
    stage.platform.tokens.allowed = frozenset({"10.0.0.1"})
    answer = await stage.caller.ask_stable()
    assert answer["errcode"] == 40164
    assert answer["errmsg"].startswith("invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist rid: ")
    stage.platform.tokens.allowed = None
    stage.platform.faults.set("address", True)
    assert (await stage.caller.ask_token())["errcode"] == 40164
    stage.platform.faults.set("address", False)
    stage.platform.faults.set("frozen", True)
    assert (await stage.caller.ask_token())["errcode"] == 40243
    assert (await stage.caller.ask_stable())["errcode"] == 40243


async def test_tokens_are_counted(staging: Staging) -> None:
    """The two-hundred-and-first token of a test account is 45009."""
    stage = await staging(msgspec.structs.replace(PLAIN, kind="test"))
    for _ in range(200):
        stage.platform.quotas.spend("/cgi-bin/token")
    assert (await stage.caller.ask_token())["errcode"] == 45009


async def test_quotas_are_told_and_cleared(stage: Stage) -> None:
    """A spent call is 45009 until its counter is cleared, by path, by account, or by secret."""
    path = "/cgi-bin/user/get"
    stage.platform.quotas.limit(path, 1)
    clears = (
        ("/cgi-bin/openapi/quota/clear", {"cgi_path": path}),
        ("/cgi-bin/clear_quota", {"appid": ACCOUNT.app_id}),
        ("/cgi-bin/clear_quota/v2", {"appid": ACCOUNT.app_id, "appsecret": ACCOUNT.secret}),
    )
    for call, body in clears:
        assert "errcode" not in await stage.caller.get(path)
        assert (await stage.caller.get(path))["errcode"] == 45009
        quota = (await stage.caller.post("/cgi-bin/openapi/quota/get", {"cgi_path": path}))["quota"]
        assert quota == {"daily_limit": 1, "used": 1, "remain": 0}
        assert (await stage.caller.post(call, body))["errcode"] == 0
    assert "errcode" not in await stage.caller.get(path)


async def test_clearing_checks_who_asks(stage: Stage) -> None:
    """Another app id is 40013, a wrong secret 40125; the query serves as well as the body."""
    assert (await stage.caller.post("/cgi-bin/clear_quota", {"appid": "wx1"}))["errcode"] == 40013
    path = "/cgi-bin/clear_quota/v2"
    assert (await stage.caller.send(path, b"", appid=ACCOUNT.app_id, appsecret="no"))["errcode"] == 40125
    assert (await stage.caller.send(path, b"", appid=ACCOUNT.app_id, appsecret=ACCOUNT.secret))["errcode"] == 0


@pytest.mark.parametrize(
    ("path", "errcode"),
    [("cgi-bin/x", 76003), ("/cgi-bin/x?a=1", 76003), (7, 76003), ("/sns/auth", 76022), ("/cgi-bin/no/such", 76021)],
)
async def test_quota_paths_are_checked(stage: Stage, path: object, errcode: int) -> None:
    """Badly written, forbidden and unknown paths have each a code."""
    for call in ("get", "clear"):
        answer = await stage.caller.post(f"/cgi-bin/openapi/quota/{call}", {"cgi_path": path})
        assert answer["errcode"] == errcode


async def test_the_menu_comes_back_as_created(stage: Stage) -> None:
    """Create, get, show, delete; without a menu `get` is 46003."""
    assert (await stage.caller.get("/cgi-bin/menu/get"))["errcode"] == 46003
    assert (await stage.caller.get("/cgi-bin/get_current_selfmenu_info"))["is_menu_open"] == 0
    assert (await stage.caller.post("/cgi-bin/menu/create", MENU))["errcode"] == 0
    menu = (await stage.caller.get("/cgi-bin/menu/get"))["menu"]
    assert menu["button"] == MENU["button"]
    assert menu["menuid"] > 0
    whole = await stage.caller.get("/cgi-bin/get_current_selfmenu_info")
    assert whole["is_menu_open"] == 1
    assert whole["selfmenu_info"]["button"][1]["sub_button"]["list"][0]["name"] == "网页"
    assert (await stage.caller.get("/cgi-bin/menu/delete"))["errcode"] == 0
    assert (await stage.caller.get("/cgi-bin/menu/get"))["errcode"] == 46003


async def test_a_bad_menu_leaves_the_old_one(stage: Stage) -> None:
    """A refused menu changes nothing, and an escaped & is 40033."""
    await stage.caller.post("/cgi-bin/menu/create", MENU)
    assert (await stage.caller.post("/cgi-bin/menu/create", {"button": []}))["errcode"] == 40016
    escaped = b'{"button":[{"type":"view","name":"a","url":"https://e.cn/?a=1\\u0026b=2"}]}'
    assert (await stage.caller.send("/cgi-bin/menu/create", escaped))["errcode"] == 40033
    assert (await stage.caller.get("/cgi-bin/menu/get"))["menu"]["button"] == MENU["button"]


async def test_small_answers(stage: Stage) -> None:
    """Addresses, auto-replies and the JS ticket are there."""
    assert (await stage.caller.get("/cgi-bin/get_api_domain_ip"))["ip_list"]
    assert (await stage.caller.get("/cgi-bin/get_current_autoreply_info"))["is_autoreply_open"] == 0
    ticket = await stage.caller.get("/cgi-bin/ticket/getticket", type="jsapi")
    assert (ticket["errcode"], ticket["expires_in"]) == (0, 7200)
    assert (await stage.caller.get("/cgi-bin/ticket/getticket", type="x"))["errcode"] == 40035


@pytest.mark.parametrize(
    ("kind", "name", "size", "errcode"),
    [
        ("image", "a.png", 10, 0),
        ("image", "a", 10, 40005),
        ("image", "a.exe", 10, 40005),
        ("file", "a.png", 10, 40004),
        ("thumb", "a.jpg", 65_537, 40006),
        ("voice", "a.amr", 2 * 1024 * 1024 + 1, 40006),
        ("image", "a.png", 0, 44001),
    ],
)
async def test_uploads_are_checked(stage: Stage, kind: str, name: str, size: int, errcode: int) -> None:
    """Type, ending and size have each a code."""
    form = FormData()
    form.add_field("media", io.BytesIO(bytes(size)), filename=name, content_type="application/octet-stream")
    answer = await stage.caller.send("/cgi-bin/media/upload", form, type=kind)
    assert answer.get("errcode", 0) == errcode


async def test_a_thumbnail_has_a_name_of_its_own(stage: Stage) -> None:
    """Its id comes as thumb_media_id."""
    form = FormData()
    form.add_field("media", b"jpg", filename="a.jpg", content_type="image/jpeg")
    answer = await stage.caller.send("/cgi-bin/media/upload", form, type="thumb")
    assert stage.platform.media.need(answer["thumb_media_id"], "thumb").content == b"jpg"


async def test_fetching_media(stage: Stage) -> None:
    """No id is 41006, an unknown one 40007, and a film comes as an address."""
    film = stage.platform.media.put("video", "a.mp4", content=b"1").media_id
    path = "/cgi-bin/media/get"
    assert (await stage.caller.get(path))["errcode"] == 41006
    assert (await stage.caller.get(path, media_id="x"))["errcode"] == 40007
    assert film in (await stage.caller.get(path, media_id=film))["video_url"]


async def test_a_code_is_made_drawn_and_scanned(stage: Stage) -> None:
    """The ticket leads to a picture, and scanning the scene pushes that ticket."""
    body = {"expire_seconds": 600, "action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": "desk-7"}}}
    code = await stage.caller.post("/cgi-bin/qrcode/create", body)
    assert code["expire_seconds"] == 600
    picture = await stage.caller.client.get("/cgi-bin/showqrcode", params={"ticket": code["ticket"]})
    assert picture.content_type == "image/png"
    assert (await picture.read()).startswith(b"\x89PNG")
    phone: Phone = stage.platform.phone()
    await phone.follow("desk-7")
    assert stage.listener.messages[-1].ticket == code["ticket"]
    missing = await stage.caller.client.get("/cgi-bin/showqrcode", params={"ticket": "x"})
    assert missing.status == 404
    assert (await stage.caller.post("/cgi-bin/qrcode/create", {"action_name": "X"}))["errcode"] == 40053
