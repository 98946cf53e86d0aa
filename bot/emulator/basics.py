"""Calls about the account itself: tokens, quotas, addresses, the JS-SDK ticket, menu, files and QR codes."""

from __future__ import annotations

from typing import Any

from bot.emulator.calls import OK, Ask, Blob, Call, Json
from bot.emulator.codes import draw
from bot.emulator.refusals import Refusal
from bot.emulator.world import World

API_ADDRESSES = ["101.226.212.27", "180.163.9.102"]
PUSH_ADDRESSES = ["101.226.103.0/25", "127.0.0.1"]


def fetch_token(world: World, ask: Ask) -> Json:
    """GET token."""
    _admit(world, ask, ask.query)
    return world.tokens.fetch()


def fetch_stable_token(world: World, ask: Ask) -> Json:
    """POST stable_token."""
    _admit(world, ask, ask.body)
    return world.tokens.fetch_stable(force=ask.body.get("force_refresh") is True)


def _admit(world: World, ask: Ask, given: Any) -> None:
    grant_type, app_id, secret = (given.get(name) for name in ("grant_type", "appid", "secret"))
    world.tokens.admit(grant_type=grant_type, app_id=app_id, secret=secret, address=ask.address)
    if world.faults.is_on("address"):
        raise world.tokens.stranger(ask.address)


def clear_quota(world: World, ask: Ask) -> Json:
    """POST clear_quota."""
    if ask.body.get("appid") != world.account.app_id:
        raise Refusal(40013)
    world.quotas.clear()
    return OK


def clear_quota_by_secret(world: World, ask: Ask) -> Json:
    """POST clear_quota/v2: app id and secret in the body or the query instead of a token."""
    given = {**ask.query, **ask.body}
    world.tokens.identify(given.get("appid"), given.get("appsecret"))
    world.quotas.clear()
    return OK


def report_quota(world: World, ask: Ask) -> Json:
    """POST openapi/quota/get."""
    return OK | {"quota": world.quotas.report(_quota_path(ask.body.get("cgi_path")))}


def clear_path_quota(world: World, ask: Ask) -> Json:
    """POST openapi/quota/clear."""
    world.quotas.clear_path(_quota_path(ask.body.get("cgi_path")))
    return OK


def _quota_path(path: object) -> str:
    if not isinstance(path, str) or not path.startswith("/") or "?" in path:
        raise Refusal(76003)
    if path.startswith("/sns/"):
        raise Refusal(76022)
    return path


def fetch_ticket(world: World, ask: Ask) -> Json:
    """GET ticket/getticket."""
    if ask.query.get("type") != "jsapi":
        raise Refusal(40035)
    return OK | world.tokens.ticket()


def create_menu(world: World, ask: Ask) -> Json:
    """POST menu/create."""
    world.menu.create(ask.body.get("button"), world.serials.message_id() % 10**9)
    world.feed.publish({"type": "state"})
    return OK


def show_menu(world: World, ask: Ask) -> Json:
    """GET menu/get."""
    if not world.menu.buttons:
        raise Refusal(46003)
    return {"menu": {"button": world.menu.buttons, "menuid": world.menu.menu_id}}


def delete_menu(world: World, ask: Ask) -> Json:
    """GET menu/delete."""
    world.menu.delete()
    world.feed.publish({"type": "state"})
    return OK


def show_whole_menu(world: World, ask: Ask) -> Json:
    """GET get_current_selfmenu_info, which nests its lists differently."""
    buttons = [
        {"name": button["name"], "sub_button": {"list": button["sub_button"]}} if button.get("sub_button") else button
        for button in world.menu.buttons or world.console.buttons
    ]
    return {"is_menu_open": int(bool(buttons)), "selfmenu_info": {"button": buttons}}


def show_autoreply(world: World, ask: Ask) -> Json:
    """GET get_current_autoreply_info: what was set on the platform's console."""
    return world.console.replies()


def check_server(world: World, ask: Ask) -> Json:
    """POST callback/check."""
    if ask.body.get("action") not in ("all", "dns", "ping"):
        raise Refusal(40035)
    return world.console.check()


def list_seats(world: World, ask: Ask) -> Json:
    """GET customservice/getkflist."""
    if not world.console.has_seats:
        raise Refusal(65400)
    listed = [{"kf_account": name, "kf_nick": name, "kf_id": str(n)} for n, name in enumerate(world.console.seats, 1)]
    return {"kf_list": listed}


def upload_media(world: World, ask: Ask) -> Json:
    """POST media/upload."""
    if ask.upload is None:
        raise Refusal(41005)
    kind = ask.query.get("type", "")
    asset = world.media.upload(kind, ask.upload.name, content=ask.upload.content)
    name = "thumb_media_id" if kind == "thumb" else "media_id"
    return {"type": kind, name: asset.media_id, "created_at": int(world.clock.time())}


def fetch_media(world: World, ask: Ask) -> Json | Blob:
    """GET media/get: the bytes, or the address of a film."""
    media_id = ask.query.get("media_id", "")
    if not media_id:
        raise Refusal(41006)
    asset = world.media.find(media_id)
    if asset is None:
        raise Refusal(40007)
    if asset.kind == "video":
        return {"video_url": f"http://video.example.com/{media_id}"}
    return Blob(content=asset.content, content_type=asset.content_type, name=asset.name)


def create_code(world: World, ask: Ask) -> Json:
    """POST qrcode/create."""
    return world.codes.create(ask.body)


def show_code(world: World, ask: Ask) -> Json | Blob:
    """GET showqrcode, without a token; the platform keeps it on another host."""
    code = world.codes.find(ask.query.get("ticket", ""))
    if code is None:
        return Blob(content=b"", content_type="text/plain", status=404)
    return Blob(content=draw(code), content_type="image/png")


CALLS = (
    Call(path="/cgi-bin/token", work=fetch_token, method="GET", token=False),
    Call(path="/cgi-bin/stable_token", work=fetch_stable_token, token=False),
    Call(path="/cgi-bin/clear_quota", work=clear_quota),
    Call(path="/cgi-bin/clear_quota/v2", work=clear_quota_by_secret, token=False, bodiless=True),
    Call(path="/cgi-bin/openapi/quota/get", work=report_quota),
    Call(path="/cgi-bin/openapi/quota/clear", work=clear_path_quota),
    Call(path="/cgi-bin/get_api_domain_ip", work=lambda world, ask: {"ip_list": API_ADDRESSES}, method="GET"),
    Call(path="/cgi-bin/getcallbackip", work=lambda world, ask: {"ip_list": PUSH_ADDRESSES}, method="GET"),
    Call(path="/cgi-bin/ticket/getticket", work=fetch_ticket, method="GET"),
    Call(path="/cgi-bin/menu/create", work=create_menu, ability="menu"),
    Call(path="/cgi-bin/menu/get", work=show_menu, method="GET", ability="menu"),
    Call(path="/cgi-bin/menu/delete", work=delete_menu, method="GET", ability="menu"),
    Call(path="/cgi-bin/get_current_selfmenu_info", work=show_whole_menu, method="GET"),
    Call(path="/cgi-bin/get_current_autoreply_info", work=show_autoreply, method="GET"),
    Call(path="/cgi-bin/callback/check", work=check_server),
    Call(path="/cgi-bin/customservice/getkflist", work=list_seats, method="GET", ability="custom"),
    Call(path="/cgi-bin/media/upload", work=upload_media, ability="media", upload=True),
    Call(path="/cgi-bin/media/get", work=fetch_media, method="GET", ability="media"),
    Call(path="/cgi-bin/qrcode/create", work=create_code, ability="codes"),
    Call(path="/cgi-bin/showqrcode", work=show_code, method="GET", token=False),
)
