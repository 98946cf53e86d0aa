"""What the platform remembers of people, as a value to be kept and put back: who follows, chats, pictures, tags."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec

from bot.emulator.chats import Bubble
from bot.emulator.followers import Follower
from bot.emulator.media import Asset
from bot.emulator.world import World

LARGEST = 256 * 1024  # bytes of an asset that is kept
ASSETS = 50  # of them, the newest


class Memories(msgspec.Struct, frozen=True, kw_only=True):
    """All of it. Calls under way, tokens, and counts of the day are forgotten: a platform that starts has none."""

    followers: list[Follower] = []
    chats: dict[str, list[Bubble]] = {}
    assets: list[Asset] = []
    tags: dict[int, str] = {}


def remember(world: World) -> Memories:
    """What there is now. A push that is under way is over for whoever looks later."""
    small = [asset for asset in world.media.all() if len(asset.content) <= LARGEST]
    return Memories(
        followers=world.followers.known(),
        chats={openid: [_settled(one) for one in chat.bubbles] for openid, chat in world.chats.all().items()},
        assets=small[-ASSETS:],
        tags=world.tags.all(),
    )


def recall(world: World, memories: Memories) -> None:
    """Put it into a platform that nobody has used yet."""
    for follower in memories.followers:
        world.followers.put(follower)
    for openid, bubbles in memories.chats.items():
        world.chats.of(openid).recall(bubbles)
    for asset in memories.assets:
        world.media.keep(asset)
    world.tags.recall(memories.tags)


def counted(kind: Any, value: Any) -> Any:
    """What a file has for a Counter, for whoever reads one."""
    if kind is Counter or getattr(kind, "__origin__", None) is Counter:
        return Counter(value)
    raise NotImplementedError(kind)


def _settled(bubble: Bubble) -> Bubble:
    return msgspec.structs.replace(bubble, pending=False)
