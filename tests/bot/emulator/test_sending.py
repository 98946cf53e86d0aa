"""Calls that write to one follower."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from bot.emulator.phone import Phone

from .caller import Json
from .conftest import PLAIN, Stage, Staging

CUSTOM = "/cgi-bin/message/custom/send"
TYPING = "/cgi-bin/message/custom/typing"
TEMPLATE = "/cgi-bin/message/template/send"
NOTICE = "/cgi-bin/message/subscribe/bizsend"
FIELDS = {"thing1": "政策名称", "amount2": "最高补助"}
DATA = {"thing1": {"value": "技改补贴"}, "amount2": {"value": "500元"}}


@pytest.fixture
async def phone(stage: Stage) -> Phone:
    """A follower who has just said something."""
    stage.platform.add_template("T", FIELDS, title="政策提醒")
    stage.platform.add_template("N", FIELDS, kind="notice", title="到期提醒")
    phone = stage.platform.phone()
    await phone.follow()
    await stage.clock.advance(61)
    await phone.say("hi")
    return phone


async def _say(stage: Stage, phone: Phone, content: str = "您好") -> Json:
    body = {"touser": phone.openid, "msgtype": "text", "text": {"content": content}}
    return await stage.caller.post(CUSTOM, body)


def _template(phone: Phone, **more: Any) -> Json:
    return {"touser": phone.openid, "template_id": "T", "url": "https://e.cn", "data": DATA} | more


async def test_a_custom_message_arrives_in_the_chat(stage: Stage, phone: Phone) -> None:
    """Words, links and Chinese stand in the chat as they were sent, and one of five is used."""
    answer = await _say(stage, phone, '您好 <a href="https://e.cn">看</a>')
    assert answer == {"errcode": 0, "errmsg": "ok"}
    assert phone.bubbles[-1].text == '您好 <a href="https://e.cn">看</a>'
    assert phone.window.left == 4


async def test_five_and_no_more(stage: Stage, phone: Phone) -> None:
    """The sixth message after a follower's word is 45047, and does not arrive."""
    assert [(await _say(stage, phone))["errcode"] for _ in range(6)] == [0, 0, 0, 0, 0, 45047]
    assert sum(bubble.text == "您好" for bubble in phone.bubbles) == 5


async def test_nothing_after_two_days(stage: Stage, phone: Phone) -> None:
    """With the window closed the code is 45015, in the platform's words."""
    await stage.clock.advance(172_800)
    stage.caller.token = ""
    answer = await _say(stage, phone)
    assert answer["errcode"] == 45015
    assert answer["errmsg"].startswith("response out of time limit or subscription is canceled rid: ")


async def test_a_click_opens_three(stage: Stage, phone: Phone) -> None:
    """After the window has closed, a menu click gives three messages for a minute."""
    await stage.clock.advance(172_800)
    stage.caller.token = ""
    await phone.click("K")
    assert [(await _say(stage, phone))["errcode"] for _ in range(4)] == [0, 0, 0, 45047]
    await stage.clock.advance(60)
    assert (await _say(stage, phone))["errcode"] == 45015


async def test_who_left_or_blocks_is_not_reached(stage: Stage, phone: Phone) -> None:
    """Gone is 45015, blacklisted 43019, switched off 48002, never seen 40003."""
    phone.follower.blacklisted = True
    assert (await _say(stage, phone))["errcode"] == 43019
    phone.follower.blacklisted, phone.follower.blocking = False, True
    assert (await _say(stage, phone))["errcode"] == 48002
    await phone.unfollow()
    assert (await _say(stage, phone))["errcode"] == 45015
    assert (await stage.caller.post(CUSTOM, {"touser": "oNobody"}))["errcode"] == 40003


@pytest.mark.parametrize(("name", "errcode"), [("window", 45015), ("quota", 45047), ("left", 45015)])
async def test_windows_can_be_switched_off(stage: Stage, phone: Phone, name: str, errcode: int) -> None:
    """The switches close the window without touching it."""
    stage.platform.faults.set(name, True)
    assert (await _say(stage, phone))["errcode"] == errcode
    stage.platform.faults.set(name, False)
    assert phone.window.left == 5


async def test_typing(stage: Stage, phone: Phone) -> None:
    """The mark shows once in fifteen seconds; a wrong command and long silence have codes."""
    body = {"touser": phone.openid, "command": "Typing"}
    assert (await stage.caller.post(TYPING, body))["errcode"] == 0
    assert (await stage.caller.post(TYPING, body))["errcode"] == 45081
    assert (await stage.caller.post(TYPING, body | {"command": "CancelTyping"}))["errcode"] == 0
    assert (await stage.caller.post(TYPING, body | {"command": "Shout"}))["errcode"] == 45072
    await stage.clock.advance(31)
    assert (await stage.caller.post(TYPING, body))["errcode"] == 45080


async def test_a_template_message_is_delivered_and_reported(stage: Stage, phone: Phone) -> None:
    """The call returns an id beyond 2^53; a second later the card is there and the event with that id."""
    answer = await stage.caller.post(TEMPLATE, _template(phone))
    assert answer["errcode"] == 0
    assert answer["msgid"] > 2**53
    assert phone.bubbles[-1].kind == "text"
    await stage.clock.advance(1)
    await stage.platform.jobs.idle()
    card = phone.bubbles[-1]
    assert (card.kind, card.title, card.url) == ("template", "政策提醒", "https://e.cn")
    assert [(field.label, field.value) for field in card.fields] == [("政策名称", "技改补贴"), ("最高补助", "500元")]
    report = stage.listener.messages[-1]
    assert (report.event, report.id, report.status) == ("templatesendjobfinish", answer["msgid"], "success")
    assert report.source == phone.openid


async def test_a_template_job_can_fail(stage: Stage, phone: Phone) -> None:
    """Who switched messages off gets no card and a report of the block; other failures can be planned."""
    stage.platform.faults.plan("template", "failed: system failed")
    await stage.caller.post(TEMPLATE, _template(phone))
    await stage.clock.advance(1)
    await stage.platform.jobs.idle()
    assert stage.listener.messages[-1].status == "failed: system failed"
    phone.follower.blocking = True
    await stage.caller.post(TEMPLATE, _template(phone))
    await stage.clock.advance(1)
    await stage.platform.jobs.idle()
    assert stage.listener.messages[-1].status == "failed:user block"
    assert phone.bubbles[-1].kind == "text"


async def test_a_client_id_is_sent_once_in_ten_minutes(stage: Stage, phone: Phone) -> None:
    """The same client_msg_id returns the same msgid and sends nothing, until ten minutes are over."""
    body = _template(phone, client_msg_id="row-1")
    first, second = await stage.caller.post(TEMPLATE, body), await stage.caller.post(TEMPLATE, body)
    assert first == second
    await stage.clock.advance(600)
    third = await stage.caller.post(TEMPLATE, body)
    assert third["msgid"] != first["msgid"]
    await stage.clock.advance(1)
    await stage.platform.jobs.idle()
    assert sum(bubble.kind == "template" for bubble in phone.bubbles) == 2


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"touser": "oNobody"}, 40003),
        ({"template_id": "X"}, 40037),
        ({"template_id": "N"}, 40037),
        ({"data": {}}, 47003),
        ({"data": {**DATA, "thing1": {"value": "技" * 21}}}, 47003),
    ],
)
async def test_template_messages_are_checked(stage: Stage, phone: Phone, changes: dict[str, Any], errcode: int) -> None:
    """Receiver, template and every field have to fit."""
    assert (await stage.caller.post(TEMPLATE, _template(phone) | changes))["errcode"] == errcode


async def test_templates_do_not_reach_everyone(stage: Stage, phone: Phone) -> None:
    """A refused template is 43101, a blacklisted receiver 43019, one who left 43004."""
    await phone.refuse("T")
    assert (await stage.caller.post(TEMPLATE, _template(phone)))["errcode"] == 43101
    phone.follower.refused.clear()
    phone.follower.blacklisted = True
    assert (await stage.caller.post(TEMPLATE, _template(phone)))["errcode"] == 43019
    await phone.unfollow()
    assert (await stage.caller.post(TEMPLATE, _template(phone)))["errcode"] == 43004


async def test_a_notice_needs_a_grant_for_each_send(stage: Stage, phone: Phone) -> None:
    """One acceptance, one notice; the next is 43101. It is reported with its id, and arrives also after leaving."""
    body = {"touser": phone.openid, "template_id": "N", "page": "https://e.cn", "data": DATA}
    assert (await stage.caller.post(NOTICE, body))["errcode"] == 43101
    await phone.unfollow()
    await phone.answer_notice("N")
    assert (await stage.caller.post(NOTICE, body))["errcode"] == 0
    assert (await stage.caller.post(NOTICE, body))["errcode"] == 43101
    await stage.clock.advance(1)
    await stage.platform.jobs.idle()
    assert (phone.bubbles[-1].kind, phone.bubbles[-1].url) == ("notice", "https://e.cn")
    assert "<Event><![CDATA[subscribe_msg_sent_event]]></Event>" in stage.listener.xml[-1]
    assert "<ErrorStatus><![CDATA[success]]></ErrorStatus>" in stage.listener.xml[-1]


async def test_a_notice_can_fail_later(stage: Stage, phone: Phone) -> None:
    """A planned error code comes in the event, and no card."""
    await phone.answer_notice("N")
    stage.platform.faults.plan("notice", "1")
    await stage.caller.post(NOTICE, {"touser": phone.openid, "template_id": "N", "data": DATA})
    await stage.clock.advance(1)
    await stage.platform.jobs.idle()
    assert "<ErrorCode>1</ErrorCode>" in stage.listener.xml[-1]
    assert phone.bubbles[-1].kind == "text"


async def test_templates_are_listed_by_kind(stage: Stage, phone: Phone) -> None:
    """Each kind has its own list, with the text that names the keys."""
    (template,) = (await stage.caller.get("/cgi-bin/template/get_all_private_template"))["template_list"]
    assert template["template_id"] == "T"
    assert template["content"] == "政策名称:{{thing1.DATA}}\n最高补助:{{amount2.DATA}}\n"
    (notice,) = (await stage.caller.get("/wxaapi/newtmpl/gettemplate"))["data"]
    assert (notice["priTmplId"], notice["type"]) == ("N", 2)


async def test_the_sandbox_has_no_menu_message(staging: Staging) -> None:
    """A test account gets 40200 for msgmenu."""
    stage = await staging(msgspec.structs.replace(PLAIN, kind="test"))
    phone = stage.platform.phone()
    await phone.follow()
    menu = {"head_content": "?", "list": [{"id": "1", "content": "是"}]}
    answer = await stage.caller.post(CUSTOM, {"touser": phone.openid, "msgtype": "msgmenu", "msgmenu": menu})
    assert answer["errcode"] == 40200
