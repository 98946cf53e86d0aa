"""The shared token against a platform on a real port and a real database."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from bot.clock import ManualClock
from bot.errors import Forbidden, QuotaSpent, StoreError, Temporary, TokenRejected
from bot.store.database import Database
from bot.store.tokens import TokenRows
from bot.wechat.client import Client
from bot.wechat.token import LEASE, PATIENCE, RENEW_BEFORE, StableToken
from bot.wechat.wire import Wire
from tests.bot.wechat.platform import (
    APP_ID,
    APP_SECRET,
    LIFE,
    Fault,
    Platform,
    connected,
    finish,
    hangs,
    refuses,
    resets,
    says,
)

TICK = 0.001  # seconds of the clock; small, so that a slow machine does not outwait a patient process


def holder(wire: Wire, database: Database, *, platform: Platform, secret: str = APP_SECRET) -> StableToken:
    """A process that needs the token."""
    return StableToken(wire, TokenRows(database), app_id=APP_ID, app_secret=secret, clock=platform.clock)


def forced(platform: Platform) -> list[bool]:
    """Each request for a token: whether it was a forced one."""
    return [call.json["force_refresh"] for call in platform.token_calls]


async def test_ten_callers_with_an_empty_store_make_one_fetch(database: Database, clock: ManualClock) -> None:
    """All of them get the one token."""
    platform = Platform(clock=clock)
    async with connected(platform) as wire:
        token = holder(wire, database, platform=platform)
        assert await asyncio.gather(*[token.current() for _ in range(10)]) == ["TOKEN_001"] * 10
    assert forced(platform) == [False]


async def test_two_processes_on_one_database_make_one_fetch(store_url: str, clock: ManualClock) -> None:
    """The one that comes second waits for what the first one writes."""
    platform = Platform(clock=clock)
    first, second = await Database.open(store_url), await Database.open(store_url)
    async with connected(platform) as wire:
        tokens = [holder(wire, database, platform=platform) for database in (first, second, first, second)]
        got = await finish(clock, asyncio.gather(*[token.current() for token in tokens for _ in range(3)]), tick=TICK)
    await first.close()
    await second.close()
    assert set(got) == {"TOKEN_001"}
    assert forced(platform) == [False]


async def test_a_token_is_read_after_a_restart(database: Database, clock: ManualClock) -> None:
    """A new process takes the stored token and asks the platform nothing."""
    platform = Platform(clock=clock)
    async with connected(platform) as wire:
        await holder(wire, database, platform=platform).current()
        assert await holder(wire, database, platform=platform).current() == "TOKEN_001"
    assert len(platform.token_calls) == 1


async def test_a_token_is_renewed_before_its_end(database: Database, clock: ManualClock) -> None:
    """Not while more than five minutes are left, and then in normal mode, which keeps the old one alive."""
    platform = Platform(clock=clock)
    async with connected(platform) as wire:
        token = holder(wire, database, platform=platform)
        await token.current()
        await clock.advance(LIFE - RENEW_BEFORE)
        assert await token.current() == "TOKEN_001"
        await clock.advance(1)
        assert await token.current() == "TOKEN_002"
    assert forced(platform) == [False, False]


@pytest.mark.parametrize("fault", [refuses(-1), refuses(45009), says(b"", 503), says(b"garbage"), resets, says({})])
async def test_a_failed_renewal_keeps_the_token_that_still_works(
    fault: Fault, database: Database, clock: ManualClock
) -> None:
    """Calls go on with the old one, and the platform is not asked again at once."""
    platform = Platform(clock=clock)
    async with connected(platform) as wire:
        token = holder(wire, database, platform=platform)
        await token.current()
        await clock.advance(LIFE - RENEW_BEFORE + 1)
        platform.token_faults.append(fault)
        assert [await token.current() for _ in range(3)] == ["TOKEN_001"] * 3
        assert len(platform.token_calls) == 2
        await clock.advance(10)
        assert await token.current() == "TOKEN_002"


async def test_a_platform_that_hands_out_a_token_near_its_end_is_not_asked_at_every_call(
    database: Database, clock: ManualClock
) -> None:
    """A short token is used as it is for a while."""
    platform = Platform(clock=clock)
    platform.token_faults.extend([says({"access_token": "SHORT", "expires_in": 200})] * 2)
    async with connected(platform) as wire:
        token = holder(wire, database, platform=platform)
        assert [await token.current() for _ in range(5)] == ["SHORT"] * 5
        assert len(platform.token_calls) == 1


@pytest.mark.parametrize(
    "fault", [refuses(-1), says(b"", 502), says(b"garbage"), resets, hangs, says({"expires_in": 1})]
)
async def test_no_token_means_nothing_was_sent(fault: Fault, database: Database, clock: ManualClock) -> None:
    """A token that cannot be had says so to all who wait, and never that a message may have left."""
    platform = Platform(clock=clock)
    platform.token_faults.append(fault)
    async with connected(platform, seconds=0.3) as wire:
        token = holder(wire, database, platform=platform)
        failures = await asyncio.gather(*[token.current() for _ in range(5)], return_exceptions=True)
        assert len(platform.token_calls) == 1
        for failure in failures:
            assert isinstance(failure, Temporary)
            assert not failure.sent
        assert await token.current() == "TOKEN_001"


@pytest.mark.parametrize("errcode", [40001, 40002, 40013, 40125, 40164, 40243, 89503])
async def test_wrong_credentials_are_a_matter_for_an_operator(
    errcode: int, database: Database, clock: ManualClock
) -> None:
    """A wrong secret or an unlisted address is not asked with again, nor the caller's message blamed."""
    platform = Platform(clock=clock)
    platform.token_faults.append(refuses(errcode))
    async with connected(platform) as wire:
        with pytest.raises(Forbidden) as caught:
            await holder(wire, database, platform=platform).current()
    assert caught.value.errcode == errcode
    assert len(platform.token_calls) == 1


async def test_a_spent_quota_of_tokens_says_until_when(database: Database, clock: ManualClock) -> None:
    """45009 on the token call reaches the caller as it is."""
    platform = Platform(clock=clock)
    platform.token_faults.append(refuses(45009))
    async with connected(platform) as wire:
        with pytest.raises(QuotaSpent) as caught:
            await holder(wire, database, platform=platform).current()
    assert caught.value.until is not None


async def test_a_token_renewed_elsewhere_is_read_not_fetched(database: Database, clock: ManualClock) -> None:
    """Where another process holds a newer token than the rejected one, that is the one to use."""
    platform = Platform(clock=clock)
    async with connected(platform) as wire:
        here, elsewhere = holder(wire, database, platform=platform), holder(wire, database, platform=platform)
        old = await here.current()
        platform.tokens.clear()
        assert await elsewhere.renew(old) == "TOKEN_002"
        asked = len(platform.token_calls)
        assert await here.renew(old) == "TOKEN_002"
        assert await here.current() == "TOKEN_002"
    assert len(platform.token_calls) == asked


async def test_a_rejected_token_is_forced_only_where_the_platform_hands_it_out_again(
    database: Database, clock: ManualClock
) -> None:
    """Normal mode first; force where that brings the very token that was rejected."""
    platform = Platform(clock=clock)
    async with connected(platform) as wire:
        token = holder(wire, database, platform=platform)
        old = await token.current()
        assert await token.renew(old) == "TOKEN_002"
        assert forced(platform) == [False, False, True]
        platform.tokens.clear()  # someone else's refresh has killed it: normal mode brings the new one
        assert await token.renew("TOKEN_002") == "TOKEN_003"
    assert forced(platform) == [False, False, True, False]


async def test_ten_callers_of_a_rejected_token_force_it_once(database: Database, clock: ManualClock) -> None:
    """They share the refresh, and a late one does not undo it."""
    platform = Platform(clock=clock)
    async with connected(platform) as wire:
        token = holder(wire, database, platform=platform)
        old = await token.current()
        assert await asyncio.gather(*[token.renew(old) for _ in range(10)]) == ["TOKEN_002"] * 10
        assert await token.renew(old) == "TOKEN_002"
    assert forced(platform) == [False, False, True]


async def test_a_token_that_stays_rejected_is_forced_once_by_all_processes_together(
    database: Database, clock: ManualClock
) -> None:
    """Where even force brings the same token, no process forces that one again."""
    platform = Platform(clock=clock, stubborn=True)
    async with connected(platform) as wire:
        here, elsewhere = holder(wire, database, platform=platform), holder(wire, database, platform=platform)
        old = await here.current()
        for token in (here, elsewhere, here):
            assert await token.renew(old) == old
            await clock.advance(60)
    assert forced(platform).count(True) == 1


async def test_a_client_whose_token_was_killed_delivers_with_the_next(database: Database, clock: ManualClock) -> None:
    """Client, token and store together: one message, sent once."""
    platform = Platform(clock=clock)
    async with connected(platform) as wire:
        client = Client(wire, holder(wire, database, platform=platform), clock=clock)
        await client.custom_send({"touser": "oA"})
        platform.tokens.clear()
        await client.custom_send({"touser": "oB"})
    assert [call.json["touser"] for call in platform.done] == ["oA", "oB"]


async def test_a_platform_that_rejects_every_token_costs_three_token_calls(
    database: Database, clock: ManualClock
) -> None:
    """The first token, its renewal in normal mode and by force; then the caller is told."""
    platform = Platform(clock=clock, always=refuses(40001))
    async with connected(platform) as wire:
        client = Client(wire, holder(wire, database, platform=platform), clock=clock)
        with pytest.raises(TokenRejected):
            await client.custom_send({"touser": "oA"})
    assert forced(platform) == [False, False, True]
    assert len(platform.api_calls) == 2


async def test_a_process_that_died_while_fetching_is_waited_for_and_then_replaced(
    database: Database, clock: ManualClock
) -> None:
    """A caller waits a little, then says later; after the lease the next one fetches."""
    platform = Platform(clock=clock)
    await TokenRows(database).begin("dead", version=0, time=clock.time(), until=clock.time() + LEASE)
    async with connected(platform) as wire:
        token = holder(wire, database, platform=platform)
        started = clock.time()
        with pytest.raises(Temporary) as caught:
            await finish(clock, token.current())
        assert not caught.value.sent
        assert clock.time() - started >= PATIENCE
        assert platform.calls == []
        await clock.advance(LEASE)
        assert await token.current() == "TOKEN_001"


async def test_a_process_that_was_outrun_uses_the_newer_token(database: Database, clock: ManualClock) -> None:
    """Who comes back from a fetch after its lease writes nothing and takes what the other wrote."""
    platform = Platform(clock=clock)
    rows = TokenRows(database)

    async def outrun(request: web.Request) -> web.StreamResponse:
        await clock.advance(LEASE)
        assert await rows.begin("quick", version=0, time=clock.time(), until=clock.time() + LEASE)
        assert await rows.write("quick", value="NEWER", expires=clock.time() + LIFE, replacing=0)
        return await says({"access_token": "OLDER", "expires_in": 7200})(request)

    platform.token_faults.append(outrun)
    async with connected(platform) as wire:
        assert await holder(wire, database, platform=platform).current() == "NEWER"
    assert (await rows.read()).value == "NEWER"


async def test_a_process_outrun_by_one_that_has_nothing_yet_says_later(database: Database, clock: ManualClock) -> None:
    """No token is made up from a right that was lost."""
    platform = Platform(clock=clock)
    rows = TokenRows(database)

    async def outrun(request: web.Request) -> web.StreamResponse:
        await clock.advance(LEASE)
        assert await rows.begin("quick", version=0, time=clock.time(), until=clock.time() + LEASE)
        return await says({"access_token": "OLDER", "expires_in": 7200})(request)

    platform.token_faults.append(outrun)
    async with connected(platform) as wire:
        with pytest.raises(Temporary):
            await holder(wire, database, platform=platform).current()
    assert (await rows.read()).value == ""


async def test_a_caller_that_gives_up_does_not_take_the_others_fetch_with_it(
    database: Database, clock: ManualClock
) -> None:
    """Cancelling one of two leaves the other its token, and one fetch."""
    platform = Platform(clock=clock)
    async with connected(platform) as wire:
        token = holder(wire, database, platform=platform)
        impatient, patient = [asyncio.ensure_future(token.current()) for _ in range(2)]
        await asyncio.sleep(0)
        impatient.cancel()
        assert await patient == "TOKEN_001"
        assert impatient.cancelled()
    assert len(platform.token_calls) == 1


async def test_a_lost_database_is_said(database: Database, clock: ManualClock) -> None:
    """Without the store nobody knows which token is the right one."""
    platform = Platform(clock=clock)
    await database.close()
    async with connected(platform) as wire:
        with pytest.raises(StoreError):
            await holder(wire, database, platform=platform).current()
    assert platform.calls == []
