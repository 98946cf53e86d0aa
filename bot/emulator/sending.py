"""Calls that write to one follower: customer-service messages, template messages and subscription notices."""

from __future__ import annotations

from bot.emulator.calls import OK, Ask, Call, Json
from bot.emulator.chats import Bubble
from bot.emulator.contents import read_custom
from bot.emulator.followers import Follower
from bot.emulator.refusals import Refusal
from bot.emulator.templates import Template
from bot.emulator.world import World


def send_custom(world: World, ask: Ask) -> Json:
    """POST message/custom/send: inside the window, so many messages."""
    follower = world.followers.need(ask.body.get("touser"))
    bubble = read_custom(world, ask.body)
    _reach(world, follower)
    world.followers.spend(follower.openid)
    world.chats.of(follower.openid).add(bubble)
    world.sent["custom", follower.openid] += 1
    return OK


def show_typing(world: World, ask: Ask) -> Json:
    """POST message/custom/typing."""
    follower = world.followers.need(ask.body.get("touser"))
    command = ask.body.get("command")
    if command not in ("Typing", "CancelTyping"):
        raise Refusal(45072)
    world.followers.type(follower.openid, on=command == "Typing")
    return OK


def send_template(world: World, ask: Ask) -> Json:
    """POST message/template/send: accepted here, reported by TEMPLATESENDJOBFINISH."""
    follower = world.followers.need(ask.body.get("touser"))
    template = world.templates.need(ask.body.get("template_id"), "template")
    bubble = _fill(world, template, ask.body)
    if not follower.following:
        raise Refusal(43004)
    if follower.blacklisted:
        raise Refusal(43019)
    if template.template_id in follower.refused:
        raise Refusal(43101)
    client_id = str(ask.body.get("client_msg_id") or "")
    msgid = world.jobs.sent_before(follower.openid, client_id)
    if msgid is None:
        msgid = world.serials.job_id()
        world.sent["template", follower.openid] += 1
        world.jobs.send_template(follower.openid, msgid, bubble=bubble, client_id=client_id)
    return OK | {"msgid": msgid}


def send_notice(world: World, ask: Ask) -> Json:
    """POST message/subscribe/bizsend: to whoever granted it, followers or not; reported by subscribe_msg_sent_event."""
    follower = world.followers.need(ask.body.get("touser"))
    template = world.templates.need(ask.body.get("template_id"), "notice")
    bubble = _fill(world, template, ask.body)
    world.followers.use_grant(follower.openid, template.template_id)
    world.sent["notice", follower.openid] += 1
    msgid = world.serials.job_id()
    world.jobs.send_notice(follower.openid, msgid, template_id=template.template_id, bubble=bubble)
    return OK


def list_templates(world: World, ask: Ask) -> Json:
    """GET template/get_all_private_template."""
    names = {"primary_industry": "", "deputy_industry": "", "example": ""}
    found = world.templates.of("template")
    return {
        "template_list": [{"template_id": t.template_id, "title": t.title, "content": t.content} | names for t in found]
    }


def list_notices(world: World, ask: Ask) -> Json:
    """GET newtmpl/gettemplate; type 2 is for one send, 3 for many."""
    return OK | {
        "data": [
            {"priTmplId": t.template_id, "title": t.title, "content": t.content, "example": "", "type": 2 + t.long_term}
            for t in world.templates.of("notice")
        ]
    }


def _reach(world: World, follower: Follower) -> None:
    if follower.blacklisted:
        raise Refusal(43019)
    if follower.blocking:
        raise Refusal(48002)


def _fill(world: World, template: Template, body: Json) -> Bubble:
    fields = world.templates.fill(template, body.get("data"))
    url = str(body.get("url") or body.get("page") or "")
    return Bubble(kind=template.kind, title=template.title, fields=fields, url=url)


CALLS = (
    Call(path="/cgi-bin/message/custom/send", work=send_custom, ability="custom"),
    Call(path="/cgi-bin/message/custom/typing", work=show_typing, ability="custom"),
    Call(path="/cgi-bin/message/template/send", work=send_template, ability="template"),
    Call(path="/cgi-bin/message/subscribe/bizsend", work=send_notice, ability="notice"),
    Call(path="/cgi-bin/template/get_all_private_template", work=list_templates, method="GET", ability="template"),
    Call(path="/wxaapi/newtmpl/gettemplate", work=list_notices, method="GET", ability="notice"),
)
