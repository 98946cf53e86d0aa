"""Everything the platform remembers."""

from __future__ import annotations

import msgspec

from bot.clock import ManualClock
from bot.emulator.chats import Bubble
from bot.emulator.world import World

from .conftest import ACCOUNT


def test_an_account_has_a_name(world: World, clock: ManualClock) -> None:
    """Its own, or the platform's for an account without one."""
    assert world.name == "企业服务号"
    assert World(msgspec.structs.replace(ACCOUNT, name="惠企"), clock).name == "惠企"


def test_reset_forgets_people_and_keeps_the_account(world: World) -> None:
    """Followers, chats, faults and the log go; tokens, menu and media stay."""
    world.followers.follow("o")
    world.chats.of("o").add(Bubble())
    world.faults.set("busy", True)
    world.wire.note("api", "/x", started=0, outcome="200", request="", reply="")
    token = str(world.tokens.fetch()["access_token"])
    media_id = world.media.put("image", "a.png", content=b"1").media_id
    world.reset()
    assert (list(world.followers), len(world.chats.of("o").bubbles), len(world.wire.exchanges)) == ([], 0, 0)
    assert not world.faults.is_on("busy")
    world.tokens.check(token)
    assert world.media.find(media_id) is not None
