"""Numbers and names that the platform makes up."""

from __future__ import annotations

import re

from bot.clock import ManualClock
from bot.emulator.serials import Serials


async def test_ids_are_beyond_what_a_double_holds(clock: ManualClock) -> None:
    """Every id is above 2^53 and within 63 bits; message ids rise."""
    serials = Serials(clock, 1)
    numbers = [serials.message_id() for _ in range(10_000)]
    await clock.advance(1)
    numbers.append(serials.message_id())
    assert numbers == sorted(set(numbers))
    assert all(2**53 < number < 2**63 for number in (*numbers, serials.job_id()))


def test_a_restarted_platform_repeats_no_message_id() -> None:
    """Ids carry the time, so that a bot with a memory does not take a new message for an old one."""
    before = Serials(ManualClock(1_800_000_000), 1)
    last = max(before.message_id() for _ in range(8000))
    assert Serials(ManualClock(1_800_000_001), 1).message_id() > last


def test_a_seed_repeats_the_play(clock: ManualClock) -> None:
    """The same seed makes up the same things, no seed others."""
    first, again, other = Serials(clock, 7), Serials(clock, 7), Serials(clock)
    assert (first.letters(40), first.nonce()) == (again.letters(40), again.nonce())
    assert other.letters(40) != Serials(clock).letters(40)


def test_shapes(clock: ManualClock) -> None:
    """Nonce, salt and call id look as the platform's."""
    serials = Serials(clock, 1)
    assert re.fullmatch(r"\d{10}", serials.nonce())
    assert len(serials.salt()) == 16
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}", serials.rid())
