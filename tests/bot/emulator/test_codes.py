"""QR codes with a scene."""

from __future__ import annotations

from typing import Any

import pytest

from bot.clock import ManualClock
from bot.emulator.codes import Codes, draw
from bot.emulator.refusals import Refusal
from bot.emulator.world import World


@pytest.fixture
def codes(world: World) -> Codes:
    """The codes of an account."""
    return world.codes


def _body(action: str, scene: Any, **more: Any) -> dict[str, Any]:
    return {"action_name": action, "action_info": {"scene": scene}, **more}


async def test_a_temporary_code_expires(codes: Codes, clock: ManualClock) -> None:
    """It lives as long as asked, thirty seconds without a word."""
    short = str(codes.create(_body("QR_SCENE", {"scene_id": 7}))["ticket"])
    long = str(codes.create(_body("QR_STR_SCENE", {"scene_str": "a"}, expire_seconds=60))["ticket"])
    found = codes.find(short)
    assert found is not None
    assert found.scene == "7"
    await clock.advance(30)
    assert codes.find(short) is None
    assert codes.find(long) is not None
    await clock.advance(30)
    assert codes.find(long) is None


async def test_a_permanent_code_stays(codes: Codes, clock: ManualClock) -> None:
    """It has no time of expiry, and its picture is a PNG."""
    answer = codes.create(_body("QR_LIMIT_STR_SCENE", {"scene_str": "desk-7"}))
    assert set(answer) == {"ticket", "url"}
    await clock.advance(10_000_000)
    code = codes.find(str(answer["ticket"]))
    assert code is not None
    assert draw(code).startswith(b"\x89PNG")
    assert codes.ticket("desk-7") == code.ticket


def test_a_scene_nobody_made_still_has_a_ticket(codes: Codes) -> None:
    """A phone can scan any scene."""
    assert codes.ticket("unheard of").startswith("gQ")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"action_name": "QR_SCENE"},
        {"action_name": "QR_SCENE", "action_info": "x"},
        _body("QR_SCENE", "x"),
        _body("QR_SCENE", {"scene_id": 0}),
        _body("QR_SCENE", {"scene_id": 2**32}),
        _body("QR_SCENE", {"scene_id": "7"}),
        _body("QR_SCENE", {"scene_id": 7}, expire_seconds=2_592_001),
        _body("QR_SCENE", {"scene_id": 7}, expire_seconds="60"),
        _body("QR_STR_SCENE", {"scene_id": 7}),
        _body("QR_STR_SCENE", {"scene_str": ""}),
        _body("QR_STR_SCENE", {"scene_str": "a" * 65}),
        _body("QR_LIMIT_SCENE", {"scene_id": 100_001}),
        _body("QR_CARD", {"scene_id": 1}),
    ],
)
def test_wrong_bodies_are_refused(codes: Codes, body: dict[str, Any]) -> None:
    """Whatever is wrong, the code is 40053."""
    with pytest.raises(Refusal, match="40053"):
        codes.create(body)
