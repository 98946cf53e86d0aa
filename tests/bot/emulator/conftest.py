"""One emulated account with a server and an API caller, for every test here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import NamedTuple

import msgspec
import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.emulator.account import Account
from bot.emulator.platform import Platform
from bot.emulator.world import World

from .caller import Caller
from .listener import Listener
from .watching import WatchedClock

ACCOUNT = Account(
    app_id="wx0123456789abcdef",
    secret="0123456789abcdef0123456789abcdef",
    token="pamplemousse",
    original_id="gh_0a1b2c3d4e5f",
    aes_key="0123456789abcdefghijklmnopqrstuvwxyzABCDEFG",
)
PLAIN = msgspec.structs.replace(ACCOUNT, mode="plain", aes_key="")


class Stage(NamedTuple):
    """Everything of one play."""

    platform: Platform
    listener: Listener
    caller: Caller
    clock: WatchedClock


Staging = Callable[[Account], Awaitable[Stage]]


@pytest.fixture
def account() -> Account:
    """A certified service account in safe mode."""
    return ACCOUNT


@pytest.fixture
def clock() -> WatchedClock:
    """Time that the test moves."""
    return WatchedClock()


@pytest.fixture
def world(clock: WatchedClock) -> World:
    """The parts of the platform without any network."""
    return World(ACCOUNT, clock, seed=1)


@pytest.fixture
async def staging(clock: WatchedClock) -> AsyncIterator[Staging]:
    """Starts platform, server and caller for an account."""
    async with AsyncExitStack() as stack:

        async def start(account: Account) -> Stage:
            listener = Listener(account)
            server = await stack.enter_async_context(TestServer(listener.app()))
            url = str(server.make_url("/wechat"))
            platform = await stack.enter_async_context(Platform(account, url, clock=clock, seed=1))
            client = await stack.enter_async_context(TestClient(TestServer(platform.app())))
            return Stage(platform, listener, Caller(client, account), clock)

        yield start


@pytest.fixture
async def stage(staging: Staging) -> Stage:
    """The certified service account in safe mode, up and running."""
    return await staging(ACCOUNT)
