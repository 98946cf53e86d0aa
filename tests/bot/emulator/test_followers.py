"""What the platform remembers of followers."""

from __future__ import annotations

import pytest

from bot.clock import ManualClock
from bot.emulator.followers import Followers, Window
from bot.emulator.refusals import Refusal
from bot.emulator.world import World

ME = "oMe"


@pytest.fixture
def followers(world: World) -> Followers:
    """The followers of an account."""
    return world.followers


def _spend(followers: Followers, times: int = 1) -> int:
    """How the last of `times` customer-service messages fares: an error code, or 0."""
    try:
        for _ in range(times):
            followers.spend(ME)
    except Refusal as refusal:
        return refusal.errcode
    return 0


async def test_a_message_opens_five_for_two_days(followers: Followers, clock: ManualClock) -> None:
    """Five messages go out after one of theirs, the sixth is 45047; each message of theirs starts anew."""
    followers.follow(ME)
    await clock.advance(61)
    followers.speak(ME)
    assert followers.window(ME) == Window(until=clock.time() + 172_800, left=5)
    assert _spend(followers, 5) == 0
    assert _spend(followers) == 45047
    followers.speak(ME)
    assert _spend(followers, 5) == 0


async def test_the_window_closes_after_two_days(followers: Followers, clock: ManualClock) -> None:
    """Forty-eight hours later the code is 45015, whatever was left."""
    followers.follow(ME)
    followers.speak(ME)
    await clock.advance(172_799)
    assert _spend(followers) == 0
    await clock.advance(1)
    assert _spend(followers) == 45015


async def test_a_touch_opens_three_for_a_minute(followers: Followers, clock: ManualClock) -> None:
    """Following, scanning and clicking give three messages within sixty seconds."""
    followers.follow(ME)
    assert _spend(followers, 3) == 0
    assert _spend(followers) == 45047
    await clock.advance(60)
    assert _spend(followers) == 45015
    followers.act(ME)
    assert followers.window(ME) == Window(until=clock.time() + 60, left=3)


async def test_a_touch_adds_to_the_long_window_and_ends_first(followers: Followers, clock: ManualClock) -> None:
    """A click within the two days adds its three, which are used first and are gone after the minute."""
    followers.follow(ME)
    await clock.advance(61)
    followers.speak(ME)
    followers.act(ME)
    assert followers.window(ME).left == 8
    assert _spend(followers, 3) == 0
    assert followers.window(ME).left == 5
    followers.act(ME)
    await clock.advance(60)
    assert followers.window(ME).left == 5


def test_who_left_cannot_be_written_to(followers: Followers) -> None:
    """Leaving closes every window and forgets tags and remark, but not the blacklist nor what was granted."""
    followers.follow(ME, scene="desk")
    followers.speak(ME)
    followers.grant(ME, "T")
    followers.meet(ME).tags.append(100)
    followers.meet(ME).blacklisted = True
    followers.leave(ME)
    assert _spend(followers) == 45015
    person = followers.meet(ME)
    assert (person.following, person.tags, person.once["T"], person.blacklisted) == (False, [], 1, True)
    assert list(followers) == []
    assert followers.known() == [person]


def test_strangers_are_unknown_to_the_api(followers: Followers) -> None:
    """An openid the account never saw, or none at all, is 40003."""
    for openid in ("oNobody", None, 7):
        with pytest.raises(Refusal, match="40003"):
            followers.need(openid)


def test_one_grant_is_one_notice(followers: Followers) -> None:
    """Each acceptance allows one send; the next is 43101."""
    followers.grant(ME, "T")
    followers.grant(ME, "T")
    followers.use_grant(ME, "T")
    followers.use_grant(ME, "T")
    with pytest.raises(Refusal, match="43101"):
        followers.use_grant(ME, "T")


def test_a_long_term_grant_lasts_until_refused(followers: Followers) -> None:
    """Notices granted for good go out any number of times, until the follower refuses."""
    followers.grant(ME, "T", always=True)
    for _ in range(3):
        followers.use_grant(ME, "T")
    followers.refuse(ME, "T")
    with pytest.raises(Refusal, match="43101"):
        followers.use_grant(ME, "T")
    followers.grant(ME, "T")
    followers.use_grant(ME, "T")


async def test_typing_needs_recent_talk(followers: Followers, clock: ManualClock) -> None:
    """The mark shows within thirty seconds of a message, not twice in fifteen, and a message takes it away."""
    followers.follow(ME)
    with pytest.raises(Refusal, match="45080"):
        followers.type(ME, on=True)
    followers.speak(ME)
    followers.type(ME, on=True)
    with pytest.raises(Refusal, match="45081"):
        followers.type(ME, on=True)
    followers.spend(ME)
    followers.type(ME, on=True)
    await clock.advance(15)
    followers.type(ME, on=True)
    followers.type(ME, on=False)
    followers.type(ME, on=True)
    await clock.advance(16)
    with pytest.raises(Refusal, match="45080"):
        followers.type(ME, on=True)


async def test_four_mass_messages_a_month(followers: Followers, clock: ManualClock) -> None:
    """The fifth of a month does not arrive; the next month begins with none."""
    followers.follow(ME)
    assert [followers.take_mass(ME, monthly=True) for _ in range(5)] == [True] * 4 + [False]
    assert followers.take_mass(ME, monthly=False)
    await clock.advance(10 * 86_400)  # from 22 November into December
    assert followers.take_mass(ME, monthly=True)


@pytest.mark.parametrize("trait", ["blacklisted", "blocking"])
def test_mass_messages_skip_who_cannot_have_them(followers: Followers, trait: str) -> None:
    """Blacklisted people and those who switched messages off get none, nor does who is not following."""
    assert not followers.take_mass(ME, monthly=True)
    followers.follow(ME)
    setattr(followers.meet(ME), trait, True)
    assert not followers.take_mass(ME, monthly=True)
