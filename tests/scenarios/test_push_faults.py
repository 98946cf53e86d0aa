"""Every fault of the platform on every way to push: what becomes of the row, of the channel and of the follower."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from bot.channels import CHANNELS
from bot.emulator.platform import Platform
from bot.limits import Limits
from bot.outbox import PAUSE
from bot.store.limits import Usage
from tests.scenarios.sender import PATHS, Sender, open_sender
from tests.scenarios.stage import Stage

NAMES = [kind.name for kind in CHANNELS]
KNOWN = {"template", "mass"}  # where the platform knows a repeat by our id
HANGING = 0.3  # seconds a call may take where it never ends
Break = Callable[[Platform, str], None]
every = pytest.mark.parametrize("channel", NAMES)


def refuses(errcode: int, *, calls: int = 1) -> Break:
    """The next calls are refused."""
    return lambda platform, path: platform.faults.fail(path, errcode, calls=calls)


def switch(name: str) -> Break:
    """A switch is on until the platform is mended."""
    return lambda platform, path: platform.faults.set(name, True)


def gateway(platform: Platform, path: str) -> None:
    """Something between answers for it."""
    platform.faults.break_down(path, 502)


async def usage(sender: Sender, channel: str) -> Usage:
    """How the channel stands."""
    return await Limits(sender.database, clock=sender.clock).usage(channel)


async def begin(sender: Sender, channel: str, fault: Break) -> None:
    """A row goes out, with a token that is there already, into the fault."""
    await sender.client.get_callback_ips()
    await sender.enter(channel)
    fault(sender.platform, PATHS[channel])
    assert await sender.outbox.run_once() == 1
    sender.platform.faults.clear()


async def go_on(sender: Sender, seconds: float) -> None:
    """Time passes and the platform is well."""
    await sender.clock.advance(seconds)
    await sender.outbox.run_once()


@every
@pytest.mark.parametrize(
    ("fault", "carried_out"),
    [(switch("timeout"), False), (switch("down"), False), (switch("lost"), True), (gateway, False)],
    ids=["timeout", "reset before", "reset after", "502"],
)
async def test_an_unknown_outcome(stage: Stage, channel: str, fault: Break, carried_out: bool) -> None:
    """Under an id of ours it goes again and arrives once, whether or not the first one did; without one it waits for a
    person, and is not sent again by itself."""
    async with open_sender(stage, seconds=HANGING) as sender:
        await begin(sender, channel, fault)
        row = await sender.row(channel)
        assert row["state"] == ("waiting" if channel in KNOWN else "unknown")
        assert row["reason"]
        await go_on(sender, 2.0)
        await go_on(sender, 7200.0)
        row = await sender.row(channel)
        if channel in KNOWN:
            assert (row["state"], row["attempts"]) == ("sent", 2)
            assert int(row["msgid"]) > 2**53
            assert sender.taken(channel) == 1
        else:
            assert row["state"] == "unknown"
            assert sender.taken(channel) == carried_out


@every
async def test_an_id_is_not_trusted_beyond_its_life(stage: Stage, channel: str) -> None:
    """Where nothing was heard until the platform forgets the id, a person must look: no second message by itself."""
    async with open_sender(stage, seconds=HANGING) as sender:
        await begin(sender, channel, switch("lost"))
        await go_on(sender, 2 * 86_400.0)
        assert (await sender.row(channel))["state"] == "unknown"
        assert sender.taken(channel) == 1


@every
async def test_a_busy_platform(stage: Stage, channel: str) -> None:
    """-1 did nothing: again after growing delays, and it costs the follower nothing more."""
    async with open_sender(stage) as sender:
        await begin(sender, channel, refuses(-1))
        assert (await sender.row(channel))["state"] == "waiting"
        assert await sender.left() == (5, 1, False)
        await go_on(sender, 1.0)
        assert sender.taken(channel) == 0
        await go_on(sender, 1.0)
        assert (await sender.row(channel))["state"] == "sent"
        assert sender.taken(channel) == 1
        assert await sender.left() == (5 - (channel == "custom"), 1 - (channel == "subscribe"), False)


@every
@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
async def test_a_rejected_token(stage: Stage, channel: str, errcode: int) -> None:
    """It is renewed once and the call made again, within the same attempt."""
    async with open_sender(stage) as sender:
        await begin(sender, channel, refuses(errcode))
        row = await sender.row(channel)
        assert (row["state"], row["attempts"], sender.taken(channel)) == ("sent", 1, 1)


@every
async def test_a_token_that_stays_rejected(stage: Stage, channel: str) -> None:
    """The channel rests for a minute, the row keeps its attempts, and then it goes."""
    async with open_sender(stage) as sender:
        await begin(sender, channel, refuses(40001, calls=2))
        assert (await sender.row(channel))["attempts"] == 0
        await go_on(sender, PAUSE - 1)
        assert sender.taken(channel) == 0
        await go_on(sender, 1)
        assert sender.taken(channel) == 1


@every
async def test_a_spent_quota(stage: Stage, channel: str) -> None:
    """45009 stops the channel until midnight in Shanghai; nothing is lost."""
    async with open_sender(stage) as sender:
        await begin(sender, channel, refuses(45009))
        stands = await usage(sender, channel)
        assert stands.paused.startswith("45009")
        await go_on(sender, stands.paused_until - sender.clock.time() - 1)
        assert sender.taken(channel) == 0
        await go_on(sender, 1)
        assert ((await sender.row(channel))["state"], sender.taken(channel)) == ("sent", 1)
        assert stands.paused_until % 86_400 == 16 * 3600


@every
async def test_too_fast(stage: Stage, channel: str) -> None:
    """45011 gives the channel a minute's rest."""
    async with open_sender(stage) as sender:
        await begin(sender, channel, refuses(45011))
        await go_on(sender, PAUSE - 1)
        assert sender.taken(channel) == 0
        await go_on(sender, 1)
        assert ((await sender.row(channel))["state"], sender.taken(channel)) == ("sent", 1)


@dataclass(frozen=True)
class End:
    """What a refusal makes of a row for good."""

    errcode: int
    state: str
    reason: str


@every
@pytest.mark.parametrize(
    "end",
    [
        End(45015, "skipped", "window"),
        End(45047, "skipped", "window"),
        End(43004, "skipped", "gone"),
        End(43101, "skipped", "refused"),
        End(47003, "failed", "argument invalid!"),
    ],
    ids=str,
)
async def test_a_refusal_of_this_row_alone(stage: Stage, channel: str, end: End) -> None:
    """It ends the row and says why; it is never tried again, and the channel goes on."""
    async with open_sender(stage) as sender:
        await begin(sender, channel, refuses(end.errcode))
        await go_on(sender, 86_400.0)
        row = await sender.row(channel)
        assert (row["state"], row["errcode"]) == (end.state, end.errcode)
        assert row["reason"].startswith(end.reason)
        assert sender.taken(channel) == 0
        stands = await usage(sender, channel)
        assert (stands.halted, stands.paused_until) == (False, 0.0)


@pytest.mark.parametrize(
    ("channel", "errcode", "left"),
    [
        ("custom", 45015, (0, 1, False)),
        ("custom", 45047, (0, 1, False)),
        ("custom", 43004, (0, 1, False)),
        ("custom", 47003, (5, 1, False)),
        ("subscribe", 43101, (5, 0, True)),
        ("subscribe", 47003, (5, 1, False)),
        ("template", 47003, (5, 1, False)),
    ],
)
async def test_what_the_follower_allows_afterwards(
    stage: Stage, channel: str, errcode: int, left: tuple[int, int, bool]
) -> None:
    """A closed window is empty, a refused notice has no grant; what was not used is given back."""
    async with open_sender(stage) as sender:
        await begin(sender, channel, refuses(errcode))
        assert await sender.left() == left


@every
async def test_a_forbidden_call(stage: Stage, channel: str) -> None:
    """48001 halts the channel until a person lets it go on; the row has lost nothing."""
    async with open_sender(stage) as sender:
        await begin(sender, channel, refuses(48001))
        assert (await usage(sender, channel)).halted
        await go_on(sender, 86_400.0)
        row = await sender.row(channel)
        assert (row["state"], row["attempts"], sender.taken(channel)) == ("waiting", 0, 0)
        await Limits(sender.database, clock=sender.clock).resume(channel)
        await go_on(sender, 0.0)
        assert ((await sender.row(channel))["state"], sender.taken(channel)) == ("sent", 1)


@every
async def test_a_fault_of_one_channel_is_no_other_channels(stage: Stage, channel: str) -> None:
    """While one is forbidden the others send."""
    async with open_sender(stage) as sender:
        await sender.client.get_callback_ips()
        for name in NAMES:
            await sender.enter(name)
        sender.platform.faults.fail(PATHS[channel], 48001)
        await sender.outbox.run_once()
        states = {name: (await sender.row(name))["state"] for name in NAMES}
        assert states == {name: "waiting" if name == channel else "sent" for name in NAMES}
