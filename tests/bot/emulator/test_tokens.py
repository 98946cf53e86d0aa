"""Access tokens: overlaps, forced renewals, and who gets one."""

from __future__ import annotations

from typing import Any

import pytest

from bot.clock import ManualClock
from bot.emulator.refusals import Refusal
from bot.emulator.tokens import Tokens
from bot.emulator.world import World


@pytest.fixture
def tokens(world: World) -> Tokens:
    """The token desk."""
    return world.tokens


def _verdict(tokens: Tokens, value: object) -> int:
    try:
        tokens.check(str(value))
    except Refusal as refusal:
        return refusal.errcode
    return 0


async def test_a_new_plain_token_leaves_the_old_five_minutes(tokens: Tokens, clock: ManualClock) -> None:
    """Each fetch makes another token; the one before works for five minutes and is then not the latest."""
    first, second = tokens.fetch(), tokens.fetch()
    assert first["access_token"] != second["access_token"]
    assert second["expires_in"] == 7200
    await clock.advance(299)
    assert _verdict(tokens, first["access_token"]) == 0
    await clock.advance(1)
    assert _verdict(tokens, first["access_token"]) == 40001
    assert _verdict(tokens, second["access_token"]) == 0


async def test_a_token_left_alone_expires(tokens: Tokens, clock: ManualClock) -> None:
    """After two hours the code is 42001."""
    token = tokens.fetch()["access_token"]
    await clock.advance(7199)
    assert _verdict(tokens, token) == 0
    await clock.advance(1)
    assert _verdict(tokens, token) == 42001


async def test_the_stable_token_stays_until_its_last_five_minutes(tokens: Tokens, clock: ManualClock) -> None:
    """Callers get the same one; in its last five minutes a new one, and both work."""
    first = tokens.fetch_stable(force=False)
    await clock.advance(6900)
    same = tokens.fetch_stable(force=False)
    assert same == {"access_token": first["access_token"], "expires_in": 300}
    await clock.advance(1)
    second = tokens.fetch_stable(force=False)
    assert second["access_token"] != first["access_token"]
    assert second["expires_in"] == 7200
    assert _verdict(tokens, first["access_token"]) == 0
    assert _verdict(tokens, second["access_token"]) == 0


async def test_force_kills_the_stable_token_at_once(tokens: Tokens, clock: ManualClock) -> None:
    """A forced renewal ends the old token, but within thirty seconds nothing is forced."""
    first = tokens.fetch_stable(force=False)["access_token"]
    second = tokens.fetch_stable(force=True)["access_token"]
    assert second != first
    assert _verdict(tokens, first) == 40001
    await clock.advance(29)
    assert tokens.fetch_stable(force=True)["access_token"] == second
    await clock.advance(1)
    assert tokens.fetch_stable(force=True)["access_token"] != second


async def test_force_works_twenty_times_a_day(tokens: Tokens, clock: ManualClock) -> None:
    """The twenty-first forced renewal of a day returns the token there is; the next day it works again."""
    tokens.fetch_stable(force=False)
    seen = set()
    for _ in range(21):
        await clock.advance(30)
        seen.add(tokens.fetch_stable(force=True)["access_token"])
    assert len(seen) == 20
    await clock.advance(86_400)
    tokens.fetch_stable(force=False)
    before = tokens.fetch_stable(force=False)["access_token"]
    assert tokens.fetch_stable(force=True)["access_token"] != before


def test_the_namespaces_are_apart(tokens: Tokens) -> None:
    """Neither kind of token ends the other."""
    plain = tokens.fetch()["access_token"]
    stable = tokens.fetch_stable(force=False)["access_token"]
    tokens.fetch_stable(force=True)
    assert _verdict(tokens, plain) == 0
    assert _verdict(tokens, stable) == 40001
    stable = tokens.fetch_stable(force=False)["access_token"]
    tokens.fetch()
    assert _verdict(tokens, stable) == 0


def test_expire_ends_them_all(tokens: Tokens) -> None:
    """After `expire` the old ones are 42001 and new ones work."""
    old = tokens.fetch()["access_token"], tokens.fetch_stable(force=False)["access_token"]
    tokens.expire()
    assert [_verdict(tokens, value) for value in old] == [42001, 42001]
    assert _verdict(tokens, tokens.fetch_stable(force=False)["access_token"]) == 0


def test_strangers_and_nothing_are_told_apart(tokens: Tokens) -> None:
    """No token is 41001, an unknown one 40001."""
    assert _verdict(tokens, "") == 41001
    assert _verdict(tokens, "90_made-up") == 40001


def test_the_ticket_stays_two_hours(tokens: Tokens) -> None:
    """The JS-SDK ticket is the same on a second call."""
    assert tokens.ticket() == tokens.ticket()


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({}, 0),
        ({"grant_type": "password"}, 40002),
        ({"app_id": ""}, 41002),
        ({"app_id": "wx1"}, 40013),
        ({"secret": None}, 41004),
        ({"secret": "wrong"}, 40125),
    ],
)
def test_admits_only_the_account(tokens: Tokens, world: World, changes: dict[str, Any], errcode: int) -> None:
    """Grant type, app id and secret have each their own code."""
    right = {"grant_type": "client_credential", "app_id": world.account.app_id, "secret": world.account.secret}
    try:
        tokens.admit(**(right | changes), address="127.0.0.1")
        got = 0
    except Refusal as refusal:
        got = refusal.errcode
    assert got == errcode


def test_admits_only_listed_addresses(tokens: Tokens, world: World) -> None:
    """Once a list is set, others get 40164 with their address; a frozen secret is 40243."""
    right = {"grant_type": "client_credential", "app_id": world.account.app_id, "secret": world.account.secret}
    tokens.allowed = frozenset({"10.0.0.1"})
    tokens.admit(**right, address="10.0.0.1")
    with pytest.raises(Refusal, match=r"40164 invalid ip 10\.0\.0\.2 ipv6 ::ffff:10\.0\.0\.2, not in whitelist"):
        tokens.admit(**right, address="10.0.0.2")
    tokens.frozen = True
    with pytest.raises(Refusal, match="40243"):
        tokens.admit(**right, address="10.0.0.1")
