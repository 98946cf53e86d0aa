"""Calls about followers, remarks, tags and the blacklist."""

from __future__ import annotations

import pytest

from .conftest import Stage

LIST = "/cgi-bin/user/get"
TAGGING = "/cgi-bin/tags/members/batchtagging"


async def _follow(stage: Stage, count: int) -> list[str]:
    openids = [f"o{number}" for number in range(count)]
    for openid in openids:
        stage.platform.followers.follow(openid)
    return openids


async def test_followers_come_in_pages(stage: Stage) -> None:
    """Each page names its last openid; the page after the last has no data and no next."""
    openids = await _follow(stage, 5)
    stage.platform.followers.page = 2
    found, after, pages = [], "", 0
    while "data" in (page := await stage.caller.get(LIST, next_openid=after)):
        found += page["data"]["openid"]
        after, pages = page["next_openid"], pages + 1
        assert page["total"] == 5
    assert (found, pages) == (openids, 3)
    assert page == {"total": 5, "count": 0, "next_openid": ""}
    assert (await stage.caller.get(LIST, next_openid="oNobody"))["errcode"] == 40003


async def test_a_follower_is_described_without_name_or_picture(stage: Stage) -> None:
    """What the platform gives: since when, how, tags and remark; no nickname since 2021."""
    await stage.platform.phone("o1").follow("desk-7")
    await stage.platform.phone("o2").follow("77")
    await stage.platform.phone("o3").follow()
    body = {"openid": "o1", "remark": "张先生"}
    assert (await stage.caller.post("/cgi-bin/user/info/updateremark", body))["errcode"] == 0
    info = await stage.caller.get("/cgi-bin/user/info", openid="o1", lang="zh_CN")
    assert info == {
        "subscribe": 1,
        "openid": "o1",
        "language": "zh_CN",
        "subscribe_time": int(stage.clock.time()),
        "remark": "张先生",
        "groupid": 0,
        "tagid_list": [],
        "subscribe_scene": "ADD_SCENE_QR_CODE",
        "qr_scene": 0,
        "qr_scene_str": "desk-7",
    }
    users = [{"openid": "o2"}, {"openid": "o3"}]
    second, third = (await stage.caller.post("/cgi-bin/user/info/batchget", {"user_list": users}))["user_info_list"]
    assert (second["qr_scene"], second["qr_scene_str"]) == (77, "")
    assert third["subscribe_scene"] == "ADD_SCENE_SEARCH"
    await stage.platform.phone("o1").unfollow()
    assert await stage.caller.get("/cgi-bin/user/info", openid="o1") == {"subscribe": 0, "openid": "o1"}


async def test_people_are_checked(stage: Stage) -> None:
    """Strangers are 40003, lists of a wrong size 40032, a long remark 40035."""
    assert (await stage.caller.get("/cgi-bin/user/info", openid="oNobody"))["errcode"] == 40003
    assert (await stage.caller.get("/cgi-bin/user/info"))["errcode"] == 40003
    path = "/cgi-bin/user/info/batchget"
    for users in ([], [{"openid": "o"}] * 101, "o"):
        assert (await stage.caller.post(path, {"user_list": users}))["errcode"] == 40032
    assert (await stage.caller.post(path, {"user_list": ["o"]}))["errcode"] == 40003
    await _follow(stage, 1)
    body = {"openid": "o0", "remark": "长" * 30}
    assert (await stage.caller.post("/cgi-bin/user/info/updateremark", body))["errcode"] == 40035


async def test_tags_live_and_die(stage: Stage) -> None:
    """Create, rename, put on, count, list, take off, delete."""
    openids = await _follow(stage, 3)
    tag = (await stage.caller.post("/cgi-bin/tags/create", {"tag": {"name": "技改"}}))["tag"]
    assert tag == {"id": 100, "name": "技改"}
    body = {"openid_list": openids[:2], "tagid": 100}
    assert (await stage.caller.post("/cgi-bin/tags/update", {"tag": {"id": 100, "name": "设备"}}))["errcode"] == 0
    assert [(await stage.caller.post(TAGGING, body))["errcode"] for _ in range(2)] == [0, 0]
    tags = (await stage.caller.get("/cgi-bin/tags/get"))["tags"]
    assert tags == [{"id": 2, "name": "星标组", "count": 0}, {"id": 100, "name": "设备", "count": 2}]
    tagged = await stage.caller.post("/cgi-bin/user/tag/get", {"tagid": 100, "next_openid": ""})
    assert tagged == {"count": 2, "data": {"openid": openids[:2]}, "next_openid": "o1"}
    assert (await stage.caller.post("/cgi-bin/tags/getidlist", {"openid": "o0"}))["tagid_list"] == [100]
    untag = {"openid_list": ["o0", "o2"], "tagid": 100}
    assert (await stage.caller.post("/cgi-bin/tags/members/batchuntagging", untag))["errcode"] == 0
    assert (await stage.caller.post("/cgi-bin/tags/getidlist", {"openid": "o0"}))["tagid_list"] == []
    assert (await stage.caller.post("/cgi-bin/tags/delete", {"tag": {"id": 100}}))["errcode"] == 0
    assert (await stage.caller.get("/cgi-bin/user/info", openid="o1"))["tagid_list"] == []


async def test_tagging_has_limits(stage: Stage) -> None:
    """Fifty people a call, twenty tags a person, and only tags that exist."""
    openids = await _follow(stage, 51)
    for number in range(21):
        await stage.caller.post("/cgi-bin/tags/create", {"tag": {"name": f"t{number}"}})
    assert (await stage.caller.post(TAGGING, {"openid_list": openids, "tagid": 100}))["errcode"] == 40032
    assert (await stage.caller.post(TAGGING, {"openid_list": ["o0"], "tagid": 999}))["errcode"] == 45159
    assert (await stage.caller.post(TAGGING, {"openid_list": ["oNobody"], "tagid": 100}))["errcode"] == 40003
    answers = [await stage.caller.post(TAGGING, {"openid_list": ["o0"], "tagid": 100 + n}) for n in range(21)]
    assert [answer["errcode"] for answer in answers] == [0] * 20 + [45059]


@pytest.mark.parametrize("body", [{}, {"tag": "技改"}, {"tag": {}}, {"tag": {"name": ""}}, {"tag": {"name": "星标组"}}])
async def test_a_tag_needs_a_new_name(stage: Stage, body: dict[str, object]) -> None:
    """No name, or one that is taken, is 45157."""
    assert (await stage.caller.post("/cgi-bin/tags/create", body))["errcode"] == 45157


async def test_the_blacklist(stage: Stage) -> None:
    """People are put on it twenty at a time, listed, and taken off; leaving does not free them."""
    openids = await _follow(stage, 21)
    base = "/cgi-bin/tags/members"
    assert (await stage.caller.post(f"{base}/batchblacklist", {"openid_list": openids}))["errcode"] == 40032
    assert (await stage.caller.post(f"{base}/batchblacklist", {"openid_list": openids[:2]}))["errcode"] == 0
    stage.platform.followers.leave("o0")
    listed = await stage.caller.post(f"{base}/getblacklist", {"begin_openid": ""})
    assert listed == {"total": 2, "count": 2, "data": {"openid": ["o0", "o1"]}, "next_openid": "o1"}
    assert (await stage.caller.post(f"{base}/batchunblacklist", {"openid_list": ["o0", "o1"]}))["errcode"] == 0
    assert (await stage.caller.post(f"{base}/getblacklist", {"begin_openid": ""}))["total"] == 0
