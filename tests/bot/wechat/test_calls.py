"""The calls of the client: what they ask, what they make of the answers, and which are repeated."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.clock import ManualClock
from bot.errors import Refused, Temporary, WeChatError
from bot.wechat.client import Client, Quota, Template
from tests.bot.wechat.platform import Fault, Platform, calling, finish, refuses, resets, says

HUGE = 3_717_005_636_572_528_642
TEXT = {"touser": "oA", "msgtype": "text", "text": {"content": "您好"}}
DATA = {"touser": "oA", "template_id": "T", "data": {"thing1": {"value": "鼓励技术改造"}}}
PEOPLE = [f"o{number}" for number in range(120)]
Ask = Callable[[Client], Awaitable[object]]

# What is asked, how, with which body or query, what the platform says, and what that means.
CALLS: list[tuple[Ask, str, str, dict[str, Any], dict[str, Any], object]] = [
    (lambda c: c.send_template(DATA), "POST", "/cgi-bin/message/template/send", DATA, {"msgid": HUGE}, str(HUGE)),
    (lambda c: c.send_notice(DATA), "POST", "/cgi-bin/message/subscribe/bizsend", DATA, {"errcode": 0}, ""),
    (lambda c: c.send_notice(DATA), "POST", "/cgi-bin/message/subscribe/bizsend", DATA, {"msgid": HUGE}, str(HUGE)),
    (lambda c: c.send_to_tag(TEXT), "POST", "/cgi-bin/message/mass/sendall", TEXT, {"msg_id": HUGE}, str(HUGE)),
    (lambda c: c.send_to_list(TEXT), "POST", "/cgi-bin/message/mass/send", TEXT, {"msg_id": HUGE}, str(HUGE)),
    (lambda c: c.preview_mass(TEXT), "POST", "/cgi-bin/message/mass/preview", TEXT, {}, None),
    (
        lambda c: c.delete_mass(str(HUGE), 1),
        *("POST", "/cgi-bin/message/mass/delete", {"msg_id": HUGE, "article_idx": 1}, {}, None),
    ),
    (
        lambda c: c.get_mass(str(HUGE)),
        *("POST", "/cgi-bin/message/mass/get", {"msg_id": str(HUGE)}, {"msg_status": "SENDING"}, "SENDING"),
    ),
    (
        lambda c: c.create_tag("技改"),
        *("POST", "/cgi-bin/tags/create", {"tag": {"name": "技改"}}, {"tag": {"id": 100, "name": "技改"}}, 100),
    ),
    (
        lambda c: c.get_tags(),
        *("GET", "/cgi-bin/tags/get", {}, {"tags": [{"id": 2, "name": "星标组", "count": 0}]}, {2: "星标组"}),
    ),
    (lambda c: c.get_tags(), "GET", "/cgi-bin/tags/get", {}, {}, {}),
    (
        lambda c: c.get_tagged(100, "oA"),
        *("POST", "/cgi-bin/user/tag/get", {"tagid": 100, "next_openid": "oA"}),
        *({"count": 2, "data": {"openid": ["oB", "oC"]}, "next_openid": "oC"}, (("oB", "oC"), "oC")),
    ),
    (
        lambda c: c.get_tagged(100),
        *(
            "POST",
            "/cgi-bin/user/tag/get",
            {"tagid": 100, "next_openid": ""},
            {"count": 0, "next_openid": "x"},
            ((), ""),
        ),
    ),
    (
        lambda c: c.tag(100, ["oA"]),
        *("POST", "/cgi-bin/tags/members/batchtagging", {"openid_list": ["oA"], "tagid": 100}, {}, None),
    ),
    (
        lambda c: c.untag(100, ["oA"]),
        *("POST", "/cgi-bin/tags/members/batchuntagging", {"openid_list": ["oA"], "tagid": 100}, {}, None),
    ),
    (
        lambda c: c.get_ticket(),
        *("GET", "/cgi-bin/ticket/getticket", {}, {"ticket": "TICKET", "expires_in": 7200}, ("TICKET", 7200.0)),
    ),
    (
        lambda c: c.get_quota("/cgi-bin/message/custom/send"),
        *("POST", "/cgi-bin/openapi/quota/get", {"cgi_path": "/cgi-bin/message/custom/send"}),
        *({"quota": {"daily_limit": 500_000, "used": 7, "remain": 499_993}}, Quota(limit=500_000, used=7)),
    ),
    (
        lambda c: c.get_notices(),
        *("GET", "/wxaapi/newtmpl/gettemplate", {}),
        {"data": [{"priTmplId": "N", "title": "政策", "content": "政策:{{thing1.DATA}}", "type": 3}]},
        (Template(id="N", title="政策", content="政策:{{thing1.DATA}}", lasting=True),),
    ),
    (
        lambda c: c.get_templates(),
        *("GET", "/cgi-bin/template/get_all_private_template", {}),
        {"template_list": [{"template_id": "T", "title": "政策", "content": "政策:{{thing1.DATA}}"}]},
        (Template(id="T", title="政策", content="政策:{{thing1.DATA}}"),),
    ),
]
REPEATED = {  # calls that a second time changes nothing
    "/cgi-bin/message/mass/delete",
    "/cgi-bin/message/mass/get",
    "/cgi-bin/tags/get",
    "/cgi-bin/user/tag/get",
    "/cgi-bin/tags/members/batchtagging",
    "/cgi-bin/tags/members/batchuntagging",
    "/cgi-bin/ticket/getticket",
    "/cgi-bin/openapi/quota/get",
    "/wxaapi/newtmpl/gettemplate",
    "/cgi-bin/template/get_all_private_template",
}
every = pytest.mark.parametrize(
    ("ask", "method", "path", "body", "answer", "meaning"),
    CALLS,
    ids=lambda value: value if isinstance(value, str) else "",
)


@every
async def test_what_is_asked_and_what_the_answer_means(
    ask: Ask, method: str, path: str, body: dict[str, Any], answer: dict[str, Any], meaning: object
) -> None:
    """One request at the platform's address, in real UTF-8; ids beyond 2^53 come back as the digits they are."""
    platform = Platform(clock=ManualClock(), answers={path: answer})
    async with calling(platform) as (client, _):
        assert await ask(client) == meaning
    (call,) = platform.done
    assert (call.method, call.path) == (method, path)
    if method == "POST":
        assert call.json == body
        assert b"\\u" not in call.body


@every
@pytest.mark.parametrize("fault", [refuses(-1), says(b"", 502), resets], ids=["-1", "502", "reset"])
async def test_what_may_be_repeated_is(
    fault: Fault,
    ask: Ask,
    method: str,
    path: str,
    body: dict[str, Any],
    answer: dict[str, Any],
    meaning: object,
) -> None:
    """A call that changes nothing twice is made again after a second; any other is its caller's to decide."""
    clock = ManualClock()
    platform = Platform(clock=clock, answers={path: answer})
    platform.faults.extend([fault, fault])  # aiohttp asks once more by itself where a GET is reset
    async with calling(platform) as (client, _):
        if path in REPEATED:
            assert await finish(clock, ask(client)) == meaning
            assert platform.calls[-1].time - platform.calls[0].time >= 1.0
            assert len(platform.calls) == 3
        else:
            with pytest.raises(Temporary):
                await ask(client)
            assert len(platform.calls) == 1


@every
async def test_a_rejected_token_is_renewed_once_for_every_call(
    ask: Ask, method: str, path: str, body: dict[str, Any], answer: dict[str, Any], meaning: object
) -> None:
    """And the call made again, at once."""
    platform = Platform(clock=ManualClock(), answers={path: answer})
    platform.faults.append(refuses(42001))
    async with calling(platform) as (client, holder):
        assert await ask(client) == meaning
    assert holder.renewed == ["TOKEN_001"]
    assert len(platform.calls) == 2


@pytest.mark.parametrize("name", ["tag", "untag"])
async def test_many_are_tagged_fifty_at_a_time(name: str) -> None:
    """Everybody once, in the order given; nobody, and nothing is asked."""
    platform = Platform(clock=ManualClock())
    async with calling(platform) as (client, _):
        await getattr(client, name)(100, PEOPLE)
        await getattr(client, name)(100, [])
    lists = [call.json["openid_list"] for call in platform.done]
    assert [len(one) for one in lists] == [50, 50, 20]
    assert [who for one in lists for who in one] == PEOPLE


@pytest.mark.parametrize(
    ("ask", "answer"),
    [
        (lambda c: c.create_tag("a"), {"tag": {"name": "a"}}),
        (lambda c: c.create_tag("a"), {}),
        (lambda c: c.get_tagged(100), {"data": "x"}),
        (lambda c: c.get_tagged(100), {"data": {"openid": "x"}}),
        (lambda c: c.get_ticket(), {"ticket": "T"}),
        (lambda c: c.get_ticket(), {"ticket": "T", "expires_in": "soon"}),
        (lambda c: c.get_quota("/a"), {}),
        (lambda c: c.get_quota("/a"), {"quota": {"daily_limit": "x"}}),
    ],
)
async def test_an_answer_without_what_was_asked_for_is_no_answer(ask: Ask, answer: dict[str, Any]) -> None:
    """It raises what a broken platform raises, not an error of ours."""
    clock = ManualClock()
    paths = (
        *("/cgi-bin/tags/create", "/cgi-bin/user/tag/get", "/cgi-bin/ticket/getticket"),
        "/cgi-bin/openapi/quota/get",
    )
    platform = Platform(clock=clock, answers=dict.fromkeys(paths, answer))
    async with calling(platform) as (client, _):
        with pytest.raises(Temporary):
            await finish(clock, ask(client))


async def test_a_name_that_is_taken_is_refused() -> None:
    """The caller decides what to do about it."""
    platform = Platform(clock=ManualClock())
    platform.faults.append(refuses(45157))
    async with calling(platform) as (client, _):
        with pytest.raises(Refused) as caught:
            await client.create_tag("技改")
    assert isinstance(caught.value, WeChatError)
    assert caught.value.errcode == 45157
