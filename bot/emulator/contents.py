"""What a message sent through the API holds: checked as the platform checks it, and as the follower sees it."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from bot.emulator.chats import Bubble
from bot.emulator.media import address
from bot.emulator.refusals import Refusal
from bot.emulator.world import World

Json = dict[str, Any]
TEXT_LIMIT = 2048  # bytes of UTF-8


def read_custom(world: World, body: Json) -> Bubble:
    """A customer-service message; Refusal 40008 and what each kind has of its own."""
    kind = body.get("msgtype")
    reader = CUSTOM.get(kind) if isinstance(kind, str) else None
    if reader is None:
        raise Refusal(40008)
    return reader(world, _branch(body, str(kind)))


def read_mass(world: World, body: Json) -> Bubble:
    """A mass message. `image` has its branch in the plural, except in a preview."""
    kind = body.get("msgtype")
    if kind in ("wxcard", "card"):
        raise Refusal(45113)
    if kind == "text":
        text = _text(world, _branch(body, "text")).text
        return Bubble(kind="mass", text=text)
    if kind == "image":
        images = body.get("images")
        ids = images.get("media_ids") if isinstance(images, dict) else [_branch(body, "image").get("media_id")]
        if not isinstance(ids, list) or not ids:
            raise Refusal(41006)
        assets = [world.media.need(str(media_id), "image") for media_id in ids]
        return Bubble(kind="mass", picture=address(assets[0].media_id))
    if kind in ("voice", "mpvideo"):
        branch = _branch(body, str(kind))
        asset = world.media.need(str(branch.get("media_id")), "voice" if kind == "voice" else "video")
        title, description = str(branch.get("title", "")), str(branch.get("description", ""))
        return Bubble(kind="mass", title=title, description=description, url=address(asset.media_id))
    raise Refusal(40007 if kind == "mpnews" else 40008)  # there are no drafts in the box


def _branch(body: Json, name: str) -> Json:
    branch = body.get(name)
    if not isinstance(branch, dict):
        raise Refusal(44004)
    return branch


def _text(world: World, branch: Json) -> Bubble:
    content = branch.get("content")
    if not isinstance(content, str) or not content:
        raise Refusal(44004)
    if len(content.encode()) > TEXT_LIMIT:
        raise Refusal(45002)
    return Bubble(kind="text", text=content)


def _image(world: World, branch: Json) -> Bubble:
    asset = world.media.need(str(branch.get("media_id")), "image")
    return Bubble(kind="image", picture=address(asset.media_id))


def _voice(world: World, branch: Json) -> Bubble:
    asset = world.media.need(str(branch.get("media_id")), "voice")
    return Bubble(kind="voice", url=address(asset.media_id))


def _video(world: World, branch: Json) -> Bubble:
    asset = world.media.need(str(branch.get("media_id")), "video")
    thumb = _thumb(world, branch)
    title, description = str(branch.get("title", "")), str(branch.get("description", ""))
    return Bubble(kind="video", title=title, description=description, url=address(asset.media_id), picture=thumb)


def _music(world: World, branch: Json) -> Bubble:
    title, description = str(branch.get("title", "")), str(branch.get("description", ""))
    url = str(branch.get("musicurl") or branch.get("hqmusicurl") or "")
    return Bubble(kind="music", title=title, description=description, url=url, picture=_thumb(world, branch))


def _thumb(world: World, branch: Json) -> str:
    media_id = str(branch.get("thumb_media_id"))
    asset = world.media.find(media_id)
    if asset is None or asset.kind not in ("thumb", "image"):
        raise Refusal(40007)
    return address(media_id)


def _news(world: World, branch: Json) -> Bubble:
    articles = branch.get("articles")
    if not isinstance(articles, list) or not articles or not isinstance(articles[0], dict):
        raise Refusal(44003)
    if len(articles) > 1:
        raise Refusal(45008)
    title, description, url, picture = (str(articles[0].get(name, "")) for name in ARTICLE)
    return Bubble(kind="news", title=title, description=description, url=url, picture=picture)


def _menu(world: World, branch: Json) -> Bubble:
    if world.account.is_test:
        raise Refusal(40200)
    items = branch.get("list")
    if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
        raise Refusal(40035)
    lines = [str(branch.get("head_content", "")), *map(_choice, items), str(branch.get("tail_content", ""))]
    return Bubble(kind="text", text="\n".join(line for line in lines if line))


def _choice(item: Json) -> str:
    words, menu_id = str(item.get("content", "")), str(item.get("id", ""))
    href = f"weixin://bizmsgmenu?msgmenucontent={quote(words)}&msgmenuid={quote(menu_id)}"
    return f'<a href="{href}">{html.escape(words)}</a>'


ARTICLE = ("title", "description", "url", "picurl")
CUSTOM: dict[str, Callable[[World, Json], Bubble]] = {
    "text": _text,
    "image": _image,
    "voice": _voice,
    "video": _video,
    "music": _music,
    "news": _news,
    "msgmenu": _menu,
}
