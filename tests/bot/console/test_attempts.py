"""Who waits at the door and for how long; and how much somebody can guess who has all day: the bounds of the docs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace

import pytest
from aiohttp import web

from bot.clock import ManualClock
from bot.console.attempts import BY_NAME, BY_PLACE, at_the_door, pardon_of, remember
from bot.console.codes import STEP
from bot.console.guard import Route
from bot.console.permissions import Permission
from bot.console.site import build_site
from bot.console.visit import KNOWN, Visit
from tests.bot.console.client import PASSWORD, Office, Visitor
from tests.bot.console.doors import code, knock, left, link_of, with_second_factor

DAY = 86_400.0
GUESSES = 10_000


@pytest.fixture
async def visit(office: Office) -> AsyncIterator[Visit]:
    """A stranger's visit."""
    seen: list[Visit] = []

    async def look(visit: Visit) -> web.Response:
        seen.append(visit)
        return web.Response()

    site = build_site(office.desk, [Route("GET", "/console/look", look, Permission.ANYONE)])
    async with office.serving(site) as visitor:
        await visitor.get("/console/look")
        yield seen[0]


async def looked_at(visit: Visit, guesses: Iterable[tuple[str, str]], *, days: float = 1.0) -> int:
    """How many guesses, spread evenly over the time, are held against a password; each is an address and a name."""
    desk, count = visit.desk, 0
    for number, (address, name) in enumerate(guesses):
        tries = at_the_door(replace(visit, address=address), name)
        time = visit.time + number * days * DAY / GUESSES
        count += await desk.attempts.count(tries, time, pardon=pardon_of(desk.keys, name)) == 0
    return count


async def test_one_name_from_many_addresses(visit: Visit) -> None:
    """Of ten thousand guesses in a day at most 110 are looked at: five at once, then one every quarter of an hour."""
    guesses = [(f"10.0.{number // 250}.{number % 250}", "li") for number in range(GUESSES)]
    assert 90 <= await looked_at(visit, guesses) <= 110


async def test_one_name_for_a_month(visit: Visit) -> None:
    """The bound of a day holds for each: whoever goes on for a month has at most 2,900 guesses."""
    guesses = [(f"10.0.{number // 250}.{number % 250}", "li") for number in range(GUESSES)]
    assert 2_300 <= await looked_at(visit, guesses, days=30.0) <= 2_900


async def test_many_names_from_one_address(visit: Visit) -> None:
    """Of ten thousand guesses in a day at most 1,470 are looked at: thirty at once, then one a minute."""
    guesses = [("203.0.113.9", f"name{number}") for number in range(GUESSES)]
    assert 1_400 <= await looked_at(visit, guesses) <= 1_470


async def test_many_names_from_one_line_of_many_addresses(visit: Visit) -> None:
    """Another address of the same network is no other place."""
    guesses = [(f"2001:db8::{number:x}", f"name{number}") for number in range(GUESSES)]
    assert await looked_at(visit, guesses) <= 1_470


async def test_a_browser_of_their_own_helps_nobody_to_guess(office: Office, visit: Visit) -> None:
    """Whoever was signed in there before is slowed over the names of others as at an address, and from any address."""
    remember(visit, await office.hire("li"))
    known = replace(visit, known=visit.cookies[KNOWN])
    guesses = [(f"10.0.{number // 250}.{number % 250}", f"name{number}") for number in range(GUESSES)]
    assert await looked_at(known, guesses) <= 1_470
    assert await looked_at(known, [(f"10.1.0.{number % 250}", "li") for number in range(GUESSES)]) <= 110


async def test_waiting_tells_nothing_about_who_has_an_account(office: Office) -> None:
    """A name that nobody has is made to wait exactly like one that somebody has."""
    await office.hire("li", password=PASSWORD)
    texts = []
    for name in ("li", "nobody"):
        visitor = await office.stranger()
        pages = [await knock(visitor, name, "wrong") for _ in range(BY_NAME.free + 1)]
        assert [page.status for page in pages] == [403] * BY_NAME.free + [429]
        texts.append(pages[-1].text)
    assert texts[0] == texts[1]


async def test_waiting_grows(office: Office, clock: ManualClock) -> None:
    """After some failures each next one must wait, twice as long as before; the right password then leads in."""
    await office.hire("li", password=PASSWORD)
    visitor = await office.stranger()
    for _ in range(BY_NAME.free):
        assert (await knock(visitor, "li", "wrong")).status == 403
    for wait in (30.0, 60.0, 120.0):
        await clock.advance(wait - 1)
        assert (await knock(visitor, "li", PASSWORD)).status == 429
        await clock.advance(1)
        assert (await knock(visitor, "li", "wrong")).status == 403
    await clock.advance(240)
    assert (await knock(visitor, "li", PASSWORD)).status == 303
    other = await office.stranger()
    assert (await knock(other, "li", "wrong")).status == 403
    assert (await knock(other, "li", PASSWORD)).status == 303  # what was is forgotten


async def test_many_at_once_gain_nothing(office: Office) -> None:
    """Tries that come together are counted one by one: few are looked at."""
    await office.hire("li", password=PASSWORD)
    visitor = await office.stranger()
    await visitor.get("/console/sign-in")
    pages = await asyncio.gather(*(knock(visitor, "li", f"wrong {n}") for n in range(12)))
    assert sorted(page.status for page in pages) == [403] * BY_NAME.free + [429] * (12 - BY_NAME.free)


async def test_a_stranger_does_not_keep_a_colleague_out(office: Office) -> None:
    """In a browser where one was signed in before, only its own failures make one wait; for its name alone."""
    await office.hire("li", password=PASSWORD)
    await office.hire("mei", password=PASSWORD)
    visitor, stranger = await office.stranger(), await office.stranger()
    assert (await knock(visitor, "li", PASSWORD)).status == 303
    await visitor.get("/console")
    await visitor.follow(await visitor.post("/console/sign-out", {}))
    for name in ("li", "mei"):
        assert [(await knock(stranger, name, "wrong")).status for _ in range(6)] == [403] * 5 + [429]
    assert (await knock(visitor, "mei", PASSWORD)).status == 429
    assert [(await knock(visitor, "li", "wrong")).status for _ in range(4)] == [403] * 4
    assert (await knock(visitor, "li", PASSWORD)).status == 303
    stranger.session.cookie_jar.update_cookies({"huiqi_known": "li:x.0000"}, office.url / "console")
    assert (await knock(stranger, "li", PASSWORD)).status == 429


async def use_up(office: Office) -> Visitor:
    """A stranger at the address of everybody who tries names until they must wait."""
    stranger = await office.stranger()
    pages = [await knock(stranger, f"name{n}", "wrong") for n in range(BY_PLACE.burst + 1)]
    assert [page.status for page in pages] == [403] * BY_PLACE.burst + [429]
    return stranger


async def test_one_address_cannot_try_many_names(office: Office, clock: ManualClock) -> None:
    """Over many names too, an address has only so many tries: when they are used up, one a minute."""
    stranger = await use_up(office)
    for n in range(50):
        await clock.advance(BY_PLACE.every)
        pages = [await knock(stranger, f"more{n}", "wrong"), await knock(stranger, f"most{n}", "wrong")]
        assert [page.status for page in pages] == [403, 429]
    assert "1 分钟后再试" in pages[-1].text


async def test_a_typo_shuts_nobody_out_of_a_shared_address(office: Office, clock: ManualClock) -> None:
    """After however many failures there, somebody new waits a minute and is in, and so does whoever had a typo."""
    for name in ("li", "mei"):
        await office.hire(name, password=PASSWORD)
    stranger = await use_up(office)
    for n in range(10):
        await clock.advance(3600)
        assert (await knock(stranger, f"more{n}", "wrong")).status == 403
    await clock.advance(3600)
    await use_up(office)
    await clock.advance(BY_PLACE.every)
    assert (await knock(await office.stranger(), "mei", "typo")).status == 403
    await clock.advance(BY_PLACE.every)
    for name in ("mei", "li"):  # a right try uses nothing up
        assert (await knock(await office.stranger(), name, PASSWORD)).status == 303


async def test_a_known_browser_does_not_wait_for_its_address(office: Office) -> None:
    """Whatever strangers do at the same address, and be it the one proxy that all seem to come from."""
    await office.hire("li", password=PASSWORD)
    visitor = await left(office, "li")
    await use_up(office)
    assert (await knock(visitor, "li", "typo")).status == 403
    assert (await knock(visitor, "li", PASSWORD)).status == 303


async def test_a_known_browser_does_not_use_up_its_address(office: Office) -> None:
    """Its failures are its own: they leave the others at the address theirs, also those with another's name."""
    for name in ("li", "mei"):
        await office.hire(name, password=PASSWORD)
    visitor = await left(office, "li")
    for n in range(BY_PLACE.burst):
        assert (await knock(visitor, f"name{n}", "wrong")).status == 403
    assert (await knock(visitor, "mei", "wrong")).status == 429
    assert (await knock(await office.stranger(), "mei", PASSWORD)).status == 303


async def test_an_account_of_ones_own_buys_no_more_guesses(office: Office, clock: ManualClock) -> None:
    """Signing in takes back its own try alone: the address of whoever does it between guesses stays as slow."""
    await office.hire("mei", password=PASSWORD)
    stranger = await use_up(office)
    await clock.advance(BY_PLACE.every)
    for _ in range(3):
        assert (await knock(await office.stranger(), "mei", PASSWORD)).status == 303
    assert [(await knock(stranger, f"x{n}", "wrong")).status for n in range(2)] == [403, 429]


async def test_a_link_opens_the_door_whoever_knocks(office: Office) -> None:
    """Where a new password was set by link, no stranger's tries at the name or at the address are waited for."""
    admin = await office.sign_in("admin")
    link = link_of(await admin.post("/console/staff/new", {"name": "li", "display": "李雷", "role": "editor"}))
    visitor = await office.stranger()
    await visitor.get(link)
    assert (await visitor.post(link, {"password": PASSWORD, "again": PASSWORD})).status == 303
    stranger = await use_up(office)
    for _ in range(BY_NAME.free + 1):
        last = await knock(stranger, "li", "wrong")
    assert last.status == 429
    assert (await knock(visitor, "li", PASSWORD)).status == 303


async def test_codes_cannot_be_guessed(office: Office, clock: ManualClock) -> None:
    """After some wrong codes even the right one must wait, from every browser."""
    await with_second_factor(office)
    visitor = await office.stranger()
    await visitor.follow(await knock(visitor, "li", PASSWORD))
    pages = [await visitor.post("/console/second-step", {"code": "000000"}) for _ in range(BY_NAME.free + 1)]
    assert [page.status for page in pages] == [403] * BY_NAME.free + [429]
    other = await office.stranger()
    await other.follow(await knock(other, "li", PASSWORD))
    assert (await other.post("/console/second-step", {"code": code(clock)})).status == 429
    await clock.advance(30)
    assert (await other.post("/console/second-step", {"code": code(clock)})).status == 303


async def test_codes_that_a_stranger_tries_hold_up_no_known_browser(office: Office, clock: ManualClock) -> None:
    """Whoever has stolen the password keeps its owner from the second step no more than from the first."""
    await with_second_factor(office)
    visitor, thief = await office.stranger(), await office.stranger()
    await visitor.follow(await knock(visitor, "li", PASSWORD))
    assert (await visitor.post("/console/second-step", {"code": code(clock)})).status == 303
    await clock.advance(STEP)
    await thief.follow(await knock(thief, "li", PASSWORD))
    pages = [await thief.post("/console/second-step", {"code": "000000"}) for _ in range(BY_NAME.free + 1)]
    assert pages[-1].status == 429
    await visitor.get("/console")
    await visitor.follow(await knock(visitor, "li", PASSWORD))
    assert (await visitor.post("/console/second-step", {"code": "000000"})).status == 403
    assert (await visitor.post("/console/second-step", {"code": code(clock)})).status == 303
