"""Calls that write to many followers at once."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from bot.emulator.phone import Phone

from .caller import Json
from .conftest import ACCOUNT, Stage, Staging

ALL, LIST = "/cgi-bin/message/mass/sendall", "/cgi-bin/message/mass/send"
TEXT = {"msgtype": "text", "text": {"content": "通知"}}
TO_ALL: Json = {"filter": {"is_to_all": True}, "send_ignore_reprint": 0, **TEXT}


async def _people(stage: Stage, count: int = 3) -> list[Phone]:
    phones = [stage.platform.phone(f"o{number}") for number in range(count)]
    for phone in phones:
        await phone.follow()
    return phones


async def _finish(stage: Stage) -> None:
    await stage.clock.advance(1)
    await stage.platform.jobs.idle()


def _counts(stage: Stage) -> tuple[str, int, int, int, int]:
    report = stage.listener.messages[-1]
    assert report.source == "mphelper"
    return report.status, report.total_count, report.filter_count, report.sent_count, report.error_count


async def test_a_mass_send_reaches_all_and_is_reported(stage: Stage) -> None:
    """It is SENDING until the event with its counts comes; the message is in every chat."""
    phones = await _people(stage)
    answer = await stage.caller.post(ALL, TO_ALL)
    assert answer["errcode"] == 0
    assert answer["msg_id"] > 2**53
    get = "/cgi-bin/message/mass/get"
    assert (await stage.caller.post(get, {"msg_id": answer["msg_id"]}))["msg_status"] == "SENDING"
    await _finish(stage)
    assert (await stage.caller.post(get, {"msg_id": str(answer["msg_id"])}))["msg_status"] == "SEND_SUCCESS"
    assert _counts(stage) == ("send success", 3, 3, 3, 0)
    assert stage.listener.messages[-1].id == answer["msg_id"]
    assert all(phone.bubbles[-1].text == "通知" for phone in phones)


async def test_a_tag_is_an_audience(stage: Stage) -> None:
    """Only followers with the tag get it; a tag that is not there is 40152."""
    phones = await _people(stage)
    tag = (await stage.caller.post("/cgi-bin/tags/create", {"tag": {"name": "技改"}}))["tag"]["id"]
    body = {"openid_list": [phones[0].openid], "tagid": tag}
    await stage.caller.post("/cgi-bin/tags/members/batchtagging", body)
    answer = await stage.caller.post(ALL, {"filter": {"is_to_all": False, "tag_id": tag}, **TEXT})
    assert answer["errcode"] == 0
    await _finish(stage)
    assert _counts(stage) == ("send success", 1, 1, 1, 0)
    assert [phone.bubbles[-1].kind for phone in phones] == ["mass", "system", "system"]
    assert (await stage.caller.post(ALL, {"filter": {"tag_id": 999}, **TEXT}))["errcode"] == 40152
    assert (await stage.caller.post(ALL, TEXT))["errcode"] == 40035


async def test_a_list_has_two_people_at_least(stage: Stage) -> None:
    """One openid is 40130, too many or none 40032, a stranger 40003; naming someone twice sends once."""
    phones = await _people(stage)
    openids = [phone.openid for phone in phones]
    for touser, errcode in ((openids[:1], 40130), ("o0", 40032), (["o"] * 10_001, 40032), (["o0", "o9"], 40003)):
        assert (await stage.caller.post(LIST, {"touser": touser, **TEXT}))["errcode"] == errcode
    assert (await stage.caller.post(LIST, {"touser": openids[:2] * 2, **TEXT}))["errcode"] == 0
    await _finish(stage)
    assert _counts(stage) == ("send success", 2, 2, 2, 0)


async def test_who_cannot_have_it_is_filtered(stage: Stage) -> None:
    """The blacklisted, the blocking and the gone count in the total alone."""
    phones = await _people(stage, 4)
    phones[0].follower.blacklisted = True
    phones[1].follower.blocking = True
    openids = [phone.openid for phone in phones]
    await phones[2].unfollow()
    await stage.caller.post(LIST, {"touser": openids, **TEXT})
    await _finish(stage)
    assert _counts(stage) == ("send success", 4, 1, 1, 0)


async def test_four_a_month_reach_a_follower(stage: Stage) -> None:
    """The fifth send to a list filters everyone; the fifth to all is 45028 at once."""
    phones = await _people(stage)
    openids = [phone.openid for phone in phones]
    for _ in range(5):
        await stage.caller.post(LIST, {"touser": openids, **TEXT})
        await _finish(stage)
    assert _counts(stage) == ("send success", 3, 0, 0, 0)
    codes = [(await stage.caller.post(ALL, TO_ALL))["errcode"] for _ in range(5)]
    assert codes == [0, 0, 0, 0, 45028]
    await _finish(stage)


async def test_a_subscription_account_sends_once_a_day(staging: Staging) -> None:
    """The second send of a day is 45028; tomorrow it goes."""
    stage = await staging(msgspec.structs.replace(ACCOUNT, kind="subscription"))
    await _people(stage)
    assert [(await stage.caller.post(ALL, TO_ALL))["errcode"] for _ in range(2)] == [0, 45028]
    await stage.clock.advance(86_400)
    stage.caller.token = ""
    assert (await stage.caller.post(ALL, TO_ALL))["errcode"] == 0
    await _finish(stage)


async def test_a_client_id_is_sent_once_a_day(stage: Stage) -> None:
    """The second call is 45065 with the first job's id; too long an id is 45067."""
    await _people(stage)
    first = await stage.caller.post(ALL, TO_ALL | {"clientmsgid": "row-1"})
    second = await stage.caller.post(ALL, TO_ALL | {"clientmsgid": "row-1"})
    assert (second["errcode"], second["msg_id"]) == (45065, first["msg_id"])
    assert (await stage.caller.post(ALL, TO_ALL | {"clientmsgid": "x" * 33}))["errcode"] == 45067
    await stage.clock.advance(86_400)
    stage.caller.token = ""
    assert (await stage.caller.post(ALL, TO_ALL | {"clientmsgid": "row-1"}))["errcode"] == 0
    await _finish(stage)


@pytest.mark.parametrize(
    ("status", "counts", "state"),
    [
        ("send fail", (0, 3), "SEND_FAIL"),
        ("err(20001)", (0, 3), "SEND_FAIL"),
        ("send success", (1, 2), "SEND_SUCCESS"),
    ],
)
async def test_a_mass_job_can_fail(stage: Stage, status: str, counts: tuple[int, int], state: str) -> None:
    """A planned status stops the job, a planned number of errors thins it."""
    phones = await _people(stage)
    stage.platform.faults.plan("mass", status)
    stage.platform.faults.plan("mass_errors", "2")
    answer = await stage.caller.post(ALL, TO_ALL)
    await _finish(stage)
    assert _counts(stage) == (status, 3, 3, *counts)
    assert sum(phone.bubbles[-1].kind == "mass" for phone in phones) == counts[0]
    found = await stage.caller.post("/cgi-bin/message/mass/get", {"msg_id": answer["msg_id"]})
    assert found["msg_status"] == state


async def test_a_preview_reaches_one_at_once(stage: Stage) -> None:
    """It goes to a follower's openid; WeChat ids are unknown here."""
    (phone,) = await _people(stage, 1)
    path = "/cgi-bin/message/mass/preview"
    assert (await stage.caller.post(path, {"touser": phone.openid, **TEXT}))["errcode"] == 0
    assert phone.bubbles[-1].text == "通知"
    assert (await stage.caller.post(path, {"towxname": "someone", **TEXT}))["errcode"] == 40132
    await phone.unfollow()
    assert (await stage.caller.post(path, {"touser": phone.openid, **TEXT}))["errcode"] == 43004


async def test_only_films_can_be_withdrawn(stage: Stage) -> None:
    """A sent film dies everywhere; a text is 40065; an unknown job 40059."""
    phones = await _people(stage)
    path, get = "/cgi-bin/message/mass/delete", "/cgi-bin/message/mass/get"
    text = (await stage.caller.post(ALL, TO_ALL))["msg_id"]
    film = stage.platform.media.put("video", "a.mp4", content=b"1").media_id
    body: dict[str, Any] = {"filter": {"is_to_all": True}, "msgtype": "mpvideo", "mpvideo": {"media_id": film}}
    sent = (await stage.caller.post(ALL, body))["msg_id"]
    assert (await stage.caller.post(path, {"msg_id": sent}))["errcode"] == 40065
    await _finish(stage)
    assert (await stage.caller.post(path, {"msg_id": text}))["errcode"] == 40065
    assert (await stage.caller.post(path, {"msg_id": sent}))["errcode"] == 0
    assert (await stage.caller.post(get, {"msg_id": sent}))["msg_status"] == "DELETE"
    assert stage.platform.media.find(film) is None
    assert phones[0].bubbles[-1].kind == "mass"
    for unknown in (1, "x", None):
        assert (await stage.caller.post(get, {"msg_id": unknown}))["errcode"] == 40059


async def test_mass_calls_are_few(stage: Stage) -> None:
    """Both calls share one hundred a day and sixty a minute."""
    await _people(stage, 1)
    codes = [(await stage.caller.post(ALL, {"filter": {}, "x": 1}))["errcode"] for _ in range(61)]
    assert codes == [40152] * 60 + [45011]
    await stage.clock.advance(60)
    codes = [(await stage.caller.post(LIST, {"touser": []}))["errcode"] for _ in range(41)]
    assert codes == [40130] * 40 + [45009]
