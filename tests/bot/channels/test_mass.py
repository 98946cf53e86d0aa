"""Mass messages: by tag, by list, and what a list may not be."""

from __future__ import annotations

import pytest

from bot.channels.mass import MOST, Mass
from bot.clock import ManualClock
from bot.errors import Refused, Unreachable
from tests.bot.channels.rows import PUSH, json, row
from tests.bot.wechat.platform import Platform, calling, says

TEXT = {"msgtype": "text", "text": {"content": "您好"}}


@pytest.mark.parametrize("rule", [{"is_to_all": True}, {"is_to_all": False, "tag_id": 100}])
async def test_a_filter_goes_to_the_other_address(rule: dict[str, object], clock: ManualClock) -> None:
    """A tag's followers, or all, need no list."""
    platform = Platform(clock=clock)
    async with calling(platform) as (client, _):
        await Mass(client, PUSH).send(row(json({**TEXT, "filter": rule}), ""))
    (call,) = platform.done
    assert call.path == "/cgi-bin/message/mass/sendall"
    assert call.json["filter"] == rule
    assert "touser" not in call.json


@pytest.mark.parametrize("many", [0, 1, MOST + 1])
async def test_a_list_has_two_receivers_and_ten_thousand_at_most(many: int, clock: ManualClock) -> None:
    """The platform is not asked for what it refuses; who is left alone on a list may be reached another way."""
    platform = Platform(clock=clock)
    async with calling(platform) as (client, _):
        with pytest.raises(Unreachable if many < 2 else Refused, match=f"this one has {many}") as caught:
            await Mass(client, PUSH).send(row(json(TEXT), "", openids=tuple(map(str, range(many)))))
    assert many > 1 or getattr(caught.value, "reason", "") == "few"
    assert platform.calls == []


async def test_a_job_that_was_handed_in_before_is_that_job(clock: ManualClock) -> None:
    """45065 names the first job: the row has it, and is sent."""
    platform = Platform(clock=clock)
    platform.faults.append(says(b'{"errcode": 45065, "errmsg": "clientmsgid exist", "msg_id": 3717005636572528642}'))
    async with calling(platform) as (client, _):
        assert await Mass(client, PUSH).send(row(json(TEXT), "", openids=("oA", "oB"))) == "3717005636572528642"
