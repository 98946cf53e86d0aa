"""Calls about followers: the list, the person, remarks, tags and the blacklist."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from bot.emulator.calls import OK, Ask, Call, Json
from bot.emulator.followers import Follower
from bot.emulator.refusals import Refusal
from bot.emulator.world import World

BATCH = 100  # people of one info/batchget
TAGGED = 50  # people of one tagging
TAGS = 20  # tags of one person
BLACKLISTED = 20  # people of one blacklisting
REMARK = 30  # characters


def list_followers(world: World, ask: Ask) -> Json:
    """GET user/get."""
    return _page(world, world.followers, ask.query.get("next_openid", ""))


def show_follower(world: World, ask: Ask) -> Json:
    """GET user/info."""
    return _describe(world.followers.need(ask.query.get("openid")))


def show_followers(world: World, ask: Ask) -> Json:
    """POST user/info/batchget."""
    wanted = ask.body.get("user_list")
    if not isinstance(wanted, list) or not 1 <= len(wanted) <= BATCH:
        raise Refusal(40032)
    openids = [item.get("openid") if isinstance(item, dict) else None for item in wanted]
    return {"user_info_list": [_describe(world.followers.need(openid)) for openid in openids]}


def remark(world: World, ask: Ask) -> Json:
    """POST user/info/updateremark."""
    follower, words = world.followers.need(ask.body.get("openid")), ask.body.get("remark")
    if not isinstance(words, str) or len(words) >= REMARK:
        raise Refusal(40035)
    follower.remark = words
    return OK


def create_tag(world: World, ask: Ask) -> Json:
    """POST tags/create."""
    name = _tag(ask.body).get("name")
    return {"tag": {"id": world.tags.create(name), "name": name}}


def list_tags(world: World, ask: Ask) -> Json:
    """GET tags/get."""
    counts = Counter(tag_id for follower in world.followers for tag_id in follower.tags)
    return {"tags": [{"id": i, "name": name, "count": counts[i]} for i, name in world.tags.all().items()]}


def rename_tag(world: World, ask: Ask) -> Json:
    """POST tags/update."""
    tag = _tag(ask.body)
    world.tags.rename(tag.get("id"), tag.get("name"))
    return OK


def delete_tag(world: World, ask: Ask) -> Json:
    """POST tags/delete."""
    tag_id = world.tags.delete(_tag(ask.body).get("id"))
    for follower in world.followers:
        if tag_id in follower.tags:
            follower.tags.remove(tag_id)
    return OK


def list_tagged(world: World, ask: Ask) -> Json:
    """POST user/tag/get."""
    tag_id = world.tags.need(ask.body.get("tagid"))
    tagged = (follower for follower in world.followers if tag_id in follower.tags)
    page = _page(world, tagged, str(ask.body.get("next_openid", "")))
    return {name: value for name, value in page.items() if name != "total"}


def tag(world: World, ask: Ask) -> Json:
    """POST tags/members/batchtagging."""
    tag_id = world.tags.need(ask.body.get("tagid"))
    people = _people(world, ask.body, TAGGED)
    if any(len(follower.tags) >= TAGS and tag_id not in follower.tags for follower in people):
        raise Refusal(45059)
    for follower in people:
        if tag_id not in follower.tags:
            follower.tags.append(tag_id)
    return OK


def untag(world: World, ask: Ask) -> Json:
    """POST tags/members/batchuntagging."""
    tag_id = world.tags.need(ask.body.get("tagid"))
    for follower in _people(world, ask.body, TAGGED):
        if tag_id in follower.tags:
            follower.tags.remove(tag_id)
    return OK


def list_tags_of(world: World, ask: Ask) -> Json:
    """POST tags/getidlist."""
    return {"tagid_list": world.followers.need(ask.body.get("openid")).tags}


def list_blacklist(world: World, ask: Ask) -> Json:
    """POST tags/members/getblacklist."""
    blacklisted = (follower for follower in world.followers.known() if follower.blacklisted)
    return _page(world, blacklisted, str(ask.body.get("begin_openid", "")))


def blacklist(world: World, ask: Ask) -> Json:
    """POST tags/members/batchblacklist."""
    for follower in _people(world, ask.body, BLACKLISTED):
        follower.blacklisted = True
    return OK


def unblacklist(world: World, ask: Ask) -> Json:
    """POST tags/members/batchunblacklist."""
    for follower in _people(world, ask.body, BLACKLISTED):
        follower.blacklisted = False
    return OK


def _page(world: World, people: Iterable[Follower], after: str) -> Json:
    """A page of openids; the last page that holds any names its last openid, the one after it holds no `data`."""
    openids = [follower.openid for follower in people]
    if after and after not in openids:
        raise Refusal(40003)
    start = openids.index(after) + 1 if after else 0
    page = openids[start : start + world.followers.page]
    head = {"total": len(openids), "count": len(page)}
    return head | ({"data": {"openid": page}, "next_openid": page[-1]} if page else {"next_openid": ""})


def _describe(follower: Follower) -> Json:
    if not follower.following:
        return {"subscribe": 0, "openid": follower.openid}
    numbered = follower.scene.isdecimal()
    return {
        "subscribe": 1,
        "openid": follower.openid,
        "language": "zh_CN",
        "subscribe_time": int(follower.since),
        "remark": follower.remark,
        "groupid": follower.tags[0] if follower.tags else 0,
        "tagid_list": follower.tags,
        "subscribe_scene": follower.subscribe_scene,
        "qr_scene": int(follower.scene) if numbered else 0,
        "qr_scene_str": "" if numbered else follower.scene,
    }


def _tag(body: Json) -> dict[str, Any]:
    found = body.get("tag")
    if not isinstance(found, dict):
        raise Refusal(45157)
    return found


def _people(world: World, body: Json, most: int) -> list[Follower]:
    openids = body.get("openid_list")
    if not isinstance(openids, list) or not 1 <= len(openids) <= most:
        raise Refusal(40032)
    return [world.followers.need(openid) for openid in openids]


CALLS = (
    Call(path="/cgi-bin/user/get", work=list_followers, method="GET", ability="users"),
    Call(path="/cgi-bin/user/info", work=show_follower, method="GET", ability="users"),
    Call(path="/cgi-bin/user/info/batchget", work=show_followers, ability="users"),
    Call(path="/cgi-bin/user/info/updateremark", work=remark, ability="users"),
    Call(path="/cgi-bin/tags/create", work=create_tag, ability="users"),
    Call(path="/cgi-bin/tags/get", work=list_tags, method="GET", ability="users"),
    Call(path="/cgi-bin/tags/update", work=rename_tag, ability="users"),
    Call(path="/cgi-bin/tags/delete", work=delete_tag, ability="users"),
    Call(path="/cgi-bin/user/tag/get", work=list_tagged, ability="users"),
    Call(path="/cgi-bin/tags/members/batchtagging", work=tag, ability="users"),
    Call(path="/cgi-bin/tags/members/batchuntagging", work=untag, ability="users"),
    Call(path="/cgi-bin/tags/getidlist", work=list_tags_of, ability="users"),
    Call(path="/cgi-bin/tags/members/getblacklist", work=list_blacklist, ability="users"),
    Call(path="/cgi-bin/tags/members/batchblacklist", work=blacklist, ability="users"),
    Call(path="/cgi-bin/tags/members/batchunblacklist", work=unblacklist, ability="users"),
)
