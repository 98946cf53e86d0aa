"""Live events."""

from __future__ import annotations

from bot.emulator.feed import WAITING, Feed


def test_events_reach_those_they_concern() -> None:
    """An event of one follower goes to their listeners, one of nobody to all, and after the block to none."""
    feed = Feed()
    with feed.listen("a") as first, feed.listen("b") as second:
        feed.publish({"n": 1}, "a")
        feed.publish({"n": 2})
        assert [first.get_nowait(), first.get_nowait()] == [{"n": 1}, {"n": 2}]
        assert second.get_nowait() == {"n": 2}
    feed.publish({"n": 3})
    assert first.empty()
    assert second.empty()


def test_a_slow_listener_loses_the_oldest() -> None:
    """Nothing waits and nothing grows."""
    feed = Feed()
    with feed.listen("a") as queue:
        for number in range(WAITING + 5):
            feed.publish({"n": number})
        assert queue.qsize() == WAITING
        assert queue.get_nowait() == {"n": 5}
