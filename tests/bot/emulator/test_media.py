"""Assets that the platform holds."""

from __future__ import annotations

import pytest

from bot.clock import ManualClock
from bot.emulator.media import KEPT, address, sample_picture
from bot.emulator.refusals import Refusal
from bot.emulator.world import World


async def test_an_asset_lives_three_days(world: World, clock: ManualClock) -> None:
    """It is found by id until then, and only as what it is."""
    asset = world.media.put("image", "a.png", content=b"1")
    assert world.media.need(asset.media_id, "image") is asset
    with pytest.raises(Refusal, match="40007"):
        world.media.need(asset.media_id, "voice")
    await clock.advance(3 * 86_400 - 1)
    assert world.media.find(asset.media_id) is asset
    await clock.advance(1)
    assert world.media.find(asset.media_id) is None


def test_the_oldest_go_first(world: World) -> None:
    """No more than so many are kept."""
    ids = [world.media.put("image", "a.png", content=b"1").media_id for _ in range(KEPT + 1)]
    assert world.media.find(ids[0]) is None
    assert world.media.find(ids[1]) is not None


def test_the_page_knows_where_it_is(world: World) -> None:
    """An asset has an address on the page, and the type its name stands for."""
    asset = world.media.put("voice", "a.AMR", content=b"1")
    assert address(asset.media_id) == f"/emulator/api/media/{asset.media_id}"
    assert asset.content_type == "audio/amr"
    assert world.media.put("image", "a.jpeg", content=b"1").content_type == "image/jpeg"


def test_a_sample_picture_is_a_png() -> None:
    """Who chose no picture sends one all the same."""
    assert sample_picture("oMe").startswith(b"\x89PNG")
