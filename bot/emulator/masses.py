"""Calls that write to many followers at once, and ask or withdraw afterwards."""

from __future__ import annotations

from datetime import datetime

from bot.clock import SHANGHAI, now
from bot.emulator.calls import OK, Ask, Call, Json
from bot.emulator.contents import read_mass
from bot.emulator.jobs import MassJob
from bot.emulator.refusals import Refusal
from bot.emulator.world import World

MOST = 10_000  # openids of one list
AGAIN = 86_400  # seconds in which a clientmsgid is sent once
CLIENT_ID = 32  # bytes
TO_ALL_A_MONTH = 4  # sends of a service account


def send_by_tag(world: World, ask: Ask) -> Json:
    """POST message/mass/sendall."""
    rule = ask.body.get("filter")
    if not isinstance(rule, dict):
        raise Refusal(40035)
    to_all = rule.get("is_to_all") is True
    tag_id = None if to_all else world.tags.need(rule.get("tag_id"), 40152)
    audience = tuple(f.openid for f in world.followers if to_all or tag_id in f.tags)
    return _send(world, ask.body, audience=audience, to_all=to_all)


def send_by_list(world: World, ask: Ask) -> Json:
    """POST message/mass/send."""
    openids = ask.body.get("touser")
    if not isinstance(openids, list) or len(openids) > MOST:
        raise Refusal(40032)
    if len(openids) < 2:
        raise Refusal(40130)
    audience = tuple(dict.fromkeys(world.followers.need(openid).openid for openid in openids))
    return _send(world, ask.body, audience=audience, to_all=False)


def preview(world: World, ask: Ask) -> Json:
    """POST message/mass/preview: to one follower, at once."""
    if ask.body.get("towxname"):
        raise Refusal(40132)  # nobody in the box has a WeChat id
    follower = world.followers.need(ask.body.get("touser"))
    bubble = read_mass(world, ask.body)
    if not follower.following:
        raise Refusal(43004)
    world.chats.of(follower.openid).add(bubble)
    return OK | {"msg_id": world.serials.job_id()}


def show(world: World, ask: Ask) -> Json:
    """POST message/mass/get."""
    job = _find(world, ask.body)
    return {"msg_id": job.msg_id, "msg_status": job.status}


def delete(world: World, ask: Ask) -> Json:
    """POST message/mass/delete: cards stay in the chats and open nothing. Of what is sent here only films can go."""
    job = _find(world, ask.body)
    if job.status != "SEND_SUCCESS" or not job.film:
        raise Refusal(40065)
    job.status = "DELETE"
    world.media.drop(job.film)
    return OK


def _find(world: World, body: Json) -> MassJob:
    try:
        job = world.jobs.masses.get(int(body.get("msg_id", 0)))
    except (TypeError, ValueError):
        job = None
    if job is None:
        raise Refusal(40059)
    return job


def _send(world: World, body: Json, *, audience: tuple[str, ...], to_all: bool) -> Json:
    client_id = body.get("clientmsgid") or ""
    if not isinstance(client_id, str) or len(client_id.encode()) > CLIENT_ID:
        raise Refusal(45067)
    bubble = read_mass(world, body)
    moment = world.clock.time()
    jobs = world.jobs.masses.values()
    before = next((j for j in jobs if client_id and j.client_id == client_id and moment - j.created < AGAIN), None)
    if before:
        raise Refusal(45065, msg_id=before.msg_id)
    _check_allowance(world, to_all=to_all)
    job = MassJob(
        msg_id=world.serials.job_id(),
        audience=audience,
        bubble=bubble,
        created=moment,
        client_id=client_id,
        to_all=to_all,
        film=body["mpvideo"]["media_id"] if body["msgtype"] == "mpvideo" else "",
    )
    world.jobs.send_mass(job, monthly=world.account.kind == "service")
    return {"errcode": 0, "errmsg": "send job submission success", "msg_id": job.msg_id}


def _check_allowance(world: World, *, to_all: bool) -> None:
    """A subscription account has one send a day, a service account four to all a month (45028)."""
    daily = world.account.kind == "subscription"
    if not daily and not to_all:
        return
    form, most = ("%Y-%m-%d", 1) if daily else ("%Y-%m", TO_ALL_A_MONTH)
    period = now(world.clock).strftime(form)
    counted = (job for job in world.jobs.masses.values() if (daily or job.to_all) and job.status != "SEND_FAIL")
    spent = sum(datetime.fromtimestamp(job.created, SHANGHAI).strftime(form) == period for job in counted)
    if spent >= most:
        raise Refusal(45028)


CALLS = (
    Call(path="/cgi-bin/message/mass/sendall", work=send_by_tag, ability="mass"),
    Call(path="/cgi-bin/message/mass/send", work=send_by_list, ability="mass_list"),
    Call(path="/cgi-bin/message/mass/preview", work=preview, ability="mass"),
    Call(path="/cgi-bin/message/mass/get", work=show, ability="mass"),
    Call(path="/cgi-bin/message/mass/delete", work=delete, ability="mass"),
)
